"""Moving money: each instruction at most once, whatever is retried or killed.

An instruction is written as ``sending`` before anything leaves the desk. A worker that finds it in
``sending`` or ``unknown`` asks the connector whether it is there already; only a certain no lets
it go out again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

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
from amends.desk.actions.milestones import reached
from amends.desk.actions.recording import follow, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, Claim, Decision, FindingRecord, Job, Movement
from amends.money import Money
from amends.problems import AmendsError, Problem

OUT = (MovementState.SENT, MovementState.CONFIRMED)
ENDED = (MovementState.CONFIRMED, MovementState.FAILED, MovementState.CANCELLED)
NEVER_OUT = (MovementState.FAILED, MovementState.CANCELLED)
MAYBE_OUT = (MovementState.SENDING, MovementState.UNKNOWN)
PERSON_LOOKS = "A person has to look whether it went out."


def paid_for(case: Case, claim: Claim | None = None) -> tuple[PaidFact, ...]:
    """What was paid for the claim (or the whole case) by any of the six routes.

    Our movements, those of other cases about the same payment too, and what files show.
    """
    claims = [claim] if claim else list(case.claims.select_related("trace"))
    return together([_fact(m) for m in _movements(case, claims)], _seen(claims))


def _movements(case: Case, claims: Iterable[Claim]) -> QuerySet[Movement]:
    """Our movements for these claims, in this case or in another about the same payment."""
    references = {claim.reference for claim in claims if claim.reference}
    own = Q(case=case) & (
        Q(decision__claim=None) | Q(decision__claim__in=[claim.pk for claim in claims])
    )
    same = Q(reference__in=references) | Q(decision__claim__reference__in=references)
    return Movement.objects.filter(own | same).select_related("credit").order_by("pk")


def _fact(movement: Movement) -> PaidFact:
    """The movement as the guard reads it; a credit that is not back yet still counts as paid."""
    state, amount = MovementState(movement.state), movement.amount_minor
    if movement.effect == Movement.TAKES_BACK:
        state, amount = state if state in OUT else MovementState.CANCELLED, -amount
    final_of = movement.effect == Movement.MAKES_FINAL and movement.credit
    return PaidFact(
        route=ROUTE_OF[Remedy(movement.remedy)], amount_minor=amount, currency=movement.currency,
        key=movement.key, makes_final=final_of.key if final_of else "",
        reference=movement.external_id, state=state,
    )


def _seen(claims: Iterable[Claim]) -> list[PaidFact]:
    facts: dict[str, PaidFact] = {}
    for claim in claims:
        trace = getattr(claim, "trace", None)
        for row in trace.trail.get("returned", []) if trace else []:
            fact = PaidFact(Route(row["route"]), row["amount_minor"], row["currency"],
                            key=row.get("key", ""), reference=row.get("reference", ""))
            facts[fact.key or f"{claim.pk}:{len(facts)}"] = fact
    return list(facts.values())


def _open_credits(case: Case) -> QuerySet[Movement]:
    settled = Movement.objects.exclude(state__in=NEVER_OUT).filter(credit__isnull=False)
    return case.movements.filter(
        remedy=Remedy.PROVISIONAL_CREDIT, effect=Movement.PAYS
    ).exclude(state__in=NEVER_OUT).exclude(pk__in=settled.values("credit")).order_by("pk")


def open_credit(case: Case, claim: Claim | None) -> Movement | None:
    """The provisional credit of the claim that is neither made final nor taken back."""
    return _open_credits(case).filter(decision__claim=claim).first()


def credit_to_settle(case: Case) -> Movement | None:
    """The provisional credit that was given and that a person may settle now."""
    if case.decisions.filter(state=Decision.TO_APPROVE).exists():
        return None
    return _open_credits(case).filter(state__in=OUT).first()


def check_not_twice(case: Case, decision: Decision, *, sending: Movement | None = None) -> None:
    """Refuse a payment that would pay the claim twice over all routes; AmendsError says how.

    ``sending``: the decision's own movement, about to go; of the others only those count that were
    approved before it or have gone, so that of two at once exactly one goes.
    """
    claims = [decision.claim] if decision.claim else list(case.claims.all())
    references = [claim.reference for claim in claims if claim.reference]
    list(Claim.objects.select_for_update().filter(reference__in=references).order_by("pk"))
    ours = _movements(case, claims)
    if sending is not None:
        ours = ours.exclude(pk=sending.pk).exclude(pk__gt=sending.pk, state__in=(
            MovementState.DRAFTED, MovementState.APPROVED))
    paid = together([_fact(m) for m in ours], _seen(claims))
    credit = open_credit(case, decision.claim) if sending is None else sending.credit
    final_of = credit.key if credit and decision.remedy == Remedy.FINAL_CREDIT else ""
    others = {fact.currency for fact in paid if fact.state not in NEVER_OUT} - {decision.currency}
    verdict = guard(paid, decision.amount_minor, _claimed(case, claims, decision),
                    makes_final=final_of)
    if others:
        raise AmendsError(Problem("error", f"Something was paid in {', '.join(sorted(others))} "
                                  "already.", "Decide in that currency.", field="currency"))
    if not verdict.ok:
        raise AmendsError(
            Problem("error", verdict.why, f"Already paid: "
                    f"{Money(verdict.paid_minor, decision.currency)}.", field="amount_minor")
        )


def _claimed(case: Case, claims: list[Claim], decision: Decision) -> int:
    """The whole that no sum of payments may pass, in minor units of the decision's currency.

    The largest of what the customer claims and what each standing finding owes together with what
    came back already; without any, the decision itself is the measure.
    """
    ruled_out = set(FindingRecord.objects.filter(
        case=case, claim__in=[claim.pk for claim in claims], state=FindingRecord.RULED_OUT
    ).values_list("kind", flat=True))
    named = [(claim.amount_minor or 0, claim.currency) for claim in claims]
    if len(claims) == case.claims.count():
        named.append((case.at_stake_minor, case.currency))
    for claim in claims:
        trace = getattr(claim, "trace", None)
        named += [(row["claim_minor"], row["currency"])
                  for row in (trace.trail.get("claims", []) if trace else [])
                  if row["finding"] not in ruled_out]
    known = {currency for minor, currency in named if minor and currency}
    if known and decision.currency not in known:
        raise AmendsError(Problem("error", f"The claim is in {', '.join(sorted(known))}, not in "
                                  f"{decision.currency}.", "Decide in the claim's currency.",
                                  field="currency"))
    sums = [minor for minor, currency in named if minor and currency == decision.currency]
    return max(sums, default=decision.amount_minor)


def draft_movement(
    *, actor: Actor, now: datetime, case: Case, decision: Decision, connector: str,
) -> Movement:
    """The instruction of an approved decision, sent by a job after this transaction."""
    check_not_twice(case, decision)
    credit = open_credit(case, decision.claim) if decision.remedy == Remedy.FINAL_CREDIT else None
    if credit and decision.amount_minor < credit.amount_minor:
        raise AmendsError(Problem(
            "error", f"{_money(credit)} stand credited provisionally, which is more.",
            "Make that credit final, or take it back with notice first.", field="amount_minor"))
    movement = _movement(case, decision, credit=credit, connector=connector, now=now,
                         effect=Movement.MAKES_FINAL if credit else Movement.PAYS,
                         state=MovementState.APPROVED)
    record(kind="movement_approved", actor=actor, now=now, case=case,
           summary=f"{_title(movement)} of {_money(movement)} goes out",
           payload=_facts(movement))
    _ask(movement, now=now)
    return movement


def draft_reversal(*, actor: Actor, now: datetime, case: Case, decision: Decision) -> Movement:
    """The taking back of a provisional credit: it waits until its notice was sent."""
    movement = _movement(case, decision, credit=decision.takes_back, connector="file", now=now,
                         effect=Movement.TAKES_BACK, state=MovementState.DRAFTED)
    record(kind="movement_drafted", actor=actor, now=now, case=case,
           summary=f"{_title(movement)} of {_money(movement)} waits for its notice",
           payload=_facts(movement))
    return movement


def release_reversal(*, actor: Actor, now: datetime, case: Case, run_at: datetime) -> None:
    """The notice was sent: the credit is taken back at ``run_at``, after the days of grace."""
    for movement in case.movements.filter(effect=Movement.TAKES_BACK,
                                          state=MovementState.DRAFTED):
        movement.state = MovementState.APPROVED
        movement.save(update_fields=["state"])
        record(kind="movement_approved", actor=actor, now=now, case=case,
               summary=f"{_title(movement)} of {_money(movement)} after {run_at:%-d %B %Y}",
               payload=_facts(movement) | {"run_at": run_at})
        _ask(movement, now=now, run_at=run_at)


def _movement(  # noqa: PLR0913
    case: Case, decision: Decision, *, credit: Movement | None, connector: str, effect: str,
    state: MovementState, now: datetime,
) -> Movement:
    reference = decision.claim.reference if decision.claim else ""
    return Movement.objects.create(
        case=case, decision=decision, key=f"am-{case.number}-{decision.pk}-{uuid4().hex[:12]}",
        remedy=Remedy.PROVISIONAL_CREDIT if effect == Movement.TAKES_BACK else decision.remedy,
        amount_minor=decision.amount_minor, currency=decision.currency, effect=effect,
        credit=credit, connector=connector, reference=reference or case.reference, state=state,
        made_at=now,
    )


def _ask(movement: Movement, *, now: datetime, run_at: datetime | None = None) -> None:
    follow("move_money", key=f"move:{movement.key}", now=now, run_at=run_at,
           payload={"movement": movement.key})


@transaction.atomic
def begin_sending(
    *, actor: Actor, now: datetime, movement_key: str
) -> tuple[Movement, bool] | None:
    """Claim the instruction for sending; True when it may have gone out before.

    The guard against paying twice is asked once more; what it refuses is cancelled. None: there is
    nothing to send.
    """
    movement = Movement.objects.select_for_update().get(key=movement_key)
    if movement.state not in (MovementState.APPROVED, *MAYBE_OUT):
        return None
    maybe_out = movement.state in MAYBE_OUT
    if not maybe_out:
        refused = _refused(movement)
        if refused:
            record_result(actor=actor, now=now, movement=movement, words=refused,
                          state=MovementState.CANCELLED)
            return None
        movement.state = MovementState.SENDING
    movement.attempts += 1
    movement.save(update_fields=["state", "attempts"])
    record(kind="movement_sending", actor=actor, now=now, case=movement.case,
           summary=f"Sending {_title(movement).lower()} of {_money(movement)}"
           + (" (looking first whether it is there already)" if maybe_out else ""),
           payload=_facts(movement))
    return movement, maybe_out


def _refused(movement: Movement) -> str:
    if movement.effect == Movement.TAKES_BACK:
        return ""
    try:
        check_not_twice(movement.case, movement.decision, sending=movement)
    except AmendsError as twice:
        return str(twice)
    return ""


@transaction.atomic
def record_result(  # noqa: PLR0913
    *, actor: Actor, now: datetime, movement: Movement, state: MovementState,
    external_id: str = "", words: str = "",
) -> None:
    """What the connector answered; a confirmed credit or refund meets its clocks."""
    held = Movement.objects.select_for_update().get(pk=movement.pk)
    if held.state in ENDED:  # another worker, or a person, has told already
        return
    held.error = "" if state in OUT else words[:2000]
    held.state, held.external_id = state, external_id or held.external_id
    if state in OUT:
        held.sent_at = held.sent_at or now
    if state == MovementState.CONFIRMED:
        held.confirmed_at = now
    held.save(update_fields=["state", "error", "external_id", "sent_at", "confirmed_at"])
    record(kind=f"movement_{state}", actor=actor, now=now, case=held.case,
           summary=f"{_title(held)} of {_money(held)}: {state}{f' ({words})' if words else ''}",
           payload=_facts(held))
    if state in OUT and held.effect != Movement.TAKES_BACK:
        _meet(actor, now, held)


def _meet(actor: Actor, now: datetime, movement: Movement) -> None:
    """The clocks that money on its way meets, and the one that a provisional credit starts."""
    case, act = movement.case, Act.CORRECTED
    if movement.remedy == Remedy.PROVISIONAL_CREDIT:
        act = Act.PROVISIONAL_CREDIT
        reached(case, "provisional_credit_given", actor=actor, now=now)
    for clock in meet_clocks(case, act=act, now=now):
        record(kind="clock_met", actor=actor, now=now, case=case,
               summary=f"{clock.title}: met", payload={"name": clock.name})


@transaction.atomic
def settle_movement(
    *, actor: Actor, now: datetime, movement: Movement, went_out: bool, words: str,
) -> None:
    """A person has looked where no connector can tell: it went out, or it certainly did not."""
    if not words.strip():
        raise AmendsError(Problem("error", "Say where you looked.",
                                  "Name the statement or the record at the bank.", field="words"))
    if movement.state != MovementState.UNKNOWN:
        raise AmendsError(Problem("error", f"It is {movement.state} already.",
                                  "Load the page again."))
    Job.objects.filter(key=f"move:{movement.key}", state=Job.READY).update(state=Job.CANCELLED)
    record_result(actor=actor, now=now, movement=movement, words=kept(words),
                  state=MovementState.CONFIRMED if went_out else MovementState.FAILED)


@transaction.atomic
def hold_unsettled(*, actor: Actor, now: datetime, why: str) -> int:
    """After a restore nothing goes out by itself: what was under way may have gone since."""
    held = Movement.objects.filter(state__in=(MovementState.APPROVED, *MAYBE_OUT))
    for movement in held:
        Job.objects.filter(key=f"move:{movement.key}").update(state=Job.CANCELLED)
        record_result(actor=actor, now=now, movement=movement, state=MovementState.UNKNOWN,
                      words=f"{why} {PERSON_LOOKS}")
    return len(held)


def _money(movement: Movement) -> Money:
    return Money(movement.amount_minor, movement.currency)


def _title(movement: Movement) -> str:
    words = str(movement.get_remedy_display())
    return f"{words} taken back" if movement.effect == Movement.TAKES_BACK else words


def _facts(movement: Movement) -> dict[str, object]:
    return {
        "key": movement.key, "remedy": movement.remedy, "amount_minor": movement.amount_minor,
        "currency": movement.currency, "effect": movement.effect,
        "credit": movement.credit.key if movement.credit else None,
        "connector": movement.connector, "state": movement.state,
        "reference": movement.reference, "external_id": movement.external_id,
        "attempts": movement.attempts,
    }


def routes_paid(case: Case) -> dict[Route, int]:
    """What each of the six routes has paid on the case so far, in minor units."""
    return by_route(paid_for(case))
