"""Ending a case, opening it again, and what it teaches."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from amends.casework.acts import Act
from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OUTCOME_WORDS, Outcome, State
from amends.desk.access import Actor
from amends.desk.actions.clocks import meet_clocks, refresh_next
from amends.desk.actions.recording import change, record
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


def unmet_clocks(case: Case) -> list[Clock]:
    """Legal clocks that are ours, have a date, and were neither met nor explained."""
    return list(
        case.clocks.filter(
            ours=True, legal=True, met_at=None, dropped=False, due_on__isnull=False,
            breach_explanation="",
        )
    )


@transaction.atomic
def close_case(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, outcome: Outcome, cause: Cause,
    problem: ProblemRecord | None = None, clocks_why: str = "",
) -> None:
    """End the case with its outcome and root cause.

    Refused while money or words are on their way. Legal clocks that still run need ``clocks_why``:
    why they need not be met, or why they were missed; it is kept on each.
    """
    ends = open_ends(case)
    if ends:
        raise AmendsError(ends)
    meet_clocks(case, act=Act.CLOSED, now=now)
    running = unmet_clocks(case)
    if running and not clocks_why.strip():
        raise AmendsError([
            Problem("error", f"The clock “{clock.title}” ({clock.due_on}) is neither met nor "
                    "explained.", "Say why it need not be met or why it was missed.",
                    field="clocks_why")
            for clock in running
        ])
    for clock in running:
        clock.breach_explanation, clock.dropped = clocks_why.strip(), True
        clock.save(update_fields=["breach_explanation", "dropped"])
    change(case, now=now, version=version, state=State.CLOSED, outcome=outcome, root_cause=cause,
           problem=problem or case.problem, closed_at=now, snoozed_until=None)
    refresh_next(case, now=now)
    record(kind="case_closed", actor=actor, now=now, case=case,
           summary=f"Closed: {OUTCOME_WORDS[outcome].lower()}, {CAUSE_WORDS[cause].lower()}",
           payload={"outcome": outcome, "cause": cause, "clocks_why": clocks_why,
                    "problem": problem.number if problem else None})


@transaction.atomic
def reopen_case(*, actor: Actor, now: datetime, case: Case, version: int, why: str) -> None:
    """Open a closed case again; how it had ended stays in its events."""
    if case.state != State.CLOSED:
        raise AmendsError(Problem("error", "The case is open already.", field="state"))
    if not why.strip():
        raise AmendsError(Problem("error", "Opening again needs a reason.",
                                  "Say what is new.", field="why"))
    before = {"outcome": case.outcome, "cause": case.root_cause, "closed_at": case.closed_at}
    change(case, now=now, version=version, state=State.INVESTIGATING, outcome="", closed_at=None,
           reopened=case.reopened + 1)
    refresh_next(case, now=now)
    record(kind="case_reopened", actor=actor, now=now, case=case, summary=f"Opened again: {why}",
           payload={"before": before, "why": why})
