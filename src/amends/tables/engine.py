"""What a room may ask of bulk tables, whichever engine answers.

The SQL handed in keeps to what both DuckDB and Spark can say: common table expressions, joins,
window functions and ``CASE``; sums over integers only (cast them: ``CAST(SUM(x) AS BIGINT)``);
never ``hash()``, which differs between engines; every order spelled out to the last tie.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

from amends.problems import AmendsError, Problem


class Interrupted(Exception):
    """The work was stopped on request, before its end."""


class Engine(Protocol):
    """Named views and tables, queries over them, and Parquet in and out."""

    def view(self, name: str, source: Path | str | pa.Table) -> None:
        """Name a Parquet file, a glob of them, or an Arrow table, so that queries can read it."""

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """The rows of one SELECT; ``$name`` in it stands for ``params['name']``."""

    def run(self, sql: str) -> None:
        """Do one or more statements (CREATE TABLE ... AS, DROP ...) that give no rows back."""

    def write(self, sql: str, path: Path, params: Mapping[str, object] | None = None) -> None:
        """Write the rows of one SELECT to the Parquet file ``path``, in their order."""

    def interrupt(self) -> None:
        """Stop what runs now; it raises Interrupted there. May be called from another thread."""

    def close(self) -> None:
        """Let go of everything."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None: ...


def open_engine(name: str = "duckdb", *, threads: int | None = None, memory: str | None = None,
                spill: Path | None = None) -> Engine:
    """A new engine without tables; a context manager.

    ``memory`` reads ``4GB``; what does not fit goes to the folder ``spill``, or, without one, is a
    Problem. Raises AmendsError for an engine that is not here.
    """
    from amends.tables.duck import DuckEngine  # noqa: PLC0415 (an engine is loaded when asked for)

    if name != "duckdb":
        raise AmendsError(Problem("error", f"There is no engine {name!r} here.", "Use duckdb."))
    return DuckEngine(threads=threads, memory=memory, spill=spill)
