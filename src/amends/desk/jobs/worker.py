"""The worker: takes jobs and schedules one after another until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connections, transaction

from amends.desk import clock
from amends.desk.jobs import queue
from amends.desk.jobs.queue import HANDLERS, Later, Taken
from amends.desk.jobs.registry import SCHEDULES
from amends.desk.models import Job, Schedule

KEPT = timedelta(days=1)
log = logging.getLogger("amends.worker")


def work(*, until: Callable[[], bool], idle_seconds: float = 0.5) -> None:
    """Take and do jobs until ``until()`` says stop; the job in hand is finished first."""
    name = queue.worker_name()
    while not until():
        close_old_connections()
        try:
            enqueue_due_schedules(clock.now())
            taken = queue.take(name, now=clock.now())
            if taken is not None:
                do(taken)
        except Exception:  # what was taken is taken again when its lease has run out
            log.exception("the queue cannot be read or written; trying again")
            taken = None
        if taken is None:
            time.sleep(idle_seconds)


def do(taken: Taken) -> None:
    """Do one job under its heartbeat; an error puts it back with what went wrong."""
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(taken, stop), daemon=True)
    beat.start()
    try:
        HANDLERS[taken.kind](taken.payload, clock.now())
    except Later as later:
        queue.put_back(taken, now=clock.now(), error=str(later), wait=later.wait)
    except Exception as error:
        log.exception("job %s failed at attempt %s", taken.key, taken.attempts)
        queue.put_back(taken, now=clock.now(), error=f"{type(error).__name__}: {error}")
    else:
        queue.finish(taken, now=clock.now())
    finally:
        stop.set()
        beat.join()


def _beat(taken: Taken, stop: threading.Event) -> None:
    """Extend the lease three times as often as needed; a busy database is asked again."""
    while not stop.wait(queue.LEASE.total_seconds() / 3):
        try:
            close_old_connections()
            if not queue.extend(taken):
                log.warning("job %s was taken over by another worker", taken.key)
        except DatabaseError:
            log.exception("the lease of job %s could not be extended; trying again", taken.key)
    connections.close_all()


def drain(*, now: datetime | None = None, jobs_at_most: int = 10_000) -> int:
    """Do every job that is ready, in this process; gives how many. For commands and tests."""
    name, done = queue.worker_name(), 0
    while done < jobs_at_most:
        taken = queue.take(name, now=now or clock.now())
        if taken is None:
            break
        do(taken)
        done += 1
    return done


def enqueue_due_schedules(now: datetime) -> None:
    """Ask for the job of each schedule that is due; once, whatever the number of workers."""
    next_at = dict(Schedule.objects.values_list("name", "next_at"))
    for name, (kind, every) in SCHEDULES.items():
        if name not in next_at:
            Schedule.objects.get_or_create(name=name, defaults={"next_at": now})
        elif next_at[name] > now:  # an idle worker writes nothing
            continue
        with transaction.atomic():
            due = Schedule.objects.filter(name=name, next_at__lte=now)
            if due.update(next_at=now + every):
                _ask(kind, now, every)


def _ask(kind: str, now: datetime, every: timedelta) -> None:
    """One job for this turn; those of past turns that are done are swept away after a day."""
    Job.objects.filter(kind=kind, state=Job.DONE, made_at__lt=now - KEPT).delete()
    slot = int(now.timestamp() // max(every.total_seconds(), 1))
    Job.objects.get_or_create(
        key=f"{kind}:{slot}", defaults={"kind": kind, "run_at": now, "made_at": now}
    )
