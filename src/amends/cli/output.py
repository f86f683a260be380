"""What the commands print: one JSON document, or words; progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from amends.problems import Problem

DONE, NO, WRONG_USE, STOPPED = 0, 1, 2, 3


def print_json(document: object) -> None:
    """One JSON document on standard output, UTF-8, nothing else there."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def print_problems(problems: Iterable[Problem]) -> None:
    """Problems in words on standard error."""
    for problem in problems:
        sys.stderr.write(f"{problem.severity}: {problem}\n")


def progress(text: str) -> None:
    """A line of progress on standard error, only when a person is watching."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
