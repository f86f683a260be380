"""What every write shares: its event in the chain, the version check, the jobs that follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from amends.desk import chain
from amends.desk.access import Actor
from amends.desk.models import Case, Event, EventStream, Job
from amends.problems import AmendsError, Problem, ensure

DESK = "desk"


class Conflict(AmendsError):
    """Somebody else changed the case since it was read."""


def record(  # noqa: PLR0913
    *, kind: str, actor: Actor, now: datetime, summary: str, case: Case | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Event:
    """The event of a write, chained to the one before it; inside the write's transaction."""
    ensure(transaction.get_connection().in_atomic_block, "an event belongs to its write")
    stream = f"case:{case.number}" if case else DESK
    content = chain.plain(payload or {})
    EventStream.objects.get_or_create(name=stream, defaults={"hash": chain.GENESIS})
    head = EventStream.objects.select_for_update().get(name=stream)
    seq = head.seq + 1
    summary = summary.replace("\x00", "")[:500]
    digest = chain.event_hash(
        stream=stream, seq=seq, kind=kind, actor=actor.words, at=now, summary=summary,
        payload=content, previous=head.hash,
    )
    event = Event.objects.create(
        stream=stream, seq=seq, case=case, kind=kind, user=actor.user, actor=actor.words, at=now,
        summary=summary, payload=content, previous=head.hash, hash=digest,
    )
    head.seq, head.hash = seq, digest
    head.save(update_fields=["seq", "hash"])
    return event


def change(case: Case, *, now: datetime, version: int | None = None, **fields: Any) -> None:
    """Write ``fields`` on the case if nobody else has since ``version`` was read; else Conflict."""
    expected = case.version if version is None else version
    fields["touched_at"] = now
    done = Case.objects.filter(pk=case.pk, version=expected).update(version=expected + 1, **fields)
    if not done:
        raise Conflict(
            Problem(
                "error", f"{case.label} was changed by somebody else while you worked on it.",
                "Look at their change, then do yours again.",
            )
        )
    for name, value in fields.items():
        setattr(case, name, value)
    case.version = expected + 1


def ask_to_investigate(case: Case, *, now: datetime) -> None:
    """Have the case looked into once more; asked again while it waits, nothing is added."""
    waiting = Job.objects.filter(
        kind="investigate", state=Job.READY, key__startswith=f"investigate:{case.number}:"
    )
    if not waiting.exists():
        follow("investigate", key=f"investigate:{case.number}:{uuid4().hex}", now=now,
               payload={"case": case.number})


def follow(  # noqa: PLR0913
    kind: str, *, key: str, now: datetime, payload: Mapping[str, Any] | None = None,
    run_at: datetime | None = None,
) -> Job:
    """A job that runs after this transaction; asking again with the same key changes nothing."""
    job, _ = Job.objects.get_or_create(
        key=key[:160],
        defaults={
            "kind": kind, "payload": chain.plain(payload or {}), "run_at": run_at or now,
            "made_at": now,
        },
    )
    return job
