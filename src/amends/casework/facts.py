"""What is known of a case when its findings and its decision are judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from amends.casework.claims import Kind, Need
from amends.casework.fees import FeeSchedule
from amends.casework.fraud import Signal


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The claim and its party. ``claim_amount_minor`` None is an amount that nobody named.

    ``fees`` is the contracted schedule and ``signals`` what ``fraud.signals`` measured; either may
    be empty.
    """

    claim_kind: Kind = Kind.OTHER
    reference: str = ""
    claim_amount_minor: int | None = None
    currency: str = ""
    party_kind: str = "customer"
    received_on: date | None = None
    needs: tuple[Need, ...] = ()
    fees: FeeSchedule = field(default_factory=FeeSchedule)
    signals: tuple[Signal, ...] = ()
