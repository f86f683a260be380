"""Follow one payment through the imported files: order, processor, bank."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from amends.cli.output import DONE, print_json, print_problems


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of ``amends trace``."""
    parser.add_argument("reference", help="an order, payment, payout or bank reference, or an ARN")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR",
                        help="the data folder (else AMENDS_DATA, else data)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Prints the trail. Nothing found is an answer too: no steps, a Problem, exit 0."""
    from amends.casework.trace import follow
    from amends.casework.trail_picture import as_list
    from amends.money import Money
    from amends.tables import open_engine

    folder = options.data or Path(os.environ.get("AMENDS_DATA") or "data")
    with open_engine() as engine:
        trace = follow(engine, folder / "lake", options.reference)
    if options.json:
        print_json(trace.as_json())
        return DONE
    print_problems(trace.problems)
    if trace.steps:
        print(trace.sentence)
        for line in as_list(trace):
            print(f"  {line}")
        for position in trace.positions:
            figure = Money(position.amount_minor, trace.currency).figure()
            print(f"  {position.holder:<32}{figure:>14} {trace.currency}")
    return DONE
