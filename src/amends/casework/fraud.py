"""Signals of fraud around one payment: numbers from the entries, each with its sentence.

``nearby`` reads what the same card, device and customer did; ``signals`` scores it and is pure.
A signal is a reason to look, never a verdict: a person decides, and no customer is told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from statistics import median

from amends.casework.trace_gather import fetch
from amends.casework.trace_index import find, normalise
from amends.casework.trace_shape import Side, Step, Trace
from amends.casework.trace_steps import step_of
from amends.money import Money
from amends.tables import Engine

NEARBY_MAX = 2000
VELOCITY_HOURS, VELOCITY_TRIES = 1, 5
TESTING_HOURS, TESTING_DECLINES, TESTING_TIMES = 24, 4, 3
HIGH_AMOUNT_TIMES = 2
_TRIES = ("authorization", "decline")


class SignalKind(StrEnum):
    """What looks unusual around a payment."""

    VELOCITY = "velocity"
    SHARED_CARD = "shared_card"
    SHARED_DEVICE = "shared_device"
    NEW_DEVICE_HIGH_AMOUNT = "new_device_high_amount"
    CARD_TESTING = "card_testing"


SIGNAL_WORDS: dict[SignalKind, str] = {
    SignalKind.VELOCITY: "Many tries in a short time",
    SignalKind.SHARED_CARD: "One card, several customers",
    SignalKind.SHARED_DEVICE: "One device, several customers",
    SignalKind.NEW_DEVICE_HIGH_AMOUNT: "New device, high amount",
    SignalKind.CARD_TESTING: "Card testing",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: how strong from 0 to 1, the numbers behind it, the entries that show it."""

    kind: SignalKind
    score: float
    sentence: str
    numbers: Mapping[str, int]
    entries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Nearby:
    """What the card, the device and the customer of a payment did, each in time order."""

    card: tuple[Step, ...] = ()
    device: tuple[Step, ...] = ()
    customer: tuple[Step, ...] = ()
    customer_of: Mapping[str, str] | None = None


def nearby(engine: Engine, lake: Path, trace: Trace) -> Nearby:
    """The entries that share the card, device or customer of ``trace``, at most 2,000 of each."""
    by_kind = {kind: _sharing(engine, lake, kind, _values(trace.steps, kind))
               for kind in ("card", "device", "customer")}
    orders = {normalise(step.ref("order")) for step in by_kind["card"]}
    booked = [row for row in find(engine, lake, sorted(orders)[:NEARBY_MAX])
              if row["entry_kind"] == "order" and row["kind"] == "order"]
    ledger = [step_of(row) for row in fetch(engine, lake, booked)]
    known = [*ledger, *by_kind["device"], *by_kind["customer"]]
    customer_of = {normalise(step.ref("order")): step.ref("customer")
                   for step in known if step.ref("customer")}
    return Nearby(by_kind["card"], by_kind["device"], by_kind["customer"], customer_of)


def signals(trace: Trace, near: Nearby) -> tuple[Signal, ...]:
    """The signals of a payment, strongest first; empty when nothing is unusual."""
    found = [*_testing(trace, near), *_velocity(trace, near), *_new_device(trace, near),
             *_shared(trace, near)]
    return tuple(sorted(found, key=lambda signal: (-signal.score, signal.kind)))


def _values(steps: Iterable[Step], kind: str) -> set[str]:
    return {step.ref(kind) for step in steps} - {""}


def _sharing(engine: Engine, lake: Path, kind: str, values: set[str]) -> tuple[Step, ...]:
    rows = [row for row in find(engine, lake, map(normalise, values)) if row["kind"] == kind]
    rows.sort(key=lambda row: (row["booked_on"] or date.min, row["entry_id"]))
    steps = [step_of(row) for row in fetch(engine, lake, rows[-NEARBY_MAX:])]
    return tuple(sorted(steps, key=lambda step: (_instant(step), step.id)))


def _instant(step: Step) -> datetime:
    if isinstance(step.at, datetime):
        return step.at if step.at.tzinfo else step.at.replace(tzinfo=UTC)
    return datetime.combine(step.at or date.min, time.min, UTC)


def _charge(trace: Trace) -> Step | None:
    """The payment itself: its approval, else its order."""
    return next(iter((*trace.of("authorization"), *trace.of("capture"), *trace.of("order"))), None)


def _testing(trace: Trace, near: Nearby) -> Iterator[Signal]:
    """Many small declines on one card or device, then a charge that is much larger."""
    charge = _charge(trace)
    if charge is None:
        return
    since = _instant(charge) - timedelta(hours=TESTING_HOURS)
    for steps, word in ((near.card, "card"), (near.device, "device")):
        small = [step for step in steps if step.kind == "decline"
                 and since <= _instant(step) <= _instant(charge)
                 and step.size_minor * TESTING_TIMES <= charge.size_minor]
        if len(small) >= TESTING_DECLINES:
            minutes = int((_instant(charge) - _instant(small[0])).total_seconds() // 60)
            largest = Money(max(step.size_minor for step in small), charge.currency)
            yield Signal(
                SignalKind.CARD_TESTING, min(0.6 + 0.05 * len(small), 1.0),
                f"{len(small)} declines of at most {largest} on one {word} in {minutes} minutes, "
                f"then {Money(charge.size_minor, charge.currency)} approved.",
                {"declines": len(small), "minutes": minutes, "largest_minor": largest.minor},
                [step.id for step in small])
            return


def _velocity(trace: Trace, near: Nearby) -> Iterator[Signal]:
    """Many tries on one card or device within the hour around the payment."""
    charge = _charge(trace)
    if charge is None:
        return
    hour = timedelta(hours=VELOCITY_HOURS)
    for steps, word in ((near.card, "card"), (near.device, "device")):
        tries = [step for step in steps
                 if step.kind in _TRIES and isinstance(step.at, datetime)
                 and abs(_instant(step) - _instant(charge)) <= hour]
        if len(tries) >= VELOCITY_TRIES:
            yield Signal(
                SignalKind.VELOCITY, min(0.4 + 0.05 * len(tries), 0.9),
                f"{len(tries)} tries on one {word} within an hour of the payment.",
                {"tries": len(tries), "hours": VELOCITY_HOURS}, [step.id for step in tries])
            return


def _new_device(trace: Trace, near: Nearby) -> Iterator[Signal]:
    """The customer's only payment from this device, and far above what they usually pay."""
    order = next(iter(trace.of("order", side=Side.LEDGER)), None)
    if order is None or not order.ref("device"):
        return
    others = [step for step in near.customer if step.kind == "order" and step.id != order.id
              and step.currency == order.currency]
    devices = {step.ref("device") for step in others} - {""}
    if not devices or order.ref("device") in devices:
        return
    usual = int(median(step.size_minor for step in others))
    if order.size_minor < usual * HIGH_AMOUNT_TIMES:
        return
    times = order.size_minor // max(usual, 1)
    yield Signal(
        SignalKind.NEW_DEVICE_HIGH_AMOUNT, min(0.6 + 0.05 * times, 1.0),
        f"The only payment from this device beside {len(others)} from others, and {times} times "
        f"the usual {Money(usual, order.currency)}.",
        {"others": len(others), "usual_minor": usual, "times": times}, [order.id])


def _shared(trace: Trace, near: Nearby) -> Iterator[Signal]:
    """One card or one device behind payments of several customers."""
    customer_of = near.customer_of or {}
    for steps, kind, word in ((near.card, SignalKind.SHARED_CARD, "card"),
                              (near.device, SignalKind.SHARED_DEVICE, "device")):
        people = {step.ref("customer") or customer_of.get(normalise(step.ref("order")), "")
                  for step in steps} - {""}
        if len(people) > 1:
            yield Signal(
                kind, min(0.2 + 0.1 * len(people), 0.8),
                f"The {word} was used by {len(people)} customers.",
                {"customers": len(people), "entries": len(steps)},
                [step.id for step in steps[:20]])
