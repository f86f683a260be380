"""Findings: one tiny world for each, and what the evidence must say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from amends.casework.claims import Kind
from amends.casework.facts import CaseFacts
from amends.casework.fees import FeeSchedule
from amends.casework.findings import RULES, Cause, FindingKind, look
from amends.casework.fraud import Signal, SignalKind
from amends.casework.trace import follow
from amends.tables import open_engine
from rooms.casework.worlds import World, settled_twice

AS_OF = date(2026, 11, 28)
NO, PAY = "NW-1001", "pay_1001"
FEES = FeeSchedule({("visa", "payment"): (150, 25)})


def captured_twice() -> World:
    world = World().pay(NO, PAY, 5000, day=10)
    return world.event("authorization", 10, 5000, NO, "pay_1002", code="00").event(
        "capture", 11, 5000, NO, "pay_1002").line(
        "settlement", 12, 5000, 0, NO, "pay_1002", "PO-10001")


def charged_more() -> World:
    world = World().ledger("order", 10, 5000, NO)
    return world.pay(NO, PAY, 5900, day=10, booked=False)


def refund_not_sent() -> World:
    return World().pay(NO, PAY, 5000, day=4).ledger("refund", 10, -5000, NO)


def refund_sent() -> World:
    return refund_not_sent().event("refund", 20, -5000, NO, PAY, arn="74537606320128841907723")


def refund_short() -> World:
    world = refund_not_sent().event("refund", 12, -3000, NO, PAY)
    return world.line("refund", 13, -3000, 0, NO, PAY, "PO-10001")


def declined() -> World:
    return World().ledger("order", 10, 5000, NO).event("decline", 10, 5000, NO, PAY, code="51")


def held() -> World:
    return World().pay(NO, PAY, 5000, day=24, captured=False, settled=False)


def second_hold() -> World:
    return World().pay(NO, PAY, 5000, day=20).event("authorization", 20, 5000, NO, "pay_1002")


def charged_after_cancellation() -> World:
    world = World().ledger("order", 10, 5000, NO).ledger("cancellation", 11, -5000, NO, at="09:00")
    return world.event("authorization", 10, 5000, NO, PAY).event(
        "capture", 12, 5000, NO, PAY, at="03:00").line(
        "settlement", 13, 5000, 0, NO, PAY, "PO-10001")


def charged_back() -> World:
    world = World().pay(NO, PAY, 5000, day=4).ledger("refund", 10, -5000, NO)
    return world.event("chargeback", 20, -5000, NO, PAY)


def payout_lost() -> World:
    return World().pay(NO, PAY, 5000, payout="PO-10001").payout(17, 5000, "PO-10001")


def payout_short() -> World:
    return World().pay(NO, PAY, 5000, payout="PO-10001").paid_out("PO-10001", 5000, credited=4750)


def payout_fresh() -> World:
    return World().pay(NO, PAY, 5000, day=25, payout="PO-10001").payout(28, 5000, "PO-10001")


def fee_high() -> World:
    return World().pay(NO, PAY, 5000, fee=150)


def clean() -> World:
    return World().pay(NO, PAY, 5000, fee=100)


def unsettled() -> World:
    return World().pay(NO, PAY, 5000, day=10, settled=False)


TESTING = Signal(SignalKind.CARD_TESTING, 1.0, "Nine small declines.", {"declines": 9})
DEVICE = Signal(SignalKind.NEW_DEVICE_HIGH_AMOUNT, 1.0, "First seen device.", {"amount": 5000})

# world, what is asked, claim kind, kind of finding, amount, cause
CASES = [
    (settled_twice, "NW-7741-2093", Kind.DOUBLE_CHARGE, "settled_twice", 41260,
     "processor_duplicate_settlement"),
    (captured_twice, NO, Kind.DOUBLE_CHARGE, "captured_twice", 5000, "checkout_retry"),
    (charged_more, NO, Kind.WRONG_AMOUNT, "charged_more_than_order", 900, "price_sync"),
    (refund_not_sent, NO, Kind.REFUND_MISSING, "refund_not_sent", 5000, "refund_queue_stuck"),
    (refund_sent, NO, Kind.REFUND_MISSING, "refund_in_transit", 0, "bank_transit"),
    (refund_short, NO, Kind.REFUND_MISSING, "refund_short", 2000, "partial_refund_posted"),
    (declined, NO, Kind.PAYMENT_FAILED, "payment_declined", 0, "issuer_decline"),
    (held, NO, Kind.DOUBLE_CHARGE, "authorization_hold", 0, "pending_authorization"),
    (second_hold, NO, Kind.DOUBLE_CHARGE, "authorization_hold", 0, "pending_authorization"),
    (charged_after_cancellation, NO, Kind.SUBSCRIPTION_CHARGE, "charged_after_cancellation", 5000,
     "cancellation_not_synced"),
    (charged_back, NO, Kind.REFUND_MISSING, "already_charged_back", 0, "chargeback_already_paid"),
    (charged_back, NO, Kind.CHARGEBACK_MERCHANT, "chargeback_open", 5000, "evidence_not_sent"),
    (payout_lost, "PO-10001", Kind.PAYOUT_MISSING, "payout_not_at_bank", 5000, "payout_rejected"),
    (payout_lost, NO, Kind.PAYOUT_MISSING, "payout_not_at_bank", 5000, "payout_rejected"),
    (payout_short, "PO-10001", Kind.PAYOUT_MISSING, "payout_short_at_bank", 250,
     "bank_fee_deducted"),
    (payout_fresh, "PO-10001", Kind.PAYOUT_MISSING, "payout_in_transit", 0, "bank_transit"),
    (fee_high, NO, Kind.FEE_OR_FX_QUERY, "fee_above_schedule", 50, "fee_table_outdated"),
    (clean, NO, Kind.DOUBLE_CHARGE, "paid_in_full", 0, "none_found"),
    (unsettled, NO, Kind.RECONCILIATION_QUERY, "booked_not_settled", 0, "ledger_settlement_gap"),
    (clean, "NW-404", Kind.DOUBLE_CHARGE, "payment_not_found", 0, "reference_lost"),
]


def _look(world: World, folder: Path, reference: str, facts: CaseFacts) -> tuple[object, ...]:
    lake = world.read_until().lake(folder)
    with open_engine(threads=1) as engine:
        return look(follow(engine, lake, reference, fees=facts.fees), facts, as_of=AS_OF)


@pytest.mark.parametrize(("made", "reference", "kind", "finding", "amount", "cause"), CASES)
def test_each_world_has_its_one_finding(  # noqa: PLR0917
        tmp_path: Path, made: Callable[[], World], reference: str, kind: Kind, finding: str,
        amount: int, cause: str) -> None:
    """One finding, of the right kind, amount and cause, and each but one with evidence."""
    facts = CaseFacts(claim_kind=kind, reference=reference, fees=FEES if made is fee_high
                      else FeeSchedule())
    found = _look(made(), tmp_path, reference, facts)
    assert [(f.kind, f.amount_minor, f.cause) for f in found] == [(finding, amount, cause)]
    assert bool(found[0].evidence) == (finding != "payment_not_found")
    assert found[0].sentence.endswith(".")


@pytest.mark.parametrize(("signal", "cause"), [
    (TESTING, Cause.CARD_TESTING), (DEVICE, Cause.ACCOUNT_TAKEOVER)])
def test_a_denied_payment_with_a_signal_is_a_pattern(
        tmp_path: Path, signal: Signal, cause: Cause) -> None:
    """A denial alone is no finding of fraud; with a signal it is, and its cause follows."""
    facts = CaseFacts(claim_kind=Kind.UNAUTHORISED_TRANSACTION, signals=(signal,))
    (found,) = _look(clean(), tmp_path, NO, facts)
    assert (found.kind, found.amount_minor, found.cause) == (
        FindingKind.UNAUTHORISED_PATTERN, 5000, cause)


def test_what_was_given_back_is_not_owed_again(tmp_path: Path) -> None:
    """Captured twice and refunded in part: the rest is owed, and what came back is named."""
    world = captured_twice().event("refund", 20, -1500, NO, "pay_1002")
    (found,) = _look(world, tmp_path, NO, CaseFacts(claim_kind=Kind.DOUBLE_CHARGE))
    assert (found.kind, found.amount_minor) == (FindingKind.CAPTURED_TWICE, 3500)
    assert [fact.amount_minor for fact in found.returned] == [1500]


def test_a_split_capture_is_no_double_charge(tmp_path: Path) -> None:
    """Two captures that add up to one order are one charge."""
    world = World().ledger("order", 10, 5000, NO).event("authorization", 10, 5000, NO, PAY)
    world.event("capture", 11, 2000, NO, PAY).event("capture", 12, 3000, NO, PAY)
    world.line("settlement", 13, 2000, 0, NO, PAY, "PO-1").line(
        "settlement", 14, 3000, 0, NO, PAY, "PO-1")
    found = _look(world, tmp_path, NO, CaseFacts(claim_kind=Kind.DOUBLE_CHARGE))
    assert [f.kind for f in found] == [FindingKind.PAID_IN_FULL]


def test_there_are_at_least_as_many_rules_as_kinds_need() -> None:
    """Every kind is made by some world above, so that no rule stands untested."""
    told = {case[3] for case in CASES} | {FindingKind.UNAUTHORISED_PATTERN}
    assert told == set(FindingKind)
    assert len(set(RULES)) == len(RULES)


def test_the_reference_page_names_every_finding_and_cause() -> None:
    """The page that people read keeps up with the rules."""
    page = (Path(__file__).parents[3] / "docs/reference/findings.md").read_text(encoding="utf-8")
    assert [kind for kind in FindingKind if f"| `{kind}` |" not in page] == []
    assert [cause for cause in Cause if f"`{cause}`" not in page] == []
