"""Bulk tables: one small Engine; the only room that knows DuckDB (and, in time, Spark)."""

from amends.tables.engine import Engine, Interrupted, open_engine

__all__ = ["Engine", "Interrupted", "open_engine"]
