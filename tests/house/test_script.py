"""``./amends``: what it promises before anything is installed, on small checkouts of its own."""

from __future__ import annotations

import fcntl
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from house.tree import ROOT

OVERHEAD_SECONDS_MAX = 0.2
PROJECT = """
[build-system]
requires = []
[project]
name = "amends"
[tool.hatch]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script and the locks, and an environment that only seems to be one."""
    shutil.copy(ROOT / "amends", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in (("python", f'exec {sys.executable} "$@"'), ("amends", 'echo went "$@"')):
        (programs / name).write_text(f"#!/bin/sh\n{words}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def script(checkout: Path) -> ModuleType:
    """The script of a checkout, loaded as a module."""
    loader = importlib.machinery.SourceFileLoader("amends_script", str(checkout / "amends"))
    spec = importlib.util.spec_from_loader("amends_script", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def stamped(checkout: Path, layer: str) -> ModuleType:
    """The script of a checkout whose environment holds ``layer`` as it is locked."""
    loaded = script(checkout)
    loaded.STAMP.write_text(f"{layer} {loaded.made_of(layer)}\n")
    return loaded


def run(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, checkout / "amends", *words], capture_output=True,
                          text=True, check=False)


def test_an_older_python_is_refused_in_one_line() -> None:
    """It reads the file that far, and says which one it needs."""
    pretend = "import sys; sys.version_info = (3, 9, 2); exec(open(sys.argv[1]).read())"
    done = subprocess.run([sys.executable, "-c", pretend, ROOT / "amends"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("amends: Python 3.11 or newer is needed, and this is 3.9")
    assert done.stderr.count("\n") == 1


def test_without_a_word_it_says_which_there_are() -> None:
    """Wrong use, exit 2; nothing is installed."""
    done = run(ROOT)
    assert done.returncode == 2
    assert "./amends demo" in done.stdout


def test_another_word_goes_to_the_program_and_costs_next_to_nothing(checkout: Path) -> None:
    """What follows is handed on as it is; the script adds less than 0.2 s of processor time."""
    stamped(checkout, "run")
    taken = []
    for _ in range(3):
        before = os.times()
        done = run(checkout, "explain", "iso8583", "05", "--json")
        after = os.times()
        taken.append(after.children_user + after.children_system
                     - before.children_user - before.children_system)
        assert done.stdout == "went explain iso8583 05 --json\n"
    assert 0 < min(taken) < OVERHEAD_SECONDS_MAX


@pytest.mark.parametrize(("held", "wanted", "enough"), [
    ("run", "run", True), ("test", "run", True), ("test", "test", True), ("run", "test", False)])
def test_a_layer_serves_those_below_it(checkout: Path, held: str, wanted: str,
                                       enough: bool) -> None:
    """The test layer is never taken down to start the program."""
    loaded = stamped(checkout, held)
    layers = loaded.LAYERS
    assert (loaded.layer_in_place() in layers[layers.index(wanted):]) == enough


@pytest.mark.parametrize("changed", ["requirements/run.txt", "requirements/installer.txt",
                                     "pyproject.toml"])
def test_what_was_locked_anew_is_set_up_anew(checkout: Path, changed: str) -> None:
    """A stamp holds only for the locks and the package that it was made of."""
    loaded = stamped(checkout, "run")
    assert loaded.layer_in_place() == "run"
    path = checkout / changed
    path.write_text(path.read_text().replace('"amends"', '"amends-2"') + "# changed\n")
    assert loaded.layer_in_place() == ""


def test_a_copied_checkout_is_set_up_anew(checkout: Path, tmp_path: Path) -> None:
    """Programs in an environment know their place; in another they would start the old one."""
    stamped(checkout, "run")
    moved = shutil.copytree(checkout, tmp_path / "moved", symlinks=True)
    assert script(moved).layer_in_place() == ""


def test_two_starts_at_once_wait_for_each_other(checkout: Path) -> None:
    """The second says that it waits, and finds everything done."""
    loaded = script(checkout)
    with (checkout / "requirements" / "installer.txt").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = subprocess.Popen([sys.executable, checkout / "amends", "clocks"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert second.stderr
        assert "waiting" in second.stderr.readline()
        loaded.STAMP.write_text(f"run {loaded.made_of('run')}\n")
    said, _ = second.communicate(timeout=10)
    assert said == "went clocks\n"


def test_the_last_line_of_a_test_run_is_the_sum(checkout: Path) -> None:
    """Parts are added up; one failure anywhere is the exit code."""
    stamped(checkout, "test")
    for layer, body in (("rooms", "def test_a(): pass\ndef test_b(): assert 0\n"),
                        ("house", "import pytest\ndef test_c(): pytest.skip('left out')\n")):
        (checkout / "tests" / layer).mkdir(parents=True)
        (checkout / "tests" / layer / f"test_{layer}.py").write_text(body)
    done = run(checkout, "test", "rooms", "house", "-n", "0")
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"
    assert done.returncode == 1


def test_ci_runs_what_a_person_runs() -> None:
    """``.ci/run`` stops at the first failure and installs nothing by hand."""
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines()
             if line and not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "./amends lint", "./amends test"]
