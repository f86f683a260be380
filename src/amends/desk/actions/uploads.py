"""Files sent to the desk: kept sealed, read by a job, their columns chosen, filed on a case."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from amends.desk import spool
from amends.desk.access import Actor
from amends.desk.actions.files import (
    Imported,
    import_file,
    keep_evidence,
    remember_mapping,
    remembered,
)
from amends.desk.actions.recording import follow, record
from amends.desk.models import Case, Evidence, Upload, User
from amends.problems import AmendsError, Problem
from amends.sources import read
from amends.sources.columns import ColumnMapping, shape_of

TABLES = ("csv", "xlsx")
PICTURES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")  # kept for a case, holding no entries
_TELL_EVERY_SECONDS = 0.4


@transaction.atomic
def receive_file(
    *, actor: Actor, now: datetime, batch: str, name: str, size_bytes: int,
    chunks: Iterable[bytes], refused: Problem | None, case: Case | None = None,
) -> Upload:
    """Keep a file that was sent, sealed, and ask for it to be read; or keep why it was refused."""
    sender = _sender(actor)
    upload = Upload(batch=batch, name=name, size_bytes=size_bytes, sent_at=now, sent_by=sender,
                    case=case)
    if refused:
        upload.state, upload.problems = Upload.REFUSED, [refused.as_json()]
    else:
        upload.spool = spool.seal(chunks)
    upload.save()
    record(kind="file_refused" if refused else "file_received", actor=actor, now=now, case=case,
           summary=refused.what if refused else f"{name} was sent",
           payload={"upload": upload.pk, "size_bytes": size_bytes})
    if not refused:
        follow("read_upload", key=f"upload:{upload.pk}", now=now, payload={"upload": upload.pk})
    return upload


def _sender(actor: Actor) -> User:
    if actor.user is None:
        raise AmendsError(Problem("error", "A file is sent by a person."))
    return actor.user


def read_upload(*, actor: Actor, now: datetime, upload: Upload) -> None:
    """Read a file that was sent. Safe to repeat: what is done is not done again.

    A table of a shape that nobody has described yet waits for its columns to be chosen.
    """
    if upload.state in (Upload.DONE, Upload.REFUSED):
        return
    Upload.objects.filter(pk=upload.pk).update(state=Upload.READING, read_bytes=0)
    try:
        with spool.opened(upload.spool, upload.name) as path:
            done = _done(actor, now, upload, path)
    except AmendsError as error:
        _end(upload, state=Upload.REFUSED, problems=[p.as_json() for p in error.problems])
        return
    if done is None:
        Upload.objects.filter(pk=upload.pk).update(state=Upload.COLUMNS)
        return
    if upload.case:
        attach_file(actor=actor, now=now, case=upload.case, done=done)
    _end(upload, state=Upload.DONE, file=done.file, known=not done.new,
         read_bytes=upload.size_bytes)


def _done(actor: Actor, now: datetime, upload: Upload, path: Path) -> Imported | None:
    """What became of the file; None when its columns have to be chosen first."""
    if upload.case and _begins(path, PICTURES):
        return keep_evidence(actor=actor, now=now, path=path, name=upload.name, case=upload.case)
    mapping = _mapping_for(upload, path)
    if mapping is None and _is_table(path):
        return None
    return import_file(actor=actor, now=now, path=path, name=upload.name, mapping=mapping,
                       case=upload.case, progress=_teller(upload))


def _end(upload: Upload, **fields: object) -> None:
    Upload.objects.filter(pk=upload.pk).update(spool="", **fields)
    spool.forget(upload.spool)


def _mapping_for(upload: Upload, path: Path) -> ColumnMapping | None:
    if upload.mapping:
        return ColumnMapping.from_dict(upload.mapping)
    try:
        columns = remembered(shape_of(path))
    except AmendsError:
        return None
    return ColumnMapping.from_dict(columns) if columns else None


def _is_table(path: Path) -> bool:
    """Whether the file can only be read by columns."""
    if _begins(path, (b"<", b":20:", b"{1:")):
        return False
    try:
        return read(path).format in TABLES
    except AmendsError:
        return _has_header(path)


def _has_header(path: Path) -> bool:
    """Whether a table is there, though nothing in it looks like an amount."""
    try:
        return bool(shape_of(path))
    except AmendsError:
        return False


def _begins(path: Path, beginnings: tuple[bytes, ...]) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(beginnings)


def _teller(upload: Upload) -> Callable[[int, int], None]:
    """Keeps how many bytes are read, not more often than somebody could see."""
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_EVERY_SECONDS:
            last = time.monotonic()
            Upload.objects.filter(pk=upload.pk).update(read_bytes=min(done, total))

    return tell


@transaction.atomic
def choose_columns(*, actor: Actor, now: datetime, upload: Upload, mapping: ColumnMapping) -> None:
    """Read this file, and every other one of its shape, by these columns.

    Whatever else waits for columns is looked at again, since it may be of the same shape.
    """
    if not Upload.objects.filter(pk=upload.pk, state=Upload.COLUMNS).update(
        state=Upload.WAITING, mapping=mapping.as_dict()
    ):
        raise AmendsError(Problem("error", f"{upload.name} does not wait for its columns.",
                                  "Look at the list of files."))
    remember_mapping(actor=actor, now=now, mapping=mapping, name=upload.name)
    again = list(Upload.objects.filter(state=Upload.COLUMNS).values_list("pk", flat=True))
    Upload.objects.filter(pk__in=again).update(state=Upload.WAITING)
    for pk in (upload.pk, *again):
        follow("read_upload", key=f"upload:{pk}:columns:{upload.pk}", now=now,
               payload={"upload": pk})


@transaction.atomic
def leave_out(*, actor: Actor, now: datetime, upload: Upload) -> None:
    """Do not read a file that waits for its columns; what was kept of it is removed."""
    problem = Problem("info", f"{upload.name} was left out by {actor.words}.",
                      "Send it again to read it.", upload.name)
    _end(upload, state=Upload.REFUSED, problems=[problem.as_json()])
    record(kind="file_left_out", actor=actor, now=now, case=upload.case, summary=problem.what,
           payload={"upload": upload.pk})


@transaction.atomic
def attach_file(*, actor: Actor, now: datetime, case: Case, done: Imported) -> Evidence:
    """File an imported file on a case as evidence; a second time changes nothing."""
    evidence, new = Evidence.objects.get_or_create(
        case=case, file=done.file, entry_id="",
        defaults={"what": f"{done.file.name}, {done.file.entries} entries", "added_at": now,
                  "added_by": actor.user},
    )
    if new:
        record(kind="evidence_added", actor=actor, now=now, case=case,
               summary=f"{done.file.name} filed as evidence",
               payload={"sha256": done.file.sha256})
    return evidence
