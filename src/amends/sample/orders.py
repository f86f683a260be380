"""What is bought: who, from whom, when, for how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from amends.sample.company import CURRENCIES, Seller, facts, sellers
from amends.sample.people import Customer
from amends.sample.plan import Plan

_HOURS = list(range(24))
_BUSY = [2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 12, 11, 11, 12, 14, 17, 19, 20, 16, 9, 4]
# How an ordinary payment goes, in a thousand.
_COURSES = {"plain": 905, "refunded": 36, "refunded_part": 8, "declined_then_paid": 24,
            "declined": 17, "cancelled": 5, "charged_back": 3, "abandoned": 2}


@dataclass(slots=True, eq=False)
class Sale:
    """One purchase and how it goes: ``story`` is the name of what happens to it.

    ``currency`` is that of the order; the account settles in ``account_currency``.
    """

    number: int
    order: str
    payment: str
    placed_at: datetime
    customer: Customer
    seller: Seller
    item: str
    amount_minor: int
    currency: str
    device: str
    story: str = "plain"

    @property
    def account_currency(self) -> str:
        """The currency in which the seller's account settles."""
        return self.seller.currency

    @property
    def is_foreign(self) -> bool:
        """Whether the order is in another currency than the account."""
        return self.currency != self.seller.currency


def sales(plan: Plan, people: list[Customer]) -> list[Sale]:
    """Every purchase, in the order of time."""
    stream = plan.stream("orders")
    shops = {currency: [s for s in sellers() if s.currency == currency] for currency in CURRENCIES}
    start = datetime.combine(plan.first, time(), UTC)
    moments = sorted(
        start + timedelta(days=stream.randrange(plan.days),
                          hours=stream.choices(_HOURS, _BUSY)[0], seconds=stream.randrange(3600))
        for _ in range(plan.payments)
    )
    orders = _order_numbers(len(moments), stream)
    courses, weights = list(_COURSES), list(_COURSES.values())
    return [
        _sale(Sale(number, orders[number], payment_id(stream), moment, buyer, seller,
                   stream.choice(facts()["goods"][seller.goods]["items"]), 0, buyer.currency,
                   buyer.device, stream.choices(courses, weights)[0]), stream)
        for number, moment, buyer, seller in _meetings(moments, people, shops, stream)
    ]


def payment_id(stream: Random) -> str:
    """The processor's number of a payment."""
    return "pay_" + "".join(stream.choices("abcdefghjkmnpqrstuvwxyz23456789", k=12))


def _meetings(moments: list[datetime], people: list[Customer], shops: dict[str, list[Seller]],
              stream: Random) -> Iterator[tuple[int, datetime, Customer, Seller]]:
    """Who buys from whom, and when."""
    for number, moment in enumerate(moments):
        buyer = stream.choice(people)
        yield number, moment, buyer, stream.choice(shops[buyer.currency])


def _sale(sale: Sale, stream: Random) -> Sale:
    """The purchase with its price; now and then in a currency that is not the account's."""
    prices = facts()["goods"][sale.seller.goods]["prices"]
    sale.amount_minor = stream.choice(prices) + stream.choice((0, 0, 0, 250, 390, 495))
    if stream.random() < 0.015:
        sale.currency = stream.choice([one for one in CURRENCIES if one != sale.currency])
        sale.story = "plain"
    if "SEK" in (sale.seller.currency, sale.currency):
        sale.amount_minor = (sale.amount_minor * 11 + 50) // 100 * 100
    if not sale.customer.card and sale.story.startswith(("declined", "charged", "abandoned")):
        sale.story = "plain"
    return sale


def _order_numbers(count: int, stream: Random) -> list[str]:
    """Numbers far apart, so that a slip of one digit hits no other order."""
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        digits = stream.randrange(10_000_000, 98_000_000)
        chosen[f"NW-{digits // 10_000}-{digits % 10_000:04}"] = None
    return list(chosen)
