"""Bring a backup back into an empty data folder and an empty database."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, help="the archive that 'amends backup' wrote")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(options: argparse.Namespace) -> int:
    """Restore; 2 when the place is not empty or the archive is damaged."""
    from amends.cli.output import print_json
    from amends.desk import commands

    commands.prepare()
    done = commands.restore(options.file)
    print_json(done) if options.json else print(
        f"Restored {done['rows']} rows and {done['files']} members; the chain of events holds.")
    return 0
