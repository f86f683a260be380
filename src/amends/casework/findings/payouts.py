"""Payouts that did not reach the bank, or not in full, and fees above the contract."""

from __future__ import annotations

from collections.abc import Iterator

from amends.casework.claims import Kind
from amends.casework.findings.shape import Cause, Finding, FindingKind, View, evidence
from amends.casework.trace_index import normalise
from amends.casework.trace_links import day, money
from amends.casework.trace_shape import LinkState, Step

_ABOUT_PAYOUTS = (Kind.PAYOUT_MISSING, Kind.RECONCILIATION_QUERY)
_ABOUT_FEES = (Kind.FEE_OR_FX_QUERY, Kind.RECONCILIATION_QUERY, Kind.BILLING_ERROR)


def payouts_at_bank(view: View) -> Iterator[Finding]:
    """Each payout of the trace against its bank lines: missing, on its way, or short."""
    whole = not view.orders and not view.settlements
    if not whole and view.facts.claim_kind not in _ABOUT_PAYOUTS:
        return
    for payout in view.trace.of("payout"):
        banked = tuple(step for step in view.trace.of("bank", "return")
                       if ("paid_by", normalise(payout.ref("payout"))) in step.references)
        if not banked:
            yield _absent(view, payout)
        elif short := _short(view, payout, banked):
            yield short


def fee_above_schedule(view: View) -> Iterator[Finding]:
    """Settlement lines whose fee is more than the contracted schedule gives."""
    over: dict[str, int] = {}
    for step in view.settlements:
        contracted = view.facts.fees.fee_minor(step.ref("method"), "payment", step.size_minor)
        if contracted is not None and (step.fee_minor or 0) > contracted:
            over[step.id] = (step.fee_minor or 0) - contracted
    if not over:
        return
    lines = [step for step in view.settlements if step.id in over]
    excess = sum(over.values())
    currency = view.trace.currency
    right = (lines[0].fee_minor or 0) - over[lines[0].id]
    about = view.facts.claim_kind in _ABOUT_FEES or view.facts.party_kind == "merchant"
    yield Finding(
        FindingKind.FEE_ABOVE_SCHEDULE,
        f"The fee on {day(lines[0].on)} is {money(lines[0].fee_minor, currency)}; the schedule for "
        f"{lines[0].ref('method')} gives {money(right, currency)}, "
        f"so {money(excess, currency)} too much was taken.",
        0.97 if about else 0.9,
        evidence((*view.orders, *lines)), excess, currency, Cause.FEE_TABLE_OUTDATED)


def _absent(view: View, payout: Step) -> Finding:
    due = any(link.left == payout.id and link.state is LinkState.BROKEN
              for link in view.trace.links)
    left = f"Payout {payout.ref('payout')} of {money(payout.size_minor, payout.currency)} left " \
        f"the processor on {day(payout.on)}"
    if not due:
        return Finding(FindingKind.PAYOUT_IN_TRANSIT, f"{left}; the bank has until now to show it.",
                       0.9, evidence([payout]), 0, payout.currency, Cause.BANK_TRANSIT)
    until = view.trace.until("bank")
    return Finding(FindingKind.PAYOUT_NOT_AT_BANK,
                   f"{left}; no bank line until {day(until)} carries it.", 0.96,
                   evidence([payout]), payout.size_minor, payout.currency, Cause.PAYOUT_REJECTED)


def _short(view: View, payout: Step, banked: tuple[Step, ...]) -> Finding | None:
    broken = any(link.left == payout.id and link.state is LinkState.BROKEN
                 for link in view.trace.links)
    credited = sum(step.amount_minor or 0 for step in banked)
    short = payout.size_minor - credited
    if not broken or short <= 0:
        return None
    return Finding(
        FindingKind.PAYOUT_SHORT_AT_BANK,
        f"Payout {payout.ref('payout')} is {money(payout.size_minor, payout.currency)}; the bank "
        f"credited {money(credited, payout.currency)}, {money(short, payout.currency)} less.",
        0.97, evidence((payout, *banked)), short, payout.currency, Cause.BANK_FEE_DEDUCTED)
