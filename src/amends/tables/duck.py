"""The Engine on DuckDB, in this process, in memory, nothing fetched from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from amends.problems import AmendsError, Problem, ensure
from amends.tables.engine import Interrupted

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_Options = dict[str, str | bool | int | float | list[str]]


def _options(threads: int | None, memory: str | None, spill: Path | None) -> _Options:
    options: _Options = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "preserve_insertion_order": "true",
        "temp_directory": str(spill) if spill else "",
    }
    if threads:
        options["threads"] = str(threads)
    if memory:
        options["memory_limit"] = memory
    return options


@contextmanager
def _said_plainly() -> Iterator[None]:
    """The engine's errors that a person can do something about, as Problems."""
    try:
        yield
    except duckdb.InterruptException as stopped:
        raise Interrupted("The work was stopped before its end.") from stopped
    except duckdb.OutOfMemoryException as full:
        raise AmendsError(Problem("error", "The tables do not fit into the memory allowed.",
                                  "Allow more, or name a folder to spill to.")) from full
    except (duckdb.IOException, duckdb.InvalidInputException) as unread:
        raise AmendsError(Problem("error", f"A table cannot be read or written: {unread}",
                                  "Check the path and the free space.")) from unread


class DuckEngine:
    """One private DuckDB database; see ``engine.Engine`` for what each verb does."""

    def __init__(self, *, threads: int | None = None, memory: str | None = None,
                 spill: Path | None = None) -> None:
        try:
            self._duck = duckdb.connect(":memory:", config=_options(threads, memory, spill))
        except duckdb.Error as refused:
            raise AmendsError(Problem("error", f"The engine cannot start: {refused}",
                                      "Check threads and memory (as 4GB).")) from refused
        self.run("SET TimeZone = 'UTC'; SET lock_configuration = true")

    def view(self, name: str, source: Path | str | pa.Table) -> None:
        """Name a Parquet path or glob, or an Arrow table."""
        ensure(_NAME.fullmatch(name), f"{name!r} is no name for a view")
        with _said_plainly():
            if isinstance(source, pa.Table):
                self._duck.register(name, source)
            else:
                files = f"SELECT * FROM read_parquet({_quoted(str(source))})"
                self._duck.execute(f"CREATE OR REPLACE VIEW {name} AS {files}")
                self._duck.complete()

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """The rows of one SELECT, all of them, as Arrow."""
        with _said_plainly():
            relation = self._duck.sql(sql, params=dict(params) if params else None)
            ensure(relation is not None, "a query gives rows back")
            return relation.to_arrow_table()

    def run(self, sql: str) -> None:
        """Do statements that give no rows back."""
        with _said_plainly():
            self._duck.execute(sql)
            self._duck.complete()

    def write(self, sql: str, path: Path, params: Mapping[str, object] | None = None) -> None:
        """Write the rows of one SELECT as Parquet, in their order."""
        copy = f"COPY ({sql}) TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        with _said_plainly():
            self._duck.execute(copy, dict(params) if params else None)
            self._duck.complete()

    def interrupt(self) -> None:
        """Stop what runs now; it raises Interrupted."""
        self._duck.interrupt()

    def close(self) -> None:
        """Let go of the database and its memory."""
        self._duck.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
