"""How purchases ordinarily go: paid, given back, declined, cancelled, charged back, abandoned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from amends.sample.books import LedgerRow, LineRow
from amends.sample.orders import Sale, payment_id
from amends.sample.people import Customer
from amends.sample.teller import Teller

DECLINES = {"51": 34, "05": 26, "61": 8, "65": 6, "54": 9, "59": 5, "62": 3, "91": 5, "41": 2,
            "14": 2}
VISA_REASONS = ("13.1", "13.3", "10.4", "13.7", "12.6.1")
MASTERCARD_REASONS = ("4853", "4837", "4834", "4853")
NO_CODE = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """A purchase that was taken and settles: the rows that a fault bends."""

    row: LedgerRow
    line: LineRow
    captured_at: datetime
    settled_on: date


def take(teller: Teller, sale: Sale, *, amount: int | None = None) -> Paid:
    """Order, approval, capture and settlement; ``amount`` is what is taken, if not the order."""
    taken = sale.amount_minor if amount is None else amount
    row = teller.book(sale, "payment", sale.placed_at, sale.amount_minor)
    approved = teller.later(sale.placed_at, 0, 1)
    teller.event(sale, "authorization", approved, taken,
                 code="00" if sale.customer.card else NO_CODE)
    captured = capture(teller, sale, taken)
    on = teller.settles_on(sale, captured)
    line = teller.settle(sale, "settlement", approved, on, taken)
    return Paid(row, line, captured, on)


def capture(teller: Teller, sale: Sale, amount: int, payment: str = "") -> datetime:
    """The processor takes the money some hours after the order; when."""
    at = teller.later(sale.placed_at, 40, 1200)
    teller.event(sale, "capture", at, amount, payment=payment,
                 arn=teller.arn(at) if sale.customer.card else "")
    return at


def plain(teller: Teller, sale: Sale) -> Paid:
    """Ordered once, taken once, settled once."""
    paid = take(teller, sale)
    teller.pair(paid.row, paid.line)
    return paid


def give_back(teller: Teller, sale: Sale, at: datetime, amount: int) -> None:
    """A refund as it should be: in the ledger, at the processor, in the settlement."""
    row = teller.book(sale, "refund", at, -amount)
    sent = teller.later(at, 0, 2)
    teller.event(sale, "refund", sent, -amount,
                 arn=teller.arn(sent) if sale.customer.card else "")
    teller.pair(row, teller.settle(sale, "refund", sent, teller.settles_on(sale, sent), -amount))


def refunded(teller: Teller, sale: Sale) -> None:
    """Sent back by the buyer and refunded in full."""
    paid = plain(teller, sale)
    give_back(teller, sale, teller.later(paid.captured_at, 2880, 11000), sale.amount_minor)


def refunded_part(teller: Teller, sale: Sale) -> None:
    """Refunded in part, as agreed."""
    paid = plain(teller, sale)
    part = max(sale.amount_minor * teller.stream.randint(15, 60) // 100, 100)
    give_back(teller, sale, teller.later(paid.captured_at, 2880, 11000), part)


def decline(teller: Teller, sale: Sale, at: datetime, payment: str = "", code: str = "") -> str:
    """The issuer says no; with which code."""
    chosen = code or teller.stream.choices(list(DECLINES), list(DECLINES.values()))[0]
    teller.event(sale, "decline", at, sale.amount_minor, payment=payment, code=chosen)
    return chosen


def declined(teller: Teller, sale: Sale) -> None:
    """Declined, and the buyer gives up."""
    decline(teller, sale, sale.placed_at)


def declined_then_paid(teller: Teller, sale: Sale) -> None:
    """Declined first; a second try is paid."""
    decline(teller, sale, sale.placed_at, payment_id(teller.stream))
    plain(teller, sale)


def cancelled(teller: Teller, sale: Sale) -> None:
    """Paid, cancelled and given back."""
    paid = plain(teller, sale)
    at = teller.later(paid.captured_at, 60, 900)
    teller.book(sale, "cancellation", at, 0, "cancelled by buyer")
    give_back(teller, sale, teller.later(at, 1, 60), sale.amount_minor)


def abandoned(teller: Teller, sale: Sale) -> None:
    """Approved, never sent; the hold falls away."""
    teller.event(sale, "authorization", sale.placed_at, sale.amount_minor, code="00")


def charged_back(teller: Teller, sale: Sale, *, booked: bool = True) -> tuple[str, datetime]:
    """Paid, and taken back through the card network; its reason code and when."""
    paid = plain(teller, sale)
    at = teller.later(paid.captured_at, 4320, 10000)
    reason = take_back(teller, sale, at)
    line = teller.settle(sale, "chargeback", at, teller.settles_on(sale, at), -sale.amount_minor)
    if booked:
        teller.pair(teller.book(sale, "chargeback", teller.later(at, 0, 4),
                                -sale.amount_minor, f"network reason {reason}"), line)
    return reason, at


def take_back(teller: Teller, sale: Sale, at: datetime) -> str:
    """The event of a chargeback with the network's reason; which."""
    reason = teller.stream.choice(reasons(sale.customer))
    teller.event(sale, "chargeback", at, -sale.amount_minor, code=reason, arn=teller.arn(at))
    return reason


def reasons(customer: Customer) -> tuple[str, ...]:
    """The reason codes of the customer's card network."""
    return VISA_REASONS if customer.method == "visa" else MASTERCARD_REASONS


COURSES: dict[str, Callable[[Teller, Sale], object]] = {
    "plain": plain, "refunded": refunded, "refunded_part": refunded_part, "declined": declined,
    "declined_then_paid": declined_then_paid, "cancelled": cancelled, "abandoned": abandoned,
    "charged_back": charged_back,
}
