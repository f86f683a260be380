"""What every connector that moves money keeps to.

``send`` is called once for an instruction. Whenever it is not certain that nothing went out
(a time-out, a killed worker), ``find`` is asked before anything is sent again: it gives the result
that is there, None when it is certain that there is none, and raises Unreachable when it cannot
tell. A connector is added by a module with these two functions and a row in ``directory.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from amends.casework.remedies import MovementState


@dataclass(frozen=True, slots=True)
class Instruction:
    """One movement of money to be made. ``key`` is its own id, everywhere and for ever.

    ``effect``: ``pays``; ``makes_final`` or ``takes_back`` the provisional credit whose key is
    ``credit``. ``moves_minor`` is what changes on the account: a credit that is made final has
    moved already, one that is taken back moves the other way.
    """

    key: str
    remedy: str
    amount_minor: int
    currency: str
    reference: str
    case_label: str
    beneficiary: str
    made_at: datetime
    effect: str = "pays"
    credit: str = ""
    credit_minor: int = 0

    @property
    def moves_minor(self) -> int:
        """What changes on the beneficiary's account, in minor units; negative takes away."""
        if self.effect == "takes_back":
            return -self.amount_minor
        return self.amount_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an instruction, with the other side's id for it."""

    state: MovementState
    external_id: str = ""
    words: str = ""


class Unreachable(Exception):
    """The other side did not answer, or not in a way that tells what it did."""


class Connector(Protocol):
    """One way to move money."""

    name: str

    def find(self, instruction: Instruction) -> Result | None:
        """What is there for this instruction; None: certainly nothing. Raises Unreachable."""

    def send(self, instruction: Instruction) -> Result:
        """Make the movement. Raises Unreachable when the answer does not tell."""
