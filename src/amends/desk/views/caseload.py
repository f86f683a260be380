"""The caseload page: list at the left, preview at the right, everything in the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from amends.casework.claims import KIND_WORDS
from amends.casework.states import STATE_WORDS
from amends.desk import clock
from amends.desk.access import Act, case_for, gate, require
from amends.desk.models.columns import choices
from amends.desk.queries.caseload import SORTS, caseload
from amends.desk.queries.preview import preview


@gate(Act.SEE_CASES)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The list with the first case, or the one named by ``case``, beside it."""
    user = require(request.user, Act.SEE_CASES)
    now = clock.now()
    listed = caseload(user, params=request.GET, now=now)
    wanted = request.GET.get("case", "")
    number = int(wanted) if wanted.isdigit() else (listed.lines[0].number if listed.lines else None)
    beside = preview(user, case_for(user, number), now=now) if number else None
    return render(
        request, "desk/caseload.html",
        {"here": "caseload", "caseload": listed, "preview": beside, "sorts": SORTS,
         "chosen": number, "kinds": choices(KIND_WORDS), "states": choices(STATE_WORDS)},
    )


@gate(Act.SEE_CASES)
@require_GET
def preview_pane(request: HttpRequest, number: int) -> HttpResponse:
    """The preview of one case, as the pane alone."""
    user = require(request.user, Act.SEE_CASES)
    beside = preview(user, case_for(user, number), now=clock.now())
    return render(request, "parts/preview.html", {"preview": beside})


patterns = [
    path("cases", page, name="caseload"),
    path("cases/<int:number>/preview", preview_pane, name="case_preview"),
]
