"""Reconciliation: coverage, the last run, breaks by cause and age, one match side by side."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from amends.desk import clock
from amends.desk.access import Act, Actor, breaks_for, gate, may, require, runs_for
from amends.desk.actions import recon as actions
from amends.desk.models import BreakRecord, ReconRun, User
from amends.desk.queries import recon as queries
from amends.desk.queries.recon_coverage import coverage
from amends.desk.queries.recon_sides import break_sides, match_pairs, tied_by
from amends.desk.views.answers import back, explains, said
from amends.recon.breaks import BREAK_WORDS, RULE_WORDS

LINKS_SHOWN = 50
_SAID = {BreakRecord.EXPLAINED: "Explained", BreakRecord.EXCLUDED: "Excluded",
         BreakRecord.OPEN: "Open again"}


def _may(user: User) -> dict[str, bool]:
    return {"may_run": may(user, Act.RUN_RECON), "may_work": may(user, Act.WORK_CASES)}


@gate(Act.SEE_RECON)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Coverage, waterfall and breaks; the first break of the list, or the one named, beside."""
    user = require(request.user, Act.SEE_RECON)
    shown = queries.recon_page(user, request.GET)
    wanted = request.GET.get("break", "")
    number = int(wanted) if wanted.isdigit() and len(wanted) < 12 else (
        shown.rows[0].pk if shown.rows else 0)
    found = _break(user, number)
    settled = request.GET.get("settled", "")
    return render(request, "desk/recon.html", {
        "here": "reconciliation", "page": shown, "coverage": coverage(user), "chosen": number,
        "ages": queries.AGES, "sorts": queries.SORTS, "states": queries.STATES,
        "kinds": {kind: words.title for kind, words in BREAK_WORDS.items()},
        "settled": _break(user, int(settled)) if settled.isdigit() and len(settled) < 12 else None,
        **_may(user), **(_beside(user, found) if found else {}),
    })


def _break(user: User, pk: int) -> BreakRecord | None:
    return breaks_for(user).select_related("run", "first_run", "case").filter(pk=pk).first()


def _beside(user: User, found: BreakRecord) -> dict[str, object]:
    return {"beside": queries.break_page(user, found), "sides": break_sides(user, found)}


@gate(Act.SEE_RECON)
@require_GET
def one_break(request: HttpRequest, pk: int) -> HttpResponse:
    """One break with both entries; the pane alone when it is asked for as a fragment."""
    user = require(request.user, Act.SEE_RECON)
    found = _break(user, pk)
    if found is None:
        raise Http404("There is no such break.")
    name = "parts/recon_break.html" if request.headers.get("HX-Request") else (
        "desk/recon_break.html")
    return render(request, name, {"here": "reconciliation", **_may(user), **_beside(user, found)})


@gate(Act.SEE_RECON)
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how it went, its control totals, and what each rule tied."""
    user = require(request.user, Act.SEE_RECON)
    found = get_object_or_404(runs_for(user).select_related("started_by"), pk=pk)
    rule = request.GET.get("rule", "")
    return render(request, "desk/recon_run.html", {
        "here": "reconciliation", "run": found, "row": queries.run_row(found),
        "totals": queries.control_totals(found), "totals_words": queries.totals_words(found),
        "rules": [(name, RULE_WORDS.get(name, name), count)
                  for name, count in found.summary.get("tied_by", {}).items()],
        "rule": rule, "links": tied_by(found, rule, LINKS_SHOWN) if rule in RULE_WORDS else (),
        "breaks": [(kind, BREAK_WORDS[kind].title, count)
                   for kind, count in found.summary.get("breaks", {}).items()],
    })


@gate(Act.SEE_RECON)
@require_GET
def match(request: HttpRequest, pk: int, entry: str) -> HttpResponse:
    """What a run tied an entry to, side by side."""
    user = require(request.user, Act.SEE_RECON)
    found = get_object_or_404(runs_for(user), pk=pk)
    return render(request, "desk/recon_match.html", {
        "here": "reconciliation", "run": found, "entry": entry,
        "pairs": match_pairs(user, found, entry),
    })


@gate(Act.RUN_RECON)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a run over everything that is imported."""
    user = require(request.user, Act.RUN_RECON)
    actions.ask_for_run(actor=Actor.person(user), now=clock.now(),
                        as_of=actions.closing_day(clock.today()))
    return redirect("recon")


@gate(Act.SEE_RECON)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is; when it has ended, the page is loaded again."""
    user = require(request.user, Act.SEE_RECON)
    found = get_object_or_404(runs_for(user), pk=pk)
    response = render(request, "parts/recon_progress.html", {"run": found, **_may(user)})
    if found.state not in (ReconRun.QUEUED, ReconRun.RUNNING):
        response.headers["HX-Refresh"] = "true"
    return response


@gate(Act.RUN_RECON)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a run; nothing it did is kept."""
    user = require(request.user, Act.RUN_RECON)
    actions.ask_to_stop(actor=Actor.person(user), now=clock.now(),
                        run=get_object_or_404(runs_for(user), pk=pk))
    said(request, "The run stops. The breaks are as they were.")
    return redirect("recon")


@gate(Act.RUN_RECON)
@require_POST
@explains
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain or exclude a break with a reason, or open it again."""
    user = require(request.user, Act.RUN_RECON)
    found = get_object_or_404(breaks_for(user), pk=pk)
    state = request.POST.get("state", "")
    actions.settle_break(actor=Actor.person(user), now=clock.now(), found=found, state=state,
                         reason=request.POST.get("reason", ""))
    said(request, _SAID[state])
    if state == BreakRecord.OPEN:
        return back(request, "recon_break", pk)
    return redirect(f"{reverse('recon')}?kind={found.kind}&settled={pk}")


@gate(Act.WORK_CASES)
@require_POST
@explains
def open_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The case of a break: the open one of its payment, or a new one."""
    user = require(request.user, Act.WORK_CASES)
    found = get_object_or_404(breaks_for(user), pk=pk)
    case = actions.case_of_break(actor=Actor.person(user), now=clock.now(), found=found)
    said(request, f"{case.label} holds this break")
    return redirect("case", case.number)


patterns = [
    path("recon", page, name="recon"),
    path("recon/run", start, name="recon_start"),
    path("recon/runs/<int:pk>", run, name="recon_run"),
    path("recon/runs/<int:pk>/progress", progress, name="recon_progress"),
    path("recon/runs/<int:pk>/stop", stop, name="recon_stop"),
    path("recon/runs/<int:pk>/match/<str:entry>", match, name="recon_match"),
    path("recon/breaks/<int:pk>", one_break, name="recon_break"),
    path("recon/breaks/<int:pk>/settle", settle, name="recon_settle"),
    path("recon/breaks/<int:pk>/case", open_case, name="recon_case"),
]
