"""Rows that are there twice, and rows that differ from another only by two swapped digits.

Two rows may agree by chance. Each column says how surprising its agreement is, in bits; a pair is
told only when chance would hardly bring it about anywhere in the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import log2

from amends.anomalies.numbers import swapped, swapped_text
from amends.anomalies.report import Finding
from amends.anomalies.sheets import Sheet, Value, address
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_KEY = re.compile(r"\b(?:id|ids|ref|reference|invoice|payment|payout|order|transaction|txn|case|"
                  r"arn|rrn|number|no|nr|belegnr|rechnung)\b|_id\b|reference", re.IGNORECASE)
_BITS_MIN = 5.0
_OTHER_ID_BITS_MIN = 9.0
_SHARE_MAX = 0.1
_NEAR_ROWS_MAX = 50_000


def duplicates(survey: Survey) -> Iterator[Finding]:
    """Each repeated row once, told at its later place; swapped digits between near twins."""
    for table in survey.tables:
        if len(table.items) >= 4 and len(table.columns) >= 2:
            twins = _Twins(table)
            yield from twins.repeated()
            for row in twins.told:
                for column in table.columns:
                    survey.mend(table, (row, column), Decimal(0))
            if len(table.items) <= _NEAR_ROWS_MAX:
                yield from twins.swapped()


@dataclass(frozen=True, slots=True)
class _Column:
    """One compared column: its values by row, how often each comes, whether it names the row."""

    number: int
    values: Mapping[int, Value]
    counts: Mapping[Value, int]
    names_rows: bool
    counts_rows: bool

    def bits(self, value: Value, rows: int) -> float:
        """How surprising it is that two rows share this value."""
        if value is None:
            return 0.0
        if self.names_rows:  # a reference is there once by its nature
            return 2 * log2(rows) + _BITS_MIN + 1
        often = max(self.counts[value] - 1, 1) / rows
        bits = -log2(min(often, 1.0))
        if isinstance(value, Decimal) and self.counts[value] <= 2 and not self.repeats(rows):
            bits = max(bits, 2.2 * len(value.normalize().as_tuple().digits))
        return bits

    def repeats(self, rows: int) -> bool:
        """Whether values of this column come again and again, like prices of a list."""
        return len(self.counts) < 0.7 * min(len(self.values), rows)


class _Twins:
    """The rows of one table, compared by the columns that are not reckoned from others."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [_column(table, column) for column in table.columns
                        if not table.is_formula_column(column)]
        self.columns = [column for column in self.columns if column.values]
        self.rows = [row for row in table.items
                     if sum(row in column.values for column in self.columns) >= 2]
        self.told: set[int] = set()

    def repeated(self) -> Iterator[Finding]:
        """Rows alike in every column, but for a running number or a line id of their own."""
        free = {column.number for column in self.columns if column.counts_rows}
        yield from self._alike(free)
        for column in self.columns:
            if column.names_rows and column.number not in free:
                yield from self._alike(free | {column.number})
        yield from self._same_key()

    def _alike(self, free: set[int]) -> Iterator[Finding]:
        compared = [column for column in self.columns if column.number not in free]
        groups: dict[tuple[Value, ...], list[int]] = {}
        for row in self.rows:
            groups.setdefault(tuple(column.values.get(row) for column in compared), []).append(row)
        twins = [rows for rows in groups.values() if len(rows) > 1]
        if sum(len(rows) - 1 for rows in twins) > max(2, _SHARE_MAX * len(self.rows)):
            return
        for rows in twins:
            for row in rows[1:]:
                surprise = self._surprise(compared, row)
                need = _BITS_MIN if self._same_own(rows[0], row, free) else _OTHER_ID_BITS_MIN
                if row not in self.told and surprise >= need and len(compared) >= 2:
                    self.told.add(row)
                    yield self._twin(rows[0], row, compared, free, surprise)

    def _same_own(self, first: int, row: int, free: set[int]) -> bool:
        """Whether the rows also agree where each has a name of its own."""
        return all(column.values.get(first) == column.values.get(row) for column in self.columns
                   if column.number in free and not column.counts_rows)

    def _surprise(self, compared: list[_Column], row: int) -> float:
        """Bits of the row's values beyond what the number of pairs makes likely; each further
        column counts less, since columns lean on each other."""
        bits = sorted((column.bits(column.values.get(row), len(self.rows))
                       for column in compared), reverse=True)
        return sum(bit / (1 + i * 0.25) for i, bit in enumerate(bits)) \
            - 2 * log2(len(self.rows)) + 1

    def _twin(self, first: int, row: int, compared: list[_Column], free: set[int],
              surprise: float) -> Finding:
        table = self.table
        name = self._name(row, compared)
        own = [column for column in self.columns if column.number in free]
        but = f", only {table.column_name(own[0].number)} differs" if own and not all(
            column.values.get(first) == column.values.get(row) for column in own) else ""
        return finding(
            "duplicate", table, [_whole_row(table, row), _whole_row(table, first)],
            f"{name} is in rows {first} and {row}, alike in all {len(compared)} "
            f"columns compared{but}.",
            "Leave one out." + self._worth(row), score=min(0.97, 0.72 + 0.02 * surprise)
            - (0.1 if but else 0.0))

    def _name(self, row: int, compared: list[_Column]) -> str:
        named = [column for column in compared if column.names_rows or len(column.counts)
                 > 0.6 * len(column.values)]
        values = [self.table.sheet.value(row, column.number) for column in (*named, *compared)]
        first = next((value for value in values if isinstance(value, str)), values[0])
        return str(first)[:60]

    def _worth(self, row: int) -> str:
        """What the second row adds to the last amount column."""
        amounts = [(column.number, value) for column in self.columns
                   if isinstance(value := column.values.get(row), Decimal)
                   and value.as_tuple().exponent == -2]
        if not amounts:
            return ""
        return f" {plain(abs(amounts[0][1]))} less in {self.table.column_name(amounts[0][0])}."

    def _same_key(self) -> Iterator[Finding]:
        """A reference that should be there once, twice, with the same amount."""
        for column in self.columns:
            if not column.names_rows or not _KEY.search(self.table.title(column.number)):
                continue
            seen: dict[Value, list[int]] = {}
            for row in self.rows:
                value = column.values.get(row)
                if value is None:
                    continue
                before = seen.setdefault(value, [])
                first = next((other for other in before
                              if self._amounts_agree(other, row, column)), None)
                before.append(row)
                if first is not None and row not in self.told:
                    self.told.add(row)
                    yield self._twice(column, first, row)

    def _twice(self, key: _Column, first: int, row: int) -> Finding:
        return finding(
            "duplicate", self.table,
            [_whole_row(self.table, row), _whole_row(self.table, first)],
            f"{self.table.column_name(key.number)} {self.table.sheet.value(row, key.number)} "
            f"is in rows {first} and {row} with the same amounts; nearly every other one is there "
            "once.",
            "Leave one out." + self._worth(row), score=0.8, what="The reference is there twice")

    def _amounts_agree(self, one: int, other: int, key: _Column) -> bool:
        pairs = [(column.values.get(one), column.values.get(other)) for column in self.columns
                 if column is not key and not (column.names_rows or column.counts_rows)]
        if any(isinstance(a, str) and a != b and self.counts_few(column)
               for column in self.columns
               if (a := column.values.get(one)) != (b := column.values.get(other))):
            return False
        figures = [(a, b) for a, b in pairs if isinstance(a, Decimal) and isinstance(b, Decimal)
                   and len(a.normalize().as_tuple().digits) >= 3]
        return bool(figures) and all(a == b for a, b in figures)

    def counts_few(self, column: _Column) -> bool:
        """Whether a column sorts the rows into few kinds."""
        return len(column.counts) <= max(12, len(self.rows) // 20)

    def swapped(self) -> Iterator[Finding]:
        """Rows alike in all columns but one, where two neighbouring digits changed places."""
        free = {column.number for column in self.columns if column.counts_rows}
        kept = [column for column in self.columns if column.number not in free]
        for odd in kept if len(kept) >= 3 else []:
            others = [column for column in kept if column is not odd]
            groups: dict[tuple[Value, ...], list[int]] = {}
            for row in self.rows:
                groups.setdefault(tuple(column.values.get(row) for column in others),
                                  []).append(row)
            for rows in groups.values():
                if len(rows) == 2 and self._surprise(others, rows[1]) >= _BITS_MIN:
                    yield from self._swap(odd, *rows)

    def _swap(self, odd: _Column, first: int, row: int) -> Iterator[Finding]:
        one, other = odd.values.get(first), odd.values.get(row)
        texts = isinstance(one, str) and isinstance(other, str) and swapped_text(one, other)
        figures = isinstance(one, Decimal) and isinstance(other, Decimal) and swapped(one, other)
        if not (texts or figures) or row in self.told:
            return
        self.told.add(row)
        yield finding(
            "transposed_digits", self.table,
            [address(row, odd.number), address(first, odd.number)],
            f"Rows {first} and {row} are alike but for {self.table.column_name(odd.number)}: "
            f"{_text(one)} and {_text(other)}, two digits changed places.",
            f"One of them is {_text(one)} or {_text(other)} entered twice; look at the source.",
            score=0.82)


def _text(value: Value) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def _column(table: Table, number: int) -> _Column:
    values = {row: _folded(value) for row, value in table.values(number)}
    counts = Counter(values.values())
    distinct = len(counts) >= 0.9 * len(values) and len(values) >= 4
    figures = all(isinstance(value, Decimal) for value in values.values())
    coded = sum(_is_code(value) for value in values.values()) >= 0.95 * max(len(values), 1)
    keyed = bool(_KEY.search(table.title(number))) or (coded and not figures)
    return _Column(number, values, counts, distinct and coded and keyed,
                   figures and _counts(table.sheet, number, table.items))


def _is_code(value: Value) -> bool:
    if isinstance(value, str):
        return any(sign.isdigit() for sign in value)
    return isinstance(value, Decimal) and value % 1 == 0


def _folded(value: Value) -> Value:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _counts(sheet: Sheet, column: int, rows: tuple[int, ...]) -> bool:
    """Whether the column only counts its rows: 1, 2, 3."""
    numbers = [sheet.number(row, column) for row in rows]
    steps = [b - a for a, b in pairwise(numbers)
             if a is not None and b is not None]
    return len(steps) >= 3 and len(steps) == len(rows) - 1 and all(step == 1 for step in steps)


def _whole_row(table: Table, row: int) -> str:
    return f"{address(row, table.left)}:{address(row, table.right)}"
