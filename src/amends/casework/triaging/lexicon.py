"""The phrase lists of one language: ``kinds.toml`` and ``signs.toml`` beside its forms."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from amends.casework.claims import Kind, Need
from amends.casework.triaging.forms import LANGUAGES, LISTS
from amends.casework.triaging.phrases import Hit, PhraseBook
from amends.casework.triaging.words import Words

TIERS = ("strong", "clear", "hint", "against")


@cache
def book(language: str) -> PhraseBook:
    """Every phrase of a language, under labels such as ``needs.distress.signs``."""
    tables = [_table(language, "kinds"), _table(language, "signs")]
    classes: dict[str, str] = {}
    phrases: dict[str, list[str]] = {}
    for table in tables:
        classes |= table.get("classes", {})
        for section, entries in table.items():
            if section != "classes":
                phrases |= dict(_labelled(section, entries))
    return PhraseBook(classes, phrases, language)


@cache
def hints() -> dict[str, frozenset[str]]:
    """For each language the words of its phrase lists that no other language's lists have."""
    known = {language: book(language).words() for language in LANGUAGES}
    return {
        language: words
        - frozenset().union(*(other for name, other in known.items() if name != language))
        for language, words in known.items()
    }


class Said:
    """What one text says, by label; look-alikes are taken away from what they overlap."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        """``hits`` of one or more languages."""
        self._by_label: dict[str, list[Hit]] = {}
        for hit in hits:
            self._by_label.setdefault(hit.label, []).append(hit)

    def hits(self, label: str, unlike: str | None = None) -> list[Hit]:
        """Where phrases of the label stand, without those that a look-alike overlaps."""
        found = self._by_label.get(label, [])
        masks = self._by_label.get(unlike, []) if unlike else []
        return [
            hit
            for hit in found
            if not any(hit.start < mask.end and mask.start < hit.end for mask in masks)
        ]

    def any(self, label: str, unlike: str | None = None) -> bool:
        """Whether a phrase of the label stands anywhere."""
        return bool(self.hits(label, unlike))

    def together(self, label: str, *others: str) -> bool:
        """Whether a phrase of the label shares a sentence with a phrase of one of the others."""
        here = {hit.sentence for hit in self.hits(label)}
        return any(hit.sentence in here for other in others for hit in self.hits(other))

    def needs(self) -> tuple[Need, ...]:
        """The needs whose signs are there, in the order of their list."""
        return tuple(
            need for need in Need if self.any(f"needs.{need}.signs", f"needs.{need}.unlike")
        )


def said(words_by_language: Mapping[str, Words]) -> Said:
    """What the text says in each language that it may be in."""
    return Said(
        [hit for language, words in words_by_language.items() for hit in book(language).find(words)]
    )


def _table(language: str, name: str) -> Mapping[str, Any]:
    with (LISTS / language / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _labelled(section: str, entries: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    """``[needs.distress] signs`` as ``needs.distress.signs``; kinds stand at the top."""
    name = f"kinds.{section}" if section in set(Kind) else section
    for key, value in entries.items():
        if isinstance(value, Mapping):
            yield from _labelled(f"{name}.{key}", value)
        else:
            yield f"{name}.{key}", value
