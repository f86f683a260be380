"""Nothing taken, only held, taken once as ordered, not settled yet, or not found at all."""

from __future__ import annotations

from collections.abc import Iterator

from amends.casework.findings.shape import Cause, Finding, FindingKind, View, evidence
from amends.casework.trace_links import SETTLE_DAYS_MAX, day, money, pair
from amends.casework.trace_shape import StepState


def payment_declined(view: View) -> Iterator[Finding]:
    """Declined, and neither captured nor settled: no money moved."""
    if not view.declines or view.captures or view.settlements or view.authorizations:
        return
    last = view.declines[-1]
    code = f" with code {last.code}" if last.code else ""
    yield Finding(
        FindingKind.PAYMENT_DECLINED,
        f"Declined on {day(last.on)}{code}; nothing was captured and nothing settled.",
        0.97, evidence((*view.orders, *view.declines)), 0, view.trace.currency,
        Cause.ISSUER_DECLINE)


def authorization_hold(view: View) -> Iterator[Finding]:
    """Approved and never captured: a hold on the card, which falls away by itself."""
    held = [auth for auth, capture in pair(view.authorizations, view.captures)
            if auth and not capture]
    if not held or (view.settlements and not view.captures):
        return
    last = held[-1]
    yield Finding(
        FindingKind.AUTHORIZATION_HOLD,
        f"{money(last.size_minor, last.currency)} was approved on {day(last.on)} and never taken; "
        "the hold falls away by itself.",
        0.97, evidence((*view.orders, *held, *view.captures)), 0, view.trace.currency,
        Cause.PENDING_AUTHORIZATION)


def booked_not_settled(view: View) -> Iterator[Finding]:
    """In the ledger, and not in the settlement reports."""
    if not view.orders or view.settlements or view.cancellations or view.chargebacks:
        return
    if (view.authorizations or view.declines) and not view.captures:
        return
    before = (view.captures or view.orders)[-1]
    until = view.trace.until("settlement")
    waited = (until - before.on).days if until and before.on else 0
    looked = (f"no settlement line until {day(until)} carries it." if until
              else "no settlement report is imported yet.")
    yield Finding(
        FindingKind.BOOKED_NOT_SETTLED,
        f"{money(before.size_minor, before.currency)} is booked on {day(view.orders[0].on)}; "
        f"{looked}",
        0.95 if waited > SETTLE_DAYS_MAX else 0.8, evidence((*view.orders, *view.captures)), 0,
        view.trace.currency, Cause.LEDGER_SETTLEMENT_GAP)


def paid_in_full(view: View) -> Iterator[Finding]:
    """Ordered once, taken once, settled once, of one amount: no error in this payment."""
    sums = view.sums
    if not view.orders or not (view.captures or view.settlements) or view.excess_minor != 0:
        return
    whole = bool(view.settlements) and not any(
        step.state is StepState.BROKEN for step in view.trace.steps)
    yield Finding(
        FindingKind.PAID_IN_FULL,
        f"Ordered {money(sums.ordered, view.trace.currency)}, paid "
        f"{money(sums.paid, view.trace.currency)} in the end: ledger and processor agree.",
        0.96 if whole else 0.85,
        evidence((*view.orders, *view.captures, *view.settlements)), 0, view.trace.currency,
        Cause.NONE_FOUND, view.returned)


def payment_not_found(view: View) -> Iterator[Finding]:
    """No imported entry carries the reference. The only finding without evidence."""
    if view.trace.steps:
        return
    yield Finding(FindingKind.PAYMENT_NOT_FOUND, view.trace.sentence, 0.9, (), 0,
                  view.facts.currency, Cause.REFERENCE_LOST)
