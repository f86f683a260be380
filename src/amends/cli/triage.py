"""Kind, severity, needs, amounts, references and dates of texts: JSON lines in, JSON lines out."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where the texts are."""
    parser.add_argument("file", help='JSON lines {"id", "text", "received"?}; - for standard input')
    parser.add_argument("--json", action="store_true", help="print JSON lines (always)")


def run(options: argparse.Namespace) -> int:
    """One line out for each line in; a bad line tells its problems and the others go on."""
    import json
    import sys
    from pathlib import Path

    from amends.cli.output import DONE
    from amends.problems import AmendsError, Problem

    try:
        lines = (sys.stdin.read() if options.file == "-"
                 else Path(options.file).read_text("utf-8")).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AmendsError(Problem("error", f"The texts cannot be read: {error}.",
                                  "Give a file of JSON lines in UTF-8.", options.file)) from error
    for answer in _answers(lines, options.file):
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return DONE


def _answers(lines: Iterable[str], name: str) -> Iterator[dict[str, object]]:
    import json
    from datetime import date

    from amends.casework.triage import triage
    from amends.problems import Problem

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        given: object = None
        try:
            given = json.loads(line)
            if not isinstance(given, dict) or not isinstance(given.get("text"), str):
                raise ValueError("a line needs a text")
            day = date.fromisoformat(given["received"]) if given.get("received") else None
        except (ValueError, TypeError, RecursionError):
            known = given.get("id") if isinstance(given, dict) else None
            problem = Problem("error", "The line cannot be used.",
                              'Write {"id", "text", "received": "2026-11-23"}.', name, number)
            yield {"id": known, "problems": [problem.as_json()]}
            continue
        yield {"id": given.get("id"), **triage(given["text"], received=day).as_json()}
