"""The compliance page: what is due and missed by law, who complained, whether the audit holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from amends.desk.models import Case, Clock, Team, User
from amends.desk.queries.compliance import Compliance, compliance
from moments import NOW

pytestmark = pytest.mark.django_db
CHARGED = "I did not authorise this payment."


@pytest.fixture
def page(people: dict[str, User]):
    """What a role sees at an instant."""
    return lambda role="auditor", now=NOW: compliance(people[role], now=now)


def numbers(rows: tuple) -> list[int]:
    """The cases of some rows."""
    return [row.number for row in rows]


def test_each_clock_stands_where_it_belongs(opened, page) -> None:
    """Due within a week, late, explained; met ones are counted, late ones among them."""
    case = opened(facts=[{"regime": "uk-psr", "facts": {
        "psp_aware": "2026-11-23", "payment_order_received": "2026-11-23"}}])
    assert numbers(page().soon) == [case.number] * 2
    late: Compliance = page(now=NOW + timedelta(days=30))
    assert set(numbers(late.late)) == {case.number}
    assert late.missed == len(late.late) == 2
    clock = case.clocks.get(name="refund_due")
    clock.met_at = clock.due_at + timedelta(days=1)
    clock.save()
    case.clocks.filter(name="fraud_delay_limit").update(breach_explanation="Told by phone")
    after = page(now=NOW + timedelta(days=30))
    assert (after.met, after.met_late) == (1, 1)
    assert [row.explanation for row in after.explained] == ["Told by phone"]


def test_targets_and_clocks_of_others_are_no_compliance(opened, page) -> None:
    """Promises of the desk and the customer's own limits are left out."""
    case = opened(country="US")
    shown = page(now=NOW + timedelta(days=400))
    names = {row.chip.title for row in shown.late}
    assert case.clocks.get(name="first_reply").title not in names
    assert case.clocks.get(name="notice_deadline").title not in names


def test_the_bars_count_the_clocks_of_each_day(opened, page) -> None:
    """Fourteen days from the desk's own today, weekends marked."""
    opened(text=CHARGED, country="GB")
    days = page().days
    assert (len(days), days[0].day) == (14, date(2026, 11, 23))
    due = Clock.objects.filter(legal=True, ours=True, due_on__lt="2026-12-07").values_list(
        "due_on", flat=True)
    assert {day.day: day.due for day in days if day.due} == {d: list(due).count(d) for d in due}
    assert [day.day.weekday() for day in days if day.closed] == [5, 6, 5, 6]


def test_the_register_names_each_complaint_with_its_day(opened, page) -> None:
    """The answer is due when the first of its clocks ends; one without a date shows none."""
    words = "This is a formal complaint about my order NW-7."
    dated = opened(text=words, country="GB", reference="NW-7")
    undated = opened(text=words, country="US", reference="NW-8",
                     facts=[{"regime": "uk-disp", "facts": {"complaint_received": "2026-11-20"}}])
    opened(reference="NW-9")
    register = {row.number: row.answer_due for row in page().complaints}
    assert register == {
        dated.number: dated.clocks.get(name="final_response_due").due_on, undated.number: None}
    assert register[dated.number] == date(2026, 12, 14)


def test_nobody_counts_what_they_may_not_see(opened, page, people) -> None:
    """Restricted cases and those of other teams are in no list and no number."""
    hidden, theirs = (opened(text=CHARGED, country="GB", reference=f"NW-{n}") for n in range(2))
    Case.objects.filter(pk=hidden.pk).update(restricted=True, owner=people["team_lead"])
    Case.objects.filter(pk=theirs.pk).update(team=Team.objects.create(name="Another"))
    later = NOW + timedelta(days=30)
    assert page("specialist", later).missed == 0
    assert set(numbers(page("team_lead", later).late)) == {hidden.number}
    assert set(numbers(page("auditor", later).late)) == {hidden.number, theirs.number}


def test_the_page_shows_and_verifies(at_desk, opened) -> None:
    """The auditor verifies the chain here; a changed event is named."""
    opened(text=CHARGED, country="GB")
    client = at_desk("auditor")
    assert "each chained to the one before it" in client.get("/compliance").content.decode()
    good = client.post("/compliance/verify").content.decode()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE desk_event DISABLE TRIGGER desk_event_no_change")
        else:
            cursor.execute("DROP TRIGGER desk_event_no_update")
        cursor.execute("UPDATE desk_event SET summary = 'nothing happened' WHERE seq = 1")
    bad = client.post("/compliance/verify").content.decode()
    assert good != bad
    assert "the event was changed" in bad


def test_the_page_takes_few_queries(at_desk, opened, django_assert_max_num_queries) -> None:
    """However many clocks there are."""
    for n in range(5):
        opened(text=CHARGED, country="GB", reference=f"NW-{n}")
    client = at_desk("auditor")
    client.get("/compliance")
    with django_assert_max_num_queries(18):
        client.get("/compliance")
