"""Clocks of a case: what pauses and what never does, what moves them, what meets them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from amends.casework.acts import MEETS, Act, is_ours
from amends.casework.states import State
from amends.clocks.regimes import REGIMES
from amends.desk.access import Actor
from amends.desk.actions.cases import change_facts, step
from amends.desk.actions.clocks import local_day, meet_clocks, refresh_next
from amends.desk.actions.closing import close_case
from amends.desk.actions.findings import judge_finding
from amends.desk.forms.clock_facts import FIELDS, ClockFactsForm
from amends.desk.models import Case, Clock, Event, FindingRecord
from amends.problems import AmendsError
from house.tree import ROOT
from moments import NOW

pytestmark = pytest.mark.django_db
DESK = Actor("test")


def due(case: Case, name: str) -> date | None:
    """The day on which a clock of the case ends."""
    return case.clocks.get(name=name).due_on


def test_waiting_pauses_targets_and_no_legal_clock(opened) -> None:
    """Two days of waiting move the targets by two working days, and the law by nothing."""
    case = opened()
    solve, legal = case.clocks.get(name="solve"), due(case, "initial_decision_due")
    step(actor=DESK, now=NOW, case=case, version=case.version, state=State.WAITING)
    assert set(case.clocks.exclude(paused_since=None).values_list("name", flat=True)) == {
        "first_reply", "solve"}
    assert case.next_clock.name == "initial_decision_due"
    later = NOW + timedelta(days=2)
    step(actor=DESK, now=later, case=case, version=case.version, state=State.INVESTIGATING)
    moved = case.clocks.get(name="solve")
    assert moved.paused_since is None
    assert moved.due_at == solve.due_at + timedelta(days=2)
    assert due(case, "initial_decision_due") == legal


def test_waiting_twice_in_a_row_pauses_once(opened) -> None:
    """A second step to waiting neither restarts the pause nor ends it."""
    case = opened()
    for hours in (0, 5):
        step(actor=DESK, now=NOW + timedelta(hours=hours), case=case, version=case.version,
             state=State.WAITING)
    assert case.clocks.get(name="solve").paused_since == NOW


@pytest.mark.parametrize("state", list(State))
def test_no_status_moves_a_legal_clock(opened, state: State) -> None:
    """Whatever the state of the work, the dates of the law are those of the facts."""
    case = opened()
    before = dict(case.clocks.filter(legal=True).values_list("name", "due_on"))
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    refresh_next(case, now=NOW + timedelta(days=1))
    assert dict(case.clocks.filter(legal=True).values_list("name", "due_on")) == before
    assert not case.clocks.filter(legal=True).exclude(paused_since=None).exists()


def test_changed_facts_move_the_clocks_and_the_event_says_so(at_desk, opened) -> None:
    """The form shows what is known; the story says which date became which."""
    case, client = opened(), at_desk("specialist")
    page = client.get(f"/cases/{case.number}/facts").content.decode()
    assert 'value="2026-11-23"' in page
    case.refresh_from_db()
    answer = client.post(f"/cases/{case.number}/facts?regime=us-reg-e", {
        "version": case.version, "notice_received": "2026-11-16",
        "transaction_type": "debit_card_purchase"})
    assert answer["Location"] == f"/cases/{case.number}"
    assert due(case, "initial_decision_due") == date(2026, 12, 1)
    event = Event.objects.get(kind="clocks_changed")
    assert "Decision, or provisional credit: 8 Dec 2026 → 1 Dec 2026" in event.summary
    assert event.payload["moved"]["initial_decision_due"] == {
        "from": "2026-12-08", "to": "2026-12-01"}
    assert event.payload["facts"]["notice_received"] == "2026-11-16"


def test_facts_that_the_form_does_not_show_stay(opened) -> None:
    """Lists and days of a special calendar survive a correction; an emptied fact goes."""
    known = {"notice_received": "2026-11-20", "cycle_close_dates": ["2026-12-01"],
             "resolved_on": "2026-11-22"}
    form = ClockFactsForm("us-reg-z-billing-error", known, {"notice_received": "2026-11-19"})
    assert form.is_valid()
    assert form.facts() == {"notice_received": "2026-11-19", "cycle_close_dates": ["2026-12-01"]}


@pytest.mark.parametrize("regime", REGIMES)
def test_the_form_knows_facts_of_every_rule_book(at_desk, opened, regime: str) -> None:
    """Each name in the form is a fact that the rule book reads, and the page shows it."""
    page = (ROOT / "docs" / "reference" / "clocks.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^## `{regime}`.*?(?=^## |\Z)", page, re.M | re.S)
    read = set(re.findall(r"`(\w+)`", f"{section} `calendar`"))
    assert set(FIELDS[regime]) <= read
    case = opened()
    shown = at_desk("specialist").get(f"/cases/{case.number}/facts?regime={regime}")
    assert f'name="{FIELDS[regime][0]}"' in shown.content.decode()


@pytest.mark.parametrize("given", [
    {"notice_received": "soon"}, {"transaction_type": "magic"},
])
def test_facts_that_are_none_are_refused(at_desk, opened, given: dict[str, str]) -> None:
    """422, and no clock moves."""
    case = opened()
    answer = at_desk("specialist").post(f"/cases/{case.number}/facts?regime=us-reg-e",
                                        {"version": case.version, **given})
    assert answer.status_code == 422
    assert not Event.objects.filter(kind="clocks_changed").exists()


def test_a_rule_book_that_is_none_starts_nothing(opened) -> None:
    """The Problem names it, and nothing is written."""
    case = opened()
    events = Event.objects.count()
    with pytest.raises(AmendsError, match="us-reg-q"):
        change_facts(actor=DESK, now=NOW, case=case, version=case.version, regime="us-reg-q",
                     facts={})
    assert Event.objects.count() == events


def test_the_clocks_of_a_closed_case_stand(opened) -> None:
    """Facts are corrected on an open case only."""
    case = opened()
    close_case(actor=DESK, now=NOW, case=case, version=case.version, outcome="upheld",
               cause="none_found", clocks_why="x")
    with pytest.raises(AmendsError, match="closed"):
        change_facts(actor=DESK, now=NOW, case=case, version=case.version, regime="us-reg-e",
                     facts={"notice_received": "2026-11-16"})


def test_a_confirmed_error_starts_the_clock_to_correct_it(opened, settings) -> None:
    """One business day from the day on which the desk determined it, by its own calendar."""
    settings.TIME_ZONE = "Asia/Tokyo"
    case = opened()
    finding = FindingRecord.objects.create(
        case=case, claim=case.claims.get(), kind="captured_twice", sentence="x",
        confidence_percent=97, amount_minor=41260, currency="USD", found_at=NOW)
    late = datetime(2026, 11, 23, 20, tzinfo=UTC)  # Tuesday morning in Tokyo
    judge_finding(actor=DESK, now=late, case=case, version=case.version, finding=finding,
                  confirmed=True)
    clock = case.clocks.get(name="correction_due")
    assert (clock.starts_on, clock.due_on) == (date(2026, 11, 24), date(2026, 11, 25))
    assert local_day(late) == date(2026, 11, 24)
    case.refresh_from_db()
    assert case.next_due_at <= clock.due_at


def test_a_clock_met_outside_the_desk_needs_words(at_desk, opened) -> None:
    """No part of the desk sends a return file; a person says that it went, and where."""
    case = opened(facts=[{"regime": "us-nacha", "facts": {
        "rdfi_review_completed": "2026-11-20"}}])
    clock, client = case.clocks.get(name="wsud_return_due"), at_desk("specialist")
    address = f"/cases/{case.number}/clocks/{clock.pk}/met"
    case.refresh_from_db()
    assert client.post(address, {"version": case.version}).status_code == 422
    client.post(address, {"version": case.version, "how": "Returned in file 0231, see the bank"})
    clock.refresh_from_db()
    assert clock.met_at
    assert "file 0231" in Event.objects.get(kind="clock_met").summary
    case.refresh_from_db()
    assert client.post(address, {"version": case.version, "how": "x"}).status_code == 422


def test_meeting_stops_only_the_clocks_of_the_act(opened) -> None:
    """Once, and those without a date stay as they are."""
    case = opened()
    met = meet_clocks(case, act=Act.DECIDED, now=NOW)
    assert {clock.name for clock in met} == {
        "initial_decision_due", "provisional_credit_due", "final_decision_due"} & {
        clock.name for clock in case.clocks.filter(due_on__isnull=False)}
    assert meet_clocks(case, act=Act.DECIDED, now=NOW) == []
    assert case.clocks.get(name="first_reply").met_at is None


def test_every_act_meets_clocks_that_exist() -> None:
    """No act waits for a clock that no rule book has; targets are the desk's own."""
    known = {clock.name for book in REGIMES.values() for clock in book.clocks}
    assert set().union(*MEETS.values()) - known == {"first_reply", "solve"}


def test_what_the_desk_must_do_can_be_done_in_it() -> None:
    """Each clock of ours is met by an act, but for those of bank and network, met by hand."""
    by_hand = {"us-nacha", "us-reg-f", "visa", "mastercard", "amex"}
    met = set().union(*MEETS.values())
    orphans = {(book.key, clock.name) for book in REGIMES.values() for clock in book.clocks
               if is_ours(clock.name) and clock.name not in met}
    assert {key for key, _ in orphans} == by_hand


def test_a_clock_is_kept_once_however_often_it_is_reckoned(opened) -> None:
    """The same facts again change no row and say that nothing moved."""
    case = opened()
    rows = list(Clock.objects.values_list("pk", "name", "due_on"))
    facts = case.clocks.filter(regime="us-reg-e").first().facts
    change_facts(actor=DESK, now=NOW, case=case, version=case.version, regime="us-reg-e",
                 facts=facts)
    assert list(Clock.objects.values_list("pk", "name", "due_on")) == rows
    assert "no clock moved" in Event.objects.get(kind="clocks_changed").summary
