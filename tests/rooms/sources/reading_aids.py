"""What the tests of this room share: the corpus, and a file read with its entries as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from amends.sources import Entry, Reading, read
from amends.sources.columns import ColumnMapping

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "sources"
KEY = b"a key of the tests"


@dataclass(frozen=True)
class Opened:
    """A reading and its entries."""

    reading: Reading
    entries: list[Entry]

    @property
    def said(self) -> list[str]:
        """The Problems in words."""
        return [str(problem) for problem in self.reading.problems]


def opened(
    path: Path, room: Path, mapping: ColumnMapping | Mapping[str, Any] | None = None
) -> Opened:
    """``path`` read with its entries written under ``room`` and read back."""
    out = room / "entries.parquet"
    reading = read(path, mapping=mapping, card_key=KEY, entries=out)
    rows = pq.read_table(out).to_pylist()
    return Opened(reading, [Entry.from_row(row) for row in rows])
