"""Card numbers out, references kept.

A run of 13 to 19 digits, solid or in the groups that people write, that starts like a card (ISO/IEC
7812 issuer ranges) and satisfies the Luhn check is a card number. Its first six and last four
digits stay (PCI DSS 3.4.1); a keyed hash takes the number's place, so that "same card" still
works. Numbers inside a valid IBAN or a hexadecimal identifier are left alone.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(r"[0-9](?:[ \u00a0\u2010-\u2015-]?[0-9]){12,}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_HEX = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9-]*[A-Fa-f])"
    r"(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?:[0-9A-Fa-f]{8}){4,8})"
    r"(?![A-Za-z0-9])"
)
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
# First digits of issuers: Mir, Mastercard, travel and bank cards, RuPay and UnionPay, Troy.
_ISSUER = re.compile(r"220[0-4]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|[3-6]|8[12]|9792")
_GROUPED = (
    (4, 6, 5), (4, 6, 4), (6, 7), (6, 10), (6, 13), (4, 4, 4, 4), (4, 4, 4, 4, 3), (8, 8),
    (4, 4, 4, 1), (4, 4, 5), (4, 4, 4, 3), (4, 4, 4, 2), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2),
    (4, 4, 4, 6), (4, 5, 6), (4, 7, 4), (5, 5, 5), (5, 5, 6),
)
CARD_DIGITS = range(13, 20)


@dataclass(frozen=True, slots=True)
class Card:
    """One card number that was masked: its keyed hash (None without a key) and last digits."""

    reference: str | None
    last4: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without card numbers, and the cards that were in it, in order."""

    text: str
    cards: tuple[Card, ...]


def is_card_number(digits: str) -> bool:
    """Whether a string of digits is a card number by length, issuer range and Luhn check."""
    if len(digits) not in CARD_DIGITS or not _ISSUER.match(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += _LUHN_DOUBLED[value] if place % 2 else value
    return total % 10 == 0


def card_reference(digits: str, key: bytes) -> str | None:
    """``card_`` and 16 hex digits of HMAC-SHA-256 under ``key``; None when the key is empty."""
    if not key:
        return None
    return "card_" + hmac.digest(key, digits.encode("ascii"), "sha256").hex()[:16]


def may_hold_card(text: str) -> bool:
    """A quick no for texts that have no run of thirteen digits."""
    return len(text) >= 13 and _RUN.search(text) is not None


def mask_text(text: str, key: bytes = b"") -> Masked:
    """``text`` with every card number as first6****last4, and the cards found."""
    cards: list[Card] = []
    pieces: list[str] = []
    done = 0
    for start, end, digits in find_cards(text):
        pieces += [text[done:start], masked_digits(digits)]
        cards.append(Card(card_reference(digits, key), digits[-4:]))
        done = end
    if not cards:
        return Masked(text, ())
    return Masked("".join(pieces) + text[done:], tuple(cards))


def masked_digits(digits: str) -> str:
    """The form that stays: first six, four stars, last four."""
    return f"{digits[:6]}****{digits[-4:]}"


def find_cards(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and digits of each card number in ``text``."""
    kept: list[tuple[int, int]] | None = None
    for run in _RUN.finditer(text):
        for start, end, digits in cards_in_run(run.group()):
            if kept is None:
                kept = kept_spans(text)
            first, last = run.start() + start, run.start() + end
            if not any(begin <= first and last <= stop for begin, stop in kept):
                yield first, last, digits


def cards_in_run(run: str) -> Iterator[tuple[int, int, str]]:
    """The card numbers among the digit groups of one run, the longest first from each place."""
    groups = [(found.group(), found.start()) for found in re.finditer(r"[0-9]+", run)]
    place = 0
    while place < len(groups):
        for count in range(min(19, len(groups) - place), 0, -1):
            chosen = groups[place:place + count]
            digits = "".join(text for text, _ in chosen)
            if _is_written_so(tuple(len(text) for text, _ in chosen)) and is_card_number(digits):
                yield chosen[0][1], chosen[-1][1] + len(chosen[-1][0]), digits
                place += count
                break
        else:
            place += 1


def _is_written_so(sizes: tuple[int, ...]) -> bool:
    """Whether people write card numbers in groups of these sizes."""
    if len(sizes) == 1 or sizes in _GROUPED:
        return True
    first = sizes[0]
    return first <= 5 and all(size == first for size in sizes[:-1]) and sizes[-1] <= first


def kept_spans(text: str) -> list[tuple[int, int]]:
    """Where valid IBANs and hexadecimal identifiers stand."""
    spans = [found.span() for found in _HEX.finditer(text)]
    for found in _IBAN.finditer(text):
        words = found.group()
        for end in range(len(words), 14, -1):
            bare = words[:end].replace(" ", "")
            if words[end - 1] != " " and is_iban(bare):
                spans.append((found.start(), found.start() + end))
                break
    return spans


def is_iban(bare: str) -> bool:
    """Whether ``bare`` (no spaces, upper case) satisfies ISO 13616's mod 97 check."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1
