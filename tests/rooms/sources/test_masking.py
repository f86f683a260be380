"""Card numbers out of texts, references kept. The numbers are the networks' public test numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.sources.masking import card_reference, is_card_number, mask_text

VISA, AMEX, MASTERCARD = "4111111111111111", "378282246310005", "5555555555554444"


@pytest.mark.parametrize(("text", "masked"), [
    (VISA, "411111****1111"),
    (f"card {VISA}.", "card 411111****1111."),
    ("4111 1111 1111 1111", "411111****1111"),
    ("4111-1111-1111-1111", "411111****1111"),
    ("4111\u00a01111\u00a01111\u00a01111", "411111****1111"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "411111****1111"),
    ("3782 822463 10005", "378282****0005"),
    (f"no. 12 {VISA} 34", "no. 12 411111****1111 34"),
    (f"{VISA} {MASTERCARD}", "411111****1111 555555****4444"),
    (f"CARD{VISA}EXP", "CARD411111****1111EXP"),
    ("6304000000000000", "630400****0000"),
    ("2223003122003222", "222300****3222"),
])
def test_a_card_number_is_masked_however_it_is_written(text: str, masked: str) -> None:
    """First six and last four stay."""
    assert mask_text(text).text == masked


@pytest.mark.parametrize("text", [
    "74537606061000000000017",  # an acquirer reference number has 23 digits
    "4111111111111112",  # fails the Luhn check
    "GB29NWBK60161331926819", "DE89 3704 0044 0532 0130 00",
    "255ae394-9965-4438-ac86-f406feada396",
    "0c4111111111111111aabbccddeeff01",  # inside a 32-digit hexadecimal identifier
    "2026-03-02 10:15:00 5.000,00", "123456789012", "+44 20 7946 0958",
    "1234567890123452",  # no issuer's range
])
def test_what_is_no_card_number_stays(text: str) -> None:
    """References, accounts, dates and telephone numbers are left alone."""
    assert mask_text(text).text == text


def test_the_keyed_hash_tells_the_same_card_and_nothing_else() -> None:
    """The hash depends on digits and key only; without a key there is none."""
    spaced = mask_text("4111 1111 1111 1111", b"one").cards[0]
    assert spaced.reference == card_reference(VISA, b"one")
    assert spaced.reference and len(spaced.reference) == len("card_") + 16
    assert spaced.reference != card_reference(VISA, b"two")
    assert mask_text(VISA).cards[0].reference is None
    assert spaced.last4 == "1111"


@given(st.text(alphabet="0123456789 -x", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """What is left after masking holds no card number that the mask would know."""
    once = mask_text(text).text
    assert mask_text(once).text == once


@given(st.integers(min_value=10**14, max_value=10**15 - 1), st.sampled_from(["", " ", "x", ","]))
def test_every_number_that_satisfies_the_check_is_masked(seed: int, around: str) -> None:
    """A sixteen-digit number with a right check digit in an issuer's range never survives."""
    body = f"4{str(seed)[1:]}"
    number = next(body + digit for digit in "0123456789" if is_card_number(body + digit))
    assert number not in mask_text(f"{around}{number}{around}").text
