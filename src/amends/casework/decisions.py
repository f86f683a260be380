"""What evidence and policy suggest, whether it needs a hand, and who may decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from amends.casework.claims import KIND_WORDS, NEED_WORDS, Kind, Need
from amends.casework.facts import CaseFacts
from amends.casework.findings import Cause, Finding, FindingKind
from amends.casework.policy import ROLES, Policy, Ruling
from amends.casework.remedies import (
    REMEDY_WORDS,
    Guard,
    PaidFact,
    Remedy,
    guard,
    together,
)
from amends.casework.states import Outcome
from amends.money import Money
from amends.problems import BrokenPromise, ensure


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision to accept or change. ``stops`` says what keeps it from going straight through."""

    outcome: Outcome
    remedy: Remedy
    amount_minor: int
    currency: str
    cause: Cause | None
    finding: FindingKind | None
    straight_through: bool
    confidence: float
    reasons: tuple[str, ...]
    citations: tuple[str, ...]
    policy_version: str
    needs_approval: bool = False
    stops: tuple[str, ...] = ()
    guard: Guard | None = None

    def as_json(self) -> dict[str, Any]:
        """The fields of ``amends propose`` that are not the case's own."""
        return {
            "finding": self.finding.value if self.finding else None,
            "outcome": self.outcome.value, "remedy": self.remedy.value,
            "amount_minor": self.amount_minor, "currency": self.currency or None,
            "cause": self.cause.value if self.cause else None,
            "straight_through": self.straight_through, "confidence": self.confidence,
            "reasons": [*self.reasons, *self.stops], "citations": list(self.citations),
            "policy_version": self.policy_version, "needs_approval": self.needs_approval,
        }


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether a role may decide alone; else who approves, and under which condition."""

    may_decide: bool
    approver_role: str
    why: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Yes or no, and why."""

    ok: bool
    why: str


def propose(claim_kind: Kind, findings: Sequence[Finding], paid: Sequence[PaidFact],
            facts: CaseFacts, policy: Policy, *, as_of: date) -> Proposal:
    """The proposal of the strongest finding under ``policy``; referred when there is none.

    The amount is what the finding owes, and never more than what all six routes leave of it;
    ``paid`` are our own movements, what the evidence shows as given back comes with the finding.
    Raises when the policy is not in force yet.
    """
    ensure(as_of >= policy.effective_from, "a decision follows a policy that is in force")
    if not findings:
        return Proposal(
            Outcome.REFERRED, Remedy.NONE, 0, facts.currency, None, None, False, 0.0,
            ("No rule speaks of this payment; a person has to look.",), (), policy.version,
            stops=("There is no finding.",))
    finding = findings[0]
    ruling = policy.rulings[finding.kind]
    kept, amount = None, 0
    if ruling.pays:
        kept, amount = _left(finding, paid)
    remedy = ruling.remedy if amount or not ruling.pays else Remedy.NONE
    proposal = Proposal(
        ruling.outcome, remedy, amount, finding.currency or facts.currency, finding.cause,
        finding.kind, False, finding.confidence, _reasons(finding, ruling, facts, amount),
        ruling.citations, policy.version, needs_approval=ruling.approval, guard=kept)
    stops = _stops(proposal, ruling, claim_kind=claim_kind, findings=findings, facts=facts,
                   policy=policy)
    return replace(proposal, straight_through=not stops, stops=stops)


def authority(policy: Policy, role: str, remedy: Remedy, amount: Money, *,
              needs_approval: bool = False) -> Authority:
    """Whether ``role`` may decide to pay ``amount`` by ``remedy``, and who approves if not.

    A role that the policy gives no limit decides nothing that moves money.
    """
    moves = remedy not in (Remedy.NONE, Remedy.REPRESENTMENT, Remedy.RECALL) and amount.minor > 0
    own = policy.limits_minor.get(role, {}).get(amount.currency, 0)
    if not moves and role in ROLES and not needs_approval:
        return Authority(True, "", "No money moves.")
    if moves and amount.minor <= own and not needs_approval:
        return Authority(True, "", f"Within the {_title(role)}'s limit of "
                                   f"{Money(own, amount.currency)}.")
    for next_role in ROLES[1:]:
        limit = policy.limits_minor[next_role].get(amount.currency, 0)
        if amount.minor <= limit:
            why = ("The policy asks for a second person." if needs_approval else
                   f"Above the {_title(role)}'s limit of {Money(own, amount.currency)}.")
            return Authority(False, next_role, why)
    return Authority(False, policy.above_approver,
                     f"{amount} is above every limit of policy {policy.version}.",
                     policy.above_condition)


def may_approve(policy: Policy, *, maker: str, checker: str, checker_role: str, remedy: Remedy,
                amount: Money) -> Check:
    """Whether ``checker`` may approve what ``maker`` decided: never the same person.

    ``maker`` and ``checker`` are user ids. Raises for an empty one: nobody approves unnamed.
    """
    if not maker or not checker:
        raise BrokenPromise("an approval names its maker and its checker")
    if maker == checker:
        return Check(False, "A second person approves, never the one who decided.")
    alone = authority(policy, checker_role, remedy, amount)
    if alone.may_decide or (alone.condition and checker_role == policy.above_approver):
        return Check(True, alone.condition or alone.why)
    return Check(False, alone.why)


def _left(finding: Finding, paid: Sequence[PaidFact]) -> tuple[Guard, int]:
    """The guard over all routes, and what may still be paid for the finding."""
    known = together(paid, finding.returned)
    amount = min(finding.amount_minor, guard(known, 0, finding.claim_minor).left_minor)
    kept = guard(known, amount, finding.claim_minor)
    ensure(kept.ok, "a proposal never passes the claim")
    return kept, amount


def _reasons(finding: Finding, ruling: Ruling, facts: CaseFacts, amount: int) -> tuple[str, ...]:
    """What was found, what the policy makes of it, and where that differs from what was asked."""
    reasons = [finding.sentence, ruling.reason]
    asked = facts.claim_amount_minor
    if ruling.pays and asked is not None and (asked, facts.currency) != (
            finding.claim_minor, finding.currency):
        reasons.append(f"{Money(asked, facts.currency or finding.currency)} was claimed; the "
                       f"evidence shows {Money(finding.claim_minor, finding.currency)}.")
    if ruling.pays and amount < finding.amount_minor:
        already = Money(finding.amount_minor - amount, finding.currency)
        reasons.append(f"{already} of it was paid already and is not paid again.")
    return tuple(reasons)


def _stops(proposal: Proposal, ruling: Ruling, *, claim_kind: Kind, findings: Sequence[Finding],
           facts: CaseFacts, policy: Policy) -> tuple[str, ...]:
    """Everything that keeps the proposal from going straight through, in words."""
    rule = policy.straight_through
    limit = rule.limit_minor.get(proposal.currency, 0)
    amount = proposal.amount_minor
    checks = (
        (ruling.person, "The policy wants a person for this finding."),
        (ruling.approval, "The policy wants a second person for this finding."),
        (len(findings) > rule.findings_max, f"There are {len(findings)} findings."),
        (proposal.confidence < rule.confidence_min,
         f"The finding is {proposal.confidence:.0%} sure, {rule.confidence_min:.0%} is asked."),
        (amount > limit, "The amount is above the limit for its currency."),
        (proposal.remedy not in rule.remedies,
         f"{REMEDY_WORDS[proposal.remedy]} needs a person."),
        (proposal.outcome in rule.never_outcomes, "The case is referred."),
        (claim_kind in rule.never_claim_kinds, f"{KIND_WORDS[claim_kind]} needs a person."),
        (ruling.pays and amount < findings[0].amount_minor, "Part of it was paid already."),
    )
    needs = [Need(need) for need in facts.needs if need in rule.never_needs]
    return (*(words for stopped, words in checks if stopped),
            *(f"{NEED_WORDS[need]}." for need in needs))


def _title(role: str) -> str:
    return role.replace("_", " ")
