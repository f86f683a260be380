"""Read any statement or report: its figures, whether they agree, and what is wrong with it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amends.cli.output import DONE, NO, STOPPED, WRONG_USE, print_json, print_problems, progress
from amends.problems import AmendsError, Problem

if TYPE_CHECKING:
    from amends.sources import Reading

PROBLEMS_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """``FILE [--format F] [--mapping FILE.json] [--entries OUT.parquet] [--strict] [--json]``."""
    parser.add_argument("file", type=Path, help="camt, MT940, a settlement report, CSV or XLSX")
    parser.add_argument("--format", help="the format, where it should not be found by content")
    parser.add_argument("--mapping", type=Path, metavar="FILE.json",
                        help="how the columns of a table are read")
    parser.add_argument("--suggest", action="store_true",
                        help="print the suggested column mapping of a table, and read nothing")
    parser.add_argument("--entries", type=Path, metavar="OUT.parquet",
                        help="write the entries there")
    parser.add_argument("--strict", action="store_true", help="exit 1 when anything is wrong")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Read and print; Problems of the content are part of the answer, not a failure."""
    from amends.sources import columns, read

    try:
        if options.suggest:
            print_json(columns.suggest(options.file).as_dict())
            return DONE
        reading = read(
            options.file, format=options.format, mapping=_mapping(options.mapping),
            entries=options.entries, progress=_tell)
    except OSError as error:
        where = Problem("error", f"{error.strerror or error}.", "Check path, rights and space.",
                        str(error.filename or options.file))
        return _refused([where], options.json, WRONG_USE if _is_input(error, options) else STOPPED)
    except AmendsError as error:
        return _refused(error.problems, options.json, WRONG_USE)
    progress("")
    if options.json:
        print_json(reading.as_json())
    else:
        _print_words(reading, options.file.name)
    wrong = any(problem.severity != "info" for problem in reading.problems) or any(
        control.agree is False for control in reading.controls.values()) or any(
        statement.difference_minor for statement in reading.statements)
    return NO if options.strict and wrong else DONE


def _is_input(error: OSError, options: argparse.Namespace) -> bool:
    """Whether it is the given file that cannot be opened, and not the disk that refuses."""
    return str(error.filename) in (str(options.file), str(options.mapping))


def _refused(problems: list[Problem], as_json: bool, code: int) -> int:
    if as_json:
        print_json({"format": None, "sha256": None, "statements": [], "controls": {}, "counts": {},
                    "problems": [problem.as_json() for problem in problems]})
    else:
        print_problems(problems)
    return code


def _mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise AmendsError(Problem("error", f"The mapping is no JSON: {error}.",
                                  "Write it as amends read --suggest prints it.",
                                  str(path))) from None
    return document


def _tell(done: int, total: int) -> None:
    progress(f"{done * 100 // max(total, 1)} %")


def _print_words(reading: Reading, name: str) -> None:
    side = f", {reading.side}" if reading.side else ""
    print(f"{name}: {reading.format}{side}, {reading.entry_count:,} entries")
    if reading.statements:
        print(f"  {'account':<26}{'':4}{'opening':>16}{'credits':>16}{'debits':>16}"
              f"{'closing':>16}  agrees")
    for statement in reading.statements:
        currency = statement.currency or ""
        figures = "".join(f"{_figure(minor, currency):>16}" for minor in (
            statement.opening_minor, statement.credits_minor, statement.debits_minor,
            statement.closing_minor))
        difference = statement.difference_minor
        words = "" if difference is None else (
            "yes" if not difference else f"no, by {_figure(difference, currency)}")
        print(f"  {statement.account or '':<26}{currency:<4}{figures}  {words}".rstrip())
    agree = sum(1 for control in reading.controls.values() if control.agree)
    if agree:
        print(f"  {agree} of {len(reading.controls)} control figures agree")
    for what, control in reading.controls.items():
        if not control.agree:
            words = "unknown" if control.agree is None else "does not agree"
            print(f"  control {what}: stated {control.stated}, "
                  f"computed {control.computed}, {words}")
    for problem in reading.problems[:PROBLEMS_SHOWN]:
        place = f"line {problem.line}: " if problem.line else ""
        print(f"  {problem.severity}: {place}{problem.what} {problem.hint}".rstrip())
    if len(reading.problems) > PROBLEMS_SHOWN:
        print(f"  and {len(reading.problems) - PROBLEMS_SHOWN} more problems (--json has them)")


def _figure(minor: int | None, currency: str) -> str:
    from amends.money import Money, is_currency

    if minor is None:
        return "unknown"
    return Money(minor, currency).figure() if is_currency(currency) else str(minor)
