"""An annotated copy: each finding's cells filled and commented, and a sheet that lists them all.

The original is opened for reading only. Whatever we write that begins like a formula is stored as
text, so that a copy cannot run what a file smuggled into a name or a reference.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.exceptions import InvalidFileException

from amends.anomalies.reading import TORN, path_kind, read_book
from amends.anomalies.report import CheckReport, Finding, Limits
from amends.anomalies.sheets import Value, places
from amends.problems import AmendsError, Problem

SHEET = "Amends findings"
HEADINGS = ("No.", "Severity", "Sheet", "Cells", "What", "Why", "Suggestion", "Score")
_WIDTHS = (6, 10, 18, 18, 32, 70, 40, 8)
_FILLS = {"error": PatternFill("solid", fgColor="FFFCEDEB"),
          "warning": PatternFill("solid", fgColor="FFFCF2DD")}
_EDGES = {"error": Side("thin", "FFAE231B"), "warning": Side("thin", "FFC27A00")}
_BESIDE = Side("dashed", "FFAE231B")
_CELLS_MAX = 20_000
_TEXT_MAX = 32_767


def annotate(path: Path, report: CheckReport, out: Path, *, limits: Limits | None = None) -> None:
    """Write a copy of the file to ``out`` with every finding marked in it.

    Charts and pictures that openpyxl cannot carry are missing from the copy. AmendsError when
    ``out`` is the file itself or the file cannot be read.
    """
    if out.exists() and out.samefile(path):
        raise AmendsError(Problem("error", "The copy would overwrite the file that was checked.",
                                  "Give another name.", str(out)))
    limits = limits or Limits()
    workbook = _open(path, report.file, limits)
    left = _CELLS_MAX
    for number, finding in enumerate(report.findings, 1):
        if finding.sheet in workbook.sheetnames:
            left -= _mark(workbook[finding.sheet], number, finding, left)
    _list(workbook, report)
    try:
        workbook.save(out)
    except OSError as error:
        raise AmendsError(Problem("error", f"The copy cannot be written: {error.strerror}.",
                                  "Choose another folder.", str(out))) from None


def _open(path: Path, name: str, limits: Limits) -> Any:
    """The workbook to mark; other kinds of file become one with their values as they stand."""
    book = read_book(path, name, limits)
    if path_kind(name, path) in (".xlsx", ".xlsm"):
        try:
            with path.open("rb") as file:  # a stored copy has no suffix to go by
                return openpyxl.load_workbook(file, keep_vba=path_kind(name, path) == ".xlsm")
        except (InvalidFileException, *TORN) as error:
            raise AmendsError(Problem("error", f"The workbook cannot be copied: {error}.",
                                      "Save it again as .xlsx.", name)) from None
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in book.sheets:
        page = workbook.create_sheet(sheet.name[:31])
        for row, cells in enumerate(sheet.rows, 1):
            for column, value in enumerate(cells, 1):
                if value is not None:
                    _write(page.cell(row, column), value)
    return workbook


def _write(cell: Any, value: Value) -> None:
    """A value as it is; text stays text even where it begins like a formula."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_TEXT_MAX]
        cell.data_type = "s"
        if value[:1] in "=+-@\t\r":
            cell.quotePrefix = True
    else:
        cell.value = value


def _mark(page: Any, number: int, finding: Finding, left: int) -> int:
    """Fill the faulty cells, edge the others, and say on the first what is wrong."""
    marked = 0
    for order, cells in enumerate(finding.cells):
        for row, column in places(cells):
            if marked >= left:
                return marked
            marked += 1
            cell = page.cell(row, column)
            if order == 0 or ":" not in finding.cells[0]:
                _shade(cell, finding, beside=order > 0)
            if order == 0 and marked == 1:
                _comment(_main_cell(page, cell), number, finding)
    return marked


def _shade(cell: Any, finding: Finding, *, beside: bool) -> None:
    edge = _BESIDE if beside else _EDGES[finding.severity]
    cell.border = Border(edge, edge, edge, edge)
    if not beside:
        cell.fill = _FILLS[finding.severity]


def _main_cell(page: Any, cell: Any) -> Any:
    """The cell itself, or the first of the merged range that swallowed it."""
    if not isinstance(cell, MergedCell):
        return cell
    for merged in page.merged_cells.ranges:
        if cell.coordinate in merged:
            return page.cell(merged.min_row, merged.min_col)
    return cell


def _comment(cell: Any, number: int, finding: Finding) -> None:
    words = f"{number}. {finding.what}\n{finding.why}\n{finding.suggestion}"
    before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", before + words)[:_TEXT_MAX], "Amends",
                           height=140, width=320)


def _list(workbook: Any, report: CheckReport) -> None:
    page = workbook.create_sheet(SHEET)
    for column, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True), 1):
        cell = page.cell(1, column)
        _write(cell, heading)
        cell.font = Font(bold=True)
        page.column_dimensions[cell.column_letter].width = width
    for number, finding in enumerate(report.findings, 1):
        words = (finding.severity, finding.sheet, ", ".join(finding.cells), finding.what,
                 finding.why, finding.suggestion)
        page.cell(number + 1, 1).value = number
        for column, text in enumerate(words, 2):
            cell = page.cell(number + 1, column)
            _write(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(number + 1, len(HEADINGS)).value = finding.score
    page.freeze_panes = "A2"
