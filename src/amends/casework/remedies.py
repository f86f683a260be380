"""What is done to put a case right, and the guard against doing it twice."""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    """What is done to put it right."""

    REFUND = "refund"
    PROVISIONAL_CREDIT = "provisional_credit"
    FINAL_CREDIT = "final_credit"
    GOODWILL = "goodwill"
    WRITE_OFF = "write_off"
    RECALL = "recall"
    REPRESENTMENT = "representment"
    NONE = "none"


class MovementState(StrEnum):
    """Where an instruction to move money is. ``unknown``: sent, and no answer that tells."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


REMEDY_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: "Refund",
    Remedy.PROVISIONAL_CREDIT: "Provisional credit",
    Remedy.FINAL_CREDIT: "Final credit",
    Remedy.GOODWILL: "Goodwill",
    Remedy.WRITE_OFF: "Write-off",
    Remedy.RECALL: "Recall",
    Remedy.REPRESENTMENT: "Representment",
    Remedy.NONE: "Nothing to pay",
}
