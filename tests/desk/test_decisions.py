"""Who may decide what, and the guard that no claim is paid twice by any route."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from amends.desk.access import Actor
from amends.desk.actions.decisions import approve_decision
from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Decision, Movement, TraceRecord, User
from amends.problems import AmendsError
from desk.standing import instructions, paid, posted, proposed, told
from moments import NOW

pytestmark = pytest.mark.django_db


def asked(case: Case, at_desk, **facts) -> Decision:
    """A decision above the specialist's limit, made and waiting for a second person."""
    decision = proposed(case, **{"amount_minor": 41260, **facts})
    assert posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept").status_code == 302
    return Decision.objects.get(pk=decision.pk)


def test_within_the_own_limit_it_stands_at_once(opened, at_desk, people, data_folder) -> None:
    """200 USD is within the specialist's 250: one instruction goes out, and the case moves on."""
    case = opened()
    drain()
    decision = proposed(case)
    assert posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept").status_code == 302
    decision.refresh_from_db()
    case.refresh_from_db()
    assert (decision.state, decision.decided_by) == ("approved", people["specialist"])
    assert (case.state, case.outcome) == ("putting_right", "upheld")
    assert instructions(data_folder) == []
    drain()
    [written] = instructions(data_folder)
    assert (written["kind"], written["amount"], written["moves_minor"]) == (
        "refund", "200.00", 20000)
    assert case.movements.get().state == "confirmed"
    kinds = [kind for kind in told(case) if kind.startswith(("decision", "movement"))]
    assert kinds == ["decision_made", "movement_approved", "movement_sending",
                     "movement_confirmed"]


def test_above_the_limit_another_approves_and_never_oneself(opened, at_desk, people) -> None:
    """412.60 USD asks a team lead; a lead who decided it is refused, another lead may approve."""
    case = opened()
    decision = asked(case, at_desk)
    case.refresh_from_db()
    assert (decision.state, case.state) == ("to_approve", "to_approve")
    assert not case.movements.exists()
    assert posted(at_desk("specialist"), case,
                  f"decisions/{decision.pk}/approve", verdict="approve").status_code == 403
    Decision.objects.filter(pk=decision.pk).update(decided_by=people["team_lead"])
    own = posted(at_desk("team_lead"), case, f"decisions/{decision.pk}/approve", verdict="approve")
    assert own.status_code == 422
    assert "never the one who decided" in own.content.decode()
    Decision.objects.filter(pk=decision.pk).update(decided_by=people["specialist"])
    assert posted(at_desk("team_lead"), case, f"decisions/{decision.pk}/approve",
                  verdict="approve").status_code == 302
    decision.refresh_from_db()
    assert (decision.state, decision.approved_by) == ("approved", people["team_lead"])
    assert case.movements.get().amount_minor == 41260


def test_the_database_refuses_an_approval_by_the_one_who_decided(opened, people) -> None:
    """Whatever program writes it: maker and checker are two people."""
    decision = proposed(opened(), decided_by=people["team_lead"], state=Decision.TO_APPROVE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(approved_by=people["team_lead"])


def test_a_refusal_needs_a_reason_and_moves_no_money(opened, at_desk) -> None:
    """Sent back, the case is investigated again and can be decided again."""
    case = opened()
    decision = asked(case, at_desk)
    lead, path = at_desk("team_lead"), f"decisions/{decision.pk}/approve"
    assert posted(lead, case, path, verdict="refuse", reason=" ").status_code == 422
    sent_back = posted(lead, case, path, verdict="refuse", reason="Ask the bank first")
    assert sent_back.status_code == 302
    decision.refresh_from_db()
    case.refresh_from_db()
    assert (decision.state, case.state) == ("refused", "investigating")
    assert not case.movements.exists()
    again = posted(at_desk("specialist"), case, "decisions/change", outcome="partly_upheld",
                   remedy="goodwill", amount="50.00", currency="USD", reason="For the trouble")
    assert again.status_code == 302
    assert case.movements.get().remedy == "goodwill"


def test_another_decision_needs_a_reason_and_keeps_the_proposal(opened, at_desk) -> None:
    """The proposal stays readable as replaced; the wish stands with its reason."""
    case = opened()
    before = proposed(case)
    wish = {"outcome": "upheld", "remedy": "write_off", "amount": "12.50", "currency": "usd"}
    specialist = at_desk("specialist")
    assert posted(specialist, case, "decisions/change", **wish, reason="").status_code == 422
    changed = posted(specialist, case, "decisions/change", **wish, reason="Too small")
    assert changed.status_code == 302
    before.refresh_from_db()
    made = case.decisions.latest("pk")
    assert (before.state, made.state, made.change_reason) == ("replaced", "approved", "Too small")
    assert (made.remedy, made.amount_minor, made.currency) == ("write_off", 1250, "USD")


@pytest.mark.parametrize("remedy", ["goodwill", "write_off"])
def test_goodwill_and_write_off_go_out_by_file(opened, at_desk, data_folder, remedy) -> None:
    """Each has its own route and its own kind of instruction."""
    case = opened()
    decision = proposed(case, remedy=remedy, amount_minor=2500)
    posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    drain()
    assert [one["kind"] for one in instructions(data_folder)] == [remedy]


def test_a_page_that_is_out_of_date_is_told_so(opened, at_desk) -> None:
    """409 where somebody else changed the case after the page was shown."""
    case = opened()
    decision = proposed(case)
    late = posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept",
                  version=case.version + 3)
    assert late.status_code == 409
    assert not case.movements.exists()


def test_a_closed_case_is_not_decided(opened, at_desk) -> None:
    """It has to be opened again first."""
    case = opened()
    decision = proposed(case)
    Case.objects.filter(pk=case.pk).update(state="closed")
    answer = posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    assert answer.status_code == 422
    assert not case.movements.exists()


def test_above_every_limit_the_condition_is_shown_confirmed_and_recorded(opened, at_desk) -> None:
    """6,000 USD: the lead sees finance's consent as the condition and has to say that it is met."""
    case = opened(amount_minor=600000)
    decision = asked(case, at_desk, amount_minor=600000)
    lead, path = at_desk("team_lead"), f"decisions/{decision.pk}/approve"
    assert "Finance has agreed in writing" in lead.get(f"/cases/{case.number}").content.decode()
    assert posted(lead, case, path, verdict="approve").status_code == 422
    assert posted(lead, case, path, verdict="approve", condition="met").status_code == 302
    event = case.events.get(kind="decision_approved")
    assert "Finance has agreed in writing" in event.payload["condition"]
    assert "Finance has agreed in writing" in event.summary


def test_approved_twice_at_once_it_pays_once(committed, opened, at_desk, people, team) -> None:
    """Two leads press the key at the same moment, each in a session of their own."""
    case = opened()
    decision = asked(case, at_desk)
    other = User.objects.create_user("lead2@northwind.example", None, name="Second Lead",
                                     role="team_lead", team=team)
    version = Case.objects.get(pk=case.pk).version
    start, answers = threading.Barrier(2), []

    def approve(lead: User) -> None:
        try:
            start.wait(timeout=10)
            approve_decision(actor=Actor.person(lead), now=NOW, version=version,
                             case=Case.objects.get(pk=case.pk),
                             decision=Decision.objects.get(pk=decision.pk))
            answers.append("approved")
        except AmendsError as error:
            answers.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(lead,))
               for lead in (people["team_lead"], other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == 2
    assert answers.count("approved") == 1
    assert Movement.objects.filter(case=case).count() == 1


def seen(case: Case, route: str, amount_minor: int, claim_minor: int) -> None:
    """What imported files show as given back for the claim."""
    TraceRecord.objects.create(claim=case.claims.get(), drawn_at=NOW, trail={
        "claims": [{"finding": "settled_twice", "claim_minor": claim_minor, "currency": "USD"}],
        "returned": [{"route": route, "amount_minor": amount_minor, "currency": "USD",
                      "key": "seen:1", "reference": "re_1"}]})


@pytest.mark.parametrize("route", ["refund", "provisional_credit", "goodwill", "write_off",
                                   "chargeback", "merchant_refund"])
def test_no_route_pays_what_another_has_paid(opened, at_desk, route) -> None:
    """412.60 was claimed; 300.00 came by one of the six routes, so 200.00 more is refused."""
    case = opened()
    if route in ("chargeback", "merchant_refund"):
        seen(case, route, 30000, 41260)
    else:
        paid(case, remedy=route, amount_minor=30000)
    decision = proposed(case)
    refused = posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    assert refused.status_code == 422
    assert "pay twice" in refused.content.decode()
    assert "300.00" in refused.content.decode()
    rest = proposed(case, amount_minor=11260)
    assert posted(at_desk("specialist"), case, f"decisions/{rest.pk}/accept").status_code == 302


def test_the_rest_after_a_partial_refund_is_paid_where_no_amount_was_claimed(
    opened, at_desk
) -> None:
    """80.00 of 200.00 came back already and 120.00 is owed: the measure is the finding's whole."""
    case = opened(amount_minor=None, currency="", text="My refund is too small.")
    Case.objects.filter(pk=case.pk).update(at_stake_minor=12000, currency="USD")
    seen(case, "merchant_refund", 8000, 20000)
    decision = proposed(case, amount_minor=12000)
    assert posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept").status_code == 302
    more = proposed(case, amount_minor=100)
    assert posted(at_desk("specialist"), case, f"decisions/{more.pk}/accept").status_code == 422


def test_another_case_about_the_same_payment_counts(opened, at_desk) -> None:
    """Two customers write about one payment; the second case cannot pay it again."""
    first = opened()
    second = opened(party_email="other@marsh.example", party_name="Other Marsh")
    assert first.pk != second.pk
    paid(first, remedy="refund", amount_minor=41260, reference=first.reference)
    decision = proposed(second)
    answer = posted(at_desk("specialist"), second, f"decisions/{decision.pk}/accept")
    assert answer.status_code == 422
    assert "pay twice" in answer.content.decode()


def test_another_currency_than_the_claims_is_refused(opened, at_desk) -> None:
    """A claim in dollars is not put right by a slip of the pen in euros."""
    case = opened()
    answer = posted(at_desk("specialist"), case, "decisions/change", outcome="upheld",
                    remedy="refund", amount="200", currency="EUR", reason="Slip")
    assert answer.status_code == 422
    assert "USD" in answer.content.decode()


def test_before_sending_the_guard_looks_again(opened, at_desk, data_folder) -> None:
    """A chargeback came in between approval and sending: the movement is cancelled, with words."""
    case = opened()
    drain()
    decision = proposed(case)
    posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    case.claims.get().trace.delete()
    seen(case, "chargeback", 41260, 41260)
    drain()
    movement = case.movements.get()
    assert movement.state == "cancelled"
    assert "chargeback" in movement.error
    assert instructions(data_folder) == []


def test_of_two_that_were_approved_at_once_exactly_one_goes(opened, data_folder) -> None:
    """Both passed the first look unseen by each other; before sending the earlier one goes."""
    first, second = opened(), opened(party_email="other@marsh.example", party_name="Other Marsh")
    from amends.desk.actions.recording import follow

    for case in (first, second):
        movement = paid(case, remedy="refund", amount_minor=41260, state="approved",
                        reference=case.reference)
        follow("move_money", key=f"move:{movement.key}", now=NOW,
               payload={"movement": movement.key})
    drain()
    assert [m.state for m in Movement.objects.order_by("pk")] == ["confirmed", "cancelled"]
    assert len(instructions(data_folder)) == 1
