"""Print the document of the HTTP API (OpenAPI 3.1)."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Only --json, which is what it prints anyway."""
    parser.add_argument("--json", action="store_true", help="print JSON (always)")


def run(options: argparse.Namespace) -> int:
    """Print the document."""
    from amends.cli.output import print_json
    from amends.desk import commands

    commands.prepare()
    print_json(commands.openapi())
    return 0
