"""What looks wrong in a workbook, a CSV or a Parquet file: each cell with its reason."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from amends.cli.output import DONE, NO, print_json, print_problems

if TYPE_CHECKING:
    from amends.anomalies import CheckReport


def arguments(parser: argparse.ArgumentParser) -> None:
    """``FILE [--annotate OUT.xlsx] [--strict] [--json]``."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a workbook, CSV or Parquet file")
    parser.add_argument("--annotate", type=Path, metavar="OUT.xlsx",
                        help="also write a copy with the cells marked; FILE is never changed")
    parser.add_argument("--strict", action="store_true",
                        help="exit 1 when there is any finding or error")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Check and print; 1 only under --strict, when there is a finding or an error."""
    from amends.anomalies import annotate, check

    report = check(options.file)
    if options.annotate:
        annotate(options.file, report, options.annotate)
    if options.json:
        print_json(report.as_json())
    else:
        _print_words(report)
    wrong = bool(report.findings) or any(one.severity == "error" for one in report.problems)
    return NO if options.strict and wrong else DONE


def _print_words(report: CheckReport) -> None:
    several = len(report.sheets) > 1
    for number, finding in enumerate(report.findings, 1):
        where = f"{finding.sheet}!{finding.cells[0]}" if several else finding.cells[0]
        print(f"{number:>3}  {where:<12} {finding.what} ({finding.kind}, {finding.severity})")
        print(f"     {finding.why}")
        if finding.suggestion:
            print(f"     {finding.suggestion}")
    count = len(report.findings)
    print(f"{count or 'no'} finding{'s' if count != 1 else ''} in {report.file}")
    print_problems(report.problems)
