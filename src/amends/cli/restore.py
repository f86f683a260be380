"""Bring a backup back into an empty data folder and an empty database."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, help="the archive that 'amends backup' wrote")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(options: argparse.Namespace) -> int:
    """Restore; 2 when the place is not empty or the archive is damaged, 3 when the disk is full."""
    import sys

    from amends.cli.output import DONE, STOPPED, print_json
    from amends.desk import commands

    commands.prepare()
    try:
        done = commands.restore(options.file)
    except OSError as error:
        print(f"The restore stopped: {error}. Make room and begin again.", file=sys.stderr)
        return STOPPED
    print_json(done) if options.json else print(
        f"Restored {done['rows']} rows and {done['files']} members; the chain of events holds.")
    return DONE
