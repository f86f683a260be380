"""What a person wants instead of what was proposed."""

from __future__ import annotations

from dataclasses import dataclass

from amends.casework.remedies import Remedy
from amends.casework.states import Outcome


@dataclass(frozen=True, slots=True)
class Wish:
    """Another decision, and why. ``amount_minor`` is 0 where nothing is paid."""

    outcome: Outcome
    remedy: Remedy
    amount_minor: int
    currency: str
    reason: str
