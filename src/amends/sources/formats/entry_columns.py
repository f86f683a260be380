"""Text columns become columns of entries, by a column mapping.

A batch of rows is turned with Arrow's own column operations, so that no Python object is made for
a cell that is regular.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from amends.money import Money, is_currency
from amends.sources.extract import PROBLEMS_KEPT, Extract, Tally, references_of
from amends.sources.figures import day, each, minor_column, plain_column
from amends.sources.mapping import CONSTANT, ColumnMapping
from amends.sources.masking import CARD_DIGITS, Card, mask_text
from amends.sources.records import ENTRY_SCHEMA, OUTGOING_KINDS

_TEXT = pa.string()
_NO_TEXT = pa.scalar(None, _TEXT)
_LONG_RUN = r"[0-9](?:[ \x{00a0}\x{2010}-\x{2015}-]?[0-9]){12}"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
_ZONED = _INSTANT + r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_ZONELESS = _INSTANT + "$"
_VERBATIM = ("account", "currency", "counterparty", "counterparty_account", "text", "code_scheme",
             "code")
_CARRIED = (*_VERBATIM, "booked_on", "value_on", "at", "amount", "credit", "debit", "amount_minor",
            "fee", "net")
_DATED = ("booked_on", "value_on", "at")


def entry_batch(
    columns: Mapping[str, pa.Array], lines: pa.Array, mapping: ColumnMapping, extract: Extract
) -> pa.RecordBatch:
    """The entries of one batch of rows; rows that are no entries are left out with a Problem."""
    table = _Table(columns, lines, mapping, extract)
    table = table.keep(_is_entry(table))
    amounts = _amounts(table)
    currency = table.text("currency")
    kind = _kinds(table)
    exact, minor = _signed(amounts, kind, mapping, minor_column(amounts, currency), table)
    first = extract.entry_count
    ids = pa.array(np.arange(first, first + table.count))
    prefix = pa.scalar(f"{extract.sha256[:16]}:")
    days = {name: table.days(name) for name in ("booked_on", "value_on")}
    if mapping.at:
        fallback = table.days("at")
        days["booked_on"] = pc.coalesce(days["booked_on"], fallback)
    statements = _statements(table, currency, minor)
    references, masked = _references(table)
    made = {
        "entry_id": pc.binary_join_element_wise(prefix, ids.cast(_TEXT), pa.scalar("")),
        "file_sha256": pa.repeat(pa.scalar(extract.sha256), table.count),
        "line": table.lines, "statement": statements, **days, "amount_minor": minor,
        "amount_exact": exact, "currency": currency, "kind": kind,
        "reversal": pa.repeat(pa.scalar(False), table.count), "references": references,
        "raw": _raw(table, masked, minor, currency),
        **{name: masked.get(name, table.text(name)) for name in _VERBATIM if name != "currency"},
    }
    return pa.RecordBatch.from_arrays([made[name] for name in ENTRY_SCHEMA.names],
                                      schema=ENTRY_SCHEMA)


class _Table:
    """One batch of rows: text columns by header, and the mapping that says what they are."""

    def __init__(self, columns: Mapping[str, pa.Array], lines: pa.Array, mapping: ColumnMapping,
                 extract: Extract) -> None:
        self.columns, self.lines = columns, lines
        self.mapping, self.extract = mapping, extract
        self.count = len(lines)

    def keep(self, rows: pa.Array) -> _Table:
        """Only the rows where ``rows`` is true."""
        if pc.all(rows).as_py():
            return self
        columns = {name: values.filter(rows) for name, values in self.columns.items()}
        return _Table(columns, self.lines.filter(rows), self.mapping, self.extract)

    def text(self, field: str) -> pa.Array:
        """The column (or constant) of a field, trimmed; null where it is empty."""
        return self.column(getattr(self.mapping, field))

    def column(self, name: str) -> pa.Array:
        """A column by its header, or a constant, trimmed; null where it is empty."""
        if not name:
            return pa.nulls(self.count, _TEXT)
        if name.startswith(CONSTANT):
            return pa.repeat(pa.scalar(name[1:] or None, _TEXT), self.count)
        values = pc.utf8_trim_whitespace(self.columns[name])
        return pc.if_else(pc.equal(values, ""), _NO_TEXT, values)

    def days(self, field: str) -> pa.Array:
        """Dates of a field; what is written and is no date is a Problem."""
        texts = self.text(field)
        if field == "at":
            texts = pc.utf8_slice_codeunits(texts, 0, 10)
        order = self.mapping.date_order
        found = each(texts, lambda text: day(text, order), pa.date32())
        bad = pc.and_(pc.is_valid(texts), pc.is_null(found))
        self.report(bad, texts, field, "is no date of the calendar.", "Correct it at the source.")
        return found

    def report(self, bad: pa.Array, texts: pa.Array, field: str, what: str, hint: str) -> None:
        """A Problem for each row where ``bad`` is true."""
        places = pc.indices_nonzero(pc.fill_null(bad, False))
        named = getattr(self.mapping, field, "") or field
        for place in places[:PROBLEMS_KEPT].to_pylist():
            shown = (texts[place].as_py() or "")[:60]
            self.extract.problem(f"{repr(shown) if shown else 'An empty cell'} {what}", hint,
                                 line=self.lines[place].as_py(), field=named)
        self.extract.problems_left_out += max(0, len(places) - PROBLEMS_KEPT)


def _is_entry(table: _Table) -> pa.Array:
    """Rows with a day, where the table has days at all: a row without one is a total or a note."""
    dated = [name for name in _DATED if table.mapping.columns().get(name)]
    filled = pa.repeat(pa.scalar(False), table.count)
    for values in table.columns.values():
        filled = pc.or_(filled, pc.not_equal(pc.utf8_trim_whitespace(values), ""))
    if not dated:
        return filled
    has_day = pa.repeat(pa.scalar(False), table.count)
    for name in dated:
        has_day = pc.or_(has_day, pc.is_valid(table.text(name)))
    undated = pc.and_(filled, pc.invert(has_day))
    said = pc.coalesce(*(table.column(name) for name in table.columns))
    table.report(undated, said, dated[0], "stands on a row without a date: it is no entry.",
                 "If it is one, correct the mapping of the date.")
    return has_day


def _amounts(table: _Table) -> pa.Array:
    """Plain decimal text of each row's amount, credit positive; null with a Problem if unclear."""
    mapping = table.mapping
    if mapping.amount_minor:
        return _from_minor(table)
    if mapping.amount:
        return _plain(table, "amount")
    credit, debit = _plain(table, "credit", needed=False), _plain(table, "debit", needed=False)
    credit, debit = _no_zero(credit, debit), _no_zero(debit, credit)
    taken = pc.replace_substring_regex(debit, r"^-", "")
    both = pc.and_(pc.is_valid(credit), pc.is_valid(debit))
    neither = pc.and_(pc.is_null(table.text("credit")), pc.is_null(table.text("debit")))
    table.report(both, credit, "credit", "stands beside a debit.", "One of them is wrong.")
    table.report(neither, credit, "credit", "stands where a credit or a debit should.",
                 "Correct it at the source.")
    signed = pc.binary_join_element_wise(pa.scalar("-"), taken, pa.scalar(""))
    return pc.if_else(both, _NO_TEXT, pc.coalesce(credit, signed))


def _no_zero(plain: pa.Array, other: pa.Array) -> pa.Array:
    """A zero beside a figure on the other side is the writer's way of saying nothing."""
    zero = pc.and_(pc.match_substring_regex(plain, r"^-?0+(?:\.0*)?$"), pc.is_valid(other))
    return pc.if_else(pc.fill_null(zero, False), _NO_TEXT, plain)


def _plain(table: _Table, field: str, *, needed: bool = True) -> pa.Array:
    texts = table.text(field)
    plain = plain_column(texts, table.mapping.decimal)
    bad = pc.is_null(plain) if needed else pc.and_(pc.is_null(plain), pc.is_valid(texts))
    mark = table.mapping.decimal
    table.report(bad, texts, field, f"is no amount with {mark!r} as decimal mark.",
                 "The entry is kept without an amount.")
    return plain


def _from_minor(table: _Table) -> pa.Array:
    """Decimal text from a column of minor units."""
    texts = table.text("amount_minor")
    whole = pc.match_substring_regex(texts, r"^-?[0-9]{1,18}$")
    table.report(pc.invert(pc.fill_null(whole, False)), texts, "amount_minor",
                 "is no whole number of minor units.", "The entry is kept without an amount.")
    currency = table.text("currency")
    exact = [
        _shifted(text, code) if good else None
        for text, code, good in zip(texts.to_pylist(), currency.to_pylist(), whole.to_pylist(),
                                    strict=True)
    ]
    return pa.array(exact, _TEXT)


def _shifted(text: str, currency: str | None) -> str | None:
    return Money(int(text), currency).decimal() if currency and is_currency(currency) else None


def _kinds(table: _Table) -> pa.Array:
    """Each row's kind; a value that the mapping does not translate is ``adjustment``, named."""
    if not table.mapping.kind or table.mapping.kind.startswith(CONSTANT):
        kind = table.mapping.kind[1:] or "adjustment"
        return pa.repeat(pa.scalar(kind), table.count)
    texts = table.text("kind")
    folded = {key.strip().casefold(): value for key, value in table.mapping.kinds.items()}
    found = each(texts, lambda text: folded.get(text.casefold()), _TEXT)
    table.report(pc.is_null(found), texts, "kind", "is a type that the mapping does not translate.",
                 "It is read as an adjustment; add it to the mapping.")
    return pc.fill_null(found, "adjustment")


def _signed(
    plain: pa.Array, kind: pa.Array, mapping: ColumnMapping, minor: pa.Array, table: _Table
) -> tuple[pa.Array, pa.Array]:
    """Exact and minor amounts with the sign of the kind where the file writes none."""
    _report_without_minor(plain, minor, table)
    if mapping.sign != "by_kind":
        return plain, minor
    outgoing = pc.is_in(kind, pa.array(OUTGOING_KINDS))
    turn = pc.and_(outgoing, pc.invert(pc.match_substring_regex(plain, r"^-|^0+(\.0+)?$")))
    turn = pc.fill_null(turn, False)
    exact = pc.if_else(turn, pc.binary_join_element_wise(pa.scalar("-"), plain, pa.scalar("")),
                       plain)
    return exact, pc.if_else(turn, pc.negate(minor), minor)


def _report_without_minor(plain: pa.Array, minor: pa.Array, table: _Table) -> None:
    """Why an amount has no minor units: no currency, an unknown one, or too fine a figure."""
    without = pc.and_(pc.is_valid(plain), pc.is_null(minor))
    if not table.mapping.currency:
        if table.extract.entry_count == 0 and pc.any(without).as_py():
            table.extract.problem(
                "The column mapping names no currency, so the amounts have no minor unit.",
                "Name the column, or a constant such as =EUR.", field="currency")
        return
    currency = table.text("currency")
    known = pa.array([code for code in pc.unique(currency).to_pylist()
                      if code and is_currency(code)], _TEXT)
    has_unit = pc.is_in(currency, known)
    table.report(pc.and_(without, pc.invert(has_unit)), currency, "currency",
                 "is no currency, so the amount has no minor unit.", "Correct it at the source.")
    table.report(pc.and_(without, has_unit), plain, "amount",
                 "is finer than the minor unit of its currency.",
                 "It is kept exactly and left out of the sums.")


def _statements(table: _Table, currency: pa.Array, minor: pa.Array) -> pa.Array:
    """One statement for each currency, so that sums mean something; its number on each row."""
    extract = table.extract
    by_code = {tally.currency: tally for tally in extract.tallies}
    account = table.mapping.account
    constant = account[1:] if account.startswith(CONSTANT) else None
    numbers = pa.nulls(table.count, pa.int32())
    for code in pc.unique(currency).to_pylist():
        if code not in by_code:
            by_code[code] = extract.open_statement(constant, code)
        tally = by_code[code]
        rows = pc.is_null(currency) if code is None else pc.fill_null(
            pc.equal(currency, code), False)
        _count(tally, minor.filter(rows))
        numbers = pc.if_else(rows, pa.scalar(tally.number, pa.int32()), numbers)
    return numbers


def _count(tally: Tally, minor: pa.Array) -> None:
    tally.entries += len(minor)
    if tally.currency:
        tally.currencies.add(tally.currency)
    if minor.null_count or tally.credits_minor is None or tally.debits_minor is None:
        tally.credits_minor = tally.debits_minor = None
        return
    total = pc.sum(minor.cast(pa.decimal128(38, 0))).as_py() or 0
    credits = pc.sum(minor.filter(pc.greater(minor, 0)).cast(pa.decimal128(38, 0))).as_py() or 0
    tally.credits_minor += int(credits)
    tally.debits_minor += int(credits) - int(total)


def _references(table: _Table) -> tuple[pa.ListArray, dict[str, pa.Array]]:
    """The ``references`` column, and the text fields with their card numbers masked.

    Columns that the mapping names as references are kept as written; card numbers found anywhere
    else are masked and give a keyed hash and the last four digits.
    """
    mapping, key = table.mapping, table.extract.card_key
    named = [(kind, table.column(column)) for kind, column in mapping.references.items()
             if kind != "card"]
    cards: dict[int, list[Card]] = {}
    masked: dict[str, pa.Array] = {}
    for field in ("account", "counterparty", "counterparty_account", "text"):
        masked[field] = _mask(table.text(field), key, cards)
    for column in _loose(table):
        masked[f"raw {column}"] = _mask(table.columns[column], key, cards)
    extra = _card_rows(table, cards)
    return _lists(table.count, [*named, *extra]), masked


def _loose(table: _Table) -> list[str]:
    """The columns that no column of the entry holds: they go into ``raw``."""
    mapping = table.mapping
    carried = {getattr(mapping, name) for name in _CARRIED}
    carried |= {column for kind, column in mapping.references.items() if kind != "card"}
    return [column for column in table.columns if column not in carried]


def _mask(texts: pa.Array, key: bytes, cards: dict[int, list[Card]]) -> pa.Array:
    """A column without card numbers; which cards stood in which row goes into ``cards``."""
    if (pc.max(pc.binary_length(texts)).as_py() or 0) < CARD_DIGITS[0]:
        return texts
    suspects = pc.fill_null(pc.match_substring_regex(texts, _LONG_RUN), False)
    places = pc.indices_nonzero(suspects).to_pylist()
    if not places:
        return texts
    known: dict[str, Any] = {}
    put: list[str | None] = [None] * len(texts)
    for place, text in zip(places, texts.filter(suspects).to_pylist(), strict=True):
        found = known.get(text) or known.setdefault(text, mask_text(text, key))
        if found.cards:
            put[place] = found.text
            cards.setdefault(place, []).extend(found.cards)
    return pc.coalesce(pa.array(put, _TEXT), texts)


def _card_rows(table: _Table, cards: Mapping[int, list[Card]]) -> list[tuple[str, pa.Array]]:
    """Reference columns ``card`` and ``last4`` of the masked numbers: the first two of a row."""
    made: list[tuple[str, list[str | None]]] = []
    for place, found in cards.items():
        given = table.mapping.references.get("last4")
        for number, (kind, value) in enumerate(references_of(found)[:6]):
            if kind == "last4" and given and table.columns[given][place].as_py() == value:
                continue
            while len(made) <= number:
                made.append((kind, [None] * table.count))
            made[number][1][place] = f"{kind}\x1f{value}"
    return [("", pa.array(values, _TEXT)) for _, values in made]


def _lists(count: int, named: Sequence[tuple[str, pa.Array]]) -> pa.ListArray:
    """One list of kind and value for each row, from columns of values (null: no reference).

    A column with the empty kind holds ``kind`` and value in one text, parted by a unit separator.
    """
    if not named:
        return pa.array([[]] * count, ENTRY_SCHEMA.field("references").type)
    width = len(named)
    values = pa.concat_arrays([pc.cast(column, _TEXT) for _, column in named])
    order = pa.array(np.arange(width * count).reshape(width, count).T.ravel())
    names = pa.array([kind for kind, _ in named], _TEXT)
    values, kinds = values.take(order), names.take(pa.array(np.tile(np.arange(width), count)))
    valid = pc.is_valid(values)
    per_row = np.asarray(valid.to_numpy(zero_copy_only=False)).reshape(count, width).sum(axis=1)
    offsets = np.concatenate(([0], np.cumsum(per_row))).astype(np.int32)
    values, kinds = values.filter(valid), kinds.filter(valid)
    joined = pc.equal(kinds, "")
    if pc.any(joined).as_py():
        parts = pc.split_pattern(values, "\x1f")
        kinds = pc.if_else(joined, pc.list_element(parts, 0), kinds)
        values = pc.replace_substring_regex(values, r"^[a-z0-9_]+\x1f", "")
    pairs = pa.StructArray.from_arrays([kinds, values], names=["kind", "value"])
    return pa.ListArray.from_arrays(pa.array(offsets), pairs)


def _raw(table: _Table, masked: Mapping[str, pa.Array], minor: pa.Array,
         currency: pa.Array) -> pa.Array:
    """JSON of what no other column holds as written: instant, fee, gross, net, other columns."""
    mapping = table.mapping
    parts: list[pa.Array] = []
    if mapping.at:
        parts.append(_member("at", _quoted(_instants(table.text("at")))))
    if mapping.fee or mapping.net:
        parts += _charges(table, minor, currency)
    for column in _loose(table):
        values = masked[f"raw {column}"]
        values = pc.if_else(pc.equal(values, ""), _NO_TEXT, values)
        parts.append(_member(column, _quoted(values)))
    if not parts:
        return pa.repeat(pa.scalar("{}"), table.count)
    inside = pc.binary_join_element_wise(*parts, pa.scalar(","), null_handling="skip")
    return pc.binary_join_element_wise(pa.scalar("{"), inside, pa.scalar("}"), pa.scalar(""))


def _charges(table: _Table, minor: pa.Array, currency: pa.Array) -> list[pa.Array]:
    """Fee, gross and net in minor units; net is gross less fee where the table has no net."""
    mapping = table.mapping
    fee = minor_column(_plain(table, "fee", needed=False), currency) if mapping.fee else None
    if mapping.net:
        net = minor_column(_plain(table, "net", needed=False), currency)
        fee = pc.subtract(minor, net) if fee is None else fee
    else:
        net = pc.subtract(minor, fee)
    figures = {"fee_minor": fee, "gross_minor": minor, "net_minor": net}
    return [_member(name, pc.cast(values, _TEXT)) for name, values in figures.items()]


def _instants(texts: pa.Array) -> pa.Array:
    """ISO instants; a time without a zone is taken as UTC. Other forms stay as written."""
    zoneless = pc.fill_null(pc.match_substring_regex(texts, _ZONELESS), False)
    zoned = pc.fill_null(pc.match_substring_regex(texts, _ZONED), False)
    joined = pc.replace_substring(texts, " ", "T", max_replacements=1)
    in_utc = pc.binary_join_element_wise(joined, pa.scalar("Z"), pa.scalar(""))
    return pc.if_else(zoneless, in_utc, pc.if_else(zoned, joined, texts))


def _quoted(texts: pa.Array) -> pa.Array:
    """JSON strings; control characters and quotes are rare, so only those rows go by Python."""
    odd = pc.fill_null(pc.match_substring_regex(texts, r'["\\\x00-\x1f]'), False)
    plain = pc.binary_join_element_wise(pa.scalar('"'), texts, pa.scalar('"'), pa.scalar(""))
    if not pc.any(odd).as_py():
        return plain
    escaped = each(pc.if_else(odd, texts, _NO_TEXT),
                   lambda text: json.dumps(text, ensure_ascii=False), _TEXT)
    return pc.if_else(odd, escaped, plain)


def _member(name: str, values: pa.Array) -> pa.Array:
    """``"name":value``, null where the value is null."""
    head = pa.scalar(json.dumps(name, ensure_ascii=False) + ":")
    return pc.binary_join_element_wise(head, values, pa.scalar(""))
