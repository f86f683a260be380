"""Numbers in words: forty-five, deux cents, fünfundvierzig, dwa tysiące."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from amends.casework.triaging.forms import Forms, forms
from amends.casework.triaging.words import fold

_HALVES = {"halb", "halbe", "halben", "half", "demi", "medio", "media", "pol"}


@dataclass(frozen=True)
class _Lexicon:
    values: dict[str, int]
    times: dict[str, int]
    join: frozenset[str]
    bare_times: bool
    only_before_times: frozenset[str]
    compound: bool
    word: re.Pattern[str]


@cache
def _lexicon(language: str) -> _Lexicon:
    here: Forms = forms(language)
    table = here.entry("numbers")
    return _Lexicon(
        {fold(word): value for word, value in table["values"].items()},
        {fold(word): value for word, value in table["times"].items()},
        frozenset(table["join"]),
        table.get("bare_times", False),
        frozenset(table["only_before_times"]),
        table.get("compound", False),
        re.compile(r"[^\W\d_]+"),
    )


@dataclass(frozen=True, slots=True)
class NumberInWords:
    """A number and where it stands; ``times`` says that it holds a hundred or more in words."""

    start: int
    end: int
    value: Decimal


def find_numbers(text: str, language: str) -> list[NumberInWords]:
    """Every number that is written in words, the longest reading of each."""
    lexicon = _lexicon(language)
    words = [
        (found.start(), found.end(), fold(found.group())) for found in lexicon.word.finditer(text)
    ]
    found, place = [], 0
    while place < len(words):
        length, value = _longest(
            [word for _, _, word in words[place : place + 9]],
            _adjacent(text, words[place : place + 9]),
            lexicon,
        )
        if length:
            found.append(NumberInWords(words[place][0], words[place + length - 1][1], value))
        place += length or 1
    return found


def _adjacent(text: str, words: Sequence[tuple[int, int, str]]) -> int:
    """How many of the words stand together with nothing but blanks and hyphens between."""
    for number in range(1, len(words)):
        if text[words[number - 1][1] : words[number][0]].strip(" -\u00a0"):
            return number
    return len(words)


def _longest(words: Sequence[str], limit: int, lexicon: _Lexicon) -> tuple[int, Decimal]:
    total, group, length, last_unit = 0, 0, 0, 0
    place = 0
    while place < limit:
        word = words[place]
        if word in lexicon.join and length == place and place + 1 < limit and length:
            place += 1
            continue
        value = _value(word, lexicon)
        if word in lexicon.times and (group or lexicon.bare_times or total):
            times = lexicon.times[word]
            if times == 100:
                group = (group or 1) * 100
            else:
                total, group = total + (group or 1) * times, 0
            last_unit = 0
        elif value is not None and _fits(value, group, last_unit):
            group, last_unit = _joined(value, group, last_unit)
        else:
            break
        place += 1
        length = place
    if length == 1 and words[0] in lexicon.only_before_times:
        return 0, Decimal(0)
    return length, Decimal(total + group)


def _fits(value: int, group: int, last: int) -> bool:
    """Whether a smaller number may follow; ``quatre vingt`` is the one that multiplies."""
    if group == 0:
        return True
    if value == 20 and last == 4:
        return True
    return value < 100 and (last == 0 or last >= 20) and value < (last or 100)


def _joined(value: int, group: int, last: int) -> tuple[int, int]:
    if value == 20 and last == 4:
        return group - 4 + 80, 80
    return group + value, value


def _value(word: str, lexicon: _Lexicon) -> int | None:
    if word in lexicon.values:
        return lexicon.values[word]
    return _compound(word, lexicon) if lexicon.compound else None


def _compound(word: str, lexicon: _Lexicon) -> int | None:
    """A German number in one word: zweihundertfünfzig, dreitausendvierhundert."""
    for name, times in (("tausend", 1000), ("hundert", 100)):
        before, found, after = word.partition(name)
        if found:
            head = _compound(before, lexicon) if before else 1
            tail = _compound(after.removeprefix("und"), lexicon) if after else 0
            return None if head is None or tail is None else head * times + tail
    if word in lexicon.values:
        return lexicon.values[word]
    unit, joined, ten = word.partition("und")
    if joined and unit in lexicon.values and lexicon.values.get(ten, 0) >= 20:
        return lexicon.values[unit] + lexicon.values[ten]
    return None
