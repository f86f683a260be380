"""Suggest how the columns of a table are read, from its header and its first rows.

Header words are known in English, German, French, Spanish, Polish and Swedish; a suggestion also
has to fit the values under it. A person sees the preview and corrects it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from amends.money import is_currency
from amends.problems import AmendsError, Problem
from amends.sources.extract import Extract
from amends.sources.figures import day, plain_amount
from amends.sources.formats.entry_columns import entry_batch
from amends.sources.header_words import HEADER_WORDS, KIND_WORDS, REFERENCE_WORDS
from amends.sources.layout import Layout, layout_of
from amends.sources.mapping import ColumnMapping, fingerprint

__all__ = ["ColumnMapping", "preview", "shape_of", "suggest"]

_DAY_FIELDS = ("booked_on", "value_on", "at")
_FIGURE_FIELDS = ("amount", "credit", "debit", "amount_minor", "fee", "net")
_TIME = re.compile(r"\d{1,2}:\d{2}")


def shape_of(path: Path) -> str:
    """The fingerprint of a table's header, by which mappings are remembered; AmendsError if none.

    """
    return fingerprint(layout_of(path).header)


def suggest(path: Path) -> ColumnMapping:
    """The mapping that header and values speak for; AmendsError when no table is found.

    Where no column looks like an amount the mapping's ``amount`` is empty, for a person to fill.
    """
    return suggest_for(layout_of(path))


def preview(
    path: Path, mapping: ColumnMapping, rows: int = 20
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The first rows read with ``mapping``, as rows of ENTRY_SCHEMA, and what is wrong with them.

    Card numbers are masked here too; no key is used.
    """
    mapping.check()
    layout = layout_for(path, mapping)
    check_columns(mapping, layout.header)
    taken: list[pa.RecordBatch] = []
    extract = Extract(path.name, "0" * 64, b"", taken.append)
    names = list(layout.header)
    shown = [list(row) + [""] * (len(names) - len(row)) for _, row in layout.rows[:rows]]
    columns = {name: pa.array([row[place] for row in shown], pa.string())
               for place, name in enumerate(names)}
    lines = pa.array([line for line, _ in layout.rows[:rows]], pa.int64())
    extract.add_batch(entry_batch(columns, lines, mapping, extract))
    return pa.Table.from_batches(taken).to_pylist(), extract.problems


def layout_for(path: Path, mapping: ColumnMapping) -> Layout:
    """The layout of a file as ``mapping`` says it lies."""
    return layout_of(path, delimiter=mapping.delimiter, header_row=mapping.header_row,
                     sheet=mapping.sheet)


def check_columns(mapping: ColumnMapping, header: Sequence[str]) -> None:
    """AmendsError with a Problem for each column that the mapping names and the table lacks."""
    missing = [
        Problem("error", f"The table has no column {column!r}, which the mapping names.",
                f"The columns are {', '.join(header[:40])}.", field=field)
        for field, column in mapping.columns().items() if column not in header
    ]
    if missing:
        raise AmendsError(missing)


def suggest_for(layout: Layout) -> ColumnMapping:
    """The suggestion for a layout that was already looked at."""
    samples = {name: [row[place] for _, row in layout.rows if place < len(row) and row[place]]
               for place, name in enumerate(layout.header)}
    figures = [value for values in samples.values() for value in values]
    mapping = ColumnMapping(
        shape=fingerprint(layout.header), format=layout.format, delimiter=layout.delimiter,
        header_row=layout.header_row, sheet=layout.sheet, decimal=_decimal(figures),
        date_order=_date_order(figures))
    taken: dict[str, str] = {}
    for field, words in HEADER_WORDS.items():
        fits = _fit(field, mapping)
        column = _best(words, samples, taken, fits)
        if column:
            taken[column] = field
    found = {field: column for column, field in taken.items()}
    references: dict[str, str] = {}
    for kind, words in REFERENCE_WORDS.items():
        column = _best(words, samples, dict.fromkeys([*taken, *references.values()], ""),
                       lambda values: True)
        if column:
            references[kind] = column
    return _finish(replace(mapping, **_settle(found, samples), references=references), samples)


def _settle(found: Mapping[str, str], samples: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Columns as found, without those that would say the same thing twice."""
    fields: dict[str, Any] = dict(found)
    if "gross" in fields:
        fields["amount"] = fields.pop("gross")
    if "credit" in fields and "debit" in fields:
        fields.pop("amount", None)
    else:
        fields.pop("credit", None)
        fields.pop("debit", None)
    if "amount" in fields:
        fields.pop("amount_minor", None)
    booked = fields.get("booked_on")
    if booked and "at" not in fields and any(_TIME.search(text) for text in samples[booked]):
        fields["at"] = booked
    if "currency" not in fields:
        fields["currency"] = ""
    return fields


def _finish(mapping: ColumnMapping, samples: Mapping[str, Sequence[str]]) -> ColumnMapping:
    """Side, kinds and constants, from what the columns hold."""
    references = mapping.references
    bank = bool(mapping.counterparty_account or mapping.counterparty or mapping.credit)
    if mapping.fee or "payout" in references or "card" in references or mapping.code:
        side = "processor"
    elif bank or not (mapping.kind or references):
        side = "bank"
    else:
        side = "ledger"
    kinds: dict[str, str] = {}
    settles = bool(mapping.fee or mapping.net or "payout" in references)
    plain = {"ledger": "order", "processor": "settlement" if settles else "capture",
             "bank": "bank"}[side]
    for value in sorted(set(samples.get(mapping.kind, ()))):
        known = KIND_WORDS.get(_bare(value))
        if known:
            kinds[value] = plain if known == "payment" else known
    kind = mapping.kind if kinds else f"={plain}"
    if side == "bank":
        kind, kinds = "=bank", {}
    scheme = "=iso8583" if mapping.code and not mapping.code_scheme else mapping.code_scheme
    currency = mapping.currency or _currency_in_headers(mapping)
    return replace(mapping, side=side, kind=kind, kinds=kinds, code_scheme=scheme,
                   currency=currency)


def _currency_in_headers(mapping: ColumnMapping) -> str:
    """A currency named in the header of the amount, as in ``Amount (EUR)``."""
    for column in (mapping.amount, mapping.credit, mapping.debit):
        for word in re.findall(r"[A-Z]{3}", column):
            if is_currency(word):
                return f"={word}"
    return ""


def _best(
    words: Sequence[str], samples: Mapping[str, Sequence[str]], taken: Mapping[str, str],
    fits: Callable[[Sequence[str]], bool],
) -> str:
    """The free column whose header says one of ``words`` (the earlier the better) and that fits."""
    bare = {column: _bare(column) for column in samples if column not in taken}
    for inside in (False, True):
        for word in words:
            for column, name in bare.items():
                said = f" {word} " in f" {name} " if inside else name == word
                if said and fits(samples[column]):
                    return column
    return ""


def _fit(field: str, mapping: ColumnMapping) -> Callable[[Sequence[str]], bool]:
    """Whether the values of a column can be what the field holds."""
    if field in _DAY_FIELDS:
        return lambda values: _mostly(values, lambda text: day(text, mapping.date_order))
    if field in (*_FIGURE_FIELDS, "gross"):
        return lambda values: _mostly(
            values, lambda text: plain_amount(text, mapping.decimal) is not None)
    if field == "currency":
        return lambda values: _mostly(values, is_currency)
    return lambda values: True


def _mostly(values: Sequence[str], test: Callable[[str], object]) -> bool:
    good = sum(1 for value in values if test(value))
    return good * 4 >= len(values) * 3


def _bare(name: str) -> str:
    """A header in lower case, without accents, its words parted by one space."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9ł]+", letters.casefold())).replace("ł", "l")


def _decimal(values: Sequence[str]) -> str:
    """The decimal mark: a comma where figures end in one with one or two digits."""
    commas = sum(1 for text in values if re.fullmatch(r"[-+(]?[\d.\s\u00a0]*\d,\d{1,2}[-)]?\D{0,5}",
                                                      text))
    points = sum(1 for text in values if re.fullmatch(r"[-+(]?[\d,]*\d\.\d{1,2}[-)]?\D{0,5}", text))
    return "," if commas > points else "."


def _date_order(values: Sequence[str]) -> str:
    """``mdy`` only where a date can be read in no other way."""
    parts = [re.match(r"(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})\b", text) for text in values]
    pairs = [(int(found[1]), int(found[2])) for found in parts if found]
    return "mdy" if any(second > 12 for _, second in pairs) and not any(
        first > 12 for first, _ in pairs) else "dmy"


def read_mapping(row: object) -> ColumnMapping:
    """A mapping from JSON or from code; AmendsError when it is neither."""
    if isinstance(row, ColumnMapping):
        row.check()
        return row
    if isinstance(row, Mapping):
        return ColumnMapping.from_dict(row)
    raise AmendsError(Problem("error", "The column mapping is not an object.",
                              'Write {"amount": "<column>", ...}.'))
