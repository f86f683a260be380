"""Jobs are taken by one worker at a time, again when it dies, and never finished by a ghost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from amends.desk.actions.recording import follow
from amends.desk.jobs import queue, worker
from amends.desk.jobs.queue import ATTEMPTS_AT_MOST, HANDLERS, Later, Taken, handles
from amends.desk.jobs.registry import SCHEDULES
from amends.desk.models import Job, Schedule
from moments import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    """A kind of job that fails until ``kind.works``, and keeps what it was asked."""

    class Kind:
        works, asked, error = True, [], RuntimeError("the sky fell")

    made = Kind()
    made.asked = []

    @handles("test_kind")
    def do(payload, now) -> None:
        made.asked.append(payload)
        if not made.works:
            raise made.error

    yield made
    del HANDLERS["test_kind"]


def ask(key: str = "one", **facts) -> Job:
    return follow("test_kind", key=key, now=NOW, payload={"key": key}, **facts)


def taken(owner: str = "a", after: int = 0) -> Taken:
    found = queue.take(owner, now=NOW + timedelta(seconds=after))
    assert found
    return found


def lease_runs_out() -> None:
    Job.objects.filter(state=Job.RUNNING).update(lease_until=queue.wall())


def test_asking_twice_with_one_key_is_asking_once(kind) -> None:
    """The outbox holds one row for each key."""
    assert ask() == ask()
    assert worker.drain(now=NOW) == 1
    assert kind.asked == [{"key": "one"}]
    assert worker.drain(now=NOW) == 0


def test_jobs_go_by_their_time(kind) -> None:
    """A job for later waits; of those that are ready the earliest goes first."""
    ask("later", run_at=NOW + timedelta(seconds=10))
    ask("second")
    ask("first", run_at=NOW - timedelta(seconds=5))
    assert worker.drain(now=NOW) == 2
    assert [one["key"] for one in kind.asked] == ["first", "second"]


def test_a_taken_job_is_nobody_elses_until_its_lease_runs_out(kind) -> None:
    """Then another worker takes it, as the second attempt."""
    ask()
    first = taken("a")
    assert queue.take("b", now=NOW) is None
    lease_runs_out()
    second = taken("b")
    assert (second.pk, second.attempts, first.attempts) == (first.pk, 2, 1)


def test_a_heartbeat_keeps_the_lease(kind) -> None:
    """An extended lease is not taken; a lost one cannot be extended."""
    ask()
    first = taken("a")
    lease_runs_out()
    assert queue.extend(first)
    assert queue.take("b", now=NOW) is None
    lease_runs_out()
    taken("b")
    assert not queue.extend(first)


def test_a_worker_that_comes_back_late_finishes_nothing(kind) -> None:
    """The fence: owner and attempt. The one who holds it now does."""
    ask()
    ghost = taken("a")
    lease_runs_out()
    holder = taken("b")
    assert not queue.finish(ghost, now=NOW)
    queue.put_back(ghost, now=NOW, error="late")
    assert Job.objects.get().state == Job.RUNNING
    assert queue.finish(holder, now=NOW)
    assert Job.objects.get().state == Job.DONE


def test_a_failing_job_waits_longer_each_time_and_then_has_failed(kind) -> None:
    """2, 4, 8 seconds and so on; after the last attempt it says what went wrong."""
    ask()
    waits = []
    for _ in range(ATTEMPTS_AT_MOST):
        queue.put_back(taken(after=10_000), now=NOW, error="RuntimeError: the sky fell")
        waits.append(int((Job.objects.get().run_at - NOW).total_seconds()))
    assert waits[:-1] == [2, 4, 8, 16, 32, 64, 128]
    job = Job.objects.get()
    assert (job.state, job.error) == (Job.FAILED, "RuntimeError: the sky fell")


def test_what_went_wrong_stays_with_the_job(kind) -> None:
    """The error of the last attempt, until an attempt goes well."""
    kind.works = False
    ask()
    worker.do(taken())
    job = Job.objects.get()
    assert (job.state, job.error) == (Job.READY, "RuntimeError: the sky fell")
    kind.works = True
    worker.do(taken(after=10_000))
    job = Job.objects.get()
    assert (job.state, job.error, job.attempts) == (Job.DONE, "", 2)


def test_a_job_that_has_to_wait_costs_no_attempt(kind) -> None:
    """Later is no failure: a server that is down for a day does not end it."""
    kind.works, kind.error = False, Later("not yet", timedelta(minutes=1))
    ask()
    for turn in range(ATTEMPTS_AT_MOST + 3):
        worker.do(taken(after=10_000 + turn))
        job = Job.objects.get()
        assert (job.state, job.attempts, job.error) == (Job.READY, 0, "not yet")
    kind.works = True
    worker.do(taken(after=20_000))
    assert Job.objects.get().state == Job.DONE


def test_a_job_that_kills_its_workers_is_given_up(kind) -> None:
    """It would take one worker after the other with it."""
    ask()
    for _ in range(ATTEMPTS_AT_MOST):
        taken()
        lease_runs_out()
    assert queue.take("next", now=NOW) is None
    job = Job.objects.get()
    assert (job.state, job.error) == (Job.FAILED, f"Its worker died {ATTEMPTS_AT_MOST} times.")


def test_a_schedule_asks_once_for_each_turn() -> None:
    """However often and by whomever it is looked at; the next turn asks again."""
    for _ in range(3):
        worker.enqueue_due_schedules(NOW)
    assert Job.objects.count() == len(SCHEDULES)
    worker.enqueue_due_schedules(NOW + timedelta(minutes=1))
    assert Job.objects.filter(kind="fetch_mail").count() == 2


def test_a_schedule_that_slept_asks_once_and_goes_on() -> None:
    """After a night without a worker: one job, not hundreds; what is done is swept away."""
    worker.enqueue_due_schedules(NOW)
    Job.objects.update(state=Job.DONE)
    morning = NOW + timedelta(days=2)
    worker.enqueue_due_schedules(morning)
    assert [job.state for job in Job.objects.filter(kind="fetch_mail")] == [Job.READY]
    assert Schedule.objects.get(name="mail").next_at == morning + timedelta(minutes=1)


def at_once(*acts) -> list:
    """Each act in a thread and a database session of its own, started together."""
    start, results = threading.Barrier(len(acts)), []

    def run(act) -> None:
        try:
            start.wait(timeout=10)
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_two_workers_never_take_the_same_job(committed, kind) -> None:
    """Forty jobs, three workers at once: each job is taken exactly once."""
    for number in range(40):
        ask(f"job-{number}")

    def take_all() -> list[str]:
        keys = []
        while found := queue.take(threading.current_thread().name, now=NOW):
            keys.append(found.key)
            queue.finish(found, now=NOW)
        return keys

    keys = [key for part in at_once(take_all, take_all, take_all) for key in part]
    assert sorted(keys) == sorted(f"job-{number}" for number in range(40))


def test_two_workers_ask_for_one_turn_of_a_schedule(committed) -> None:
    """Both look at the same instant; one job comes of it."""
    for turn in range(5):
        now = NOW + timedelta(hours=turn)
        at_once(*[lambda now=now: worker.enqueue_due_schedules(now)] * 3)
        assert Job.objects.filter(kind="fetch_mail").count() == turn + 1


def test_a_worker_stops_when_it_is_told_and_finishes_the_job_in_hand(committed, kind) -> None:
    """``until`` is asked between jobs; what was begun is done."""
    ask()
    worker.work(until=lambda: bool(kind.asked), idle_seconds=0.01)
    assert Job.objects.get(key="one").state == Job.DONE


def test_an_unknown_kind_of_job_says_so(settings) -> None:
    """Made by a newer version, perhaps: it fails with its kind named, and nothing else stops."""
    follow("of_the_future", key="x", now=NOW)
    settings.AMENDS_NOW = NOW.isoformat()
    worker.do(taken())
    assert "of_the_future" in Job.objects.get().error
