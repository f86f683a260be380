"""Each date says why, each null says why not, and a bad fact is named without stopping the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from amends.clocks.deadlines import compute
from amends.clocks.regimes import REGIMES
from amends.problems import AmendsError


@pytest.mark.parametrize("key", REGIMES)
def test_every_clock_of_a_rule_book_is_explained_even_without_facts(key: str) -> None:
    found = compute(key, {})
    assert tuple(found.deadlines) == tuple(found.explain) == REGIMES[key].names
    for name, words in found.explain.items():
        assert found.deadlines[name] is None
        assert words.counted.startswith("Not reckoned: "), name
        assert words.rule and words.citation and words.if_missed and words.title
        assert words.legal
    assert found.problems == []


def test_a_date_tells_its_start_its_count_and_the_days_left_out() -> None:
    words = compute("us-reg-e", {"notice_received": "2026-08-24"}).explain["initial_decision_due"]
    assert words.start == date(2026, 8, 24)
    assert words.skipped == ((date(2026, 9, 7), "Labor Day"),)
    assert words.counted == (
        "10 business days of us-fed after Mon 24 Aug 2026 (day 0); day 1 is Tue 25 Aug 2026; "
        "skipped Labor Day (Mon 7 Sep 2026).")
    assert words.as_json()["skipped"] == [{"date": "2026-09-07", "name": "Labor Day"}]


def test_a_saturday_holiday_is_told_as_one_that_closes_no_other_day() -> None:
    words = compute("us-reg-e", {"notice_received": "2026-06-26"}).explain["initial_decision_due"]
    assert words.skipped == ()
    assert words.counted.endswith(
        "Independence Day is a Saturday (Sat 4 Jul 2026) and closes no other day.")


@pytest.mark.parametrize(("regime", "facts", "clock", "why"), [
    ("us-reg-e", {"notice_received": "2026-03-02"}, "written_confirmation_due", "not asked for"),
    ("us-reg-e", {"notice_received": "2026-03-02", "written_confirmation_required": True,
                  "written_confirmation_received": None}, "provisional_credit_due", "never came"),
    ("us-reg-e", {"notice_received": "2026-05-02", "statement_sent": "2026-01-02"},
     "final_decision_due", "came after Tue 3 Mar 2026"),
    ("uk-disp", {"complaint_received": "2026-03-02", "complaint_type": "general"},
     "holding_response_due", "eight weeks"),
    ("us-reg-f", {"call_dates": []}, "next_call_permitted", "as_of is not given"),
    ("uk-app-fraud", {"claim_reported": "2024-10-04"}, "outer_limit", "in force since Mon 7 Oct"),
])
def test_a_null_clock_says_why(
    regime: str, facts: dict[str, Any], clock: str, why: str
) -> None:
    found = compute(regime, facts)
    assert found.deadlines[clock] is None
    assert why in found.explain[clock].counted


@pytest.mark.parametrize(("regime", "facts", "field", "kept"), [
    ("us-reg-e", {"statement_sent": "2026-02-30", "notice_received": "2026-03-02"},
     "statement_sent", "initial_decision_due"),
    ("us-reg-e", {"statement_sent": 20260101, "notice_received": "2026-03-02"},
     "statement_sent", "initial_decision_due"),
    ("us-reg-e", {"statement_sent": "0001-01-01", "notice_received": "2026-03-02"},
     "statement_sent", "initial_decision_due"),
    ("us-reg-e", {"statement_sent": "2026-01-01T99:00Z", "notice_received": "2026-03-02"},
     "statement_sent", "initial_decision_due"),
    ("us-reg-e", {"transaction_type": "barter", "notice_received": "2026-03-02"},
     "transaction_type", "final_decision_due"),
    ("us-reg-e", {"written_confirmation_required": "yes", "notice_received": "2026-03-02"},
     "written_confirmation_required", "initial_decision_due"),
    ("us-reg-e", {"calendar": "mars", "notice_received": "2026-03-02"},
     "calendar", "initial_decision_due"),
    ("us-reg-e", {"timezone": "Mars/Base", "notice_received": "2026-03-02T10:00:00Z"},
     "timezone", "initial_decision_due"),
    ("us-reg-e", {"extra_closed_days": "2026-03-03", "notice_received": "2026-03-02"},
     "extra_closed_days", "initial_decision_due"),
    ("us-reg-e", {"extra_open_days": ["soon"], "notice_received": "2026-03-02"},
     "extra_open_days", "initial_decision_due"),
    ("uk-app-fraud", {"loss_amount": 12.5, "claim_reported": "2026-03-02"},
     "loss_amount", "reimbursement_due"),
    ("uk-app-fraud", {"stop_clock": ["2026-03-03"], "claim_reported": "2026-03-02"},
     "stop_clock", "reimbursement_due"),
    ("visa", {"response_days": -3, "reason_code": "10.4", "processing_date": "2026-02-03"},
     "response_days", "dispute_deadline"),
    ("visa", {"reason_code": 10.4, "dispute_date": "2026-02-03", "response_days": 9},
     "reason_code", "acquirer_response_due"),
])
def test_a_bad_fact_is_named_and_the_other_clocks_are_reckoned(
    regime: str, facts: dict[str, Any], field: str, kept: str
) -> None:
    found = compute(regime, facts)
    errors = [problem for problem in found.problems if problem.severity == "error"]
    assert [(problem.file, problem.field) for problem in errors] == [("", field)]
    assert errors[0].hint
    assert found.deadlines[kept] is not None


def test_facts_that_are_unknown_are_ignored() -> None:
    assert compute("amex", {"weather": object()}).problems == []


def test_dates_and_instants_of_python_are_facts_too() -> None:
    at = datetime(2026, 3, 3, 4, 50, tzinfo=UTC)
    found = compute("us-reg-e", {"notice_received": at, "timezone": "America/Chicago",
                                 "error_determined": date(2026, 3, 2)})
    assert found.explain["initial_decision_due"].start == date(2026, 3, 2)
    assert found.deadlines["correction_due"] == date(2026, 3, 3)


def test_a_fact_as_of_wins_over_the_argument() -> None:
    facts = {"call_dates": [], "as_of": "2026-03-02"}
    found = compute("us-reg-f", facts, as_of=date(2026, 5, 1))
    assert found.deadlines["next_call_permitted"] == date(2026, 3, 2)
    found = compute("us-reg-f", {**facts, "as_of": None}, as_of=date(2026, 5, 1))
    assert found.deadlines["next_call_permitted"] == date(2026, 5, 1)


def test_an_unknown_rule_book_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(AmendsError, match="us-reg-e"):
        compute("us-reg-x", {})
