"""Files in, sheets out: workbooks by calamine (values) and openpyxl (formulas), CSV, Parquet.

Nothing here trusts the file: sizes are measured before anything is unpacked into memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from amends.anomalies.delimited import read_delimited
from amends.anomalies.report import Limits
from amends.anomalies.sheets import Place, Sheet, Value, column_number
from amends.problems import AmendsError, Problem

_CELL_MARK = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA_MARK = re.compile(rb"<(?:\w+:)?f[ >/]")
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_OLD_BOOKS = (".xls", ".xlsb", ".ods")
# what zipfile, zlib, calamine, openpyxl and its XML parsers raise over a damaged workbook
TORN = (zipfile.BadZipFile, zlib.error, calamine.CalamineError, SyntaxError, LookupError,
        ValueError, OSError, EOFError, AttributeError, TypeError, RuntimeError)
_CHUNK = 1 << 20
_OVERLAP = 64


@dataclass(slots=True)
class Book:
    """The sheets of a file and what was wrong while reading it."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_book(path: Path, name: str, limits: Limits) -> Book:
    """Every sheet of the file; AmendsError when it cannot be read at all."""
    _refuse_large(path, name, limits)
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return _parquet(path, name, limits)
    if head.startswith(b"PK\x03\x04") and path_kind(name, path) not in _OLD_BOOKS:
        return _Workbook(path, name, limits).read()
    if head.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04")):
        return _old_workbook(path, name, limits)
    book = Book()
    read_delimited(path, name, limits, book.sheets, book.problems)
    return book


def path_kind(name: str, path: Path) -> str:
    """The ending by which the file goes, in small letters."""
    return (Path(name).suffix or path.suffix).lower()


def _refuse_large(path: Path, name: str, limits: Limits) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise AmendsError(Problem("error", f"The file cannot be opened: {error.strerror}.",
                                  "Check the name.", name)) from None
    if not path.is_file() or size == 0:
        raise AmendsError(Problem("error", "There is nothing in the file.",
                                  "Give a workbook, a CSV or a Parquet file.", name))
    if size > limits.bytes_max:
        raise AmendsError(Problem(
            "error", f"The file has {size:,} bytes; at most {limits.bytes_max:,} are checked.",
            "Split it, or save only the sheets that matter.", name))


def _unreadable(name: str, what: str) -> AmendsError:
    return AmendsError(Problem("error", f"The workbook cannot be read: {what}.",
                               "Open it in a spreadsheet program and save it again.", name))


@dataclass(slots=True)
class _Extent:
    """What a scan of one sheet's XML found, before anything is built from it."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas: bool = False


@dataclass(slots=True)
class _Workbook:
    """One modern workbook being read."""

    path: Path
    name: str
    limits: Limits
    book: Book = field(default_factory=Book)

    def read(self) -> Book:
        """Its sheets, each value exact, each formula without its ``=``."""
        try:
            extents = self._scan()
            with calamine.CalamineWorkbook.from_path(str(self.path)) as values:
                names = [sheet.name for sheet in values.sheets_metadata
                         if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
                self._note_sheet_count(names)
                rows = {title: self._values(values, title)
                        for title in names[:self.limits.sheets_max]}
            formulas = self._formulas(set(rows)) if extents.formulas else {}
        except TORN as error:
            words = str(error).strip().rstrip(".") or type(error).__name__
            raise _unreadable(self.name, words) from None
        for title, cells in rows.items():
            self.book.sheets.append(Sheet(title, cells, formulas.get(title, {})))
        return self.book

    def _scan(self) -> _Extent:
        """Sizes of the whole package, read once in pieces; refuses bombs and entities."""
        whole, unpacked = _Extent(), 0
        with zipfile.ZipFile(self.path) as package:
            for member in package.infolist():
                sheet = _Extent()
                for chunk in _chunks(package, member):
                    unpacked += len(chunk) - _OVERLAP
                    if unpacked > self.limits.unpacked_bytes_max:
                        raise _unreadable(self.name, "it unpacks to more than "
                                          f"{self.limits.unpacked_bytes_max:,} bytes")
                    if any(mark in chunk for mark in _FORBIDDEN):
                        raise _unreadable(self.name, "it holds a document type declaration")
                    if "worksheets/" in member.filename:
                        _measure(chunk, sheet)
                self._refuse_wide(sheet, whole)
                whole.cells += sheet.rows * sheet.columns
                whole.formulas |= sheet.formulas
        return whole

    def _refuse_wide(self, sheet: _Extent, whole: _Extent) -> None:
        area = sheet.rows * sheet.columns
        if whole.cells + area > self.limits.cells_max:
            raise _unreadable(self.name, f"its sheets span {whole.cells + area:,} cells, at most "
                              f"{self.limits.cells_max:,} are checked")

    def _note_sheet_count(self, names: list[str]) -> None:
        if len(names) > self.limits.sheets_max:
            self.book.problems.append(Problem(
                "warning", f"It has {len(names)} sheets; the first {self.limits.sheets_max} were "
                "checked.", "Split the workbook to check the rest.", self.name))

    def _values(self, values: Any, title: str) -> list[list[Value]]:
        sheet = values.get_sheet_by_name(title)
        rows = [[exact(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        return shortened(rows, self.name, title, self.limits, self.book.problems)

    def _formulas(self, titles: set[str]) -> dict[str, dict[Place, str]]:
        with self.path.open("rb") as file:  # a stored copy has no suffix to go by
            workbook = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            return {sheet.title: dict(_sheet_formulas(sheet)) for sheet in workbook.worksheets
                    if sheet.title in titles}


def _chunks(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member in pieces that overlap, so that a mark across a seam is still seen."""
    tail = b" " * _OVERLAP
    with package.open(member) as stream:
        while piece := stream.read(_CHUNK):
            yield tail + piece
            tail = piece[-_OVERLAP:].rjust(_OVERLAP)


def _measure(chunk: bytes, sheet: _Extent) -> None:
    for name, row in _CELL_MARK.findall(chunk):
        sheet.rows = max(sheet.rows, int(row))
        sheet.columns = max(sheet.columns, column_number(name.decode()))
    sheet.formulas = sheet.formulas or _FORMULA_MARK.search(chunk) is not None


def _sheet_formulas(sheet: Any) -> Iterator[tuple[Place, str]]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type != "f":
                continue
            text = getattr(cell.value, "text", cell.value)
            if isinstance(text, str) and text.startswith("="):
                yield (cell.row, cell.column), text[1:]


def exact(value: Any) -> Value:
    """A value as the checks want it: floats by their 15 significant digits, blank text as None."""
    if isinstance(value, float):
        return Decimal(format(value, ".15g")) if value - value == 0 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, Value) else str(value)


def shortened(rows: list[list[Value]], name: str, title: str, limits: Limits,
              problems: list[Problem]) -> list[list[Value]]:
    """The rows with giant texts cut, and a Problem for each sheet that had any."""
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) > limits.text_max:
                row[column] = value[:limits.text_max]
                problems.append(Problem(
                    "warning", f"A cell of {title!r} holds {len(value):,} characters.",
                    f"The first {limits.text_max:,} were checked.", name, number))
    return rows


def _old_workbook(path: Path, name: str, limits: Limits) -> Book:
    """An older or other workbook: values only, its formulas cannot be read."""
    book = Book()
    try:
        if zipfile.is_zipfile(path):
            _Workbook(path, name, limits)._scan()
        with calamine.CalamineWorkbook.from_path(str(path)) as values:
            for meta in values.sheets_metadata[:limits.sheets_max]:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                rows = values.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                cells = [[exact(cell) for cell in row] for row in rows]
                book.sheets.append(Sheet(meta.name, shortened(cells, name, meta.name, limits,
                                                              book.problems)))
    except TORN as error:
        raise _unreadable(name, str(error).rstrip(".")) from None
    book.problems.append(Problem(
        "info", "Formulas of this kind of workbook cannot be read; values were checked.",
        "Save it as .xlsx to check its formulas too.", name))
    return book


def _parquet(path: Path, name: str, limits: Limits) -> Book:
    try:
        file = pq.ParquetFile(path)
        meta = file.metadata
        if meta.num_rows * meta.num_columns > limits.cells_max:
            raise _unreadable(name, f"it has {meta.num_rows * meta.num_columns:,} cells, at most "
                              f"{limits.cells_max:,} are checked")
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise AmendsError(Problem("error", f"The Parquet file cannot be read: {error}.",
                                  "Write it again.", name)) from None
    columns = [[exact(value) for value in column.to_pylist()] for column in table.columns]
    rows: list[list[Value]] = [list(table.column_names), *map(list, zip(*columns, strict=True))]
    book = Book()
    book.sheets.append(Sheet(Path(name).stem, shortened(rows, name, Path(name).stem, limits,
                                                        book.problems), typed=False))
    return book
