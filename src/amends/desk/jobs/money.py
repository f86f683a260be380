"""Sending instructions of money, each at most once, and looking after those under way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.casework.remedies import MovementState
from amends.desk.access import Actor
from amends.desk.actions.movements import MAYBE_OUT, begin_sending, record_result
from amends.desk.connectors.directory import connector
from amends.desk.connectors.shape import Instruction, Result, Unreachable
from amends.desk.jobs.queue import Later, handles
from amends.desk.models import Job, Movement

ACTOR = Actor("payments worker")
LOOK_AGAIN = timedelta(minutes=1)


@handles("move_money")
def move_money(payload: Mapping[str, Any], now: datetime) -> None:
    """Send the movement, or find out what became of it; never both blindly."""
    begun = begin_sending(actor=ACTOR, now=now, movement_key=payload["movement"])
    if begun is None:
        return
    movement, maybe_out = begun
    way = connector(movement.connector)
    instruction = instruction_of(movement)
    try:
        result: Result | None = way.find(instruction) if maybe_out else None
        if result is None:
            result = way.send(instruction)
    except Unreachable as silence:
        record_result(actor=ACTOR, now=now, movement=movement, state=MovementState.UNKNOWN,
                      words=str(silence))
        raise Later(str(silence), LOOK_AGAIN) from silence
    _record(movement, result, now)


@handles("look_after_money")
def look_after_money(payload: Mapping[str, Any], now: datetime) -> None:
    """Ask what became of money that was sent and not yet confirmed, and try again what the last
    worker left between sending and telling.
    """
    for movement in Movement.objects.filter(state=MovementState.SENT):
        try:
            result = connector(movement.connector).find(instruction_of(movement))
        except Unreachable:
            continue
        if result is not None and result.state != MovementState.SENT:
            _record(movement, result, now)
    left = Movement.objects.filter(state__in=(MovementState.APPROVED, *MAYBE_OUT))
    Job.objects.filter(
        state=Job.FAILED, key__in=[f"move:{key}" for key in left.values_list("key", flat=True)]
    ).update(state=Job.READY, run_at=now, attempts=0)


def _record(movement: Movement, result: Result, now: datetime) -> None:
    record_result(actor=ACTOR, now=now, movement=movement, state=result.state,
                  external_id=result.external_id, words=result.words)


def instruction_of(movement: Movement) -> Instruction:
    """The movement as the connectors read it."""
    makes_final = movement.effect == Movement.MAKES_FINAL
    return Instruction(
        key=movement.key, remedy=movement.remedy, amount_minor=movement.amount_minor,
        currency=movement.currency, reference=movement.reference,
        case_label=movement.case.label, beneficiary=movement.case.party.name,
        made_at=movement.made_at, effect=movement.effect,
        credit=movement.credit.key if movement.credit else "",
        credit_minor=movement.credit.amount_minor if movement.credit and makes_final else 0,
    )
