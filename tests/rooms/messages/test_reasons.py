"""Why, in the customer's language: every finding has plain words, and none of the desk's."""

from __future__ import annotations

import re

import pytest

from amends.casework.findings import FindingKind
from amends.messages.reasons import needed_words, reason_words

LANGUAGES = ("en", "de", "es", "fr", "pl")
OF_THE_DESK = re.compile(r"\d|ledger|settlement|capture|processor|entry|\bARN\b", re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_has_words_for_the_customer(kind: FindingKind, language: str) -> None:
    """One sentence that ends, without a figure and without a word of the trade."""
    words = reason_words(kind, language)
    assert words.endswith(".")
    assert not OF_THE_DESK.search(words)


def test_each_language_says_something_of_its_own() -> None:
    """No language borrows the sentence of another."""
    said = {reason_words(FindingKind.CAPTURED_TWICE, language) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert len({needed_words(language) for language in LANGUAGES}) == len(LANGUAGES)


def test_what_is_not_known_has_no_words() -> None:
    """An unknown kind, or a language without letters, says nothing rather than something wrong."""
    assert reason_words("moon_phase", "en") == ""
    assert reason_words(FindingKind.CAPTURED_TWICE, "is") == ""
