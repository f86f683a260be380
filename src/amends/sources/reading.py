"""Read any statement or report: the format is found from the content, not from the name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.problems import AmendsError, Problem
from amends.sources.columns import read_mapping
from amends.sources.extract import PROBLEMS_KEPT, Extract
from amends.sources.formats import camt, mt940, swedbankpay, tabular
from amends.sources.mapping import ColumnMapping
from amends.sources.records import ENTRY_SCHEMA, Control, Statement
from amends.sources.source import HEAD_BYTES, Source

_READERS: tuple[ModuleType, ...] = (camt, mt940, swedbankpay, tabular)  # asked in this order
_REPEATED = ["file_sha256", "account", "currency", "kind", "code_scheme", "code",
             "references.list.element.kind"]  # columns of few values: Parquet keeps a dictionary
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file held. ``covers`` is the first and last day of its entries, None without."""

    format: str
    side: str
    sha256: str
    statements: tuple[Statement, ...]
    controls: Mapping[str, Control]
    counts: Mapping[str, Any]
    problems: tuple[Problem, ...]
    entry_count: int
    covers: tuple[date, date] | None

    def as_json(self) -> dict[str, Any]:
        """The document that ``amends read --json`` prints."""
        return {
            "format": self.format, "sha256": self.sha256,
            "statements": [statement.as_json() for statement in self.statements],
            "controls": {what: control.as_json() for what, control in self.controls.items()},
            "counts": dict(self.counts),
            "problems": [problem.as_json() for problem in self.problems],
        }

    def as_record(self) -> dict[str, Any]:
        """All of it as plain values; ``from_record`` reads it back."""
        return self.as_json() | {
            "side": self.side, "entry_count": self.entry_count,
            "covers": [day.isoformat() for day in self.covers] if self.covers else None,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Reading:
        """The Reading of ``as_record``."""
        covers = record["covers"]
        return cls(
            record["format"], record["side"], record["sha256"],
            tuple(Statement(**{name: row[name] for name in Statement.__slots__})
                  for row in record["statements"]),
            {what: Control(row["stated"], row["computed"])
             for what, row in record["controls"].items()},
            record["counts"], tuple(Problem(**row) for row in record["problems"]),
            record["entry_count"],
            (date.fromisoformat(covers[0]), date.fromisoformat(covers[1])) if covers else None,
        )


def formats() -> tuple[str, ...]:
    """The names that ``format`` may have."""
    return tuple(name for reader in _READERS for name in reader.FORMATS)


def read(
    path: Path, *, format: str | None = None,  # noqa: A002
    mapping: ColumnMapping | Mapping[str, Any] | None = None, card_key: bytes = b"",
    entries: Path | None = None, name: str | None = None, progress: Progress | None = None,
) -> Reading:
    """Read ``path``; its entries go to the Parquet file ``entries`` where that is given.

    ``mapping`` says how the columns of a table are read. ``card_key`` makes the keyed hash of card
    numbers. ``progress`` is told bytes done and bytes in all. AmendsError when nothing can be read
    at all; anything less is a Problem of the Reading.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    tell = progress or (lambda done, total: None)
    columns = None if mapping is None else read_mapping(mapping)
    source = Source(path, name or path.name, size, head, columns,
                    lambda done: tell(min(done, size), size))
    reader = _reader(source, format)
    sha256 = sha256_of(path)
    with _Sink(entries) as sink:
        extract = Extract(source.name, sha256, card_key, sink.write)
        found = reader.read(source, extract)
        extract.flush()
    return reading_of(found, extract)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reader(source: Source, named: str | None) -> ModuleType:
    if not source.size:
        raise AmendsError(Problem("error", "The file is empty.", "Ask for it again.", source.name))
    for reader in _READERS:
        if (named in reader.FORMATS) if named else reader.recognises(source):
            return reader
    if named:
        raise AmendsError(Problem("error", f"There is no format {named!r}.",
                                  f"Use one of {', '.join(formats())}.", source.name))
    raise AmendsError(Problem(
        "error", "The file is in no format that Amends reads.",
        "Give camt, MT940, a Swedbank Pay report, CSV or XLSX; a PDF or picture holds no entries.",
        source.name))


def reading_of(found: str, extract: Extract) -> Reading:
    """The Reading of a file of format ``found`` that has been read to its end."""
    problems = list(extract.problems)
    if extract.problems_left_out:
        problems.append(Problem(
            "warning", f"{extract.problems_left_out} more problems are not listed.",
            f"Correct the first {PROBLEMS_KEPT} and read the file again.", extract.name))
    covers = (extract.first_day, extract.last_day)
    return Reading(
        found, extract.side, extract.sha256,
        tuple(tally.statement() for tally in extract.tallies), dict(extract.controls),
        dict(extract.counts), tuple(problems), extract.entry_count,
        covers if covers[0] and covers[1] else None,  # type: ignore[arg-type]
    )


class _Sink:
    """Writes batches to a Parquet file that appears only when it is whole; or to nowhere.

    One batch is written by a thread of its own while the next is being read.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.part") if path else None
        self._writer: pq.ParquetWriter | None = None
        self._hand = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None

    def __enter__(self) -> _Sink:
        if self._beside:
            self._writer = pq.ParquetWriter(
                self._beside, ENTRY_SCHEMA, compression="zstd", compression_level=1,
                use_dictionary=_REPEATED)
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one batch as a row group of its own."""
        if self._writer:
            self._wait()
            self._writing = self._hand.submit(self._writer.write_batch, batch)

    def _wait(self) -> None:
        if self._writing:
            self._writing.result()
            self._writing = None

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if self._writer and self._beside and self._path:
                try:
                    self._wait()
                finally:
                    self._writer.close()
                if kind is None:
                    self._beside.replace(self._path)
        finally:
            self._hand.shutdown()
            if self._beside:
                self._beside.unlink(missing_ok=True)
