"""A case is worked: taken, put aside, moved, corrected, noted on, closed and opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amends.casework.findings import Cause
from amends.casework.states import Outcome, State
from amends.desk.access import Actor
from amends.desk.actions.cases import step
from amends.desk.actions.clocks import refresh_next, start_clocks
from amends.desk.actions.closing import close_case, reopen_case
from amends.desk.actions.letters import check, draft_letter, save_draft
from amends.desk.actions.notes import add_note
from amends.desk.actions.recording import Conflict
from amends.desk.models import Case, Decision, Event, Message, Movement, Note, User
from amends.problems import AmendsError
from moments import NOW

pytestmark = pytest.mark.django_db
DESK = Actor("test")


def again(case: Case) -> Case:
    """The case as it stands in the database."""
    return Case.objects.select_related("party", "next_clock").get(pk=case.pk)


def close(case: Case, **given: Any) -> Case:
    """Close it with what is not named being plain."""
    case = again(case)
    close_case(**{"actor": DESK, "now": NOW, "case": case, "version": case.version,
                  "outcome": Outcome.UPHELD, "cause": Cause.CHECKOUT_RETRY,
                  "clocks_why": "Answered in time by post.", **given})
    return again(case)


def test_taking_a_new_case_begins_the_work(at_desk, opened, people) -> None:
    """It has an owner, is being investigated, and the event says so."""
    case = opened()
    at_desk("specialist").post(f"/cases/{case.number}/take", {"version": case.version})
    case = again(case)
    assert (case.owner, case.state) == (people["specialist"], "investigating")
    event = Event.objects.filter(case=case).last()
    assert (event.kind, event.user) == ("case_taken", people["specialist"])


@pytest.mark.parametrize("owner", ["team_lead", "agent"])
def test_a_case_is_handed_to_a_colleague_of_the_team(at_desk, opened, people, owner: str) -> None:
    """By whoever may work cases; the answer names the new owner."""
    case = opened()
    at_desk("specialist").post(
        f"/cases/{case.number}/take", {"version": case.version, "owner": people[owner].pk})
    assert again(case).owner == people[owner]


@pytest.mark.parametrize("owner", ["0", "abc", "99999999999999999999", "²"])
def test_a_case_cannot_be_handed_to_nobody_known(at_desk, opened, owner: str) -> None:
    """404, and the case stays as it is."""
    case = opened()
    answer = at_desk("specialist").post(
        f"/cases/{case.number}/take", {"version": case.version, "owner": owner})
    assert answer.status_code == 404
    assert again(case).owner is None


def test_who_comes_second_is_told(at_desk, opened) -> None:
    """409 with words, and the first change stands."""
    case = opened()
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    answer = at_desk("specialist").post(f"/cases/{case.number}/take", {"version": case.version})
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.content.decode()
    assert again(case).owner is None


@pytest.mark.parametrize(("words", "until"), [
    ("tomorrow", datetime(2026, 11, 24, 9, tzinfo=UTC)),
    ("monday", datetime(2026, 11, 30, 9, tzinfo=UTC)),
    ("week", datetime(2026, 11, 30, 9, tzinfo=UTC)),
    ("2027-07-01", datetime(2027, 7, 1, 8, tzinfo=UTC)),
    ("now", None),
])
def test_a_case_is_put_aside_in_plain_words(
    at_desk, opened, words: str, until: datetime | None
) -> None:
    """Days begin at nine, London time; its clocks run on."""
    case = opened()
    due = case.next_due_at
    at_desk("specialist").post(
        f"/cases/{case.number}/snooze", {"version": case.version, "until": words})
    case = again(case)
    assert case.snoozed_until == until
    assert case.next_due_at == due


def test_three_hours_are_three_hours(at_desk, opened) -> None:
    """Counted from the act, not from the morning."""
    case = opened()
    at_desk("specialist").post(
        f"/cases/{case.number}/snooze", {"version": case.version, "until": "3 hours"})
    event = Event.objects.get(kind="case_snoozed")
    assert again(case).snoozed_until == event.at + timedelta(hours=3)


@pytest.mark.parametrize("words", ["yesterday", "2026-11-23", "2020-01-01", "\x00"])
def test_a_case_is_not_put_aside_until_the_past(at_desk, opened, words: str) -> None:
    """422 with words."""
    case = opened()
    answer = at_desk("specialist").post(
        f"/cases/{case.number}/snooze", {"version": case.version, "until": words})
    assert answer.status_code == 422


STEPS = {
    ("new", "investigating"): True, ("new", "waiting"): True, ("new", "closed"): False,
    ("investigating", "waiting"): True, ("investigating", "new"): False,
    ("waiting", "investigating"): True, ("waiting", "closed"): False,
    ("to_approve", "waiting"): False, ("putting_right", "to_approve"): False,
    ("closed", "investigating"): False, ("closed", "waiting"): False,
}


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_only_these_steps_are_allowed(opened, before: str, after: str) -> None:
    """Ending and opening again are no steps; a refused one changes nothing."""
    case = opened()
    Case.objects.filter(pk=case.pk).update(state=before)
    case, events = again(case), Event.objects.count()
    if STEPS[before, after]:
        step(actor=DESK, now=NOW, case=case, version=case.version, state=State(after))
        assert again(case).state == after
        return
    with pytest.raises(AmendsError):
        step(actor=DESK, now=NOW, case=case, version=case.version, state=State(after))
    assert (again(case).state, Event.objects.count()) == (before, events)


def test_a_correction_is_kept_and_starts_the_right_clocks(at_desk, opened) -> None:
    """Kind and severity change, the reason stands in the event, the law of the kind applies."""
    case = opened(country="GB", kind="other", text="There is a payment that I do not understand.")
    assert case.regimes == []
    answer = at_desk("specialist").post(f"/cases/{case.number}/kind", {
        "version": again(case).version, "kind": "unauthorised_transaction", "severity": "3",
        "why": "She never had card 4111 1111 1111 1111 with her"})
    assert answer.status_code == 302
    before, case = case, again(case)
    assert (case.kind, case.severity) == ("unauthorised_transaction", 3)
    assert case.claims.get().kind == "unauthorised_transaction"
    assert case.title.startswith("Payment not authorised")
    assert case.regimes == ["uk-psr"]
    event = Event.objects.get(kind="case_reclassified")
    assert event.payload["before"] == {"kind": before.kind, "severity": before.severity}
    assert event.payload["why"] == "She never had card 411111****1111 with her"


@pytest.mark.parametrize("change", [{"why": " "}, {"severity": "5"}, {"severity": "x"}])
def test_a_correction_without_reason_or_sense_is_refused(at_desk, opened, change: dict) -> None:
    """422, and nothing changes."""
    case = opened()
    given = {"version": case.version, "kind": "scam_payment", "severity": "3", "why": "x", **change}
    assert at_desk("specialist").post(f"/cases/{case.number}/kind", given).status_code == 422
    assert again(case).kind == case.kind


def test_closing_asks_about_clocks_that_run_or_were_met_late(at_desk, opened) -> None:
    """Each is named; with words it closes, and the words stay on each clock."""
    case = opened()
    late = case.clocks.get(name="initial_decision_due")
    late.met_at = late.due_at + timedelta(hours=1)
    late.save()
    client, given = at_desk("specialist"), {
        "version": case.version, "outcome": "upheld", "cause": "checkout_retry"}
    assert "not met in time, or not yet" in client.get(f"/cases/{case.number}").content.decode()
    answer = client.post(f"/cases/{case.number}/close", given)
    assert answer.status_code == 422
    assert "was met too late" in answer.content.decode()
    assert again(case).is_open
    client.post(f"/cases/{case.number}/close", given | {"clocks_why": "The bank answered late"})
    late.refresh_from_db()
    assert again(case).state == "closed"
    assert late.breach_explanation == "The bank answered late"
    assert late.dropped is False


def test_a_closed_case_has_no_running_clock_and_costs_nothing(opened) -> None:
    """Nothing of it shows as due, and a person can still read why each clock ended."""
    case = close(opened())
    assert (case.next_clock, case.next_due_at, case.cost_of_delay) == (None, None, 0)
    assert not case.clocks.filter(ours=True, met_at=None, dropped=False,
                                  due_on__isnull=False).exists()
    assert case.clocks.get(name="solve").met_at == NOW


@pytest.mark.parametrize("state", ["drafted", "approved", "sending", "unknown", "sent"])
def test_a_case_stays_open_while_money_is_under_way(opened, state: str) -> None:
    """Whatever the case's clocks say."""
    case = opened()
    decision = Decision.objects.create(case=case, outcome="upheld", remedy="refund",
                                       amount_minor=100, currency="USD", made_at=NOW)
    Movement.objects.create(case=case, decision=decision, remedy="refund", amount_minor=100,
                            currency="USD", state=state, key=f"k-{state}", made_at=NOW)
    with pytest.raises(AmendsError, match="refund is still"):
        close(case)
    assert again(case).is_open


@pytest.mark.parametrize("state", [Message.QUEUED, Message.SENDING])
def test_a_case_stays_open_while_words_are_under_way(opened, state: str) -> None:
    """The ten seconds, and the sending."""
    case = opened()
    Message.objects.create(case=case, state=state, message_id=f"<{state}@x>", made_at=NOW)
    with pytest.raises(AmendsError, match="about to go"):
        close(case)


def test_a_case_stays_open_while_somebody_is_to_approve(opened) -> None:
    """A decision that waits is no end."""
    case = opened()
    Decision.objects.create(case=case, outcome="upheld", remedy="refund", state="to_approve",
                            made_at=NOW)
    with pytest.raises(AmendsError, match="waits for approval"):
        close(case)


def test_opening_again_keeps_the_old_figures_and_the_clocks_run(opened) -> None:
    """How it had ended is in the event; what the closing set aside runs again."""
    case = close(opened())
    with pytest.raises(AmendsError, match="needs a reason"):
        reopen_case(actor=DESK, now=NOW, case=case, version=case.version, why=" ")
    later = NOW + timedelta(days=3)
    reopen_case(actor=DESK, now=later, case=case, version=case.version, why="The bank wrote")
    before = Event.objects.get(kind="case_reopened").payload["before"]
    assert (before["outcome"], before["cause"]) == ("upheld", "checkout_retry")
    assert (before["at_stake_minor"], before["currency"]) == (41260, "USD")
    case = again(case)
    assert (case.state, case.outcome, case.reopened) == ("investigating", "", 1)
    assert case.closed_at is None
    legal = case.clocks.get(name="initial_decision_due")
    assert (legal.dropped, legal.breach_explanation) == (False, "")
    solve = case.clocks.get(name="solve")
    assert solve.met_at is None
    assert solve.due_at > later
    assert case.next_clock is not None


def test_closing_and_opening_happen_once(opened) -> None:
    """A closed case is not closed again, an open one not opened again, a stale one not at all."""
    case = opened()
    with pytest.raises(AmendsError, match="open already"):
        reopen_case(actor=DESK, now=NOW, case=case, version=case.version, why="x")
    with pytest.raises(Conflict):
        close(case, version=case.version + 7)
    close(case)
    with pytest.raises(AmendsError, match="closed already"):
        close(case)


def test_a_note_reaches_no_message(opened) -> None:
    """The draft is made without it, and the gate holds a draft that quotes it."""
    case = opened()
    words = "We believe that the merchant tampered with the terminal in the back office."
    add_note(actor=DESK, now=NOW, case=case, text=words)
    draft = draft_letter(actor=DESK, now=NOW, case=case)
    assert "tampered" not in draft.subject + draft.body
    assert all(c.ok for c in check(draft, now=NOW).checks if "note" in c.key)
    save_draft(now=NOW, message=draft, subject=draft.subject, body=f"{draft.body}\n{words}")
    report = check(draft, now=NOW)
    assert not report.may_send
    assert [c.key for c in report.checks if not c.ok and c.blocking and "note" in c.key]


def test_a_note_is_kept_without_card_numbers_and_shown_to_staff_only(at_desk, opened) -> None:
    """On the case page, not on the agent's."""
    case = opened(agent_email="agent@northwind.example")
    client = at_desk("specialist")
    client.post(f"/cases/{case.number}/notes", {"text": "Card 4111111111111111 seen\x00 twice"})
    assert Note.objects.get().text == "Card 411111****1111 seen twice"
    assert "411111****1111" in client.get(f"/cases/{case.number}").content.decode()
    assert "411111" not in at_desk("agent").get("/handed-up").content.decode()
    assert client.post(f"/cases/{case.number}/notes", {"text": " "}).status_code == 422


def test_tasks_are_added_done_and_opened_again(at_desk, opened) -> None:
    """They stand on the case page; each act is an event."""
    case, client = opened(), at_desk("specialist")
    client.post(f"/cases/{case.number}/tasks", {"title": "Call Kestrel", "due_on": "2026-11-25"})
    task = case.tasks.get()
    assert "Call Kestrel" in client.get(f"/cases/{case.number}").content.decode()
    for done in (True, False):
        client.post(f"/cases/{case.number}/tasks/{task.pk}")
        task.refresh_from_db()
        assert bool(task.done_at) is done
    kinds = list(Event.objects.filter(case=case).values_list("kind", flat=True))
    assert kinds[-3:] == ["task_added", "task_done", "task_reopened"]


@pytest.mark.parametrize("given", [{"title": ""}, {"title": "x", "due_on": "soon"}])
def test_a_task_without_words_or_with_no_day_is_refused(at_desk, opened, given: dict) -> None:
    """422, no task."""
    case = opened()
    assert at_desk("specialist").post(f"/cases/{case.number}/tasks", given).status_code == 422
    assert not case.tasks.exists()


def test_the_task_of_another_case_is_not_there(at_desk, opened) -> None:
    """404 by the wrong case's address."""
    first, second = opened(reference="NW-1"), opened(reference="NW-2")
    task = first.tasks.create(title="x", created_at=NOW)
    answer = at_desk("specialist").post(f"/cases/{second.number}/tasks/{task.pk}")
    assert answer.status_code == 404


def test_a_case_joins_and_leaves_a_known_cause_from_its_page(at_desk, opened) -> None:
    """The choice stands on the page once there is a problem record."""
    case, lead = opened(), at_desk("team_lead")
    lead.post("/problems/open", {"title": "Checkout retries", "cause": "checkout_retry"})
    client = at_desk("specialist")
    assert "Join a problem record" in client.get(f"/cases/{case.number}").content.decode()
    for wanted, number in (("1", 1), ("", None)):
        client.post(f"/cases/{case.number}/problem",
                    {"version": again(case).version, "problem": wanted})
        assert getattr(again(case).problem, "number", None) == number
    answer = client.post(f"/cases/{case.number}/problem",
                         {"version": again(case).version, "problem": "²"})
    assert answer.status_code == 404


def test_the_auditor_sees_no_button(at_desk, opened) -> None:
    """Reads all, writes nothing: the page offers no form but search and sign-out."""
    case = opened()
    case.tasks.create(title="Call Kestrel", created_at=NOW)
    page = at_desk("auditor").get(f"/cases/{case.number}").content.decode()
    assert "Call Kestrel" in page
    assert f'action="/cases/{case.number}/' not in page


def test_the_cost_of_delay_grows_as_the_clock_nears(opened, people: dict[str, User]) -> None:
    """Reckoned anew, the same case costs more a day before its deadline."""
    case = opened()
    start_clocks(case, actor=DESK, now=NOW, facts=[
        {"regime": "us-cfpb-portal", "facts": {"sent_to_company": "2026-11-20"}}])
    case.clocks.filter(legal=False).update(met_at=NOW)
    refresh_next(case, now=NOW)
    now_cost = case.cost_of_delay
    refresh_next(case, now=datetime(2026, 12, 4, 10, tzinfo=UTC))
    assert case.cost_of_delay > now_cost
