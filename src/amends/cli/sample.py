"""Make the sample company: files in real formats, escalations in real words, and the truth."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from amends.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """``--out DIR [--seed N] [--days D] [--payments N] [--until DATE] [--escalations N] [--json]``.
    """
    from amends.sample.plan import Plan

    plan = Plan()
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder to fill")
    parser.add_argument("--seed", type=int, default=plan.seed, help="another seed, another company")
    parser.add_argument("--days", type=int, default=plan.days, help="how many days it covers")
    parser.add_argument("--payments", type=int, default=plan.payments, help="how many purchases")
    parser.add_argument("--until", type=date.fromisoformat, default=plan.until, metavar="DATE",
                        help="the last day")
    parser.add_argument("--escalations", type=int, default=plan.escalations,
                        help="how many people write in")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Write the folder and say how much is in it."""
    from amends.sample import Plan, make

    made = make(options.out, Plan(options.seed, options.days, options.payments, options.until,
                                  options.escalations))
    if options.json:
        print_json(made.as_json())
        return DONE
    print(f"{made.folder}: " + ", ".join(
        f"{count:,} {what.replace('_', ' ')}" for what, count in made.counts.items()))
    return DONE
