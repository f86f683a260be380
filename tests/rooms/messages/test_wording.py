"""Money and dates: what a letter writes is found again, in every language."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.messages.wording import (
    LANGUAGES,
    date_words,
    find_amounts,
    find_dates,
    money_words,
)
from amends.money import Money

languages = st.sampled_from(LANGUAGES)
FRAME = {"en": "We paid {} to you.", "de": "Wir zahlen {} an Sie, bis zum {}.",
         "fr": "Nous payons {}.", "es": "Le pagamos {}.", "pl": "Wypłacamy {}."}


@given(languages, st.integers(0, 10**11),
       st.sampled_from(["EUR", "GBP", "USD", "SEK", "PLN", "JPY", "CHF"]))
def test_an_amount_that_a_letter_writes_is_found_as_that_amount(
    language: str, minor: int, currency: str
) -> None:
    amount = Money(minor, currency)
    text = FRAME[language].replace("{}", money_words(amount, language))
    found = list(find_amounts(text))
    assert found and all(each.is_one_of((amount,)) for each in found)


@given(languages, st.integers(0, 10**9), st.integers(0, 10**9))
def test_another_amount_is_never_taken_for_it(language: str, minor: int, other: int) -> None:
    found = list(find_amounts(money_words(Money(minor, "EUR"), language)))
    assert found[0].is_one_of((Money(other, "EUR"),)) == (minor == other)


@given(languages, st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_date_that_a_letter_writes_is_found_as_that_date(language: str, day: date) -> None:
    text = FRAME[language].replace("{}", date_words(day, language))
    found = list(find_dates(text))
    assert found and all(each.is_one_of((day,)) for each in found)
    assert not any(each.is_one_of((date(1980, 1, 1),)) for each in found)


@pytest.mark.parametrize(("text", "minor", "currency"), [
    ("€5", 500, "EUR"), ("5 EUR", 500, "EUR"), ("EUR5.5", 550, "EUR"), ("5,50 €", 550, "EUR"),
    ("€1,234", 123400, "EUR"), ("1.234 EUR", 123400, "EUR"), ("1'234.50 CHF", 123450, "CHF"),
    ("US$ 12.00", 1200, "USD"), ("$12.00", 1200, "CAD"), ("12 pounds", 1200, "GBP"),
    ("12,00 zł", 1200, "PLN"), ("120 kr", 12000, "SEK"), ("¥1,234", 1234, "JPY"),
    ("12.50", 1250, "EUR"), ("1 234 567,89 EUR", 123456789, "EUR"),
])
def test_amounts_as_people_write_them(text: str, minor: int, currency: str) -> None:
    found = list(find_amounts(f"It was {text} in all."))
    assert [each.text for each in found] == [text]
    assert found[0].is_one_of((Money(minor, currency),))


@pytest.mark.parametrize("text", ["2 March 2026", "2nd of March, 2026", "March 2, 2026",
                                  "2. März 2026", "2 mars 2026", "2 de marzo de 2026",
                                  "2 marca 2026", "2026-03-02", "02.03.2026", "2/3/2026",
                                  "3/2/2026", "2 Mar 2026", "02-03-26", "2 March"])
def test_dates_as_people_write_them(text: str) -> None:
    found = list(find_dates(f"It was on {text}, at noon."))
    assert len(found) == 1
    assert found[0].is_one_of((date(2026, 3, 2),))
    assert not found[0].is_one_of((date(2026, 3, 4),))


@pytest.mark.parametrize("text", ["You may 2 or 3", "5 business days", "section 4.2", "10:30",
                                  "room 12-14", "AM-000123", "2.50%"])
def test_what_is_neither_is_left_alone(text: str) -> None:
    assert [each.text for each in find_amounts(text)] == []
    assert [each.text for each in find_dates(text) if each.year] == []
