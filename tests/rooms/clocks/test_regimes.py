"""Rule books beyond the worked examples: stops, caps, schemes, liability."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from amends.clocks.deadlines import compute
from amends.clocks.regimes import REGIMES


def due(regime: str, clock: str, **facts: Any) -> str | None:
    return compute(regime, facts).as_json()["deadlines"][clock]


def value(regime: str, name: str, **facts: Any) -> object:
    return compute(regime, facts).values.get(name)


def test_all_eighteen_rule_books_are_there() -> None:
    assert len(REGIMES) == 18
    assert all(key == regime.key for key, regime in REGIMES.items())


@pytest.mark.parametrize(("code", "expected_on", "deadline"), [
    ("10.4", None, "2026-06-03"),
    ("11.1", None, "2026-04-19"),
    ("12.7", None, "2026-04-19"),
    ("12.6", None, "2026-06-03"),
    ("12.6.1", None, "2026-06-03"),
    ("13.1", None, "2026-06-03"),
    ("13.1", "2026-05-01", "2026-08-29"),  # 120 days from the day it was expected
    ("13.1", "2026-01-01", "2026-06-03"),  # the later of the two
    ("13.1", "2027-06-01", "2027-07-28"),  # but 540 days from processing at most
    ("13.2", "2026-05-01", "2026-06-03"),  # not one that counts from the expected day
    ("14.1", None, None),
])
def test_visa_limits_by_condition(code: str, expected_on: str | None, deadline: str | None) -> None:
    assert due("visa", "dispute_deadline", reason_code=code, processing_date="2026-02-03",
               expected_or_received_date=expected_on) == deadline


@pytest.mark.parametrize(("code", "deadline"), [
    ("4808", "2026-06-08"), ("4834", "2026-06-08"), ("4837", "2026-07-08")])
def test_mastercard_limits_by_code(code: str, deadline: str) -> None:
    assert due("mastercard", "chargeback_deadline", reason_code=code,
               settlement_date="2026-03-10") == deadline


@pytest.mark.parametrize(("scheme", "authorised", "deadline"), [
    ("core", True, "2026-08-10"), ("b2b", True, None),
    ("core", False, "2027-07-15"), ("b2b", False, "2027-07-15")])
def test_sepa_refund_rights(scheme: str, authorised: bool, deadline: str | None) -> None:
    assert due("sepa-dd", "refund_request_deadline", scheme=scheme, authorised=authorised,
               debit_date="2026-06-15") == deadline


@pytest.mark.parametrize(("stops", "deadline"), [
    ([], "2026-09-21"),
    # Stopped on day 1: the business days to the 21st are not counted.
    ([("2026-09-15", "2026-09-21")], "2026-09-25"),
    ([("2026-09-15", "2026-09-17"), ("2026-09-16", "2026-09-18")], "2026-09-24"),  # overlap
    ([("2026-09-15", None)], "2026-11-02"),  # still stopped: the outer limit
    ([("2026-09-15", "2026-12-01")], "2026-11-02"),
    ([("2026-09-22", "2026-09-30")], "2026-09-21"),  # a stop after it was due
])
def test_the_reimbursement_clock_stops_but_never_past_the_outer_limit(
    stops: list[tuple[str, str | None]], deadline: str
) -> None:
    rows = [{"stopped_on": a, "restarted_on": b} for a, b in stops]
    assert due("uk-app-fraud", "reimbursement_due", claim_reported="2026-09-14",
               stop_clock=rows) == deadline


@pytest.mark.parametrize(("loss", "excess", "vulnerable", "amount"), [
    ("2000.00", "100.00", False, "1900.00"),
    ("2000.00", "100.00", True, "2000.00"),
    ("2000.00", "250.00", False, "1900.00"),
    ("60.00", "100.00", False, "0.00"),
    ("99000.00", None, False, "85000.00"),
    ("99000.00", "100.00", True, "85000.00"),
    ("99000.00", "100.00", False, None),  # which comes first is not settled: a person decides
])
def test_reimbursement_amount(
    loss: str, excess: str | None, vulnerable: bool, amount: str | None
) -> None:
    assert value("uk-app-fraud", "reimbursement_amount", loss_amount=loss, excess_applied=excess,
                 vulnerable=vulnerable) == amount


def transfers(*rows: tuple[str, str]) -> list[dict[str, str]]:
    return [{"date": on, "amount": amount} for on, amount in rows]


@pytest.mark.parametrize(("facts", "share"), [
    # Told in time: at most 50, or less if less was taken.
    ({"notice_given": "2026-05-06", "transfers": transfers(("2026-05-05", "100.00"))}, "50.00"),
    ({"notice_given": "2026-05-06", "transfers": transfers(("2026-05-05", "30.00"))}, "30.00"),
    # Told late: 50 of the first two days, then what came later, 500 together.
    ({"notice_given": "2026-05-20", "transfers": transfers(
        ("2026-05-05", "20.00"), ("2026-05-07", "60.00"))}, "80.00"),
    # No device: only what came after day 60 of the statement.
    ({"access_device": False, "notice_given": "2026-08-01", "statement_sent": "2026-05-01",
      "transfers": transfers(("2026-05-05", "900.00"), ("2026-07-10", "70.00"))}, "70.00"),
    # Both: the tiers, and on top what came after day 60.
    ({"notice_given": "2026-08-01", "statement_sent": "2026-05-01", "transfers": transfers(
        ("2026-05-05", "900.00"), ("2026-06-10", "800.00"), ("2026-07-10", "70.00"))}, "570.00"),
    # Notice by day 60: nothing on top.
    ({"notice_given": "2026-06-30", "statement_sent": "2026-05-01", "transfers": transfers(
        ("2026-05-05", "40.00"))}, "40.00"),
    ({"notice_given": "2026-05-06", "transfers": []}, "0.00"),
    # What is unknown is not guessed.
    ({"notice_given": "2026-05-06"}, None),
    ({"notice_given": "2026-05-06", "transfers": transfers(("2026-05-05", "x"))}, None),
])
def test_consumer_share_of_a_loss(facts: dict[str, Any], share: str | None) -> None:
    known = {"access_device": True, "learned_of_loss": "2026-05-04", **facts}
    assert value("us-reg-e-liability", "max_consumer_liability", **known) == share


def test_cycles_that_do_not_reach_are_asked_for_and_the_cap_is_named() -> None:
    found = compute("us-reg-z-billing-error", {"notice_received": "2026-02-01",
                                               "cycle_close_dates": ["2026-02-05"]})
    assert found.deadlines["resolution_due"] is None
    assert "2026-05-02 is the latest possible day" in found.problems[0].hint


def test_a_signed_statement_reviewed_too_late_says_that_the_return_comes_first() -> None:
    found = compute("us-nacha", {"settlement_date": "2026-01-15", "return_code": "R10",
                                 "rdfi_review_completed": "2026-03-16"})
    assert found.deadlines["wsud_return_due"] == date(2026, 3, 24)
    assert "17 Mar 2026" in found.problems[0].what


def test_information_asked_for_lengthens_the_sender_s_notice() -> None:
    assert due("us-remittance", "notice_deadline", availability_date="2026-04-01",
               information_sent="2026-09-01") == "2026-10-31"
    assert due("us-remittance", "notice_deadline", availability_date="2026-04-01",
               information_sent="2026-04-02") == "2026-09-28"


def test_emoney_complaints_have_fifteen_days_and_general_ones_eight_weeks() -> None:
    assert due("uk-disp", "final_response_due", complaint_received="2026-08-10",
               complaint_type="emd") == "2026-09-01"
    assert due("uk-disp", "final_response_due", complaint_received="2026-08-10",
               complaint_type="general") == "2026-10-05"
    assert due("uk-disp", "final_response_due", complaint_received="2026-08-10") is None


def test_an_extended_data_request_is_counted_from_receipt_not_from_the_rolled_day() -> None:
    facts = {"request_received": "2026-01-31", "extra_closed_days": ["2026-03-02"]}
    assert due("gdpr-dsar", "response_due", **facts) == "2026-03-03"
    assert due("gdpr-dsar", "response_due_extended", **facts) == "2026-04-30"


@pytest.mark.parametrize(("code", "deadline", "why"), [
    ("R16", "2026-03-18", "the limit of R16"),
    ("r10", "2026-05-18", "after it"),
    ("R31", None, "as the two banks agree"),
    ("R67", None, "dishonours, contests or corrects"),
    ("C01", None, "a return_code that Nacha has"),
    (None, None, "return_code is not given"),
])
def test_ach_return_limits_by_code(code: str | None, deadline: str | None, why: str) -> None:
    found = compute("us-nacha", {"settlement_date": "2026-03-16", "return_code": code}).as_json()
    assert found["deadlines"]["rdfi_return_available_by"] == deadline
    assert why in found["explain"]["rdfi_return_available_by"]["counted"]


def test_a_late_billing_error_notice_starts_no_clock() -> None:
    found = compute("us-reg-z-billing-error", {
        "statement_sent": "2026-01-01", "notice_received": "2026-03-03",
        "cycle_close_dates": ["2026-03-05", "2026-04-05", "2026-05-05"]})
    assert found.values == {"notice_timely": False}
    assert found.deadlines == {"notice_deadline": date(2026, 3, 2), "acknowledgment_due": None,
                               "resolution_due": None}


def test_two_cycles_that_must_outlast_ninety_days_end_on_the_ninetieth() -> None:
    assert due("us-reg-z-billing-error", "resolution_due", notice_received="2026-01-02",
               cycle_close_dates=["2026-02-20", "2026-04-20"]) == "2026-04-02"


def test_confirmation_that_cannot_be_read_leaves_the_credit_owed() -> None:
    assert due("us-reg-e", "provisional_credit_due", notice_received="2026-03-02",
               written_confirmation_required=True,
               written_confirmation_received="yes") == "2026-03-16"


def test_a_direct_debit_without_its_scheme_is_not_guessed() -> None:
    assert due("sepa-dd", "refund_request_deadline", debit_date="2026-06-15",
               authorised=True) is None
