"""The chain of events holds, and names what was changed, removed or cut off."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from amends.desk import chain
from amends.desk.access import Actor
from amends.desk.actions.cases import take_case
from amends.desk.actions.recording import Conflict
from amends.desk.models import Case, Event, EventStream
from amends.desk.queries.audit import chained_events, stream_heads
from moments import NOW

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    return [f"{f.stream}#{f.seq} {f.what}" for f in chain.verify(chained_events(), stream_heads())]


def tamper(sql: str) -> None:
    """Change the table as somebody with the database's own rights would: triggers off first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE desk_event DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER desk_event_no_update")
            cursor.execute("DROP TRIGGER desk_event_no_delete")
        cursor.execute(sql)


def test_an_untouched_chain_verifies(opened) -> None:
    """Every act of an opened case is in its chain, and the chain holds."""
    case = opened()
    assert Event.objects.filter(case=case).count() >= 2
    assert faults() == []


@pytest.mark.parametrize("verb", ["UPDATE desk_event SET summary = 'x'", "DELETE FROM desk_event"])
def test_the_database_refuses_to_change_or_remove_events(opened, verb: str) -> None:
    """Even plain SQL cannot alter an event while the triggers stand."""
    opened()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert faults() == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE desk_event SET summary = 'nothing happened' WHERE seq = 1",
         "#1 the event was changed"),
        ("DELETE FROM desk_event WHERE seq = 1", "#1 the event was removed"),
        ("DELETE FROM desk_event WHERE seq = 2", "#2 the event was removed"),
    ],
)
def test_a_changed_or_removed_event_is_named(opened, sql: str, said: str) -> None:
    """With the triggers taken off, the chain still tells which row was touched and how."""
    case = opened()
    tamper(sql)
    assert any(fault.startswith(f"case:{case.number}") and said in fault for fault in faults())


def test_a_case_moved_by_two_hands_is_refused_to_the_second(opened, people) -> None:
    """Two people read version 1; the second write says that somebody else was faster."""
    case = opened()
    again = Case.objects.get(pk=case.pk)
    version = again.version
    actor = Actor.person(people["specialist"])
    take_case(actor=actor, now=NOW, case=again, version=version, owner=people["specialist"])
    with pytest.raises(Conflict):
        take_case(actor=actor, now=NOW, case=Case.objects.get(pk=case.pk), version=version,
                  owner=people["team_lead"])
    assert Case.objects.get(pk=case.pk).owner == people["specialist"]
    assert EventStream.objects.get(name=f"case:{case.number}").seq == 3
