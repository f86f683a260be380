"""Rows of an XLSX workbook as text, behind limits that keep a hostile file harmless."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from amends.problems import AmendsError, Problem

UNPACKED_BYTES_MAX = 1 << 30
RATIO_MAX = 200
RATIO_FREE_BYTES = 64 << 20
MEMBERS_MAX = 10_000
CELLS_MAX = 20_000_000
CELL_CHARACTERS_MAX = 32_767  # Excel's own limit
_CELL_AT = re.compile(rb'<(?:\w+:)?c\b[^<>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')


def is_workbook(head: bytes) -> bool:
    """Whether a file starts like a zip archive, as every XLSX does."""
    return head.startswith(b"PK\x03\x04")


def sheet_names(path: Path) -> list[str]:
    """The names of the sheets, in order."""
    return list(_open(path).sheet_names)


def first_rows(path: Path, count: int, sheet: str = "") -> tuple[str, list[tuple[str, ...]]]:
    """The first sheet with a table of two columns (or ``sheet``), and its first rows as text."""
    book = _open(path)
    chosen = [sheet] if sheet else list(book.sheet_names)
    for name in chosen:
        rows = [row for _, row in zip(range(count), _rows(book, name), strict=False)]
        if any(sum(1 for cell in row if cell) > 1 for row in rows):
            return name, rows
    raise AmendsError(_unreadable("No sheet holds a table with at least two columns."))


def rows_of(path: Path, sheet: str = "") -> Iterator[tuple[str, ...]]:
    """All rows of ``sheet`` (by default the first) from row 1 on, each cell as text."""
    book = _open(path)
    yield from _rows(book, sheet or book.sheet_names[0])


def cell_text(value: Any) -> str:
    """A cell as text: numbers with the 15 digits that Excel keeps, dates as ISO, text unchanged."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        try:
            return format(Decimal(format(value, ".15g")), "f")
        except ArithmeticError:
            return ""
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def check_archive(path: Path) -> None:
    """AmendsError when the archive would unpack to more than a workbook reasonably holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members) or 1
            if len(members) > MEMBERS_MAX or unpacked > UNPACKED_BYTES_MAX or (
                    unpacked > RATIO_FREE_BYTES and unpacked / packed > RATIO_MAX):
                raise AmendsError(_unreadable(
                    f"The workbook unpacks to {unpacked:,} bytes, more than is read."))
            for member in members:
                if member.filename.startswith("xl/worksheets/"):
                    _check_sheet(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError) as error:
        raise AmendsError(_unreadable(f"The workbook is damaged: {error}.")) from None


def _check_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A sheet is held as a full rectangle: one cell far out would ask for all the memory."""
    right = bottom = seen = 0
    rest = b""
    with archive.open(member) as file:
        while block := file.read(1 << 20):
            seen += len(block)
            if seen > member.file_size:
                raise AmendsError(_unreadable("The workbook holds more than it declares."))
            found = _CELL_AT.findall(rest + block)
            rest = block[-300:]
            for column in {letters for letters, _ in found}:
                right = max(right, _column(column))
            bottom = max(bottom, max((int(row) for _, row in found), default=0))
    if right * bottom > CELLS_MAX:
        raise AmendsError(_unreadable(
            f"A sheet reaches to row {bottom:,} and column {right:,}, more cells than are read."))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open(path: Path) -> CalamineWorkbook:
    check_archive(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise AmendsError(_unreadable(f"The workbook cannot be opened: {error}.")) from None


def _rows(book: CalamineWorkbook, name: str) -> Iterator[tuple[str, ...]]:
    try:
        sheet = book.get_sheet_by_name(name)
        for row in _cells(sheet):
            yield tuple(map(cell_text, row))
    except (CalamineError, OSError, ValueError) as error:
        raise AmendsError(_unreadable(f"The sheet {name!r} cannot be read: {error}.")) from None


def _cells(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """The rows from row 1 and column 1 on; the library starts at the first column in use."""
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield [*left, *row]


def _unreadable(what: str) -> Problem:
    return Problem("error", what, "Save it again as XLSX and send it anew.")
