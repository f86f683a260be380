"""The plain files: ledger, processor events, settlement reports, fees and rates as CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from amends.money import Money
from amends.sample.books import Books
from amends.sample.company import FEES
from amends.sample.rates import MILLION, Rates

LEDGER = ("ledger_id", "booked_at", "type", "order_reference", "amount", "currency", "account",
          "method", "last4", "customer_id", "device_id", "note")
EVENTS = ("event_id", "created_at", "type", "payment_id", "order_reference", "amount", "currency",
          "card_number", "device_id", "response_code", "code_scheme", "arn")
SETTLEMENT = ("line_id", "created_at", "settled_date", "type", "payment_id", "merchant_reference",
              "gross", "fee", "net", "currency", "payout_id", "account", "method", "last4")

Row = Sequence[str | int]


def csv_text(header: Sequence[str], rows: Iterable[Row]) -> str:
    """A CSV with its header, comma, plain line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def plain(minor: int, currency: str) -> str:
    """An amount as the files write it: ``-12.50``."""
    return Money(minor, currency).decimal()


def ledger_files(books: Books) -> dict[str, str]:
    """File name to text, one for each day with a booking."""
    days: dict[date, list[Row]] = defaultdict(list)
    for row in books.ledger:
        days[row.at.date()].append((
            row.number, _at(row.at), row.type, row.order, plain(row.amount_minor, row.currency),
            row.currency, row.account, row.method, row.last4, row.customer, row.device, row.note))
    return {f"ledger-{day}.csv": csv_text(LEDGER, rows) for day, rows in days.items()}


def event_files(books: Books) -> dict[str, str]:
    """File name to text, one for each day with an event."""
    days: dict[date, list[Row]] = defaultdict(list)
    for row in books.events:
        days[row.at.date()].append((
            f"ev_{row.number}", _at(row.at), row.type, row.payment, row.order,
            plain(row.amount_minor, row.currency), row.currency, row.card, row.device, row.code,
            row.scheme, row.arn))
    return {f"kestrel-events-{day}.csv": csv_text(EVENTS, rows) for day, rows in days.items()}


def settlement_files(books: Books) -> dict[str, str]:
    """File name to text, one for each day on which something settled."""
    days: dict[date, list[Row]] = defaultdict(list)
    for row in books.lines:
        days[row.settled_on].append((
            row.number, _at(row.at), row.settled_on.isoformat(), row.type, row.payment, row.order,
            plain(row.gross_minor, row.currency), plain(row.fee_minor, row.currency),
            plain(row.net_minor, row.currency), row.currency, row.payout, row.account, row.method,
            row.last4))
    return {f"kestrel-settlement-{day}.csv": csv_text(SETTLEMENT, rows)
            for day, rows in days.items()}


def fee_file() -> str:
    """The contracted fees."""
    rows = ((method, kind, points, fixed) for (method, kind), (points, fixed) in FEES.items())
    return csv_text(("method", "type", "bps", "fixed_minor"), rows)


def rate_file(rates: Rates) -> str:
    """The mid rates of every day."""
    return csv_text(("date", "base", "quote", "rate"), (
        (day.isoformat(), base, quote, f"{rate // MILLION}.{rate % MILLION:06}")
        for (day, base, quote), rate in rates.items()))


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
