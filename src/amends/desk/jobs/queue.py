"""Taking jobs under a lease, finishing them, and trying again when a worker dies.

A job is taken by one worker for ``LEASE``; a heartbeat extends it. A worker that was killed loses
its lease and another takes the job again; a job that has cost every worker its life is given up
after the last attempt. Finishing is fenced by owner and attempt, so that a worker which comes back
late cannot finish what another has taken over.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from amends.desk.models import Job

LEASE = timedelta(seconds=30)
ATTEMPTS_AT_MOST = 8


def wall() -> datetime:
    """The real instant; leases do not follow AMENDS_NOW."""
    return datetime.now(UTC)


def worker_name() -> str:
    """A name for this worker that no other has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that this worker holds."""

    pk: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    owner: str
    attempts: int


class Later(Exception):
    """The job cannot be done yet; it is tried again after ``wait``."""

    def __init__(self, why: str, wait: timedelta) -> None:
        super().__init__(why)
        self.wait = wait


def take(owner: str, *, now: datetime) -> Taken | None:
    """The next job that is ready, or whose worker died; None when there is none."""
    give_up_on_killers(now=now)
    for due in (
        Q(state=Job.READY, run_at__lte=now),
        Q(state=Job.RUNNING, lease_until__lte=wall()),
    ):
        jobs = Job.objects.filter(due).order_by("run_at", "pk")
        if jobs.exists() and (taken := _claim(jobs, owner)):  # an idle worker writes nothing
            return taken
    return None


def _claim(jobs: QuerySet[Job], owner: str) -> Taken | None:
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            jobs = jobs.select_for_update(skip_locked=True)
        job = jobs.first()
        if job is None:
            return None
        job.state, job.owner = Job.RUNNING, owner
        job.attempts += 1
        job.lease_until = wall() + LEASE
        job.save(update_fields=["state", "owner", "attempts", "lease_until"])
        return Taken(job.pk, job.kind, job.key, job.payload, owner, job.attempts)


def give_up_on_killers(*, now: datetime) -> None:
    """A job whose worker died at the last attempt has failed; it is not taken again."""
    dead = Job.objects.filter(
        state=Job.RUNNING, lease_until__lte=wall(), attempts__gte=ATTEMPTS_AT_MOST
    )
    if dead.exists():
        dead.update(state=Job.FAILED, finished_at=now, lease_until=None, owner="",
                    error=f"Its worker died {ATTEMPTS_AT_MOST} times.")


def extend(taken: Taken) -> bool:
    """Keep the lease; False when another worker has taken the job over."""
    return bool(_held(taken).update(lease_until=wall() + LEASE))


def finish(taken: Taken, *, now: datetime) -> bool:
    """Mark the job done; False when it is no longer this worker's."""
    return bool(
        _held(taken).update(state=Job.DONE, finished_at=now, lease_until=None, error="")
    )


def put_back(taken: Taken, *, now: datetime, error: str, wait: timedelta | None = None) -> None:
    """Try the job again later, waiting longer each time; after the last attempt it has failed."""
    last = wait is None and taken.attempts >= ATTEMPTS_AT_MOST
    pause = wait or timedelta(seconds=min(2**taken.attempts, 300))
    _held(taken).update(
        state=Job.FAILED if last else Job.READY, run_at=now + pause, lease_until=None,
        owner="", error=error[:2000], finished_at=now if last else None,
        attempts=F("attempts") - 1 if wait else F("attempts"),
    )


def _held(taken: Taken) -> QuerySet[Job]:
    return Job.objects.filter(
        pk=taken.pk, owner=taken.owner, attempts=taken.attempts, state=Job.RUNNING
    )


Handler = Callable[[Mapping[str, Any], datetime], None]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``."""

    def keep(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return keep
