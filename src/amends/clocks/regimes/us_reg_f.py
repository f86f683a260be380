"""Regulation F: calls and validation notices in debt collection (12 CFR 1006.14, 1006.34).

The seven-day window rolls: it is no calendar week. A conversation day is day 1 of its seven, so
calls resume on the same weekday a week later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from amends.clocks.counting import Count, business_days, calendar_days, missing, spoken
from amends.clocks.facts import Day, Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

ATTEMPTS_MAX = 7
_WEEK = timedelta(days=7)
_DAMAGES = ("Actual damages, up to $1,000 an action, class actions up to $500,000 or 1% of net "
            "worth, and fees (15 U.S.C. 1692k).")

NEXT_CALL = Clock(
    "next_call_permitted", "Next call allowed",
    "No call before this day: at most seven attempts in seven days, none in the seven days of a "
    "conversation.",
    "12 CFR 1006.14(b)(2)(i)", f"Presumed harassment. {_DAMAGES}")
VALIDATION = Clock(
    "validation_notice_due", "Validation notice",
    "Send the validation information, unless the first message held it.",
    "12 CFR 1006.34(a)(1)(i)(B)", _DAMAGES)
RECEIVED = Clock(
    "validation_assumed_received", "Notice assumed received",
    "The consumer may be assumed to have the notice.", "12 CFR 1006.34(b)(5)",
    "The validation period would be counted too short.")
PERIOD_END = Clock(
    "validation_period_end", "End of the validation period",
    "The consumer may dispute the debt or ask for the original creditor.",
    "12 CFR 1006.34(b)(5), 1006.38", f"Collecting a disputed part before verifying it. {_DAMAGES}")


def _reckon(facts: Facts) -> Reckoning:
    received = business_days(facts.day("validation_notice_sent"), 5, facts.calendar)
    period_end = calendar_days(Day("validation_notice_sent", received.due), 30)
    if received.due is not None:
        period_end = replace(period_end, words=f"{period_end.words} Receipt is assumed that day.")
    return Reckoning({
        NEXT_CALL: _next_call(facts),
        VALIDATION: calendar_days(facts.day("initial_communication"), 5),
        RECEIVED: received,
        PERIOD_END: period_end,
    })


def _next_call(facts: Facts) -> Count:
    """The first day from ``as_of`` on that has room in its window and follows no conversation."""
    if not facts.has("call_dates") and not facts.has("conversation_dates"):
        return missing("call_dates")
    as_of = facts.day("as_of").on
    if as_of is None:
        return missing("as_of")
    calls, talks = facts.days("call_dates"), facts.days("conversation_dates")
    # A day can only become free when a call or a conversation drops out of its seven days.
    turns = sorted({as_of, *(day + _WEEK for day in calls + talks if day + _WEEK > as_of)})
    due = next(day for day in turns if _is_free(day, calls, talks))
    words = (f"From {spoken(as_of)} on: {_attempts(calls, due)} in the seven days to "
             f"{spoken(due)}, at most {ATTEMPTS_MAX} with one more")
    if talks:
        words += f"; last conversation {spoken(talks[-1])}, which is day 1 of seven"
    return Count(as_of, due, f"{words}.")


def _is_free(day: date, calls: list[date], talks: list[date]) -> bool:
    return _attempts(calls, day) < ATTEMPTS_MAX and not any(
        talk <= day < talk + _WEEK for talk in talks)


def _attempts(calls: list[date], day: date) -> int:
    """Attempts in the seven days that end with ``day``."""
    return sum(day - _WEEK < call <= day for call in calls)


REGIME = Regime("us-reg-f", "Regulation F: debt collection", "us-fed",
                (NEXT_CALL, VALIDATION, RECEIVED, PERIOD_END), _reckon)
