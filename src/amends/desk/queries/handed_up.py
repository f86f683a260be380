"""What a frontline agent may know of the cases they handed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amends.casework.states import OUTCOME_WORDS, STATE_WORDS, Outcome, State
from amends.desk.access import escalations_for
from amends.desk.models import User

LINES_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class HandedUp:
    """One escalation: number, words for its state and outcome, nothing of the inside."""

    label: str
    title: str
    received_at: datetime
    ticket: str
    promised: str
    state: str
    outcome: str


def handed_up(user: User) -> tuple[HandedUp, ...]:
    """The escalations of ``user``, newest first."""
    rows = escalations_for(user).select_related("case").order_by("-received_at")[:LINES_AT_MOST]
    return tuple(
        HandedUp(
            label=row.case.label, title=row.case.get_kind_display(), received_at=row.received_at,
            ticket=row.external_ticket, promised=row.promised,
            state=STATE_WORDS[State(row.case.state)],
            outcome=OUTCOME_WORDS[Outcome(row.case.outcome)] if row.case.outcome
            and row.case.state == State.CLOSED else "",
        )
        for row in rows
    )
