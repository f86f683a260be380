"""Business days: the closings of each calendar, and the ways a calendar goes wrong."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.clocks.calendars import KEYS, calendar
from amends.clocks.holidays import closing_days
from amends.problems import AmendsError

# Weekday closings as the banks publish them.
PUBLISHED = {
    ("us-fed", 2026): "1-1 1-19 2-16 5-25 6-19 9-7 10-12 11-11 11-26 12-25",
    ("us-fed", 2027): "1-1 1-18 2-15 5-31 7-5 9-6 10-11 11-11 11-25",
    ("us-fed", 2028): "1-17 2-21 5-29 6-19 7-4 9-4 10-9 11-23 12-25",
    ("uk-eng", 2026): "1-1 4-3 4-6 5-4 5-25 8-31 12-25 12-28",
    ("uk-eng", 2027): "1-1 3-26 3-29 5-3 5-31 8-30 12-27 12-28",
    ("uk-eng", 2028): "1-3 4-14 4-17 5-1 5-29 8-28 12-25 12-26",
    ("eu-target", 2026): "1-1 4-3 4-6 5-1 12-25",
    ("eu-target", 2027): "1-1 3-26 3-29",
    ("eu-target", 2028): "4-14 4-17 5-1 12-25 12-26",
    ("uk-sct", 2026): "1-1 1-2 4-3 5-4 5-25 6-15 8-3 11-30 12-25 12-28",
    ("uk-sct", 2027): "1-1 1-4 3-26 5-3 5-31 8-2 11-30 12-27 12-28",
    ("uk-sct", 2028): "1-3 1-4 4-14 5-1 5-29 8-7 11-30 12-25 12-26",
    ("uk-nir", 2026): "1-1 3-17 4-3 4-6 5-4 5-25 7-13 8-31 12-25 12-28",
    ("uk-nir", 2027): "1-1 3-17 3-26 3-29 5-3 5-31 7-12 8-30 12-27 12-28",
    ("uk-nir", 2028): "1-3 3-17 4-14 4-17 5-1 5-29 7-12 8-28 12-25 12-26",
}


def weekdays_closed(key: str, year: int) -> set[date]:
    return {day for day in closing_days(key, year) if day.weekday() < 5}


@pytest.mark.parametrize(("key", "year"), PUBLISHED)
def test_closings_are_those_the_banks_publish(key: str, year: int) -> None:
    published = {date(year, *map(int, day.split("-"))) for day in PUBLISHED[key, year].split()}
    assert weekdays_closed(key, year) == published


@pytest.mark.parametrize("day", ["2026-07-03", "2027-06-18", "2027-12-24", "2027-12-31",
                                 "2028-11-10"])
def test_the_friday_before_a_saturday_holiday_is_open_at_the_reserve_banks(day: str) -> None:
    assert calendar("us-fed").is_open(date.fromisoformat(day))
    assert not calendar("us-opm").is_open(date.fromisoformat(day))


def by_library(key: str, year: int) -> set[date]:
    if key == "us-fed":
        days = holidays.financial_holidays("XFED", years=year)
    elif key == "us-opm":
        days = holidays.country_holidays("US", years=[year, year + 1])
    elif key == "eu-target":
        days = holidays.financial_holidays("XECB", years=year)
    else:
        part = {"uk-eng": "ENG", "uk-sct": "SCT", "uk-nir": "NIR"}[key]
        days = holidays.country_holidays("GB", subdiv=part, years=year)
    return {day for day in days if day.year == year and day.weekday() < 5}


@pytest.mark.parametrize("key", KEYS)
def test_closings_agree_with_the_holiday_library_for_a_generation(key: str) -> None:
    differ = {year for year in range(2007, 2041)
              if weekdays_closed(key, year) != by_library(key, year)}
    assert differ == set()


def test_an_institution_may_open_a_saturday_and_close_a_weekday() -> None:
    ours = calendar("us-fed", extra_closed=[date(2026, 3, 3)], extra_open=[date(2026, 3, 7)])
    assert not ours.is_open(date(2026, 3, 3))
    assert ours.is_open(date(2026, 3, 7))
    assert ours.add(date(2026, 3, 2), 4) == date(2026, 3, 7)
    assert ours.skipped(date(2026, 3, 2), date(2026, 3, 9)) == [
        (date(2026, 3, 3), "closed by the institution")]


def test_an_unknown_calendar_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(AmendsError, match="us-fed, us-opm, uk-eng"):
        calendar("us-nyse")


days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(st.sampled_from(KEYS), days, st.integers(1, 60))
def test_adding_and_counting_are_each_other_s_inverse(key: str, start: date, n: int) -> None:
    ours = calendar(key)
    end = ours.add(start, n)
    assert ours.is_open(end)
    assert ours.count(start, end) == n
    assert ours.count(start, end - timedelta(days=1)) == n - 1


@given(st.sampled_from(KEYS), days, st.integers(1, 60))
def test_open_days_weekends_and_named_days_make_up_the_whole_stretch(
    key: str, start: date, n: int
) -> None:
    ours = calendar(key)
    end = start + timedelta(days=n)
    weekends = sum((start + timedelta(days=i)).weekday() > 4 for i in range(1, n + 1))
    assert ours.count(start, end) + weekends + len(ours.skipped(start, end)) == n
