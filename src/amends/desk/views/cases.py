"""The page of one case, and the acts that move it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from amends.casework.states import State
from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, gate, require
from amends.desk.actions import cases as actions
from amends.desk.actions.closing import to_explain
from amends.desk.actions.presence import see_case
from amends.desk.models import User
from amends.desk.queries.case import case_page
from amends.desk.queries.deciding import Correcting, closing_form
from amends.desk.queries.snooze import snooze_until
from amends.desk.views.answers import back, explains, number_of, said, version_of
from amends.desk.views.composing import composing, deciding


@gate(Act.SEE_CASES)
@require_GET
def page(request: HttpRequest, number: int) -> HttpResponse:
    """The case, with what is new since this person last looked."""
    user = require(request.user, Act.SEE_CASES)
    case, now = case_for(user, number), clock.now()
    if user.role != "auditor":
        see_case(user=user, case=case, now=now)
    shown = case_page(user, case, now=now)
    return render(request, "desk/case.html", {
        "here": "caseload", "page": shown, "case": case, "composer": composing(case, now),
        "deciding": deciding(user, case), "closing": closing_form(case, to_explain(case)),
        "correcting": Correcting(),
    })


@gate(Act.WORK_CASES)
@require_POST
@explains
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Give the case to a person (``owner``), by default to the one who asks."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    owner: User | None = user
    if request.POST.get("owner"):
        owner = get_object_or_404(User, pk=number_of(request, "owner"), team=case.team,
                                  is_active=True)
    actions.take_case(actor=Actor.person(user), now=clock.now(), case=case,
                      version=version_of(request), owner=owner)
    said(request, f"{case.label} is with {owner}")
    return back(request, "case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def snooze(request: HttpRequest, number: int) -> HttpResponse:
    """Put the case aside until a time said in plain words; its clocks run on."""
    user = require(request.user, Act.WORK_CASES)
    case, now = case_for(user, number), clock.now()
    until: datetime | None = snooze_until(request.POST.get("until", ""), now=now)
    actions.snooze(actor=Actor.person(user), now=now, case=case, version=version_of(request),
                   until=until)
    said(request, f"{case.label} comes back {until:%a %-d %b}" if until else "Back on the list")
    return back(request, "caseload")


@gate(Act.WORK_CASES)
@require_POST
@explains
def step(request: HttpRequest, number: int) -> HttpResponse:
    """Move the work to another state."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    wanted = request.POST.get("state", "")
    state = State(wanted) if wanted in set(State) else State(case.state)
    actions.step(actor=Actor.person(user), now=clock.now(), case=case, version=version_of(request),
                 state=state, why=request.POST.get("why", ""))
    return back(request, "case", number)


patterns = [
    path("cases/<int:number>", page, name="case"),
    path("cases/<int:number>/take", take, name="case_take"),
    path("cases/<int:number>/snooze", snooze, name="case_snooze"),
    path("cases/<int:number>/step", step, name="case_step"),
]
