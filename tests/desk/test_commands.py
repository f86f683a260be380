"""``amends propose`` and ``amends audit`` as a person or a program calls them."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from amends.sample import Plan, make

FIELDS = {"case": str, "external_id": str, "kind": str, "finding": str, "outcome": str,
          "remedy": str, "amount_minor": int, "currency": str, "cause": str,
          "straight_through": bool, "confidence": float, "reasons": list}
MAY_BE_NULL = {"external_id", "finding", "currency", "cause"}


def amends(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a data folder of its own, on SQLite."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run([sys.executable, "-m", "amends.cli.main", *words], text=True,
                          env=environment | {"AMENDS_DATA": str(data)}, capture_output=True,
                          check=False, timeout=300)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """A small sample company, imported, with what is true of its escalations."""
    folder, data = tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("data")
    make(folder, Plan(payments=300, days=21, escalations=8))
    assert amends(data, "migrate").returncode == 0
    done = amends(data, "import", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    with (folder / "truth" / "escalations.csv").open(encoding="utf-8", newline="") as file:
        return data, list(csv.DictReader(file))


def test_every_open_case_is_proposed_in_the_agreed_shape(company) -> None:
    """Exactly the fields of the contract, each of its type; amounts as integers."""
    data, truth = company
    done = amends(data, "propose", "--all", "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 0
    told = {row["external_id"] for row in truth}
    assert len(told & {row["external_id"] for row in rows}) > len(truth) // 2
    wrong = [(row["case"], name) for row in rows for name, kind in FIELDS.items()
             if type(row[name]) is not kind and not (row[name] is None and name in MAY_BE_NULL)]
    assert wrong == []
    assert {tuple(row) for row in rows} == {tuple(FIELDS)}


def test_one_case_is_one_object_by_any_way_of_writing_its_number(company) -> None:
    """The number alone, and the label, in words without ``--json``."""
    data, _ = company
    assert json.loads(amends(data, "propose", "1", "--json").stdout)["case"] == "AM-000001"
    assert amends(data, "propose", "AM-000001").stdout.startswith("AM-000001  ")


@pytest.mark.parametrize("words", [("AM-999999",), ("AM-000001", "--all")])
def test_wrong_use_is_exit_2_with_words(company, words) -> None:
    """Nothing on standard output under ``--json``."""
    done = amends(company[0], "propose", *words, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_the_audit_holds_until_somebody_touches_a_row(company, tmp_path) -> None:
    """Exit 0 and the count; after a change in the database exit 1 and the place."""
    data, _ = company
    done = amends(data, "audit", "verify", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["holds"], told["faults"]) == (0, True, [])
    copy = tmp_path / "data"
    copy.mkdir()
    with sqlite3.connect(data / "desk.sqlite3") as old, \
            sqlite3.connect(copy / "desk.sqlite3") as new:
        old.backup(new)
        new.execute("DROP TRIGGER desk_event_no_update")
        new.execute("UPDATE desk_event SET summary = 'other' WHERE stream = 'case:2' AND seq = 1")
    done = amends(copy, "audit", "verify", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["faults"] == [
        {"stream": "case:2", "seq": 1, "what": "the event was changed"}]
    assert "case:2#1: the event was changed" in amends(copy, "audit", "verify").stdout
    assert json.loads(done.stdout)["events"] == told["events"]


def test_the_worker_does_what_is_ready_and_says_how_much(company) -> None:
    """``--once`` ends; nothing is left for a second one."""
    data, _ = company
    assert json.loads(amends(data, "worker", "--once", "--json").stdout) == {"jobs": 0}
