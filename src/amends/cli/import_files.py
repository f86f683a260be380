"""Bring a file, a folder of files or a sample company into the desk; safe to repeat."""

from __future__ import annotations

import argparse
from pathlib import Path


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
    files = result["files"]
    problems = result["problems"]
    if options.json:
        print_json(result)
    else:
        new = sum(1 for file in files if file["new"])  # type: ignore[attr-defined]
        print(f"{new} new files, {len(files) - new} known, "  # type: ignore[arg-type]
              f"{len(problems)} problems")  # type: ignore[arg-type]
        for problem in problems[:20]:  # type: ignore[index]
            print(f"  {problem['severity']}: {problem['file']} {problem['what']}")
        if result["escalations"]:
            print(f"escalations: {result['escalations']}")
    bad = any(p["severity"] == "error" for p in problems)  # type: ignore[attr-defined]
    return NO if options.strict and bad else DONE
