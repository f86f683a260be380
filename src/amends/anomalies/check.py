"""``check``: what looks wrong in a workbook or a file, strongest first, each cell blamed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from amends.anomalies.agreement import agreement
from amends.anomalies.duplicates import duplicates
from amends.anomalies.reading import read_book
from amends.anomalies.report import CheckReport, Finding, Limits
from amends.anomalies.runs import broken_runs
from amends.anomalies.signs import signs
from amends.anomalies.survey import Survey, survey
from amends.anomalies.text_numbers import text_numbers
from amends.anomalies.ties import ties
from amends.anomalies.totals import totals
from amends.problems import Problem

CHECKS: tuple[Callable[[Survey], Iterator[Finding]], ...] = (
    broken_runs, text_numbers, ties, agreement, signs, duplicates, totals)


def check(path: Path, *, name: str | None = None, limits: Limits | None = None) -> CheckReport:
    """What looks wrong in the file, which is only read.

    ``name`` is what the file is called where it came from. AmendsError when it cannot be read at
    all; what can be read is checked and the rest is told in ``problems``.
    """
    limits, called = limits or Limits(), name or path.name
    book = read_book(path, called, limits)
    view = survey(book.sheets)
    found = ranked(finding for look in CHECKS for finding in look(view))
    if len(found) > limits.findings_max:
        book.problems.append(Problem(
            "warning", f"There are {len(found)} findings; the first {limits.findings_max} are "
            "listed.", "Settle these, then check again.", called))
    return CheckReport(called, tuple(sheet.name for sheet in book.sheets),
                       tuple(found[:limits.findings_max]), tuple(book.problems))


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by score, each cell blamed for one thing only: its strongest."""
    kept: list[Finding] = []
    blamed: set[tuple[str, str]] = set()
    order = sorted(findings, key=lambda found: (-found.score, found.sheet, found.cells))
    for found in order:
        cell = (found.sheet, found.cells[0])
        if cell not in blamed:
            blamed.add(cell)
            kept.append(found)
    return kept
