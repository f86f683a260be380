"""Mastercard chargebacks: private rules; the date in the case message always wins."""

from __future__ import annotations

from amends.clocks.counting import calendar_days, missing
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

# Authorisation-related, and point-of-interaction error.
NINETY_DAYS = ("4808", "4834")

CHARGEBACK = Clock(
    "chargeback_deadline", "File the chargeback",
    "The issuer charges the payment back.", "Mastercard Chargeback Guide",
    "The right to charge back is lost in the network; a legal duty may remain.")
PRESENTMENT = Clock(
    "second_presentment_due", "Second presentment",
    "The acquirer presents the payment again with evidence.", "Mastercard Chargeback Guide",
    "The chargeback stands.")


def _reckon(facts: Facts) -> Reckoning:
    code, settled = facts.text("reason_code"), facts.day("settlement_date")
    if code is None:
        chargeback = missing("reason_code")
    else:
        chargeback = calendar_days(settled, 90 if code in NINETY_DAYS else 120,
                                   f"the limit of {code}")
    return Reckoning({CHARGEBACK: chargeback,
                      PRESENTMENT: calendar_days(facts.day("chargeback_date"), 45)})


REGIME = Regime("mastercard", "Mastercard chargebacks", None, (CHARGEBACK, PRESENTMENT), _reckon)
