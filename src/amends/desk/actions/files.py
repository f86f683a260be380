"""Files that come in: each once by its hash, entries into the lake, register in the database."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Columns
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from amends.desk.access import Actor
from amends.desk.actions.recording import follow, record
from amends.desk.models import Case, Job, Mapping, SourceFile
from amends.problems import Problem
from amends.sources.columns import ColumnMapping
from amends.sources.lake import Admission, admit, keep

PROBLEMS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file: its register row, and whether it was new."""

    file: SourceFile
    new: bool
    problems: tuple[Problem, ...]


def card_key() -> bytes:
    """The key of the keyed hash of card numbers; derived from the secret key, never stored."""
    return f"card:{settings.SECRET_KEY}".encode()


def remembered(shape: str) -> Columns[str, Any] | None:
    """The column mapping that was kept for files of this shape, if any."""
    return Mapping.objects.filter(shape=shape).values_list("columns", flat=True).first()


@transaction.atomic
def remember_mapping(*, actor: Actor, now: datetime, mapping: ColumnMapping, name: str) -> None:
    """Keep how files of this shape are read."""
    Mapping.objects.update_or_create(
        shape=mapping.shape,
        defaults={"name": name[:120], "columns": mapping.as_dict(), "saved_at": now,
                  "saved_by": actor.user},
    )
    record(kind="mapping_kept", actor=actor, now=now, summary=f"Columns of {name} remembered",
           payload={"shape": mapping.shape, "columns": mapping.as_dict()})


def import_file(  # noqa: PLR0913
    *, actor: Actor, now: datetime, path: Path, name: str, mapping: ColumnMapping | None = None,
    case: Case | None = None, progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Read a file into the lake and register it; the same bytes twice change nothing.

    The lake folder appears in one step before the register row, so that a killed import is done
    again from the start and never half. One index job takes all files that wait for it.
    AmendsError when the file cannot be read at all.
    """
    admission = admit(
        path, data=Path(settings.DATA), card_key=card_key(), mapping=mapping, name=name,
        progress=progress,
    )
    return _register(actor, now, path, name, mapping, case, admission)


@transaction.atomic
def _register(  # noqa: PLR0913
    actor: Actor, now: datetime, path: Path, name: str, mapping: ColumnMapping | None,
    case: Case | None, admission: Admission,
) -> Imported:
    known = SourceFile.objects.filter(sha256=admission.sha256).first()
    if known:
        return Imported(known, False, ())
    reading = admission.reading
    shape = reading.as_json()
    first, last = reading.covers or (None, None)
    file = SourceFile.objects.create(
        sha256=admission.sha256, stored_sha256=admission.stored_sha256, name=name[:255],
        size_bytes=path.stat().st_size, format=reading.format, side=reading.side or "",
        covers_from=first, covers_to=last, entries=reading.entry_count,
        statements=shape["statements"], controls=shape["controls"],
        problems=shape["problems"][:PROBLEMS_KEPT], mapping=mapping.as_dict() if mapping else {},
        received_at=now, received_by=actor.user, case=case,
    )
    record(kind="file_imported", actor=actor, now=now, case=case,
           summary=f"{name}: {reading.entry_count} entries, {len(reading.problems)} problems",
           payload={"sha256": admission.sha256, "stored_sha256": admission.stored_sha256,
                    "format": reading.format, "entries": reading.entry_count})
    if not Job.objects.filter(kind="index_entries", state=Job.READY).exists():
        follow("index_entries", key=f"index:{admission.sha256}", now=now)
    return Imported(file, True, tuple(reading.problems))


@transaction.atomic
def keep_evidence(*, actor: Actor, now: datetime, path: Path, name: str, case: Case) -> Imported:
    """Keep a PDF or picture that holds no entries, for one case; the same bytes once.

    AmendsError when its text holds a card number, which cannot be masked there.
    """
    kept = keep(path, data=Path(settings.DATA))
    known = SourceFile.objects.filter(sha256=kept.sha256).first()
    if known:
        return Imported(known, False, ())
    file = SourceFile.objects.create(
        sha256=kept.sha256, stored_sha256=kept.stored_sha256, name=name[:255],
        size_bytes=path.stat().st_size, format=Path(name).suffix.lstrip(".").lower()[:40],
        received_at=now, received_by=actor.user, case=case,
    )
    record(kind="file_kept", actor=actor, now=now, case=case, summary=f"{name} was kept",
           payload={"sha256": kept.sha256, "stored_sha256": kept.stored_sha256})
    return Imported(file, True, ())
