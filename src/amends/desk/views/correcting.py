"""Correct what the desk believes of a case: the facts of its clocks, its kind, a clock met."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from amends.casework.claims import Kind
from amends.clocks.regimes import REGIMES
from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, gate, require
from amends.desk.actions import cases as actions
from amends.desk.actions.clocks import facts_in_force
from amends.desk.forms.clock_facts import ClockFactsForm
from amends.desk.views.answers import explains, number_of, said, version_of


@gate(Act.WORK_CASES)
@explains
def facts(request: HttpRequest, number: int) -> HttpResponse:
    """The facts of one rule book; sending them reckons its clocks again."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    regime = request.GET.get("regime") or next(iter(case.regimes or REGIMES))
    book = REGIMES.get(regime) or next(iter(REGIMES.values()))
    form = ClockFactsForm(book.key, facts_in_force(case, book.key), request.POST or None)
    if request.method == "POST" and form.is_valid():
        problems = actions.change_facts(
            actor=Actor.person(user), now=clock.now(), case=case, version=version_of(request),
            regime=book.key, facts=form.facts(),
        )
        said(request, " ".join(map(str, problems)) or "The clocks are reckoned from these facts")
        return redirect("case", number)
    return render(request, "desk/case_facts.html", {
        "here": "caseload", "case": case, "form": form, "book": book, "books": REGIMES.values(),
    }, status=422 if form.errors else 200)


@gate(Act.WORK_CASES)
@require_POST
@explains
def reclassify(request: HttpRequest, number: int) -> HttpResponse:
    """Another kind or severity than triage said, with a reason."""
    user = require(request.user, Act.WORK_CASES)
    case, kind = case_for(user, number), request.POST.get("kind", "")
    actions.reclassify(
        actor=Actor.person(user), now=clock.now(), case=case, version=version_of(request),
        kind=Kind(kind) if kind in set(Kind) else Kind(case.kind),
        severity=number_of(request, "severity"), why=request.POST.get("why", ""),
    )
    said(request, "Corrected. It is looked into again.")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def met(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Stop a clock for something done outside the desk."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    stopped = get_object_or_404(case.clocks, pk=pk)
    actions.meet_by_hand(actor=Actor.person(user), now=clock.now(), case=case,
                         version=version_of(request), clock=stopped,
                         how=request.POST.get("how", ""))
    said(request, f"“{stopped.title}” is met")
    return redirect("case", number)


patterns = [
    path("cases/<int:number>/facts", facts, name="case_facts"),
    path("cases/<int:number>/kind", reclassify, name="case_reclassify"),
    path("cases/<int:number>/clocks/<int:pk>/met", met, name="clock_met"),
]
