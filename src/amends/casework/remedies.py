"""What is done to put a case right, and the guard against doing it twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from amends.problems import ensure


class Remedy(StrEnum):
    """What is done to put it right."""

    REFUND = "refund"
    PROVISIONAL_CREDIT = "provisional_credit"
    FINAL_CREDIT = "final_credit"
    GOODWILL = "goodwill"
    WRITE_OFF = "write_off"
    RECALL = "recall"
    REPRESENTMENT = "representment"
    NONE = "none"


class MovementState(StrEnum):
    """Where an instruction to move money is. ``unknown``: sent, and no answer that tells."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


REMEDY_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: "Refund",
    Remedy.PROVISIONAL_CREDIT: "Provisional credit",
    Remedy.FINAL_CREDIT: "Final credit",
    Remedy.GOODWILL: "Goodwill",
    Remedy.WRITE_OFF: "Write-off",
    Remedy.RECALL: "Recall",
    Remedy.REPRESENTMENT: "Representment",
    Remedy.NONE: "Nothing to pay",
}


class Route(StrEnum):
    """The six ways by which money for one claim can reach the customer."""

    REFUND = "refund"
    PROVISIONAL_CREDIT = "provisional_credit"
    GOODWILL = "goodwill"
    WRITE_OFF = "write_off"
    CHARGEBACK = "chargeback"
    MERCHANT_REFUND = "merchant_refund"


ROUTE_WORDS: dict[Route, str] = {
    Route.REFUND: "Refund",
    Route.PROVISIONAL_CREDIT: "Credit, provisional or final",
    Route.GOODWILL: "Goodwill",
    Route.WRITE_OFF: "Write-off",
    Route.CHARGEBACK: "Chargeback",
    Route.MERCHANT_REFUND: "Merchant's refund",
}

ROUTE_OF: dict[Remedy, Route] = {
    Remedy.REFUND: Route.REFUND,
    Remedy.PROVISIONAL_CREDIT: Route.PROVISIONAL_CREDIT,
    Remedy.FINAL_CREDIT: Route.PROVISIONAL_CREDIT,
    Remedy.GOODWILL: Route.GOODWILL,
    Remedy.WRITE_OFF: Route.WRITE_OFF,
}
_NEVER_PAID = (MovementState.FAILED, MovementState.CANCELLED)


@dataclass(frozen=True, slots=True)
class PaidFact:
    """Money that went, or is on its way, to the customer for a claim, by one route.

    ``amount_minor`` is positive; negative takes back (a credit reversal). ``key`` is the
    instruction's own id: the same key counts once. ``makes_final`` is the key of the provisional
    credit that this final credit makes permanent. ``reference`` is the id at the processor.
    """

    route: Route
    amount_minor: int
    currency: str
    key: str = ""
    makes_final: str = ""
    reference: str = ""
    state: MovementState = MovementState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Guard:
    """Whether another payment keeps within the claim; ``by_route`` holds all six routes."""

    ok: bool
    paid_minor: int
    left_minor: int
    by_route: Mapping[Route, int]
    why: str


def by_route(paid: Iterable[PaidFact]) -> dict[Route, int]:
    """What was paid by each of the six routes, in minor units.

    Failed and cancelled movements count nothing, a key counts once (the larger, where two differ),
    and a final credit that makes a provisional one permanent counts only what it adds to what is
    still credited. What is under way counts as paid.
    """
    facts = _once(paid)
    credited = {fact.key: fact.amount_minor for fact in facts
                if fact.route is Route.PROVISIONAL_CREDIT and fact.key and not fact.makes_final}
    taken_back = -sum(fact.amount_minor for fact in facts
                      if fact.route is Route.PROVISIONAL_CREDIT and fact.amount_minor < 0)
    sums = dict.fromkeys(Route, 0)
    for fact in facts:
        already = 0
        if fact.route is Route.PROVISIONAL_CREDIT and fact.makes_final in credited:
            held = max(credited.pop(fact.makes_final) - taken_back, 0)
            already = min(held, max(fact.amount_minor, 0))
        sums[fact.route] += fact.amount_minor - already
    return sums


def guard(paid: Sequence[PaidFact], amount: int, claim_amount: int, *,
          makes_final: str = "") -> Guard:
    """Whether ``amount`` may be paid on top of what was paid, without passing the claim.

    All in minor units of the claim's currency. ``makes_final`` is the key of a provisional credit
    that the payment makes permanent: the part that is still credited moves no money.
    """
    ensure(amount >= 0, "a remedy pays a positive amount")
    routes = by_route(paid)
    total = _sum(routes)
    left = max(claim_amount - total, 0)
    route = Route.PROVISIONAL_CREDIT if makes_final else Route.REFUND
    further = PaidFact(route, amount, "", makes_final=makes_final)
    moved = _sum(by_route([*paid, further])) - total
    if moved <= left:
        return Guard(True, total, left, routes, "Within the claim, over all six routes.")
    by = ", ".join(ROUTE_WORDS[route].lower() for route, minor in routes.items() if minor > 0)
    said = f"already paid by {by}" if by else "more than the claim"
    return Guard(False, total, left, routes, f"This would pay twice: {said}.")


def _once(paid: Iterable[PaidFact]) -> list[PaidFact]:
    """The movements that may reach the customer, each key once, in their order."""
    kept: list[PaidFact] = []
    place: dict[str, int] = {}
    for fact in paid:
        if fact.state in _NEVER_PAID:
            continue
        if not fact.key or fact.key not in place:
            place[fact.key] = len(kept)
            kept.append(fact)
        elif fact.amount_minor > kept[place[fact.key]].amount_minor:
            kept[place[fact.key]] = fact
    return kept


def _sum(routes: Mapping[Route, int]) -> int:
    """The sum over the routes; a route that took back more than it gave counts nothing."""
    return sum(max(minor, 0) for minor in routes.values())


def together(ours: Sequence[PaidFact], seen: Sequence[PaidFact]) -> tuple[PaidFact, ...]:
    """Our own movements and those seen in files as one list, each once.

    Only a shared key or reference makes two movements one: two refunds of the same amount may well
    be two, and taking them for one could pay twice. A fact of ``ours`` with neither was itself seen
    in a file, and is one with a seen fact of its route and amount.
    """
    names = {name for fact in ours if fact.state not in _NEVER_PAID
             for name in (fact.key, fact.reference) if name}
    bare = [_likeness(fact) for fact in ours if not fact.key and not fact.reference]
    new: list[PaidFact] = []
    for fact in seen:
        if _likeness(fact) in bare:
            bare.remove(_likeness(fact))
        elif not {fact.key, fact.reference} & names:
            new.append(fact)
    return (*ours, *new)


def _likeness(fact: PaidFact) -> tuple[Route, int, str]:
    return (fact.route, fact.amount_minor, fact.currency)
