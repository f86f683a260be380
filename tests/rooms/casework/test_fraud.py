"""Fraud signals: what a card, a device and a customer did around a payment, in numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from amends.casework.fraud import Signal, nearby, signals
from amends.casework.trace import follow
from amends.tables import open_engine
from rooms.casework.worlds import World

NO, PAY = "NW-1001", "pay_1001"
CARD, DEVICE = "card_00112233aabbccdd", "dev_7"


def _charge(world: World, amount: int = 40000, *, customer: str = "cus_1",
            device: str = DEVICE) -> World:
    world.ledger("order", 14, amount, NO, at="12:30", customer=customer, device=device)
    return world.event("authorization", 14, amount, NO, PAY, at="12:30", card=CARD, device=device)


def _signals(world: World, folder: Path) -> tuple[Signal, ...]:
    lake = world.lake(folder)
    with open_engine(threads=1) as engine:
        trace = follow(engine, lake, NO)
        return signals(trace, nearby(engine, lake, trace))


def card_tested() -> World:
    world = World()
    for number in range(6):
        world.event("decline", 14, 100 + number, f"NW-2-{number}", f"pay_t{number}",
                    at=f"12:0{number}", card=CARD, device=f"dev_x{number}", code="05")
    return _charge(world)


def new_device() -> World:
    world = World()
    for number in range(3):
        world.ledger("order", 1 + number, 5000, f"NW-3-{number}", at="10:00", customer="cus_1",
                     device="dev_old")
    return _charge(world)


def shared_device() -> World:
    world = World()
    for number in range(4):
        world.ledger("order", 1 + number, 5000, f"NW-4-{number}", at="10:00",
                     customer=f"cus_9{number}", device=DEVICE)
    return _charge(world)


def shared_card() -> World:
    world = World()
    for number in range(2):
        world.ledger("order", 2, 5000, f"NW-5-{number}", customer=f"cus_8{number}")
        world.event("authorization", 2, 5000, f"NW-5-{number}", f"pay_s{number}", card=CARD)
    return _charge(world)


def hurried() -> World:
    world = World()
    for number in range(5):
        world.event("authorization", 14, 39000, f"NW-6-{number}", f"pay_v{number}",
                    at=f"12:1{number}", card=CARD)
    return _charge(world)


@pytest.mark.parametrize(("world", "kind", "numbers", "said"), [
    (card_tested(), "card_testing", {"declines": 6, "minutes": 30, "largest_minor": 105},
     "6 declines of at most 1.05 USD on one card in 30 minutes, then 400.00 USD approved."),
    (new_device(), "new_device_high_amount", {"others": 3, "usual_minor": 5000, "times": 8},
     "The only payment from this device beside 3 from others, and 8 times the usual 50.00 USD."),
    (shared_device(), "shared_device", {"customers": 5, "entries": 6},
     "The device was used by 5 customers."),
    (shared_card(), "shared_card", {"customers": 3, "entries": 3},
     "The card was used by 3 customers."),
    (hurried(), "velocity", {"tries": 6, "hours": 1},
     "6 tries on one card within an hour of the payment."),
])
def test_a_pattern_is_told_with_its_numbers(
        tmp_path: Path, world: World, kind: str, numbers: dict[str, int], said: str) -> None:
    """Each pattern is the strongest signal of its world, with the entries that show it."""
    strongest = _signals(world, tmp_path)[0]
    assert (strongest.kind, dict(strongest.numbers), strongest.sentence) == (kind, numbers, said)
    assert strongest.entries
    assert 0 < strongest.score <= 1


def test_an_ordinary_payment_has_no_signal(tmp_path: Path) -> None:
    """A known device, a usual amount, one decline: nothing unusual."""
    world = World()
    for number in range(3):
        world.ledger("order", 1 + number, 38000, f"NW-3-{number}", customer="cus_1", device=DEVICE)
    world.event("decline", 14, 40000, NO, PAY, at="12:29", card=CARD, device=DEVICE, code="51")
    assert _signals(_charge(world), tmp_path) == ()


def test_a_first_order_is_no_new_device(tmp_path: Path) -> None:
    """Without earlier orders there is nothing to compare with."""
    assert _signals(_charge(World()), tmp_path) == ()
