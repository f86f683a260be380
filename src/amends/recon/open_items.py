"""The open items that a run hands to the next one, kept in a state folder.

``CURRENT`` names the generation in use; a new one is written beside and the name is replaced in
one step. Rows that are tied leave, but stay known for ``copy_days`` so that a copy that comes
later is still seen. ``runs/<digest>`` keeps what each folder gave, so that a repeat gives it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from amends.recon.folder import COLUMNS
from amends.recon.labels import BREAK_SCHEMA, Close
from amends.recon.payouts import PayoutResult
from amends.recon.rules import Rules
from amends.tables import Engine

# Breaks of rows that are tied, or that only repeat another: nothing that comes later mends them
LASTING = ("amount_mismatch", "transposed_digits", "partial_capture", "fee_mismatch",
           "sign_reversed", "currency_mismatch", "late_settlement", "bank_short",
           "duplicate_psp", "double_refund", "duplicate_ledger")
KEPT_SCHEMA = BREAK_SCHEMA.append(pa.field("since", pa.date32()))
_DUE = ("line_id", "payout_id", "account", "currency", "settled_date", "created_at", "net_minor")
_DUE_SCHEMA = pa.schema([
    ("line_id", pa.int64()), ("payout_id", pa.string()), ("account", pa.string()),
    ("currency", pa.string()), ("settled_date", pa.date32()),
    ("created_at", pa.timestamp("us")), ("net_minor", pa.int64())])


def _current(state: Path | None) -> Path | None:
    pointer = state / "CURRENT" if state else None
    return state / pointer.read_text().strip() if state and pointer and pointer.exists() else None


def earlier_run(state: Path, digest: str) -> Path | None:
    """The results that the folder with this digest gave, if it was run before."""
    return state / "runs" / digest if digest in _seen(state) else None


def seen_until(state: Path | None) -> date | None:
    """The day before which the rows of earlier runs lie; None before the first run."""
    kept = _current(state)
    return date.fromisoformat((kept / "until.txt").read_text()) if kept else None


def view_sides(engine: Engine, state: Path | None, *, direct: bool) -> None:
    """Name what this run works on: today's rows and the open items, without repeats."""
    kept = _current(state)
    for side, key in (("ledger", "ledger_id"), ("psp", "line_id"), ("bank", "bank_line_id")):
        today = f"SELECT * FROM {side}_new"
        if direct and side == "bank":
            today += " WHERE 1 = 0"
        if kept:
            engine.view(f"{side}_kept", kept / f"{side}.parquet")
            engine.view(f"{side}_known", kept / f"{side}_known.parquet")
            today = f"""SELECT * FROM ({today}) AS n
                WHERE NOT EXISTS (SELECT 1 FROM {side}_kept AS k WHERE k.{key} = n.{key})
                  AND NOT EXISTS (SELECT 1 FROM {side}_known AS k WHERE k.{key} = n.{key})"""
        engine.run(f"CREATE VIEW {side}_today AS {today}")
        columns = ", ".join(f'"{name}"' for name in COLUMNS[side])
        both = f" UNION ALL SELECT {columns} FROM {side}_kept" if kept else ""
        engine.run(f"CREATE VIEW {side} AS SELECT {columns} FROM {side}_today{both}")
        known = f" UNION ALL SELECT {columns} FROM {side}_known" if kept else ""
        engine.run(f"CREATE VIEW known_{side} AS SELECT * FROM {side}{known}")
    if kept:
        engine.view("due_kept", kept / "due.parquet")
        engine.view("breaks_kept", kept / "breaks.parquet")
    else:
        engine.view("due_kept", _DUE_SCHEMA.empty_table())
        engine.view("breaks_kept", KEPT_SCHEMA.empty_table())
    columns = ", ".join(_DUE)
    engine.run(f"CREATE VIEW due AS SELECT {columns} FROM psp_today "
               f"UNION ALL SELECT {columns} FROM due_kept")


def with_kept(engine: Engine, found: Iterable[Mapping[str, object]],
              close: Close) -> list[dict[str, object]]:
    """This run's breaks and the lasting ones of earlier runs, aged to this close, in order."""
    rows = [dict(row) for row in found]
    for row in engine.query("SELECT * FROM breaks_kept").to_pylist():
        row["age_days"] = close.age(row.pop("since"))
        rows.append(row)
    return sorted(rows, key=lambda row: tuple(
        (row[key] is None, row[key] if row[key] is not None else 0)
        for key in ("kind", "ledger_id", "line_id", "bank_line_id", "payout_id")))


def write(engine: Engine, state: Path, digest: str, *, breaks: Path, result: PayoutResult,
          close: Close, rules: Rules, until: date, settled_before: date) -> Path:
    """A new generation of open items, not yet current; its folder comes back."""
    kept = state / f"items-{digest[:16]}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    remembered = until - timedelta(days=rules["copy_days"])
    for side, key, seen, copies, rest in (
            ("ledger", "ledger_id", "booked_at", "ledger_copy", "ledger_rest"),
            ("psp", "line_id", "created_at", "line_copy", "line_rest")):
        closed = f"""SELECT {key} FROM exact_once UNION SELECT {key} FROM tied UNION
                     SELECT c.{key} FROM {copies} AS c JOIN {side} AS s ON s.{key} = c.{key}
                     WHERE s.{seen} < TIMESTAMP '{settled_before}' AND NOT EXISTS (
                       SELECT 1 FROM {rest} AS r WHERE r.{key} = c.twin
                         AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.{key} = r.{key}))"""
        engine.write(f"SELECT * FROM {side} AS s WHERE NOT EXISTS (SELECT 1 FROM ({closed}) AS c "
                     f"WHERE c.{key} = s.{key}) ORDER BY {key}", kept / f"{side}.parquet")
        engine.write(f"SELECT k.* FROM known_{side} AS k WHERE k.{seen} >= "
                     f"TIMESTAMP '{remembered}' AND NOT EXISTS (SELECT 1 FROM {side} AS s "
                     f"WHERE s.{key} = k.{key} AND NOT EXISTS (SELECT 1 FROM ({closed}) AS c "
                     f"WHERE c.{key} = s.{key})) ORDER BY {key}", kept / f"{side}_known.parquet")
    _write_bank(engine, kept, result, until - timedelta(days=2 * rules["bank_days"]))
    _write_breaks(engine, kept, breaks, close)
    (kept / "until.txt").write_text(until.isoformat())
    return kept


def _write_bank(engine: Engine, kept: Path, result: PayoutResult, since: date) -> None:
    tied = [tie.bank_line.id for tie in result.ties]
    engine.view("bank_tied", pa.table({"bank_line_id": pa.array(tied, pa.int64())}))
    engine.write("SELECT * FROM bank AS b WHERE NOT EXISTS (SELECT 1 FROM bank_tied AS t WHERE "
                 f"t.bank_line_id = b.bank_line_id) AND value_date >= DATE '{since}' "
                 "ORDER BY bank_line_id", kept / "bank.parquet")
    engine.write("SELECT k.* FROM known_bank AS k WHERE EXISTS (SELECT 1 FROM bank_tied AS t WHERE "
                 f"t.bank_line_id = k.bank_line_id) AND value_date >= DATE '{since}' "
                 "ORDER BY bank_line_id", kept / "bank_known.parquet")
    rows = []
    for payout in result.unpaid:
        for line, net in zip(payout.lines or (None,), payout.nets or (payout.net_minor,),
                             strict=True):
            rows.append({"line_id": line, "payout_id": None if payout.lines else payout.key,
                         "account": payout.account, "currency": payout.currency,
                         "settled_date": payout.settled_on, "created_at": None,
                         "net_minor": net})
    pq.write_table(pa.Table.from_pylist(rows, schema=_DUE_SCHEMA), kept / "due.parquet")


def _write_breaks(engine: Engine, kept: Path, breaks: Path, close: Close) -> None:
    """Keep the lasting breaks, but not those of copies that are still open items."""
    for name, path in (("breaks_written", breaks), ("ledger_open", kept / "ledger.parquet"),
                       ("psp_open", kept / "psp.parquet")):
        engine.view(name, path)
    lasting = ", ".join(f"'{kind}'" for kind in LASTING)
    rows = engine.query(
        f"""SELECT * FROM breaks_written AS b WHERE kind IN ({lasting})
              AND NOT EXISTS (SELECT 1 FROM ledger_open AS o WHERE o.ledger_id = b.ledger_id)
              AND NOT EXISTS (SELECT 1 FROM psp_open AS o WHERE o.line_id = b.line_id)""")
    kept_rows = [row | {"since": close.on - timedelta(days=row["age_days"])}
                 for row in rows.to_pylist()]
    pq.write_table(pa.Table.from_pylist(kept_rows, schema=KEPT_SCHEMA), kept / "breaks.parquet")


def make_current(state: Path, kept: Path, digest: str, out: Path) -> None:
    """Keep what the run gave, then make its open items the current ones, in one step."""
    before = _current(state)
    run = state / "runs" / digest
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(out, run)
    seen = _seen(state)
    (kept / "seen.txt").write_text("\n".join([*seen, digest]) + "\n")
    pointer = state / "CURRENT.part"
    pointer.write_text(kept.name)
    pointer.replace(state / "CURRENT")
    if before and before != kept:
        shutil.rmtree(before, ignore_errors=True)


def _seen(state: Path) -> list[str]:
    kept = _current(state)
    return (kept / "seen.txt").read_text().split() if kept else []
