"""Charged twice, too much, or after the order was cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from amends.casework.findings.shape import Cause, Finding, FindingKind, View, evidence
from amends.casework.trace_links import day, money, pair
from amends.casework.trace_shape import Step


def settled_twice(view: View) -> Iterator[Finding]:
    """More settlement lines than captures (or, where none were imported, than orders)."""
    behind = view.captures or view.orders
    alone = [right for left, right in pair(behind, view.settlements) if right and not left]
    extra = sorted(alone, key=view.settlements.index)
    amount = _amount(view, extra)
    if not behind or not amount or not _again(extra, view.settlements):
        return
    word = "capture" if view.captures else "order"
    last = extra[-1]
    steps = (*view.orders[:1], *view.captures, *view.settlements)
    yield Finding(
        FindingKind.SETTLED_TWICE,
        f"One {word}, {len(view.settlements)} settlement lines: that of {day(last.on)}, "
        f"{money(last.size_minor, last.currency)}, has nothing behind it.",
        0.97 if view.captures and view.orders else 0.9,
        evidence(steps, notes={step.id: "Settled again" for step in extra}),
        amount, view.trace.currency, Cause.PROCESSOR_DUPLICATE_SETTLEMENT, view.returned)


def captured_twice(view: View) -> Iterator[Finding]:
    """More captures than orders, each taken from the customer."""
    orders, captures = view.orders, view.captures
    if not orders or len(captures) <= len(orders):
        return
    extra = _beyond(captures, orders)
    amount = _amount(view, extra)
    if not amount or not _again(extra, captures):
        return
    retry = extra[-1]
    steps = (*orders, *captures, *view.settlements)
    yield Finding(
        FindingKind.CAPTURED_TWICE,
        f"The ledger has {len(orders)} order{'s' * (len(orders) > 1)}, and "
        f"{len(captures)} charges were taken; {money(retry.size_minor, retry.currency)} of "
        f"{day(retry.on)} is the one too many.",
        0.97, evidence(steps, notes={step.id: "Captured again" for step in extra}),
        amount, view.trace.currency, Cause.CHECKOUT_RETRY, view.returned)


def charged_more_than_order(view: View) -> Iterator[Finding]:
    """One order, one charge, and the charge is larger."""
    orders, charges = view.orders, view.captures or view.settlements
    if not orders or len(charges) != len(orders) or view.cancellations:
        return
    over = sum(step.size_minor for step in charges) - view.sums.ordered
    amount = min(over, view.excess_minor)
    if amount <= 0:
        return
    yield Finding(
        FindingKind.CHARGED_MORE_THAN_ORDER,
        f"The order is {money(view.sums.ordered, view.trace.currency)}; "
        f"{money(view.sums.ordered + over, view.trace.currency)} was taken, "
        f"{money(over, view.trace.currency)} too much.",
        0.97, evidence((*orders, *charges, *view.settlements)), amount, view.trace.currency,
        Cause.PRICE_SYNC, view.returned)


def charged_after_cancellation(view: View) -> Iterator[Finding]:
    """A charge at or after the cancellation of its order, and not given back."""
    if not view.cancellations:
        return
    cancelled = view.cancellations[0]
    charges = [step for step in view.captures or view.settlements if _is_after(step, cancelled)]
    amount = min(sum(step.size_minor for step in charges), view.excess_minor)
    if amount <= 0:
        return
    yield Finding(
        FindingKind.CHARGED_AFTER_CANCELLATION,
        f"Cancelled on {day(cancelled.on)}, and charged "
        f"{money(charges[0].size_minor, charges[0].currency)} on {day(charges[0].on)}.",
        0.97, evidence((*view.orders, cancelled, *charges, *view.settlements)), amount,
        view.trace.currency, Cause.CANCELLATION_NOT_SYNCED, view.returned)


def _amount(view: View, extra: Sequence[Step]) -> int:
    """What the extra charges took and was not given back; 0 when all of it was."""
    return max(min(sum(step.size_minor for step in extra), view.excess_minor), 0)


def _beyond(captures: Sequence[Step], orders: Sequence[Step]) -> list[Step]:
    """The captures left when each order has taken the one of its amount, else the earliest."""
    left = list(captures)
    for order in orders:
        same = [step for step in left if step.size_minor == order.size_minor]
        left.remove((same or left)[0])
    return left


def _again(extra: Sequence[Step], steps: Sequence[Step]) -> bool:
    """Whether each extra has a twin of its amount: parts of one charge are no repetition."""
    sizes = [step.size_minor for step in steps]
    return all(sizes.count(step.size_minor) > 1 for step in extra)


def _is_after(step: Step, other: Step) -> bool:
    if isinstance(step.at, datetime) and isinstance(other.at, datetime):
        return step.at >= other.at
    return bool(step.on and other.on and step.on >= other.on)
