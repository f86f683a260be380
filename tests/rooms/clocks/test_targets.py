"""Service targets: working time that pauses, apart from every legal clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.clocks.calendars import calendar
from amends.clocks.targets import FIRST_REPLY, SOLVE, Office, Pause, due_at, worked

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Office(calendar("eu-target"), BERLIN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), at(end) if end else None)


@pytest.mark.parametrize(("start", "pauses", "due"), [
    ("2026-03-02 10:00", [], "2026-03-02 14:00"),
    ("2026-03-02 15:00", [], "2026-03-03 11:00"),  # over night
    ("2026-03-06 15:30", [], "2026-03-09 11:30"),  # over the weekend
    ("2026-03-07 12:00", [], "2026-03-09 13:00"),  # begins on a closed day
    ("2026-03-02 06:00", [], "2026-03-02 13:00"),  # before opening
    ("2026-03-02 13:00", [], "2026-03-02 17:00"),  # to the last minute
    ("2026-04-02 16:00", [], "2026-04-07 12:00"),  # Good Friday and Easter Monday
    ("2026-03-27 16:00", [], "2026-03-30 12:00"),  # clocks change on the 29th
    ("2026-03-02 10:00", [("2026-03-02 11:00", "2026-03-02 12:00")], "2026-03-02 15:00"),
    ("2026-03-02 10:00", [("2026-03-02 11:00", "2026-03-03 10:00")], "2026-03-03 13:00"),
    ("2026-03-02 10:00", [("2026-03-01 11:00", "2026-03-02 10:30")], "2026-03-02 14:30"),
    ("2026-03-02 10:00", [("2026-03-02 11:00", "2026-03-02 13:00"),
                          ("2026-03-02 12:00", "2026-03-02 14:00")], "2026-03-02 17:00"),
    ("2026-03-02 10:00", [("2026-03-02 11:00", None)], None),  # still waiting
    ("2026-03-02 10:00", [("2026-03-02 14:00", None)], "2026-03-02 14:00"),  # met before
])
def test_first_reply_in_four_business_hours(
    start: str, pauses: list[tuple[str, str | None]], due: str | None
) -> None:
    found = due_at(at(start), FIRST_REPLY, OFFICE, [pause(*stretch) for stretch in pauses])
    assert found == (at(due).astimezone(UTC) if due else None)


def test_a_case_is_to_be_solved_in_ten_whole_business_days() -> None:
    assert due_at(at("2026-03-02 11:00"), SOLVE, OFFICE) == at("2026-03-16 11:00")
    assert SOLVE.counted == "10 business days; stops while we wait for somebody else"


def test_working_time_leaves_out_nights_and_pauses() -> None:
    waits = [pause("2026-03-02 12:00", "2026-03-02 13:00")]
    spent = worked(at("2026-03-02 10:00"), at("2026-03-03 10:00"), OFFICE, waits)
    assert spent == timedelta(hours=7)
    assert worked(at("2026-03-02 10:00"), at("2026-03-01 10:00"), OFFICE) == timedelta()


starts = st.integers(0, 1_000_000).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(starts, st.lists(st.tuples(starts, st.integers(0, 5_000)), max_size=3))
def test_the_time_worked_until_a_target_is_due_is_the_target(
    start: datetime, stretches: list[tuple[datetime, int]]
) -> None:
    waits = [Pause(begin, begin + timedelta(minutes=length)) for begin, length in stretches]
    due = due_at(start, SOLVE, OFFICE, waits)
    assert due is not None
    assert worked(start, due, OFFICE, waits) == SOLVE.working(OFFICE)
    assert due >= due_at(start, SOLVE, OFFICE)  # a pause never brings it forward
