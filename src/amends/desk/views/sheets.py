"""Sheets: drop a workbook, see the cells that are wrong and why, take an annotated copy."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from amends.anomalies.annotate import annotate
from amends.desk import clock
from amends.desk.access import Act, Actor, gate, require, sheets_for
from amends.desk.actions.sheets import ask_for_check, stored
from amends.desk.queries.sheets import recent, report_of, sheet_page
from amends.desk.views.answers import explains
from amends.problems import AmendsError, Problem

LARGEST_BYTES = 100 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@gate(Act.USE_SHEETS)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Where workbooks are dropped, and those dropped before."""
    user = require(request.user, Act.USE_SHEETS)
    return render(request, "desk/sheets.html", {"here": "sheets", "checks": recent(user)})


@gate(Act.USE_SHEETS)
@require_POST
@explains
def drop(request: HttpRequest) -> HttpResponse:
    """Keep a workbook and have it checked."""
    user = require(request.user, Act.USE_SHEETS)
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > LARGEST_BYTES:
        raise AmendsError(Problem("error", "Choose a workbook of at most 100 MB.", field="file"))
    with tempfile.NamedTemporaryFile(suffix=Path(str(upload.name)).suffix) as part:
        for chunk in upload.chunks():
            part.write(chunk)
        part.flush()
        check = ask_for_check(actor=Actor.person(user), now=clock.now(), path=Path(part.name),
                              name=str(upload.name))
    return redirect("sheet", check.pk)


@gate(Act.USE_SHEETS)
@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook with marked cells and its findings."""
    user = require(request.user, Act.USE_SHEETS)
    check = get_object_or_404(sheets_for(user), pk=pk)
    given = request.GET
    shown = sheet_page(check, sheet=given.get("sheet", ""), finding=_number(given.get("finding")),
                       row=_number(given.get("row")))
    return render(request, "desk/sheet.html", {"here": "sheets", "page": shown})


@gate(Act.USE_SHEETS)
@require_GET
@explains
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The annotated copy; the file itself is never changed."""
    user = require(request.user, Act.USE_SHEETS)
    check = get_object_or_404(sheets_for(user).exclude(report={}), pk=pk)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "annotated.xlsx"
        annotate(stored(check), report_of(check), out)
        answer = HttpResponse(out.read_bytes(), content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(
        True, f"{Path(check.name).stem} - checked.xlsx"
    ) or "attachment"
    return answer


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 8 else 0


patterns = [
    path("sheets", page, name="sheets"),
    path("sheets/drop", drop, name="sheet_drop"),
    path("sheets/<int:pk>", sheet, name="sheet"),
    path("sheets/<int:pk>/copy", copy, name="sheet_copy"),
]
