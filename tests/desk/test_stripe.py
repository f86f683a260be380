"""Refunds at Stripe, against a real peer over HTTP: once, whatever answer is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from amends.casework.remedies import MovementState
from amends.desk.connectors.shape import Instruction, Unreachable
from amends.desk.connectors.stripe_refunds import METADATA, StripeRefunds
from amends.desk.jobs.money import look_after_money
from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Movement
from desk.standing import posted, proposed
from desk.stripe_peer import KEY, NO_MONEY, BreakingLine, StripePeer, peer_environment
from moments import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripePeer]:
    """One peer for the tests of this page."""
    python = peer_environment() / "bin" / "python"
    running = StripePeer(python, tmp_path_factory.mktemp("peer"))
    yield running
    running.stop()


@pytest.fixture
def line(peer: StripePeer, settings: Any) -> Iterator[BreakingLine]:
    """The desk's only line to the peer; it can be told to lose the answers."""
    made = BreakingLine(peer.port)
    settings.AMENDS_STRIPE_URL, settings.AMENDS_STRIPE_KEY = made.url, KEY
    yield made
    made.stop()


def refunded(opened, at_desk, charge: str, amount_minor: int = 20000) -> Case:
    """A case about a charge at Stripe whose refund was accepted and is about to go."""
    case = opened(reference=charge)
    drain()
    decision = proposed(case, amount_minor=amount_minor)
    assert posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept").status_code == 302
    assert case.movements.get().connector == "stripe"
    return case


def later(settings: Any, minutes: int) -> None:
    settings.AMENDS_NOW = (NOW + timedelta(minutes=minutes)).isoformat()


def test_a_refund_carries_our_instruction_id(opened, at_desk, peer, line) -> None:
    """As metadata at the peer; the movement keeps the peer's id and is confirmed."""
    charge = peer.charge(41260)
    case = refunded(opened, at_desk, charge)
    drain()
    movement = case.movements.get()
    [refund] = peer.refunds(charge)
    assert (movement.state, movement.external_id) == ("confirmed", refund["id"])
    assert refund["amount"] == 20000
    assert refund["metadata"] == {METADATA: movement.key, "case": case.label}


def test_the_peer_makes_two_refunds_of_one_idempotency_key(peer, line) -> None:
    """Why looking first is needed: whoever relies on the key alone pays twice here."""
    charge = peer.charge(10000)
    instruction = Instruction(key="one-key", remedy="refund", amount_minor=1000, currency="USD",
                              reference=charge, case_label="AM-000001", beneficiary="Delia Marsh",
                              made_at=NOW)
    for _ in range(2):
        assert StripeRefunds().send(instruction).state is MovementState.CONFIRMED
    assert len(peer.refunds(charge)) == 2


def test_a_lost_answer_is_looked_for_and_never_sent_again(
    opened, at_desk, peer, line, settings
) -> None:
    """The refund is made, the line breaks before the answer: unknown, then found, exactly one."""
    charge = peer.charge(41260)
    case = refunded(opened, at_desk, charge)
    line.cuts = True
    drain()
    movement = case.movements.get()
    assert (movement.state, line.cut) == ("unknown", 1)
    assert "no clear answer" in movement.error
    assert len(peer.refunds(charge)) == 1
    later(settings, 2)
    drain()
    assert case.movements.get().state == "unknown"
    assert len(peer.refunds(charge)) == 1
    line.cuts = False
    later(settings, 4)
    drain()
    movement = case.movements.get()
    [refund] = peer.refunds(charge)
    assert (movement.state, movement.external_id) == ("confirmed", refund["id"])
    assert movement.error == ""


def test_a_certain_no_lets_it_go_out(opened, at_desk, peer, line, settings) -> None:
    """The peer was down at the first try: nothing is found later, so the refund is sent, once."""
    charge = peer.charge(41260)
    case = refunded(opened, at_desk, charge)
    settings.AMENDS_STRIPE_URL = "http://127.0.0.1:9"
    drain()
    assert case.movements.get().state == "unknown"
    settings.AMENDS_STRIPE_URL = line.url
    later(settings, 2)
    drain()
    assert case.movements.get().state == "confirmed"
    assert len(peer.refunds(charge)) == 1


def test_ours_is_found_among_many_refunds(peer, line) -> None:
    """By our id; the refunds of others are not taken for ours."""
    charge = peer.charge(41260)
    made = {}
    for number in range(5):
        key = f"instruction-{number}"
        made[key] = StripeRefunds().send(_instruction(key, charge)).external_id
    assert StripeRefunds().find(_instruction("instruction-3", charge)).external_id == made[
        "instruction-3"]
    assert StripeRefunds().find(_instruction("instruction-9", charge)) is None


def _instruction(key: str, charge: str) -> Instruction:
    return Instruction(key=key, remedy="refund", amount_minor=100, currency="USD",
                       reference=charge, case_label="AM-000001", beneficiary="Delia Marsh",
                       made_at=NOW)


def test_a_refused_refund_has_failed_with_words(opened, at_desk, peer, line) -> None:
    """The charge itself was declined; nothing was sent, and the case can be decided again."""
    charge = peer.charge(41260, card=NO_MONEY)
    case = refunded(opened, at_desk, charge)
    drain()
    movement = case.movements.get()
    assert movement.state == "failed"
    assert "Cannot refund a failed payment" in movement.error
    assert "Cannot refund a failed payment" in at_desk("specialist").get(
        f"/cases/{case.number}").content.decode()
    again = posted(at_desk("specialist"), case, "decisions/change", outcome="upheld",
                   remedy="goodwill", amount="200", currency="USD", reason="Stripe refused")
    assert again.status_code == 302


def test_a_charge_that_is_not_there_tells_nothing_about_an_earlier_try(line) -> None:
    """Perhaps the key belongs to another account now: nobody may conclude that nothing went."""
    with pytest.raises(Unreachable, match="did not say"):
        StripeRefunds().find(_instruction("any", "ch_of_another_account"))


def test_a_worker_killed_after_the_refund_leaves_one(
    elsewhere, opened, at_desk, peer, line, data_folder: Path
) -> None:
    """``kill -9`` when the peer has answered and nothing is recorded: found, not repeated."""
    elsewhere.environment.update(AMENDS_STRIPE_URL=line.url, AMENDS_STRIPE_KEY=KEY)
    charge = peer.charge(41260)
    case = refunded(opened, at_desk, charge)
    elsewhere.dies_at("return:StripeRefunds.send")
    drain()
    [refund] = peer.refunds(charge)
    movement = case.movements.get()
    assert (movement.state, movement.external_id) == ("confirmed", refund["id"])


def test_a_pending_refund_is_asked_about_until_it_is_told(opened, at_desk, peer, line) -> None:
    """What Stripe has taken and not finished is looked at again on a schedule."""
    charge = peer.charge(41260)
    case = refunded(opened, at_desk, charge)
    drain()
    Movement.objects.filter(case=case).update(state="sent", confirmed_at=None)
    look_after_money({}, NOW)
    assert case.movements.get().state == "confirmed"
