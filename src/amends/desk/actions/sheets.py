"""Workbooks that somebody drops in: kept as they came (card numbers masked), checked by a job."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from amends.anomalies.check import check
from amends.desk.access import Actor
from amends.desk.actions.recording import follow, record
from amends.desk.models import SheetCheck
from amends.problems import AmendsError, Problem
from amends.sources.lake import Kept, keep

KINDS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".parquet")


def stored(sheet: SheetCheck) -> Path:
    """Where the stored copy lies."""
    return Path(settings.DATA) / "files" / sheet.stored_sha256


def ask_for_check(*, actor: Actor, now: datetime, path: Path, name: str) -> SheetCheck:
    """Keep the file and have it checked. AmendsError for a kind that is not checked."""
    if not name.lower().endswith(KINDS):
        raise AmendsError(Problem("error", f"{name} is not a workbook.",
                                  f"Drop one of {', '.join(KINDS)}.", file=name))
    kept = keep(path, data=Path(settings.DATA))
    return _ask(actor, now, name, kept)


@transaction.atomic
def _ask(actor: Actor, now: datetime, name: str, kept: Kept) -> SheetCheck:
    if actor.user is None:
        raise AmendsError(Problem("error", "A check needs a person."))
    sheet = SheetCheck.objects.create(
        name=name[:255], sha256=kept.sha256, stored_sha256=kept.stored_sha256, checked_at=now,
        checked_by=actor.user,
    )
    record(kind="sheet_dropped", actor=actor, now=now, summary=f"{name} is checked",
           payload={"sha256": kept.sha256, "stored_sha256": kept.stored_sha256,
                    "sheet": sheet.pk})
    follow("check_sheet", key=f"check_sheet:{sheet.pk}", now=now, payload={"sheet": sheet.pk})
    return sheet


def do_check(*, actor: Actor, now: datetime, sheet: SheetCheck) -> None:
    """Check the stored copy; what cannot be read at all becomes the report's Problem."""
    try:
        report = check(stored(sheet), name=sheet.name).as_json()
    except AmendsError as error:
        report = {"file": sheet.name, "sheets": [], "findings": [],
                  "problems": [problem.as_json() for problem in error.problems]}
    _keep(actor, now, sheet, report)


@transaction.atomic
def _keep(actor: Actor, now: datetime, sheet: SheetCheck, report: dict[str, object]) -> None:
    SheetCheck.objects.filter(pk=sheet.pk).update(report=report)
    found = report["findings"]
    record(kind="sheet_checked", actor=actor, now=now,
           summary=f"{sheet.name}: {len(found)} findings",  # type: ignore[arg-type]
           payload={"sheet": sheet.pk, "findings": found})
