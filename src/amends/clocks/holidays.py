"""The closing days of a year, by the rules of each country's banks.

The dates are worked out here, not by a holiday library: most libraries return the payroll version
of the US holidays, which moves a Saturday holiday to Friday, when the Reserve Banks are open, and
loading one takes longer than a whole command may. The tests compare both, year by year.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_DAY = timedelta(days=1)
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
Holidays = dict[date, str]


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian year (the anonymous algorithm of 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The ``nth`` such weekday of the month, counted from the end when negative."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - _DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))


def us_fed(year: int) -> Holidays:
    """Reserve Bank closings: a Sunday holiday closes Monday, a Saturday one closes nothing."""
    days: Holidays = {}
    for day, name in _us_holidays(year):
        if day.weekday() == SUNDAY:
            days[day + _DAY] = f"{name} (observed)"
        else:
            days[day] = name
    return days


def us_opm(year: int) -> Holidays:
    """Federal offices' days off, which move a Saturday holiday to Friday; for comparison only."""
    days: Holidays = {}
    for day, name in (*_us_holidays(year), (date(year + 1, 1, 1), "New Year's Day")):
        shift = {SATURDAY: -_DAY, SUNDAY: _DAY}.get(day.weekday())
        kept = day + shift if shift else day
        if kept.year == year:
            days[kept] = f"{name} (observed)" if shift else name
    return days


def _us_holidays(year: int) -> Iterator[tuple[date, str]]:
    """The legal public holidays of 5 U.S.C. 6103(a), on the day they are named for."""
    yield date(year, 1, 1), "New Year's Day"
    if year >= 1986:
        yield nth_weekday(year, 1, MONDAY, 3), "Martin Luther King Day"
    yield nth_weekday(year, 2, MONDAY, 3), "Presidents Day"
    yield nth_weekday(year, 5, MONDAY, -1), "Memorial Day"
    if year >= 2021:
        yield date(year, 6, 19), "Juneteenth"
    yield date(year, 7, 4), "Independence Day"
    yield nth_weekday(year, 9, MONDAY, 1), "Labor Day"
    yield nth_weekday(year, 10, MONDAY, 2), "Columbus Day"
    yield date(year, 11, 11), "Veterans Day"
    yield nth_weekday(year, 11, THURSDAY, 4), "Thanksgiving Day"
    yield date(year, 12, 25), "Christmas Day"


def uk_eng(year: int) -> Holidays:
    """Bank holidays of England and Wales, Good Friday and Christmas Day included."""
    easter = easter_sunday(year)
    return _with_substitutes({
        date(year, 1, 1): "New Year's Day",
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
        nth_weekday(year, 5, MONDAY, 1): "early May bank holiday",
        nth_weekday(year, 5, MONDAY, -1): "spring bank holiday",
        nth_weekday(year, 8, MONDAY, -1): "summer bank holiday",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    })


def uk_sct(year: int) -> Holidays:
    """Bank holidays of Scotland: 2 January and St Andrew's Day, but no Easter Monday."""
    days = {
        date(year, 1, 1): "New Year's Day",
        date(year, 1, 2): "2 January",
        easter_sunday(year) - 2 * _DAY: "Good Friday",
        nth_weekday(year, 5, MONDAY, 1): "early May bank holiday",
        nth_weekday(year, 5, MONDAY, -1): "spring bank holiday",
        nth_weekday(year, 8, MONDAY, 1): "summer bank holiday",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }
    if year >= 2007:
        days[date(year, 11, 30)] = "St Andrew's Day"
    return _with_substitutes(days)


def uk_nir(year: int) -> Holidays:
    """Bank holidays of Northern Ireland: those of England with 17 March and 12 July."""
    return uk_eng(year) | _with_substitutes({
        date(year, 3, 17): "St Patrick's Day",
        date(year, 7, 12): "Battle of the Boyne",
    })


def eu_target(year: int) -> Holidays:
    """TARGET closing days; there are no substitute days."""
    easter = easter_sunday(year)
    return {
        date(year, 1, 1): "New Year's Day",
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
        date(year, 5, 1): "Labour Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "26 December",
    }


def _with_substitutes(days: Holidays) -> Holidays:
    """UK rule: a holiday on a weekend moves to the next weekday that is not one already."""
    kept = {day: name for day, name in days.items() if day.weekday() < SATURDAY}
    for day, name in sorted(days.items()):
        if day.weekday() >= SATURDAY:
            moved = day + _DAY
            while moved.weekday() >= SATURDAY or moved in kept:
                moved += _DAY
            kept[moved] = f"{name} (substitute day)"
    return kept


RULES = {"us-fed": us_fed, "us-opm": us_opm, "uk-eng": uk_eng, "uk-sct": uk_sct,
         "uk-nir": uk_nir, "eu-target": eu_target}


@cache
def closing_days(key: str, year: int) -> Holidays:
    """Closed days of calendar ``key`` in ``year`` with their names; proclaimed days included."""
    days = RULES[key](year)
    for scope, day, state, name in _one_off_days():
        if day.year == year and f"{key}-".startswith(f"{scope}-"):
            if state == "closed":
                days[day] = name
            else:
                days.pop(day, None)
    return days


@cache
def _one_off_days() -> list[tuple[str, date, str, str]]:
    """Days proclaimed once: (calendar or country, day, closed or open, name)."""
    text = files(__package__).joinpath("one_off_days.csv").read_text(encoding="utf-8")
    return [(row["calendar"], date.fromisoformat(row["date"]), row["state"], row["name"])
            for row in csv.DictReader(text.splitlines())]
