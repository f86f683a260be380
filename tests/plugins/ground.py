"""The ground that tests stand on: no settings of the person who runs them, and, where the desk is
tested, its settings, a data folder and a database.

Named with ``-p`` in pyproject.toml, because pytest-django reads the settings before any conftest.
``AMENDS_TEST_DATABASE`` chooses: nothing for SQLite in a file, ``postgresql`` for a server of our
own, or the URL of one. The rooms are tested without Django.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from plugins import cluster
from plugins.needed import postgres_folder

_TESTS = Path(__file__).resolve().parents[1]
_WITHOUT_DESK = (_TESTS / "rooms", _TESTS / "house")
_OURS = ("AMENDS_SAMPLES", "AMENDS_PICTURES", "AMENDS_TEST_DATABASE")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Lay the ground once; the workers of a parallel run inherit it through the environment."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for name in [*os.environ]:
        if name == "DATABASE_URL" or (name.startswith("AMENDS_") and name not in _OURS):
            del os.environ[name]
    if not _desk_is_tested(early_config):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        return
    folder = tempfile.mkdtemp(prefix="amends-tests-")
    (Path(folder) / "static").mkdir()
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "amends.desk.settings.local", "AMENDS_DATA": folder,
                   "AMENDS_SECRET_KEY": "only for tests, and the same in each worker of a run"}
    if database := _database(early_config):
        os.environ["DATABASE_URL"] = database


def _desk_is_tested(config: pytest.Config) -> bool:
    asked = config.known_args_namespace
    if "no:django" in asked.plugins:
        return False
    paths = [(config.invocation_params.dir / word.split("::")[0]).resolve()
             for word in asked.file_or_dir]
    return not paths or any(not any(path.is_relative_to(room) for room in _WITHOUT_DESK)
                            for path in paths)


def _database(config: pytest.Config) -> str:
    named = os.environ.get("AMENDS_TEST_DATABASE", "")
    if named != "postgresql":
        return named
    programs = postgres_folder()
    if programs is None:
        raise pytest.UsageError("there is no PostgreSQL server (apt-get install postgresql)")
    server = cluster.start(programs)
    config.add_cleanup(server.stop)
    return server.url
