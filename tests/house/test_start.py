"""A command starts in no time, because it imports its own room and no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from amends.cli.main import COMMANDS

HEAVY = ("django", "duckdb", "pyarrow", "numpy", "openpyxl", "lxml")
START_SECONDS_MAX = 0.3
_ASK = """
import contextlib, importlib, io, json, sys
from amends.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main([sys.argv[1], "--help"])
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("word", sorted(COMMANDS))
def test_asking_a_command_for_help_imports_no_room(word: str) -> None:
    """``amends WORD --help`` imports neither Django nor an engine; and the command is there."""
    done = subprocess.run([sys.executable, "-c", _ASK, word], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    assert {*json.loads(done.stdout)} & {*HEAVY} == set()


def test_clocks_start_in_under_300_ms() -> None:
    """The best of five in processor time, as other work on the machine only ever adds."""
    taken = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-m", "amends.cli.main", "clocks", "--help"], check=True,
                       stdout=subprocess.DEVNULL)
        after = os.times()
        taken.append(after.children_user + after.children_system
                     - before.children_user - before.children_system)
    assert 0 < min(taken) < START_SECONDS_MAX
