"""Files admitted once: the storable copy under ``files``, their entries in the lake.

``data/files/<stored sha-256>`` is what may be stored; ``data/lake/entries/<received sha-256>/``
holds the entries and what was read beside them. That folder is written beside and renamed as the
last act, so: if it is there, the file is imported; after a kill at any moment it is not.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amends.problems import AmendsError, Problem
from amends.sources.columns import read_mapping
from amends.sources.mapping import ColumnMapping
from amends.sources.masked_copy import write_copy
from amends.sources.reading import Progress, Reading, read, sha256_of

READING = "_reading.json"  # Parquet readers pass over names that begin so
ENTRIES = "entries.parquet"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: SHA-256 of the bytes received and of the copy stored, and numbers masked."""

    sha256: str
    stored_sha256: str
    masked: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a file. ``new`` is False when the same bytes had been admitted before."""

    sha256: str
    stored_sha256: str
    new: bool
    reading: Reading

    @property
    def format(self) -> str:
        """The format that was read."""
        return self.reading.format

    @property
    def side(self) -> str:
        """``ledger``, ``processor`` or ``bank``."""
        return self.reading.side


def admit(
    path: Path, *, data: Path, card_key: bytes, format: str | None = None,  # noqa: A002
    mapping: ColumnMapping | Mapping[str, Any] | None = None, name: str | None = None,
    progress: Progress | None = None,
) -> Admission:
    """Hash, mask, store and read ``path``; the same bytes again change nothing.

    AmendsError when it cannot be read at all or the disk refuses; then nothing half is left.
    """
    columns = None if mapping is None else read_mapping(mapping)
    sha256 = sha256_of(path)
    folder = data / "lake" / "entries" / sha256
    beside = data / "lake" / "beside" / sha256
    with _disk(path.name), _alone(data, sha256):
        if folder.is_dir():
            return _known(folder)
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        try:
            reading = read(path, format=format, mapping=columns, card_key=card_key, name=name,
                           entries=beside / ENTRIES, progress=progress)
            kept = keep(path, data=data, mapping=columns)
            _write_json(beside / READING,
                        {"stored_sha256": kept.stored_sha256, **reading.as_record()})
            _flush(beside / ENTRIES)
            folder.parent.mkdir(parents=True, exist_ok=True)
            beside.replace(folder)
            _flush(folder.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return Admission(sha256, kept.stored_sha256, True, reading)


def keep(path: Path, *, data: Path, mapping: ColumnMapping | None = None) -> Kept:
    """Store the copy of ``path`` that may be stored, under its own SHA-256; evidence of any kind.

    AmendsError for a PDF or picture with a card number in its text, or when the disk refuses.
    """
    received = sha256_of(path)
    files = data / "files"
    with _disk(path.name):
        files.mkdir(parents=True, exist_ok=True)
        beside = files / f".{received}.{os.getpid()}.part"
        try:
            with beside.open("wb") as out:
                masked = write_copy(path, out, mapping)
                out.flush()
                os.fsync(out.fileno())
            stored = sha256_of(beside)
            beside.replace(files / stored)
            _flush(files)
        finally:
            beside.unlink(missing_ok=True)
    return Kept(received, stored, masked)


def _known(folder: Path) -> Admission:
    """The admission as it was recorded the first time."""
    record = json.loads((folder / READING).read_text("utf-8"))
    return Admission(folder.name, record["stored_sha256"], False, Reading.from_record(record))


@contextmanager
def _alone(data: Path, sha256: str) -> Iterator[None]:
    """One admission of the same bytes at a time; what a killed one left is then nobody's."""
    locks = data / "lake" / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / sha256[:2]).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _disk(name: str) -> Iterator[None]:
    """A refusal of the disk becomes a Problem."""
    try:
        yield
    except OSError as error:
        raise AmendsError(Problem(
            "error", f"The file could not be stored: {error.strerror or error}.",
            "Nothing was kept. Free space or mend the folder, and import it again.", name,
        )) from error


def _write_json(path: Path, document: object) -> None:
    with path.open("w", encoding="utf-8") as out:
        json.dump(document, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())


def _flush(path: Path) -> None:
    """What was written to a file or folder survives a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
