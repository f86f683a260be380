"""A dispute under network rules: its stages, and the evidence that its reason asks for.

Time limits stand in ``amends.clocks``; what a code means stands in ``amends.codes``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a dispute stands."""

    RETRIEVAL = "retrieval"
    CHARGEBACK = "chargeback"
    REPRESENTMENT = "representment"
    PRE_ARBITRATION = "pre_arbitration"
    ARBITRATION = "arbitration"
    ACCEPTED = "accepted"
    WON = "won"
    LOST = "lost"


STAGE_WORDS: dict[Stage, str] = {
    Stage.RETRIEVAL: "Documents asked for",
    Stage.CHARGEBACK: "Charged back",
    Stage.REPRESENTMENT: "Presented again",
    Stage.PRE_ARBITRATION: "Before arbitration",
    Stage.ARBITRATION: "In arbitration",
    Stage.ACCEPTED: "Accepted",
    Stage.WON: "Won",
    Stage.LOST: "Lost",
}
_STEPS: dict[Stage, tuple[Stage, ...]] = {
    Stage.RETRIEVAL: (Stage.CHARGEBACK, Stage.ACCEPTED, Stage.WON),
    Stage.CHARGEBACK: (Stage.REPRESENTMENT, Stage.ACCEPTED, Stage.LOST),
    Stage.REPRESENTMENT: (Stage.PRE_ARBITRATION, Stage.WON, Stage.LOST),
    Stage.PRE_ARBITRATION: (Stage.ARBITRATION, Stage.ACCEPTED, Stage.WON, Stage.LOST),
    Stage.ARBITRATION: (Stage.WON, Stage.LOST),
    Stage.ACCEPTED: (), Stage.WON: (), Stage.LOST: (),
}


class Ground(StrEnum):
    """What a reason code is about; it decides which evidence counts."""

    FRAUD = "fraud"
    AUTHORISATION = "authorisation"
    DUPLICATE = "duplicate"
    AMOUNT = "amount"
    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    CANCELLED = "cancelled"
    CREDIT_MISSING = "credit_missing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """One piece of evidence that helps; ``key`` names it when it is filed."""

    key: str
    what: str
    decisive: bool = False


_COMMON = (Asked("order", "The order as the customer placed it"),
           Asked("receipt", "The receipt or invoice"))
_EVIDENCE: dict[Ground, tuple[Asked, ...]] = {
    Ground.FRAUD: (
        Asked("authentication", "3-D Secure or other proof that the cardholder was asked", True),
        Asked("earlier_payments", "Two undisputed payments with the same device or address", True),
        Asked("device", "Device and network address of the order"),
        Asked("delivery", "Proof of delivery to the cardholder's address"), *_COMMON),
    Ground.AUTHORISATION: (
        Asked("authorisation", "The approval: code, amount and time", True), *_COMMON),
    Ground.DUPLICATE: (
        Asked("both_orders", "Two orders behind the two charges", True),
        Asked("refund", "Proof that the second charge was refunded", True), *_COMMON),
    Ground.AMOUNT: (
        Asked("agreed_amount", "The amount that the customer agreed to", True), *_COMMON),
    Ground.NOT_RECEIVED: (
        Asked("delivery", "Proof of delivery with date and address", True),
        Asked("use", "Proof that the service was used"),
        Asked("messages", "What was written with the customer"), *_COMMON),
    Ground.NOT_AS_DESCRIBED: (
        Asked("description", "The description that the customer saw", True),
        Asked("messages", "What was written with the customer"),
        Asked("return_policy", "The return policy, and whether it was followed"), *_COMMON),
    Ground.CANCELLED: (
        Asked("terms", "The terms of cancelling that the customer accepted", True),
        Asked("no_cancellation", "Proof that no cancellation arrived before the charge", True),
        Asked("messages", "What was written with the customer"), *_COMMON),
    Ground.CREDIT_MISSING: (
        Asked("refund", "Proof of the refund with its ARN", True),
        Asked("return_policy", "The policy under which no refund was due"), *_COMMON),
    Ground.OTHER: (Asked("messages", "What was written with the customer"), *_COMMON),
}
_GROUNDS: dict[tuple[str, str], Ground] = {
    ("visa-dispute", "12.5"): Ground.AMOUNT, ("visa-dispute", "12.3"): Ground.AMOUNT,
    ("visa-dispute", "12.6.1"): Ground.DUPLICATE, ("visa-dispute", "12.6.2"): Ground.DUPLICATE,
    ("visa-dispute", "13.1"): Ground.NOT_RECEIVED, ("visa-dispute", "13.9"): Ground.NOT_RECEIVED,
    ("visa-dispute", "13.2"): Ground.CANCELLED, ("visa-dispute", "13.7"): Ground.CANCELLED,
    ("visa-dispute", "13.3"): Ground.NOT_AS_DESCRIBED,
    ("visa-dispute", "13.4"): Ground.NOT_AS_DESCRIBED,
    ("visa-dispute", "13.5"): Ground.NOT_AS_DESCRIBED,
    ("visa-dispute", "13.6"): Ground.CREDIT_MISSING,
    ("mastercard-dispute", "4808"): Ground.AUTHORISATION,
    ("mastercard-dispute", "4834"): Ground.DUPLICATE,
    ("mastercard-dispute", "4837"): Ground.FRAUD, ("mastercard-dispute", "4849"): Ground.FRAUD,
    ("mastercard-dispute", "4863"): Ground.FRAUD, ("mastercard-dispute", "4870"): Ground.FRAUD,
    ("mastercard-dispute", "4871"): Ground.FRAUD,
    ("mastercard-dispute", "4853"): Ground.NOT_RECEIVED,
    ("mastercard-dispute", "4855"): Ground.NOT_RECEIVED,
    ("mastercard-dispute", "4860"): Ground.CREDIT_MISSING,
}


def may_move(before: Stage, after: Stage) -> bool:
    """Whether a dispute may go from ``before`` to ``after``; a closed one stays closed."""
    return after in _STEPS[before]


def ground(scheme: str, code: str) -> Ground:
    """What the reason code is about; other for a code that tells nothing of the evidence."""
    if scheme == "visa-dispute" and code.startswith(("10.", "11.")):
        return Ground.FRAUD if code.startswith("10.") else Ground.AUTHORISATION
    return _GROUNDS.get((scheme, code), Ground.OTHER)


def evidence_asked(scheme: str, code: str) -> tuple[Asked, ...]:
    """The evidence that answers the reason code, the decisive pieces first."""
    asked = _EVIDENCE[ground(scheme, code)]
    return tuple(sorted(asked, key=lambda piece: not piece.decisive))


def missing(asked: Iterable[Asked], filed: Iterable[str]) -> tuple[Asked, ...]:
    """What is asked and not filed yet, by key."""
    there = set(filed)
    return tuple(piece for piece in asked if piece.key not in there)
