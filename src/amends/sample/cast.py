"""Who meets which fault: purchases are chosen for the escalations, for those who never wrote in,
and for the breaks that only a reconciliation sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from amends.sample.orders import Sale
from amends.sample.plan import Plan
from amends.sample.slips import SLIPS

_PAYMENTS_PER_SLIP = 1500
_REPEAT_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Situation:
    """What somebody writes in about. ``words`` names the texts, ``weight`` the share of 200.

    ``story`` is the fault that happens to the purchase; empty when no purchase of ours is behind
    it. ``silent`` is how many further victims stay silent, in percent of those who wrote in.
    """

    words: str
    kind: str
    story: str
    weight: int
    party: str = "consumer"
    silent: int = 0


SITUATIONS: tuple[Situation, ...] = (
    Situation("double_charge", "double_charge", "settled_twice", 23, silent=140),
    Situation("double_charge", "double_charge", "captured_twice", 17, silent=60),
    Situation("double_pending", "double_charge", "authorization_hold_beside", 7, silent=40),
    Situation("double_charge", "double_charge", "charged_back_double", 2),
    Situation("wrong_amount", "wrong_amount", "charged_more_than_order", 13, silent=90),
    Situation("refund_missing", "refund_missing", "refund_not_sent", 18, silent=80),
    Situation("refund_missing", "refund_missing", "refund_in_transit", 11),
    Situation("refund_short", "refund_missing", "refund_short", 8, silent=40),
    Situation("payment_declined", "payment_failed", "payment_declined", 11),
    Situation("payment_held", "payment_failed", "authorization_hold", 4, silent=50),
    Situation("charged_after_cancelling", "subscription_charge", "charged_after_cancellation", 8,
              silent=50),
    Situation("goods_cancelled", "goods_dispute", "charged_after_cancellation", 3),
    Situation("goods_dispute", "goods_dispute", "paid_in_full", 6),
    Situation("goods_dispute", "goods_dispute", "charged_back_already", 5),
    Situation("fee_customer", "fee_or_fx_query", "paid_in_full", 2),
    Situation("fee_seller", "fee_or_fx_query", "fee_above_schedule", 7, "merchant", silent=500),
    Situation("payout_missing", "payout_missing", "payout_not_at_bank", 7, "merchant"),
    Situation("payout_short", "payout_missing", "payout_short_at_bank", 4, "merchant"),
    Situation("chargeback_seller", "chargeback_merchant", "chargeback_open", 7, "merchant"),
    Situation("reconciliation", "reconciliation_query", "booked_not_settled", 4, "merchant",
              silent=50),
    Situation("unauthorised", "unauthorised_transaction", "card_testing", 6, silent=30),
    Situation("unauthorised", "unauthorised_transaction", "account_takeover", 5),
    Situation("double_charge", "double_charge", "", 3),
    Situation("refund_missing", "refund_missing", "", 3),
    Situation("payment_declined", "payment_failed", "", 2),
    Situation("payout_missing", "payout_missing", "", 1, "merchant"),
    Situation("scam", "scam_payment", "", 3),
    Situation("misdirected", "misdirected_payment", "", 2),
    Situation("account_access", "account_access", "", 2),
    Situation("collections", "collections_contact", "", 2),
    Situation("follow_up", "case_follow_up", "", 2),
    Situation("other", "other", "", 2),
)
# Days that a story takes to its end, so that its last row is in the files.
_TAIL_DAYS = {
    "charged_back_already": 14, "charged_back_double": 16, "chargeback_open": 14,
    "unbooked_chargeback": 14, "refund_not_sent": 12, "refund_in_transit": 12, "refund_short": 11,
    "double_refund": 13, "settled_twice": 11, "late_settlement": 18, "paid_in_full": 10,
    "fee_above_schedule": 11, "booked_not_settled": 10,
}
_TAIL_DAYS_ELSE = 8
PAYOUT_STORIES = ("payout_not_at_bank", "payout_short_at_bank")


@dataclass(frozen=True, slots=True)
class Role:
    """One escalation to come: its situation and, where there is one, its purchase."""

    situation: Situation
    sale: Sale | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """The roles in the order of the situations; the purchases' stories are set."""

    roles: tuple[Role, ...]

    def count(self, story: str) -> int:
        """How many escalations tell of this story."""
        return sum(role.situation.story == story for role in self.roles)


def cast(plan: Plan, sales: list[Sale]) -> Cast:
    """Chooses the purchases; each purchase has one story."""
    stream = plan.stream("cast")
    pool = _Pool(plan, sales, stream)
    roles: list[Role] = []
    for situation, share in zip(SITUATIONS, _shares(plan.escalations), strict=True):
        for _ in range(share):
            needs_sale = situation.story and situation.story not in PAYOUT_STORIES
            roles.append(Role(situation, pool.take(situation) if needs_sale else None))
    scale = min(plan.payments, 200_000) / 6000
    for situation in SITUATIONS:
        written = sum(role.situation is situation for role in roles)
        for _ in range(int(written * situation.silent * scale) // 100):
            pool.take(situation)
    for name in SLIPS:
        for _ in range(max(plan.payments // _PAYMENTS_PER_SLIP, 1)):
            pool.take_for(name)
    return Cast(tuple(roles))


def _shares(total: int) -> list[int]:
    """``total`` divided by weight, the largest remainders first; adds up."""
    whole = sum(situation.weight for situation in SITUATIONS)
    shares = [total * situation.weight // whole for situation in SITUATIONS]
    rest = sorted(range(len(SITUATIONS)),
                  key=lambda n: (-(total * SITUATIONS[n].weight % whole), n))
    for n in rest[:total - sum(shares)]:
        shares[n] += 1
    return shares


class _Pool:
    """Ordinary purchases that a story may still happen to, in a mixed order."""

    def __init__(self, plan: Plan, sales: list[Sale], stream: Random) -> None:
        early = plan.first + timedelta(days=1)
        self.stream = stream
        self.plan = plan
        self.free = [sale for sale in sales
                     if sale.story == "plain" and not sale.is_foreign and sale.currency != "SEK"
                     and early <= sale.placed_at.date()]
        stream.shuffle(self.free)
        self.bought: dict[int, int] = {}
        for sale in sales:
            number = sale.customer.number
            self.bought[number] = self.bought.get(number, 0) + (sale.story == "plain")
        self.writers: list[int] = []

    def take(self, situation: Situation) -> Sale:
        """A purchase that fits, given the story; now and then of somebody who wrote before."""
        again = set(self.writers) if self.stream.randrange(100) < _REPEAT_PERCENT else set()
        sale = next(self._fitting(situation.story, again), None) or next(
            self._fitting(situation.story, set()))
        self.free.remove(sale)
        self.writers.append(sale.customer.number)
        sale.story = situation.story
        return sale

    def take_for(self, story: str) -> Sale:
        """Any purchase, for a break that nobody writes about."""
        sale = next(self._fitting(story, set()))
        self.free.remove(sale)
        sale.story = story
        return sale

    def _fitting(self, story: str, among: set[int]) -> Iterator[Sale]:
        tail = _TAIL_DAYS.get(story, _TAIL_DAYS_ELSE)
        last = self.plan.until - timedelta(days=tail)
        first = last - timedelta(days=3) if story == "refund_in_transit" else self.plan.first
        fits = _FITS.get(story, _any)
        for sale in self.free:
            if among and sale.customer.number not in among:
                continue
            if story == "account_takeover" and self.bought[sale.customer.number] < 3:
                continue
            if first <= sale.placed_at.date() <= last and fits(sale):
                yield sale


def _any(sale: Sale) -> bool:
    return True


def _card(sale: Sale) -> bool:
    return bool(sale.customer.card)


def _disputable(sale: Sale) -> bool:
    return sale.customer.method in ("visa", "mastercard")


def _large(sale: Sale) -> bool:
    return _card(sale) and sale.amount_minor >= 5_000


_FITS: dict[str, Callable[[Sale], bool]] = {
    "charged_back_double": _disputable, "charged_back_already": _disputable,
    "chargeback_open": _disputable, "unbooked_chargeback": _disputable,
    "payment_declined": _card, "authorization_hold": _card, "authorization_hold_beside": _card,
    "card_testing": _large, "account_takeover": _disputable,
    "fee_above_schedule": lambda sale: sale.amount_minor >= 2_000,
    "refund_short": lambda sale: sale.amount_minor >= 1_500,
}
