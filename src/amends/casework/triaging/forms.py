"""How each language writes numbers, days, sums and references: the files ``lists/*/forms.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from amends.casework.triaging.words import fold

LISTS = Path(__file__).parent / "lists"
LANGUAGES = ("en", "de", "fr", "es", "pl")


@dataclass(frozen=True)
class Forms:
    """One language's file, with words folded where texts are folded before they are looked up."""

    language: str
    common: frozenset[str]
    table: Mapping[str, Any]

    def words(self, *path: str) -> tuple[str, ...]:
        """The words of an entry, split at spaces; an underscore is a space inside a phrase."""
        return spaced(self.entry(*path))

    def entry(self, *path: str) -> Any:
        """The entry at a path such as ``("spans", "day")``."""
        found: Any = self.table
        for name in path:
            found = found[name]
        return found


@cache
def forms(language: str) -> Forms:
    """The forms of one of the five languages."""
    with (LISTS / language / "forms.toml").open("rb") as file:
        table = tomllib.load(file)
    common = frozenset(word.replace("'", "") for word in fold(table["common"]).split())
    return Forms(language, common, table)


def spaced(text: str) -> tuple[str, ...]:
    """Words split at spaces; an underscore is a space inside a phrase."""
    return tuple(word.replace("_", " ") for word in text.split())


def one_of(words: Iterable[str]) -> str:
    """A regular expression for one of these words, the longest first; blanks match any blanks."""
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span made of one filler, so that places stay and nothing is read twice."""
    for start, end in spans:
        text = text[:start] + "\ue001" * (end - start) + text[end:]
    return text
