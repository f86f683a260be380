"""CSV files as batches of text columns with the line number of each row.

A regular part of the file (every row the same width, no line break inside a field) is split by
Arrow; any other part goes through Python's ``csv``, which names each row that it cannot use.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from amends.sources.extract import Extract

PART_BYTES = 8 << 20
RECORD_BYTES_MAX = 4 << 20
CELL_CHARACTERS_MAX = 1 << 20
BROKEN_MAX = 200

Part = tuple[dict[str, pa.Array], pa.Array]


def text_columns(
    path: Path, encoding: str, delimiter: str, header_row: int, header: Sequence[str],
    extract: Extract, progress: Callable[[int], None],
) -> Iterator[Part]:
    """Batches of text columns by header, with 1-based line numbers; ``progress`` gets bytes read.

    ``header`` names the columns; rows up to ``header_row`` are passed over.
    """
    line = 1
    for whole in _parts(path, encoding, extract, progress):
        part = whole
        if line <= header_row:
            part, line = _pass_over(whole, line, header_row, delimiter)
        lines_in = part.count(b"\n") + (not part.endswith(b"\n"))
        if part:
            columns = _regular(part, delimiter, header, lines_in)
            if columns is None:
                yield from _irregular(part, delimiter, header, line, extract)
            else:
                yield columns, pa.array(np.arange(line, line + lines_in))
            line += lines_in


def _parts(
    path: Path, encoding: str, extract: Extract, progress: Callable[[int], None]
) -> Iterator[bytes]:
    """The file as UTF-8 in parts that end where a record ends; line ends are LF."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    as_is = encoding == "utf-8"
    held, carriage, damaged, done = b"", b"", False, 0
    with path.open("rb") as file:
        while True:
            block = file.read(PART_BYTES)
            done += len(block)
            progress(done)
            piece = block if as_is else decoder.decode(block, final=not block).encode("utf-8")
            piece = carriage + piece
            carriage = b"\r" if block and piece.endswith(b"\r") else b""
            piece = piece[: len(piece) - len(carriage)]
            if b"\r" in piece:
                piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if as_is and not damaged and not _is_utf8(held + piece, final=not block):
                damaged = True
                extract.problem("Some bytes are not UTF-8; they are read as \ufffd.",
                                "Ask for the file in one encoding.", severity="warning")
            held += piece
            end = _record_end(held) if block else len(held)
            if end:
                yield _repaired(held[:end]) if damaged else held[:end]
                held = held[end:]
            if not block:
                return


def _is_utf8(piece: bytes, *, final: bool) -> bool:
    """Whether a piece is UTF-8; a character cut at its end is finished by the next piece."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _repaired(part: bytes) -> bytes:
    return part.decode("utf-8", errors="replace").encode("utf-8")


def _record_end(held: bytes) -> int:
    """Where the last whole record ends: a line end outside quotes; 0 when there is none yet.

    Quotes that stay open for longer than a record may be are taken as plain characters.
    """
    end = held.rfind(b"\n") + 1
    if not end or held.count(b'"', 0, end) % 2 == 0:
        return end
    quote = held.rfind(b'"', 0, end)
    before = held.rfind(b"\n", 0, quote) + 1
    while before and held.count(b'"', 0, before) % 2:
        quote = held.rfind(b'"', 0, quote)
        before = held.rfind(b"\n", 0, quote) + 1
    return before if before or len(held) < 2 * PART_BYTES else end


def _pass_over(part: bytes, line: int, header_row: int, delimiter: str) -> tuple[bytes, int]:
    """The part after the header, and the number of its first line.

    A header whose names hold line breaks ends where its record ends.
    """
    reader = csv.reader(io.StringIO(part[:RECORD_BYTES_MAX].decode("utf-8", "replace"),
                                    newline=""), delimiter=delimiter)
    passed = 0
    try:
        for _ in reader:
            passed = reader.line_num
            if line + passed > header_row:
                break
    except csv.Error:
        passed = header_row
    at = 0
    for _ in range(passed):
        at = part.find(b"\n", at) + 1 or len(part)
    return part[at:], line + passed


def _regular(
    part: bytes, delimiter: str, header: Sequence[str], lines_in: int
) -> dict[str, pa.Array] | None:
    """The columns as Arrow splits them, or None when a row of the part is not regular."""
    odd: list[object] = []

    def refuse(row: object) -> str:
        odd.append(row)
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(part),
            pyarrow.csv.ReadOptions(column_names=list(header), block_size=len(part) + 1),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False,
                invalid_row_handler=refuse),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    if odd or table.num_rows != lines_in:
        return None
    columns = {name: table.column(name).combine_chunks() for name in header}
    longest = max(pc.max(pc.binary_length(values)).as_py() or 0 for values in columns.values())
    return columns if longest <= CELL_CHARACTERS_MAX else None


def _irregular(
    part: bytes, delimiter: str, header: Sequence[str], line: int, extract: Extract
) -> Iterator[Part]:
    """The rows of a part as ``csv`` reads them; rows of another width are named and left out."""
    rows: list[list[str]] = []
    lines: list[int] = []
    width = len(header)
    for at, row in _records(part.decode("utf-8", "replace"), delimiter, line, extract):
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) == width:
            rows.append(row)
            lines.append(at)
        elif any(cell.strip() for cell in row):
            extract.problem(
                f"The row has {len(row)} fields where the header has {width}; it is left out.",
                "Look for a delimiter inside a field, or a row of another kind.", line=at)
    if rows:
        columns = {name: pa.array(values, pa.string())
                   for name, values in zip(header, zip(*rows, strict=True), strict=True)}
        yield columns, pa.array(lines, pa.int64())


def _records(
    text: str, delimiter: str, line: int, extract: Extract
) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line it begins on.

    One that cannot be read costs its first line only, so that a quote that is never closed does
    not swallow the rows behind it.
    """
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    start, broken = 0, 0
    while start < len(text):
        reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, strict=True)
        passed = 0
        try:
            for row in reader:
                yield line + passed, row
                passed = reader.line_num
            return
        except csv.Error as error:
            extract.problem(f"The row cannot be read: {error}.",
                            "Look for a quote that is not closed; correct it at the source.",
                            line=line + passed)
        broken += 1
        if broken > BROKEN_MAX:
            extract.problem("So many rows are broken that the rest of this part is left out.",
                            "Ask for the file again.", line=line + passed)
            return
        for _ in range(passed + 1):
            start = text.find("\n", start) + 1 or len(text)
        line += passed + 1
