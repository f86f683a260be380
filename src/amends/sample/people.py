"""The customers: where they live, how they pay, the device they use. All invented."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

from amends.sample.company import facts, luhn_holds
from amends.sample.plan import Plan

# Ranges that card networks and processors publish for tests; no such card was ever issued.
_RANGES = {"visa": ("424242", 16), "mastercard": ("555555", 16), "amex": ("378282", 15)}


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer. ``card`` is a test number in clear, empty for those who pay without a card."""

    number: int
    name: str
    email: str
    country: str
    language: str
    timezone: str
    currency: str
    method: str
    card: str
    is_credit: bool
    device: str

    @property
    def id(self) -> str:
        """The customer's number in the ledger."""
        return f"C-{self.number:06}"

    @property
    def last4(self) -> str:
        """The last four digits of the card, empty without one."""
        return self.card[-4:]


def customers(plan: Plan) -> list[Customer]:
    """Every customer, about one for every three payments, in a fixed order."""
    stream = plan.stream("people")
    countries = facts()["countries"]
    names, shares = list(countries), [row["share"] for row in countries.values()]
    return [
        _customer(number, stream.choices(names, shares)[0], stream)
        for number in range(1, max(plan.payments * 3 // 10, 60) + 1)
    ]


def card_number(method: str, stream: Random) -> str:
    """A test card number that passes the Luhn check."""
    prefix, length = _RANGES[method]
    body = prefix + "".join(stream.choices("0123456789", k=length - len(prefix) - 1))
    return next(body + digit for digit in "0123456789" if luhn_holds(body + digit))


def device_id(stream: Random) -> str:
    """A device's number in the shop."""
    return f"dev_{stream.getrandbits(40):010x}"


def _customer(number: int, country: str, stream: Random) -> Customer:
    home = facts()["countries"][country]
    first, last = stream.choice(home["first"]), stream.choice(home["last"])
    method = _method(country, stream)
    card = card_number(method, stream) if method in _RANGES else ""
    return Customer(
        number, f"{first} {last}", f"{_ascii(first)}.{_ascii(last)}{number}@mail.example", country,
        home["language"], stream.choice(home["zones"]), home["currency"], method, card,
        stream.random() < (0.45 if country == "US" else 0.2), device_id(stream))


def _method(country: str, stream: Random) -> str:
    if country in ("US", "GB", "SE"):
        return stream.choices(["visa", "mastercard", "amex", "paypal"], [52, 30, 8, 10])[0]
    return stream.choices(["visa", "mastercard", "sepa", "paypal"], [46, 28, 14, 12])[0]


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalpha())
