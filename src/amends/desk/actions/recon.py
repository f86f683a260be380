"""Reconciliation at the desk: runs over imported files, breaks kept by key, cases from breaks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from pyarrow import csv

from amends.casework.claims import Kind
from amends.casework.escalations import EscalationFacts
from amends.casework.states import OPEN_STATES
from amends.desk.access import Actor
from amends.desk.actions.cases import open_case
from amends.desk.actions.recording import follow, record
from amends.desk.models import BreakRecord, Case, ReconRun, SourceFile
from amends.money import Money, is_currency
from amends.problems import AmendsError, Problem
from amends.recon.breaks import BREAK_WORDS
from amends.recon.run import reconcile
from amends.recon.sides import from_lake
from amends.tables import Interrupted

MATCHED_SIDES = ("ledger", "processor", "bank")
_TIED_BY = {"exact": "exact", "reference": "exact", "parts": "grouped"}
_KEPT = ("kind", "ledger_entry", "line_entry", "bank_entry", "payout_id", "reference", "account",
         "delta_minor", "currency", "age_days", "reason", "suggestion")
PAYOUT_PATIENCE_DAYS = 5
_KIND_OF_BREAK = {
    "duplicate_psp": Kind.DOUBLE_CHARGE, "amount_mismatch": Kind.WRONG_AMOUNT,
    "transposed_digits": Kind.WRONG_AMOUNT, "currency_mismatch": Kind.WRONG_AMOUNT,
    "sign_reversed": Kind.WRONG_AMOUNT, "missing_in_ledger": Kind.DOUBLE_CHARGE,
    "unbooked_chargeback": Kind.CHARGEBACK_MERCHANT, "bank_short": Kind.PAYOUT_MISSING,
    "payout_missing": Kind.PAYOUT_MISSING,
}


def closing_day(today: date) -> date:
    """The day at whose beginning the imported reports close: after the newest day of any file."""
    newest = SourceFile.objects.filter(
        side__in=MATCHED_SIDES, case=None, covers_to__lt=today
    ).aggregate(day=Max("covers_to"))["day"]
    return newest + timedelta(days=1) if newest else today


@transaction.atomic
def ask_for_run(*, actor: Actor, now: datetime, as_of: date) -> ReconRun:
    """A run over every imported file up to ``as_of``; the worker does it."""
    waiting = ReconRun.objects.filter(state__in=(ReconRun.QUEUED, ReconRun.RUNNING)).first()
    if waiting:
        return waiting
    run = ReconRun.objects.create(as_of=as_of, asked_at=now, started_by=actor.user)
    record(kind="run_asked", actor=actor, now=now, summary=f"Reconciliation to {as_of} asked for",
           payload={"run": run.pk, "as_of": as_of})
    follow("reconcile", key=f"reconcile:{run.pk}", now=now, payload={"run": run.pk})
    return run


@transaction.atomic
def ask_to_stop(*, actor: Actor, now: datetime, run: ReconRun) -> None:
    """Cancel a run; what it had done is thrown away, nothing else changes."""
    ReconRun.objects.filter(pk=run.pk, state__in=(ReconRun.QUEUED, ReconRun.RUNNING)).update(
        cancel_asked=True
    )
    record(kind="run_stopped", actor=actor, now=now, summary=f"Run {run.pk} was stopped",
           payload={"run": run.pk})


def do_run(*, actor: Actor, now: datetime, run: ReconRun) -> None:
    """Reconcile the imported files; a run that was killed starts again from the beginning."""
    if run.state in (ReconRun.DONE, ReconRun.CANCELLED, ReconRun.FAILED):
        return
    ReconRun.objects.filter(pk=run.pk).update(state=ReconRun.RUNNING, started_at=now)
    files = _files()
    if not files.get("ledger"):
        _end(run, ReconRun.FAILED, now, error="No ledger file is imported yet.")
        return
    folder = Path(settings.DATA) / "runs" / str(run.pk)
    started = time.monotonic()
    try:
        from_lake(Path(settings.DATA) / "lake", files, folder / "in", as_of=run.as_of,
                  fee_schedule=_table("fee-schedule", folder),
                  fx_rates=_table("fx-rates", folder))
        summary = reconcile(
            folder / "in", folder / "out", progress=_tell(run), cancelled=lambda: _stopped(run),
        )
    except Interrupted:
        _end(run, ReconRun.CANCELLED, now)
        return
    except AmendsError as error:
        _end(run, ReconRun.FAILED, now, error=str(error))
        return
    keep_breaks(
        actor=actor, now=now + timedelta(seconds=time.monotonic() - started), run=run,
        rows=_rows(folder), summary={**summary, "entries": entries_by_state(folder)},
        files=sum(map(len, files.values())),
    )


def _files() -> dict[str, list[str]]:
    """The files of each side, those of single cases apart; of the processor only settlements.

    The processor's log of events tells of the same refunds as its settlement reports do.
    """
    found: dict[str, list[str]] = {}
    for sha, side, mapping in SourceFile.objects.filter(
        side__in=MATCHED_SIDES, entries__gt=0, case=None
    ).order_by("name", "sha256").values_list("sha256", "side", "mapping"):
        if side != "processor" or not mapping or _settles(mapping):
            found.setdefault(side, []).append(sha)
    return found


def _settles(mapping: Mapping[str, Any]) -> bool:
    return bool(mapping.get("fee") or mapping.get("net")
                or "payout" in mapping.get("references", {}))


def _table(name: str, folder: Path) -> Path | None:
    """A table that was given as CSV (contracted fees, mid rates), as Parquet for the run."""
    path = Path(settings.DATA) / f"{name}.csv"
    if not path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{name}.parquet"
    pq.write_table(csv.read_csv(path), made)
    return made


def _stopped(run: ReconRun) -> bool:
    return ReconRun.objects.filter(pk=run.pk, cancel_asked=True).exists()


def _tell(run: ReconRun) -> Callable[[str], None]:
    def tell(words: str) -> None:
        ReconRun.objects.filter(pk=run.pk).update(progress=words[:200])

    return tell


def _end(run: ReconRun, state: str, now: datetime, *, error: str = "") -> None:
    ReconRun.objects.filter(pk=run.pk).update(state=state, finished_at=now, error=error)


@dataclass(frozen=True, slots=True)
class Row:
    """One break of a run, with the entries behind its numbers."""

    kind: str
    ledger_entry: str
    line_entry: str
    bank_entry: str
    payout_id: str
    reference: str
    account: str
    delta_minor: int
    currency: str
    age_days: int
    reason: str
    suggestion: str

    @property
    def key(self) -> str:
        """What makes it the same break in the next run."""
        return ":".join((self.kind, self.ledger_entry, self.line_entry, self.payout_id))[:120]


def _rows(folder: Path) -> list[Row]:
    ledger = _sides(folder / "in" / "ledger.parquet", "ledger_id", "reference")
    lines = _sides(folder / "in" / "psp.parquet", "line_id", "merchant_reference")
    bank = _sides(folder / "in" / "bank.parquet", "bank_line_id", "remittance")
    rows = []
    for row in pq.read_table(folder / "out" / "breaks.parquet").to_pylist():
        left, line = ledger.get(row["ledger_id"], {}), lines.get(row["line_id"], {})
        at_bank = bank.get(row["bank_line_id"], {})
        rows.append(Row(
            kind=row["kind"], ledger_entry=left.get("entry_id", ""),
            line_entry=line.get("entry_id", ""), bank_entry=at_bank.get("entry_id", ""),
            payout_id=row["payout_id"] or "",
            reference=(left.get("reference") or line.get("merchant_reference")
                       or row["payout_id"] or "")[:80],
            account=left.get("account") or line.get("account") or at_bank.get("account") or "",
            delta_minor=row["delta_minor"] or 0, currency=row["currency"] or "",
            age_days=max(row["age_days"] or 0, 0), reason=row["reason"] or "",
            suggestion=row["suggestion"] or "",
        ))
    return rows


def _sides(path: Path, key: str, reference: str) -> dict[int, dict[str, Any]]:
    if not path.exists():
        return {}
    columns = [key, "entry_id", reference, "account"]
    return {row[key]: row for row in pq.read_table(path, columns=columns).to_pylist()}


def entries_by_state(folder: Path) -> dict[str, int]:
    """How many entries of a finished run's three sides ended where; they add up to ``total``."""
    out, counts = folder / "out", Counter[str]()
    tables = {name: pq.read_table(out / f"{name}.parquet").to_pydict()
              for name in ("links", "payouts", "proposed", "breaks")}
    ties = {"ledger": ("ledger_id", "links"), "psp": ("line_id", "links"),
            "bank": ("bank_line_id", "payouts")}
    for side, (key, tied) in ties.items():
        path = folder / "in" / f"{side}.parquet"
        if not path.exists():
            continue
        state = dict.fromkeys(tables["proposed"][key], "proposed")
        state |= {entry: _TIED_BY.get(rule, "grouped" if side == "bank" else "repaired")
                  for entry, rule in zip(tables[tied][key], tables[tied]["rule"], strict=True)}
        state |= {entry: "carried" if kind == "timing_cutoff" else "breaks" for entry, kind in
                  zip(tables["breaks"][key], tables["breaks"]["kind"], strict=True)}
        for entry in pq.read_table(path, columns=[key]).column(key).to_pylist():
            counts[state.get(entry, "excluded")] += 1
    return {"total": counts.total(), **counts}


@transaction.atomic
def keep_breaks(
    *, actor: Actor, now: datetime, run: ReconRun, rows: Iterable[Row],
    summary: Mapping[str, Any], files: int,
) -> None:
    """Keep the run's breaks by their key: known ones go on, new ones open, the others are gone."""
    known = {b.key: b for b in BreakRecord.objects.select_for_update()}
    fresh: dict[str, BreakRecord] = {}
    again: list[BreakRecord] = []
    for row in rows:
        if row.key in fresh or (row.key in known and known[row.key].run_id == run.pk):
            continue
        found = known.get(row.key)
        if found is None:
            found = fresh[row.key] = BreakRecord(key=row.key, first_run=run)
        else:
            again.append(found)
            found.state = BreakRecord.OPEN if found.state == BreakRecord.GONE else found.state
        found.run = run
        found.hurts_customer = BREAK_WORDS[row.kind].hurts_customer
        for name in _KEPT:
            setattr(found, name, getattr(row, name))
    BreakRecord.objects.bulk_create(fresh.values(), batch_size=200)
    BreakRecord.objects.bulk_update(
        again, ["run", "state", "hurts_customer", *_KEPT], batch_size=100
    )
    gone = [b.pk for b in known.values() if b.run_id != run.pk and b.state == BreakRecord.OPEN]
    for start in range(0, len(gone), 500):
        BreakRecord.objects.filter(pk__in=gone[start : start + 500]).update(
            state=BreakRecord.GONE
        )
    ReconRun.objects.filter(pk=run.pk).update(
        state=ReconRun.DONE, finished_at=now, summary=dict(summary), files=files, progress="",
        folder=f"runs/{run.pk}",
    )
    record(kind="run_done", actor=actor, now=now,
           summary=f"Reconciled to {run.as_of}: {len(fresh) + len(again)} breaks, "
           f"{len(gone)} gone",
           payload={"run": run.pk, "breaks": len(fresh) + len(again), "gone": len(gone)})
    follow("cases_from_breaks", key=f"cases_from_breaks:{run.pk}", now=now,
           payload={"run": run.pk})


def cases_from_breaks(*, actor: Actor, now: datetime, at_most: int = 500) -> int:
    """Every open break that hurts a customer joins the open case of its payment, or opens one.

    A payout is given time to arrive over a weekend and a holiday first.
    """
    waiting = BreakRecord.objects.filter(
        state=BreakRecord.OPEN, hurts_customer=True, case=None
    ).exclude(reference="").exclude(
        kind="payout_missing", age_days__lt=PAYOUT_PATIENCE_DAYS
    ).order_by("-age_days", "pk")[:at_most]
    before = Case.objects.count()
    for found in waiting:
        case_of_break(actor=actor, now=now, found=found)
    return Case.objects.count() - before


@transaction.atomic
def case_of_break(*, actor: Actor, now: datetime, found: BreakRecord) -> Case:
    """The case that a break belongs to: its own, the open one of its payment, or a new one."""
    if found.case:
        return found.case
    case = Case.objects.filter(
        reference=found.reference, state__in=OPEN_STATES
    ).order_by("number").first() if found.reference else None
    if case is None:
        case = open_case(actor=actor, now=now, escalation=EscalationFacts(
            text=f"{BREAK_WORDS[found.kind].title}. {found.reason}", received_at=now,
            channel="reconciliation", external_id=f"break:{found.key}",
            party_name=_party_of(found), reference=found.reference,
            amount_minor=abs(found.delta_minor) or None,
            currency=found.currency if is_currency(found.currency) else "",
            kind=_KIND_OF_BREAK.get(found.kind, Kind.RECONCILIATION_QUERY), language="en",
        )).case
    found.case = case
    found.save(update_fields=["case"])
    record(kind="break_joined", actor=actor, now=now, case=case,
           summary=f"Break joined: {found.reason}"[:500],
           payload={"break": found.key, "kind": found.kind, "delta_minor": found.delta_minor})
    return case


def _party_of(found: BreakRecord) -> str:
    if found.payout_id:
        return f"Seller of account {found.account}" if found.account else "Seller"
    return f"Customer of order {found.reference}" if found.reference else "Unknown customer"


@transaction.atomic
def settle_break(*, actor: Actor, now: datetime, found: BreakRecord, state: str,
                 reason: str) -> None:
    """Explain or exclude a break with a reason, or open it again; each can be undone."""
    if state not in (BreakRecord.OPEN, BreakRecord.EXPLAINED, BreakRecord.EXCLUDED):
        raise AmendsError(Problem("error", f"A break cannot become {state!r}.", field="state"))
    if state != BreakRecord.OPEN and not reason.strip():
        raise AmendsError(Problem("error", "A reason is needed.",
                                  "Say why this difference may stand.", field="reason"))
    before = found.state
    found.state, found.state_reason = state, reason.strip()
    found.save(update_fields=["state", "state_reason"])
    delta = (Money(found.delta_minor, found.currency) if is_currency(found.currency)
             else found.delta_minor)
    record(kind=f"break_{state}", actor=actor, now=now, case=found.case,
           summary=f"{BREAK_WORDS[found.kind].title} {found.reference} ({delta}): {state}"
           + (f", {reason.strip()}" if reason.strip() else ""),
           payload={"break": found.key, "before": before, "after": state, "reason": reason})
