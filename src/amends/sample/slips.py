"""What a reconciliation should find although nobody wrote in: one break of each further kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from amends.sample import courses
from amends.sample.books import Break, LineRow
from amends.sample.orders import Sale
from amends.sample.teller import Teller, moment


def _found(teller: Teller, kind: str, paid: courses.Paid, delta: int) -> None:
    teller.books.breaks.append(Break(kind, paid.row, paid.line, "", delta, paid.line.currency))


def missing_in_ledger(teller: Teller, sale: Sale) -> None:
    """The processor took and settled a payment that our books do not have."""
    paid = courses.take(teller, sale)
    teller.books.ledger.remove(paid.row)
    teller.books.breaks.append(Break("missing_in_ledger", None, paid.line, "",
                                     paid.line.gross_minor, paid.line.currency))


def partial_capture(teller: Teller, sale: Sale) -> None:
    """Only a part was captured and settled."""
    part = sale.amount_minor * teller.stream.randint(25, 75) // 100
    paid = courses.take(teller, sale, amount=part)
    teller.pair(paid.row, paid.line)
    _found(teller, "partial_capture", paid, part - sale.amount_minor)


def duplicate_ledger(teller: Teller, sale: Sale) -> None:
    """Booked twice, paid once."""
    paid = courses.plain(teller, sale)
    copy = teller.book(sale, "payment", sale.placed_at + timedelta(seconds=4), sale.amount_minor)
    teller.books.breaks.append(Break("duplicate_ledger", copy, paid.line, "", -sale.amount_minor,
                                     sale.currency))


def double_refund(teller: Teller, sale: Sale) -> None:
    """Refunded once in our books, settled twice."""
    paid = courses.plain(teller, sale)
    at = teller.later(paid.captured_at, 1500, 4000)
    courses.give_back(teller, sale, at, sale.amount_minor)
    row, first = teller.books.pairs[-1]
    again = teller.settles_on(sale, at + timedelta(days=2))
    line = teller.settle(sale, "refund", moment(again, 2, teller.stream), again, first.gross_minor)
    teller.books.breaks.append(Break("double_refund", row, line, "", line.gross_minor,
                                     line.currency))


def unbooked_chargeback(teller: Teller, sale: Sale) -> None:
    """Charged back, and our books do not know."""
    courses.charged_back(teller, sale, booked=False)
    line = teller.books.lines[-1]
    teller.books.breaks.append(Break("unbooked_chargeback", None, line, "", line.gross_minor,
                                     line.currency))


def unexplained_adjustment(teller: Teller, sale: Sale) -> None:
    """The processor adjusts the account and says nothing of why."""
    paid = courses.plain(teller, sale)
    line = LineRow(paid.line.at, paid.settled_on, "adjustment", "", "",
                   teller.stream.choice((-1, 1)) * teller.stream.randint(150, 4900), 0,
                   paid.line.currency, paid.line.account, "", "")
    teller.books.lines.append(line)
    teller.books.breaks.append(Break("unexplained_adjustment", None, line, "", line.gross_minor,
                                     line.currency))


def sign_reversed(teller: Teller, sale: Sale) -> None:
    """The line carries the amount with the wrong sign."""
    paid = courses.plain(teller, sale)
    paid.line.gross_minor = -paid.line.gross_minor
    _found(teller, "sign_reversed", paid, -2 * sale.amount_minor)


def currency_mismatch(teller: Teller, sale: Sale) -> None:
    """The ledger has the same figures under another currency."""
    paid = courses.plain(teller, sale)
    paid.row.currency = "USD" if sale.currency != "USD" else "EUR"
    _found(teller, "currency_mismatch", paid, 0)


def late_settlement(teller: Teller, sale: Sale) -> None:
    """Settled more than a week after booking."""
    paid = courses.plain(teller, sale)
    late = teller.settles_on(sale, sale.placed_at + timedelta(days=teller.stream.randint(8, 12)))
    paid.line.settled_on = late
    _found(teller, "late_settlement", paid, 0)


def transposed_digits(teller: Teller, sale: Sale) -> None:
    """Two neighbouring digits of the line changed places."""
    digits = list(str(sale.amount_minor))
    at = next((n for n in range(len(digits) - 1, 1, -1) if digits[n] != digits[n - 1]), 0)
    if not at:
        courses.plain(teller, sale)
        return
    digits[at - 1], digits[at] = digits[at], digits[at - 1]
    paid = courses.take(teller, sale, amount=int("".join(digits)))
    teller.pair(paid.row, paid.line)
    _found(teller, "transposed_digits", paid, paid.line.gross_minor - sale.amount_minor)


SLIPS: dict[str, Callable[[Teller, Sale], None]] = {
    slip.__name__: slip for slip in (
        missing_in_ledger, partial_capture, duplicate_ledger, double_refund, unbooked_chargeback,
        unexplained_adjustment, sign_reversed, currency_mismatch, late_settlement,
        transposed_digits)
}
