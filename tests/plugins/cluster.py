"""A PostgreSQL server of the tests' own: a Unix socket in a folder, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server and the folder that holds all of it."""

    programs: Path
    folder: Path

    @property
    def url(self) -> str:
        """What DATABASE_URL says; Django makes its test databases beside ``amends``."""
        return f"postgresql://postgres@/amends?host={self.folder}"

    def stop(self) -> None:
        """Stop the server without waiting for its sessions, and remove it."""
        _run(self, "pg_ctl", "-D", str(self.folder / "db"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def start(programs: Path) -> Cluster:
    """Make a cluster and start it; as root it belongs to and runs as the user ``postgres``."""
    cluster = Cluster(programs, Path(tempfile.mkdtemp(prefix="amends-pg-")))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(cluster.folder, owner.pw_uid, owner.pw_gid)
    database = str(cluster.folder / "db")
    _run(cluster, "initdb", "-D", database, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync")
    options = " ".join(f"-c {one}" for one in (*_SETTINGS,
                                               f"unix_socket_directories={cluster.folder}"))
    _run(cluster, "pg_ctl", "-D", database, "-l", str(cluster.folder / "log"), "-o", options,
         "-w", "start")
    return cluster


def _run(cluster: Cluster, name: str, *words: str) -> None:
    other: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        other = {"user": "postgres", "group": "postgres", "extra_groups": []}
    done = subprocess.run([cluster.programs / name, *words], cwd=cluster.folder, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False, **other)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr}")
