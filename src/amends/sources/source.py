"""One file to be read: where it lies, what it is called, and how its columns are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from amends.sources.mapping import ColumnMapping

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A file as readers see it; ``head`` is its beginning, ``progress`` is told the bytes read."""

    path: Path
    name: str
    size: int
    head: bytes
    mapping: ColumnMapping | None
    progress: Callable[[int], None]
