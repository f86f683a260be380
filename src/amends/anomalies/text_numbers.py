"""Numbers kept as text: no sum sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from amends.anomalies.formulas import areas
from amends.anomalies.numbers import loose
from amends.anomalies.report import Finding
from amends.anomalies.sheets import Place, Sheet, Value, address
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_AMOUNT = re.compile(r"amount|gross|net|fee|total|price|paid|balance|sum|credit|debit|betrag|"
                     r"belopp|montant|importe|value", re.IGNORECASE)
_EACH_MAX = 10


def text_numbers(survey: Survey) -> Iterator[Finding]:
    """One finding for each such cell, or one for a column that is text from top to bottom."""
    for table in survey.tables:
        for column in table.columns:
            yield from _column(table, column, survey)
        yield from _rows(table, survey)


def _column(table: Table, column: int, survey: Survey) -> Iterator[Finding]:
    held = table.values(column)
    totals = [(row, value) for row in table.totals
              if (value := table.sheet.value(row, column)) is not None]
    numbers = sum(isinstance(value, Decimal) for _, value in held)
    hidden = [(row, value, number) for row, value in (*held, *totals)
              if isinstance(value, str) and (number := loose(value)) is not None]
    if not hidden:
        return
    if numbers >= 3 and numbers * 5 >= 3 * len(held):
        for row, _, number in hidden:
            survey.mend(table, (row, column), number)
        yield from _cells(table, column, hidden, numbers)
    elif table.sheet.typed and numbers == 0 and len(hidden) >= max(3, 0.9 * len(held)):
        yield from _whole(table, column, [(row, text) for row, text, _ in hidden], survey)


def _cells(table: Table, column: int, hidden: list[tuple[int, str, Decimal]],
           numbers: int) -> Iterator[Finding]:
    name = table.column_name(column)
    if len(hidden) > _EACH_MAX:
        yield finding("number_as_text", table, [(row, column) for row, _, _ in hidden],
                      f"{len(hidden)} cells of {name} are text, {numbers} are numbers.",
                      "Turn them into numbers.", score=0.8)
        return
    for row, text, number in hidden:
        yield finding("number_as_text", table, [(row, column)],
                      f"{_oddity(text, table.sheet)}. The {numbers} other cells of {name} are "
                      "numbers, and sums leave this one out.",
                      f"Would be the number {plain(number)}", score=0.9)


def _oddity(text: str, sheet: Sheet) -> str:
    """What keeps the text from being a number, in words."""
    if text != text.strip():
        return "A space stands before or after it"
    if re.search("[OolI]", text):
        return "A letter stands where a digit should be"
    if text[0] in "'\u2019`":
        return "An apostrophe stands before it"
    if re.search(r"[^0-9.,+-]", text):
        return f"It is written {text!r}"
    return "It is stored as text" if sheet.typed else f"It is written {text!r}, unlike the others"


def _whole(table: Table, column: int, cells: list[tuple[int, str]],
           survey: Survey) -> Iterator[Finding]:
    """A whole column of text counts when it is an amount by its looks or is summed somewhere."""
    rows = [row for row, _ in cells]
    looks = bool(_AMOUNT.search(table.title(column))) and any(
        re.search(r"[.,]\d\d\D*\Z", text) for _, text in cells)
    if not looks and not _is_summed(survey, table.sheet, rows, column):
        return
    whole = f"{address(rows[0], column)}:{address(rows[-1], column)}"
    yield finding("number_as_text", table, [whole],
                  f"All {len(rows)} cells of {table.column_name(column)} are text; a sum of them "
                  "is 0.", "Turn the column into numbers.", score=0.75)


def _is_summed(survey: Survey, sheet: Sheet, rows: list[int], column: int) -> bool:
    for other in survey.sheets.values():
        for made in other.formulas.values():
            for cells in areas(made):
                if (cells.sheet or other.name) == sheet.name and not cells.is_cell \
                        and cells.left == column == cells.right and cells.top <= rows[0] \
                        and cells.bottom >= rows[-1]:
                    return True
    return False


def _rows(table: Table, survey: Survey) -> Iterator[Finding]:
    """A text among the figures of a wide row, where its column is too short to tell."""
    if len(table.items) >= 5:
        return
    for row in (*table.items, *table.totals):
        cells: list[tuple[Place, Value]] = [((row, column), value) for column, value
                                            in table.sheet.filled(row, *_edges(table))]
        figures = sum(isinstance(value, Decimal) for _, value in cells)
        for at, value in cells[1:]:
            if isinstance(value, str) and figures >= 4 and (number := loose(value)) is not None \
                    and _column_has_number(table, at[1], row):
                survey.mend(table, at, number)
                yield finding("number_as_text", table, [at],
                              f"{_oddity(value, table.sheet)}. The {figures} other figures of "
                              "the row are numbers.",
                              f"Would be the number {plain(number)}", score=0.7)


def _edges(table: Table) -> tuple[int, int]:
    return table.left, table.right


def _column_has_number(table: Table, column: int, but: int) -> bool:
    rows = [row for row in (*table.items, *table.totals) if row != but]
    held = [value for row in rows if (value := table.sheet.value(row, column)) is not None]
    numbers = sum(isinstance(value, Decimal) for value in held)
    return 0 < numbers < 3 and numbers == len(held)
