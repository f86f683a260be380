"""A window on a sheet for a page: cells as text, with the marks of the findings on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from amends.anomalies.reading import read_book
from amends.anomalies.report import CheckReport, Limits, Severity
from amends.anomalies.sheets import Place, Sheet, Value, address, letters, places
from amends.anomalies.survey import survey
from amends.problems import AmendsError, Problem

ROWS_MAX, COLUMNS_MAX = 500, 100
_TEXT_MAX = 200
_MARKS_MAX = 50_000


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: what it shows, its formula (with ``=``, or nothing), and the finding on it:
    ``mark`` is the finding's number on its first cell, ``beside`` is True where the finding only
    points here (a row that a range forgot)."""

    address: str
    text: str
    formula: str
    is_number: bool
    finding: int | None = None
    mark: int | None = None
    severity: Severity | None = None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of the window with its number in the sheet."""

    number: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The window: column letters, rows, and how large the whole sheet is."""

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    height: int
    width: int
    formulas: int


def grid(path: Path, report: CheckReport, sheet: str, rows: tuple[int, int],
         cols: tuple[int, int], *, limits: Limits | None = None) -> Grid:
    """The cells from ``rows[0]`` to ``rows[1]`` and ``cols[0]`` to ``cols[1]`` (from 1, both
    included, at most 500 by 100). AmendsError when the sheet is not there."""
    book = read_book(path, report.file, limits or Limits())
    found = next((one for one in book.sheets if one.name == sheet), None)
    if found is None:
        raise AmendsError(Problem("error", f"There is no sheet {sheet!r}.",
                                  f"It has {', '.join(one.name for one in book.sheets)}.",
                                  report.file))
    survey(book.sheets)  # fills in results that no program stored
    first, last = max(rows[0], 1), min(rows[1], rows[0] + ROWS_MAX - 1)
    left, right = max(cols[0], 1), min(cols[1], cols[0] + COLUMNS_MAX - 1)
    marks = _marks(report, sheet)
    window = range(first, last + 1)
    scales = {column: _scale(found, window, column) for column in range(left, right + 1)}
    return Grid(
        sheet, tuple(letters(column) for column in scales),
        tuple(GridRow(row, tuple(_cell(found, (row, column), scale, marks.get((row, column)))
                                 for column, scale in scales.items())) for row in window),
        found.height, found.width, len(found.formulas))


@dataclass(frozen=True, slots=True)
class _Mark:
    finding: int
    severity: Severity
    head: bool
    beside: bool


def _marks(report: CheckReport, sheet: str) -> dict[Place, _Mark]:
    """The strongest finding on each place; the first cell of a finding carries its number."""
    marks: dict[Place, _Mark] = {}
    for number, finding in enumerate(report.findings, 1):
        if finding.sheet != sheet:
            continue
        for order, cells in enumerate(finding.cells):
            for i, spot in enumerate(places(cells)):
                if len(marks) < _MARKS_MAX:
                    mark = _Mark(number, finding.severity, order == 0 and i == 0, order > 0)
                    known = marks.get(spot)
                    if known is None or (known.beside and not mark.beside):
                        marks[spot] = mark
    return marks


def _cell(sheet: Sheet, at: Place, scale: int, mark: _Mark | None) -> GridCell:
    value = sheet.value(*at)
    made = sheet.formulas.get(at)
    return GridCell(
        address(*at), _text(value, scale), f"={made}" if made is not None else "",
        isinstance(value, Decimal), mark.finding if mark else None,
        mark.finding if mark and mark.head else None, mark.severity if mark else None,
        mark.beside if mark else False)


def _scale(sheet: Sheet, rows: range, column: int) -> int:
    """Decimals that most figures of the column have in the window; a lone long one is cut."""
    scales = sorted(max(-int(number.as_tuple().exponent), 0) for row in rows
                    if (number := sheet.number(row, column)) is not None)
    usual = scales[int(len(scales) * 0.9)] if scales else 0
    return usual if usual <= 4 else 2


def _text(value: Value, scale: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{round(value, scale):,f}" if scale else f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time() else _day(value)
    if isinstance(value, date):
        return _day(value)
    return str(value)[:_TEXT_MAX]


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"
