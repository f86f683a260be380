"""Money moves at most once, whatever is killed; a provisional credit is settled once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError

from amends.desk.access import Actor
from amends.desk.actions.letters import draft_letter
from amends.desk.actions.movements import routes_paid, settle_movement
from amends.desk.jobs.worker import drain
from amends.desk.models import Job, Message, Movement
from amends.problems import AmendsError
from desk.committed import leases_run_out
from desk.standing import instructions, paid, posted, proposed, told
from moments import NOW

pytestmark = pytest.mark.django_db

POINTS = {
    "before it is marked as sending": "return:begin_sending",
    "before anything leaves": "call:InstructionFile.send",
    "with the file written and not in its place": "c_call:link",
    "with the file in its place": "return:InstructionFile.send",
    "before the result is kept": "return:record_result",
    "before the job is done": "call:finish",
}


def accepted(opened, at_desk, **facts):
    """A case whose decision was accepted, its movement waiting to be sent."""
    case = opened()
    drain()
    decision = proposed(case, **facts)
    posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    return case


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
def test_a_worker_killed_anywhere_leaves_one_instruction(
    elsewhere, opened, at_desk, data_folder: Path, point: str
) -> None:
    """``kill -9`` of a real process; a fresh worker ends with exactly one file, told once."""
    case = accepted(opened, at_desk)
    elsewhere.dies_at(point)
    drain()
    movement = case.movements.get()
    assert movement.state == "confirmed"
    assert [one["instruction_id"] for one in instructions(data_folder)] == [movement.key]
    assert told(case).count("movement_confirmed") == 1
    assert Job.objects.get(key=f"move:{movement.key}").state == Job.DONE


def test_a_file_that_was_taken_meanwhile_is_not_written_again(
    elsewhere, opened, at_desk, data_folder: Path
) -> None:
    """The bank's software has moved it to ``taken`` before the second worker looked."""
    case = accepted(opened, at_desk)
    elsewhere.dies_at("return:InstructionFile.send")
    [written] = (data_folder / "outbox" / "instructions").glob("*.json")
    (written.parent / "taken").mkdir()
    written.rename(written.parent / "taken" / written.name)
    drain()
    assert case.movements.get().state == "confirmed"
    assert instructions(data_folder) == []


def credited(opened, at_desk, **facts) -> Movement:
    """A provisional credit that was decided and given on a case under Regulation E."""
    case = opened(text="I do not know this payment, it was not me.",
                  kind="unauthorised_transaction", amount_minor=20000, **facts)
    drain()
    decision = proposed(case, remedy="provisional_credit")
    posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    drain()
    return case.movements.get()


def test_a_provisional_credit_meets_its_clock_and_starts_the_next(opened, at_desk) -> None:
    """12 CFR 1005.11(c)(2): the credit is given; its notice is due within two business days."""
    case = credited(opened, at_desk).case
    clocks = {clock.name: clock for clock in case.clocks.filter(regime="us-reg-e")}
    assert clocks["provisional_credit_due"].met_at is not None
    assert clocks["provisional_credit_notice_due"].due_on == date(2026, 11, 25)
    assert clocks["provisional_credit_notice_due"].met_at is None


def test_a_credit_made_final_moves_no_money_and_pays_nothing_twice(
    opened, at_desk, data_folder: Path
) -> None:
    """The whole claim is credited already; making it final passes the guard and adds nothing."""
    credit = credited(opened, at_desk)
    answer = posted(at_desk("specialist"), credit.case, f"credits/{credit.pk}", how="final",
                    reason="The merchant agrees")
    assert answer.status_code == 302
    drain()
    final = credit.case.movements.get(effect="makes_final")
    assert (final.remedy, final.credit, final.state) == ("final_credit", credit, "confirmed")
    assert sum(routes_paid(credit.case).values()) == 20000
    [written] = [one for one in instructions(data_folder) if one["effect"] == "makes_final"]
    assert (written["moves_minor"], written["credit"]) == (0, credit.key)
    more = proposed(credit.case, amount_minor=100)
    assert posted(at_desk("specialist"), credit.case,
                  f"decisions/{more.pk}/accept").status_code == 422


def test_an_accepted_final_credit_is_the_provisional_one_made_final(opened, at_desk) -> None:
    """The proposal of a final credit on a case that is credited pays nothing a second time."""
    credit = credited(opened, at_desk)
    decision = proposed(credit.case, remedy="final_credit", amount_minor=20000)
    assert posted(at_desk("specialist"), credit.case,
                  f"decisions/{decision.pk}/accept").status_code == 302
    assert decision.movements.get().credit == credit
    less = proposed(credit.case, remedy="final_credit", amount_minor=15000)
    assert posted(at_desk("specialist"), credit.case,
                  f"decisions/{less.pk}/accept").status_code == 422


def test_a_credit_is_taken_back_only_after_its_notice_and_the_days_of_grace(
    opened, at_desk, data_folder: Path, settings
) -> None:
    """Notice on Monday 23 November 2026; Thanksgiving is no business day, so Tuesday 1 December."""
    credit = credited(opened, at_desk)
    case, specialist = credit.case, at_desk("specialist")
    assert posted(specialist, case, f"credits/{credit.pk}", how="reverse",
                  reason="").status_code == 422
    assert posted(specialist, case, f"credits/{credit.pk}", how="reverse",
                  reason="The customer made the payment").status_code == 302
    drain()
    back = case.movements.get(effect="takes_back")
    assert back.state == "drafted"
    assert sum(routes_paid(case).values()) == 20000
    posted(specialist, case, "letters")
    letter = case.messages.get(state=Message.DRAFT)
    assert letter.situation == "provisional_credit_reversed"
    assert "1 December 2026" in letter.body or "December 1, 2026" in letter.body
    sent = posted(specialist, case, f"letters/{letter.pk}", subject=letter.subject,
                  body=letter.body, send="1")
    assert sent.status_code == 302, sent.content.decode()
    settings.AMENDS_NOW = "2026-11-23T10:00:30+00:00"
    drain()
    back.refresh_from_db()
    honour = case.clocks.get(name="honor_items_through")
    assert (back.state, honour.due_on) == ("approved", date(2026, 12, 1))
    settings.AMENDS_NOW = "2026-12-01T12:00:00+00:00"
    drain()
    assert case.movements.get(effect="takes_back").state == "approved"
    settings.AMENDS_NOW = "2026-12-02T08:00:00+00:00"
    drain()
    assert case.movements.get(effect="takes_back").state == "confirmed"
    [written] = [one for one in instructions(data_folder) if one["effect"] == "takes_back"]
    assert (written["moves_minor"], written["credit"]) == (-20000, credit.key)
    assert sum(routes_paid(case).values()) == 0


def test_a_credit_is_settled_once(opened, at_desk) -> None:
    """Not twice by a person, and not by the database."""
    credit = credited(opened, at_desk)
    specialist = at_desk("specialist")
    posted(specialist, credit.case, f"credits/{credit.pk}", how="final", reason="Agreed")
    again = posted(specialist, credit.case, f"credits/{credit.pk}", how="reverse", reason="Other")
    assert again.status_code == 422
    with pytest.raises(IntegrityError):
        paid(credit.case, effect="takes_back", credit=credit)


def test_taking_back_more_than_ones_limit_asks_a_second_person(opened, at_desk) -> None:
    """412.60 USD weighs as much on its way back."""
    case = opened()
    credit = paid(case, amount_minor=41260)
    posted(at_desk("specialist"), case, f"credits/{credit.pk}", how="reverse", reason="No error")
    decision = case.decisions.latest("pk")
    assert decision.state == "to_approve"
    assert not case.movements.filter(effect="takes_back").exists()
    lead = at_desk("team_lead")
    assert posted(lead, case, f"decisions/{decision.pk}/approve",
                  verdict="approve").status_code == 302
    assert case.movements.get(effect="takes_back").state == "drafted"


def test_a_person_settles_what_no_connector_can_tell(opened, people) -> None:
    """It did not go out: the movement has failed, and the case can be decided again."""
    case = opened()
    movement = paid(case, remedy="refund", state="unknown")
    who = Actor.person(people["specialist"])
    with pytest.raises(AmendsError, match="where you looked"):
        settle_movement(actor=who, now=NOW, movement=movement, went_out=False, words=" ")
    settle_movement(actor=who, now=NOW, movement=movement, went_out=False,
                    words="Account statement of 23 November")
    movement.refresh_from_db()
    assert (movement.state, movement.error) == ("failed", "Account statement of 23 November")
    assert sum(routes_paid(case).values()) == 0
    with pytest.raises(AmendsError, match="already"):
        settle_movement(actor=who, now=NOW, movement=movement, went_out=True, words="No, there")


def test_the_page_offers_what_can_be_settled(opened, at_desk) -> None:
    """A credit that was given can be made final or taken back; one that was settled cannot."""
    credit = credited(opened, at_desk)
    specialist = at_desk("specialist")
    address = f"/cases/{credit.case.number}"
    assert "Take back with notice" in specialist.get(address).content.decode()
    assert "Take back with notice" not in at_desk("auditor").get(address).content.decode()
    posted(specialist, credit.case, f"credits/{credit.pk}", how="final", reason="Agreed")
    assert "Take back with notice" not in specialist.get(address).content.decode()


def test_a_job_that_gave_up_is_taken_up_again_while_money_is_under_way(opened, at_desk) -> None:
    """The look after money finds the movement whose job has failed."""
    case = accepted(opened, at_desk)
    job = Job.objects.get(kind="move_money")
    Job.objects.filter(pk=job.pk).update(state=Job.FAILED, attempts=8)
    from amends.desk.jobs.money import look_after_money

    look_after_money({}, NOW)
    leases_run_out()
    drain()
    assert case.movements.get().state == "confirmed"


def test_the_letter_about_a_credit_names_its_day(opened, at_desk, people) -> None:
    """The draft of the notice is filled with the day of the credit and its amount."""
    credit = credited(opened, at_desk)
    draft = draft_letter(actor=Actor.person(people["specialist"]), now=NOW, case=credit.case)
    assert draft.situation == "provisional_credit_granted"
    assert "200.00" in draft.body
    assert "23 November 2026" in draft.body or "November 23, 2026" in draft.body
