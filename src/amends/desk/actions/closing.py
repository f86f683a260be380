"""Ending a case, opening it again, and what it teaches."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from amends.casework.acts import Act
from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OUTCOME_WORDS, Outcome, State
from amends.desk.access import Actor
from amends.desk.actions.clocks import meet_clocks, refresh_next, restart_solve
from amends.desk.actions.recording import change, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, Clock, Message, Movement, ProblemRecord
from amends.problems import AmendsError, Problem

_MOVING = ("drafted", "approved", "sending", "unknown", "sent")


def open_ends(case: Case) -> list[Problem]:
    """What still stands between the case and its end, each with what to do."""
    found: list[Problem] = []
    for movement in Movement.objects.filter(case=case, state__in=_MOVING):
        found.append(Problem("error", f"A {movement.get_remedy_display().lower()} is still "
                             f"{movement.state}.", "Wait for it, or cancel it.", field="movement"))
    if Message.objects.filter(case=case, state__in=(Message.QUEUED, Message.SENDING)).exists():
        found.append(Problem("error", "A message is about to go.", "Wait until it is sent.",
                             field="message"))
    if case.decisions.filter(state="to_approve").exists():
        found.append(Problem("error", "A decision waits for approval.",
                             "Have it approved or refused.", field="decision"))
    return found


def to_explain(case: Case) -> list[Clock]:
    """Legal clocks of ours that still run or were met too late, and that nobody has explained."""
    return list(
        case.clocks.filter(
            Q(met_at=None) | Q(met_at__gt=F("due_at")), ours=True, legal=True, dropped=False,
            due_on__isnull=False, breach_explanation="",
        ).order_by("due_at", "pk")
    )


@transaction.atomic
def close_case(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, outcome: Outcome, cause: Cause,
    problem: ProblemRecord | None = None, clocks_why: str = "",
) -> None:
    """End the case with its outcome and root cause.

    Refused while money or words are on their way. Legal clocks that still run or were met late
    need ``clocks_why``: why they need not be met, or why they were missed; it is kept on each.
    """
    if not case.is_open:
        raise AmendsError(Problem("error", "The case is closed already.", field="state"))
    ends = open_ends(case)
    if ends:
        raise AmendsError(ends)
    why = kept(clocks_why)
    unexplained = to_explain(case)
    if unexplained and not why:
        raise AmendsError([_unexplained(clock) for clock in unexplained])
    case.clocks.filter(pk__in=[clock.pk for clock in unexplained]).update(breach_explanation=why)
    meet_clocks(case, act=Act.CLOSED, now=now)
    case.clocks.filter(met_at=None, ours=True, due_on__isnull=False).update(dropped=True)
    change(case, now=now, version=version, state=State.CLOSED, outcome=outcome, root_cause=cause,
           problem=problem or case.problem, closed_at=now, snoozed_until=None)
    refresh_next(case, now=now)
    record(kind="case_closed", actor=actor, now=now, case=case,
           summary=f"Closed: {OUTCOME_WORDS[outcome].lower()}, {CAUSE_WORDS[cause].lower()}",
           payload={"outcome": outcome, "cause": cause, "clocks_why": why,
                    "clocks": [f"{clock.regime} {clock.name}" for clock in unexplained],
                    "problem": problem.number if problem else None})


def _unexplained(clock: Clock) -> Problem:
    what = "was met too late" if clock.met_at else "is not met"
    return Problem("error", f"The clock “{clock.title}” ({clock.due_on:%-d %b %Y}) {what}, and "
                   "nobody has said why.", "Say why it need not be met or why it was missed.",
                   field="clocks_why")


@transaction.atomic
def reopen_case(*, actor: Actor, now: datetime, case: Case, version: int, why: str) -> None:
    """Open a closed case again; how it had ended stays in its events.

    Clocks that the closing had set aside run again, since no status pauses them; the promise to
    solve is given anew.
    """
    if case.state != State.CLOSED:
        raise AmendsError(Problem("error", "The case is open already.", field="state"))
    why = kept(why)
    if not why:
        raise AmendsError(Problem("error", "Opening again needs a reason.",
                                  "Say what is new.", field="why"))
    before = {"outcome": case.outcome, "cause": case.root_cause, "closed_at": case.closed_at,
              "at_stake_minor": case.at_stake_minor, "currency": case.currency}
    change(case, now=now, version=version, state=State.INVESTIGATING, outcome="", closed_at=None,
           reopened=case.reopened + 1)
    case.clocks.filter(dropped=True, met_at=None).update(dropped=False, breach_explanation="")
    restart_solve(case, now=now)
    refresh_next(case, now=now)
    record(kind="case_reopened", actor=actor, now=now, case=case, summary=f"Opened again: {why}",
           payload={"before": before, "why": why})
