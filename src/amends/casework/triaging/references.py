"""References of a message: orders, cases, transactions, accounts, cards, addresses.

The word beside a value decides its kind, else its prefix. A card number leaves its last four
digits and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from amends.casework.triaging.forms import forms, one_of
from amends.sources.masking import CARD_DIGITS, is_card_number

_PREFIXES = {
    "am": "case",
    "case": "case",
    "tkt": "case",
    "spr": "case",
    "dos": "case",
    "exp": "case",
    "vg": "case",
    "pi": "transaction",
    "tx": "transaction",
    "txn": "transaction",
    "trx": "transaction",
    "ch": "transaction",
    "py": "transaction",
    "tr": "transaction",
    "po": "payout",
    "pg": "payout",
    "dp": "dispute",
    "du": "dispute",
    "cb": "dispute",
    "inv": "invoice",
    "fv": "invoice",
    "fac": "invoice",
    "rg": "invoice",
    "fa": "invoice",
    "ord": "order",
    "cmd": "order",
    "be": "order",
    "best": "order",
    "zam": "order",
    "ped": "order",
    "nw": "order",
    "md": "mandate",
    "mnd": "mandate",
    "rum": "mandate",
}
_VALUE = r"(?P<value>(?=[A-Z_./-]{0,12}[0-9])[A-Z0-9][A-Z0-9_./-]*[A-Z0-9])"
_EMAIL = re.compile(r"[A-Z0-9._%+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/])(?:\+|00)\d{1,3}(?:[ ./()-]{0,2}\d){6,12}(?!\d)")
_IBAN_SIZE = {
    "AD": 24,
    "AE": 23,
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GI": 23,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "SA": 24,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "TR": 26,
    "UA": 29,
}
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){10,30}\b")
_IBAN_PART = re.compile(
    r"\b([A-Z]{2}\d{2})(?:[ ]?[A-Z0-9]{1,4}){0,4}[ ]?(?:[*Xx•.…]{2,}[ *Xx•.…]*)(?:[A-Z0-9]{1,3} )?"
    r"([A-Z0-9]{2} ?[A-Z0-9]{2}|\d{4})\b"
)
_ARN = re.compile(r"(?<!\d)\d{23}(?!\d)")
_RUN = re.compile(r"(?<![\w+])\d(?:[ \u2010-\u2015-]{0,2}\d){12,}(?!\w)")
_MASKED_CARD = re.compile(r"(?:[*•xX]{2,4}[ -]?){1,4}(\d{4})\b(?!\s?[*xX•]{2})")
_PREFIXED = re.compile(
    rf"(?<![\w#/.-])(?P<value>(?P<prefix>{'|'.join(_PREFIXES)})(?:_[A-Z0-9_]*|[-/ ]?(?=[A-Z]?\d)"
    r"[A-Z0-9/-]*)[A-Z0-9]*[0-9][A-Z0-9]*)(?!\w)",
    re.IGNORECASE,
)
_LINK = (
    r"(?:\s?(?:no|nr|num|number|numer|numero|numéro|número|nummer|n|id|ref|reference|réf|code|is"
    r"|lautet|ist|es|est|to|und|and|et|y|i|the|numerze|o numerze|n\.?\s?[°ºo])\b[.:]?"
    r"|\s?[#:(\"„«№]|\s?n\s?[°º]|\s?-nr\.?:?)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One reference and where it stands; ``value`` is "" for what is only not to be read again."""

    kind: str
    value: str
    start: int
    end: int


def find_references(text: str, language: str) -> list[Found]:
    """References in order of their place, and the spans of what is none, such as telephones."""
    taken: list[Found] = []
    for found in (
        *_addresses(text),
        *_ibans(text),
        *_cards(text, language),
        *_named(text, language),
        *_unnamed(text),
    ):
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def _addresses(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found("email", match.group().lower(), *match.span())
    for match in _URL.finditer(text):
        yield Found("url", "", *match.span())


def _ibans(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        words, size = match.group(), _IBAN_SIZE.get(match.group()[:2], 0)
        bare, end = "", 0
        while size and end < len(words) and len(bare) < size:
            bare += words[end] if words[end] not in " -" else ""
            end += 1
        if size and len(bare) == size and not words[end : end + 1].isalnum():
            yield Found(
                "iban_masked", f"{bare[:4]}****{bare[-4:]}", match.start(), match.start() + end
            )
    for match in _IBAN_PART.finditer(text):
        if match.group(1)[:2] in _IBAN_SIZE:
            last = match.group(2).replace(" ", "")
            yield Found("iban_masked", f"{match.group(1)}****{last}", *match.span())


def is_luhn(digits: str) -> bool:
    """Whether 13 to 19 digits satisfy the Luhn check (ISO/IEC 7812-1, annex B)."""
    if len(digits) not in CARD_DIGITS:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cards(text: str, language: str) -> Iterator[Found]:
    words = _language_words(language)
    for run in _RUN.finditer(text):
        for start, end, digits in _card_in(run):
            before = text[max(0, start - 40) : start]
            solid = end - start == len(digits)
            if not (solid and words.search(before)):
                yield Found("card_last4", digits[-4:], start, end)
    for match in _MASKED_CARD.finditer(text):
        yield Found("card_last4", match.group(1), *match.span())


def _card_in(run: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """The card numbers among the groups of a run: those that look like one first."""
    groups = [
        (found.start() + run.start(), found.group()) for found in re.finditer(r"\d+", run.group())
    ]
    windows = [
        (first, last, "".join(digits for _, digits in groups[first:last]))
        for first in range(len(groups))
        for last in range(first + 1, len(groups) + 1)
    ]
    fitting = [window for window in windows if is_luhn(window[2])]
    fitting.sort(
        key=lambda window: (not is_card_number(window[2]), len(window[2]) != 16, -len(window[2]))
    )
    used: set[int] = set()
    for first, last, digits in fitting:
        places = set(range(first, last))
        if not places & used:
            used |= places
            yield groups[first][0], groups[last - 1][0] + len(groups[last - 1][1]), digits


@cache
def _language_words(language: str) -> re.Pattern[str]:
    """The word of another reference right before a number."""
    names = [
        word
        for name in dict.fromkeys(("en", language))
        for kind, text in forms(name).entry("references", "words").items()
        if kind != "card_last4"
        for word in text.replace("_", " ").split()
    ]
    return re.compile(rf"\b{one_of(names)}(?:{_LINK}){{0,3}}\s*$", re.IGNORECASE)


@cache
def _named_pattern(language: str) -> re.Pattern[str]:
    kinds = []
    languages = dict.fromkeys((language, "en"))
    for kind in forms("en").entry("references", "words"):
        names = {
            word for name in languages for word in forms(name).words("references", "words", kind)
        }
        kinds.append(f"(?P<{kind}>{one_of(names)})")
    return re.compile(
        rf"(?<![\w-])(?:{'|'.join(kinds)})(?:{_LINK}){{0,3}}[\s-]*[#(\"„«]?\s*{_VALUE}(?!\w)",
        re.IGNORECASE,
    )


_MORE = re.compile(rf"\s*(?:,|and|und|et|y|i|oraz|&|\+)\s*#?{_VALUE}", re.IGNORECASE)
_MONEY_AFTER = re.compile(
    r"\s?(?:[€£$%]|eur\b|gbp\b|usd\b|pln\b|chf\b|zł|euro|pounds?\b|quid|k\b|times|x\b|days?\b"
    r"|tage|jours|días|dni|dollars?|cents?\b|p\b)",
    re.IGNORECASE,
)


def _named(text: str, language: str) -> Iterator[Found]:
    for match in _named_pattern(language).finditer(text):
        kind = next(name for name, word in match.groupdict().items() if word and name != "value")
        value, start, end = match.group("value"), match.start("value"), match.end("value")
        if not _is_reference(kind, value, text[end : end + 12]):
            continue
        if kind == "transaction" and match.group(kind)[:3].lower() in ("ref", "réf"):
            prefix = re.match(r"([a-z]{2,4})[-_]", value, re.IGNORECASE)
            kind = _PREFIXES.get(prefix.group(1).lower(), kind) if prefix else kind
        yield _reference(kind, value, start, end)
        while kind not in ("card_last4", "tracking") and (more := _MORE.match(text, end)):
            if not _is_reference(kind, more.group("value"), text[more.end() : more.end() + 12]):
                break
            start, end = more.span("value")
            yield _reference(kind, more.group("value"), start, end)


def _is_reference(kind: str, value: str, after: str) -> bool:
    """Whether the value beside the word is a reference, and no sum, date or count."""
    if kind == "card_last4":
        return bool(re.fullmatch(r"\d{4}", value))
    digits = sum(char.isdigit() for char in value)
    if re.fullmatch(
        r"\d{1,3}([.,]\d{3})*[.,]\d{2}|\d{1,2}[./]\d{1,2}([./]\d{2,4})?|\d{4}-\d{2}-\d{2}"
        r"|\d+(?:th|st|nd|rd|er|h|am|pm|x|k|kg|cm)",
        value,
        re.IGNORECASE,
    ):
        return False
    if value.isdigit() and (
        digits < 3
        or _MONEY_AFTER.match(after)
        or (digits == 4
        and value[:2] in ("19", "20")
        and kind not in ("case", "order"))
    ):
        return False
    return digits >= 2


def _reference(kind: str, value: str, start: int, end: int) -> Found:
    if kind == "tracking":
        return Found(kind, "", start, end)
    if kind != "arn" and len(value) == 23 and value.isdigit():
        kind = "arn"
    return Found(kind, value if "_" in value else value.upper(), start, end)


def _unnamed(text: str) -> Iterator[Found]:
    for match in _ARN.finditer(text):
        yield Found("arn", match.group(), *match.span())
    for match in _PHONE.finditer(text):
        yield Found("phone", "", *match.span())
    for match in _PREFIXED.finditer(text):
        value = match.group("value")
        prefix = match.group("prefix")
        if (
            (prefix.isupper() or "_" in value)
            and not value.isalpha()
            and (re.search(r"[-_/]|\d{3}", value))
        ):
            shown = value.replace(" ", "") if "_" in value else value.replace(" ", "").upper()
            yield Found(_PREFIXES[prefix.lower()], shown, *match.span())
