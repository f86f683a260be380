"""Which column of a table holds what: the column mapping, and the shape that it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from amends.problems import AmendsError, Problem
from amends.sources.records import KINDS, REFERENCE_KINDS, SIDES

CONSTANT = "="  # a column that begins so is no column: the rest is the value on every row
_COLUMN_FIELDS = (
    "booked_on", "value_on", "at", "amount", "credit", "debit", "amount_minor", "currency",
    "account", "kind", "counterparty", "counterparty_account", "text", "code_scheme", "code",
    "fee", "net",
)
_CHOICES = {
    "side": ("", *SIDES), "format": ("csv", "xlsx"), "decimal": (".", ","),
    "date_order": ("dmy", "mdy"), "sign": ("as_written", "by_kind"),
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a table is read. Columns are named by their header; ``=EUR`` is a constant.

    ``kinds`` translates values of the kind column; ``sign`` ``by_kind`` makes refunds, chargebacks,
    fees, payouts and cancellations negative where the file writes them without a sign.
    ``header_row`` is 1-based, 0 where there is no header (columns are then ``column 1`` ...).
    """

    side: str = ""
    shape: str = ""
    format: str = "csv"
    delimiter: str = ","
    header_row: int = 1
    sheet: str = ""
    decimal: str = "."
    date_order: str = "dmy"
    sign: str = "as_written"
    booked_on: str = ""
    value_on: str = ""
    at: str = ""
    amount: str = ""
    credit: str = ""
    debit: str = ""
    amount_minor: str = ""
    currency: str = ""
    account: str = ""
    kind: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    counterparty: str = ""
    counterparty_account: str = ""
    text: str = ""
    code_scheme: str = ""
    code: str = ""
    fee: str = ""
    net: str = ""
    references: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; ``from_dict`` reads them back."""
        row = asdict(self)
        return row | {"kinds": dict(self.kinds), "references": dict(self.references)}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> ColumnMapping:
        """The mapping of ``as_dict``; AmendsError names what is unknown or of the wrong type."""
        known = {item.name for item in fields(cls)}
        problems = [_wrong(name, "is no part of a column mapping") for name in row
                    if name not in known]
        for name in known & set(row):
            value = row[name]
            wanted: type = Mapping if name in ("kinds", "references") else (
                int if name == "header_row" else str)
            if not isinstance(value, wanted) or isinstance(value, bool):
                problems.append(_wrong(name, "is not of the right type"))
            elif name in _CHOICES and value not in _CHOICES[name]:
                problems.append(_wrong(name, f"is one of {', '.join(_CHOICES[name])}"))
        if problems:
            raise AmendsError(problems)
        made = cls(**row)
        made.check()
        return made

    def check(self) -> None:
        """AmendsError when this mapping cannot give an amount, or names unknown kinds."""
        problems = []
        if not (self.amount or self.amount_minor or self.credit or self.debit):
            problems.append(_wrong("amount", "is missing: no column holds the amount"))
        if len(self.delimiter) != 1:
            problems.append(_wrong("delimiter", "is one character"))
        constant = [self.kind[1:]] if self.kind.startswith(CONSTANT) else []
        for kind in [*self.kinds.values(), *constant]:
            if kind not in KINDS:
                problems.append(_wrong("kinds", f"has {kind!r}; use {', '.join(KINDS)}"))
        for kind in self.references:
            if kind not in REFERENCE_KINDS:
                problems.append(_wrong("references", f"has the unknown kind {kind!r}"))
        if problems:
            raise AmendsError(problems)

    def columns(self) -> dict[str, str]:
        """The columns in use: field or ``references.<kind>`` to header; constants left out."""
        used = {name: getattr(self, name) for name in _COLUMN_FIELDS}
        used |= {f"references.{kind}": column for kind, column in self.references.items()}
        return {name: column for name, column in used.items()
                if column and not column.startswith(CONSTANT)}


def fingerprint(header: Sequence[str]) -> str:
    """The shape of a table: 16 hex digits over its column names, letter case and spaces apart."""
    names = [" ".join(name.split()).casefold() for name in header]
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:16]


def _wrong(name: str, words: str) -> Problem:
    return Problem("error", f"The column mapping's {name} {words}.", "Correct the mapping.",
                   field=name)
