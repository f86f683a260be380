"""Visa disputes: private rules in calendar days; the date in the case message always wins."""

from __future__ import annotations

import re
from dataclasses import replace

from amends.clocks.counting import Count, calendar_days, capped, missing, spoken
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

CONDITION = re.compile(r"10\.[1-5]|11\.[1-3]|12\.[1-57]|12\.6(\.[12])?|13\.[1-9]")
# Counted from the day the thing was expected, received or cancelled, where that is later.
FROM_EXPECTED = ("13.1", "13.3", "13.4", "13.5", "13.7", "13.9")
RESPONSE_DAYS_MAX = 365

DISPUTE = Clock(
    "dispute_deadline", "File the dispute",
    "The issuer files the dispute.", "Visa Core Rules, dispute conditions",
    "The right to dispute is lost in the network; a legal duty to the customer may remain.")
RESPONSE = Clock(
    "acquirer_response_due", "Answer the dispute",
    "The acquirer or merchant answers; the response days are a setting, as processors publish "
    "shorter ones.",
    "Visa Core Rules, dispute response", "The dispute is lost without a hearing.")


def _reckon(facts: Facts) -> Reckoning:
    days = facts.whole("response_days", RESPONSE_DAYS_MAX)
    response = (missing("response_days") if days is None
                else calendar_days(facts.day("dispute_date"), days))
    return Reckoning({DISPUTE: _dispute(facts), RESPONSE: response})


def _dispute(facts: Facts) -> Count:
    code, processed = facts.text("reason_code"), facts.day("processing_date")
    if code is None:
        return missing("reason_code")
    if not CONDITION.fullmatch(code):
        facts.warn("reason_code", f"{code!r} is no Visa dispute condition.", "Write it as 13.1.")
        return missing("a reason_code that Visa has")
    if code.startswith("11.") or code == "12.7":
        return calendar_days(processed, 75, f"the limit of {code}")
    plain = calendar_days(processed, 120, f"the limit of {code}")
    expected = facts.day("expected_or_received_date")
    if code not in FROM_EXPECTED or expected.on is None or processed.on is None:
        return plain
    if expected.on <= processed.on:
        return plain
    later = calendar_days(expected, 120, "later than the processing date")
    ceiling = calendar_days(processed, 540, "the ceiling from processing")
    return capped(replace(later, words=f"{later.words} Processed {spoken(processed.on)}."),
                  ceiling, "the ceiling of 540 days")


REGIME = Regime("visa", "Visa disputes", None, (DISPUTE, RESPONSE), _reckon)
