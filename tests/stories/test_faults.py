"""A night of faults: the worker is killed at random moments, again and again.

Whatever the moment, every instruction is carried out exactly once, every letter goes out at most
once, and the chain of events holds.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from amends.casework.escalations import EscalationFacts
from amends.desk import chain
from amends.desk.access import Actor
from amends.desk.actions.cases import open_case
from amends.desk.actions.recording import follow
from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Event, Job, Message, Movement, Team
from amends.desk.queries.audit import chained_events, stream_heads
from desk.committed import Elsewhere, committed, elsewhere, leases_run_out
from desk.conftest import data_folder, team
from desk.standing import instructions, paid
from moments import NOW
from plugins.ports import wait_for

__all__ = ["committed", "data_folder", "elsewhere", "team"]  # the fixtures of the desk's tests
KILLS, CASES = 5, 24


def night(team: Team) -> None:
    """Two dozen cases, each with money and a letter about to go."""
    for number in range(CASES):
        case = open_case(actor=Actor("intake"), now=NOW, escalation=EscalationFacts(
            text="I was charged twice.", received_at=NOW, party_name=f"Customer {number}",
            party_email=f"c{number}@example.org", reference=f"NW-0000-{number:04}",
            amount_minor=20000, currency="USD")).case
        movement = paid(case, remedy="refund", amount_minor=20000, state="approved")
        follow("move_money", key=f"move:{movement.key}", now=NOW,
               payload={"movement": movement.key})
        letter = Message.objects.create(
            case=case, message_id=f"<{number}@northwind.example>", subject="About your case",
            address=f"c{number}@example.org", sender="care@northwind.example", body="Dear you",
            state=Message.QUEUED, made_at=NOW)
        follow("send_letter", key=f"letter:{letter.message_id}", now=NOW,
               payload={"message_id": letter.message_id})
    Job.objects.filter(kind="investigate").delete()


def test_killed_at_random_everything_goes_out_once(
    elsewhere: Elsewhere, team: Team, data_folder: Path, smtp_server: Any
) -> None:
    """Five ``kill -9`` of a real worker with money and mail in hand; the seed is printed."""
    night(team)
    elsewhere.environment["AMENDS_SMTP_URL"] = smtp_server.url
    seed = random.randrange(10**6)
    logging.getLogger("amends.tests").warning("the dice's seed: %s", seed)
    dice = random.Random(seed)
    for _ in range(KILLS):
        done = Job.objects.filter(state=Job.DONE).count()
        worker = elsewhere.worker()
        wait_for(lambda before=done: Job.objects.filter(state=Job.DONE).count() > before
                 or not _left(), 60, "a job done")
        time.sleep(dice.random() * 0.15)
        worker.kill()
        worker.wait(timeout=10)
        leases_run_out()
    elsewhere.amends("worker", "--once")
    drain()
    assert _left() == 0
    assert Counter(Movement.objects.values_list("state", flat=True)) == {"confirmed": CASES}
    keys = [one["instruction_id"] for one in instructions(data_folder)]
    assert sorted(keys) == sorted(Movement.objects.values_list("key", flat=True))
    mails = Counter(mail["Message-ID"] for mail in smtp_server.messages)
    assert set(mails.values()) == {1}
    states = Counter(Message.objects.values_list("state", flat=True))
    assert set(states) <= {Message.SENT, Message.UNCERTAIN}
    assert states[Message.UNCERTAIN] <= KILLS
    assert Message.objects.filter(state=Message.SENT).count() <= len(mails)
    confirmed = Counter(Event.objects.filter(kind="movement_confirmed").values_list("case"))
    assert set(confirmed.values()) == {1}
    assert Case.objects.count() == CASES
    assert chain.verify(chained_events(), stream_heads()) == []


def _left() -> int:
    return Job.objects.filter(kind__in=("move_money", "send_letter"),
                              state__in=(Job.READY, Job.RUNNING)).count()
