"""Where the work on a case is, apart from how it ended; and which steps are allowed."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where the work is."""

    NEW = "new"
    INVESTIGATING = "investigating"
    WAITING = "waiting"
    TO_APPROVE = "to_approve"
    PUTTING_RIGHT = "putting_right"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"


OPEN_STATES = tuple(state for state in State if state is not State.CLOSED)

STATE_WORDS: dict[State, str] = {
    State.NEW: "New",
    State.INVESTIGATING: "Investigating",
    State.WAITING: "Waiting",
    State.TO_APPROVE: "To approve",
    State.PUTTING_RIGHT: "Putting right",
    State.CLOSED: "Closed",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.UPHELD: "Upheld",
    Outcome.PARTLY_UPHELD: "Partly upheld",
    Outcome.NOT_UPHELD: "Not upheld",
    Outcome.WITHDRAWN: "Withdrawn",
    Outcome.REFERRED: "Referred",
}

_STEPS: dict[State, tuple[State, ...]] = {
    State.NEW: (State.INVESTIGATING, State.WAITING, State.TO_APPROVE, State.PUTTING_RIGHT,
                State.CLOSED),
    State.INVESTIGATING: (State.WAITING, State.TO_APPROVE, State.PUTTING_RIGHT, State.CLOSED),
    State.WAITING: (State.INVESTIGATING, State.TO_APPROVE, State.PUTTING_RIGHT, State.CLOSED),
    State.TO_APPROVE: (State.INVESTIGATING, State.PUTTING_RIGHT),
    State.PUTTING_RIGHT: (State.INVESTIGATING, State.WAITING, State.CLOSED),
    State.CLOSED: (State.INVESTIGATING,),
}


def may_step(before: State, after: State) -> bool:
    """Whether the work may go from ``before`` to ``after``; staying is always allowed."""
    return before == after or after in _STEPS[before]
