"""Notes and tasks of a case. A note is internal for ever: nothing here reaches a message."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from amends.desk.access import Actor
from amends.desk.actions.recording import change, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, Note, Task, User
from amends.problems import AmendsError, Problem

LONGEST_NOTE = 20_000


@transaction.atomic
def add_note(*, actor: Actor, now: datetime, case: Case, text: str) -> Note:
    """An internal note; card numbers in it are masked before it is kept."""
    words = kept(text, LONGEST_NOTE)
    if not words:
        raise AmendsError(Problem("error", "The note is empty.", "Write what the next person "
                                  "should know.", field="text"))
    change(case, now=now)
    note = Note.objects.create(case=case, author=actor.user, text=words, at=now)
    record(kind="note_added", actor=actor, now=now, case=case, summary="Note added",
           payload={"note": note.pk, "characters": len(words)})
    return note


@transaction.atomic
def add_task(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, title: str, due_on: date | None = None,
    owner: User | None = None,
) -> Task:
    """Something to do on the case by a day."""
    words = kept(title, 200)
    if not words:
        raise AmendsError(Problem("error", "The task has no words.", "Say what is to be done.",
                                  field="title"))
    change(case, now=now)
    task = Task.objects.create(case=case, title=words, due_on=due_on, owner=owner,
                               created_at=now)
    record(kind="task_added", actor=actor, now=now, case=case, summary=f"Task: {task.title}",
           payload={"task": task.pk, "due_on": due_on})
    return task


@transaction.atomic
def finish_task(*, actor: Actor, now: datetime, task: Task, done: bool = True) -> None:
    """Mark a task done, or open again."""
    change(task.case, now=now)
    task.done_at = now if done else None
    task.save(update_fields=["done_at"])
    record(kind="task_done" if done else "task_reopened", actor=actor, now=now, case=task.case,
           summary=f"{'Done' if done else 'Open again'}: {task.title}", payload={"task": task.pk})
