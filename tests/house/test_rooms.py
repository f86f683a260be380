"""Who may import whom, and what a room below the doors may not touch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from house.tree import ROOT, SOURCE, dotted, expect_none, library, parsed, room, where

CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time",
          "time.time_ns", "timezone.now")
CLOCKS_WITHOUT_ARGUMENT = ("timezone.localdate", "timezone.localtime", "time.localtime",
                           "time.gmtime")
NETWORK = ("socket", "ssl", "requests", "httpx", "urllib3", "urllib.request", "http.client",
           "smtplib", "imaplib", "ftplib", "asyncio")
ENVIRONMENT = ("os.environ", "os.getenv", "os.environb")
# The desk has one clock; leases go by the wall, whatever the clock was set to.
DESK_CLOCKS = ("desk/clock.py", "desk/jobs/queue.py")


def test_every_import_keeps_to_the_rooms() -> None:
    """The contracts of pyproject.toml hold: rooms, Django, engines, the floors of the desk."""
    done = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-logo"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def names_used(tree: ast.Module) -> list[tuple[str, int]]:
    return [(dotted(node), node.lineno) for node in ast.walk(tree)
            if isinstance(node, ast.Attribute | ast.Name)]


def clock_readings(tree: ast.Module) -> list[tuple[str, int]]:
    """Where the time is asked for, or handed on as a function to ask with."""
    calls = [(dotted(node.func), node.lineno) for node in ast.walk(tree)
             if isinstance(node, ast.Call) and not node.args and not node.keywords]
    return ([(name, line) for name, line in names_used(tree) if name.endswith(CLOCKS)]
            + [(name, line) for name, line in calls if name.endswith(CLOCKS_WITHOUT_ARGUMENT)])


def imported(tree: ast.Module) -> list[tuple[str, int]]:
    found = [(alias.name, node.lineno) for node in ast.walk(tree)
             if isinstance(node, ast.Import) for alias in node.names]
    return found + [(name, node.lineno) for node in ast.walk(tree)
                    if isinstance(node, ast.ImportFrom) and node.module
                    for name in [node.module, *(f"{node.module}.{a.name}" for a in node.names)]]


def test_nothing_below_a_door_asks_what_time_it_is() -> None:
    """Time is handed in, so that every date can be reckoned again."""
    expect_none([f"{where(path, line)} {name}" for path, tree in library()
            for name, line in clock_readings(tree)])


def test_the_desk_has_one_clock() -> None:
    """Whoever sets AMENDS_NOW sets the time of every page, job and letter."""
    expect_none([f"{where(path, line)} {name}" for path, tree in parsed().items()
            if room(path) == "desk" and str(path.relative_to(SOURCE)) not in DESK_CLOCKS
            for name, line in clock_readings(tree)])


def test_nothing_below_a_door_reads_the_environment() -> None:
    """Settings are handed in."""
    expect_none([where(path, line) for path, tree in library()
            for name, line in names_used(tree) if name in ENVIRONMENT])


def test_nothing_below_a_door_reaches_the_network() -> None:
    """Only the desk's connectors speak with the outside."""
    expect_none([f"{where(path, line)} {name}" for path, tree in library()
            for name, line in imported(tree) if name in NETWORK])


def test_only_connectors_speak_with_the_outside() -> None:
    """Inside the desk, mail and payment interfaces are imported in ``connectors`` alone."""
    outside = ("smtplib", "imaplib", "imap_tools", "stripe", "requests", "httpx")
    expect_none([f"{where(path, line)} {name}" for path, tree in parsed().items()
            if room(path) == "desk" and SOURCE / "desk" / "connectors" not in path.parents
            for name, line in imported(tree) if name in outside])


def test_the_command_line_reaches_the_desk_by_one_door() -> None:
    """``cli`` imports ``desk.commands`` and nothing else of the desk, inside a function."""
    found = [(path, name, line) for path, tree in parsed().items() if room(path) == "cli"
             for name, line in imported(tree) if name.startswith("amends.desk.")]
    expect_none([f"{where(path, line)} {name}" for path, name, line in found
            if name != "amends.desk.commands"])
