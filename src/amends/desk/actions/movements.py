"""Moving money: each instruction at most once, whatever is retried or killed.

An instruction is written as ``sending`` before anything leaves the desk. A worker that finds it in
``sending`` or ``unknown`` asks the connector whether it is there already; only a certain no lets
it go out again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from amends.casework.acts import Act
from amends.casework.remedies import (
    ROUTE_OF,
    MovementState,
    PaidFact,
    Remedy,
    Route,
    by_route,
    guard,
    together,
)
from amends.desk.access import Actor
from amends.desk.actions.clocks import meet_clocks
from amends.desk.actions.recording import follow, record
from amends.desk.models import Case, Decision, Movement
from amends.money import Money
from amends.problems import AmendsError, Problem

MOVES_MONEY = frozenset(ROUTE_OF)


def paid_for(case: Case, *, without: str = "") -> tuple[PaidFact, ...]:
    """What was paid for the case by any of the six routes: our movements and what files show."""
    ours = [
        PaidFact(
            route=ROUTE_OF[Remedy(m.remedy)], amount_minor=m.amount_minor, currency=m.currency,
            key=m.key, reference=m.external_id, state=MovementState(m.state),
        )
        for m in case.movements.exclude(key=without)
        if Remedy(m.remedy) in ROUTE_OF
    ]
    return together(ours, _seen(case))


def _seen(case: Case) -> list[PaidFact]:
    facts = []
    for claim in case.claims.select_related("trace"):
        trace = getattr(claim, "trace", None)
        for row in (trace.trail.get("returned", []) if trace else []):
            facts.append(PaidFact(Route(row["route"]), row["amount_minor"], row["currency"]))
    return facts


def check_not_twice(case: Case, decision: Decision, *, without: str = "") -> None:
    """Refuse a payment that would pay the claim twice over all routes; AmendsError says how."""
    claimed = max(
        [decision.amount_minor if not case.at_stake_minor else case.at_stake_minor,
         *(c.amount_minor or 0 for c in case.claims.all()),
         *(f.amount_minor for f in case.findings.exclude(state="ruled_out"))]
    )
    verdict = guard(paid_for(case, without=without), decision.amount_minor, claimed)
    if not verdict.ok:
        raise AmendsError(
            Problem("error", verdict.why, f"Already paid: "
                    f"{Money(verdict.paid_minor, decision.currency)}.", field="amount_minor")
        )


def draft_movement(
    *, actor: Actor, now: datetime, case: Case, decision: Decision, connector: str,
) -> Movement:
    """The instruction of an approved decision, sent by a job after this transaction."""
    check_not_twice(case, decision)
    movement = Movement.objects.create(
        case=case, decision=decision, key=f"am-{case.number}-{decision.pk}-{uuid4().hex[:12]}",
        remedy=decision.remedy, amount_minor=decision.amount_minor, currency=decision.currency,
        connector=connector, reference=case.reference, state=MovementState.APPROVED, made_at=now,
    )
    record(kind="movement_approved", actor=actor, now=now, case=case,
           summary=f"{movement.get_remedy_display()} of {_money(movement)} goes out",
           payload=_facts(movement))
    follow("move_money", key=f"move:{movement.key}", now=now, payload={"movement": movement.key})
    return movement


@transaction.atomic
def begin_sending(*, actor: Actor, now: datetime, movement_key: str) -> tuple[Movement, bool]:
    """Claim the instruction for sending; True when it may have gone out before.

    The guard against paying twice is asked once more, with this movement left out.
    """
    movement = Movement.objects.select_for_update().get(key=movement_key)
    maybe_out = movement.state in (MovementState.SENDING, MovementState.UNKNOWN)
    if movement.state == MovementState.APPROVED:
        check_not_twice(movement.case, movement.decision, without=movement.key)
        movement.state = MovementState.SENDING
    movement.attempts += 1
    movement.save(update_fields=["state", "attempts"])
    record(kind="movement_sending", actor=actor, now=now, case=movement.case,
           summary=f"Sending {movement.get_remedy_display().lower()} of {_money(movement)}"
           + (" (looking first whether it is there already)" if maybe_out else ""),
           payload=_facts(movement))
    return movement, maybe_out


@transaction.atomic
def record_result(  # noqa: PLR0913
    *, actor: Actor, now: datetime, movement: Movement, state: MovementState,
    external_id: str = "", words: str = "",
) -> None:
    """What the connector answered; a confirmed credit or refund meets its clocks."""
    movement.state, movement.error = state, "" if external_id else words[:2000]
    movement.external_id = external_id or movement.external_id
    if state in (MovementState.SENT, MovementState.CONFIRMED):
        movement.sent_at = movement.sent_at or now
    if state == MovementState.CONFIRMED:
        movement.confirmed_at = now
    movement.save(
        update_fields=["state", "error", "external_id", "sent_at", "confirmed_at"]
    )
    record(kind=f"movement_{state}", actor=actor, now=now, case=movement.case,
           summary=f"{movement.get_remedy_display()} of {_money(movement)}: "
           f"{state}{f' ({words})' if words else ''}", payload=_facts(movement))
    if state in (MovementState.SENT, MovementState.CONFIRMED):
        act = (Act.PROVISIONAL_CREDIT if movement.remedy == Remedy.PROVISIONAL_CREDIT
               else Act.CORRECTED)
        for clock in meet_clocks(movement.case, act=act, now=now):
            record(kind="clock_met", actor=actor, now=now, case=movement.case,
                   summary=f"{clock.title}: met", payload={"name": clock.name})


def _money(movement: Movement) -> Money:
    return Money(movement.amount_minor, movement.currency)


def _facts(movement: Movement) -> dict[str, object]:
    return {
        "key": movement.key, "remedy": movement.remedy, "amount_minor": movement.amount_minor,
        "currency": movement.currency, "connector": movement.connector, "state": movement.state,
        "reference": movement.reference, "external_id": movement.external_id,
        "attempts": movement.attempts,
    }


def routes_paid(case: Case) -> dict[Route, int]:
    """What each of the six routes has paid on the case so far, in minor units."""
    return by_route(paid_for(case))
