"""Payment codes: every one explained, none confused with another, no secret told."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from amends.codes import SCHEMES, explain, scheme_codes
from amends.codes.customer import NEUTRAL
from amends.problems import AmendsError
from samples import shared_domain

ALL = [meaning for scheme in SCHEMES for meaning in scheme_codes(scheme).values()]
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "codes.md"


def test_all_616_codes_are_carried_with_the_facts_of_the_domain_list() -> None:
    with shared_domain("payment-codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(ALL) == 616
    for row in rows:
        found = explain(row["scheme"], row["code"])
        assert {name: getattr(found, name) for name in row if name != "sensitive"} == {
            name: text for name, text in row.items() if name != "sensitive"}
        assert found.sensitive == (row["sensitive"] == "yes")


def test_the_same_text_is_another_code_in_another_scheme() -> None:
    assert explain("iso20022-return", "AC04").name == "Closed account"
    assert explain("iso20022-cancel-reject", "AC04").name == "Account closed"
    assert explain("iso8583", "05").name == "Do not honour"
    assert explain("discover-dispute", "05").name == "Good-faith investigation"


@pytest.mark.parametrize(("scheme", "code", "near"), [
    ("iso8583", "5", "The nearest is 05"),
    ("iso8583", "05 ", "The nearest is 05"),
    ("nacha-return", "r01", "The nearest is R01"),
    ("stripe-decline", "insuficient_funds", "The nearest is insufficient_funds"),
    ("nacha-return", "AC04", "AC04 exists in iso20022-return, iso20022-cancel-reject"),
    ("nacha", "R01", "The nearest is nacha-noc"),
    ("iso8583", "", "The nearest is "),
    ("iso8583", "\u2603" * 500, "The nearest is "),
])
def test_an_unknown_code_is_refused_and_the_nearest_named(
    scheme: str, code: str, near: str
) -> None:
    with pytest.raises(AmendsError, match=re.escape(near)):
        explain(scheme, code)


def test_a_sensitive_reason_gets_the_same_neutral_sentence_every_time() -> None:
    sensitive = [meaning for meaning in ALL if meaning.sensitive]
    assert len(sensitive) == 85
    assert {meaning.for_customer for meaning in sensitive} == {NEUTRAL}
    assert all("Do not tell the customer" in meaning.for_staff for meaning in sensitive)
    assert not any("Do not tell" in meaning.for_staff for meaning in ALL if not meaning.sensitive)


# What belongs to the trade or gives away what must stay inside.
JARGON = re.compile(
    r"\b(issuer|acquirer|psp|iban|bic|mandate|rdfi|odfi|ach|iso|nacha|debtor|creditor|field|"
    r"entry|addenda|scheme|network|retry|token|chargeback|representment|authori[sz]ation|"
    r"fraud|stolen|lost|sanction|deceased|compliance|your fault|you failed)\b", re.IGNORECASE)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_for_the_customer_are_plain_whole_sentences_without_code_or_jargon(
    scheme: str
) -> None:
    for meaning in scheme_codes(scheme).values():
        words = meaning.for_customer
        assert 20 < len(words) <= 240, meaning.code
        assert words[0].isupper() and words.endswith("."), meaning.code
        assert not JARGON.search(words), (meaning.code, words)
        assert not re.search(rf"\b{re.escape(meaning.code)}\b", words), (meaning.code, words)


@pytest.mark.parametrize(("scheme", "code", "words"), [
    ("iso8583", "51", "There was not enough money available at that moment."),
    ("iso8583", "54", "The card has expired, or its expiry date was not right."),
    ("iso8583", "65", "The card was used too often in a short time."),
    ("iso8583", "05", "The bank declined the payment and gave no reason."),
    ("iso8583", "14", "The details entered did not match a card or account."),
    ("iso8583", "96", "The payment did not go through. Your bank could not answer just then."),
    ("iso8583", "12", "The payment did not go through. This is nothing you did."),
    ("nacha-return", "R08", "The payment was stopped at the account holder's request."),
    ("nacha-noc", "C01", "The bank told us that some account details have changed."),
    ("iso20022-return", "BE01", "The name did not match the account."),
    ("iso20022-cancel-reject", "ARDT", "This payment has already been sent back."),
    ("iso20022-cancel-reject", "ARPL", "The other side has not agreed yet"),
    ("visa-dispute", "13.1", "This card payment is being questioned through the card's bank."),
    ("stripe-decline", "incorrect_cvc", "The card's security code did not match."),
])
def test_the_customer_hears_what_happened(scheme: str, code: str, words: str) -> None:
    assert explain(scheme, code).for_customer.startswith(words)


def test_staff_hear_meaning_retry_and_next_step() -> None:
    assert explain("nacha-return", "R09").for_staff == (
        "ACH return (Nacha) R09, Uncollected funds: Balance is there but not yet cleared; 2 "
        "banking days. The same instruction may be sent again later, within the scheme's limits. "
        "Next: Retry at most twice within 180 days of the original settlement.")


def test_the_reference_page_names_every_scheme_and_how_many_codes_it_has() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [f"| `{scheme}` | {name} | {len(scheme_codes(scheme))} |"
            for scheme, name in SCHEMES.items()]
    assert [row for row in rows if row not in page] == []
