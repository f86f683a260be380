"""Business days: which days are open, and how to count them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from amends.clocks.holidays import RULES, SATURDAY, closing_days
from amends.problems import AmendsError, Problem

KEYS = tuple(RULES)
# The institution's time zone that goes with a calendar, when the facts do not name one.
ZONES = {"us-fed": "America/New_York", "us-opm": "America/New_York", "uk-eng": "Europe/London",
         "uk-sct": "Europe/London", "uk-nir": "Europe/London", "eu-target": "Europe/Berlin"}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Open and closed days of ``key``, with an institution's own exceptions.

    An extra open day may be a Saturday or a holiday; a day named as both is closed.
    """

    key: str
    extra_closed: frozenset[date] = field(default=frozenset())
    extra_open: frozenset[date] = field(default=frozenset())

    def is_open(self, day: date) -> bool:
        """Whether ``day`` is a business day."""
        if day in self.extra_closed:
            return False
        if day in self.extra_open:
            return True
        return day.weekday() < SATURDAY and day not in closing_days(self.key, day.year)

    def next_open(self, day: date) -> date:
        """The first business day after ``day``."""
        day += _DAY
        while not self.is_open(day):
            day += _DAY
        return day

    def add(self, day: date, business_days: int) -> date:
        """``day`` plus so many business days; ``day`` itself is day 0, open or not."""
        for _ in range(business_days):
            day = self.next_open(day)
        return day

    def count(self, start: date, end: date) -> int:
        """Business days after ``start`` up to and including ``end``; 0 when end is not later."""
        return sum(self.is_open(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def skipped(self, start: date, end: date) -> list[tuple[date, str]]:
        """Closed days after ``start`` to ``end`` that are no plain weekend, with their names."""
        days = (start + n * _DAY for n in range(1, (end - start).days + 1))
        return [(day, name) for day in days if (name := self._closed_as(day))]

    def on_saturday(self, start: date, end: date) -> list[tuple[date, str]]:
        """Holidays after ``start`` to ``end`` that fall on a Saturday and close no other day."""
        days = (start + n * _DAY for n in range(1, (end - start).days + 1))
        return [(day, name) for day in days if day.weekday() == SATURDAY
                and (name := closing_days(self.key, day.year).get(day))]

    def _closed_as(self, day: date) -> str:
        if day in self.extra_closed:
            return "closed by the institution"
        if self.is_open(day) or day.weekday() >= SATURDAY:
            return ""
        return closing_days(self.key, day.year)[day]


def calendar(
    key: str, extra_closed: Iterable[date] = (), extra_open: Iterable[date] = ()
) -> Calendar:
    """The calendar ``key`` (one of KEYS) with exceptions; AmendsError for an unknown key."""
    if key not in RULES:
        raise AmendsError(Problem("error", f"There is no calendar {key!r}.",
                                  f"Use one of {', '.join(KEYS)}.", field="calendar"))
    return Calendar(key, frozenset(extra_closed), frozenset(extra_open))
