"""Problem records and coaching: what cases teach, and whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from amends.casework.findings import CAUSE_WORDS
from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, coaching_for, gate, may, require
from amends.desk.actions import learning as actions
from amends.desk.models import ProblemRecord, User
from amends.desk.queries import learning as queries
from amends.desk.views.answers import back, day_of, explains, number_of, said, version_of


@gate(Act.SEE_INSIGHT)
@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """The board of known causes, with their cases, cost and trend."""
    user = require(request.user, Act.SEE_INSIGHT)
    return render(request, "desk/problems.html", {
        "here": "insight", "lines": queries.problem_lines(user, clock.now()),
        "may_keep": may(user, Act.KEEP_PROBLEMS), "causes": CAUSE_WORDS.items(),
    })


@gate(Act.KEEP_PROBLEMS)
@require_POST
@explains
def open_problem(request: HttpRequest) -> HttpResponse:
    """A new problem record."""
    user = require(request.user, Act.KEEP_PROBLEMS)
    given = request.POST
    problem = actions.open_problem(
        actor=Actor.person(user), now=clock.now(), title=given.get("title", ""),
        cause=given.get("cause", ""), description=given.get("description", ""),
        owner_words=given.get("owner_words", ""),
    )
    return redirect("problem", problem.number)


@gate(Act.SEE_INSIGHT)
@require_GET
def problem(request: HttpRequest, number: int) -> HttpResponse:
    """One problem record with its cases and its silent victims."""
    user = require(request.user, Act.SEE_INSIGHT)
    record = get_object_or_404(ProblemRecord, number=number)
    return render(request, "desk/problem_record.html", {
        "here": "insight", "page": queries.problem_page(user, record, now=clock.now()),
        "states": ProblemRecord._meta.get_field("state").choices,
    })


@gate(Act.KEEP_PROBLEMS)
@require_POST
@explains
def step_problem(request: HttpRequest, number: int) -> HttpResponse:
    """Hand the problem on, or mark it fixed from a day."""
    user = require(request.user, Act.KEEP_PROBLEMS)
    record = get_object_or_404(ProblemRecord, number=number)
    actions.step_problem(
        actor=Actor.person(user), now=clock.now(), problem=record,
        state=request.POST.get("state", record.state),
        owner_words=request.POST.get("owner_words", record.owner_words),
        fixed_on=day_of(request, "fixed_on") or clock.today(),
    )
    said(request, f"{record.label}: {record.get_state_display().lower()}")
    return redirect("problem", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def join(request: HttpRequest, number: int) -> HttpResponse:
    """Put a case under a problem record, or take it out."""
    user = require(request.user, Act.WORK_CASES)
    record = None
    if request.POST.get("problem"):
        record = get_object_or_404(ProblemRecord, number=number_of(request, "problem"))
    actions.join_problem(actor=Actor.person(user), now=clock.now(), case=case_for(user, number),
                         version=version_of(request), problem=record)
    return back(request, "case", number)


@gate(Act.SEE_COACHING)
@require_GET
def coaching(request: HttpRequest) -> HttpResponse:
    """All coaching notes with their answers, and each agent's hand-ups."""
    user = require(request.user, Act.SEE_COACHING)
    return render(request, "desk/coaching.html", {
        "here": "coaching", "notes": queries.coaching_notes(user),
        "agents": queries.agent_lines(user),
    })


@gate(Act.OWN_COACHING)
@require_GET
def my_coaching(request: HttpRequest) -> HttpResponse:
    """An agent's own notes."""
    user = require(request.user, Act.OWN_COACHING)
    return render(request, "desk/my_coaching.html",
                  {"here": "coaching", "notes": queries.coaching_notes(user)})


@gate(Act.OWN_COACHING)
@require_POST
@explains
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The agent's answer to a note; without words it is marked as read."""
    user = require(request.user, Act.OWN_COACHING)
    note = get_object_or_404(coaching_for(user), pk=pk)
    actions.answer_coaching(actor=Actor.person(user), now=clock.now(), note=note,
                            answer=request.POST.get("answer", ""))
    said(request, "Sent" if note.answered_at else "Marked as read")
    return redirect("my_coaching")


@gate(Act.COACH)
@require_POST
@explains
def coach(request: HttpRequest, number: int) -> HttpResponse:
    """One concrete note to an agent who handed the case up."""
    user = require(request.user, Act.COACH)
    case = case_for(user, number)
    agent = get_object_or_404(User, pk=number_of(request, "agent"),
                              pk__in=case.escalations.values("agent"))
    avoidable = {"yes": True, "no": False}.get(request.POST.get("avoidable", ""))
    actions.coach(actor=Actor.person(user), now=clock.now(), case=case, agent=agent,
                  text=request.POST.get("text", ""), avoidable=avoidable)
    said(request, f"{agent} can read and answer it")
    return back(request, "case", number)


patterns = [
    path("problems", problems, name="problems"),
    path("problems/open", open_problem, name="problem_open"),
    path("problems/<int:number>", problem, name="problem"),
    path("problems/<int:number>/step", step_problem, name="problem_step"),
    path("cases/<int:number>/problem", join, name="problem_join"),
    path("cases/<int:number>/coach", coach, name="coach"),
    path("coaching", coaching, name="coaching"),
    path("coaching/mine", my_coaching, name="my_coaching"),
    path("coaching/<int:pk>/answer", answer, name="coaching_answer"),
]
