"""A text as plain words: one alphabet, no accents, sums and dates as marks.

Patterns and texts go through the same door, so that what a person types without accents, or with
other quotation marks, is found as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MARK = "\ue000"  # stands before the name of what was read already: sums, dates, references
TEXT_LENGTH_MAX = 20_000
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff]")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "ʼ": "'",
    }
)
_TOKEN = re.compile(rf"{MARK}[a-z]+|[^\W_]+|[.!?;%\n]|[\u2600-\u27bf\U0001f300-\U0001faff]")
_UMLAUT = re.compile("(?<=[aou])e")
_BREAKS = frozenset(".!?;\n")


def plain(text: str) -> str:
    """The text in one form of Unicode, without unseen characters, no longer than is read."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX]))


def fold(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFD", text.lower().translate(_LETTERS))
    return "".join(char for char in parts if not unicodedata.combining(char))


def split(text: str, language: str) -> list[str]:
    """The folded words and marks: ``don't`` is one word, ``ueber`` is written as ``über``."""
    folded = fold(text).replace("'", "" if language == "en" else " ")
    return _TOKEN.findall(_UMLAUT.sub("", folded) if language == "de" else folded)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, and for each the number of its sentence."""

    words: tuple[str, ...]
    sentence: tuple[int, ...]


def words_of(text: str, marks: Iterable[tuple[int, int, str]], language: str) -> Words:
    """The words of ``text``, with each marked span (start, end, name) as one mark."""
    pieces, done = [], 0
    for start, end, name in sorted(marks):
        if start >= done:
            pieces += [text[done:start], f" {MARK}{name} "]
            done = end
    found = split("".join(pieces) + text[done:], language)
    sentence, number = [], 0
    for word in found:
        sentence.append(number)
        number += word in _BREAKS
    return Words(tuple(found), tuple(sentence))
