"""Other cases like this one: of the same party, the same payment, or the same cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from amends.casework.trace_index import normalise

_WEIGHTS = (
    ("reference", 60, "the same payment"),
    ("party", 35, "the same party"),
    ("instrument", 25, "the same card or device"),
    ("cause", 30, "the same cause"),
    ("finding", 15, "the same finding"),
    ("kind", 8, "the same kind of claim"),
    ("amount", 7, "the same amount"),
)
SCORE_MIN = 23
FADES_AFTER_DAYS = 90


@dataclass(frozen=True, slots=True)
class CaseSketch:
    """What is compared of a case. Empty values never match."""

    number: str
    opened_on: date
    party: str = ""
    references: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    kind: str = ""
    finding: str = ""
    cause: str = ""
    amount_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """One other case: how alike from 0 to 100, and why in words."""

    number: str
    score: int
    why: str


def similar(case: CaseSketch, others: Iterable[CaseSketch], *, limit: int = 10) -> tuple[
        Likeness, ...]:
    """The cases most like ``case``, best first; the case itself and faint likeness left out.

    A likeness other than payment and party fades to half when the cases lie 90 days apart.
    """
    found = [_likeness(case, other) for other in others if other.number != case.number]
    kept = [likeness for likeness in found if likeness.score >= SCORE_MIN]
    return tuple(sorted(kept, key=lambda one: (-one.score, one.number))[:limit])


def _likeness(case: CaseSketch, other: CaseSketch) -> Likeness:
    shared = _shared(case, other)
    apart = abs((case.opened_on - other.opened_on).days)
    fade = 2 if apart > FADES_AFTER_DAYS else 1
    score = sum(weight if name in ("reference", "party") else weight // fade
                for name, weight, _ in _WEIGHTS if name in shared)
    words = [word for name, _, word in _WEIGHTS if name in shared]
    return Likeness(other.number, min(score, 100), ", ".join(words).capitalize())


def _shared(case: CaseSketch, other: CaseSketch) -> set[str]:
    own = {normalise(reference) for reference in case.references} - {""}
    same = {
        "reference": bool(own & {normalise(reference) for reference in other.references}),
        "party": bool(case.party) and case.party == other.party,
        "instrument": bool(set(case.instruments) & set(other.instruments)),
        "cause": bool(case.cause) and case.cause == other.cause,
        "finding": bool(case.finding) and case.finding == other.finding,
        "kind": bool(case.kind) and case.kind == other.kind,
        "amount": case.amount_minor is not None and (case.amount_minor, case.currency) == (
            other.amount_minor, other.currency),
    }
    return {name for name, shared in same.items() if shared}
