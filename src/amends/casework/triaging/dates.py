"""Dates of a message: written out, in figures, relative ones counted from the day it came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from amends.casework.triaging.forms import Forms, forms, one_of
from amends.casework.triaging.number_words import find_numbers
from amends.casework.triaging.words import fold

_YEARS = range(1990, 2100)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it stands; ``day`` is None where the text does not settle it."""

    start: int
    end: int
    day: date | None
    ahead: bool = False


def find_dates(text: str, language: str, received: date | None, *, american: bool) -> list[Dated]:
    """Dates in order of their place. Without ``received`` only those with a year are settled."""
    reader = _Reader(text, forms(language), received, american)
    taken: list[Dated] = []
    for dated in reader.read():
        if not any(dated.start < other.end and other.start < dated.end for other in taken):
            taken.append(dated)
    return sorted(taken, key=lambda dated: dated.start)


@dataclass(frozen=True)
class _Reader:
    text: str
    forms: Forms
    received: date | None
    american: bool

    def read(self) -> Iterator[Dated]:
        """The surest ways of writing first; later ones yield to earlier ones."""
        yield from self._figures()
        yield from self._with_month()
        yield from self._day_alone()
        yield from self._counted()
        yield from self._relative()
        yield from self._weekdays()

    def _figures(self) -> Iterator[Dated]:
        for match in re.finditer(r"(?<![\d.,/-])(\d{4})-(\d\d?)-(\d\d?)(?![\d/-])", self.text):
            yield self._dated(match, int(match[1]), int(match[2]), int(match[3]))
        pattern = (
            r"(?<![\d.,/-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-]|[.,]\d)"
            r"|(?<![\d.,/])(\d{1,2})([./])(\d{1,2})(\.?)(?![\d/-]|[.,]\d|\s?[%€$£])"
        )
        for match in re.finditer(pattern, self.text):
            short = match[5] is not None
            first, second = (
                (int(match[5]), int(match[7])) if short else (int(match[1]), int(match[3]))
            )
            if short and not self._short_date(match):
                continue
            slash = (match[6] if short else match[2]) != "."
            if (slash and self.american and first <= 12) or second > 12:
                first, second = second, first
            year = None if short else int(match[4])
            yield self._dated(
                match, year + 2000 if year is not None and year < 100 else year, second, first
            )

    def _short_date(self, match: re.Match[str]) -> bool:
        """``9.1.`` and ``vom 12.03`` are dates; ``12.03`` by itself is a sum."""
        if (
            match[8]
            and self.forms.language in ("de", "pl")
            and not re.match(r"\s*$", self.text[match.end() : match.end() + 1] or "x")
        ):
            return True
        before = fold(self.text[max(0, match.start() - 18) : match.start()])
        leads = (
            r"(?:on|by|since|from|until|dated|vom|am|bis|zum|seit|ab|den|le|du|au|el|del|al|dia"
            r"|dnia|z|od|do|the)\s$"
        )
        weekday = rf"{one_of(self._names(self.forms.table['weekdays']))}[,.]?\s$"
        return bool(re.search(rf"\b(?:{leads}|{weekday})", before))

    def _with_month(self) -> Iterator[Dated]:
        for match in _month_pattern(self.forms.language).finditer(self.text):
            month = self._month(match["month"] or match["first"])
            year = match["year"] or match["year2"]
            for name in ("also", "day", "day2"):
                if match[name]:
                    yield self._dated(match, int(year) if year else None, month, int(match[name]))
                    if name == "also":
                        yield self._also(match, month, year)
                        break

    def _also(self, match: re.Match[str], month: int, year: str | None) -> Dated:
        """The second day of ``3 and 5 March``; it stands on the month, the first on its day."""
        day = self._settle(int(year) if year else None, month, int(match["day"]), match.start())
        return Dated(match.end(), match.end(), day)

    def _month(self, word: str) -> int:
        wanted = fold(word).rstrip(".")
        return next(
            number
            for number, names in enumerate(self.forms.table["months"], 1)
            if wanted in fold(names).split()
        )

    def _dated(self, match: re.Match[str], year: int | None, month: int, day: int) -> Dated:
        found = self._settle(year, month, day, match.start())
        if found and self._is_birth(match.start()):
            found = None
        ahead = found is not None and self.received is not None and found > self.received
        return Dated(match.start(), match.end(), found, ahead)

    def _settle(self, year: int | None, month: int, day: int, place: int) -> date | None:
        if year is not None:
            return _date(year, month, day) if year in _YEARS else None
        if self.received is None:
            return None
        near = [
            found
            for offset in (-1, 0, 1)
            if (found := _date(self.received.year + offset, month, day))
        ]
        return self._nearest(near, place)

    def _nearest(self, near: list[date], place: int) -> date | None:
        received = self.received
        if received is None or not near:
            return None
        if self._is_ahead(place):
            near = [day for day in near if day >= received] or near
        return min(near, key=lambda day: abs((day - received).days))

    def _is_ahead(self, place: int) -> bool:
        """Whether the words before speak of what is to come; those of the past decide first."""
        before = fold(re.split(r"[.!?;\n]\s", self.text[max(0, place - 40) : place])[-1])
        found = {
            name: max(
                (
                    match.end()
                    for match in re.finditer(
                        rf"\b{one_of(fold(word) for word in self.forms.table[name])}\b", before
                    )
                ),
                default=-1,
            )
            for name in ("forward", "backward")
        }
        return found["forward"] > found["backward"]

    def _is_birth(self, place: int) -> bool:
        before = fold(self.text[max(0, place - 25) : place])
        return bool(
            re.search(rf"\b{one_of(fold(word) for word in self.forms.table['born'])}", before)
        )

    def _day_alone(self) -> Iterator[Dated]:
        for form in self.forms.table["day_alone"]:
            pattern = form.replace("DAY", _DAY)
            for match in re.finditer(rf"(?<!\w){pattern}", self.text, re.IGNORECASE):
                day, received = int(match["day"]), self.received
                near = (
                    []
                    if received is None
                    else [
                        found
                        for offset in (-1, 0, 1)
                        if (found := _month_on(received, offset, day))
                    ]
                )
                found = self._nearest(near, match.end())
                yield Dated(
                    match.start(),
                    match.end(),
                    found,
                    found is not None and received is not None and found > received,
                )

    def _counted(self) -> Iterator[Dated]:
        """``three days ago``, ``in zwei Tagen``: days and weeks; hours are the same day."""
        numbers = [
            (found.start, found.end, int(found.value))
            for found in find_numbers(self.text, self.forms.language)
        ]
        spans = self.forms.table["spans"]
        for sign, name in ((-1, "ago"), (1, "ahead")):
            for form in spans[name]:
                before, _, after = form.partition("N UNIT")
                for unit, days in (("day", 1), ("week", 7), ("hour", 0)):
                    yield from self._span(before, one_of(spans[unit]), after, sign * days, numbers)

    def _span(
        self, before: str, unit: str, after: str, days: int, numbers: list[tuple[int, int, int]]
    ) -> Iterator[Dated]:
        lead = rf"(?<!\w){re.escape(before)}".replace(r"\ ", r"\s+")
        tail = rf"\s+{unit}{re.escape(after)}(?!\w)".replace(r"\ ", r"\s+")
        for match in re.finditer(
            rf"{lead}(?P<n>\d{{1,2}}|[^\W\d_]+(?:[ -][^\W\d_]+)?){tail}", self.text, re.IGNORECASE
        ):
            start, end = match.span("n")
            count = (
                int(match["n"])
                if match["n"].isdigit()
                else next(
                    (value for first, last, value in numbers if first >= start and last == end),
                    None,
                )
            )
            if count is None and days == 0:
                count = 0
            if count is not None and self.received is not None and count <= 90:
                yield Dated(
                    match.start(),
                    match.end(),
                    self.received + timedelta(days=days * count),
                    days > 0,
                )
            elif count is not None:
                yield Dated(match.start(), match.end(), None, days > 0)

    def _relative(self) -> Iterator[Dated]:
        for words, offset in sorted(
            self.forms.table["relative"].items(), key=lambda item: -len(item[0])
        ):
            for match in re.finditer(
                rf"(?<!\w){re.escape(words)}(?!\w)".replace(r"\ ", r"\s+"), self.text, re.IGNORECASE
            ):
                if _of_tomorrow(words, fold(self.text[max(0, match.start() - 8) : match.start()])):
                    day = self.received and self.received + timedelta(days=offset)
                    yield Dated(match.start(), match.end(), day, offset > 0)

    def _weekdays(self) -> Iterator[Dated]:
        days = self.forms.table["weekdays"]
        for match in re.finditer(
            rf"(?<!\w){one_of(self._names(days))}(?!\w)", self.text, re.IGNORECASE
        ):
            name = match.group()
            if len(name) <= 4 and self.forms.language == "en" and not name[0].isupper():
                continue  # sat, sun, wed and mon are words too
            number = next(
                place for place, names in enumerate(days) if name.lower() in names.split()
            )
            ahead = self._is_ahead(match.start()) or self._is_next(match.end())
            yield Dated(match.start(), match.end(), _weekday(self.received, number, ahead), ahead)

    def _is_next(self, place: int) -> bool:
        after = fold(self.text[place : place + 14])
        return bool(re.match(r"\s*(?:que viene|prochain|proximo|next)", after))

    @staticmethod
    def _names(entries: list[str]) -> list[str]:
        return [name for names in entries for name in names.split()]


def _of_tomorrow(words: str, before: str) -> bool:
    """Whether ``morgen`` and ``mañana`` mean the next day, and not the morning."""
    if words == "morgen":
        return not re.search(r"(?:guten|jeden|am|heute|gestern)\s$", before)
    if words == "mañana":
        return not re.search(r"(?:la|por la|esta|de la)\s$", before)
    return True


def _weekday(received: date | None, number: int, ahead: bool) -> date | None:
    if received is None:
        return None
    back = (received.weekday() - number - 1) % 7 + 1
    return (
        received + timedelta(days=7 - back if back < 7 else 7)
        if ahead
        else (received - timedelta(days=back))
    )


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_on(received: date, offset: int, day: int) -> date | None:
    months = received.year * 12 + received.month - 1 + offset
    return _date(months // 12, months % 12 + 1, day)


@cache
def _month_pattern(language: str) -> re.Pattern[str]:
    """``3 February 2026``, ``3. und 5. März``, and where it is used ``February 3rd, 2026``."""
    here = forms(language)
    spelled = [name for entry in here.table["months"] for name in entry.split()]
    names = one_of([*spelled, *map(fold, spelled)])
    ordinal = f"{one_of(here.table['ordinals'])}?"
    of = rf"(?:{one_of(here.table['of'])}\s+)?" if here.table["of"] else ""
    joins = one_of(here.table["joins"])
    year = r"(?:[\s,]+(?:(?:de|del|of|roku)\s+)?(?P<{}>(?:19|20)\d\d)\b(?!\s?[€$£]))?"
    dated = (
        rf"(?:(?P<also>0?[1-9]|[12]\d|3[01]){ordinal}\s*{joins}\s*)?{_DAY}{ordinal}\s*{of}"
        rf"(?P<month>{names})\b\.?{year.format('year')}"
    )
    first = (
        rf"\b(?P<first>{names})\b\.?\s+(?:the\s+)?(?P<day2>0?[1-9]|[12]\d|3[01]){ordinal}(?![\d.:])"
        rf"{year.format('year2')}"
    )
    if not here.table.get("month_first"):
        first = r"(?P<first>(?!))(?P<day2>)(?P<year2>)"
    return re.compile(rf"(?<![\d.,/])(?:{dated}|{first})", re.IGNORECASE)
