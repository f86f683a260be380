"""Currencies as people name them: codes, signs and words of one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from amends.casework.triaging.forms import forms, one_of, spaced
from amends.casework.triaging.words import fold
from amends.money.currency import is_currency

_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "₺": "TRY",
    "₴": "UAH",
    "₽": "RUB",
    "₪": "ILS",
    "₩": "KRW",
    "₫": "VND",
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "CAD$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
    "MX$": "MXN",
    "zł": "PLN",
    "zl": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "Fr": "CHF",
    "USD$": "USD",
    "лв": "BGN",
}
# Codes that people use; ALL, TOP, MAD and the like are words in capitals far more often.
_CODES = """EUR USD GBP PLN CHF JPY SEK NOK DKK CZK HUF RON BGN CAD AUD NZD SGD HKD INR CNY MXN BRL
ZAR AED ILS TRY UAH KRW THB ISK SAR KWD BHD TND JOD OMR QAR COP CLP ARS PEN IDR MYR PHP RUB HRK
EGP NGN KES VND TWD RSD"""
_ANY_CASE = ["eur", "usd", "gbp", "pln", "chf", "jpy", "sek", "nok", "dkk", "czk", "cad", "aud"]


@dataclass(frozen=True)
class Names:
    """How one language names currencies: patterns, and what each word stands for."""

    before: str
    after: str
    cents: str
    code_of: dict[str, str]
    cents_of: dict[str, str]
    dollars_of: dict[str, str]

    def currency(self, words: str) -> str:
        """The code that a matched name stands for."""
        known = self.code_of.get(words) or self.code_of.get(_key(words))
        return known or words.upper()


@cache
def names(language: str) -> Names:
    """The names of one language, and what is understood in all."""
    table = forms(language).entry("money")
    words = {
        _key(word): code
        for code, text in table.items()
        if is_currency(code)
        for word in spaced(text)
    }
    spelled = [word for code, text in table.items() if is_currency(code) for word in spaced(text)]
    spelled += [fold(word) for word in spelled]
    codes = [code for code in _CODES.split() if is_currency(code)]
    signs = sorted(_SIGNS, key=lambda sign: -len(sign))
    before = "|".join(
        [
            *(re.escape(sign) for sign in signs),
            *(rf"\b{code}" for code in codes),
            *(rf"\b{code}" for code in _ANY_CASE),
        ]
    )
    after = "|".join(
        [
            *(re.escape(sign) + (r"(?!\w)" if sign[-1].isalpha() else "") for sign in signs),
            rf"(?i:{one_of([*codes, *spelled])})(?!\w)",
        ]
    )
    cents = {_key(word): code for code, text in table["cents"].items() for word in spaced(text)}
    cent_words = [word for text in table["cents"].values() for word in spaced(text)]
    return Names(
        f"(?:{before})",
        f"(?:{after})",
        rf"(?i:{one_of([*cent_words, *map(fold, cent_words)])})(?!\w)",
        {**_SIGNS, **words, "zł": "PLN"},
        cents,
        {
            fold(word): code
            for code, text in table["other_dollars"].items()
            for word in spaced(text)
        },
    )


def other_dollar(text: str, language: str) -> str | None:
    """The dollar that a text names, where it is not that of the United States."""
    folded = fold(text)
    for word, code in names(language).dollars_of.items():
        if re.search(rf"\b{word}\b.{{0,12}}\bdoll?ar|\bd[oó]ll?ares?\b.{{0,6}}\b{word}", folded):
            return code
    found = re.search(r"\b(CAD|AUD|NZD|SGD|HKD|MXN)\b", text)
    return found.group() if found else None


def _key(words: str) -> str:
    return " ".join(fold(words).split())
