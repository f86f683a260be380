"""What goes wrong with a purchase so that somebody writes in: each leaves its mark in the files.

Every function writes the rows of one purchase and gives back the fault: the finding and cause that
an investigation should reach, the amount owed, and the day from which it can be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from amends.sample import courses
from amends.sample.books import Break
from amends.sample.company import fee_minor
from amends.sample.orders import Sale, payment_id
from amends.sample.people import device_id
from amends.sample.plan import next_open
from amends.sample.teller import Teller, moment

_SMALL = (100, 125, 150, 199, 249, 299)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happened to a purchase, or to a payout (then there is no ``sale``).

    ``amount_minor`` is what the finding says is owed or at issue; ``claimed_minor`` is the sum that
    the party has in mind. ``facts`` are what clocks need, such as a network's reason code.
    """

    finding: str
    cause: str
    amount_minor: int
    claimed_minor: int
    currency: str
    ready_on: date
    sale: Sale | None = None
    payout: str = ""
    payment: str = ""
    account: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def _fault(sale: Sale, finding: str, cause: str, ready: date, amount: int, *,
           claimed: int | None = None, payment: str = "", **facts: str) -> Fault:
    return Fault(finding, cause, amount, sale.amount_minor if claimed is None else claimed,
                 sale.currency, ready, sale, "", payment or sale.payment, sale.seller.account,
                 facts)


def settled_twice(teller: Teller, sale: Sale) -> Fault:
    """One capture, settled again two or three business days later under the same payment."""
    paid = courses.plain(teller, sale)
    again = next_open(sale.account_currency, paid.settled_on, teller.stream.choice((1, 2, 2, 3)))
    line = teller.settle(sale, "settlement", moment(again, 2, teller.stream), again,
                         sale.amount_minor)
    teller.books.breaks.append(Break("duplicate_psp", paid.row, line, "", line.gross_minor,
                                     line.currency))
    return _fault(sale, "settled_twice", "processor_duplicate_settlement", again,
                  sale.amount_minor)


def captured_twice(teller: Teller, sale: Sale) -> Fault:
    """The checkout tried again after a time-out: a second payment for one order."""
    paid = courses.plain(teller, sale)
    second = payment_id(teller.stream)
    tried = teller.later(sale.placed_at, 1, 4)
    teller.event(sale, "authorization", tried, sale.amount_minor, payment=second,
                 code="00" if sale.customer.card else "")
    at = courses.capture(teller, sale, sale.amount_minor, second)
    on = teller.settles_on(sale, at)
    line = teller.settle(sale, "settlement", tried, on, sale.amount_minor, payment=second)
    teller.books.breaks.append(Break("duplicate_psp", paid.row, line, "", line.gross_minor,
                                     line.currency))
    return _fault(sale, "captured_twice", "checkout_retry", max(on, paid.settled_on),
                  sale.amount_minor, payment=second)


def charged_more_than_order(teller: Teller, sale: Sale) -> Fault:
    """The checkout charged another price than the order shows."""
    excess = _excess(teller, sale.amount_minor)
    paid = courses.take(teller, sale, amount=sale.amount_minor + excess)
    teller.pair(paid.row, paid.line)
    kind = "transposed_digits" if _is_swap(sale.amount_minor, sale.amount_minor + excess) else (
        "amount_mismatch")
    teller.books.breaks.append(Break(kind, paid.row, paid.line, "", excess, sale.currency))
    return _fault(sale, "charged_more_than_order", "price_sync", paid.settled_on, excess,
                  claimed=excess, taken=str(sale.amount_minor + excess))


def refund_not_sent(teller: Teller, sale: Sale) -> Fault:
    """The refund stands in our books and never reached the processor."""
    paid = courses.plain(teller, sale)
    at = teller.later(paid.captured_at, 1500, 6000)
    owed = sale.amount_minor if teller.stream.random() < 0.7 else _part(teller, sale, 25, 75)
    row = teller.book(sale, "refund", at, -owed, "refund queued")
    teller.books.breaks.append(Break("missing_in_psp", row, None, "", owed, sale.currency))
    return _fault(sale, "refund_not_sent", "refund_queue_stuck", at.date() + timedelta(days=3),
                  owed, claimed=owed, promised_on=at.date().isoformat())


def refund_in_transit(teller: Teller, sale: Sale) -> Fault:
    """The refund left, with its ARN; the buyer's bank has not shown it yet."""
    paid = courses.plain(teller, sale)
    at = teller.later(paid.captured_at, 2880, 8000)
    courses.give_back(teller, sale, at, sale.amount_minor)
    return _fault(sale, "refund_in_transit", "bank_transit", teller.settles_on(sale, at), 0,
                  promised_on=at.date().isoformat())


def refund_short(teller: Teller, sale: Sale) -> Fault:
    """The ledger refunds all, the processor sent a part."""
    paid = courses.plain(teller, sale)
    at = teller.later(paid.captured_at, 1500, 5000)
    sent = _part(teller, sale, 30, 78)
    row = teller.book(sale, "refund", at, -sale.amount_minor)
    left = teller.later(at, 0, 2)
    teller.event(sale, "refund", left, -sent, arn=teller.arn(left) if sale.customer.card else "")
    on = teller.settles_on(sale, left)
    line = teller.settle(sale, "refund", left, on, -sent)
    teller.pair(row, line)
    short = sale.amount_minor - sent
    teller.books.breaks.append(Break("partial_capture", row, line, "", short, sale.currency))
    return _fault(sale, "refund_short", "partial_refund_posted", on, short, claimed=short,
                  promised_on=at.date().isoformat(), sent=str(sent))


def payment_declined(teller: Teller, sale: Sale) -> Fault:
    """Declined, once or twice; nothing was taken."""
    code = courses.decline(teller, sale, sale.placed_at)
    if teller.stream.random() < 0.4:
        at = teller.later(sale.placed_at, 1, 20)
        courses.decline(teller, sale, at, payment_id(teller.stream), code)
    return _fault(sale, "payment_declined", "issuer_decline", sale.placed_at.date(), 0, code=code)


def authorization_hold(teller: Teller, sale: Sale) -> Fault:
    """Approved and never taken: the buyer sees the money gone, the order did not go through."""
    courses.abandoned(teller, sale)
    return _fault(sale, "authorization_hold", "pending_authorization", sale.placed_at.date(), 0)


def authorization_hold_beside(teller: Teller, sale: Sale) -> Fault:
    """Approved twice, taken once: the second is a hold that looks like a second charge."""
    first = payment_id(teller.stream)
    teller.event(sale, "authorization", sale.placed_at - timedelta(minutes=3), sale.amount_minor,
                 payment=first, code="00")
    paid = courses.plain(teller, sale)
    return _fault(sale, "authorization_hold", "pending_authorization", paid.settled_on, 0,
                  payment=first)


def charged_after_cancellation(teller: Teller, sale: Sale) -> Fault:
    """Cancelled in the shop; the processor was not told and took the money."""
    row = teller.book(sale, "payment", sale.placed_at, sale.amount_minor)
    teller.event(sale, "authorization", sale.placed_at, sale.amount_minor,
                 code="00" if sale.customer.card else "")
    cancelled = teller.later(sale.placed_at, 10, 120)
    teller.book(sale, "cancellation", cancelled, 0, "cancelled by buyer")
    at = teller.later(cancelled, 300, 1500)
    teller.event(sale, "capture", at, sale.amount_minor,
                 arn=teller.arn(at) if sale.customer.card else "")
    on = teller.settles_on(sale, at)
    teller.pair(row, teller.settle(sale, "settlement", sale.placed_at, on, sale.amount_minor))
    return _fault(sale, "charged_after_cancellation", "cancellation_not_synced", on,
                  sale.amount_minor, cancelled_on=cancelled.date().isoformat())


def fee_above_schedule(teller: Teller, sale: Sale) -> Fault:
    """Settled with last year's fee, above the contract."""
    paid = courses.plain(teller, sale)
    right = fee_minor(sale.customer.method, "payment", paid.line.gross_minor)
    excess = max(paid.line.gross_minor * 60 // 10_000, 8) + 5
    paid.line.fee_minor = right + excess
    teller.books.breaks.append(Break("fee_mismatch", paid.row, paid.line, "", excess,
                                     sale.currency))
    return _fault(sale, "fee_above_schedule", "fee_table_outdated",
                  paid.settled_on + timedelta(days=5), excess, claimed=excess,
                  fee=str(right + excess), right=str(right))


def charged_back_already(teller: Teller, sale: Sale) -> Fault:
    """The network has paid the buyer back; now they ask us too."""
    reason, at = courses.charged_back(teller, sale)
    return _fault(sale, "already_charged_back", "chargeback_already_paid",
                  teller.settles_on(sale, at), 0, reason=reason)


def charged_back_double(teller: Teller, sale: Sale) -> Fault:
    """Settled twice, and the second taken back by chargeback: nothing is owed any more."""
    found = settled_twice(teller, sale)
    at = moment(found.ready_on + timedelta(days=2), 9, teller.stream)
    reason = courses.take_back(teller, sale, at)
    on = teller.settles_on(sale, at)
    line = teller.settle(sale, "chargeback", at, on, -sale.amount_minor)
    teller.books.breaks.append(Break("unbooked_chargeback", None, line, "", line.gross_minor,
                                     line.currency))
    return _fault(sale, "already_charged_back", "chargeback_already_paid", on, 0, reason=reason)


def chargeback_open(teller: Teller, sale: Sale) -> Fault:
    """A chargeback against a seller, and no evidence sent."""
    booked = teller.stream.random() < 0.6
    reason, at = courses.charged_back(teller, sale, booked=booked)
    if not booked:
        line = teller.books.lines[-1]
        teller.books.breaks.append(Break("unbooked_chargeback", None, line, "", line.gross_minor,
                                         line.currency))
    return _fault(sale, "chargeback_open", "evidence_not_sent", at.date() + timedelta(days=1),
                  sale.amount_minor, reason=reason, disputed_on=at.date().isoformat())


def card_testing(teller: Teller, sale: Sale) -> Fault:
    """A thief tries a stolen card with small sums within minutes, then buys."""
    sale.device = device_id(teller.stream)
    at = sale.placed_at - timedelta(minutes=12)
    for number in range(teller.stream.randint(5, 7)):
        at += timedelta(seconds=teller.stream.randint(20, 80))
        small = replace(sale, order=_test_order(sale, number), amount_minor=_small(teller),
                        payment=payment_id(teller.stream))
        if number % 3 == 2:
            teller.event(small, "authorization", at, small.amount_minor, code="00")
        else:
            courses.decline(teller, small, at, code=teller.stream.choice(("05", "59", "14", "82")))
    paid = courses.plain(teller, sale)
    return _fault(sale, "unauthorised_pattern", "card_testing", paid.settled_on,
                  sale.amount_minor)


def account_takeover(teller: Teller, sale: Sale) -> Fault:
    """Somebody else in the account: a device never seen, a far larger sum."""
    sale.device = device_id(teller.stream)
    sale.amount_minor = 39_000 + teller.stream.randrange(500) * 100 + 95
    paid = courses.plain(teller, sale)
    return _fault(sale, "unauthorised_pattern", "account_takeover", paid.settled_on,
                  sale.amount_minor)


def paid_in_full(teller: Teller, sale: Sale) -> Fault:
    """Nothing is wrong with the payment itself."""
    paid = courses.plain(teller, sale)
    return _fault(sale, "paid_in_full", "none_found", paid.settled_on + timedelta(days=4), 0)


def booked_not_settled(teller: Teller, sale: Sale) -> Fault:
    """Booked and captured; no settlement line ever carried it."""
    row = teller.book(sale, "payment", sale.placed_at, sale.amount_minor)
    teller.event(sale, "authorization", sale.placed_at, sale.amount_minor,
                 code="00" if sale.customer.card else "")
    at = courses.capture(teller, sale, sale.amount_minor)
    teller.books.breaks.append(Break("missing_in_psp", row, None, "", -sale.amount_minor,
                                     sale.currency))
    return _fault(sale, "booked_not_settled", "ledger_settlement_gap",
                  at.date() + timedelta(days=7), 0)


FAULTS: dict[str, Callable[[Teller, Sale], Fault]] = {
    tell.__name__: tell for tell in (
        settled_twice, captured_twice, charged_more_than_order, refund_not_sent, refund_in_transit,
        refund_short, payment_declined, authorization_hold, authorization_hold_beside,
        charged_after_cancellation, fee_above_schedule, charged_back_already, charged_back_double,
        chargeback_open, card_testing, account_takeover, paid_in_full, booked_not_settled)
}


def _part(teller: Teller, sale: Sale, low: int, high: int) -> int:
    return sale.amount_minor * teller.stream.randint(low, high) // 100


def _excess(teller: Teller, amount: int) -> int:
    """Some percent more, or two digits that changed places."""
    swapped = _swapped(amount)
    if swapped and teller.stream.random() < 0.4:
        return swapped - amount
    return max(amount * teller.stream.randint(4, 19) // 100, 60)


def _swapped(amount: int) -> int:
    """The first larger amount with two neighbouring digits exchanged; 0 when there is none."""
    digits = str(amount)
    for n in range(1, len(digits) - 1):
        if digits[n] < digits[n + 1]:
            return int(digits[:n] + digits[n + 1] + digits[n] + digits[n + 2:])
    return 0


def _is_swap(left: int, right: int) -> bool:
    a, b = str(left), str(right)
    apart = [n for n in range(len(a)) if len(a) == len(b) and a[n] != b[n]]
    return (len(apart) == 2 and apart[1] == apart[0] + 1
            and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]])


def _small(teller: Teller) -> int:
    return teller.stream.choice(_SMALL)


def _test_order(sale: Sale, number: int) -> str:
    """An order number of the thief's, of the shop's form."""
    return f"NW-{9900 + number}-{(sale.number * 7 + number) % 10_000:04}"

