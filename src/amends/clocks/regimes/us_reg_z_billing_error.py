"""Regulation Z: billing errors on credit cards and open-end credit (12 CFR 1026.13).

Two complete billing cycles are whole cycles after receipt, so the date is the third closing date
on or after the notice: real closing dates, never 60 days, and never later than 90 days.
"""

from __future__ import annotations

from datetime import date

from amends.clocks.counting import Count, calendar_days, missing, none, spoken
from amends.clocks.facts import Day, Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

_FORFEIT = ("The creditor loses the right to collect the amount, up to $50 an item, even if there "
            "was no error (15 U.S.C. 1666(e)); damages under 15 U.S.C. 1640.")

NOTICE = Clock(
    "notice_deadline", "Customer's billing-error notice",
    "The customer's written notice reaches the billing-error address.",
    "12 CFR 1026.13(b)(1)", "1026.13 need not be followed.")
ACKNOWLEDGMENT = Clock(
    "acknowledgment_due", "Written acknowledgement",
    "Mail or deliver a written acknowledgement, unless resolved by then.",
    "12 CFR 1026.13(c)(1)", _FORFEIT)
RESOLUTION = Clock(
    "resolution_due", "Resolve the billing error",
    "Correct it and send a correction notice, or send the reasons why not.",
    "12 CFR 1026.13(c)(2), (e), (f); comment 13(c)(2)-1", _FORFEIT)


def _reckon(facts: Facts) -> Reckoning:
    deadline = calendar_days(facts.day("statement_sent"), 60)
    notice = facts.day("notice_received")
    counts = {NOTICE: deadline, ACKNOWLEDGMENT: _acknowledgment(facts, notice),
              RESOLUTION: _resolution(facts, notice)}
    if notice.on is None or deadline.due is None:
        return Reckoning(counts)
    timely = notice.on <= deadline.due
    if not timely:
        late = none(f"Does not run: the notice of {spoken(notice.on)} came after "
                    f"{spoken(deadline.due)}.", notice.on)
        counts |= {ACKNOWLEDGMENT: late, RESOLUTION: late}
    return Reckoning(counts, {"notice_timely": timely})


def _acknowledgment(facts: Facts, notice: Day) -> Count:
    count = calendar_days(notice, 30)
    resolved = facts.day("resolved_on").on
    if count.due is not None and resolved is not None and resolved <= count.due:
        return none(f"Not needed: resolved on {spoken(resolved)}, within the 30 days.", notice.on)
    return count


def _resolution(facts: Facts, notice: Day) -> Count:
    cap = calendar_days(notice, 90, "the most that two billing cycles may take")
    if notice.on is None or cap.due is None:
        return cap
    closings = [day for day in facts.days("cycle_close_dates") if day >= notice.on]
    if len(closings) >= 3 and closings[2] <= cap.due:
        return Count(notice.on, closings[2], _cycle_words(notice.on, closings))
    if closings and closings[-1] >= cap.due:
        return cap
    facts.warn("cycle_close_dates", "The account's closing dates do not reach far enough.",
               f"Give three on or after {notice.on}; {cap.due} is the latest possible day.")
    return missing("three closing dates on or after the notice")


def _cycle_words(notice: date, closings: list[date]) -> str:
    return (f"The rest of the cycle of {spoken(notice)} (closes {spoken(closings[0])}) and two "
            f"whole cycles after it; before the 90th day.")


REGIME = Regime("us-reg-z-billing-error", "Regulation Z: billing errors on credit", None,
                (NOTICE, ACKNOWLEDGMENT, RESOLUTION), _reckon)
