"""Which letter a decision calls for."""

from __future__ import annotations

import pytest

from amends.messages import SITUATION_WORDS, Situation, required, situation_for


@pytest.mark.parametrize(("outcome", "remedy", "finding", "regimes", "situation"), [
    ("upheld", "refund", "settled_twice", (), "error_found_refund"),
    ("upheld", "final_credit", "fee_above_schedule", (), "error_found_credit"),
    ("upheld", "goodwill", "paid_in_full", (), "error_found_credit"),
    ("upheld", "final_credit", "payout_not_at_bank", (), "payout_resent"),
    ("upheld", "final_credit", "payout_short_at_bank", (), "payout_resent"),
    ("upheld", "provisional_credit", "unauthorised_pattern", (), "provisional_credit_granted"),
    ("upheld", "provisional_credit", "unauthorised_pattern", ("uk-disp",),
     "provisional_credit_granted"),
    ("upheld", "refund", "settled_twice", ("uk-disp", "uk-psr"), "final_response_complaint"),
    ("partly_upheld", "refund", "refund_short", (), "partly_upheld"),
    ("not_upheld", "none", "refund_in_transit", (), "refund_in_transit"),
    ("not_upheld", "none", "payment_declined", (), "declined_neutral"),
    ("not_upheld", "none", "authorization_hold", (), "hold_explained"),
    ("not_upheld", "none", "already_charged_back", (), "no_error_found"),
    ("not_upheld", "none", "payment_declined", ("uk-disp",), "final_response_complaint"),
    ("referred", "representment", "chargeback_open", (), "referred"),
    ("upheld", "recall", "payment_not_found", (), "referred"),
    ("withdrawn", "none", "paid_in_full", ("uk-disp",), "withdrawn"),
])
def test_the_letter_for_a_decision(
    outcome: str, remedy: str, finding: str, regimes: tuple[str, ...], situation: str
) -> None:
    assert situation_for(outcome, remedy, finding, regimes) == situation


def test_a_word_that_is_no_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="won"):
        situation_for("won", "refund", "")


def test_every_situation_has_words_and_every_statement_a_citation() -> None:
    assert set(SITUATION_WORDS) == set(Situation)
    for situation in Situation:
        for statement in required(situation, ("us-reg-e", "uk-disp", "eu-psd2", "uk-psr")):
            assert statement.citation and statement.title
    assert required("", ("us-reg-e",)) == ()
