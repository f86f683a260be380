"""Which combination of dimensions explains a change, from a CSV or Parquet table of leaves."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from amends.cli.output import DONE, print_json
from amends.problems import AmendsError, Problem

if TYPE_CHECKING:
    from amends.insight.rootcause import Candidate, RootCause

ROWS_MAX = 5_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """``FILE [--value COL] [--forecast COL] [--by COL,COL] [--at PERIOD] [--json]``."""
    parser.add_argument("file", type=Path, metavar="FILE", help="one row a leaf, CSV or Parquet")
    parser.add_argument("--value", default="", metavar="COL", help="what came")
    parser.add_argument("--forecast", default="", metavar="COL",
                        help="what was expected; without it the past periods of the file tell")
    parser.add_argument("--by", default="", metavar="COL,COL", help="the dimensions to look along")
    parser.add_argument("--at", default="", metavar="PERIOD",
                        help="the period to explain; else the one that left its past furthest")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Locate and print; a cause outside the dimensions is an answer too."""
    from amends.insight.leaf_tables import leaves, roles
    from amends.insight.rootcause import locate

    table = _read(options.file)
    by = [name.strip() for name in options.by.split(",") if name.strip()]
    held = roles(table, value=options.value, forecast=options.forecast, by=by)
    found, at = leaves(table, held, options.at)
    answer = locate(found)
    if options.json:
        print_json({"file": options.file.name, "value_column": held.value,
                    "forecast_column": held.forecast or None, "count_column": held.count or None,
                    "period": at or None, "by": list(held.by), **answer.as_json()})
    else:
        _print_words(answer, at)
    return DONE


def _read(path: Path) -> dict[str, list[str]]:
    """The columns of the file as text."""
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        columns = _parquet(path) if parquet else _delimited(path)
    except (OSError, ValueError, csv.Error) as error:
        raise AmendsError(Problem("error", f"The table cannot be read: {error}.",
                                  "Give a CSV or Parquet file.", str(path))) from None
    if not columns or not next(iter(columns.values())):
        raise AmendsError(Problem("error", "There are no rows in the table.",
                                  "Give one row a leaf, under a header.", str(path)))
    return columns


def _parquet(path: Path) -> dict[str, list[str]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {name: ["" if value is None else str(value) for value in table[name].to_pylist()]
            for name in table.column_names}


def _delimited(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        rows = [row for row, _ in zip(reader, range(ROWS_MAX), strict=False)
                if len(row) == len(header)]
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def _print_words(answer: RootCause, at: str) -> None:
    head = f"{answer.value:,.10g} against {answer.expected:,.4g} expected"
    print(f"{head}{f' in period {at}' if at else ''}")
    if not answer.found:
        print("none of the recorded dimensions explains the change")
    for number, one in enumerate(answer.candidates, 1):
        print(f"{number:>3}  {_words(one)}: {one.value:,.10g} against {one.expected:,.4g}, "
              f"{one.share:.0%} of the change")


def _words(one: Candidate) -> str:
    return " and ".join(f"{name} {value}" for name, value in sorted(one.combination.items()))
