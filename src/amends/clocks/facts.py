"""The facts of a case as a rule book reads them: typed, and each bad one said as a Problem.

Facts are dates (``2026-03-02``). An instant with a time zone becomes the local date of the
institution: of the fact ``timezone``, else, for an instant in UTC, of the zone that goes with the
calendar. A fact that cannot be read counts as not given; unknown facts are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from amends.clocks.calendars import KEYS, ZONES, Calendar, calendar
from amends.money import Money
from amends.problems import AmendsError, Problem

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# A date outside these years is a slip of the keyboard, not a case.
YEARS = range(1900, 2200)
LIST_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Day:
    """A fact that is a date: ``on`` is None when it is not given or could not be read."""

    name: str
    on: date | None


@dataclass
class Facts:
    """The facts of one case under one rule book; ``problems`` gathers what could not be read."""

    given: Mapping[str, Any]
    default_calendar: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the fact is there at all, if only as an explicit null."""
        return name in self.given

    def day(self, name: str) -> Day:
        """The fact ``name`` as a date."""
        value = self.given.get(name)
        return Day(name, None if value is None else self._date(name, value))

    def days(self, name: str) -> list[date]:
        """The fact ``name`` as a list of dates, in order; what is no date is left out."""
        found = (self._date(name, item) for item in self._list(name))
        return sorted(day for day in found if day is not None)

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """The fact ``name`` as a list of objects."""
        items = self._list(name)
        rows = [item for item in items if isinstance(item, Mapping)]
        if len(rows) < len(items):
            self._bad(name, "holds something that is no object", "Write {...} for each.")
        return rows

    def row(self, name: str, row: Mapping[str, Any]) -> Facts:
        """The facts of one row of the list ``name``, whose Problems come to this case."""
        return Facts({**row, "timezone": self.given.get("timezone")}, self.default_calendar,
                     self.problems)

    def flag(self, name: str, default: bool | None = None) -> bool | None:
        """The fact ``name`` as true or false, else ``default``."""
        value = self.given.get(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self._bad(name, f"{_short(value)} is neither true nor false", "Write true or false.")
        return default

    def word(self, name: str, allowed: Sequence[str], default: str | None = None) -> str | None:
        """The fact ``name`` as one of ``allowed``, else ``default``."""
        value = self.text(name)
        if value is None or value in allowed:
            return value or default
        self._bad(name, f"{_short(value)} is not known", f"Use one of {', '.join(allowed)}.")
        return default

    def text(self, name: str) -> str | None:
        """The fact ``name`` as text without blanks around it; None when it is not given."""
        value = self.given.get(name)
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        self._bad(name, f"{_short(value)} is not text", "Write it in quotes.")
        return None

    def whole(self, name: str, most: int) -> int | None:
        """The fact ``name`` as a whole number from 0 to ``most``."""
        value = self.given.get(name)
        if value is None or (type(value) is int and 0 <= value <= most):
            return value
        self._bad(name, f"{_short(value)} is no whole number from 0 to {most}",
                  "Write it as a plain number.")
        return None

    def money(self, name: str, currency: str) -> Money | None:
        """The fact ``name`` as an amount that is not negative; a float is refused."""
        value = self.given.get(name)
        if value is None:
            return None
        try:
            if isinstance(value, str) or type(value) is int:
                amount = Money.parse(value, currency)
                if amount.minor >= 0:
                    return amount
        except AmendsError:
            pass
        self._bad(name, f"{_short(value)} is no amount in {currency}",
                  "Write it as decimal text with two places, such as \"12.50\".")
        return None

    @cached_property
    def calendar(self) -> Calendar:
        """The case's calendar: the fact ``calendar``, else the rule book's own, with exceptions."""
        key = self.word("calendar", KEYS, self.default_calendar) or "us-fed"
        return calendar(key, self.days("extra_closed_days"), self.days("extra_open_days"))

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The institution's time zone, if the facts name one that exists."""
        name = self.text("timezone")
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # unknown, or no name of a zone at all
            self._bad("timezone", f"{_short(name)} is no time zone", "Write Europe/Berlin.")
            return None

    def warn(self, name: str, what: str, hint: str = "") -> None:
        """Say that a fact was read, but that something about it needs a look."""
        self.problems.append(Problem("warning", what, hint, field=name))

    def _list(self, name: str) -> Sequence[Any]:
        value = self.given.get(name)
        if value is None:
            return ()
        if isinstance(value, (list, tuple)) and len(value) <= LIST_MAX:
            return value
        self._bad(name, f"{_short(value)} is no list of at most {LIST_MAX:,}", "Write [...].")
        return ()

    def _date(self, name: str, value: object) -> date | None:
        try:
            day = self._local(name, value)
        except (ValueError, OverflowError):
            day = None
        if day is None or day.year not in YEARS:
            self._bad(name, f"{_short(value)} is no date", "Write it as YYYY-MM-DD.")
            return None
        return day

    def _local(self, name: str, value: object) -> date | None:
        """The local date of a date, an instant, or the text of either."""
        if isinstance(value, str):
            text = value.strip()
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
            if not _DATE.match(text) or len(text) < 16:
                return None
            value = datetime.fromisoformat(text)
        if isinstance(value, datetime):
            return self._institution_date(name, value)
        return value if isinstance(value, date) else None

    def _institution_date(self, name: str, instant: datetime) -> date:
        if instant.tzinfo is None:
            return instant.date()
        if self.zone is not None:
            return instant.astimezone(self.zone).date()
        if instant.utcoffset() != UTC.utcoffset(None) or self.default_calendar not in ZONES:
            return instant.date()  # written in somebody's local time: the date they saw
        zone = ZONES[self.default_calendar]
        self.problems.append(Problem(
            "info", f"The instant is read as a date in {zone}.",
            "Give the fact timezone if the institution is elsewhere.", field=name))
        return instant.astimezone(ZoneInfo(zone)).date()

    def _bad(self, name: str, what: str, hint: str) -> None:
        problem = Problem("error", f"{what[0].upper()}{what[1:]}; it counts as not given.", hint,
                          field=name)
        if problem not in self.problems:
            self.problems.append(problem)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
