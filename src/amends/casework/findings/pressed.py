"""Claims pressed through the network, and payments that the customer did not make."""

from __future__ import annotations

from collections.abc import Iterator

from amends.casework.claims import Kind
from amends.casework.findings.shape import Cause, Finding, FindingKind, View, evidence
from amends.casework.fraud import SignalKind
from amends.casework.trace_links import day, money

# The signals that support a denial, most telling first; a shared card alone may be a family's.
_TELLING = (SignalKind.CARD_TESTING, SignalKind.NEW_DEVICE_HIGH_AMOUNT, SignalKind.VELOCITY,
            SignalKind.SHARED_DEVICE)


def already_charged_back(view: View) -> Iterator[Finding]:
    """The network has paid the customer back: a refund too would pay twice."""
    if not view.chargebacks or view.excess_minor > 0 or _is_merchants(view):
        return
    step = view.chargebacks[-1]
    yield Finding(
        FindingKind.ALREADY_CHARGED_BACK,
        f"{money(step.size_minor, step.currency)} went back to the customer by chargeback on "
        f"{day(step.on)}; a refund too would pay twice.",
        0.97, evidence((*view.orders, *view.captures, *view.chargebacks)), 0,
        view.trace.currency, Cause.CHARGEBACK_ALREADY_PAID, view.returned)


def chargeback_open(view: View) -> Iterator[Finding]:
    """A chargeback against a merchant that was not answered with evidence."""
    if not view.chargebacks or view.representments or not _is_merchants(view):
        return
    step = view.chargebacks[-1]
    reason = f", reason {step.code}" if step.code else ""
    yield Finding(
        FindingKind.CHARGEBACK_OPEN,
        f"{money(step.size_minor, step.currency)} was charged back on {day(step.on)}{reason}; no "
        "representment stands against it.",
        0.96, evidence((*view.orders, *view.captures, *view.chargebacks)), step.size_minor,
        view.trace.currency, Cause.EVIDENCE_NOT_SENT)


def unauthorised_pattern(view: View) -> Iterator[Finding]:
    """The customer denies the payment, and the entries around it show a known pattern."""
    signals = [signal for signal in view.facts.signals if signal.kind in _TELLING]
    amount = max(view.sums.paid, 0)
    if view.facts.claim_kind is not Kind.UNAUTHORISED_TRANSACTION or not signals or not amount:
        return
    signals.sort(key=lambda signal: _TELLING.index(signal.kind))
    testing = signals[0].kind is SignalKind.CARD_TESTING
    yield Finding(
        FindingKind.UNAUTHORISED_PATTERN, signals[0].sentence,
        round(min(0.6 + 0.35 * max(signal.score for signal in signals), 0.95), 2),
        evidence((*view.orders, *view.authorizations, *view.captures)), amount,
        view.trace.currency, Cause.CARD_TESTING if testing else Cause.ACCOUNT_TAKEOVER,
        view.returned)


def _is_merchants(view: View) -> bool:
    return (view.facts.claim_kind is Kind.CHARGEBACK_MERCHANT
            or view.facts.party_kind == "merchant")
