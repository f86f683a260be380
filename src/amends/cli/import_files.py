"""Bring a file, a folder of files or a sample company into the desk; safe to repeat."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to import."""
    parser.add_argument("path", type=Path, help="a file, a folder of files, or a sample folder")
    parser.add_argument("--strict", action="store_true", help="exit 1 when anything is wrong")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(options: argparse.Namespace) -> int:
    """Import; each good file is kept, each bad one named."""
    from amends.cli.output import DONE, NO, print_json, progress
    from amends.desk import commands

    commands.prepare()
    commands.migrate()
    result = commands.import_path(options.path, progress)
    progress("")
    if options.json:
        print_json(result)
    else:
        _tell(result)
    bad = any(problem["severity"] == "error" for problem in result["problems"])
    return NO if options.strict and bad else DONE


def _tell(result: dict[str, Any]) -> None:
    files, problems = result["files"], result["problems"]
    new = sum(1 for file in files if file["new"])
    print(f"{new} new files, {len(files) - new} known, {len(problems)} problems")
    for problem in problems[:20]:
        print(f"  {problem['severity']}: {problem['file']} {problem['what']}")
    if result["escalations"]:
        print(f"escalations: {result['escalations']}")
