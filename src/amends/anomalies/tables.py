"""Where the tables of a sheet are: header, item rows, total rows; several in one sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from amends.anomalies.formulas import sum_area
from amends.anomalies.sheets import Sheet, Value, letters

_TOTAL = re.compile(
    r"\W*(?:(?:grand|sub|net|gross|overall)[- ]?)?(?:totals?|sum|totaux|summa|summe|gesamt\w*|"
    r"totalt|totale|suma|somme|итого|all(?: [a-z]+)? total)\b|.*\b(?:sub)?totals?\W*\Z",
    re.IGNORECASE)
_STATISTIC = re.compile(
    r"\W*(?:average|avg|mean|median|min(?:imum)?|max(?:imum)?|count|std|snitt|durchschnitt|"
    r"change|difference|check|balance|opening|closing|brought|carried)\b", re.IGNORECASE)
_HEADER_DEPTH = 15
_LABEL_MAX = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A block of a sheet: its edges, its header row (0 where it has none), the rows that hold
    items and the rows that sum them up."""

    sheet: Sheet
    left: int
    right: int
    header: int
    items: tuple[int, ...]
    totals: tuple[int, ...]
    seen: dict[int, list[tuple[int, Value]]] = field(default_factory=dict, compare=False)

    @property
    def columns(self) -> range:
        """Its columns, from 1."""
        return range(self.left, self.right + 1)

    def title(self, column: int) -> str:
        """The header text of a column, or nothing."""
        value = self.sheet.value(self.header, column) if self.header else None
        return " ".join(value.split()) if isinstance(value, str) else ""

    def column_name(self, column: int) -> str:
        """The header in quotes, or the column's letter."""
        from_header = self.title(column)
        return f"{from_header!r}" if from_header else f"column {letters(column)}"

    def values(self, column: int) -> list[tuple[int, Value]]:
        """The filled cells of a column among the items, with their rows."""
        if column not in self.seen:
            rows, at = self.sheet.rows, column - 1
            self.seen[column] = [(row, value) for row in self.items if row <= len(rows)
                                 and at < len(cells := rows[row - 1])
                                 and (value := cells[at]) is not None]
        return self.seen[column]

    def numbers(self, column: int) -> list[tuple[int, Decimal]]:
        """The numbers of a column among the items, with their rows."""
        return [(row, value) for row, value in self.values(column) if isinstance(value, Decimal)]

    def is_formula_column(self, column: int) -> bool:
        """Whether most of its items are formulas."""
        if not self.sheet.formulas:
            return False
        made = sum((row, column) in self.sheet.formulas for row in self.items)
        return made * 2 > max(len(self.values(column)), 1)


def tables(sheet: Sheet) -> list[Table]:
    """Every table of a sheet, from the top; single lines and notes are no tables, a line of
    totals under a gap belongs to the table above it."""
    found: list[Table] = []
    for top, bottom, left, right in _blocks(sheet):
        if found and bottom - top < 2 and _overlap(found[-1], left, right):
            extra = tuple(row for row in range(top, bottom + 1) if _is_total(sheet, row, left,
                                                                             right))
            if extra:
                last = found.pop()
                found.append(Table(sheet, min(last.left, left), max(last.right, right),
                                   last.header, last.items, last.totals + extra))
                continue
        table = _table(sheet, top, bottom, left, right)
        if len(table.items) >= 2:
            found.append(table)
    return found


def _overlap(table: Table, left: int, right: int) -> bool:
    return left <= table.right and right >= table.left


def _blocks(sheet: Sheet) -> Iterator[tuple[int, int, int, int]]:
    """Rectangles parted by blank rows, then by blank columns, then by blank rows again."""
    width = max(sheet.width, max((column for _, column in sheet.formulas), default=0))
    height = max(sheet.height, max((row for row, _ in sheet.formulas), default=0))
    for top, bottom in _bands(sheet, 1, height, 1, width):
        for left, right in _strips(sheet, top, bottom, 1, width):
            for first, last in _bands(sheet, top, bottom, left, right):
                yield first, last, left, right


def _bands(sheet: Sheet, top: int, bottom: int, left: int, right: int
           ) -> Iterator[tuple[int, int]]:
    made = {row for row, column in sheet.formulas if left <= column <= right}
    start = 0
    for row in range(top, bottom + 1):
        filled = row in made or next(sheet.filled(row, left, right), None) is not None
        if filled and not start:
            start = row
        elif not filled and start:
            yield start, row - 1
            start = 0
    if start:
        yield start, bottom


def _strips(sheet: Sheet, top: int, bottom: int, left: int, right: int
            ) -> Iterator[tuple[int, int]]:
    filled = {column for row in range(top, bottom + 1)
              for column, _ in sheet.filled(row, left, right)}
    filled |= {column for row, column in sheet.formulas if top <= row <= bottom}
    start = 0
    for column in range(left, right + 2):
        if column in filled and not start:
            start = column
        elif column not in filled and start:
            yield start, column - 1
            start = 0


def _table(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> Table:
    header = _header(sheet, top, bottom, left, right)
    first = header + 1 if header else top
    items, totals = [], []
    for row in range(first, bottom + 1):
        if _is_total(sheet, row, left, right):
            totals.append(row)
        elif _is_item(sheet, row, left, right):
            items.append(row)
    return Table(sheet, left, right, header, tuple(items), tuple(totals))


def _header(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> int:
    """The last line of texts before the first item; 0 when the block starts with items."""
    widest = max(sum(1 for _ in sheet.filled(row, left, right))
                 for row in range(top, min(bottom, top + _HEADER_DEPTH) + 1))
    need = max(2, (widest + 1) // 2) if left < right else 1
    found = 0
    for row in range(top, min(bottom, top + _HEADER_DEPTH) + 1):
        cells = [value for _, value in sheet.filled(row, left, right)]
        has_formula = any((row, column) in sheet.formulas for column in range(left, right + 1))
        if has_formula or not all(isinstance(value, str) for value in cells):
            return found or _years(sheet, row, left, right)
        if len(cells) >= need:
            if found:  # two lines of text: a table of words, its header is the first
                return found if row > found + 1 or _shorter(sheet, row, left, right) else row
            found = row
    return found


def _years(sheet: Sheet, row: int, left: int, right: int) -> int:
    """A line of years or dates over figures is a header too."""
    cells = [value for _, value in sheet.filled(row, left, right)]
    figures = [value for value in cells if not isinstance(value, str)]
    years = len(figures) > 1 and all(
        not isinstance(value, Decimal) or (1900 <= value <= 2100 and value % 1 == 0)
        for value in figures)
    steps = [b - a for a, b in pairwise(figures)
             if isinstance(a, Decimal) and isinstance(b, Decimal)]
    return row if years and steps and len(set(steps)) == 1 and steps[0] == 1 else 0


def _shorter(sheet: Sheet, row: int, left: int, right: int) -> bool:
    """Whether the next line holds figures, so that this line still belongs to the header."""
    return all(isinstance(value, str) for _, value in sheet.filled(row + 1, left, right))


def _is_item(sheet: Sheet, row: int, left: int, right: int) -> bool:
    cells = [value for _, value in sheet.filled(row, left, right)]
    made = sum((row, column) in sheet.formulas for column in range(left, right + 1))
    if left == right:
        return bool(cells) or bool(made)
    label = next((value for value in cells if isinstance(value, str)), "")
    if len(cells) <= 4 and _STATISTIC.match(label):
        return False
    return len(cells) + made >= 2


def _is_total(sheet: Sheet, row: int, left: int, right: int) -> bool:
    """A row whose label says so, or whose formulas add up the column above."""
    for column in range(left, right + 1):
        made = sheet.formulas.get((row, column))
        if made is not None and (cells := sum_area(made)) is not None and not cells.sheet \
                and cells.left == cells.right == column and cells.bottom < row \
                and cells.bottom - cells.top >= 1 and cells.bottom >= row - 4:
            return _single_sum(sheet, row, left, right)
    words = [value for _, value in sheet.filled(row, left, right) if isinstance(value, str)]
    return any(len(word) <= _LABEL_MAX and _TOTAL.match(word) for word in words[:2]) and any(
        (row, column) in sheet.formulas or sheet.number(row, column) is not None
        for column in range(left, right + 1))


def _single_sum(sheet: Sheet, row: int, left: int, right: int) -> bool:
    """A moving sum that fills a whole column is no total row: the row above sums as well."""
    above = [sum_area(made) for column in range(left, right + 1)
             if (made := sheet.formulas.get((row - 1, column))) is not None]
    return not any(cells is not None and cells.left == cells.right and cells.bottom < row - 1
                   for cells in above)

