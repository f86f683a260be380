"""Write everything (database, files, lake) into one file."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, help="the archive to write, such as amends.tar.gz")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(options: argparse.Namespace) -> int:
    """Back up; 3 when the disk is full."""
    import sys

    from amends.cli.output import DONE, STOPPED, print_json
    from amends.desk import commands

    commands.prepare()
    try:
        done = commands.backup(options.file)
    except OSError as error:
        print(f"The backup stopped: {error}. Nothing was written at {options.file}.",
              file=sys.stderr)
        return STOPPED
    print_json(done) if options.json else print(
        f"{options.file}: {done['rows']} rows, {done['files']} members, {done['bytes']} bytes")
    return DONE
