"""What must not leave the house: card numbers, internal notes, sensitive reasons, strange links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from amends.messages.check import Check, passed_or
from amends.messages.facts import MessageFacts

_DIGITS = re.compile(r"(?<![\dA-Za-z])\d(?:[ \u00a0.-]?\d){12,18}(?![\dA-Za-z]|[ .-]?\d)")
_IBAN_BEFORE = re.compile(r"[A-Z]{2}\d{2}[ A-Z0-9]*$")
_SECURITY_CODE = re.compile(r"\b(?:cvv2?|cvc2?|security code|pin(?: code)?)\b\W{0,3}(?:is\W+)?"
                            r"\d{3,4}\b", re.IGNORECASE)
# Words in a row that a draft shares with an internal note before it counts as quoted.
SHARED_WORDS = 7
_WORD = re.compile(r"\w+")
# Saying any of these may warn somebody who is being looked at, or is unlawful in itself.
_TIPPING_OFF = re.compile(
    r"money[ -]launder\w*|suspicious (activity|transaction)s?|\bSAR\b|sanction\w*|watch ?list\w*|"
    r"terroris\w*|financial crime|fraud (score|flag|marker|team|review|investigation)|"
    r"block(ed)? ?list\w*|reported you|law enforcement|under investigation by|"
    r"Geldwäsche\w*|Verdachtsmeldung\w*|Sperrliste\w*|Betrugs(verdacht|meldung|prüfung)\w*|"
    r"blanchiment|déclaration de soupçon|soupçon de fraude|liste noire|"
    r"blanqueo|lavado de dinero|operación sospechosa|sospecha de fraude|lista negra|"
    r"prani[ea] pieniędzy|podejrzan\w+ transakcj\w+|podejrzeni\w+ oszustwa|czarn\w+ list\w+",
    re.IGNORECASE)
_TIPPING_OFF_CASED = re.compile(r"\bSAR\b")
# A neutral refusal names no reason at all.
_DECLINE_REASONS = re.compile(
    r"\b(fraud\w*|stolen|lost card|reported lost|restricted card|pick ?up card|security (violation|"
    r"reasons?)|gestohlen\w*|verloren gemeldet|Betrug\w*|volée?|fraude|robad[ao]|fraudulent[ao]|"
    r"skradzion\w*|oszust\w*)\b", re.IGNORECASE)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
OMBUDSMAN_HOST = "financial-ombudsman.org.uk"


def card_numbers(text: str, facts: MessageFacts) -> list[Check]:
    """Each full card number or security code; the case's own references survive."""
    return passed_or(_card_numbers(text, facts), "card_number", "No card number.")


def _card_numbers(text: str, facts: MessageFacts) -> Iterator[Check]:
    kept = {_only_digits(reference) for reference in (*facts.references, facts.order_reference)}
    for match in _DIGITS.finditer(text):
        number = _only_digits(match[0])
        iban = _IBAN_BEFORE.search(text[max(0, match.start() - 12):match.start()])
        if number not in kept and not iban and number[0] in "23456" and _luhn(number):
            yield Check("card_number", False, True, "This looks like a full card number.",
                        match.span(), f"the card ending in {number[-4:]}")
    for match in _SECURITY_CODE.finditer(text):
        yield Check("card_number", False, True, "A security code or PIN is never written down.",
                    match.span(), "")


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(number[::-1]))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def _only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def internal_notes(text: str, facts: MessageFacts) -> list[Check]:
    """Each stretch of the text that is taken from an internal note."""
    runs = {run for note in facts.internal_texts for run in _runs(note)}
    lengths = sorted({len(run) for run in runs})
    found = list(_WORD.finditer(text))
    words = [match[0].casefold() for match in found]
    spans: list[tuple[int, int]] = []
    for at in range(len(words)):
        for length in lengths:
            if tuple(words[at:at + length]) in runs:
                begin, end = found[at].start(), found[at + length - 1].end()
                if spans and begin <= spans[-1][1]:
                    begin, end = spans[-1][0], max(end, spans.pop()[1])
                spans.append((begin, end))
    failed = (Check("internal_note", False, True, "These words are from an internal note.",
                    span, "") for span in spans)
    return passed_or(failed, "internal_note", "No words from internal notes.")


def _runs(note: str) -> list[tuple[str, ...]]:
    """Every stretch of SHARED_WORDS words; a note of fewer counts whole, from three words on."""
    words = [word.casefold() for word in _WORD.findall(note)]
    if len(words) < SHARED_WORDS:
        return [tuple(words)] if len(words) >= 3 else []
    return [tuple(words[at:at + SHARED_WORDS]) for at in range(len(words) - SHARED_WORDS + 1)]


def sensitive(text: str, facts: MessageFacts) -> list[Check]:
    """Each word that the case forbids, that could tip somebody off, or that names a reason."""
    return passed_or(_sensitive(text, facts), "sensitive", "Nothing sensitive is told.")


def _sensitive(text: str, facts: MessageFacts) -> Iterator[Check]:
    for phrase in facts.forbidden:
        words = r"\W+".join(map(re.escape, _WORD.findall(phrase)))
        for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) if words else ():
            yield Check("sensitive", False, True,
                        f"{match[0]!r} must not be told on this case.", match.span(), "")
    for match in _TIPPING_OFF.finditer(text):
        if match[0].upper() != "SAR" or _TIPPING_OFF_CASED.fullmatch(match[0]):
            yield Check("sensitive", False, True, f"{match[0]!r} could tip somebody off.",
                        match.span(), "")
    if facts.situation == "declined_neutral":
        for match in _DECLINE_REASONS.finditer(text):
            yield Check("sensitive", False, True,
                        f"{match[0]!r} names a reason; this letter is neutral.", match.span(), "")


def links(text: str, facts: MessageFacts) -> list[Check]:
    """Each link that is not https, or goes to a host that the case does not allow."""
    return passed_or(_links(text, facts), "links", "Every link goes to a known host.")


def _links(text: str, facts: MessageFacts) -> Iterator[Check]:
    allowed = {host.lower() for host in (*facts.allowed_hosts, OMBUDSMAN_HOST)}
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;:!?")
        span = match.start(), match.start() + len(link)
        host = _host(link)
        if host is None or not any(host == known or host.endswith(f".{known}")
                                   for known in allowed):
            yield Check("links", False, True, f"{link} goes to a host that is not known.", span)
        elif link.lower().startswith("http://"):
            yield Check("links", False, True, f"{link} is not encrypted.", span,
                        f"https{link[4:]}")


def _host(link: str) -> str | None:
    """The host that a browser would go to; None where that is not clear."""
    address = link if "://" in link else f"https://{link}"
    try:
        parts = urlsplit(address)
        return None if parts.username or "\\" in address else parts.hostname
    except ValueError:
        return None
