"""The Sheets page: a window on the grid with its marks, and the findings beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings

from amends.anomalies.grid import Grid, grid
from amends.anomalies.report import KINDS, CheckReport, Finding
from amends.anomalies.sheets import places
from amends.desk.access import sheets_for
from amends.desk.models import SheetCheck, User
from amends.problems import AmendsError

ROWS, COLUMNS = 60, 26


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in the list, with the address that shows its cell."""

    number: int
    title: str
    cell: str
    severity: str
    what: str
    why: str
    suggestion: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One checked workbook."""

    check: SheetCheck
    done: bool
    grid: Grid | None
    sheets: tuple[tuple[str, int, str, bool], ...]
    lines: tuple[Line, ...]
    chosen: Finding | None
    problems: tuple[dict[str, object], ...]
    errors: int
    earlier: str
    later: str


def recent(user: User) -> tuple[SheetCheck, ...]:
    """The workbooks that ``user`` dropped in, newest first."""
    return tuple(sheets_for(user).order_by("-checked_at")[:50])


def report_of(check: SheetCheck) -> CheckReport:
    """The stored report of a finished check."""
    report = check.report
    return CheckReport(report["file"], tuple(report["sheets"]),
                       tuple(Finding.from_json(row) for row in report["findings"]), ())


def sheet_page(check: SheetCheck, *, sheet: str, finding: int, row: int) -> SheetPage:
    """The window of ``sheet`` (by default that of the finding) with finding ``finding`` chosen."""
    if not check.report:
        return SheetPage(check, False, None, (), (), None, (), 0, "", "")
    report = report_of(check)
    number = finding if 0 < finding <= len(report.findings) else 0
    chosen = report.findings[number - 1] if number else None
    name = sheet if sheet in report.sheets else (
        chosen.sheet if chosen else (report.findings[0].sheet if report.findings
                                     else next(iter(report.sheets), "")))
    first = row or _first_row(chosen, name)
    window = _window(check, report, name, first)
    return SheetPage(
        check=check, done=True, grid=window,
        sheets=tuple((one, sum(1 for f in report.findings if f.sheet == one),
                      "?" + urlencode({"sheet": one}), one == name) for one in report.sheets),
        lines=tuple(_line(n, f, n == number) for n, f in enumerate(report.findings, 1)),
        chosen=chosen, problems=tuple(check.report.get("problems", ())),
        errors=sum(1 for f in report.findings if f.severity == "error"),
        earlier="?" + urlencode({"sheet": name, "row": max(1, first - ROWS)}) if first > 1 else "",
        later="?" + urlencode({"sheet": name, "row": first + ROWS})
        if window and window.height >= first + ROWS else "",
    )


def _first_row(chosen: Finding | None, sheet: str) -> int:
    if chosen is None or chosen.sheet != sheet:
        return 1
    spot = next(iter(places(chosen.cells[0])), (1, 1))
    return max(1, spot[0] - ROWS // 3)


def _window(check: SheetCheck, report: CheckReport, sheet: str, first: int) -> Grid | None:
    path = Path(settings.DATA) / "files" / check.stored_sha256
    try:
        return grid(path, report, sheet, (first, first + ROWS - 1), (1, COLUMNS))
    except (AmendsError, OSError):
        return None


def _line(number: int, finding: Finding, chosen: bool) -> Line:
    return Line(
        number=number, title=KINDS[finding.kind], cell=finding.cells[0],
        severity=finding.severity, what=finding.what, why=finding.why,
        suggestion=finding.suggestion,
        url="?" + urlencode({"sheet": finding.sheet, "finding": number}), chosen=chosen,
    )
