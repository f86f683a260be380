"""How a table lies in its file: encoding, delimiter, sheet and header row, found by looking."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from amends.problems import AmendsError, Problem
from amends.sources.formats.workbook import first_rows, is_workbook

HEAD_BYTES = 256 * 1024
HEAD_ROWS = 60
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is, and the first rows under it: row number and cells as text."""

    format: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def encoding_of(head: bytes) -> str:
    """The encoding of a text file by its mark, else UTF-8 where it fits, else Windows-1252."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                       (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    if head[1:2] == b"\0" and head[3:4] == b"\0":
        return "utf-16-le"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "cp1252"
    return "utf-8"


def layout_of(
    path: Path, *, delimiter: str = "", header_row: int | None = None, sheet: str = ""
) -> Layout:
    """The layout of a CSV or XLSX file; AmendsError when it holds no table.

    What is given (a mapping knows it) is not looked for.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_workbook(head):
        sheet, rows = first_rows(path, HEAD_ROWS, sheet)
        form, encoding, delimiter = "xlsx", "", ","
    else:
        form, encoding = "csv", encoding_of(head)
        text = head.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        if len(head) == HEAD_BYTES:
            text = text[: text.rfind("\n") + 1]
        delimiter = delimiter or _delimiter(text)
        rows = _lines(text, delimiter)
    number, header = _header(rows, header_row)
    under = [(place, row[: len(header)]) for place, row in enumerate(rows, start=1)
             if place > number and _filled(row)]
    return Layout(form, encoding, delimiter, sheet, number, header, tuple(under))


def _lines(text: str, delimiter: str) -> list[tuple[str, ...]]:
    """The first rows by physical line: a record that spans lines leaves empty rows behind it."""
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows += [()] * (reader.line_num - len(rows) - 1)
            rows.append(tuple(cell.strip() for cell in row))
            if len(rows) >= HEAD_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _delimiter(text: str) -> str:
    """The delimiter that gives most rows the same number of fields, and the most fields."""
    def regularity(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _lines(text, delimiter) if len(row) > 1)
        if not widths:
            return (0, 0)
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
        return (rows, width)

    return max(_DELIMITERS, key=regularity)


def _header(
    rows: Sequence[Sequence[str]], known: int | None = None
) -> tuple[int, tuple[str, ...]]:
    """The 1-based row of the header and its names: the first row as wide as the table is.

    A first row that holds figures is no header; the columns are then ``column 1`` and so on.
    """
    widths = Counter(_filled(row) for row in rows if _filled(row) > 1)
    if not widths:
        raise AmendsError(Problem(
            "error", "No table with at least two columns was found.",
            "Give a CSV or XLSX file with a header row."))
    usual = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    widest = max(len(row) for row in rows)
    nameless = tuple(f"column {place}" for place in range(1, widest + 1))
    if known is not None:
        named = rows[known - 1] if 0 < known <= len(rows) else ()
        return known, tuple(_unique(named)) if known else nameless
    for number, row in enumerate(rows, start=1):
        if _filled(row) >= max(2, usual - usual // 4) and not any(map(_is_figure, row)):
            return number, tuple(_unique(row))
        if _filled(row) >= usual:
            break
    return 0, nameless


def _unique(names: Sequence[str]) -> list[str]:
    """Header names as they stand; a repeated or empty one gets its column number."""
    names = list(names)
    while names and not names[-1]:
        names.pop()
    seen: Counter[str] = Counter()
    made = []
    for place, name in enumerate(names, start=1):
        seen[name] += 1
        made.append(name if name and seen[name] == 1 else f"{name} {place}".strip())
    return made


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _is_figure(cell: str) -> bool:
    bare = cell.strip("+-()€$£ ")
    return bool(bare) and bare[0].isdigit() and sum(char.isdigit() for char in bare) * 2 > len(bare)
