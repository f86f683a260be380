"""Tie ledger, processor and bank to each other, or two files that should hold the same."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amends.cli.output import DONE, STOPPED, print_json, progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``amends reconcile``."""
    parser.add_argument("what", type=Path, metavar="DIR|RULES.toml",
                        help="a folder of three-way tables, or a rule file that names the sides")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="where the results go; written beside and renamed")
    parser.add_argument("--state", type=Path, metavar="DIR",
                        help="where open items are kept between daily runs")
    parser.add_argument("--rules", type=Path, metavar="RULES.toml",
                        help="tolerances, windows and evidence other than the house's own")
    parser.add_argument("--engine", default="duckdb", choices=("duckdb",))
    parser.add_argument("--memory", metavar="4GB", help="what the engine may use before it spills")
    parser.add_argument("--threads", type=int, metavar="N")
    parser.add_argument("--json", action="store_true", help="print summary.json")


def run(options: argparse.Namespace) -> int:
    """Breaks alone are no failure: exit 0 with them, 3 when stopped before the end."""
    from amends.tables import Interrupted

    try:
        summary = _reconcile(options)
    except Interrupted:
        return STOPPED
    progress("")
    if options.json:
        print_json(summary)
    else:
        _print_words(summary)
    return DONE


def _reconcile(options: argparse.Namespace) -> dict[str, Any]:
    if options.what.is_file():
        from amends.recon.compare import compare_by_rules

        return compare_by_rules(options.what, options.out)
    from amends.recon.run import reconcile

    return reconcile(options.what, options.out, state=options.state, engine=options.engine,
                     memory=options.memory, threads=options.threads, rules=options.rules,
                     progress=progress)


def _print_words(summary: Mapping[str, Any]) -> None:
    for line in summary.get("sentences", ()):
        print(line)
    rows: dict[str, dict[str, int]] = {}
    for total in summary["totals"]:
        side = rows.setdefault(total["side"], {})
        for state, counted in total.items():
            if isinstance(counted, dict):
                side[state] = side.get(state, 0) + counted["rows"]
    for name, states in rows.items():
        print(f"{name}: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    for kind, count in summary["breaks"].items():
        print(f"{count:>8} {kind}")
