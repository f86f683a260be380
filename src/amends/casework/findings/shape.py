"""What a finding is, and the view of a trace that the rules of this room read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from amends.casework.facts import CaseFacts
from amends.casework.remedies import PaidFact, Route
from amends.casework.trace_shape import Lane, Side, Step, Totals, Trace


class FindingKind(StrEnum):
    """What happened to a payment; the policy has one row for each."""

    SETTLED_TWICE = "settled_twice"
    CAPTURED_TWICE = "captured_twice"
    CHARGED_MORE_THAN_ORDER = "charged_more_than_order"
    REFUND_NOT_SENT = "refund_not_sent"
    REFUND_IN_TRANSIT = "refund_in_transit"
    REFUND_SHORT = "refund_short"
    PAYOUT_NOT_AT_BANK = "payout_not_at_bank"
    PAYOUT_IN_TRANSIT = "payout_in_transit"
    PAYOUT_SHORT_AT_BANK = "payout_short_at_bank"
    PAYMENT_DECLINED = "payment_declined"
    AUTHORIZATION_HOLD = "authorization_hold"
    CHARGED_AFTER_CANCELLATION = "charged_after_cancellation"
    FEE_ABOVE_SCHEDULE = "fee_above_schedule"
    ALREADY_CHARGED_BACK = "already_charged_back"
    UNAUTHORISED_PATTERN = "unauthorised_pattern"
    CHARGEBACK_OPEN = "chargeback_open"
    PAID_IN_FULL = "paid_in_full"
    PAYMENT_NOT_FOUND = "payment_not_found"
    BOOKED_NOT_SETTLED = "booked_not_settled"


class Cause(StrEnum):
    """Why it happened; the root cause that a case joins."""

    PROCESSOR_DUPLICATE_SETTLEMENT = "processor_duplicate_settlement"
    CHECKOUT_RETRY = "checkout_retry"
    PRICE_SYNC = "price_sync"
    REFUND_QUEUE_STUCK = "refund_queue_stuck"
    BANK_TRANSIT = "bank_transit"
    PARTIAL_REFUND_POSTED = "partial_refund_posted"
    PAYOUT_REJECTED = "payout_rejected"
    BANK_FEE_DEDUCTED = "bank_fee_deducted"
    ISSUER_DECLINE = "issuer_decline"
    PENDING_AUTHORIZATION = "pending_authorization"
    CANCELLATION_NOT_SYNCED = "cancellation_not_synced"
    FEE_TABLE_OUTDATED = "fee_table_outdated"
    CHARGEBACK_ALREADY_PAID = "chargeback_already_paid"
    CARD_TESTING = "card_testing"
    ACCOUNT_TAKEOVER = "account_takeover"
    EVIDENCE_NOT_SENT = "evidence_not_sent"
    NONE_FOUND = "none_found"
    REFERENCE_LOST = "reference_lost"
    LEDGER_SETTLEMENT_GAP = "ledger_settlement_gap"


FINDING_WORDS: dict[FindingKind, str] = {
    FindingKind.SETTLED_TWICE: "Settled twice by the processor",
    FindingKind.CAPTURED_TWICE: "Captured twice",
    FindingKind.CHARGED_MORE_THAN_ORDER: "Charged more than the order",
    FindingKind.REFUND_NOT_SENT: "Refund booked, never sent",
    FindingKind.REFUND_IN_TRANSIT: "Refund on its way",
    FindingKind.REFUND_SHORT: "Refund too small",
    FindingKind.PAYOUT_NOT_AT_BANK: "Payout not at the bank",
    FindingKind.PAYOUT_IN_TRANSIT: "Payout on its way",
    FindingKind.PAYOUT_SHORT_AT_BANK: "Payout short at the bank",
    FindingKind.PAYMENT_DECLINED: "Payment declined, nothing taken",
    FindingKind.AUTHORIZATION_HOLD: "Held, not taken",
    FindingKind.CHARGED_AFTER_CANCELLATION: "Charged after cancellation",
    FindingKind.FEE_ABOVE_SCHEDULE: "Fee above the contract",
    FindingKind.ALREADY_CHARGED_BACK: "Already paid back by chargeback",
    FindingKind.UNAUTHORISED_PATTERN: "Pattern of unauthorised use",
    FindingKind.CHARGEBACK_OPEN: "Chargeback open",
    FindingKind.PAID_IN_FULL: "Paid once, as ordered",
    FindingKind.PAYMENT_NOT_FOUND: "Payment not found",
    FindingKind.BOOKED_NOT_SETTLED: "Booked, not settled",
}

CAUSE_WORDS: dict[Cause, str] = {
    Cause.PROCESSOR_DUPLICATE_SETTLEMENT: "Processor settled a capture again",
    Cause.CHECKOUT_RETRY: "Checkout retried a capture",
    Cause.PRICE_SYNC: "Price differs between shop and checkout",
    Cause.REFUND_QUEUE_STUCK: "Refund stayed in our queue",
    Cause.BANK_TRANSIT: "Money is on its way between banks",
    Cause.PARTIAL_REFUND_POSTED: "Refund posted in part",
    Cause.PAYOUT_REJECTED: "Payout did not arrive",
    Cause.BANK_FEE_DEDUCTED: "Bank took a fee from the payout",
    Cause.ISSUER_DECLINE: "Card issuer declined",
    Cause.PENDING_AUTHORIZATION: "Authorisation still pending",
    Cause.CANCELLATION_NOT_SYNCED: "Cancellation did not reach the processor",
    Cause.FEE_TABLE_OUTDATED: "Processor uses an old fee table",
    Cause.CHARGEBACK_ALREADY_PAID: "Chargeback paid it back already",
    Cause.CARD_TESTING: "Card testing",
    Cause.ACCOUNT_TAKEOVER: "Account takeover",
    Cause.EVIDENCE_NOT_SENT: "Evidence not sent to the network",
    Cause.NONE_FOUND: "No error found",
    Cause.REFERENCE_LOST: "Reference lost on the way",
    Cause.LEDGER_SETTLEMENT_GAP: "Gap between ledger and settlement",
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One entry that a finding rests on, and what is special about it."""

    entry_id: str
    file_sha256: str
    line: int | None
    what: str
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What happened, with its evidence. ``amount_minor`` is what is still owed for it.

    ``returned`` is what the evidence itself shows as given back already; it is not in the amount.
    """

    kind: FindingKind
    sentence: str
    confidence: float
    evidence: tuple[EvidenceLine, ...]
    amount_minor: int
    currency: str
    cause: Cause
    returned: tuple[PaidFact, ...] = ()

    @property
    def title(self) -> str:
        """The finding in a few words."""
        return FINDING_WORDS[self.kind]

    @property
    def claim_minor(self) -> int:
        """The whole that no sum of payments may pass: what is owed and what came back already."""
        return self.amount_minor + sum(fact.amount_minor for fact in self.returned)

    def as_json(self) -> dict[str, Any]:
        """The finding for the API and ``amends propose``."""
        return {
            "kind": self.kind.value, "title": self.title, "sentence": self.sentence,
            "confidence": self.confidence, "amount_minor": self.amount_minor,
            "currency": self.currency or None, "cause": self.cause.value,
            "evidence": [
                {"entry_id": line.entry_id, "file_sha256": line.file_sha256, "line": line.line,
                 "what": line.what, "amount_minor": line.amount_minor, "currency": line.currency}
                for line in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class View:
    """A trace with its steps by part, for the rules to read."""

    trace: Trace
    facts: CaseFacts
    as_of: date

    @property
    def sums(self) -> Totals:
        """The trace's totals."""
        return self.trace.totals

    @property
    def excess_minor(self) -> int:
        """What the customer has paid beyond what is owed; negative when too little."""
        return self.sums.paid - self.sums.owed

    @property
    def orders(self) -> tuple[Step, ...]:
        """Orders in the ledger."""
        return self.trace.of("order", side=Side.LEDGER)

    @property
    def cancellations(self) -> tuple[Step, ...]:
        """Cancellations in the ledger."""
        return self.trace.of("cancellation")

    @property
    def authorizations(self) -> tuple[Step, ...]:
        """Approved authorisations."""
        return self.trace.of("authorization")

    @property
    def declines(self) -> tuple[Step, ...]:
        """Declined tries."""
        return self.trace.of("decline")

    @property
    def captures(self) -> tuple[Step, ...]:
        """Captures and transfers: money taken. Where there is none, what the bank shows of it."""
        direct = tuple(step for step in self.trace.of("bank")
                       if step.is_direct and (step.amount_minor or 0) > 0)
        return self.trace.of("capture", "transfer") or direct

    @property
    def settlements(self) -> tuple[Step, ...]:
        """Settlement lines of the payment itself."""
        return self.trace.of("settlement")

    @property
    def booked_refunds(self) -> tuple[Step, ...]:
        """Refunds in the ledger."""
        return self.trace.of("refund", side=Side.LEDGER)

    @property
    def sent_refunds(self) -> tuple[Step, ...]:
        """Refunds at the processor: its events, else its settlement lines."""
        return self._told("refund", Lane.REFUND)

    @property
    def chargebacks(self) -> tuple[Step, ...]:
        """Chargebacks at the processor: its events, else its settlement lines."""
        return self._told("chargeback", Lane.DISPUTE)

    @property
    def representments(self) -> tuple[Step, ...]:
        """Chargebacks answered."""
        return self.trace.of("representment")

    def _told(self, kind: str, lane: Lane) -> tuple[Step, ...]:
        steps = self.trace.of(kind, side=Side.PROCESSOR)
        return tuple(step for step in steps if step.lane is lane) or steps

    @property
    def returned(self) -> tuple[PaidFact, ...]:
        """What went back to the customer and is not in the ledger: it counts against a claim."""
        sums = self.sums
        return (*self._unbooked(self.sent_refunds, sums.refunded - sums.refund_booked,
                                Route.MERCHANT_REFUND),
                *self._unbooked(self.chargebacks, sums.charged_back - sums.charge_back_booked,
                                Route.CHARGEBACK))

    def _unbooked(self, steps: Sequence[Step], minor: int, route: Route) -> Iterator[PaidFact]:
        """The last of the steps that make up ``minor``, with the processor's own reference."""
        for step in reversed(steps):
            part = min(step.size_minor, minor)
            if part <= 0:
                return
            reference = step.ref("refund") or step.ref("transaction") or step.ref("arn")
            yield PaidFact(route, part, self.trace.currency, key=f"seen:{step.id}",
                           reference=reference)
            minor -= part


def evidence(steps: Iterable[Step], *, notes: dict[str, str] | None = None) -> tuple[
        EvidenceLine, ...]:
    """The evidence lines of found steps; ``notes`` says more of a step, by its id."""
    said = notes or {}
    return tuple(
        EvidenceLine(step.entry_id, step.file_sha256 or "", step.line,
                     said.get(step.id) or step.title, step.amount_minor, step.currency)
        for step in steps if step.entry_id
    )
