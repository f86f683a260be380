"""Deciding a case: accept or change what is proposed, approve what another decided.

Within a person's own authority the decision stands at once; above it a second person approves,
never the same (the database refuses it too). Each decision keeps the version of its policy.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from amends.casework.acts import Act
from amends.casework.decisions import Authority, authority, may_approve
from amends.casework.remedies import ROUTE_OF, Remedy
from amends.casework.states import OUTCOME_WORDS, Outcome, State
from amends.casework.wishes import Wish
from amends.desk.access import Actor
from amends.desk.actions.clocks import meet_clocks, refresh_next
from amends.desk.actions.investigation import policy
from amends.desk.actions.movements import check_not_twice, draft_movement
from amends.desk.actions.recording import change, record
from amends.desk.models import Case, Decision
from amends.money import Money
from amends.problems import AmendsError, Problem

HOUSE_CURRENCY = "EUR"
STRIPE_REFERENCES = ("ch_", "pi_", "py_")


def standing(decision: Decision, role: str) -> Authority:
    """Whether ``role`` may decide this alone, and who approves if not."""
    return authority(
        policy(), role, Remedy(decision.remedy), _money(decision),
        needs_approval=decision.needs_approval,
    )


@transaction.atomic
def accept_decision(
    *, actor: Actor, now: datetime, case: Case, version: int, decision: Decision,
) -> Decision:
    """Decide as proposed: it stands at once within the person's authority, else it asks."""
    _still(decision, Decision.PROPOSED)
    change(case, now=now, version=version)
    return _decide(actor, now, case, decision)


@transaction.atomic
def change_decision(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, decision: Decision | None,
    wish: Wish,
) -> Decision:
    """Decide otherwise, with a reason; what was proposed stays readable."""
    _check_wish(wish)
    change(case, now=now, version=version)
    if decision is not None:
        _still(decision, Decision.PROPOSED, Decision.REFUSED)
        decision.state = Decision.REPLACED
        decision.save(update_fields=["state"])
    made = Decision.objects.create(
        case=case, claim=decision.claim if decision else case.claims.first(),
        outcome=wish.outcome, remedy=wish.remedy, amount_minor=wish.amount_minor,
        currency=wish.currency, finding=decision.finding if decision else "",
        cause=decision.cause if decision else "", reasons=[wish.reason],
        citations=decision.citations if decision else [], policy_version=policy().version,
        needs_approval=bool(decision and decision.needs_approval), change_reason=wish.reason,
        made_at=now,
    )
    return _decide(actor, now, case, made)


def _check_wish(wish: Wish) -> None:
    if not wish.reason.strip():
        raise AmendsError(Problem("error", "Another decision needs a reason.",
                                  "Say what the proposal missed.", field="reason"))
    pays = wish.remedy in ROUTE_OF
    if pays != (wish.amount_minor > 0):
        raise AmendsError(Problem("error", "The amount does not fit the remedy.",
                                  "A payment needs an amount above zero; nothing else has one.",
                                  field="amount_minor"))


def _decide(actor: Actor, now: datetime, case: Case, decision: Decision) -> Decision:
    if actor.user is None:
        raise AmendsError(Problem("error", "A decision needs a person."))
    allowed = standing(decision, actor.user.role)
    if decision.remedy in ROUTE_OF:
        check_not_twice(case, decision)
    decision.decided_by, decision.decided_at = actor.user, now
    decision.state = Decision.APPROVED if allowed.may_decide else Decision.TO_APPROVE
    decision.save(update_fields=["decided_by", "decided_at", "state"])
    verb = "Decided" if allowed.may_decide else f"Asked {_title(allowed.approver_role)} to approve"
    record(kind="decision_made", actor=actor, now=now, case=case,
           summary=f"{verb}: {_words(decision)}", payload=_facts(decision) | {"why": allowed.why})
    if allowed.may_decide:
        carry_out(actor, now, case, decision)
    else:
        change(case, now=now, state=State.TO_APPROVE)
        refresh_next(case, now=now)
    return decision


@transaction.atomic
def approve_decision(
    *, actor: Actor, now: datetime, case: Case, version: int, decision: Decision,
) -> Decision:
    """The second pair of eyes: the decision stands, and its movement goes out."""
    _still(decision, Decision.TO_APPROVE)
    if actor.user is None or decision.decided_by is None:
        raise AmendsError(Problem("error", "An approval needs two people."))
    verdict = may_approve(
        policy(), maker=str(decision.decided_by.pk), checker=str(actor.user.pk),
        checker_role=actor.user.role, remedy=Remedy(decision.remedy), amount=_money(decision),
    )
    if not verdict.ok:
        raise AmendsError(Problem("error", verdict.why, "Ask another person.", field="approval"))
    change(case, now=now, version=version)
    decision.approved_by, decision.approved_at = actor.user, now
    decision.state = Decision.APPROVED
    decision.save(update_fields=["approved_by", "approved_at", "state"])
    record(kind="decision_approved", actor=actor, now=now, case=case,
           summary=f"Approved: {_words(decision)}", payload=_facts(decision))
    carry_out(actor, now, case, decision)
    return decision


@transaction.atomic
def refuse_approval(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, decision: Decision, reason: str,
) -> None:
    """Send the decision back with a reason; no money moves."""
    _still(decision, Decision.TO_APPROVE)
    if not reason.strip():
        raise AmendsError(Problem("error", "A refusal needs a reason.",
                                  "Say what has to change.", field="reason"))
    if actor.user is not None and actor.user == decision.decided_by:
        raise AmendsError(Problem("error", "A second person approves or refuses, never the one "
                                  "who decided.", "Ask another person."))
    change(case, now=now, version=version, state=State.INVESTIGATING)
    decision.state, decision.approved_by = Decision.REFUSED, actor.user
    decision.approved_at = now
    decision.save(update_fields=["state", "approved_by", "approved_at"])
    record(kind="decision_refused", actor=actor, now=now, case=case,
           summary=f"Not approved: {reason.strip()}", payload=_facts(decision))
    refresh_next(case, now=now)


def carry_out(actor: Actor, now: datetime, case: Case, decision: Decision) -> None:
    """What an approved decision sets going: its movement, its clocks, the state of the case."""
    if Remedy(decision.remedy) in ROUTE_OF and decision.amount_minor > 0:
        draft_movement(actor=actor, now=now, case=case, decision=decision,
                       connector=connector_for(decision, case))
    if decision.remedy != Remedy.PROVISIONAL_CREDIT:
        for clock in meet_clocks(case, act=Act.DECIDED, now=now):
            record(kind="clock_met", actor=actor, now=now, case=case,
                   summary=f"{clock.title}: met", payload={"name": clock.name})
    change(case, now=now, state=State.PUTTING_RIGHT, outcome=decision.outcome)
    refresh_next(case, now=now)


def connector_for(decision: Decision, case: Case) -> str:
    """Which connector pays: Stripe for refunds of its charges where it is set up, else files."""
    at_stripe = case.reference.startswith(STRIPE_REFERENCES)
    if settings.AMENDS_STRIPE_KEY and at_stripe and decision.remedy == Remedy.REFUND:
        return "stripe"
    return "file"


def _still(decision: Decision, *states: str) -> None:
    decision.refresh_from_db(fields=["state"])
    if decision.state not in states:
        raise AmendsError(
            Problem("error", f"The decision is {decision.get_state_display().lower()} already.",
                    "Load the page again.", field="decision")
        )


def _money(decision: Decision) -> Money:
    return Money(decision.amount_minor, decision.currency or HOUSE_CURRENCY)


def _words(decision: Decision) -> str:
    outcome = OUTCOME_WORDS[Outcome(decision.outcome)].lower()
    if not decision.amount_minor:
        return f"{outcome}, {decision.get_remedy_display().lower()}"
    return f"{outcome}, {decision.get_remedy_display().lower()} of {_money(decision)}"


def _facts(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.pk, "outcome": decision.outcome, "remedy": decision.remedy,
        "amount_minor": decision.amount_minor, "currency": decision.currency,
        "policy_version": decision.policy_version, "reasons": decision.reasons,
        "citations": decision.citations, "change_reason": decision.change_reason,
    }


def _title(role: str) -> str:
    return f"a {role.replace('_', ' ')}"
