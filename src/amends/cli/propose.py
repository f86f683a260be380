"""What evidence and policy suggest for a case, or for every open one."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which case."""
    parser.add_argument("case", nargs="?", default="", help="a case number such as AM-000123")
    parser.add_argument("--all", action="store_true", help="every open case")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the proposals; 2 when the case is not there or none is named."""
    import sys

    from amends.cli.output import DONE, WRONG_USE, print_json
    from amends.desk import commands

    if bool(options.case) == options.all:
        print("Name one case, or --all.", file=sys.stderr)
        return WRONG_USE
    commands.prepare()
    rows = commands.propose(options.case)
    if options.json:
        print_json(rows if options.all else rows[0])
        return DONE
    for row in rows:
        print(f"{row['case']}  {row['outcome']}, {row['remedy']} {row['amount_minor']} "
              f"{row['currency'] or ''}  {row['finding'] or 'no finding'}"
              f"{'  straight through' if row['straight_through'] else ''}")
    return DONE
