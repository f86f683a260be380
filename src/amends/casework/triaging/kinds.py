"""Which kind of problem a message tells of, from the weight of what it says.

A strong phrase nearly settles a kind, a clear one comes close, hints add up, and what speaks
against it is taken away. Each further phrase of the same weight adds less: many phrases of a list
say the same thing in other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amends.casework.claims import Kind
from amends.casework.triaging.lexicon import Said

# tier -> points of the first phrase, of each further one, and how many are counted
_POINTS = {"strong": (6, 2, 4), "clear": (3, 1, 4), "hint": (1, 1, 4), "against": (-5, -2, 3)}
_KNOWN = 3  # points from which a problem is told at all
_ASIDE = 6  # points from which a second problem is told
_WITHOUT_PROBLEM = (Kind.CASE_FOLLOW_UP, Kind.OTHER)
# With equal points, what would be most severe comes first.
_GRAVEST_FIRST = (
    Kind.UNAUTHORISED_TRANSACTION,
    Kind.SCAM_PAYMENT,
    Kind.ACCOUNT_ACCESS,
    Kind.PAYOUT_MISSING,
    Kind.COLLECTIONS_CONTACT,
    Kind.CHARGEBACK_MERCHANT,
    Kind.MISDIRECTED_PAYMENT,
    Kind.PAYMENT_FAILED,
    Kind.REFUND_MISSING,
    Kind.DOUBLE_CHARGE,
    Kind.WRONG_AMOUNT,
    Kind.SUBSCRIPTION_CHARGE,
    Kind.GOODS_DISPUTE,
    Kind.RECONCILIATION_QUERY,
    Kind.BILLING_ERROR,
    Kind.FEE_OR_FX_QUERY,
    Kind.CASE_FOLLOW_UP,
    Kind.OTHER,
)


@dataclass(frozen=True)
class KindRead:
    """The kind, up to two others that are told besides, and the points of each."""

    kind: Kind
    secondary: tuple[Kind, ...]
    points: Mapping[Kind, int]


def read_kind(said: Said) -> KindRead:
    """The kind of what is said; ``other`` when nothing tells."""
    points = {kind: max(0, _points(said, kind)) for kind in Kind}
    problems = sorted(
        (kind for kind in Kind if kind not in _WITHOUT_PROBLEM),
        key=lambda kind: (-points[kind], _GRAVEST_FIRST.index(kind)),
    )
    best = problems[0]
    if points[Kind.OTHER] >= 2 * _KNOWN and points[best] <= points[Kind.OTHER] - _KNOWN:
        return KindRead(Kind.OTHER, (), points)
    if points[best] >= _KNOWN:
        return KindRead(best, _secondary(said, best, problems[1:], points), points)
    chased, other = points[Kind.CASE_FOLLOW_UP] >= _KNOWN, points[Kind.OTHER] >= _KNOWN
    if points[best] >= (2 if chased else 1) and not other:
        return KindRead(best, (), points)
    return KindRead(Kind.CASE_FOLLOW_UP if chased else Kind.OTHER, (), points)


def _points(said: Said, kind: Kind) -> int:
    total = 0
    for tier, (first, further, count) in _POINTS.items():
        phrases = {hit.phrase for hit in said.hits(f"kinds.{kind}.{tier}")}
        if phrases:
            total += first + further * (min(len(phrases), count) - 1)
    return total


def _secondary(
    said: Said, best: Kind, others: list[Kind], points: Mapping[Kind, int]
) -> tuple[Kind, ...]:
    """Other problems told strongly, in a sentence or clause of their own."""
    own = {(hit.start, hit.end) for hit in said.hits(f"kinds.{best}.strong")}
    found = []
    for kind in others:
        apart = [
            hit
            for hit in said.hits(f"kinds.{kind}.strong")
            if not any(hit.start < end and start < hit.end for start, end in own)
        ]
        if points[kind] >= _ASIDE and apart and own:
            found.append(kind)
    return tuple(found[:2])
