"""A light reader of delimited text for the checks: it keeps every cell as it was written, and
finds out how each column writes its numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from amends.anomalies.numbers import style_of, styled
from amends.anomalies.report import Limits
from amends.anomalies.sheets import Sheet, Value
from amends.problems import AmendsError, Problem

_MARKS = (",", ";", "\t", "|")
_SNIFF_LINES = 200
_COLUMNS_MAX = 2_000


def read_delimited(path: Path, name: str, limits: Limits, sheets: list[Sheet],
                   problems: list[Problem]) -> None:
    """Append the file as one sheet; numbers are read in the style their column writes them in."""
    text = _decode(path, name)
    rows: list[list[Value]] = []
    cells = 0
    for line, row in _records(text, name, problems):
        cells += len(row)
        if cells > limits.cells_max or len(row) > _COLUMNS_MAX:
            problems.append(Problem(
                "error", "The file is larger than the limits of a check; the rest was left out.",
                "Split the file.", name, line))
            break
        rows.append([cell[:limits.text_max] if cell.strip() else None for cell in row])
    if not any(value is not None for row in rows for value in row):
        raise AmendsError(Problem("error", "There are no cells in the file.",
                                  "Give a workbook, a CSV or a Parquet file.", name))
    _number_columns(rows)
    sheets.append(Sheet(Path(name).stem, rows, typed=False))


def _decode(path: Path, name: str) -> str:
    raw = path.read_bytes()
    if b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise AmendsError(Problem("error", "This is no workbook, CSV or Parquet file.",
                                  "Export it as .xlsx or .csv.", name))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _records(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they start on; blank lines stay, so that row and sheet row agree."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem("error", f"The line cannot be read: {error}.",
                                    "Look for a quote that is never closed.", name, line))
            yield line, []


def _delimiter(text: str) -> str:
    """The mark that parts most lines into the same number of cells."""
    lines = [line for line in text[:65_536].splitlines()[:_SNIFF_LINES] if line.strip()]
    best, best_score = ",", 0.0
    for mark in _MARKS:
        counts = [len(row) for row in csv.reader(lines[:-1] or lines, delimiter=mark)]
        wide = max(set(counts), key=counts.count, default=1)
        score = counts.count(wide) / max(len(counts), 1) * (wide > 1) + min(wide, 50) / 1000
        if score > best_score:
            best, best_score = mark, score
    return best


def _number_columns(rows: list[list[Value]]) -> None:
    for column in range(max(map(len, rows))):
        held = [row[column] for row in rows if column < len(row)]
        texts = [value for value in held[1:] if isinstance(value, str)]
        style = style_of(texts)
        if style is None:
            continue
        for row in rows:
            if column < len(row) and isinstance(value := row[column], str):
                number = styled(value, style)
                row[column] = value if number is None else number
