"""Real workbooks of other people, with the errors that auditors marked in them."""

from __future__ import annotations

import json
from pathlib import Path

from amends.anomalies import check
from amends.anomalies.sheets import places
from samples import shared


def marked_and_found(folder: Path) -> tuple[int, int, int]:
    """Sheets with marked errors, how many of them have a finding on a marked cell, and how many
    findings there are in all."""
    truth = json.loads((folder / "excelint-annotations.json").read_text("utf-8"))
    faulty = hit = findings = 0
    for file, sheets in truth.items():
        report = check(folder / file)
        findings += len(report.findings)
        for sheet, marks in sheets.items():
            cells = {(row, column) for column, row, _ in marks["bugs"]}
            on = {spot for found in report.findings if found.sheet.strip() == sheet
                  for spot in places(found.cells[0])}
            faulty += bool(cells)
            hit += bool(cells & on)
    return faulty, hit, findings


def test_the_marked_errors_are_found_with_few_other_findings() -> None:
    faulty, hit, findings = marked_and_found(shared("spreadsheets"))
    assert (faulty, hit) == (2, 2)
    assert findings <= 5


def test_reports_of_processors_are_nearly_silent() -> None:
    """At most one question, about a lone credit, in two real settlement workbooks."""
    folder = shared("psp")
    found = [finding for name in ("swedbankpay-transaction-list.xlsx",
                                  "swedbankpay-r1234-0001-redovisningsservice.xlsx")
             for finding in check(folder / name).findings]
    assert [finding.severity for finding in found] in ([], ["warning"])
