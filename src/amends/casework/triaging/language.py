"""The language of a message, of most of its words."""

from __future__ import annotations

import re
from collections import Counter

from amends.casework.triaging.forms import LANGUAGES, forms
from amends.casework.triaging.words import fold

_LETTERS = {
    "de": re.compile("[äöüß]|sch|ung\\b|lich\\b"),
    "pl": re.compile("[ąęłńśźż]|ów\\b|rz[eay]|cz[eny]|śc"),
    "fr": re.compile("[èêàçœùûî]|\\b[ldjnscmq]['’]|eau|ez\\b|tion\\b"),
    "es": re.compile("[ñ¿¡]|ción\\b|[aei]do\\b|[aeo]s\\b"),
    "en": re.compile("\\b[a-z]+'(?:s|t|m|ve|re|ll)\\b|ing\\b|th|ght|ed\\b|ck\\b"),
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def shares(text: str, hints: dict[str, frozenset[str]]) -> dict[str, int]:
    """How much speaks for each language: common words most, then what letters tell.

    ``hints`` are words of the phrase lists, which help with texts of a few words.
    """
    lower = text.lower()
    folded = Counter(word.replace("'", "") for word in _WORD.findall(fold(text)))
    apart = Counter(part for word in _WORD.findall(fold(text)) for part in word.split("'"))
    found = {}
    for language in LANGUAGES:
        here = forms(language)
        counted = folded if language == "en" else apart
        found[language] = (
            4 * sum(count for word, count in counted.items() if word in here.common)
            + 3 * sum(count for word, count in counted.items() if word in hints[language])
            + min(len(_LETTERS[language].findall(lower)), 3 * len(folded) // 2 + 1)
        )
    return found


def languages(text: str, hints: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The language first, then any other that explains nearly as many words."""
    found = shares(text, hints)
    ranked = sorted(LANGUAGES, key=lambda name: -found[name])
    best = found[ranked[0]]
    if not best:
        return ("en",)
    return tuple(name for name in ranked if found[name] * 5 >= best * 4)
