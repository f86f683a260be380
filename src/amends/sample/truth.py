"""What is true, kept apart from the files: for scores and tests, never for the program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amends.sample.books import Break
from amends.sample.csv_files import csv_text
from amends.sample.faults import Fault

# finding: outcome, remedy (decision policy 2026.11)
DECISIONS: dict[str, tuple[str, str]] = {
    "settled_twice": ("upheld", "refund"), "captured_twice": ("upheld", "refund"),
    "charged_more_than_order": ("upheld", "refund"), "refund_not_sent": ("upheld", "refund"),
    "refund_in_transit": ("not_upheld", "none"), "refund_short": ("upheld", "refund"),
    "payout_not_at_bank": ("upheld", "final_credit"),
    "payout_short_at_bank": ("upheld", "final_credit"),
    "payment_declined": ("not_upheld", "none"), "authorization_hold": ("not_upheld", "none"),
    "charged_after_cancellation": ("upheld", "refund"),
    "fee_above_schedule": ("upheld", "final_credit"),
    "already_charged_back": ("not_upheld", "none"),
    "unauthorised_pattern": ("upheld", "provisional_credit"),
    "chargeback_open": ("referred", "representment"), "paid_in_full": ("not_upheld", "none"),
    "payment_not_found": ("referred", "none"), "booked_not_settled": ("referred", "none"),
}
_NEVER_KINDS = frozenset({"unauthorised_transaction", "scam_payment", "chargeback_merchant",
                          "account_access", "collections_contact"})
_NEVER_NEEDS = frozenset({"self_harm_risk", "domestic_abuse", "minor", "legal_threat",
                          "regulator_or_ombudsman", "press", "bereavement"})
_LIMIT_MINOR = 25_000


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one escalation."""

    external_id: str
    kind: str
    finding: str
    amount_minor: int
    currency: str
    cause: str
    language: str
    needs: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    complaint: bool = False


def straight_through(kind: str, finding: str, amount_minor: int, needs: Iterable[str]) -> bool:
    """Whether policy 2026.11 lets the case be settled without a hand."""
    outcome, remedy = DECISIONS[finding]
    return (outcome != "referred" and remedy in ("refund", "final_credit", "none")
            and finding != "payout_not_at_bank" and kind not in _NEVER_KINDS
            and not _NEVER_NEEDS & set(needs) and amount_minor <= _LIMIT_MINOR)


def escalations_file(truths: Iterable[Truth]) -> str:
    """What each escalation should come to."""
    return csv_text(
        ("external_id", "kind", "finding", "outcome", "remedy", "amount_minor", "currency",
         "cause", "straight_through"),
        ((one.external_id, one.kind, one.finding, *DECISIONS[one.finding], one.amount_minor,
          one.currency, one.cause,
          _word(straight_through(one.kind, one.finding, one.amount_minor, one.needs)))
         for one in truths))


def labels_file(truths: Iterable[Truth]) -> str:
    """What each text says: its language, needs, look-alikes of needs, complaint or not."""
    return csv_text(
        ("external_id", "language", "needs", "traps", "complaint"),
        ((one.external_id, one.language, " ".join(one.needs), " ".join(one.traps),
          _word(one.complaint)) for one in truths))


def breaks_file(breaks: Iterable[Break]) -> str:
    """Every break that a reconciliation of the whole period should find or carry."""
    rows = sorted((
        (found.kind, _number(found.ledger), _number(found.line), found.payout,
         found.order,
         found.delta_minor, found.currency)
        for found in breaks), key=str)
    return csv_text(("kind", "ledger_id", "line_id", "payout_id", "order_reference", "delta_minor",
                     "currency"), rows)


def faults_file(faults: Iterable[tuple[Fault, str]]) -> str:
    """Every planted fault; the external id is empty where nobody wrote in."""
    return csv_text(
        ("finding", "cause", "order_reference", "payment_id", "payout_id", "account",
         "amount_minor", "currency", "ready_on", "external_id"),
        ((fault.finding, fault.cause, fault.sale.order if fault.sale else "", fault.payment,
          fault.payout, fault.account, fault.amount_minor, fault.currency,
          fault.ready_on.isoformat(), external_id) for fault, external_id in faults))


def _number(row: object) -> int | str:
    return getattr(row, "number", "")


def _word(value: bool) -> str:
    return "true" if value else "false"
