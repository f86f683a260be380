"""What cases teach: problem records that gather them, and coaching notes to those who hand up."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from amends.casework.findings import Cause
from amends.desk.access import Actor
from amends.desk.actions.cases import next_number
from amends.desk.actions.recording import change, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, CoachingNote, ProblemRecord, User
from amends.problems import AmendsError, Problem


@transaction.atomic
def open_problem(  # noqa: PLR0913
    *, actor: Actor, now: datetime, title: str, cause: str = "", description: str = "",
    owner_words: str = "",
) -> ProblemRecord:
    """A new problem record for a known cause."""
    words = kept(title, 200)
    if not words:
        raise AmendsError(Problem("error", "The problem has no title.",
                                  "Say what goes wrong, in one line.", field="title"))
    if cause and cause not in set(Cause):
        raise AmendsError(Problem("error", "There is no such cause.", field="cause"))
    problem = ProblemRecord.objects.create(
        number=next_number("problem"), title=words, cause=cause,
        description=kept(description), owner_words=kept(owner_words, 120), opened_at=now,
        opened_by=actor.user,
    )
    record(kind="problem_opened", actor=actor, now=now, summary=f"{problem.label} {problem.title}",
           payload={"number": problem.number, "cause": cause})
    return problem


@transaction.atomic
def step_problem(  # noqa: PLR0913
    *, actor: Actor, now: datetime, problem: ProblemRecord, state: str, owner_words: str,
    fixed_on: date | None = None,
) -> None:
    """Hand the problem on, or mark it fixed from a day."""
    if state not in dict(ProblemRecord._meta.get_field("state").choices or ()):
        raise AmendsError(Problem("error", "A problem record has no such state.", field="state"))
    problem.state, problem.owner_words = state, kept(owner_words, 120)
    problem.fixed_on = fixed_on if state == ProblemRecord.FIXED else None
    problem.save(update_fields=["state", "owner_words", "fixed_on"])
    record(kind="problem_stepped", actor=actor, now=now,
           summary=f"{problem.label}: {problem.get_state_display().lower()}",
           payload={"number": problem.number, "state": state, "owner": problem.owner_words,
                    "fixed_on": problem.fixed_on})


@transaction.atomic
def join_problem(
    *, actor: Actor, now: datetime, case: Case, version: int, problem: ProblemRecord | None,
) -> None:
    """Put the case under a problem record, or take it out (None)."""
    change(case, now=now, version=version, problem=problem)
    record(kind="problem_joined" if problem else "problem_left", actor=actor, now=now, case=case,
           summary=f"Joined {problem.label} “{problem.title}”" if problem else "Left its problem",
           payload={"problem": problem.number if problem else None})


@transaction.atomic
def coach(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, agent: User, text: str,
    avoidable: bool | None = None,
) -> CoachingNote:
    """One concrete note to the agent who handed the case up."""
    words = kept(text)
    if not words or actor.user is None:
        raise AmendsError(Problem("error", "The note is empty.", "Say one thing to try next time.",
                                  field="text"))
    note = CoachingNote.objects.create(case=case, agent=agent, author=actor.user,
                                       text=words, avoidable=avoidable, made_at=now)
    record(kind="coaching_note_given", actor=actor, now=now, case=case,
           summary=f"Coaching note to {agent}", payload={"agent": agent.email, "note": note.pk})
    return note


@transaction.atomic
def answer_coaching(*, actor: Actor, now: datetime, note: CoachingNote, answer: str) -> None:
    """The agent's answer, given once; without words the note only counts as read."""
    words = kept(answer)
    if note.answered_at:
        raise AmendsError(Problem("error", "You have answered this note already.",
                                  "Speak to its author about the rest."))
    note.seen_at = note.seen_at or now
    if words:
        note.answer, note.answered_at = words, now
    note.save(update_fields=["seen_at", "answer", "answered_at"])
    record(kind="coaching_note_answered" if words else "coaching_note_seen", actor=actor,
           now=now, case=note.case, summary="Coaching note answered" if words
           else "Coaching note read", payload={"note": note.pk})
