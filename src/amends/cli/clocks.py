"""What is due when, and by which rule: every clock of the facts given, each date explained."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amends.cli.output import DONE, print_json
from amends.problems import AmendsError, Problem

if TYPE_CHECKING:
    from amends.clocks.deadlines import Deadlines

FACTS_BYTES_MAX = 64 * 2**20


def arguments(parser: argparse.ArgumentParser) -> None:
    """``[--regime R] --facts FILE|- [--as-of DATE] [--json]``."""
    parser.add_argument("--regime", help="the rule book of a single facts object")
    parser.add_argument("--facts", required=True, metavar="FILE",
                        help="JSON: one facts object, or a list of {id, regime, facts}; - for "
                             "standard input")
    parser.add_argument("--as-of", type=_day, metavar="DATE", help="the day to judge from")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Reckon and print; a bad element carries its Problems and the others are reckoned."""
    from amends.clocks.regimes import REGIMES

    document = _read(options.facts)
    if isinstance(document, list):
        answers = [_element(item, options.regime, options.as_of) for item in document]
    elif not isinstance(document, Mapping):
        raise AmendsError(Problem("error", "The facts are neither an object nor a list.",
                                  "Write {...} or [...].", options.facts))
    elif options.regime not in REGIMES:
        raise AmendsError(Problem("error", "One facts object needs --regime.",
                                  f"Use one of {', '.join(REGIMES)}."))
    else:
        answers = [_answer(options.regime, document, options.as_of)]
    if options.json:
        print_json(answers if isinstance(document, list) else answers[0])
    else:
        for answer in answers:
            _print_words(answer)
    return DONE


def _day(text: str) -> date:
    """A date of the command line; argparse turns the ValueError into wrong use."""
    return date.fromisoformat(text)


def _read(name: str) -> object:
    try:
        with (sys.stdin.buffer if name == "-" else Path(name).open("rb")) as file:
            raw = file.read(FACTS_BYTES_MAX + 1)
        if len(raw) > FACTS_BYTES_MAX:
            raise ValueError(f"it is larger than {FACTS_BYTES_MAX:,} bytes")
        return json.loads(raw)
    except (OSError, ValueError, RecursionError) as error:
        raise AmendsError(Problem("error", f"The facts cannot be read: {error}.",
                                  "Give a JSON file, or - for standard input.", name)) from None


def _element(item: object, regime: str | None, as_of: date | None) -> dict[str, Any]:
    """One element of a list, with its id and rule book."""
    element = item if isinstance(item, Mapping) else {}
    named = element.get("regime", regime)
    head = {"id": element.get("id"), "regime": named}
    facts = element.get("facts")
    if not isinstance(facts, Mapping) or not isinstance(named, str):
        problem = Problem("error", "The element has no rule book, or no facts object.",
                          'Write {"id": ..., "regime": ..., "facts": {...}}.')
        return head | _refused([problem])
    return head | _answer(named, facts, as_of)


def _answer(regime: str, facts: Mapping[str, Any], as_of: date | None) -> dict[str, Any]:
    """The reckoning; facts that cannot be read give Problems and no dates (command contract)."""
    from amends.clocks.deadlines import compute

    try:
        found: Deadlines = compute(regime, facts, as_of=as_of)
    except AmendsError as error:
        return _refused(error.problems)
    if any(problem.severity == "error" for problem in found.problems):
        return _refused(found.problems)
    return found.as_json()


def _refused(problems: list[Problem]) -> dict[str, Any]:
    return {"deadlines": {}, "values": {}, "explain": {},
            "problems": [problem.as_json() for problem in problems]}


def _print_words(answer: dict[str, Any]) -> None:
    if answer.get("regime"):
        print(f"{answer['id'] or ''} {answer['regime']}".strip())
    idle = [name for name, words in answer["explain"].items() if words["start"] is None]
    for name, due in answer["deadlines"].items():
        words = answer["explain"][name]
        if name not in idle:
            print(f"  {due or 'none':<11} {words['title']} ({words['citation']})")
            print(f"              {words['counted']}")
    if idle:
        print(f"  not started: {', '.join(idle)}")
    for name, value in answer["values"].items():
        print(f"  {name}: {value}")
    for problem in answer["problems"]:
        field = f"{problem['field']}: " if problem["field"] else ""
        print(f"  {problem['severity']}: {field}{problem['what']} {problem['hint']}".rstrip())
