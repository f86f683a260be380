"""UCC Article 4A: a customer's report of an unauthorised or wrong funds transfer."""

from __future__ import annotations

from amends.clocks.counting import calendar_days, months
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

INTEREST = Clock(
    "interest_loss_deadline", "Report without losing interest",
    "Within a reasonable time, at most 90 days, the customer reports the transfer.",
    "UCC 4A-304", "The customer loses interest on the refund for the period.")
PRECLUSION = Clock(
    "preclusion_date", "Last day to object",
    "The customer objects to the debit.", "UCC 4A-505",
    "The customer may not object to the debit at all.")


def _reckon(facts: Facts) -> Reckoning:
    told = facts.day("notification_received")
    return Reckoning({INTEREST: calendar_days(told, 90), PRECLUSION: months(told, 12)})


REGIME = Regime("us-ucc-4a", "UCC Article 4A: funds transfers", "us-fed",
                (INTEREST, PRECLUSION), _reckon)
