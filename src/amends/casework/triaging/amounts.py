"""Sums of money that a message states, in minor units; the currency only where it is stated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from amends.casework.triaging.currencies import names, other_dollar
from amends.casework.triaging.forms import forms, one_of, spaced
from amends.casework.triaging.number_words import find_numbers
from amends.casework.triaging.words import fold
from amends.money import exponent

_MINOR_MAX = 10**12  # nobody writes to us about more; longer runs of digits are no sums
_GROUPS = (
    r"[1-9]\d{0,2}(?:(?P<sep>[ .,'’])\d{3})(?:(?P=sep)\d{3})*(?:(?!(?P=sep))[.,]\d{1,2})?(?![\d])"
)
_PLAIN = r"\d+(?:[.,]\d{1,4})?|[.,]\d{2}"
_NUMBER = re.compile(rf"(?<![\w.,'’#/])(?P<number>{_GROUPS}|{_PLAIN})(?P<dash>[.,][-–—]{{1,2}})?")
_NO_SUM = re.compile(
    r"\s?(?:%|‰|percent|per cent|prozent|pour cent|por ciento|procent|basis|bps|bp\b|uhr\b"
    r"|o'?clock|[ap]\.?m\b|h\d\d|:\d\d|st\b|nd\b|rd\b|th\b|er\b|x\b|×|°|kg\b|km\b|cm\b|mm\b|ml\b|gb\b|mb\b|mg\b)",
    re.IGNORECASE,
)
_RATE_BEFORE = re.compile(
    r"\b(?:rates?|kurs\w*|wechselkurs|taux|tasa|tipo de cambio|cambio|cours|version|v|ver|article"
    r"|art|§|section|line|row|zeile|ligne|linea|wiersz\w*|page|seite|at|po kursie)"
    r"(?: (?:of|von|de|a|at|is|was|war|zu))?\s*[:=]?\s*$"
)
_RATE = re.compile(
    r"\b1(?:[.,]0+)?\s?(?:[A-Z]{3}|[€£$]|euro|pound|dollar)s?\s?(?:=|is|at|to|zu|für|for|por|pour|à|za)\s?[^\s]{0,3}\s?\d+[.,]\d+\s?(?:[A-Z]{3}\b|zł|[€£$])?"
    r"|[£$€]1\s?(?:=|is|to)\s?[£$€]?\s?\d+[.,]\d+\s?(?:[A-Z]{3}\b)?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?;](?=\s)|\n")


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum and where it stands. ``currency`` None is not stated; ``cents`` counts minor units."""

    start: int
    end: int
    value: Decimal
    currency: str | None = None
    cents: bool = False

    @property
    def minor(self) -> int:
        """Minor units by ISO 4217; two digits where no currency is stated."""
        digits = 2 if self.currency is None else exponent(self.currency)
        scaled = self.value if self.cents else self.value * 10**digits
        return int(scaled)


def find_sums(text: str, language: str) -> list[Sum]:
    """Every sum of ``text`` in order; spans that are read already must be blank."""
    reader = _Reader(text, language)
    found = reader.stated()
    found = reader.with_cents(found)
    found += reader.unstated(found)
    found = reader.inherited(sorted(found, key=lambda one: one.start))
    return [one for one in found if 0 < one.value < _MINOR_MAX and 0 < one.minor < _MINOR_MAX]


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: Decimal
    written: str
    scaled: bool
    dashed: bool


class _Reader:
    """One text, its numbers, and what stands around them."""

    def __init__(self, text: str, language: str) -> None:
        self.text = _RATE.sub(lambda match: "\ue001" * len(match.group()), text)
        self.language = language
        self.names = names(language)
        self.dollar = other_dollar(text, language)
        self.numbers = self._numbers()
        self.breaks = [match.end() for match in _SENTENCE.finditer(self.text)]

    def _numbers(self) -> list[_Number]:
        found = []
        for match in _NUMBER.finditer(self.text):
            end, value = match.end(), _value(match["number"], self.language)
            if value is None:
                continue
            scale = _scale(self.language).match(self.text, end)
            if scale and not match["dash"]:
                value, end = value * _factor(scale["scale"], self.language), scale.end()
            found.append(
                _Number(
                    match.start(), end, value, match["number"], bool(scale), bool(match["dash"])
                )
            )
        taken = [(one.start, one.end) for one in found]
        for words in find_numbers(self.text, self.language):
            if not any(words.start < end and start < words.end for start, end in taken):
                found.append(
                    _Number(words.start, words.end, words.value, "", words.value >= 100, False)
                )
        return sorted(found, key=lambda one: one.start)

    def stated(self) -> list[Sum]:
        """Numbers with a currency beside them, after or before; cents by their word."""
        found: list[Sum] = []
        for one in self.numbers:
            before = self.names_before(one.start)
            after = re.compile(rf"[ \u00a0]?{self.names.after}").match(self.text, one.end)
            cents = re.compile(rf"[ \u00a0]?{self.names.cents}").match(self.text, one.end)
            if before and self._follows_sum(before[0]) and (cents or after):
                before = None
            if cents and not before and not after:
                code = self.names.cents_of.get(fold(cents.group().strip()), "")
                found.append(Sum(one.start, cents.end(), one.value, code or None, cents=True))
            elif after and not self._belongs_to_next(one, after, before):
                found.append(
                    Sum(
                        before[0] if before else one.start,
                        after.end(),
                        one.value,
                        self._code(after.group().strip()),
                    )
                )
            elif before and one.written:
                found.append(Sum(before[0], one.end, one.value, self._code(before[1])))
        return [*found, *self._nicknames()]

    def _follows_sum(self, place: int) -> bool:
        """Whether the name at ``place`` belongs to the number before it."""
        return re.search(r"\d[ \u00a0]?$", self.text[max(0, place - 2) : place]) is not None

    def _nicknames(self) -> list[Sum]:
        """A fiver, a tenner."""
        table = forms(self.language).entry("money", "words")
        return [
            Sum(*match.span(), Decimal(amount), code)
            for word, worth in table.items()
            for amount, code in [worth.split()]
            for match in re.finditer(rf"(?<!\w){word}(?!\w)", self.text, re.IGNORECASE)
        ]

    def _belongs_to_next(
        self, one: _Number, after: re.Match[str], before: tuple[int, str] | None
    ) -> bool:
        """Whether the sign after this number leads the next one: ``£5 £7``, ``EUR 5 EUR 7``."""
        return before is not None and re.match(r"\s?\d", self.text[after.end() :]) is not None

    def names_before(self, place: int) -> tuple[int, str] | None:
        """Where a currency name stands right before ``place``, and which."""
        match = re.search(
            rf"({self.names.before})[ \u00a0]?$", self.text[max(0, place - 6) : place]
        )
        return (max(0, place - 6) + match.start(), match[1]) if match else None

    def _code(self, name: str) -> str:
        code = self.names.currency(name)
        return self.dollar if code == "USD" and self.dollar and name in "$dollarsdólares" else code

    def with_cents(self, found: list[Sum]) -> list[Sum]:
        """``5 zł 50 gr`` and ``3 euros 20 cents`` as one sum."""
        joined: list[Sum] = []
        for one in sorted(found, key=lambda one: one.start):
            last = joined[-1] if joined else None
            if (
                one.cents
                and last
                and last.currency
                and not last.cents
                and one.value < 100
                and one.currency in (None, last.currency)
                and self.text[last.end : one.start].strip() in ("", "and", "und", "et", "y", "i")
                and exponent(last.currency) == 2
            ):
                joined[-1] = replace(last, end=one.end, value=last.value + one.value / 100)
            else:
                joined.append(one)
        return joined

    def unstated(self, found: Sequence[Sum]) -> list[Sum]:
        """Bare numbers that are plainly money, by how they are written or by the words beside."""
        taken = [(one.start, one.end) for one in found]
        columns = self._columns(found)
        return [
            Sum(one.start, one.end, one.value)
            for one in self.numbers
            if not any(one.start < end and start < one.end for start, end in taken)
            and self._is_money(one, found, columns)
        ]

    def _is_money(self, one: _Number, found: Sequence[Sum], columns: list[tuple[int, int]]) -> bool:
        after, before = (
            self.text[one.end : one.end + 16],
            self.text[max(0, one.start - 60) : one.start],
        )
        if _NO_SUM.match(after) or _RATE_BEFORE.search(fold(before)):
            return False
        word = fold(self.text[one.start : one.end]).split()[-1:]
        if word and word[0].lstrip("0123456789.,") in forms(self.language).entry(
            "numbers", "money"
        ):
            return True
        if one.dashed:
            return True
        if re.fullmatch(r".*[.,]\d\d", one.written) and not re.match(r"[.:/]\d", after):
            return True
        if re.search(r"[.,]\d{3,4}$", one.written) and not re.search(r"[.,]\d{3}$", one.written):
            return False
        if not one.written and not one.scaled:
            return False
        if not self._ends_well(after):
            return False
        if any(start <= one.start < end for start, end in columns):
            return True
        return bool(_cue(self.language).search(fold(before))) or self._beside_sum(one, found)

    def _ends_well(self, after: str) -> bool:
        """Whether no thing that is counted follows: ``40,000 followers``, ``3 kettles``."""
        word = re.match(r"\s*([^\W\d_]+)", after)
        if word is None:
            return not re.match(r"[-/:]\w", after)
        return fold(word[1]) in forms(self.language).common | _after_sum(self.language)

    def _beside_sum(self, one: _Number, found: Sequence[Sum]) -> bool:
        """``80 instead of 100 €``, ``£30 and 20``, ``20-30 €``."""
        joins = _instead(self.language)
        for other in found:
            first, second = (one, other) if one.start < other.start else (other, one)
            between = fold(self.text[first.end : second.start])
            if len(between) < 30 and joins.fullmatch(between.strip()):
                return True
        return False

    def _columns(self, found: Sequence[Sum]) -> list[tuple[int, int]]:
        """Lines below a heading that names a currency or an amount: a table."""
        spans, place, heading = [], 0, False
        head = re.compile(
            rf"{one_of(forms(self.language).entry('money', 'column').split())}\b.*"
            rf"|.*[(;|,\t ]({self.names.before})[);|,\t]?.*",
            re.IGNORECASE,
        )
        for line in self.text.split("\n"):
            if heading and re.search(r"\d[\d.,' ]*\s*[|;]?\s*$", line):
                last = re.search(r"\d[\d.,' ]*\s*[|;]?\s*$", line)
                spans.append((place + (last.start() if last else 0), place + len(line)))
            elif not re.search(r"\d", line):
                heading = bool(line.strip()) and bool(head.match(line))
            elif not heading:
                heading = False
            place += len(line) + 1
        return spans

    def inherited(self, found: list[Sum]) -> list[Sum]:
        """One currency of a sentence, list or column holds for its other sums; cents ask on."""
        stated = {one.currency for one in found if one.currency}
        whole = next(iter(stated)) if len(stated) == 1 else None
        whole = whole or self._only_named(self.text)
        settled = []
        for one in found:
            currency = one.currency
            if currency is None:
                currency = self._around(one, found) or (whole if one.cents else None)
            settled.append(replace(one, currency=currency))
        return settled

    def _around(self, one: Sum, found: Sequence[Sum]) -> str | None:
        for start, end in (self._sentence(one.start), self._block(one.start)):
            beside = {
                other.currency for other in found if start <= other.start < end and other.currency
            }
            if len(beside) == 1:
                return next(iter(beside))
            if not beside and (named := self._only_named(self.text[start:end])):
                return named
            if beside:
                return min(
                    (other for other in found if start <= other.start < end and other.currency),
                    key=lambda other: self._apart(one, other),
                ).currency
        return None

    def _apart(self, one: Sum, other: Sum) -> int:
        """How far two sums stand apart; those that are joined by a word stand together."""
        first, second = (one, other) if one.start < other.start else (other, one)
        between = fold(self.text[first.end : second.start]).strip()
        return 0 if _instead(self.language).fullmatch(between) and first is one else len(between)

    def _only_named(self, text: str) -> str | None:
        """The one currency that a text names anywhere, as in ``taken twice in £``."""
        codes = {
            self._code(match.group().strip())
            for match in re.finditer(rf"(?<!\w){self.names.after}", text)
        } - {"FR", "P"}
        return next(iter(codes)) if len(codes) == 1 else None

    def _sentence(self, place: int) -> tuple[int, int]:
        start = max((end for end in self.breaks if end <= place), default=0)
        end = min((end for end in self.breaks if end > place), default=len(self.text))
        return start, end

    def _block(self, place: int) -> tuple[int, int]:
        """The lines around, when they are a list or a table: two or more that hold figures."""
        start = self.text.rfind("\n\n", 0, place) + 1
        end = self.text.find("\n\n", place)
        end = len(self.text) if end < 0 else end
        lines = [line for line in self.text[start:end].split("\n") if re.search(r"\d", line)]
        return (start, end) if len(lines) > 1 else (place, place)


def _value(written: str, language: str) -> Decimal | None:
    """A number as a person of that language writes it; None for what is none."""
    bare = re.sub(r"[ '’\u00a0]", "", written)
    separators = re.findall(r"[.,]", bare)
    if not separators:
        return Decimal(bare) if len(bare) <= 12 else None
    last = separators[-1]
    whole, _, part = bare.rpartition(last)
    if len(part) == 3 and (len(set(separators)) == 1) and whole not in ("", "0"):
        return Decimal(re.sub(r"[.,]", "", bare)) if len(bare) <= 15 else None
    return Decimal(f"{re.sub(r'[.,]', '', whole) or '0'}.{part}") if len(bare) <= 18 else None


@cache
def _scale(language: str) -> re.Pattern[str]:
    scales = list(forms(language).entry("numbers", "scales"))
    longer = [word for word in scales if len(word) > 1]
    return re.compile(
        rf"(?i:(?:(?<=\d)|(?<=\d )|\s)(?P<scale>{one_of([*longer, *map(fold, longer)])}\b\.?"
        r"|(?<=\d)(?:[kK]|[mM](?!\w)))(?!\w))"
    )


def _factor(word: str, language: str) -> int:
    scales = forms(language).entry("numbers", "scales")
    bare = word.lower().rstrip(".")
    folded = {fold(name): value for name, value in scales.items()}
    return int(folded.get(fold(bare), 1000 if bare == "k" else 1_000_000))


@cache
def _cue(language: str) -> re.Pattern[str]:
    """A word of money right before a number, with at most two small words between."""
    here = forms(language)
    cues = one_of(fold(word) for word in here.words("money", "cues"))
    fillers = one_of(fold(word) for word in here.words("money", "fillers"))
    return re.compile(rf"\b{cues}\b[:=]?(?:\s+{fillers}\b){{0,3}}[\s:=(\"'-]*$")


@cache
def _after_sum(language: str) -> frozenset[str]:
    """Words that may follow a sum: those of money, and how often or when it was taken."""
    often = (
        "twice double doubled again instead back missing per month monthly each gone extra went "
        "came a week in total short less more zweimal doppelt mal je erneut fehlt fehlen fehlten "
        "monatlich zuruck deux fois mensuel manque manquent dos veces falta faltan mensual "
        "podwojnie razy brakuje miesiecznie"
    )
    cues: Iterable[str] = forms(language).words("money", "cues")
    return frozenset([*often.split(), *map(fold, cues)])


@cache
def _instead(language: str) -> re.Pattern[str]:
    joins = one_of(fold(word) for word in spaced(forms(language).entry("money", "instead")))
    return re.compile(
        rf"[,\s(]*(?:{joins}|[-–/,+&=]|\.\.|->|→|vs\.?)+[\s(]*(?:{joins})?\s*", re.IGNORECASE
    )
