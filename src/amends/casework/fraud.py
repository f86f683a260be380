"""Signals of fraud around one payment: numbers from the entries, each with its sentence.

A signal is a reason to look, never a verdict: a person decides, and no customer is told of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class SignalKind(StrEnum):
    """What looks unusual around a payment."""

    VELOCITY = "velocity"
    SHARED_CARD = "shared_card"
    SHARED_DEVICE = "shared_device"
    NEW_DEVICE_HIGH_AMOUNT = "new_device_high_amount"
    CARD_TESTING = "card_testing"


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: how strong from 0 to 1, the numbers behind it, the entries that show it."""

    kind: SignalKind
    score: float
    sentence: str
    numbers: Mapping[str, int]
    entries: Sequence[str] = ()
