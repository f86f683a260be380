"""Writes the rows of one purchase into the books: what each party would record, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from amends.sample.books import Books, EventRow, LedgerRow, LineRow
from amends.sample.company import fee_minor
from amends.sample.orders import Sale
from amends.sample.plan import next_open
from amends.sample.rates import Rates, converted


@dataclass(slots=True)
class Teller:
    """The pen: ``books`` take the rows, ``stream`` gives the small chances of the day."""

    books: Books
    rates: Rates
    stream: Random

    def book(self, sale: Sale, type_: str, at: datetime, amount_minor: int,
             note: str = "") -> LedgerRow:
        """A line of our ledger; refunds and chargebacks are negative."""
        row = LedgerRow(at, type_, sale.order, amount_minor, sale.currency, sale.seller.account,
                        sale.customer.method, sale.customer.last4, sale.customer.id, sale.device,
                        note)
        self.books.ledger.append(row)
        return row

    def event(self, sale: Sale, type_: str, at: datetime, amount_minor: int, *,
              payment: str = "", code: str = "", arn: str = "") -> EventRow:
        """A line of the processor's event log."""
        row = EventRow(at, type_, payment or sale.payment, sale.order, amount_minor, sale.currency,
                       sale.customer.card, sale.device, code, arn)
        self.books.events.append(row)
        return row

    def settle(self, sale: Sale, type_: str, at: datetime, on: date, amount_minor: int, *,
               payment: str = "") -> LineRow:
        """A settlement line of what the processor did ``at``, settled on the day ``on``."""
        gross = self._in_account(sale, amount_minor, at.date())
        kind = "payment" if type_ == "settlement" else type_
        fee = fee_minor(sale.customer.method, kind, gross)
        row = LineRow(at, on, type_, payment or sale.payment, sale.order, gross, fee,
                      sale.account_currency, sale.seller.account, sale.customer.method,
                      sale.customer.last4)
        self.books.lines.append(row)
        return row

    def pair(self, row: LedgerRow, line: LineRow) -> None:
        """The ledger row and the line are the same event."""
        self.books.pairs.append((row, line))

    def arn(self, at: datetime) -> str:
        """An acquirer reference number: format, acquirer, year and day, sequence, check."""
        sequence = self.stream.randrange(10**11)
        body = f"7441078{at.year % 10}{at.timetuple().tm_yday:03}{sequence:011}"
        return body + str(sum(map(int, body)) % 10)

    def later(self, at: datetime, low_minutes: int, high_minutes: int) -> datetime:
        """A moment so many minutes after ``at``."""
        return at + timedelta(seconds=self.stream.randint(low_minutes * 60, high_minutes * 60))

    def settles_on(self, sale: Sale, at: datetime) -> date:
        """The next business day of the account's currency."""
        return next_open(sale.account_currency, at.date())

    def _in_account(self, sale: Sale, amount_minor: int, on: date) -> int:
        if not sale.is_foreign:
            return amount_minor
        rate = self.rates.get((on, sale.currency, sale.account_currency))
        if rate is None:  # after the last day: the line is never written
            return amount_minor
        return converted(amount_minor, rate, self.stream.randint(0, 40))


def moment(on: date, hour: int, stream: Random) -> datetime:
    """Some second of that hour, UTC."""
    return datetime.combine(on, time(hour), UTC) + timedelta(seconds=stream.randrange(3600))
