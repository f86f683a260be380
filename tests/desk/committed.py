"""Tests whose rows are really committed, for threads and other processes to see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from amends.desk.jobs.queue import wall
from amends.desk.models import Job

DYING = Path(__file__).with_name("dying_worker.py")


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A database whose transactions end; it can be emptied afterwards, though events never can."""
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE desk_event DISABLE TRIGGER desk_event_no_truncate")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'desk_event_no_delete'")
        [[guard]] = cursor.fetchall()
        cursor.execute("DROP TRIGGER desk_event_no_delete")
        cursor.execute("DELETE FROM desk_event")
        cursor.execute(guard)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Other processes on the same database and data folder."""

    environment: dict[str, str]

    def amends(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program to its end."""
        return subprocess.run([sys.executable, "-m", "amends.cli.main", *words], text=True,
                              env=self.environment, capture_output=True, check=False, timeout=120)

    def worker(self) -> subprocess.Popen[bytes]:
        """A real worker that runs until it is told to stop, or killed."""
        return subprocess.Popen([sys.executable, "-m", "amends.cli.main", "worker"],
                                env=self.environment, stderr=subprocess.DEVNULL)

    def dies_at(self, point: str) -> None:
        """A worker that kills itself with SIGKILL at ``point``; its leases have run out then."""
        done = subprocess.run([sys.executable, str(DYING), point], env=self.environment,
                              capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == -9, f"it lived on after {point}: {done.stderr}"
        leases_run_out()


def leases_run_out() -> None:
    """What a killed worker held can be taken again, as if half a minute had passed."""
    Job.objects.filter(state=Job.RUNNING).update(lease_until=wall())


@pytest.fixture
def elsewhere(committed: None, data_folder: Path, settings: Any) -> Elsewhere:
    """Real processes beside the test, on its database and its data folder."""
    later = datetime.fromisoformat(settings.AMENDS_NOW) + timedelta(hours=1)
    environment = {**os.environ, "AMENDS_DATA": str(data_folder), "AMENDS_NOW": later.isoformat()}
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = environment["DATABASE_URL"].replace(
            "/amends?", f"/{connection.settings_dict['NAME']}?")
    else:
        (data_folder / "desk.sqlite3").symlink_to(connection.settings_dict["NAME"])
    return Elsewhere(environment)
