"""Money is exact: built from text, divided without losing a unit, never mixed by accident."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.money import Money, exponent, is_currency, parse_minor, round_half_up
from amends.problems import AmendsError, BrokenPromise


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250), ("-12.5", "EUR", -1250), ("0", "EUR", 0), ("1e2", "EUR", 10000),
        ("1234", "JPY", 1234), ("1.234", "KWD", 1234), ("0.01", "USD", 1), ("-0.00", "EUR", 0),
        ("1.50", "JPY", None), ("0.001", "EUR", None), ("1.2345", "KWD", None),
        ("12.3400", "EUR", 1234),
    ],
)
def test_text_becomes_whole_minor_units_or_none_when_finer(text, currency, minor) -> None:
    """Finer than the minor unit is None: nothing is rounded silently."""
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,234", "1" * 60, "1e60"])
def test_what_is_no_amount_is_said(text: str) -> None:
    """A Problem, not a crash and not a zero."""
    with pytest.raises(AmendsError):
        parse_minor(text, "EUR")


@pytest.mark.parametrize("code", ["XXZ", "eur", "", "E"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    """Only ISO 4217 codes are currencies."""
    assert not is_currency(code)
    with pytest.raises(AmendsError):
        exponent(code)


def test_a_float_is_refused() -> None:
    """Money is counted, not measured."""
    with pytest.raises(BrokenPromise):
        Money(12.5, "EUR")  # type: ignore[arg-type]


def test_two_currencies_do_not_add_up() -> None:
    """Without a rate there is no sum, and no order either."""
    for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b):
        with pytest.raises(BrokenPromise):
            act(Money(1, "EUR"), Money(1, "USD"))


@pytest.mark.parametrize(
    ("minor", "currency", "figure"),
    [(123456789, "EUR", "1,234,567.89"), (-41260, "USD", "−412.60"), (5, "GBP", "0.05"),
     (1234567, "JPY", "1,234,567"), (1234, "KWD", "1.234"), (0, "SEK", "0.00")],
)
def test_the_figure_for_people(minor: int, currency: str, figure: str) -> None:
    """Grouped thousands, a true minus sign, the digits that the currency has."""
    assert Money(minor, currency).figure() == figure


@given(st.integers(-10**15, 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_allocation_returns_every_unit(minor: int, weights: list[int]) -> None:
    """The shares add up to the whole, and each is within one unit of its exact part."""
    if not sum(weights):
        weights[0] = 1
    shares = Money(minor, "EUR").allocate(weights)
    assert sum(share.minor for share in shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor - Fraction(minor * weight, sum(weights))) < 1


@given(st.integers(-10**15, 10**15), st.integers(1, 10**6))
def test_rounding_is_commercial(numerator: int, denominator: int) -> None:
    """Nearest, halves away from zero; the same with the sign turned."""
    rounded = round_half_up(numerator, denominator)
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert round_half_up(-numerator, denominator) == -rounded
    assert round_half_up(5, 2) == 3


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-10**9,
                   max_value=10**9))
def test_text_and_back(value: Decimal) -> None:
    """Plain decimal text of money reads as the same money."""
    money = Money.parse(value, "EUR")
    assert Money.parse(money.decimal(), "EUR") == money
