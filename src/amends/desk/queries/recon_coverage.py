"""Which days each series of files covers: present, missing, empty, doubled, or a closed day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from amends.clocks.calendars import calendar
from amends.desk.access import files_for
from amends.desk.models import User

DAYS_SHOWN = 31
STATE_WORDS = {
    "present": "in", "doubled": "in twice", "empty": "in, without entries", "missing": "missing",
    "closed": "closed day, none expected", "before": "before the first file",
}
_CALENDARS = {"EUR": "eu-target", "SEK": "eu-target", "GBP": "uk-eng", "USD": "us-fed"}
_SIDES = ("ledger", "processor", "bank")
_DATE = re.compile(r"(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one series; ``sha256`` is the file to open, if there is one."""

    day: date
    state: str
    words: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One series of files by day, and what it lacks."""

    title: str
    side: str
    cells: tuple[Cell, ...]
    verdict: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """All series over the same days."""

    days: tuple[tuple[date, bool], ...]
    strips: tuple[Strip, ...]


@dataclass(slots=True)
class _Series:
    title: str
    side: str
    currencies: set[str] = field(default_factory=set)
    files: dict[date, list[tuple[str, int]]] = field(default_factory=dict)


def coverage(user: User) -> Coverage:
    """The last month up to the newest day of any file."""
    rows = files_for(user).filter(side__in=_SIDES, case=None).values(
        "name", "side", "sha256", "entries", "covers_from", "covers_to", "statements")
    series = _series(rows)
    if not series:
        return Coverage((), ())
    newest = max(day for one in series for day in one.files)
    days = [newest - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
    marked = tuple((day, place % 5 == 0 or place == DAYS_SHOWN - 1)
                   for place, day in enumerate(days))
    return Coverage(marked, tuple(_strip(one, days) for one in series))


def _series(rows: Iterable[Mapping[str, Any]]) -> list[_Series]:
    """Files with the same name apart from its date belong together."""
    found: dict[tuple[str, str], _Series] = {}
    for row in rows:
        stem = re.sub(r"\d{3,}", "", _DATE.sub("", row["name"].rsplit(".", 1)[0]))
        title = " ".join(re.findall(r"[^\W_]+", stem)) or row["side"]
        one = found.setdefault((row["side"], title.lower()),
                               _Series(title[:1].upper() + title[1:], row["side"]))
        one.currencies |= {line["currency"] for line in row["statements"] if line["currency"]}
        for day in _days(row):
            one.files.setdefault(day, []).append((row["sha256"], row["entries"]))
    return sorted((one for one in found.values() if one.files),
                  key=lambda one: (_SIDES.index(one.side), one.title))


def _days(row: Mapping[str, Any]) -> list[date]:
    """The day in the file's name, else the days that its entries cover."""
    named = _DATE.findall(row["name"])
    if len(named) == 1:
        try:
            return [date(*map(int, named[0]))]
        except ValueError:
            pass
    first, last = row["covers_from"], row["covers_to"]
    if not first:
        return []
    return [first + timedelta(days=place) for place in range(min((last - first).days, 400) + 1)]


def _strip(one: _Series, days: Sequence[date]) -> Strip:
    first = min(one.files)
    closed = _closed_weekdays(one)
    cells = tuple(_cell(one, day, first, closed) for day in days)
    counts = [(state, sum(1 for cell in cells if cell.state == state))
              for state in ("missing", "doubled", "empty")]
    lacking = ", ".join(f"{count} {state}" for state, count in counts if count)
    return Strip(one.title, one.side, cells, lacking or "Complete",
                 any(count for state, count in counts if state != "empty"))


def _closed_weekdays(one: _Series) -> frozenset[int]:
    """Saturday or Sunday, where two of them have passed and none ever brought a file."""
    first, last = min(one.files), max(one.files)
    if (last - first).days < 14:
        return frozenset()
    return frozenset({5, 6} - {day.weekday() for day in one.files})


def _cell(one: _Series, day: date, first: date, closed: frozenset[int]) -> Cell:
    files = one.files.get(day, [])
    if files:
        filled = [sha for sha, entries in files if entries]
        state = "doubled" if len(filled) > 1 else "present" if filled else "empty"
    elif day < first:
        state = "before"
    else:
        state = "missing" if _expected(one, day, closed) else "closed"
    return Cell(day, state, STATE_WORDS[state], files[0][0] if files else "")


def _expected(one: _Series, day: date, closed: frozenset[int]) -> bool:
    """Banks, and processors that rest at weekends, send nothing on days closed for settlement."""
    if day.weekday() in closed:
        return False
    if one.side != "bank" and not closed:
        return True
    keys = {_CALENDARS.get(currency, "eu-target") for currency in one.currencies} or {"eu-target"}
    return any(calendar(key).is_open(day) for key in keys)
