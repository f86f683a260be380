"""Escalations come in: one by a form, many by a file; and what an agent has handed up."""

from __future__ import annotations

from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from amends.desk import clock
from amends.desk.access import Act, Actor, cases_for, gate, may, require
from amends.desk.actions.bulk_intake import bulk_intake
from amends.desk.actions.cases import open_case
from amends.desk.forms.intake import EscalationForm
from amends.desk.queries.handed_up import handed_up
from amends.desk.views.answers import explains, said
from amends.problems import AmendsError, Problem

LARGEST_CSV_BYTES = 20 * 1024 * 1024
ROWS_AT_MOST = 2_000  # what one request can open in good time; files of more go by the command line


@gate(Act.HAND_UP)
@explains
def page(request: HttpRequest) -> HttpResponse:
    """The form of one escalation; sending it opens or joins a case."""
    user = require(request.user, Act.HAND_UP)
    form = EscalationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        opened = open_case(actor=Actor.person(user), now=now,
                           escalation=form.facts(user=user, now=now))
        said(request, f"{opened.case.label} {opened.how}. Its investigation has begun.")
        if cases_for(user).filter(pk=opened.case.pk).exists():
            return redirect("case", opened.case.number)
        return redirect("handed_up" if may(user, Act.SEE_OWN_ESCALATIONS) else "caseload")
    status = 422 if form.errors else 200
    return render(request, "desk/intake.html",
                  {"here": "intake", "form": form, "bulk": may(user, Act.BULK_INTAKE)},
                  status=status)


@gate(Act.BULK_INTAKE)
@require_POST
@explains
def bulk(request: HttpRequest) -> HttpResponse:
    """A CSV of many escalations; the good rows become cases, the bad ones are listed."""
    user = require(request.user, Act.BULK_INTAKE)
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > LARGEST_CSV_BYTES:
        raise AmendsError(Problem("error", "Choose a CSV file of at most 20 MB.", field="file"))
    try:
        words = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AmendsError(Problem("error", "The file is not UTF-8 text.", "Save it as UTF-8.",
                                  file=str(upload.name))) from None
    result = bulk_intake(
        actor=Actor.person(user), now=clock.now(), name=str(upload.name),
        file=StringIO(words, newline=""), rows_at_most=ROWS_AT_MOST,
    )
    return render(request, "desk/intake_bulk.html", {"here": "intake", "result": result,
                                                     "name": upload.name})


@gate(Act.SEE_OWN_ESCALATIONS)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What this agent handed up, and how it goes, in plain words."""
    user = require(request.user, Act.SEE_OWN_ESCALATIONS)
    return render(request, "desk/handed_up.html",
                  {"here": "handed-up", "lines": handed_up(user)})


patterns = [
    path("intake", page, name="intake"),
    path("intake/bulk", bulk, name="intake_bulk"),
    path("handed-up", mine, name="handed_up"),
]
