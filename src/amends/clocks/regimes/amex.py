"""American Express disputes: private rules; the date in the case message always wins."""

from __future__ import annotations

from amends.clocks.counting import calendar_days
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

RESPONSE = Clock(
    "merchant_response_due", "Answer the inquiry or chargeback",
    "The merchant answers the inquiry or chargeback.", "American Express merchant regulations",
    "The chargeback stands.")


def _reckon(facts: Facts) -> Reckoning:
    return Reckoning({RESPONSE: calendar_days(facts.day("dispute_notice_date"), 20)})


REGIME = Regime("amex", "American Express disputes", None, (RESPONSE,), _reckon)
