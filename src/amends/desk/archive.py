"""Backup and restore: everything in one file, and back, also from SQLite to PostgreSQL.

The archive is a tar of ``rows/<table>.jsonl`` (the database as portable rows), ``data/...``
(the data folder) and, last, ``manifest.json`` with the sha-256 of each member and the schema's
version. Rows of any number are streamed; nothing is held in memory but one batch.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.sql import InsertQuery

from amends.desk import chain, clock
from amends.desk.access import Actor
from amends.desk.actions.letters import hold_letters
from amends.desk.actions.movements import hold_unsettled
from amends.desk.actions.recording import record
from amends.desk.queries.audit import chained_events, stream_heads
from amends.problems import AmendsError, Problem

FORMAT = 1
BATCH = 1000
NOT_ROWS = {"sessions.session", "contenttypes.contenttype", "auth.permission", "auth.group"}
NOT_DATA = ("desk.sqlite3", "desk-before-", "test.sqlite3", "static", "demo.json")
OPERATOR = Actor("restore")
_Row = TypeVar("_Row")


class _Exact(DjangoJSONEncoder):
    """Instants to the microsecond; Django's own encoder cuts them, and the chain would break."""

    def default(self, o: object) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _tables() -> list[type[models.Model]]:
    """Every table that is backed up, parents before children; never sessions and caches."""
    found = serializers.sort_dependencies(
        [(app, None) for app in apps.get_app_configs() if app.models_module]
    )
    return [model for model in found
            if model._meta.label_lower not in NOT_ROWS and not model._meta.proxy]


def backup(target: Path) -> dict[str, Any]:
    """Write everything into ``target``, beside it first; gives the counts.

    Rows are read as of one instant while others go on writing; files are read after them, so that
    every file that a row names is there.
    """
    manifest: dict[str, Any] = {
        "format": FORMAT, "made_at": clock.now().isoformat(), "schema": _schema(), "members": {},
        "rows": {},
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with tarfile.open(part, "w:gz", compresslevel=3) as tar:
            with _one_instant():
                for model in _tables():
                    _add_rows(tar, model, manifest)
            for path in _data_files(without={target.resolve(), part.resolve()}):
                _add_file(tar, path, manifest)
            with _temporary() as file:
                file.write(json.dumps(manifest, indent=1).encode())
                _add(tar, "manifest.json", file, {"members": {}})
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {"rows": sum(manifest["rows"].values()), "files": len(manifest["members"]),
            "bytes": target.stat().st_size}


@contextmanager
def _one_instant() -> Iterator[None]:
    """Every query inside sees the database as it was at the first; nobody has to wait for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own would take the lock of writers
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _temporary() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=settings.DATA) as file:
        yield file


def _add_rows(tar: tarfile.TarFile, model: type[models.Model], manifest: dict[str, Any]) -> None:
    label = model._meta.label_lower
    rows = model._default_manager.order_by("pk").iterator(chunk_size=BATCH)
    count = 0
    with _temporary() as file:
        for batch in _batches(rows):
            file.write(serializers.serialize("jsonl", batch, cls=_Exact).encode())
            count += len(batch)
        _add(tar, f"rows/{label}.jsonl", file, manifest)
    manifest["rows"][label] = count


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _data_files(*, without: set[Path]) -> Iterator[Path]:
    """All of the data folder but the database itself, what is made again, and what is half made."""
    data = Path(settings.DATA)
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        if (path.is_file() and not inside.parts[0].startswith(NOT_DATA)
                and not path.name.startswith(".") and path.suffix != ".part"
                and path.resolve() not in without):
            yield path


def _add_file(tar: tarfile.TarFile, path: Path, manifest: dict[str, Any]) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:  # it was moved on while we read others, as drops are
        return
    with file:
        _add(tar, f"data/{path.relative_to(Path(settings.DATA))}", file, manifest)


class _Hashed:
    """A file that is hashed as the archive reads it: the hash is that of the bytes written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the file."""
        block = self._file.read(size)
        self.sha256.update(block)
        return block


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], manifest: dict[str, Any]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = file.seek(0, 2), 0o600
    file.seek(0)
    read = _Hashed(file)
    tar.addfile(info, read)
    manifest["members"][name] = read.sha256.hexdigest()


def _schema() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def restore(source: Path) -> dict[str, Any]:
    """Bring a backup back into an empty desk; the manifest and the chain are verified.

    What was about to go out when the backup was made may have gone since: it is held until a
    person has looked. AmendsError when the target holds something, the archive is damaged, or it
    is of a newer version; nothing is kept then. OSError when the disk is full.
    """
    if not source.is_file():
        raise AmendsError(Problem("error", f"{source} is not there.", "Check the path."))
    data = Path(settings.DATA)
    data.mkdir(parents=True, exist_ok=True)
    _refuse_full(data)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        folder = Path(name)
        try:
            manifest = _unpack(source, folder)
            _refuse_newer(manifest)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            with transaction.atomic():
                rows = _load(folder / "rows")
                _hold(manifest)
                _move_in(folder / "data", data)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, KeyError, ValueError,
                serializers.base.DeserializationError) as error:
            raise AmendsError(Problem("error", f"The backup cannot be read: {error}",
                                      "Use another backup; nothing was kept of this one.",
                                      file=source.name)) from error
    return {"rows": rows, "files": len(manifest["members"])}


def _refuse_full(data: Path) -> None:
    full = any(path.is_file() for folder in data.iterdir()
               if folder.is_dir() and not folder.name.startswith((".", "static"))
               for path in folder.rglob("*"))
    if "desk_event" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM desk_event")
            full = full or cursor.fetchone()[0] > 0
    if full:
        raise AmendsError(Problem("error", "There is something here already.",
                                  "Restore into an empty data folder and an empty database."))


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Every member beside its place; all are there with the hash that the manifest says."""
    found: dict[str, str] = {}
    with tarfile.open(source, "r:gz") as tar:
        for member in tar:
            tar.extract(member, folder, filter="data")
            path = folder / member.name
            if path.is_file():
                with path.open("rb") as file:
                    found[member.name] = hashlib.file_digest(file, "sha256").hexdigest()
    found.pop("manifest.json", None)
    path = folder / "manifest.json"
    if not path.is_file():
        raise ValueError("it has no manifest, so it is not whole")
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    if manifest["format"] != FORMAT:
        raise AmendsError(Problem("error", "The backup was made by a newer Amends.",
                                  "Restore it with that version."))
    wrong = dict(found.items() ^ manifest["members"].items())
    if wrong:
        raise AmendsError([Problem("error", f"{name} is missing, changed or not expected.",
                                   "Use another backup.", file=name) for name in sorted(wrong)])
    return manifest


def _refuse_newer(manifest: dict[str, Any]) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    ahead = [name for name in manifest["schema"] if name not in known]
    if ahead:
        raise AmendsError(Problem("error", f"The backup was made by a newer Amends ({ahead[-1]}).",
                                  "Restore it with that version."))


def _load(rows: Path) -> int:
    """Write every row; the foreign keys are checked at the end, and the chain of events."""
    count = 0
    for model in _tables():
        path = rows / f"{model._meta.label_lower}.jsonl"
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as file:
            for batch in _batches(serializers.deserialize("jsonl", file)):
                _insert(model, [made.object for made in batch])
                count += len(batch)
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _tables()):
            cursor.execute(statement)
    faults = chain.verify(chained_events(), stream_heads())
    if faults:
        raise AmendsError([Problem("error", f"{f.stream}#{f.seq}: {f.what}",
                                   "The backup's chain of events does not hold.") for f in faults])
    return count


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    """Write the rows as they are; ``bulk_create`` would set the instants of making anew."""
    fields = list(model._meta.local_concrete_fields)
    at_once = max(connection.ops.bulk_batch_size(fields, rows), 1)
    for start in range(0, len(rows), at_once):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + at_once], raw=True)
        query.get_compiler(connection=connection).execute_sql()


def _hold(manifest: dict[str, Any]) -> None:
    now, made_at = clock.now(), manifest["made_at"]
    why = f"Restored from a backup of {made_at[:16].replace('T', ' ')} UTC; it may have gone since."
    held = {"movements": hold_unsettled(actor=OPERATOR, now=now, why=why),
            "letters": hold_letters(actor=OPERATOR, now=now, why=why)}
    record(kind="restored", actor=OPERATOR, now=now, payload={"made_at": made_at, "held": held},
           summary=f"Restored from a backup of {made_at[:16].replace('T', ' ')} UTC")


def _move_in(folder: Path, data: Path) -> None:
    if not folder.exists():
        return
    for path in sorted(folder.iterdir()):
        place = data / path.name
        if place.is_dir():  # empty, or it would have been refused
            shutil.rmtree(place)
        path.replace(place)
