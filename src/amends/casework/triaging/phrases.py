"""Phrase lists and what of them a text says.

A phrase is written as people say it, with a few signs:

- ``(a|b c|d*)`` one of these; ``*`` any letters, so ``refund*`` and ``*buchung``
- ``{taken}`` one of the class ``taken`` of the same list
- ``(the|my)?`` may be missing; choices may stand inside a choice
- ``..`` up to six other words of the same sentence, ``...`` up to fourteen
- ``A & B`` both in one sentence, ``A && B`` both somewhere in the text, in any order
- ``#money #ref #card #mail`` what was read as a sum or a reference, ``#number`` any figures
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from amends.casework.triaging.words import MARK, Words, split
from amends.problems import ensure

_CHOICE = r"\((?:[^()]|\([^()]*\)\??)*\)\??"
_ITEM = re.compile(rf"\.{{2,3}}|{_CHOICE}|\{{\w+\}}\??|[^\s(){{}}]+")
_INNER = re.compile(r"\(([^()]*)\)(\??)")
_NUMBER = f"{MARK}number"
_GAPS = {"..": 6, "...": 14}

Span = tuple[int, int]
Alternative = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    element: int
    gap: int
    optional: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    label: str
    parts: tuple[tuple[_Step, ...], ...]
    anywhere: bool
    needed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a phrase of a label stands: words from ``start`` to before ``end``."""

    label: str
    phrase: int
    start: int
    end: int
    sentence: int


class PhraseBook:
    """Every phrase of one language, by label, ready to be looked for."""

    def __init__(
        self, classes: Mapping[str, str], phrases: Mapping[str, Sequence[str]], language: str
    ) -> None:
        """``classes`` are comma-separated alternatives; ``phrases`` are lists by label."""
        self._language = language
        self._classes = classes
        self._elements: dict[frozenset[Alternative], int] = {}
        self._phrases = [
            self._phrase(label, text) for label, texts in phrases.items() for text in texts
        ]
        self._by_word: dict[str, list[tuple[int, Alternative]]] = {}
        self._by_part: list[tuple[Callable[[str], bool], int, Alternative]] = []
        for alternatives, number in self._elements.items():
            for first, *rest in alternatives:
                if "*" in first or first == _NUMBER:
                    self._by_part.append((_fits(first), number, tuple(rest)))
                else:
                    self._by_word.setdefault(first, []).append((number, tuple(rest)))
        self._starts = lru_cache(maxsize=50_000)(self._starting)

    def words(self) -> frozenset[str]:
        """The whole words of the phrases, longer than three letters."""
        return frozenset(word for word in self._by_word if len(word) > 3 and word.isalpha())

    def find(self, words: Words) -> list[Hit]:
        """Every phrase that the text says, once for each place."""
        spans = self._spans(words.words)
        hits: list[Hit] = []
        for number, phrase in enumerate(self._phrases):
            if phrase.needed.issubset(spans):
                hits += [
                    Hit(phrase.label, number, start, end, words.sentence[start])
                    for start, end in _places(phrase, spans, words.sentence)
                ]
        return hits

    def _spans(self, words: Sequence[str]) -> dict[int, list[Span]]:
        spans: dict[int, list[Span]] = {}
        for place, word in enumerate(words):
            for element, rest in self._starts(word):
                end = place + 1 + len(rest)
                if not rest or _follows(rest, words[place + 1 : end]):
                    spans.setdefault(element, []).append((place, end))
        return spans

    def _starting(self, word: str) -> tuple[tuple[int, Alternative], ...]:
        found = list(self._by_word.get(word, ()))
        found += [(number, rest) for fits, number, rest in self._by_part if fits(word)]
        return tuple(found)

    def _phrase(self, label: str, text: str) -> _Phrase:
        anywhere = "&&" in text
        parts = tuple(self._steps(part) for part in re.split(r"\s&&?\s", text))
        ensure(all(parts), f"the phrase {text!r} has an empty part")
        needed = frozenset({step.element for part in parts for step in part if not step.optional})
        ensure(bool(needed), f"the phrase {text!r} has nothing that must be there")
        return _Phrase(label, parts, anywhere, needed)

    def _steps(self, text: str) -> tuple[_Step, ...]:
        steps, gap = [], 0
        for item in _ITEM.findall(text):
            if item in _GAPS:
                gap = _GAPS[item]
                continue
            optional = len(item) > 1 and item.endswith("?") and item[0] in "({"
            for alternatives in self._alternatives(item.removesuffix("?") if optional else item):
                element = self._elements.setdefault(alternatives, len(self._elements))
                steps.append(_Step(element, gap, optional))
                gap = 0
        return tuple(steps)

    def _alternatives(self, item: str) -> list[frozenset[Alternative]]:
        """One element for a class or a choice; one for each word of anything else."""
        if item[0] == "{":
            return [frozenset(self._class(item[1:-1]))]
        if item[0] == "(":
            return [frozenset(self._each(_choices(item[1:-1])))]
        return [frozenset([(word,)]) for word in self._split(item)]

    def _class(self, name: str) -> Iterable[Alternative]:
        ensure(name in self._classes, f"there is no class {name!r} in this phrase list")
        return self._each(self._classes[name].split(","))

    def _each(self, texts: Iterable[str]) -> Iterable[Alternative]:
        for text in texts:
            word = text.strip()
            if word.startswith("{"):
                yield from self._class(word[1:-1])
            elif words := self._split(word):
                yield tuple(words)

    def _split(self, text: str) -> list[str]:
        """Words as texts are split, with ``*`` and ``#`` kept."""
        marked = text.replace("*", "ſ").replace("#", MARK)
        return [word.replace("ſ", "*") for word in split(marked, self._language)]


def _choices(text: str) -> list[str]:
    """The alternatives of a choice, with the choices inside them written out."""
    inner = _INNER.search(text)
    if inner is None:
        return text.split("|")
    depth = [
        place
        for place, char in enumerate(text)
        if char == "|" and text.count("(", 0, place) == text.count(")", 0, place)
    ]
    cuts = [-1, *depth, len(text)]
    found = []
    for start, end in pairwise(cuts):
        found += _written_out(text[start + 1 : end])
    return found


def _written_out(text: str) -> list[str]:
    inner = _INNER.search(text)
    if inner is None:
        return [text]
    words = [*inner[1].split("|"), *([""] if inner[2] else [])]
    return [
        done
        for word in words
        for done in _written_out(text[: inner.start()] + word + text[inner.end() :])
    ]


def _fits(pattern: str) -> Callable[[str], bool]:
    if pattern == _NUMBER:
        return str.isdigit
    stem = pattern.strip("*")
    if pattern.startswith("*"):
        return (
            (lambda word: stem in word)
            if pattern.endswith("*")
            else (lambda word: word.endswith(stem))
        )
    return lambda word: word.startswith(stem)


def _follows(rest: Alternative, words: Sequence[str]) -> bool:
    return len(rest) == len(words) and all(
        _fits(pattern)(word) if "*" in pattern or pattern == _NUMBER else pattern == word
        for pattern, word in zip(rest, words, strict=True)
    )


def _places(
    phrase: _Phrase, spans: Mapping[int, list[Span]], sentence: Sequence[int]
) -> list[Span]:
    """Where the phrase stands; for ``&`` the first part, when the other parts are there too."""
    first, *others = (_run(part, spans, sentence) for part in phrase.parts)
    if not others or not first:
        return first
    if phrase.anywhere:
        return first if all(others) else []
    return [
        span
        for span in first
        if all(any(sentence[other[0]] == sentence[span[0]] for other in found) for found in others)
    ]


def _run(
    steps: Sequence[_Step], spans: Mapping[int, list[Span]], sentence: Sequence[int]
) -> list[Span]:
    """The spans that follow the steps in order; the shortest for each start."""
    reached: set[Span] | None = None
    for step in steps:
        here = spans.get(step.element, [])
        if reached is None:
            reached = set(here)
            if step.optional:
                return _run(steps[1:], spans, sentence)
            continue
        onward = {
            (start, next_end)
            for start, end in reached
            for next_start, next_end in here
            if end <= next_start <= end + step.gap and sentence[next_start] == sentence[start]
        }
        reached = onward | reached if step.optional else onward
        if not reached:
            return []
    shortest: dict[int, int] = {}
    for start, end in reached or ():
        shortest[start] = min(end, shortest.get(start, end))
    return sorted(shortest.items())
