"""What happened to a payment: rules over its trace, each with evidence.

``look`` asks every rule, puts the strongest first, and drops what a stronger finding contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from amends.casework.facts import CaseFacts
from amends.casework.findings import charges, payouts, pressed, refunds, standing
from amends.casework.findings.shape import (
    CAUSE_WORDS,
    FINDING_WORDS,
    Cause,
    EvidenceLine,
    Finding,
    FindingKind,
    View,
)
from amends.casework.trace_shape import Trace
from amends.problems import ensure

__all__ = ["CAUSE_WORDS", "FINDING_WORDS", "RULES", "Cause", "EvidenceLine", "Finding",
           "FindingKind", "look"]

# Strongest first: a rule that speaks of what was already put right comes before one that pays.
RULES: tuple[Callable[[View], Iterator[Finding]], ...] = (
    standing.payment_not_found,
    pressed.chargeback_open,
    pressed.already_charged_back,
    pressed.unauthorised_pattern,
    payouts.payouts_at_bank,
    charges.charged_after_cancellation,
    charges.settled_twice,
    charges.captured_twice,
    charges.charged_more_than_order,
    refunds.refund_short,
    refunds.refund_not_sent,
    refunds.refund_in_transit,
    payouts.fee_above_schedule,
    standing.payment_declined,
    standing.authorization_hold,
    standing.booked_not_settled,
    standing.paid_in_full,
)

_ERROR_KINDS = frozenset({
    FindingKind.SETTLED_TWICE, FindingKind.CAPTURED_TWICE, FindingKind.CHARGED_MORE_THAN_ORDER,
    FindingKind.CHARGED_AFTER_CANCELLATION, FindingKind.REFUND_NOT_SENT, FindingKind.REFUND_SHORT,
})
_STANDING_KINDS = frozenset({
    FindingKind.PAID_IN_FULL, FindingKind.BOOKED_NOT_SETTLED, FindingKind.AUTHORIZATION_HOLD,
    FindingKind.PAYMENT_DECLINED, FindingKind.REFUND_IN_TRANSIT,
})
_PAYOUT_KINDS = frozenset({FindingKind.PAYOUT_NOT_AT_BANK, FindingKind.PAYOUT_SHORT_AT_BANK,
                           FindingKind.PAYOUT_IN_TRANSIT})

# What each finding contradicts: with it, these do not hold or do not matter.
CONTRADICTS: dict[FindingKind, frozenset[FindingKind]] = {
    FindingKind.ALREADY_CHARGED_BACK: _ERROR_KINDS | _STANDING_KINDS,
    FindingKind.CHARGEBACK_OPEN: _ERROR_KINDS | _STANDING_KINDS
    | {FindingKind.FEE_ABOVE_SCHEDULE} | _PAYOUT_KINDS,
    FindingKind.UNAUTHORISED_PATTERN: _ERROR_KINDS | _STANDING_KINDS
    | {FindingKind.FEE_ABOVE_SCHEDULE},
    FindingKind.CHARGED_AFTER_CANCELLATION: frozenset({FindingKind.REFUND_NOT_SENT})
    | _STANDING_KINDS,
    FindingKind.PAYOUT_NOT_AT_BANK: _STANDING_KINDS,
    FindingKind.PAYOUT_SHORT_AT_BANK: _STANDING_KINDS,
    FindingKind.PAYOUT_IN_TRANSIT: _STANDING_KINDS,
    FindingKind.FEE_ABOVE_SCHEDULE: _STANDING_KINDS,
    FindingKind.REFUND_IN_TRANSIT: frozenset({FindingKind.PAID_IN_FULL,
                                              FindingKind.BOOKED_NOT_SETTLED}),
    FindingKind.BOOKED_NOT_SETTLED: frozenset({FindingKind.PAID_IN_FULL}),
    FindingKind.AUTHORIZATION_HOLD: frozenset({FindingKind.PAID_IN_FULL,
                                               FindingKind.BOOKED_NOT_SETTLED}),
} | dict.fromkeys(_ERROR_KINDS - {FindingKind.CHARGED_AFTER_CANCELLATION}, _STANDING_KINDS)


def look(trace: Trace, facts: CaseFacts, *, as_of: date) -> tuple[Finding, ...]:
    """The findings of a trace, strongest first, without those that a stronger contradicts.

    Every finding carries evidence, except that a payment was not found. Empty when no rule speaks.
    """
    view = View(trace, facts, as_of)
    kept: list[Finding] = []
    for rule in RULES:
        for finding in rule(view):
            ensure(finding.evidence or finding.kind is FindingKind.PAYMENT_NOT_FOUND,
                   f"{finding.kind} needs evidence")
            if not any(finding.kind in CONTRADICTS.get(other.kind, ()) for other in kept):
                kept.append(finding)
    return tuple(kept)
