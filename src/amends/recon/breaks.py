"""The kinds of break: their words, and how a difference between two tied rows is named."""

from __future__ import annotations

from typing import NamedTuple


class BreakWords(NamedTuple):
    """What a kind of break is called, why it comes about, and what to do about it."""

    title: str
    likely_cause: str
    suggestion: str
    hurts_customer: bool


BREAK_WORDS: dict[str, BreakWords] = {
    "missing_in_psp": BreakWords(
        "Booked, not settled", "The processor never settled the payment, or under a reference "
        "that cannot be recognised.", "Ask the processor for the payment; if it was never "
        "captured, reverse the booking.", False),
    "timing_cutoff": BreakWords(
        "Settles after the report", "The payment was booked too late to be in this report.",
        "Wait for the next report; it is carried forward.", False),
    "missing_in_ledger": BreakWords(
        "Settled, not booked", "The order system missed the payment, or booked it elsewhere.",
        "Find the order and book the payment, or refund the customer.", True),
    "amount_mismatch": BreakWords(
        "Amounts differ", "The price changed between order and capture.",
        "Compare with the order; refund what was charged too much, or collect the rest.", True),
    "transposed_digits": BreakWords(
        "Digits swapped", "Somebody typed the amount by hand.",
        "Correct the side that was typed; refund what was charged too much.", True),
    "partial_capture": BreakWords(
        "Captured in part", "Only part of the order was shipped or captured.",
        "Check what was delivered; capture or release the rest.", False),
    "fee_mismatch": BreakWords(
        "Fee off the schedule", "The processor's fee table is not the contracted one.",
        "Claim the difference from the processor with the schedule as evidence.", False),
    "duplicate_psp": BreakWords(
        "Settled twice", "The processor took the payment twice.",
        "Refund the second settlement to the customer.", True),
    "duplicate_ledger": BreakWords(
        "Booked twice", "The booking was posted again after a retry.",
        "Reverse one of the two bookings.", False),
    "double_refund": BreakWords(
        "Refunded twice", "The refund was sent again after an unclear answer.",
        "Ask the processor to recall the second refund, or the customer to return it.", False),
    "unbooked_chargeback": BreakWords(
        "Chargeback not booked", "The dispute reached the processor and not the books.",
        "Book the chargeback, and check the time left to answer it.", True),
    "unexplained_adjustment": BreakWords(
        "Adjustment without a reason", "The processor adjusted the balance and gave no reference.",
        "Ask the processor what it is for.", False),
    "sign_reversed": BreakWords(
        "Sign reversed", "A payment was settled as a refund, or the other way round.",
        "Ask the processor to reverse it; the customer may have been paid instead of charged.",
        True),
    "currency_mismatch": BreakWords(
        "Currency differs", "The amount was captured in another currency than ordered.",
        "Refund the difference at the day's rate, or have the capture corrected.", True),
    "late_settlement": BreakWords(
        "Settled late", "The processor held the payment back.",
        "Ask why; claim interest where the contract gives it.", False),
    "bank_short": BreakWords(
        "Payout short at the bank", "A bank on the way took a charge.",
        "Claim the charge from the bank or the processor.", True),
    "payout_missing": BreakWords(
        "Payout not at the bank", "The transfer was rejected, or went to another account.",
        "Ask the processor for the payment trace of the payout.", True),
}

RULE_WORDS: dict[str, str] = {
    "exact": "Reference, amount, currency, account and time agree; no card speaks against it.",
    "reference": "The reference agrees; the amount is within rounding or the day's rate.",
    "repaired": "The reference is damaged; amount, account and time show which one it was.",
    "silent": "The line says no usable reference; amount, account, card and minute fit only here.",
    "renamed": "The line bears a reference that the ledger has not; amount, card and minute fit.",
    "parts": "The parts under one reference add up to the same total.",
    "batch": "The bank line pays several orders that follow each other and add up to it.",
    "differs": "The reference agrees; the values do not.",
}


def name_difference(amount_minor: int, gross_minor: int, ledger_currency: str,
                    line_currency: str) -> str | None:
    """The break kind of two rows of one event whose values differ; None when nothing is wrong.

    Swapped digits are looked for before a partial capture: they explain the figure exactly.
    """
    if ledger_currency != line_currency:
        return "currency_mismatch" if amount_minor == gross_minor else "amount_mismatch"
    if amount_minor == gross_minor:
        return None
    if amount_minor == -gross_minor:
        return "sign_reversed"
    if digits_swapped(amount_minor, gross_minor):
        return "transposed_digits"
    if amount_minor * gross_minor > 0 and (
            20 * abs(amount_minor) <= 100 * abs(gross_minor) <= 80 * abs(amount_minor)):
        return "partial_capture"
    return "amount_mismatch"


def digits_swapped(one: int, other: int) -> bool:
    """Two neighbouring digits change places between the figures, and nothing else does."""
    if (one < 0) != (other < 0):
        return False
    left, right = str(abs(one)), str(abs(other))
    width = max(len(left), len(right))
    left, right = left.rjust(width, "0"), right.rjust(width, "0")
    off = [place for place in range(width) if left[place] != right[place]]
    return (len(off) == 2 and off[1] == off[0] + 1
            and left[off[0]] == right[off[1]] and left[off[1]] == right[off[0]])
