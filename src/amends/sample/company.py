"""Northwind Pay itself: sellers, accounts, methods and the contracted fees."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from amends.money import round_half_up

OWNER = "Northwind Pay Europe BV"
PROCESSOR = "Kestrel Payments"
CURRENCIES = ("EUR", "GBP", "USD", "SEK")
_BANKS = {"EUR": ("DE", "10099900"), "GBP": ("GB", "NWPY204411"), "USD": ("GB", "NWPY204482"),
          "SEK": ("SE", "812000")}
_LENGTH = {"DE": 18, "GB": 18, "SE": 20}
BICS = {"EUR": "NWPYDEFFXXX", "SEK": "NWPYSESSXXX", "GBP": "NWPYGB2LXXX", "USD": "NWPYGB2LXXX"}

# (method, type): basis points and a fixed part in minor units, as contracted with the processor
FEES: dict[tuple[str, str], tuple[int, int]] = {
    ("visa", "payment"): (140, 25), ("mastercard", "payment"): (145, 25),
    ("amex", "payment"): (240, 30), ("paypal", "payment"): (190, 30), ("sepa", "payment"): (35, 20),
} | {
    (method, kind): (0, fixed)
    for method in ("visa", "mastercard", "amex", "paypal", "sepa")
    for kind, fixed in (("refund", 0), ("chargeback", 1500))
}
CARDS = ("visa", "mastercard", "amex")


@dataclass(frozen=True, slots=True)
class Seller:
    """Somebody who sells on the marketplace; ``account`` is where their money is collected."""

    number: int
    name: str
    country: str
    currency: str
    goods: str
    account: str
    has_own_account: bool

    @property
    def email(self) -> str:
        """Where the seller writes from."""
        word = "".join(letter for letter in self.name.lower() if letter.isascii() and
                       letter.isalnum())
        return f"accounts@{word[:18]}.example"


@cache
def facts() -> Mapping[str, Any]:
    """The invented facts of ``words/company.toml``."""
    text = resources.files("amends.sample").joinpath("words/company.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def pool(currency: str) -> str:
    """The account in which small sellers of a currency share, an IBAN."""
    return iban(currency, 0)


@cache
def sellers() -> tuple[Seller, ...]:
    """Every seller, in a fixed order."""
    return tuple(
        Seller(number, name, country, currency, goods,
               iban(currency, number) if own else pool(currency), own)
        for number, (name, country, currency, goods, own) in enumerate(facts()["sellers"], 1)
    )


def accounts(currency: str) -> list[str]:
    """The bank accounts of a currency: the pool first, then the sellers' own."""
    own = [seller.account for seller in sellers()
           if seller.currency == currency and seller.has_own_account]
    return [pool(currency), *own]


def iban(currency: str, number: int) -> str:
    """A well-formed IBAN (ISO 13616) whose digits are never a card number."""
    country, bank = _BANKS[currency]
    serial = 1730 + number * 91
    while True:
        body = bank + str(serial).zfill(_LENGTH[country] - len(bank))
        if not luhn_holds("".join(letter for letter in body if letter.isdigit())):
            return f"{country}{_check_digits(country, body)}{body}"
        serial += 1


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1."""
    doubled = (int(d) * 2 if n % 2 else int(d) for n, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def fee_minor(method: str, kind: str, gross_minor: int) -> int:
    """The contracted fee of a settlement line, halves up."""
    points, fixed = FEES[method, kind]
    return round_half_up(abs(gross_minor) * points, 10_000) + fixed


def _check_digits(country: str, body: str) -> str:
    number = "".join(str(int(letter, 36)) for letter in f"{body}{country}00")
    return str(98 - int(number) % 97).zfill(2)
