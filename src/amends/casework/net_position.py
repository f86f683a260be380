"""The net position of a case as balanced postings: who is up, who is down, before and after.

Every movement has two postings that add up to zero, so the whole adds up to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amends.casework.remedies import (
    REMEDY_WORDS,
    ROUTE_OF,
    ROUTE_WORDS,
    PaidFact,
    Remedy,
    Route,
    by_route,
)
from amends.casework.trace_shape import Trace
from amends.money import Money
from amends.problems import ensure

CUSTOMER, OUR_BANK = "Customer", "Our bank account"
_GIVES: dict[Route, str] = {
    Route.REFUND: OUR_BANK,
    Route.PROVISIONAL_CREDIT: OUR_BANK,
    Route.GOODWILL: OUR_BANK,
    Route.WRITE_OFF: "Loss booked",
    Route.CHARGEBACK: OUR_BANK,
    Route.MERCHANT_REFUND: "Merchant",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a movement: ``amount_minor`` positive is more for ``account``."""

    what: str
    account: str
    amount_minor: int
    currency: str


def postings(trace: Trace, paid: Sequence[PaidFact] = (), remedy: Remedy = Remedy.NONE,
             amount_minor: int = 0) -> tuple[Posting, ...]:
    """The postings of a case: what the trace shows, what was paid since, what is proposed.

    ``paid`` holds movements that the trace does not show yet. The whole adds up to zero.
    """
    made = [Posting("As the entries show it", position.holder, position.amount_minor,
                    trace.currency) for position in trace.positions]
    for route, minor in by_route(paid).items():
        if minor:
            made += _movement(ROUTE_WORDS[route], route, minor, trace.currency)
    if remedy in ROUTE_OF and amount_minor:
        made += _movement(f"{REMEDY_WORDS[remedy]}, proposed", ROUTE_OF[remedy], amount_minor,
                          trace.currency)
    ensure(sum(posting.amount_minor for posting in made) == 0, "a net position adds up to zero")
    return tuple(made)


def balances(made: Iterable[Posting]) -> dict[str, int]:
    """What each account is up or down, in minor units, in the order of first mention."""
    sums: dict[str, int] = {}
    for posting in made:
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount_minor
    return sums


def sentence(made: Sequence[Posting]) -> str:
    """Where that leaves our own account, in words; empty when nothing is posted."""
    if not made:
        return ""
    currency = made[0].currency
    ours = balances(made).get(OUR_BANK, 0)
    if not ours:
        return "After that our account is where it should be."
    word = "up" if ours > 0 else "down"
    return f"After that our account is {word} {Money(abs(ours), currency)}."


def _movement(what: str, route: Route, minor: int, currency: str) -> list[Posting]:
    return [Posting(what, CUSTOMER, minor, currency),
            Posting(what, _GIVES[route], -minor, currency)]
