"""A folder of three-way tables: what is in it, brought to one shape for the steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from amends.problems import AmendsError, Problem
from amends.recon.direct import AS_REPORT
from amends.tables import Engine

# table -> column -> type; the first is the row's id, and those marked "!" must be there
COLUMNS: dict[str, dict[str, str]] = {
    "ledger": {"ledger_id": "BIGINT!", "booked_at": "TIMESTAMP!", "type": "VARCHAR",
               "reference": "VARCHAR", "amount_minor": "BIGINT!", "currency": "VARCHAR!",
               "account": "VARCHAR", "method": "VARCHAR", "last4": "VARCHAR"},
    "psp": {"line_id": "BIGINT!", "merchant_reference": "VARCHAR", "type": "VARCHAR",
            "created_at": "TIMESTAMP!", "settled_date": "DATE", "gross_minor": "BIGINT!",
            "fee_minor": "BIGINT", "net_minor": "BIGINT", "currency": "VARCHAR!",
            "payout_id": "VARCHAR", "account": "VARCHAR", "method": "VARCHAR",
            "last4": "VARCHAR"},
    "bank": {"bank_line_id": "BIGINT!", "value_date": "DATE!", "amount_minor": "BIGINT!",
             "currency": "VARCHAR!", "account": "VARCHAR", "counterparty": "VARCHAR",
             "remittance": "VARCHAR"},
    "fee_schedule": {"method": "VARCHAR!", "type": "VARCHAR!", "bps": "BIGINT!",
                     "fixed_minor": "BIGINT!"},
    "fx_rates": {"date": "DATE!", "base": "VARCHAR!", "quote": "VARCHAR!", "rate": "DOUBLE!"},
}
# what stands in where a column is missing or empty
_INSTEAD = {"type": "'payment'", "account": "''", "net_minor": "gross_minor",
            "settled_date": "CAST(created_at AS DATE)"}
_BY_SIGN = "CASE WHEN amount_minor < 0 THEN 'refund' ELSE 'payment' END"


@dataclass(frozen=True, slots=True)
class Folder:
    """The tables that are there, what ``meta.json`` says, and when the report closes."""

    path: Path
    tables: tuple[str, ...]
    meta: Mapping[str, Any]

    @property
    def direct(self) -> bool:
        """Ledger and bank only: no report stands between them."""
        return "psp" not in self.tables

    @property
    def closes_on(self) -> date | None:
        """The report closes at 00:00 UTC of this day; None when nothing says so."""
        if self.meta.get("as_of"):
            return date.fromisoformat(str(self.meta["as_of"])[:10])
        if self.meta.get("period_start") and self.meta.get("report_days") is not None:
            start = date.fromisoformat(str(self.meta["period_start"])[:10])
            return start + timedelta(days=int(self.meta["report_days"]))
        return None

    @property
    def last_day(self) -> date | None:
        """The end of the reported period, whatever day this folder is of."""
        if self.meta.get("period_start") and self.meta.get("report_days") is not None:
            start = date.fromisoformat(str(self.meta["period_start"])[:10])
            return start + timedelta(days=int(self.meta["report_days"]))
        return None

    def digest(self) -> str:
        """The sha-256 over the folder's tables and meta, by which a repeat is known."""
        whole = hashlib.sha256(json.dumps(self.meta, sort_keys=True).encode())
        for table in self.tables:
            whole.update(table.encode())
            with (self.path / f"{table}.parquet").open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()


def look(path: Path) -> Folder:
    """What is in ``path``. Raises AmendsError when there is nothing that two sides could be."""
    if not path.is_dir():
        raise AmendsError(Problem("error", f"{path} is no folder.", "Name the folder with "
                                  "ledger.parquet and psp.parquet or bank.parquet."))
    tables = tuple(table for table in COLUMNS if (path / f"{table}.parquet").exists())
    if "ledger" not in tables or not {"psp", "bank"} & set(tables):
        raise AmendsError(Problem("error", "There are no two sides to reconcile.",
                                  "The folder needs ledger.parquet and psp.parquet or "
                                  "bank.parquet.", str(path)))
    try:
        meta = json.loads((path / "meta.json").read_text()) if (path / "meta.json").exists() else {}
        folder = Folder(path, tables, meta)
        _ = folder.closes_on
    except (ValueError, TypeError) as wrong:
        raise AmendsError(Problem("error", f"meta.json cannot be understood: {wrong}",
                                  "Dates are written 2026-03-31.",
                                  str(path / "meta.json"))) from wrong
    return folder


def select(table: str, path: Path, **instead: str) -> str:
    """The SELECT that brings the Parquet file's columns to the types of ``COLUMNS``.

    ``instead`` gives another expression for a column.
    """
    try:
        there = set(pq.read_schema(path).names)
    except (OSError, ValueError) as unread:
        raise AmendsError(Problem("error", f"{path.name} is no Parquet file.",
                                  "Write it again.", str(path))) from unread
    wanted = COLUMNS[table]
    missing = [name for name, kind in wanted.items() if kind.endswith("!") and name not in there]
    if missing:
        raise AmendsError(Problem("error", f"{path.name} has no column {', '.join(missing)}.",
                                  "See docs/reference/reconciliation.md.", str(path)))
    columns = []
    for name, kind in wanted.items():
        value = f'CAST("{name}" AS {kind.rstrip("!")})' if name in there else "NULL"
        value = instead.get(name, value)
        if name in _INSTEAD:
            value = f"COALESCE({value}, {_INSTEAD[name]})"
        columns.append(f'CAST({value} AS {kind.rstrip("!")}) AS "{name}"')
    return f"SELECT {', '.join(columns)} FROM {table}_file"


def name_tables(engine: Engine, folder: Folder) -> None:
    """Give the engine a view of every table of the contract; missing ones are empty."""
    for table, wanted in COLUMNS.items():
        path = folder.path / f"{table}.parquet"
        if table in folder.tables:
            shaped = select(table, path)
            engine.view(f"{table}_file", path)
            engine.run(f"CREATE VIEW {table}_new AS {shaped}")
        else:
            empty = ", ".join(f'CAST(NULL AS {kind.rstrip("!")}) AS "{name}"'
                              for name, kind in wanted.items())
            engine.run(f"CREATE VIEW {table}_new AS SELECT {empty} WHERE 1 = 0")
    if folder.direct:
        signed = select("ledger", folder.path / "ledger.parquet", type=_BY_SIGN)
        engine.run(f"CREATE OR REPLACE VIEW psp_new AS {AS_REPORT} FROM bank_new; "
                   f"CREATE OR REPLACE VIEW ledger_new AS {signed}")
    engine.run("CREATE TABLE fx AS SELECT date AS on_day, base, quote, "
               "CAST(ROUND(rate * 1000000000) AS BIGINT) AS rate_e9 FROM fx_rates_new "
               "WHERE rate > 0")


def set_clock_back(engine: Engine, folder: Folder, seconds: int) -> None:
    """Read the report's times ``seconds`` earlier: its clock is in another time zone."""
    earlier = select("psp", folder.path / "psp.parquet",
                     created_at=f"CAST(created_at AS TIMESTAMP) - INTERVAL {seconds} SECOND")
    engine.run(f"CREATE OR REPLACE VIEW psp_new AS {earlier}")
