"""What a person settles after something went out: a provisional credit, and what perhaps went."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_POST

from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, gate, require
from amends.desk.actions import decisions, letters, movements
from amends.desk.views.answers import explains, said, version_of


@gate(Act.WORK_CASES)
@require_POST
@explains
def credit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Make a provisional credit final, or take it back with notice."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    act = (decisions.reverse_credit if request.POST.get("how") == "reverse"
           else decisions.make_credit_final)
    made = act(actor=Actor.person(user), now=clock.now(), case=case, version=version_of(request),
               credit=get_object_or_404(case.movements, pk=pk),
               reason=request.POST.get("reason", ""))
    said(request, "A second person is asked to approve" if made.state == "to_approve"
         else "Decided. The notice comes first: write it now." if made.takes_back else "Decided")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def movement(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Say whether money went out where no connector can tell."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    movements.settle_movement(
        actor=Actor.person(user), now=clock.now(),
        movement=get_object_or_404(case.movements, pk=pk),
        went_out=request.POST.get("went") == "yes", words=request.POST.get("words", ""))
    said(request, "Kept, with where you looked")
    return redirect("case", number)


@gate(Act.WORK_CASES)
@require_POST
@explains
def letter(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Say whether a message that perhaps went has arrived; if not, it goes again."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    letters.settle_letter(actor=Actor.person(user), now=clock.now(),
                          message=get_object_or_404(case.messages, pk=pk),
                          went_out=request.POST.get("went") == "yes")
    said(request, "Kept")
    return redirect("case", number)


patterns = [
    path("cases/<int:number>/credits/<int:pk>", credit, name="credit_settle"),
    path("cases/<int:number>/movements/<int:pk>", movement, name="movement_settle"),
    path("cases/<int:number>/letters/<int:pk>/arrived", letter, name="letter_settle"),
]
