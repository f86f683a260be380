"""Check a draft against its case, as the send gate does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from amends.cli.output import DONE, NO, print_json
from amends.problems import AmendsError, Problem

DRAFT_BYTES_MAX = 2**20


def arguments(parser: argparse.ArgumentParser) -> None:
    """``FILE --case JSON [--json]``."""
    parser.add_argument("file", help="the draft as text; - for standard input")
    parser.add_argument("--case", required=True, metavar="JSON",
                        help="a file with the facts of the message, or the JSON itself")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(options: argparse.Namespace) -> int:
    """Print the report; exit 1 when the draft may not be sent."""
    from amends.messages import MessageFacts, gate

    facts = MessageFacts.from_json(_case(options.case))
    report = gate(_text(options.file), facts)
    if options.json:
        print_json(report.as_json())
    else:
        for check in report.checks:
            if not check.ok:
                mark = "stop" if check.blocking else "note"
                repair = f" Write: {check.repair}" if check.repair else ""
                print(f"{mark:<5}{check.key}: {check.sentence}{repair}")
        print("May be sent." if report.may_send else "May not be sent.")
    return DONE if report.may_send else NO


def _text(name: str) -> str:
    try:
        with (sys.stdin.buffer if name == "-" else Path(name).open("rb")) as file:
            raw = file.read(DRAFT_BYTES_MAX + 1)
        if len(raw) > DRAFT_BYTES_MAX:
            raise ValueError(f"it is larger than {DRAFT_BYTES_MAX:,} bytes")
        return raw.decode("utf-8")
    except (OSError, ValueError) as error:
        raise AmendsError(Problem("error", f"The file cannot be read: {error}.",
                                  "Give a text in UTF-8.", name)) from None


def _case(given: str) -> object:
    text = given if given.lstrip().startswith("{") else _text(given)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AmendsError(Problem("error", f"The case cannot be read: {error}.",
                                  "Give the facts as a JSON object.")) from None
