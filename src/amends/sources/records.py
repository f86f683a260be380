"""What a reader takes out of a file: entries, statements and control figures.

An entry is one line of one statement or report. In bulk it is a row of an Arrow table of
``ENTRY_SCHEMA``; ``Entry`` is the frozen view of one such row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

ENTRY_SCHEMA = pa.schema([
    ("entry_id", pa.string()),
    ("file_sha256", pa.string()),
    ("line", pa.int64()),
    ("statement", pa.int32()),
    ("account", pa.string()),
    ("booked_on", pa.date32()),
    ("value_on", pa.date32()),
    ("amount_minor", pa.int64()),
    ("amount_exact", pa.string()),
    ("currency", pa.string()),
    ("kind", pa.string()),
    ("reversal", pa.bool_()),
    ("counterparty", pa.string()),
    ("counterparty_account", pa.string()),
    ("text", pa.string()),
    ("references", pa.list_(pa.struct([("kind", pa.string()), ("value", pa.string())]))),
    ("code_scheme", pa.string()),
    ("code", pa.string()),
    ("raw", pa.string()),
])

SIDES = ("ledger", "processor", "bank")
KINDS = (
    "order", "authorization", "decline", "capture", "settlement", "refund", "chargeback",
    "representment", "adjustment", "fee", "payout", "bank", "return", "transfer", "cancellation",
)
# Money that leaves Northwind (or leaves the processor's report, for a payout).
OUTGOING_KINDS = ("refund", "chargeback", "fee", "payout", "cancellation")
REFERENCE_KINDS = (
    "order", "payment", "payout", "end_to_end", "arn", "rrn", "mandate", "invoice", "customer",
    "device", "card", "last4", "case", "transaction", "method", "settlement", "instruction",
    "message", "batch", "uetr", "servicer", "clearing", "trace",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of ``ENTRY_SCHEMA``. ``amount_minor`` is positive for a credit, None if finer."""

    entry_id: str
    file_sha256: str
    line: int | None
    statement: int
    account: str | None
    booked_on: date | None
    value_on: date | None
    amount_minor: int | None
    amount_exact: str | None
    currency: str | None
    kind: str
    reversal: bool
    counterparty: str | None
    counterparty_account: str | None
    text: str | None
    references: tuple[tuple[str, str], ...]
    code_scheme: str | None
    code: str | None
    raw: Mapping[str, Any]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Entry:
        """The view of one row as ``Table.to_pylist`` gives it."""
        references = tuple((ref["kind"], ref["value"]) for ref in row["references"] or ())
        raw = json.loads(row["raw"] or "{}")
        return cls(**{**row, "references": references, "raw": raw})

    def reference(self, kind: str) -> str | None:
        """The first reference of this kind."""
        return next((value for name, value in self.references if name == kind), None)


@dataclass(frozen=True, slots=True)
class Statement:
    """The figures of one statement in minor units; what is not known is None, never 0.

    ``debits_minor`` is positive; ``difference_minor`` is closing - (opening + net).
    """

    account: str | None
    currency: str | None
    opening_minor: int | None
    closing_minor: int | None
    entries: int
    credits_minor: int | None
    debits_minor: int | None

    @property
    def net_minor(self) -> int | None:
        """Credits less debits."""
        if self.credits_minor is None or self.debits_minor is None:
            return None
        return self.credits_minor - self.debits_minor

    @property
    def difference_minor(self) -> int | None:
        """What closing has more than opening and net together."""
        net = self.net_minor
        if self.closing_minor is None or self.opening_minor is None or net is None:
            return None
        return self.closing_minor - (self.opening_minor + net)

    def as_json(self) -> dict[str, Any]:
        """The shape that ``amends read --json`` prints."""
        difference = self.difference_minor
        return {
            "account": self.account, "currency": self.currency,
            "opening_minor": self.opening_minor, "closing_minor": self.closing_minor,
            "entries": self.entries, "credits_minor": self.credits_minor,
            "debits_minor": self.debits_minor, "net_minor": self.net_minor,
            "balances_agree": None if difference is None else difference == 0,
            "difference_minor": difference,
        }


@dataclass(frozen=True, slots=True)
class Control:
    """A figure that the file states about itself, and the same figure computed from its lines.

    Both in the same unit: a count, or minor units. None where one of them cannot be known.
    """

    stated: int | None
    computed: int | None

    @property
    def agree(self) -> bool | None:
        """Whether both are known and equal."""
        if self.stated is None or self.computed is None:
            return None
        return self.stated == self.computed

    def as_json(self) -> dict[str, int | bool | None]:
        """The shape that ``amends read --json`` prints."""
        return {"stated": self.stated, "computed": self.computed, "agree": self.agree}
