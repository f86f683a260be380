"""The rows of the three sides while they are written, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

SETTLE_DAYS_MAX = 5


@dataclass(slots=True, eq=False)
class LedgerRow:
    """One line of our own books; ``number`` is given when the books close."""

    at: datetime
    type: str
    order: str
    amount_minor: int
    currency: str
    account: str
    method: str
    last4: str
    customer: str
    device: str
    note: str = ""
    number: int = 0


@dataclass(slots=True, eq=False)
class EventRow:
    """One line of the processor's event log; ``card`` is a test number in clear."""

    at: datetime
    type: str
    payment: str
    order: str
    amount_minor: int
    currency: str
    card: str
    device: str
    code: str = ""
    arn: str = ""
    number: int = 0

    @property
    def scheme(self) -> str:
        """The list that the code is of: a card network's reasons, else ISO 8583."""
        if not self.code:
            return ""
        if self.type != "chargeback":
            return "iso8583"
        return "visa-dispute" if "." in self.code else "mastercard-dispute"


Row = TypeVar("Row", LedgerRow, EventRow)


@dataclass(slots=True, eq=False)
class LineRow:
    """One line of the processor's settlement report."""

    at: datetime
    settled_on: date
    type: str
    payment: str
    order: str
    gross_minor: int
    fee_minor: int
    currency: str
    account: str
    method: str
    last4: str
    payout: str = ""
    number: int = 0

    @property
    def net_minor(self) -> int:
        """What the line adds to its payout."""
        return self.gross_minor - self.fee_minor


@dataclass(slots=True, eq=False)
class Break:
    """A difference that a reconciliation should find, of a kind of the reconciliation rules."""

    kind: str
    ledger: LedgerRow | None = None
    line: LineRow | None = None
    payout: str = ""
    delta_minor: int = 0
    currency: str = ""

    @property
    def order(self) -> str:
        """The order that the break is about; empty for payouts and adjustments."""
        row = self.ledger or self.line
        return row.order if row else ""


@dataclass(slots=True)
class Books:
    """All rows of the company. ``pairs`` are a ledger row and its settlement line."""

    ledger: list[LedgerRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    lines: list[LineRow] = field(default_factory=list)
    pairs: list[tuple[LedgerRow, LineRow]] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)

    def close(self, until: date) -> None:
        """Drop what happens after ``until``, number the rest by time, and name what hangs over.

        A ledger row whose line comes later is a cut-off while it is at most five days old.
        """
        self.ledger = sorted(_until(self.ledger, until), key=lambda row: (row.at, row.order))
        self.events = sorted(_until(self.events, until), key=lambda row: (row.at, row.payment))
        self.lines = sorted((line for line in self.lines if line.settled_on <= until),
                            key=lambda line: (line.settled_on, line.at, line.payment))
        for number, booked in enumerate(self.ledger, 7_000_001):
            booked.number = number
        for number, event in enumerate(self.events, 3_000_001):
            event.number = number
        for number, line in enumerate(self.lines, 9_000_001):
            line.number = number
        self.breaks = [found for found in self.breaks if self._stands(found)]
        for row, line in self.pairs:
            if row.number and not line.number:
                kind = "missing_in_psp" if is_overdue(row, until) else "timing_cutoff"
                self.breaks.append(Break(kind, row, None, "", -row.amount_minor, row.currency))

    def _stands(self, found: Break) -> bool:
        """Whether the rows that show a break are still there."""
        return all(row is None or row.number for row in (found.ledger, found.line))


def is_overdue(row: LedgerRow, until: date) -> bool:
    """Whether a ledger row should have settled before the reports of ``until`` closed."""
    return row.at.date() < until + timedelta(days=1) - timedelta(days=SETTLE_DAYS_MAX)


def _until(rows: Iterable[Row], until: date) -> Iterable[Row]:
    return (row for row in rows if row.at.date() <= until)
