"""Make the sample company: files in real formats, escalations in real words, and the truth."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from amends.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """``--out DIR [--seed N] [--days D] [--payments N] [--until DATE] [--escalations N] [--json]``.
    """
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder to fill")
    parser.add_argument("--seed", type=int, help="another seed, another company (20260301)")
    parser.add_argument("--days", type=int, help="how many days it covers (30)")
    parser.add_argument("--payments", type=int, help="how many purchases (6000)")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DATE",
                        help="the last day (2026-11-22)")
    parser.add_argument("--escalations", type=int, help="how many people write in (200)")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Write the folder and say how much is in it."""
    from amends.sample import Plan, make

    words = ("seed", "days", "payments", "until", "escalations")
    given = {word: getattr(options, word) for word in words if getattr(options, word) is not None}
    made = make(options.out, Plan(**given))
    if options.json:
        print_json(made.as_json())
        return DONE
    print(f"{made.folder}: " + ", ".join(
        f"{count:,} {what.replace('_', ' ')}" for what, count in made.counts.items()))
    return DONE
