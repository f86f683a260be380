"""Sending instructions of money, each at most once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.casework.remedies import MovementState
from amends.desk.access import Actor
from amends.desk.actions.movements import begin_sending, record_result
from amends.desk.connectors.directory import connector
from amends.desk.connectors.shape import Instruction, Result, Unreachable
from amends.desk.jobs.queue import Later, handles
from amends.desk.models import Movement

ENDED = (MovementState.CONFIRMED, MovementState.FAILED, MovementState.CANCELLED)
LOOK_AGAIN = timedelta(minutes=1)


@handles("move_money")
def move_money(payload: Mapping[str, Any], now: datetime) -> None:
    """Send the movement, or find out what became of it; never both blindly."""
    actor = Actor("payments worker")
    movement = Movement.objects.get(key=payload["movement"])
    if movement.state in ENDED or movement.state == MovementState.SENT:
        return
    movement, maybe_out = begin_sending(actor=actor, now=now, movement_key=movement.key)
    way = connector(movement.connector)
    instruction = instruction_of(movement)
    try:
        result: Result | None = way.find(instruction) if maybe_out else None
        if result is None:
            result = way.send(instruction)
    except Unreachable as silence:
        record_result(actor=actor, now=now, movement=movement, state=MovementState.UNKNOWN,
                      words=str(silence))
        raise Later(str(silence), LOOK_AGAIN) from silence
    record_result(actor=actor, now=now, movement=movement, state=result.state,
                  external_id=result.external_id, words=result.words)


def instruction_of(movement: Movement) -> Instruction:
    """The movement as the connectors read it."""
    return Instruction(
        key=movement.key, remedy=movement.remedy, amount_minor=movement.amount_minor,
        currency=movement.currency, reference=movement.reference,
        case_label=movement.case.label, beneficiary=movement.case.party.name,
        made_at=movement.made_at,
    )
