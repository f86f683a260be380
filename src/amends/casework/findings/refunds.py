"""Refunds that were not sent, are too small, or are on their way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from amends.casework.claims import Kind
from amends.casework.findings.shape import Cause, Finding, FindingKind, View, evidence
from amends.casework.trace_links import day, money

TRANSIT_DAYS_MAX = 14
_ABOUT_REFUNDS = (Kind.REFUND_MISSING, Kind.GOODS_DISPUTE, Kind.CASE_FOLLOW_UP)


def refund_not_sent(view: View) -> Iterator[Finding]:
    """The ledger refunds, or cancels what was charged; the processor shows no refund."""
    promised = view.booked_refunds or tuple(
        step for step in view.cancellations if step.amount_minor or view.captures)
    owed = view.excess_minor
    if not promised or view.sent_refunds or owed <= 0:
        return
    if view.booked_refunds:
        owed = min(owed, view.sums.refund_booked)
    step = promised[-1]
    yield Finding(
        FindingKind.REFUND_NOT_SENT,
        f"A refund of {money(owed, view.trace.currency)} stands in the ledger since "
        f"{day(step.on)}; the processor has none.",
        0.97, evidence((*view.orders, *view.captures, *promised)), owed, view.trace.currency,
        Cause.REFUND_QUEUE_STUCK, view.returned)


def refund_short(view: View) -> Iterator[Finding]:
    """The processor refunded less than the ledger promised."""
    short = min(view.sums.refund_booked - view.sums.refunded, view.excess_minor)
    if not view.booked_refunds or not view.sent_refunds or short <= 0:
        return
    yield Finding(
        FindingKind.REFUND_SHORT,
        f"The ledger refunds {money(view.sums.refund_booked, view.trace.currency)}; the processor "
        f"sent {money(view.sums.refunded, view.trace.currency)}, "
        f"{money(short, view.trace.currency)} too little.",
        0.97, evidence((*view.orders, *view.booked_refunds, *view.sent_refunds)), short,
        view.trace.currency, Cause.PARTIAL_REFUND_POSTED, view.returned)


def refund_in_transit(view: View) -> Iterator[Finding]:
    """The refund left, in full; it is with the banks, and its ARN finds it there."""
    if not view.sent_refunds or view.excess_minor > 0:
        return
    sent = view.sent_refunds[-1]
    recent = bool(sent.on and sent.on >= view.as_of - timedelta(days=TRANSIT_DAYS_MAX))
    if not recent and view.facts.claim_kind not in _ABOUT_REFUNDS:
        return
    arn, wrote_on = sent.ref("arn"), view.facts.received_on
    days = (wrote_on - sent.on).days if wrote_on and sent.on else 0
    before = f", {days} days before they wrote" if days > 1 else ""
    yield Finding(
        FindingKind.REFUND_IN_TRANSIT,
        f"{money(sent.size_minor, sent.currency)} was refunded on {day(sent.on)}{before}"
        + (f"; the customer's bank finds it by ARN {arn}." if arn else "."),
        0.97 if recent else 0.9,
        evidence((*view.orders, *view.booked_refunds, *view.sent_refunds)), 0,
        view.trace.currency, Cause.BANK_TRANSIT, view.returned)
