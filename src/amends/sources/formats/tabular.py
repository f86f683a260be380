"""CSV and XLSX tables by a column mapping, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa

from amends.sources.columns import check_columns, layout_for, suggest_for
from amends.sources.extract import Extract
from amends.sources.formats.delimited import Part, text_columns
from amends.sources.formats.entry_columns import entry_batch
from amends.sources.formats.workbook import CELL_CHARACTERS_MAX, is_workbook, rows_of
from amends.sources.layout import Layout, layout_of
from amends.sources.source import Source

FORMATS = ("csv", "xlsx")
ROWS_PER_BATCH = 50_000


def recognises(source: Source) -> bool:
    """Any text or workbook may be a table, but for XML and PDF: asked last."""
    if source.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"%PDF")):
        return False
    return is_workbook(source.head) or b"\0" not in source.head or (
        source.head[:2] in (b"\xff\xfe", b"\xfe\xff") or source.head[1:2] == b"\0")


def read(source: Source, extract: Extract) -> str:
    """Read a table into ``extract`` by the source's mapping; gives the format's name.

    Without a mapping the suggested one is used, and a Problem says so. AmendsError when there is
    no table, no amount, or when the mapping names columns that are not there.
    """
    if source.mapping is None:
        layout = layout_of(source.path)
        mapping = suggest_for(layout)
        extract.problem(
            "The columns were read by a suggested mapping.",
            "Look at the first rows, correct the mapping and keep it.", severity="info")
    else:
        mapping = source.mapping
        layout = layout_for(source.path, mapping)
    mapping.check()
    check_columns(mapping, layout.header)
    extract.side = mapping.side
    for columns, lines in _parts(source, layout, extract):
        extract.count("rows", len(lines))
        extract.add_batch(entry_batch(columns, lines, mapping, extract))
    return layout.format


def _parts(source: Source, layout: Layout, extract: Extract) -> Iterator[Part]:
    if layout.format == "csv":
        return text_columns(source.path, layout.encoding, layout.delimiter, layout.header_row,
                            layout.header, extract, source.progress)
    return _sheet(source, layout, extract)


def _sheet(source: Source, layout: Layout, extract: Extract) -> Iterator[Part]:
    """Batches of text columns from the rows of a sheet; a cell longer than Excel's is named."""
    header = layout.header
    rows = islice(enumerate(rows_of(source.path, layout.sheet), start=1), layout.header_row, None)
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        kept = [(line, row) for line, row in batch if any(row) and _fits(line, row, extract)]
        lines = np.array([line for line, _ in kept], np.int64)
        cells = [[*row[: len(header)], *[""] * (len(header) - len(row))] for _, row in kept]
        columns = {name: pa.array([row[place] for row in cells], pa.string())
                   for place, name in enumerate(header)}
        if kept:
            yield columns, pa.array(lines)
        source.progress(source.size)


def _fits(line: int, row: Sequence[str], extract: Extract) -> bool:
    long = any(len(cell) > CELL_CHARACTERS_MAX for cell in row)
    if long:
        extract.problem("A cell is longer than a cell can be; the row is left out.",
                        "Correct it at the source.", line=line)
    return not long
