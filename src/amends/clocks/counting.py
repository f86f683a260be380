"""How days are counted: day 0 is the day it happens, and the last day never moves by itself.

Each function returns a ``Count``: the date with the way to it in words. One that starts from a
fact which is not there has no date and says which fact is missing.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from amends.clocks.calendars import Calendar
from amends.clocks.facts import Day

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Count:
    """One date and the way to it in words; ``due`` is None when the clock does not run."""

    start: date | None
    due: date | None
    words: str
    skipped: tuple[tuple[date, str], ...] = ()


def spoken(day: date) -> str:
    """The date for people: ``Mon 2 Mar 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def none(why: str, start: date | None = None) -> Count:
    """A clock that has no date, and why."""
    return Count(start, None, why)


def missing(*names: str) -> Count:
    """A clock that cannot be reckoned yet, because a fact is not there."""
    return none(f"Not reckoned: {' and '.join(names)} {'is' if len(names) == 1 else 'are'} "
                "not given.")


def calendar_days(day: Day, days: int, because: str = "") -> Count:
    """``days`` calendar days after ``day``; weekends and holidays count, the end stays put."""
    if day.on is None:
        return missing(day.name)
    due = day.on + timedelta(days=days)
    words = f"{_plural(days, 'calendar day')} after {spoken(day.on)} (day 0){_comma(because)}"
    if due.weekday() > 4:
        words += f"; ends on a {'Saturday' if due.weekday() == 5 else 'Sunday'} and stays there"
    return Count(day.on, due, f"{words}.")


def business_days(day: Day, days: int, calendar: Calendar, because: str = "") -> Count:
    """``days`` business days after ``day``, which is day 0 whether open or closed."""
    if day.on is None:
        return missing(day.name)
    due = calendar.add(day.on, days)
    skipped = tuple(calendar.skipped(day.on, due))
    words = (f"{_plural(days, 'business day')} of {calendar.key} after {spoken(day.on)} (day 0)"
             f"{_comma(because)}; day 1 is {spoken(calendar.next_open(day.on))}")
    if skipped:
        words += f"; skipped {', '.join(f'{name} ({spoken(on)})' for on, name in skipped)}"
    for on, name in calendar.on_saturday(day.on, due):
        words += f"; {name} is a Saturday ({spoken(on)}) and closes no other day"
    return Count(day.on, due, f"{words}.", skipped)


def months(day: Day, number: int, because: str = "") -> Count:
    """Same day number ``number`` months later; where there is none, the month's last day."""
    if day.on is None:
        return missing(day.name)
    due = add_months(day.on, number)
    unit = _plural(number // 12, "year") if number % 12 == 0 else _plural(number, "month")
    words = f"{unit} after {spoken(day.on)}{_comma(because)}"
    if due.day != day.on.day:
        words += f"; the month has no day {day.on.day}, so its last day"
    return Count(day.on, due, f"{words}.")


def add_months(day: date, number: int) -> date:
    """``day`` moved by whole months, to the last day where the day number does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rolled(count: Count, calendar: Calendar) -> Count:
    """``count`` moved to the next business day when it ends on a closed day."""
    if count.due is None or calendar.is_open(count.due):
        return count
    due = calendar.next_open(count.due)
    words = (f"{count.words} {spoken(count.due)} is closed ({calendar.key}), "
             f"so the next open day.")
    skipped = calendar.skipped(count.due - timedelta(days=1), due)
    return replace(count, due=due, words=words, skipped=count.skipped + tuple(skipped))


def capped(count: Count, cap: Count, name: str) -> Count:
    """``count``, but never later than ``cap``: the earlier of two limits is the deadline."""
    if count.due is None or cap.due is None or count.due <= cap.due:
        return count
    return replace(cap, start=count.start,
                   words=f"{count.words} That would be {spoken(count.due)}; {name} comes first: "
                         f"{cap.words}")


def _plural(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _comma(because: str) -> str:
    return f", {because}" if because else ""
