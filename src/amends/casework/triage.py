"""What a text says of a case: kind, severity, needs, complaint, sums, references, dates, language.

Rules alone; the phrase lists are in ``triaging/lists``. Only the newest message is read, and it is
data: no instruction in it is followed. A trained model may add needs and raise severity; what these
rules find is the floor (``docs/reference/triage.md``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from amends.casework.claims import Kind, Need
from amends.casework.triaging.amounts import Sum, find_sums
from amends.casework.triaging.dates import Dated, find_dates
from amends.casework.triaging.forms import blank, forms, one_of
from amends.casework.triaging.kinds import read_kind
from amends.casework.triaging.language import languages
from amends.casework.triaging.lexicon import Said, hints, said
from amends.casework.triaging.newest import newest_message
from amends.casework.triaging.number_words import find_numbers
from amends.casework.triaging.references import Found, find_references
from amends.casework.triaging.severity import Situation, Stated, severity
from amends.casework.triaging.words import fold, plain, words_of

_MARK_OF = {
    "card_last4": "card",
    "email": "mail",
    "phone": "phone",
    "tracking": "parcel",
    "url": "link",
}


@dataclass(frozen=True, slots=True)
class Triage:
    """What was read; ``kind_scores`` are shares of one, sums and references as in the output."""

    kind: Kind
    kind_scores: dict[str, float]
    secondary: tuple[Kind, ...]
    severity: int
    needs: tuple[Need, ...]
    complaint: bool
    amounts: tuple[dict[str, Any], ...]
    references: tuple[dict[str, str], ...]
    dates: tuple[str, ...]
    language: str

    def as_json(self) -> dict[str, Any]:
        """The output of ``amends triage``, without the ``id``."""
        return {
            "kind": str(self.kind),
            "kind_scores": dict(self.kind_scores),
            "secondary": [str(kind) for kind in self.secondary],
            "severity": self.severity,
            "needs": [str(need) for need in self.needs],
            "complaint": self.complaint,
            "amounts": [dict(one) for one in self.amounts],
            "references": [dict(one) for one in self.references],
            "dates": list(self.dates),
            "language": self.language,
        }


def triage(text: str, *, received: date | None = None) -> Triage:
    """What the newest message of ``text`` says; dates without a year count from ``received``."""
    message = newest_message(plain(text))
    spoken = languages(message, hints())
    facts = _Facts.read(message, spoken[0], received)
    words = {language: words_of(message, facts.marks(), language) for language in spoken}
    heard = said(words)
    kind = read_kind(heard)
    needs = heard.needs()
    if kind.kind is Kind.SCAM_PAYMENT and Need.SCAM_VICTIM not in needs:
        needs = tuple(need for need in Need if need in (*needs, Need.SCAM_VICTIM))
    complaint = heard.any("complaint.signs", "complaint.unlike")
    total = sum(kind.points.values())
    return Triage(
        kind=kind.kind,
        kind_scores={
            str(name): round(points / total, 3)
            for name, points in sorted(kind.points.items(), key=lambda item: -item[1])
            if points
        },
        secondary=kind.secondary,
        severity=severity(facts.situation(message, heard, kind.kind, needs, complaint)),
        needs=needs,
        complaint=complaint,
        amounts=facts.amounts(),
        references=facts.shown_references(),
        dates=facts.days(),
        language=spoken[0],
    )


@dataclass(frozen=True)
class _Facts:
    """What stands in figures: references, dates, sums, and when the text came."""

    references: Sequence[Found]
    dates: Sequence[Dated]
    sums: Sequence[Sum]
    language: str
    received: date | None

    @staticmethod
    def read(message: str, language: str, received: date | None) -> _Facts:
        """References first, then dates, then sums; nothing is read twice."""
        references = find_references(message, language)
        rest = blank(message, [(one.start, one.end) for one in references])
        american = language == "en" and "$" in rest and not re.search("[£€]|EUR|GBP", rest)
        dates = find_dates(rest, language, received, american=american)
        rest = blank(rest, [(one.start, one.end) for one in dates])
        return _Facts(references, dates, find_sums(rest, language), language, received)

    def marks(self) -> list[tuple[int, int, str]]:
        """What stands where, for the words of the text; other figures stay."""
        found = [(one.start, one.end, _MARK_OF.get(one.kind, "ref")) for one in self.references]
        return found + [(one.start, one.end, "money") for one in self.sums]

    def amounts(self) -> tuple[dict[str, Any], ...]:
        """Each distinct sum once; one without a currency gives way to its like with one."""
        pairs = dict.fromkeys((one.minor, one.currency) for one in self.sums)
        return tuple(
            {"amount_minor": minor, "currency": currency}
            for minor, currency in pairs
            if currency or not any(other == minor and named for other, named in pairs)
        )

    def shown_references(self) -> tuple[dict[str, str], ...]:
        """Each reference once, in order."""
        pairs = dict.fromkeys((one.kind, one.value) for one in self.references if one.value)
        return tuple({"kind": kind, "value": value} for kind, value in pairs)

    def days(self) -> tuple[str, ...]:
        """Each settled date once, in order of the text."""
        return tuple(dict.fromkeys(one.day.isoformat() for one in self.dates if one.day))

    def situation(
        self, message: str, heard: Said, kind: Kind, needs: tuple[Need, ...], complaint: bool
    ) -> Situation:
        """What severity looks at."""
        ahead = [
            (one.day - self.received).days
            for one in self.dates
            if one.day and self.received and one.day >= self.received
        ]
        return Situation(
            kind,
            needs,
            heard,
            self._stated(message),
            ahead,
            self._waited(message),
            complaint,
            self.received,
        )

    def _stated(self, message: str) -> list[Stated]:
        here = forms(self.language)
        aside, income = (
            re.compile(rf"\b{one_of(fold(word) for word in here.words('background', name))}")
            for name in ("aside", "income")
        )
        found = []
        for one in self.sums:
            before = re.split(r"[.!?;\n,(]", fold(message[max(0, one.start - 35) : one.start]))[-1]
            after = fold(message[one.end : one.end + 25])
            near = before + " " + re.split(r"[.!?;\n,()]", after)[0]
            found.append(
                Stated(
                    one.minor,
                    one.currency or "",
                    bool(aside.search(near)),
                    bool(income.search(near)),
                )
            )
        return found

    def _waited(self, message: str) -> int:
        """The longest stretch of days, weeks or months that the message names."""
        spans, longest = forms(self.language).entry("spans"), 0
        words = [(found.end, int(found.value)) for found in find_numbers(message, self.language)]
        for unit, days in (("day", 1), ("week", 7), ("month", 31)):
            for match in re.finditer(
                rf"(?:(\d{{1,3}})\s)?(?<!\w){one_of(spans[unit])}(?!\w)", message, re.IGNORECASE
            ):
                start = match.start() - 1 if match[1] is None else match.start()
                count = (
                    int(match[1])
                    if match[1]
                    else next((value for end, value in words if end == start), 0)
                )
                if count * days <= 1000:
                    longest = max(longest, count * days)
        if self.received:
            past = [(self.received - one.day).days for one in self.dates if one.day]
            longest = max([longest, *(days for days in past if days < 1000)])
        return longest
