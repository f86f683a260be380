"""Counting against an independent way of counting, on thousands of random cases."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from amends.clocks.calendars import calendar
from amends.clocks.counting import add_months
from amends.clocks.deadlines import compute
from amends.clocks.holidays import closing_days

days = st.dates(date(2010, 1, 1), date(2060, 12, 31))
DAY = timedelta(days=1)


def nth_open_day(key: str, start: date, n: int) -> date:
    """Lists every open day after the start and picks one: slow, plain, and no code of ours."""
    later = [start + i * DAY for i in range(1, 3 * n + 20)]
    return [day for day in later
            if day.isoweekday() <= 5 and day not in closing_days(key, day.year)][n - 1]


@given(days, st.sampled_from(["ach", "debit_card_purchase"]), st.sampled_from(["US", "GU", "DE"]))
def test_reg_e_from_the_notice(notice: date, kind: str, country: str) -> None:
    found = compute("us-reg-e", {"notice_received": notice.isoformat(), "transaction_type": kind,
                                 "initiated_in_country": country})
    long = kind == "debit_card_purchase" or country == "DE"
    assert found.deadlines["initial_decision_due"] == nth_open_day("us-fed", notice, 10)
    assert found.deadlines["final_decision_due"] == notice + (90 if long else 45) * DAY


@given(days, st.integers(0, 30))
def test_months_are_those_of_the_calendar(day: date, n: int) -> None:
    assert add_months(day, n) == day + relativedelta(months=n)


@given(st.lists(days, max_size=12), st.lists(days, max_size=3), days)
def test_the_next_call_is_the_first_day_that_breaks_no_rule(
    calls: list[date], talks: list[date], as_of: date
) -> None:
    near = [as_of + (day.toordinal() % 21 - 14) * DAY for day in calls]
    talks = [as_of + (day.toordinal() % 21 - 14) * DAY for day in talks]
    day = as_of
    while (sum(day - 6 * DAY <= call <= day for call in near) > 6
           or any(0 <= (day - talk).days <= 6 for talk in talks)):
        day += DAY
    found = compute("us-reg-f", {"call_dates": near, "conversation_dates": talks, "as_of": as_of})
    assert found.deadlines["next_call_permitted"] == day


@given(days, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=3))
def test_stops_only_ever_delay_and_never_past_the_outer_limit(
    reported: date, stops: list[tuple[int, int]]
) -> None:
    reported = max(reported, date(2024, 10, 7))
    rows = [{"stopped_on": reported + a * DAY, "restarted_on": reported + (a + b) * DAY}
            for a, b in stops]
    found = compute("uk-app-fraud", {"claim_reported": reported, "stop_clock": rows}).deadlines
    due, outer = found["reimbursement_due"], found["outer_limit"]
    assert due is not None
    assert outer == nth_open_day("uk-eng", reported, 35)
    assert nth_open_day("uk-eng", reported, 5) <= due <= outer
    running = [day for i in range(1, (due - reported).days + 1)
               if calendar("uk-eng").is_open(day := reported + i * DAY)
               and not any(row["stopped_on"] < day <= row["restarted_on"] for row in rows)]
    assert len(running) == 5 or due == outer
