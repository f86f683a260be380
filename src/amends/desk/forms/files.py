"""Shape of what is sent on the Files page: which files may come in, and chosen columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from amends.problems import AmendsError, Problem
from amends.sources.layout import Layout
from amends.sources.mapping import ColumnMapping
from amends.sources.masking import mask_text
from amends.sources.records import KINDS, REFERENCE_KINDS

LARGEST_BYTES = 200 * 1024 * 1024
FILES_AT_MOST = 60
VALUES_AT_MOST = 24
WRITTEN_ROWS = 6
ACCEPT = ".xml,.sta,.mt940,.940,.txt,.csv,.tsv,.xlsx"
# What a file begins with, and why it is not taken.
_REFUSED_BY_BEGINNING = (
    (b"%PDF", "is a PDF", "Ask for the statement as camt.053, MT940, CSV or XLSX."),
    (b"\x89PNG", "is a picture", "Ask for the file it was taken from."),
    (b"\xff\xd8\xff", "is a picture", "Ask for the file it was taken from."),
    (b"GIF8", "is a picture", "Ask for the file it was taken from."),
    (b"\x1f\x8b", "is packed", "Unpack it and send what is inside."),
    (b"7z\xbc\xaf", "is packed", "Unpack it and send what is inside."),
    (b"Rar!", "is packed", "Unpack it and send what is inside."),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file", "Save it as XLSX or CSV."),
    (b"MZ", "is a program", "Send a statement or report."),
    (b"\x7fELF", "is a program", "Send a statement or report."),
)
_KEPT_FOR_A_CASE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")
COLUMN_FIELDS: tuple[tuple[str, str], ...] = (
    ("booked_on", "Day booked"), ("value_on", "Value day"), ("at", "Time"),
    ("amount", "Amount"), ("credit", "Credit"), ("debit", "Debit"),
    ("amount_minor", "Amount in minor units"), ("currency", "Currency"), ("account", "Account"),
    ("kind", "Type of entry"), ("counterparty", "Counterparty"),
    ("counterparty_account", "Their account"), ("text", "Words"), ("code", "Code"),
    ("fee", "Fee"), ("net", "Net"),
)
REFERENCES: tuple[tuple[str, str], ...] = (
    ("order", "Order"), ("payment", "Payment"), ("payout", "Payout"), ("customer", "Customer"),
    ("device", "Device"), ("card", "Card"), ("last4", "Last four digits"), ("arn", "ARN"),
    ("end_to_end", "End-to-end id"), ("mandate", "Mandate"), ("invoice", "Invoice"),
    ("transaction", "Transaction"), ("method", "Method"),
)
SIDES = (("ledger", "Ledger, our own books"), ("processor", "Processor"), ("bank", "Bank"))
SIGNS = (("as_written", "As written"), ("by_kind", "By type: refunds and fees are negative"))
DECIMALS = ((".", "1,234.56"), (",", "1.234,56"))
DATE_ORDERS = (("dmy", "Day first"), ("mdy", "Month first"))


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of a drop: its plain name, and why it is not taken (None when it is)."""

    upload: UploadedFile[Any]
    name: str
    refused: Problem | None


def arrivals(uploads: Sequence[UploadedFile[Any]], *, for_case: bool = False) -> list[Arrival]:
    """Each file sent, looked at by name, size and its first bytes; those past the limit refused.

    A case also takes PDFs and pictures, which hold no entries.
    """
    found = []
    for number, upload in enumerate(uploads):
        name = plain_name(upload.name or "")
        problem = _refusal(upload, name, for_case)
        if number >= FILES_AT_MOST:
            problem = Problem("error", f"{name} is one file too many.",
                              f"Send at most {FILES_AT_MOST} at once.", name)
        found.append(Arrival(upload, name, problem))
    return found


def plain_name(name: str) -> str:
    """The last part of a path of any system, without control characters."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(char for char in last if char.isprintable())[:255] or "file"


def _refusal(upload: UploadedFile[Any], name: str, for_case: bool) -> Problem | None:
    size = upload.size or 0
    if not size:
        return Problem("error", f"{name} is empty.", "Ask for it again.", name)
    if size > LARGEST_BYTES:
        return Problem("error", f"{name} is larger than {LARGEST_BYTES >> 20} MB.",
                       "Split it, or import it with amends import.", name)
    head = upload.read(560)
    upload.seek(0)
    for beginning, what, hint in _REFUSED_BY_BEGINNING:
        if head.startswith(beginning) and not (for_case and beginning in _KEPT_FOR_A_CASE):
            return Problem("error", f"{name} {what}; no entries can be read from it.", hint, name)
    if head.startswith(b"PK\x03\x04") and not name.lower().endswith((".xlsx", ".xlsm")):
        return Problem("error", f"{name} is packed.", "Unpack it and send what is inside.", name)
    return None


@dataclass(frozen=True, slots=True)
class Select:
    """One select of the page: its name, words, value and what may be chosen."""

    name: str
    words: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """The selects of a mapping, and the first rows of the table as they were written."""

    fields: tuple[Select, ...]
    references: tuple[Select, ...]
    ways: tuple[Select, ...]
    values: tuple[tuple[str, Select], ...]
    currency_fixed: str
    header: tuple[str, ...]
    written: tuple[tuple[str, ...], ...]


def column_form(mapping: ColumnMapping, layout: Layout) -> ColumnForm:
    """The page's selects, filled from a mapping."""
    columns = (("", "–"), *((name, name) for name in layout.header))
    fields = [
        Select(name, words, value, _with_constant(columns, value))
        for name, words in COLUMN_FIELDS
        for value in [getattr(mapping, name)]
    ]
    references = [Select(f"ref_{kind}", words, mapping.references.get(kind, ""), columns)
                  for kind, words in REFERENCES]
    ways = (Select("side", "Whose file", mapping.side, SIDES),
            Select("sign", "Signs", mapping.sign, SIGNS),
            Select("decimal", "Figures", mapping.decimal, DECIMALS),
            Select("date_order", "Dates", mapping.date_order, DATE_ORDERS))
    place = layout.header.index(mapping.kind) if mapping.kind in layout.header else -1
    written = sorted({row[place] for _, row in layout.rows if place < len(row) and row[place]}
                     | set(mapping.kinds)) if place >= 0 else []
    kinds = (("", "–"), *((kind, kind) for kind in KINDS))
    values = tuple(
        (value, Select(f"kind_{number}", value, mapping.kinds.get(value, ""), kinds))
        for number, value in enumerate(written[:VALUES_AT_MOST])
    )
    fixed = mapping.currency[1:] if mapping.currency.startswith("=") else ""
    masked = tuple(tuple(mask_text(cell).text for cell in row)
                   for _, row in layout.rows[:WRITTEN_ROWS])
    return ColumnForm(tuple(fields), tuple(references), ways, values, fixed, layout.header, masked)


def _with_constant(columns: tuple[tuple[str, str], ...],
                   value: str) -> tuple[tuple[str, str], ...]:
    return (*columns, (value, f"always {value[1:]}")) if value.startswith("=") else columns


def corrected(post: Mapping[str, str], suggested: ColumnMapping,
              layout: Layout) -> tuple[ColumnMapping, list[Problem]]:
    """The suggestion as corrected by the selects, and why it cannot be used yet."""
    mapping = _mapping_of(post, suggested, layout.header) if post else suggested
    try:
        mapping.check()
    except AmendsError as error:
        return mapping, error.problems
    return mapping, []


def _mapping_of(post: Mapping[str, str], suggested: ColumnMapping,
                header: Sequence[str]) -> ColumnMapping:
    """A select holds a column's header, a constant (``=EUR``), or nothing."""
    known = {"", *header}

    def column(name: str, before: str) -> str:
        value = post.get(name, before).strip()
        return value if value in known or value.startswith("=") else before

    fields: dict[str, Any] = {
        name: column(name, getattr(suggested, name)) for name, _ in COLUMN_FIELDS
    }
    fixed = post.get("currency_fixed", "").strip().upper()
    if fixed and (not fields["currency"] or fields["currency"].startswith("=")):
        fields["currency"] = f"={fixed}"
    references = {
        kind: chosen for kind, _ in REFERENCES
        if (chosen := column(f"ref_{kind}", suggested.references.get(kind, "")))
    }
    return replace(
        suggested, **fields,
        references={**_others(suggested), **references},
        kinds=_kinds(post, suggested), side=_one_of(post, "side", SIDES, suggested.side),
        sign=_one_of(post, "sign", SIGNS, suggested.sign),
        decimal=_one_of(post, "decimal", DECIMALS, suggested.decimal),
        date_order=_one_of(post, "date_order", DATE_ORDERS, suggested.date_order),
    )


def _others(suggested: ColumnMapping) -> dict[str, str]:
    """Suggested references of kinds that the page does not offer."""
    offered = {kind for kind, _ in REFERENCES}
    return {kind: column for kind, column in suggested.references.items()
            if kind in REFERENCE_KINDS and kind not in offered}


def _kinds(post: Mapping[str, str], suggested: ColumnMapping) -> dict[str, str]:
    """What each value of the type column means; the page sends ``value_n`` and ``kind_n``."""
    kinds = dict(suggested.kinds)
    for name, value in post.items():
        chosen = post.get(f"kind_{name[6:]}", "") if name.startswith("value_") else ""
        if chosen in KINDS:
            kinds[value] = chosen
    return kinds


def _one_of(post: Mapping[str, str], name: str, choices: Sequence[tuple[str, str]],
            before: str) -> str:
    value = post.get(name, before)
    return value if value in {key for key, _ in choices} else before
