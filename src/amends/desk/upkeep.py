"""Bringing the database to this version, safely."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from amends.desk.clock import now
from amends.problems import AmendsError, Problem


def bring_up_to_date() -> None:
    """Apply what is missing, after a copy of the database; refuse one of a newer version."""
    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
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
        _copy_first()
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]:
        call_command("collectstatic", interactive=False, verbosity=0)


def _copy_first() -> None:
    """A copy beside the SQLite file; on PostgreSQL the operator's own backup is asked for."""
    if connection.vendor != "sqlite":
        return
    connection.close()
    source = Path(str(settings.DATABASES["default"]["NAME"]))
    target = source.with_name(f"{source.stem}-before-{now():%Y%m%dT%H%M%S}.sqlite3")
    part = target.with_suffix(".part")
    with sqlite3.connect(source) as old, sqlite3.connect(part) as new:
        old.backup(new)
    shutil.move(part, target)
