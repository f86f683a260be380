"""One run of the three-way reconciliation: a folder in, results out, every entry accounted for."""

from __future__ import annotations

import resource
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from amends.problems import AmendsError, Problem
from amends.recon import labels, open_items, report
from amends.recon.direct import tie_batches
from amends.recon.folder import Folder, look, name_tables, set_clock_back
from amends.recon.pairing import hours_apart, pair, step, tie_exact
from amends.recon.payouts import BankLine, Payout, PayoutResult, tie_payouts
from amends.recon.rules import Rules, load
from amends.tables import Engine, Interrupted, open_engine

_NEVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Job:
    """What a run works with from beginning to end."""

    engine: Engine
    folder: Folder
    rules: Rules
    close: labels.Close
    settled_before: date
    until: date
    told: Callable[[str], None]


def reconcile(folder: Path, out: Path, *, state: Path | None = None, engine: str = "duckdb",
              memory: str | None = None, threads: int | None = None, rules: Path | None = None,
              progress: Callable[[str], None] | None = None,
              cancelled: Callable[[], bool] | None = None) -> dict[str, Any]:
    """``summary.json`` of the run over ``folder``; its files are in ``out`` when this returns.

    ``out`` is written beside and renamed, so that a killed run leaves what was there before. With
    ``state`` the run works on the open items kept there, and a folder that it has seen changes
    nothing. Raises AmendsError for input that cannot be used, Interrupted when ``cancelled``.
    """
    started = time.perf_counter()
    found = look(folder)
    report.ensure_ours(out)
    if state and (known := open_items.earlier_run(state, found.digest())):
        return _again(known, out)
    book = load(rules, found.meta)
    with _beside(out) as beside:
        with (open_engine(engine, memory=memory, threads=threads, spill=beside / "spill") as tables,
              _stoppable(tables, cancelled)):
            job = _prepare(tables, found, book, state, _teller(progress, cancelled))
            summary, result = _work(job, beside)
            kept = _keep(job, state, beside, result) if state else None
        shutil.rmtree(beside / "spill", ignore_errors=True)
        report.write_summary(summary | {
            "seconds": round(time.perf_counter() - started, 3),
            "memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}, beside)
        _put_in_place(beside, out)
    if state and kept:
        open_items.make_current(state, kept, found.digest(), out)
    return report.read_summary(out)


def _keep(job: Job, state: Path, beside: Path, result: PayoutResult) -> Path:
    return open_items.write(
        job.engine, state, job.folder.digest(), breaks=beside / "breaks.parquet", result=result,
        close=job.close, rules=job.rules, until=job.until, settled_before=job.settled_before)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` to work in; gone in the end, whatever happens."""
    beside = out.parent / f".{out.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(beside: Path, out: Path) -> None:
    old = out.parent / f".{out.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    beside.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _again(known: Path, out: Path) -> dict[str, Any]:
    with _beside(out) as beside:
        shutil.copytree(known, beside, dirs_exist_ok=True)
        _put_in_place(beside, out)
    return report.read_summary(out)


@contextmanager
def _stoppable(engine: Engine, cancelled: Callable[[], bool] | None) -> Iterator[None]:
    """Interrupt the engine as soon as ``cancelled`` says so, whatever it is doing."""
    done = threading.Event()

    def watch() -> None:
        while cancelled and not done.wait(0.2):
            if cancelled():
                engine.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    if cancelled:
        watcher.start()
    try:
        yield
    finally:
        done.set()
        if cancelled:
            watcher.join()


def _teller(progress: Callable[[str], None] | None,
            cancelled: Callable[[], bool] | None) -> Callable[[str], None]:
    """Says how far the run is, and stops it there when it was cancelled."""
    def told(text: str) -> None:
        if cancelled and cancelled():
            raise Interrupted("The run was cancelled.")
        if progress:
            progress(text)

    return told


def _prepare(engine: Engine, folder: Folder, rules: Rules, state: Path | None,
             told: Callable[[str], None]) -> Job:
    told("reading the folder")
    name_tables(engine, folder)
    open_items.view_sides(engine, state, direct=folder.direct)
    _ensure_ids(engine)
    last = _seen_until(engine, state)
    close = labels.Close(folder.closes_on or last, rules.settle_lag_days)
    if folder.meta.get("as_of") and (close.on - last).days <= rules.settle_lag_days:
        last = max(last, close.on)
    final = state is None or (folder.last_day is not None and last >= folder.last_day
                              and int(folder.meta["report_days"]) > rules.settle_lag_days)
    before = _NEVER if final else last - timedelta(days=rules.settle_lag_days + 1)
    if folder.direct:
        rules = replace(rules, numbers={**rules.numbers, "within_days": rules["bank_days"]})
    return Job(engine, folder, rules, close, before, last, told)


def _seen_until(engine: Engine, state: Path | None) -> date:
    """The day after the newest row that this run or an earlier one has seen."""
    found = engine.query("SELECT CAST(MAX(booked_at) AS DATE) AS d FROM ledger_today UNION ALL "
                         "SELECT MAX(settled_date) FROM psp_today").column("d").to_pylist()
    days: list[date] = [day + timedelta(days=1) for day in found if day]
    return max([*days, open_items.seen_until(state) or date(1970, 1, 1)])


def _ensure_ids(engine: Engine) -> None:
    for side, key in (("ledger", "ledger_id"), ("psp", "line_id"), ("bank", "bank_line_id")):
        n = engine.query(f"SELECT COUNT(*) - COUNT(DISTINCT {key}) AS n FROM {side}")
        if n.column("n")[0].as_py():
            raise AmendsError(Problem("error", f"{side}.parquet has rows without a {key} of "
                                      "their own.", "Each row needs an id that no other has.",
                                      f"{side}.parquet", field=key))


def _work(job: Job, beside: Path) -> tuple[dict[str, Any], PayoutResult]:
    engine, told = job.engine, job.told
    tie_exact(engine, job.rules)
    if not job.folder.direct and (seconds := hours_apart(engine, job.rules)):
        set_clock_back(engine, job.folder, seconds)
        tie_exact(engine, job.rules)
    pair(engine, job.rules, job.settled_before.isoformat(), told)
    if job.folder.direct:
        tie_batches(engine, job.rules, job.settled_before)
    for name in ("60_fees", "61_late", "62_proposed"):
        engine.run(step(name, job.rules))
    told("breaks are named")
    result = _bank(job)
    told("payouts are tied to the bank")
    found = _breaks(job, result)
    report.write_breaks(open_items.with_kept(engine, found, job.close), beside)
    report.view_reasons(engine)
    report.write_links(engine, beside)
    report.write_proposed(engine, result, beside)
    report.write_payouts(result.ties, beside)
    totals = _totals(job, found, result)
    report.check_written(engine, beside, totals)
    told("control totals tie")
    return _summary(job, totals), result


def _bank(job: Job) -> PayoutResult:
    """Payouts against bank lines; nothing when one of them has never been seen."""
    query = job.engine.query
    lines = [BankLine(row["bank_line_id"], row["account"], row["currency"], row["value_date"],
                      row["amount_minor"], row["counterparty"] or "", row["remittance"] or "")
             for row in query("SELECT * FROM bank ORDER BY bank_line_id").to_pylist()]
    if job.folder.direct or ("bank" not in job.folder.tables and not lines):
        return PayoutResult()
    payouts = [Payout(row["payout_id"], row["account"], row["currency"], row["settled_on"],
                      row["net_minor"]) for row in query(step("50_payouts", job.rules)).to_pylist()]
    days: dict[tuple[str, date], list[dict[str, Any]]] = {}
    for row in query(step("51_unlabelled", job.rules)).to_pylist():
        days.setdefault((row["account"], row["settled_on"]), []).append(row)
    for (account, day), rows in days.items():
        nets = tuple(row["net_minor"] for row in rows)
        payouts.append(Payout(f"{account} {day}", account, rows[0]["currency"], day, sum(nets),
                              tuple(row["line_id"] for row in rows), nets))
    before = job.settled_before
    if before != _NEVER:
        before = job.until - timedelta(days=job.rules["bank_due_days"])
    return tie_payouts(payouts, lines, job.rules, before)


def _breaks(job: Job, result: PayoutResult) -> list[dict[str, object]]:
    engine, close = job.engine, job.close
    direct = job.folder.direct
    found = labels.of_differences(engine.query(step("67_differences", job.rules)).to_pylist(),
                                  close)
    if not direct:
        found += labels.of_lines(engine.query(step("65_left_lines", job.rules)).to_pylist(), close)
    found += labels.of_ledger(engine.query(step("66_left_ledger", job.rules)).to_pylist(), close,
                              "bank statement" if direct else "report")
    newest = engine.query("SELECT MAX(value_date) AS d FROM bank").column("d")[0].as_py()
    return found + labels.of_payouts(result, close, newest or close.on, job.rules)


_ROWS = {
    "ledger": "SELECT ledger_id AS id, currency, account, amount_minor FROM ledger",
    "psp": "SELECT line_id AS id, currency, account, gross_minor AS amount_minor FROM psp",
    "bank": "SELECT bank_line_id AS id, currency, account, amount_minor FROM bank",
}


def _totals(job: Job, found: Sequence[dict[str, object]],
            result: PayoutResult) -> list[dict[str, Any]]:
    """Control totals of each side: break before matched before proposed, each row once."""
    engine, totals = job.engine, []
    for side, key in (("ledger", "ledger_id"), ("psp", "line_id"), ("bank", "bank_line_id")):
        named = {int(str(row[key])): "carried" if row["kind"] == "timing_cutoff" else "breaks"
                 for row in found if row[key] is not None}
        if side == "bank":
            proposed = [tie.bank_line.id for tie in result.live]
            engine.view("bank_linked", pa.table({"id": pa.array(sorted(
                {tie.bank_line.id for tie in result.ties}), pa.int64())}))
            linked = "SELECT id FROM bank_linked"
        else:
            proposed = engine.query(f"SELECT DISTINCT {key} AS id FROM maybe")["id"].to_pylist()
            linked = (f"SELECT {key} AS id FROM exact_once UNION ALL "
                      f"SELECT DISTINCT {key} FROM tied")
        named = dict.fromkeys(proposed, "proposed") | named
        engine.view(f"{side}_named", pa.table({
            "id": pa.array(named.keys(), pa.int64()),
            "state": pa.array(named.values(), pa.string())}))
        totals += report.control_totals(engine, side, _ROWS[side], linked,
                                        "excluded" if side == "bank" or (
                                            side == "psp" and job.folder.direct) else "nowhere")
    return totals


def _summary(job: Job, totals: list[dict[str, Any]]) -> dict[str, Any]:
    rules = job.engine.query(
        "SELECT rule, CAST(SUM(n) AS BIGINT) AS n FROM ("
        "SELECT 'exact' AS rule, COUNT(*) AS n FROM exact_once UNION ALL "
        "SELECT rule, COUNT(*) FROM tied GROUP BY rule) AS r "
        "GROUP BY rule ORDER BY n DESC, rule").to_pylist()
    breaks = job.engine.query("SELECT kind, COUNT(*) AS n FROM written_breaks GROUP BY kind "
                              "ORDER BY kind").to_pylist()
    return {"rules": job.rules.name, "closes_on": job.close.on.isoformat(),
            "rows": {side: sum(line["total"]["rows"] for line in totals if line["side"] == side)
                     for side in _ROWS},
            "tied_by": {row["rule"]: row["n"] for row in rules if row["n"]},
            "breaks": {row["kind"]: row["n"] for row in breaks}, "totals": totals}
