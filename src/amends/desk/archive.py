"""Backup and restore: everything in one file, and back, also from SQLite to PostgreSQL.

The archive is a tar of ``rows/<table>.jsonl`` (the database as portable rows), ``data/...``
(files and lake) and ``manifest.json`` with the sha-256 of each member and the schema's version.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from amends.desk import chain
from amends.desk.queries.audit import chained_events, stream_heads
from amends.problems import AmendsError, Problem

FOLDERS = ("files", "lake", "outbox", "runs", "sheets")
LOOSE = ("fee-schedule.csv", "secret.key", "fx-rates.csv", "sample-accounts.json", "sample-api-key")
FORMAT = 1


def _tables() -> list[type[models.Model]]:
    """Every table that is backed up, parents before children; never sessions and caches."""
    left_out = {"sessions.session", "contenttypes.contenttype", "auth.permission", "auth.group"}
    return [
        model
        for model in serializers.sort_dependencies(
            [(app, None) for app in apps.get_app_configs() if app.models_module]
        )
        if model._meta.label_lower not in left_out and not model._meta.proxy
    ]


def backup(target: Path) -> dict[str, Any]:
    """Write everything into ``target``, beside it first; gives the counts.

    Rows are read in one transaction, so that they fit together.
    """
    part = target.with_name(f".{target.name}.part")
    manifest: dict[str, Any] = {"format": FORMAT, "schema": _schema(), "members": {}, "rows": {}}
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(part, "w:gz", compresslevel=3) as tar:
        with transaction.atomic():
            for model in _tables():
                _add_rows(tar, model, manifest)
        for path in _data_files():
            _add_file(tar, path, manifest)
        _add_bytes(tar, "manifest.json", json.dumps(manifest, indent=1).encode(), None)
    part.replace(target)
    return {"rows": sum(manifest["rows"].values()), "files": len(manifest["members"]),
            "bytes": target.stat().st_size}


def _add_rows(tar: tarfile.TarFile, model: type[models.Model], manifest: dict[str, Any]) -> None:
    label = model._meta.label_lower
    rows = model._default_manager.order_by("pk").iterator(chunk_size=2000)
    out = io.StringIO()
    serializers.serialize("jsonl", rows, stream=out)
    text = out.getvalue()
    manifest["rows"][label] = text.count("\n")
    _add_bytes(tar, f"rows/{label}.jsonl", text.encode(), manifest)


def _data_files() -> Iterator[Path]:
    data = Path(settings.DATA)
    for name in FOLDERS:
        yield from sorted(p for p in (data / name).rglob("*") if p.is_file())
    yield from (data / name for name in LOOSE if (data / name).is_file())


def _add_file(tar: tarfile.TarFile, path: Path, manifest: dict[str, Any]) -> None:
    name = f"data/{path.relative_to(Path(settings.DATA))}"
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    manifest["members"][name] = digest.hexdigest()
    tar.add(path, arcname=name, recursive=False)


def _add_bytes(
    tar: tarfile.TarFile, name: str, content: bytes, manifest: dict[str, Any] | None
) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))
    if manifest is not None:
        manifest["members"][name] = hashlib.sha256(content).hexdigest()


def _schema() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def restore(source: Path) -> dict[str, Any]:
    """Bring a backup back into an empty desk; the manifest and the chain are verified.

    AmendsError when the target holds something, the archive is damaged, or it is of a newer
    version.
    """
    if not source.is_file():
        raise AmendsError(Problem("error", f"{source} is not there.", "Check the path."))
    _refuse_full()
    try:
        with tarfile.open(source, "r:gz") as tar:
            manifest = _manifest(tar)
            _check(tar, manifest)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            _refuse_newer(manifest)
            rows = _load(tar, manifest)
            _unpack(tar, manifest)
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
        raise AmendsError(Problem("error", f"The backup cannot be read: {error}",
                                  "Use another backup; nothing was kept of this one.",
                                  file=source.name)) from error
    return {"rows": rows, "files": len(manifest["members"])}


def _refuse_full() -> None:
    data = Path(settings.DATA)
    full = any((data / name).exists() for name in ("files", "lake"))
    names = connection.introspection.table_names()
    if "desk_event" in names:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM desk_event")
            full = full or cursor.fetchone()[0] > 0
    if full:
        raise AmendsError(Problem("error", "There is something here already.",
                                  "Restore into an empty data folder and an empty database."))


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    member = tar.extractfile("manifest.json")
    if member is None:
        raise KeyError("manifest.json")
    manifest: dict[str, Any] = json.loads(member.read())
    if manifest.get("format") != FORMAT:
        raise AmendsError(Problem("error", "The backup was made by a newer Amends.",
                                  "Restore it with that version."))
    return manifest


def _check(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    """Every member is there with the hash that the manifest says, and nothing else is."""
    wrong = set(manifest["members"])
    for member in tar:
        if member.name == "manifest.json":
            continue
        file = tar.extractfile(member) if member.isfile() else None
        digest = hashlib.sha256()
        while file and (block := file.read(1 << 20)):
            digest.update(block)
        if manifest["members"].get(member.name) == digest.hexdigest():
            wrong.discard(member.name)
        else:
            wrong.add(member.name)
    if wrong:
        raise AmendsError([Problem("error", f"{name} is missing, changed or not expected.",
                                   "Use another backup.", file=name) for name in sorted(wrong)])


def _refuse_newer(manifest: dict[str, Any]) -> None:
    ahead = [name for name in manifest["schema"]
             if name.startswith("desk.") and name not in _schema()]
    if ahead:
        raise AmendsError(Problem("error", f"The backup was made by a newer Amends ({ahead[-1]}).",
                                  "Restore it with that version."))


@transaction.atomic
def _load(tar: tarfile.TarFile, manifest: dict[str, Any]) -> int:
    count = 0
    with connection.constraint_checks_disabled():
        for model in _tables():
            name = f"rows/{model._meta.label_lower}.jsonl"
            file = tar.extractfile(name) if name in manifest["members"] else None
            if file is None:
                continue
            for made in serializers.deserialize("jsonl", io.TextIOWrapper(file, "utf-8")):
                made.save(force_insert=True)
                count += 1
    connection.check_constraints()
    _reset_sequences(_tables())
    faults = chain.verify(chained_events(), stream_heads())
    if faults:
        raise AmendsError([Problem("error", f"{f.stream}#{f.seq}: {f.what}",
                                   "The backup's chain of events does not hold.") for f in faults])
    return count


def _reset_sequences(tables: Iterable[type[models.Model]]) -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), list(tables))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _unpack(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    data = Path(settings.DATA)
    for name in manifest["members"]:
        if name.startswith("data/"):
            member = tar.getmember(name)
            member.name = name.removeprefix("data/")
            tar.extract(member, data, filter="data")
