"""Bring the database up to this version, after a copy of it."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Only --json."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Migrate; 2 when the database is of a newer version."""
    from amends.cli.output import print_json
    from amends.desk import commands

    commands.prepare()
    commands.migrate()
    print_json({"migrated": True}) if options.json else print("The database is up to date.")
    return 0
