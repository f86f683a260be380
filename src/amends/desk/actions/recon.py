"""Reconciliation at the desk: runs over imported files, breaks kept by key, cases from breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
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

MATCHED_SIDES = ("ledger", "processor", "bank")
_KIND_OF_BREAK = {
    "duplicate_psp": Kind.DOUBLE_CHARGE, "amount_mismatch": Kind.WRONG_AMOUNT,
    "transposed_digits": Kind.WRONG_AMOUNT, "currency_mismatch": Kind.WRONG_AMOUNT,
    "sign_reversed": Kind.WRONG_AMOUNT, "missing_in_ledger": Kind.DOUBLE_CHARGE,
    "unbooked_chargeback": Kind.CHARGEBACK_MERCHANT, "bank_short": Kind.PAYOUT_MISSING,
    "payout_missing": Kind.PAYOUT_MISSING,
}


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
    files = _files(run.as_of)
    if not files.get("ledger"):
        _end(run, ReconRun.FAILED, now, error="No ledger file is imported yet.")
        return
    folder = Path(settings.DATA) / "runs" / str(run.pk)
    try:
        from_lake(Path(settings.DATA) / "lake", files, folder / "in", as_of=run.as_of)
        _give_schedule(folder / "in")
        summary = reconcile(
            folder / "in", folder / "out", progress=_tell(run),
            cancelled=lambda: ReconRun.objects.filter(pk=run.pk, cancel_asked=True).exists(),
        )
    except AmendsError as error:
        stopped = ReconRun.objects.filter(pk=run.pk, cancel_asked=True).exists()
        _end(run, ReconRun.CANCELLED if stopped else ReconRun.FAILED, now, error=str(error))
        return
    keep_breaks(actor=actor, now=now, run=run, rows=_rows(folder), summary=summary,
                files=sum(map(len, files.values())))


def _files(as_of: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sha, side in SourceFile.objects.filter(
        side__in=MATCHED_SIDES, entries__gt=0
    ).order_by("name", "sha256").values_list("sha256", "side"):
        found.setdefault(side, []).append(sha)
    return found


def _give_schedule(folder: Path) -> None:
    """The contracted fees beside the sides, where they were given."""
    path = Path(settings.DATA) / "fee-schedule.csv"
    if path.exists():


        pq.write_table(csv.read_csv(path), folder / "fee_schedule.parquet")


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
            reference=(left.get("reference") or line.get("merchant_reference") or "")[:80],
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


@transaction.atomic
def keep_breaks(  # noqa: PLR0913
    *, actor: Actor, now: datetime, run: ReconRun, rows: Iterable[Row],
    summary: Mapping[str, Any], files: int,
) -> None:
    """Keep the run's breaks by their key: known ones go on, new ones open, the others are gone."""
    known = {b.key: b for b in BreakRecord.objects.select_for_update()}
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            continue
        seen.add(row.key)
        fields = {
            "run": run, "kind": row.kind, "ledger_entry": row.ledger_entry,
            "line_entry": row.line_entry, "bank_entry": row.bank_entry,
            "payout_id": row.payout_id, "reference": row.reference, "account": row.account,
            "delta_minor": row.delta_minor, "currency": row.currency, "age_days": row.age_days,
            "reason": row.reason, "suggestion": row.suggestion,
            "hurts_customer": BREAK_WORDS[row.kind].hurts_customer,
        }
        before = known.get(row.key)
        if before is None:
            BreakRecord.objects.create(key=row.key, first_run=run, **fields)
        else:
            back = {"state": BreakRecord.OPEN} if before.state == BreakRecord.GONE else {}
            BreakRecord.objects.filter(pk=before.pk).update(**fields, **back)
    gone = [b.pk for key, b in known.items() if key not in seen and b.state == BreakRecord.OPEN]
    BreakRecord.objects.filter(pk__in=gone).update(state=BreakRecord.GONE)
    ReconRun.objects.filter(pk=run.pk).update(
        state=ReconRun.DONE, finished_at=now, summary=dict(summary), files=files, progress="",
        folder=f"runs/{run.pk}",
    )
    record(kind="run_done", actor=actor, now=now,
           summary=f"Reconciled to {run.as_of}: {len(seen)} breaks, {len(gone)} gone",
           payload={"run": run.pk, "breaks": len(seen), "gone": len(gone)})
    follow("cases_from_breaks", key=f"cases_from_breaks:{run.pk}", now=now,
           payload={"run": run.pk})


def cases_from_breaks(*, actor: Actor, now: datetime, at_most: int = 500) -> int:
    """Every open break that hurts a customer joins the open case of its payment, or opens one."""
    waiting = BreakRecord.objects.filter(
        state=BreakRecord.OPEN, hurts_customer=True, case=None
    ).exclude(reference="").order_by("-age_days", "pk")[:at_most]
    opened = 0
    for found in waiting:
        opened += _case_for(actor, now, found)
    return opened


@transaction.atomic
def _case_for(actor: Actor, now: datetime, found: BreakRecord) -> int:
    case = Case.objects.filter(reference=found.reference, state__in=OPEN_STATES).first()
    new = case is None
    if case is None:
        case = open_case(actor=actor, now=now, escalation=EscalationFacts(
            text=f"{BREAK_WORDS[found.kind].title}. {found.reason}", received_at=now,
            channel="reconciliation", external_id=f"break:{found.key}",
            party_name=f"Customer of order {found.reference}", reference=found.reference,
            amount_minor=abs(found.delta_minor) or None,
            currency=found.currency if is_currency(found.currency) else "",
            kind=_KIND_OF_BREAK.get(found.kind, Kind.RECONCILIATION_QUERY), language="en",
        )).case
    found.case = case
    found.save(update_fields=["case"])
    record(kind="break_joined", actor=actor, now=now, case=case,
           summary=f"Break joined: {found.reason}"[:500],
           payload={"break": found.key, "kind": found.kind, "delta_minor": found.delta_minor})
    return int(new)


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
