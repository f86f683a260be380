"""What a person does on a case: judge findings, decide, approve, write, note, close."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from amends.casework.findings import Cause
from amends.casework.states import Outcome
from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, gate, require
from amends.desk.actions import closing, decisions, letters, notes
from amends.desk.actions.findings import judge_finding
from amends.desk.forms.decision import wish_of
from amends.desk.models import Case, Message, ProblemRecord, Task, User
from amends.desk.views.answers import back, day_of, explains, number_of, said, version_of
from amends.desk.views.composing import composing


def _here(request: HttpRequest, number: int, act: Act = Act.WORK_CASES) -> tuple[User, Case, Actor]:
    user = require(request.user, act)
    return user, case_for(user, number), Actor.person(user)


@gate(Act.WORK_CASES)
@require_POST
@explains
def judge(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Confirm a finding, or rule it out with a reason."""
    _, case, actor = _here(request, number)
    finding = get_object_or_404(case.findings, pk=pk)
    confirmed = request.POST.get("verdict") == "confirm"
    judge_finding(actor=actor, now=clock.now(), case=case, version=version_of(request),
                  finding=finding, confirmed=confirmed, reason=request.POST.get("reason", ""))
    said(request, "Confirmed" if confirmed else "Ruled out")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def accept(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Decide as proposed."""
    _, case, actor = _here(request, number)
    made = decisions.accept_decision(
        actor=actor, now=clock.now(), case=case, version=version_of(request),
        decision=get_object_or_404(case.decisions, pk=pk),
    )
    said(request, "Decided" if made.state == "approved" else "A second person is asked to approve")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Decide otherwise than proposed, with a reason."""
    _, case, actor = _here(request, number)
    before = case.decisions.exclude(state="replaced").order_by("-pk").first()
    made = decisions.change_decision(
        actor=actor, now=clock.now(), case=case, version=version_of(request), decision=before,
        wish=wish_of(request.POST),
    )
    said(request, "Decided" if made.state == "approved" else "A second person is asked to approve")
    return redirect("case", number)


@gate(Act.APPROVE)
@require_POST
@explains
def approve(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Approve what another decided, or send it back with a reason."""
    _, case, actor = _here(request, number, Act.APPROVE)
    decision = get_object_or_404(case.decisions, pk=pk)
    if request.POST.get("verdict") == "approve":
        decisions.approve_decision(actor=actor, now=clock.now(), case=case,
                                   version=version_of(request), decision=decision,
                                   condition_met=request.POST.get("condition") == "met")
        said(request, "Approved. The money goes out now, once.")
    else:
        decisions.refuse_approval(actor=actor, now=clock.now(), case=case,
                                  version=version_of(request), decision=decision,
                                  reason=request.POST.get("reason", ""))
        said(request, "Sent back")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """A draft of the letter that the case calls for, or of the one chosen."""
    _, case, actor = _here(request, number)
    letters.draft_letter(actor=actor, now=clock.now(), case=case,
                         situation=request.POST.get("situation", ""),
                         language=request.POST.get("language", ""))
    return redirect(f"/cases/{number}#composer")


@gate(Act.WORK_CASES)
@require_POST
@explains
def save_letter(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Keep the draft and say what the send gate thinks of it; ``send`` lets it go."""
    _, case, actor = _here(request, number)
    message = get_object_or_404(case.messages, pk=pk, state=Message.DRAFT)
    letters.save_draft(now=clock.now(), message=message, subject=request.POST.get("subject", ""),
                       body=request.POST.get("body", ""))
    if "send" in request.POST:
        letters.queue_letter(actor=actor, now=clock.now(), case=case,
                             version=version_of(request), message=message)
        said(request, "It goes in ten seconds. Undo takes it back.")
        return redirect("case", number)
    if request.headers.get("HX-Request"):
        return render(request, "parts/gate.html",
                      {"composer": composing(case, clock.now()), "case": case})
    return redirect(f"/cases/{number}#composer")


@gate(Act.WORK_CASES)
@require_POST
@explains
def undo_letter(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a message back within its ten seconds."""
    _, case, actor = _here(request, number)
    letters.take_back(actor=actor, now=clock.now(), message=get_object_or_404(case.messages, pk=pk))
    said(request, "Taken back. It is a draft again.")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def note(request: HttpRequest, number: int) -> HttpResponse:
    """An internal note."""
    _, case, actor = _here(request, number)
    notes.add_note(actor=actor, now=clock.now(), case=case, text=request.POST.get("text", ""))
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def task(request: HttpRequest, number: int) -> HttpResponse:
    """Something to do, by a day."""
    user, case, actor = _here(request, number)
    notes.add_task(actor=actor, now=clock.now(), case=case, title=request.POST.get("title", ""),
                   due_on=day_of(request, "due_on"), owner=user)
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def task_done(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Mark a task done, or open again."""
    _, case, actor = _here(request, number)
    row: Task = get_object_or_404(case.tasks, pk=pk)
    notes.finish_task(actor=actor, now=clock.now(), task=row, done=row.done_at is None)
    return back(request, "case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def close(request: HttpRequest, number: int) -> HttpResponse:
    """End the case with outcome and root cause."""
    _, case, actor = _here(request, number)
    outcome, cause = request.POST.get("outcome", ""), request.POST.get("cause", "")
    problem = ProblemRecord.objects.filter(number=number_of(request, "problem")).first()
    closing.close_case(
        actor=actor, now=clock.now(), case=case, version=version_of(request),
        outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.NOT_UPHELD,
        cause=Cause(cause) if cause in set(Cause) else Cause.NONE_FOUND, problem=problem,
        clocks_why=request.POST.get("clocks_why", ""),
    )
    said(request, f"{case.label} is closed")
    return redirect("caseload")


@gate(Act.WORK_CASES)
@require_POST
@explains
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open a closed case again, with a reason."""
    _, case, actor = _here(request, number)
    closing.reopen_case(actor=actor, now=clock.now(), case=case, version=version_of(request),
                        why=request.POST.get("why", ""))
    return redirect("case", number)


patterns = [
    path("cases/<int:number>/findings/<int:pk>", judge, name="finding_judge"),
    path("cases/<int:number>/decisions/<int:pk>/accept", accept, name="decision_accept"),
    path("cases/<int:number>/decisions/change", change, name="decision_change"),
    path("cases/<int:number>/decisions/<int:pk>/approve", approve, name="decision_approve"),
    path("cases/<int:number>/letters", draft, name="letter_draft"),
    path("cases/<int:number>/letters/<int:pk>", save_letter, name="letter_save"),
    path("cases/<int:number>/letters/<int:pk>/undo", undo_letter, name="letter_undo"),
    path("cases/<int:number>/notes", note, name="note_add"),
    path("cases/<int:number>/tasks", task, name="task_add"),
    path("cases/<int:number>/tasks/<int:pk>", task_done, name="task_done"),
    path("cases/<int:number>/close", close, name="case_close"),
    path("cases/<int:number>/reopen", reopen, name="case_reopen"),
]
