"""Deciding a case: accept or change what is proposed, approve what another decided, settle a
provisional credit.

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
from amends.desk.actions.milestones import reached
from amends.desk.actions.movements import (
    check_not_twice,
    credit_to_settle,
    draft_movement,
    draft_reversal,
)
from amends.desk.actions.recording import change, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, Decision, Movement
from amends.money import Money
from amends.problems import AmendsError, Problem

HOUSE_CURRENCY = "EUR"
_ERROR = (Outcome.UPHELD, Outcome.PARTLY_UPHELD)
STRIPE_REFERENCES = ("ch_", "pi_", "py_")


def standing(decision: Decision, role: str) -> Authority:
    """Whether ``role`` may decide this alone, and who approves if not."""
    return authority(
        policy(), role, _weighed(decision), _money(decision),
        needs_approval=decision.needs_approval,
    )


def _weighed(decision: Decision) -> Remedy:
    """Taking a credit back weighs as much as giving it."""
    return Remedy.PROVISIONAL_CREDIT if decision.takes_back else Remedy(decision.remedy)


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
    """Decide otherwise, with a reason; what was proposed stays readable.

    A decision that stands is not replaced: the new one follows it, and the guard counts what the
    old one paid.
    """
    _check_wish(wish)
    change(case, now=now, version=version)
    if decision is not None:
        _still(decision, Decision.PROPOSED, Decision.REFUSED, Decision.APPROVED)
        if decision.state != Decision.APPROVED:
            decision.state = Decision.REPLACED
            decision.save(update_fields=["state"])
    made = _wished(case, decision, wish, now)
    return _decide(actor, now, case, made)


def _wished(
    case: Case, before: Decision | None, wish: Wish, now: datetime,
    takes_back: Movement | None = None,
) -> Decision:
    reason = kept(wish.reason)
    return Decision.objects.create(
        case=case, claim=before.claim if before else case.claims.order_by("pk").first(),
        outcome=wish.outcome, remedy=wish.remedy, amount_minor=wish.amount_minor,
        currency=wish.currency if wish.amount_minor else "",
        finding=before.finding if before else "",
        cause=before.cause if before else "", reasons=[reason],
        citations=before.citations if before else [], policy_version=policy().version,
        needs_approval=bool(before and before.needs_approval), change_reason=reason,
        takes_back=takes_back, made_at=now,
    )


@transaction.atomic
def make_credit_final(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, credit: Movement, reason: str,
) -> Decision:
    """Decide that a provisional credit stays: no further money moves."""
    _settleable(credit)
    wish = Wish(Outcome.UPHELD, Remedy.FINAL_CREDIT, credit.amount_minor, credit.currency, reason)
    _check_wish(wish)
    change(case, now=now, version=version)
    return _decide(actor, now, case, _wished(case, credit.decision, wish, now))


@transaction.atomic
def reverse_credit(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, credit: Movement, reason: str,
) -> Decision:
    """Decide to take a provisional credit back: first the notice, then the days of grace."""
    _settleable(credit)
    wish = Wish(Outcome.NOT_UPHELD, Remedy.NONE, credit.amount_minor, credit.currency, reason)
    _need(reason)
    change(case, now=now, version=version)
    return _decide(actor, now, case, _wished(case, credit.decision, wish, now, credit))


def _settleable(credit: Movement) -> None:
    """A credit that reached the account, and that nothing has settled or is about to."""
    open_one = credit_to_settle(credit.case)
    if open_one is None or open_one.pk != credit.pk:
        raise AmendsError(Problem("error", "This credit is not given yet, is settled, or is about "
                                  "to be.", "Load the page again.", field="credit"))


def _need(reason: str) -> None:
    if not reason.strip():
        raise AmendsError(Problem("error", "This decision needs a reason.",
                                  "Say what you saw that leads to it.", field="reason"))


def _check_wish(wish: Wish) -> None:
    _need(wish.reason)
    pays = wish.remedy in ROUTE_OF
    if pays != (wish.amount_minor > 0):
        raise AmendsError(Problem("error", "The amount does not fit the remedy.",
                                  "A payment needs an amount above zero; nothing else has one.",
                                  field="amount_minor"))


def _decide(actor: Actor, now: datetime, case: Case, decision: Decision) -> Decision:
    if actor.user is None:
        raise AmendsError(Problem("error", "A decision needs a person."))
    if not case.is_open:
        raise AmendsError(Problem("error", f"{case.label} is closed.", "Open it again first."))
    allowed = standing(decision, actor.user.role)
    if decision.remedy in ROUTE_OF:
        check_not_twice(case, decision)
    decision.decided_by, decision.decided_at = actor.user, now
    decision.state = Decision.APPROVED if allowed.may_decide else Decision.TO_APPROVE
    decision.condition = allowed.condition
    decision.save(update_fields=["decided_by", "decided_at", "state", "condition"])
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
def approve_decision(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, decision: Decision,
    condition_met: bool = False,
) -> Decision:
    """The second pair of eyes: the decision stands, and its movement goes out.

    Above every limit the policy names a condition; who approves says that it is met.
    """
    _still(decision, Decision.TO_APPROVE)
    if actor.user is None or decision.decided_by is None:
        raise AmendsError(Problem("error", "An approval needs two people."))
    verdict = may_approve(
        policy(), maker=str(decision.decided_by.pk), checker=str(actor.user.pk),
        checker_role=actor.user.role, remedy=_weighed(decision), amount=_money(decision),
    )
    if not verdict.ok:
        raise AmendsError(Problem("error", verdict.why, "Ask another person.", field="approval"))
    if decision.condition and not condition_met:
        raise AmendsError(Problem("error", f"It is approved on one condition: "
                                  f"{decision.condition}", "Say that the condition is met.",
                                  field="condition"))
    change(case, now=now, version=version)
    decision.approved_by, decision.approved_at = actor.user, now
    decision.state = Decision.APPROVED
    decision.save(update_fields=["approved_by", "approved_at", "state"])
    record(kind="decision_approved", actor=actor, now=now, case=case,
           summary=f"Approved: {_words(decision)}"
           f"{f'. {decision.condition}' if decision.condition else ''}",
           payload=_facts(decision))
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
           summary=f"Not approved: {kept(reason)}", payload=_facts(decision))
    refresh_next(case, now=now)


def carry_out(actor: Actor, now: datetime, case: Case, decision: Decision) -> None:
    """What an approved decision sets going: its movement, its clocks, the state of the case."""
    if decision.takes_back:
        draft_reversal(actor=actor, now=now, case=case, decision=decision)
    elif Remedy(decision.remedy) in ROUTE_OF and decision.amount_minor > 0:
        draft_movement(actor=actor, now=now, case=case, decision=decision,
                       connector=connector_for(decision, case))
    if decision.remedy != Remedy.PROVISIONAL_CREDIT:
        determined = ["error_determined"] if decision.outcome in _ERROR else []
        reached(case, "investigation_completed", *determined, actor=actor, now=now)
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
    if decision.takes_back:
        return f"{outcome}, provisional credit of {_money(decision)} taken back"
    if not decision.amount_minor:
        return f"{outcome}, {decision.get_remedy_display().lower()}"
    return f"{outcome}, {decision.get_remedy_display().lower()} of {_money(decision)}"


def _facts(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.pk, "outcome": decision.outcome, "remedy": decision.remedy,
        "amount_minor": decision.amount_minor, "currency": decision.currency,
        "policy_version": decision.policy_version, "reasons": decision.reasons,
        "citations": decision.citations, "change_reason": decision.change_reason,
        "condition": decision.condition,
        "takes_back": decision.takes_back.key if decision.takes_back else None,
    }


def _title(role: str) -> str:
    return f"a {role.replace('_', ' ')}"
