"""Bringing the database to this version, safely."""

from __future__ import annotations

import fcntl
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from amends.desk.clock import now
from amends.problems import AmendsError, Problem

LOCK = 4_817_203  # the desk's own advisory lock in PostgreSQL


def bring_up_to_date() -> None:
    """Apply what is missing, after a copy of the database; refuse one of a newer version.

    Of several processes that start at once one does it, and the others wait.
    """
    data = Path(settings.DATA)
    data.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        executor = MigrationExecutor(connection)
        applied = {key for key in executor.loader.applied_migrations if key[0] == "desk"}
        known = {key for key in executor.loader.disk_migrations if key[0] == "desk"}
        if applied - known:
            newest = sorted(name for _, name in applied - known)[-1]
            raise AmendsError(
                Problem("error", f"This database was made by a newer Amends (it has {newest}).",
                        "Use that version, or restore a backup made by this one.")
            )
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan and applied:
            copy_first(data)
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return
    with (data / ".upkeep").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_first(data: Path) -> Path:
    """A copy of the database as it stands, in the data folder; gives where.

    Of SQLite the database itself; of PostgreSQL every table as COPY writes it, of one instant.
    """
    stem = f"desk-before-{now():%Y%m%dT%H%M%S}"
    if connection.vendor == "postgresql":
        return _copy_tables(data / f"{stem}.tar.gz")
    target = data / f"{stem}.sqlite3"
    part = target.with_suffix(".part")
    connection.close()
    source = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(part)) as new:
        old.backup(new)
    return part.replace(target)


def _copy_tables(target: Path) -> Path:
    part = target.with_suffix(".part")
    with tarfile.open(part, "w:gz", compresslevel=3) as tar, transaction.atomic(), \
            connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in connection.introspection.table_names(cursor):
            with tempfile.TemporaryFile(dir=target.parent) as file:
                name = connection.ops.quote_name(table)
                with cursor.cursor.copy(f"COPY {name} TO STDOUT (FORMAT csv, HEADER)") as rows:
                    for block in rows:
                        file.write(block)
                info = tarfile.TarInfo(f"{table}.csv")
                info.size = file.tell()
                file.seek(0)
                tar.addfile(info, file)
    return part.replace(target)
