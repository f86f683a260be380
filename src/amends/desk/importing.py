"""Importing a file, a folder, or a sample company; safe to repeat."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.bulk_intake import bulk_intake
from amends.desk.actions.files import import_file, remember_mapping, remembered
from amends.desk.actions.recon import ask_for_run, closing_day
from amends.desk.jobs.worker import drain
from amends.desk.sample_company import add_agents
from amends.problems import AmendsError, Problem
from amends.sources.columns import ColumnMapping, shape_of

Say = Callable[[str], None]
TABLES = ("fee-schedule.csv", "fx-rates.csv")
SKIPPED = {"mappings.json", *TABLES}
ACTOR = Actor("import")


def import_everything(path: Path, say: Say, *, history: bool = False) -> dict[str, Any]:
    """Import ``path`` (file, folder of files, or sample folder) and do the jobs that follow.

    With ``history`` the escalations are opened at the instants they were received, and the jobs
    are left to the caller. A folder ``truth`` is never opened. AmendsError when there is nothing
    to import.
    """
    if not path.exists():
        raise AmendsError(Problem("error", f"{path} is not there.", "Check the path."))
    result: dict[str, Any] = {"files": [], "escalations": {}, "problems": []}
    folder = path / "files" if (path / "files").is_dir() else path
    _keep_mappings(folder)
    _keep_tables(folder)
    for number, file in enumerate(_files(folder), start=1):
        say(f"importing {file.name} ({number})")
        result["files"].append(_one(file, result["problems"]))
    escalations = path / "escalations.csv"
    if path.is_dir() and escalations.exists():
        result["escalations"] = _escalations(escalations, say, result["problems"], history)
    if any(file["new"] for file in result["files"]):
        ask_for_run(actor=ACTOR, now=clock.now(), as_of=closing_day(clock.today()))
    if not history:
        say("investigating")
        result["jobs"] = drain()
    return result


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    return sorted(
        file for file in folder.iterdir()
        if file.is_file() and file.name not in SKIPPED and file.name != "escalations.csv"
        and not file.name.startswith(".") and "review" not in file.name
    )


def _keep_mappings(folder: Path) -> None:
    kept = folder / "mappings.json"
    if folder.is_dir() and kept.exists():
        for name, columns in json.loads(kept.read_text()).items():
            mapping = ColumnMapping.from_dict(columns)
            if remembered(mapping.shape) != mapping.as_dict():
                remember_mapping(actor=ACTOR, now=clock.now(), mapping=mapping, name=name)


def _keep_tables(folder: Path) -> None:
    """Contracted fees and mid rates, kept beside the files for reconciliation and fee findings."""
    for name in TABLES:
        if folder.is_dir() and (folder / name).exists():
            shutil.copyfile(folder / name, Path(settings.DATA) / name)


def _one(file: Path, problems: list[dict[str, Any]]) -> dict[str, Any]:
    mapping = None
    if file.suffix.lower() in (".csv", ".txt", ".xlsx", ".tsv"):
        columns = remembered(shape_of(file))
        mapping = ColumnMapping.from_dict(columns) if columns else None
    try:
        done = import_file(actor=ACTOR, now=clock.now(), path=file, name=file.name, mapping=mapping)
    except AmendsError as error:
        problems += [problem.as_json() for problem in error.problems]
        return {"name": file.name, "new": False, "read": False, "entries": 0}
    problems += [problem.as_json() for problem in done.problems]
    return {"name": file.name, "new": done.new, "read": True, "sha256": done.file.sha256,
            "entries": done.file.entries}


def _escalations(
    path: Path, say: Say, problems: list[dict[str, Any]], history: bool
) -> dict[str, int]:
    with path.open(newline="", encoding="utf-8") as file:
        add_agents({row.get("agent_email", ""): row.get("agent_name", "")
                    for row in csv.DictReader(file)})
    with path.open(newline="", encoding="utf-8") as file:
        done = bulk_intake(actor=ACTOR, now=clock.now(), file=file, name=path.name,
                           progress=lambda n: say(f"{n} escalations") if n % 50 == 0 else None,
                           history=history)
    problems += [problem.as_json() for problem in done.problems]
    return dict(done.counts)
