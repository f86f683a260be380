"""What the three sides say of one payment, and who is up or down against what should be.

Positions add up to zero by construction: what the customer paid too much is with the processor
(as a fee, or not paid out), between processor and bank, or in our bank account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amends.casework.fees import FeeSchedule
from amends.casework.trace_gather import Gathered, PayoutShare
from amends.casework.trace_index import normalise
from amends.casework.trace_shape import (
    Lane,
    Position,
    Side,
    SideRow,
    Step,
    StepState,
    Totals,
)
from amends.casework.trace_steps import net_of
from amends.problems import ensure


def totals(steps: Sequence[Step], gathered: Gathered, fees: FeeSchedule) -> Totals:
    """The sums over the found steps, all in one currency and positive.

    The expected fee is the schedule's; where it has no rate, that of the lines that stand.
    """
    found = [step for step in steps if step.state is not StepState.MISSING]
    lines = [step for step in found if step.lane is Lane.SETTLEMENT]
    fee = sum(_fee(step) for step in lines)
    standing = sum(_expected_fee(step, fees) for step in lines
                   if step.state is StepState.PLAIN or step.kind != "settlement"
                   or _is_first(step, lines))
    paid_out, at_bank = _paid_out(lines, gathered)
    booked = _sum(found, "refund", Lane.REFUND, Side.LEDGER)
    charge_back_booked = _sum(found, "chargeback", Lane.DISPUTE, Side.LEDGER)
    ordered = _sum(found, "order", Lane.ORDER)
    direct = sum(max(step.amount_minor or 0, 0) for step in found if step.is_direct)
    taken = _sum(found, "capture", Lane.CAPTURE) + _sum(found, "transfer", Lane.CAPTURE)
    return Totals(
        ordered=ordered,
        owed=max(ordered - _cancelled(found, ordered) - booked - charge_back_booked, 0),
        captured=max(taken, direct),
        settled=_sum(found, "settlement", Lane.SETTLEMENT),
        refund_booked=booked,
        refunded=_either(found, "refund", Lane.REFUND),
        charged_back=_either(found, "chargeback", Lane.DISPUTE)
        - _either(found, "representment", Lane.DISPUTE),
        charge_back_booked=charge_back_booked,
        fees=fee, fees_expected=standing,
        paid_out=paid_out + direct, at_bank=at_bank + direct,
    )


def positions(sums: Totals) -> tuple[Position, ...]:
    """Who holds more (positive) or less than they should; adds up to zero."""
    net_expected = sums.owed - sums.fees_expected
    held = sums.paid - sums.fees - sums.paid_out
    found = [
        Position("Customer", sums.owed - sums.paid),
        Position("Our bank account", sums.at_bank - net_expected),
        Position("Processor, fees", sums.fees - sums.fees_expected),
        Position("Processor, not paid out", held),
        Position("Between processor and bank", sums.paid_out - sums.at_bank),
    ]
    ensure(sum(position.amount_minor for position in found) == 0, "positions add up to zero")
    return tuple(found[:2]) + tuple(position for position in found[2:] if position.amount_minor)


def side_rows(steps: Sequence[Step], sums: Totals) -> tuple[SideRow, ...]:
    """The table of the three sides; the bank sees payouts only, so only the net is its."""
    lines = [step for step in steps if step.lane is Lane.SETTLEMENT
             and step.kind == "settlement" and step.state is not StepState.MISSING]
    orders = sum(1 for step in steps if step.kind == "order")
    net_ledger, net_processor = sums.owed - sums.fees_expected, sums.paid - sums.fees
    seen = any(step.lane is Lane.BANK and step.entry_id for step in steps)
    at_bank = sums.at_bank if seen else None
    return (
        SideRow("Settlements", orders, len(lines), None, len(lines) - orders, counted=True),
        SideRow("Gross", sums.owed, sums.paid, None, sums.paid - sums.owed),
        SideRow("Fees", -sums.fees_expected, -sums.fees, None, sums.fees_expected - sums.fees),
        SideRow("Net", net_ledger, net_processor, at_bank,
                (net_processor if at_bank is None else at_bank) - net_ledger),
    )


def _sum(steps: Iterable[Step], kind: str, lane: Lane, side: Side | None = None) -> int:
    return sum(step.size_minor for step in steps
               if step.kind == kind and step.lane is lane and side in (None, step.side))


def _either(steps: Sequence[Step], kind: str, lane: Lane) -> int:
    """The processor tells of it twice, as event and as settlement line: the larger sum counts."""
    return max(_sum(steps, kind, lane, Side.PROCESSOR), _sum(steps, kind, Lane.SETTLEMENT))


def _cancelled(steps: Sequence[Step], ordered: int) -> int:
    """What cancellations take off; one without an amount takes the whole order off."""
    cancelled = [step for step in steps if step.kind == "cancellation"]
    if any(not step.amount_minor for step in cancelled):
        return ordered
    return sum(step.size_minor for step in cancelled)


def _fee(step: Step) -> int:
    if step.kind == "fee":
        return step.size_minor
    return step.fee_minor or 0


def _expected_fee(step: Step, fees: FeeSchedule) -> int:
    contracted = None
    if step.kind in ("settlement", "refund", "chargeback"):
        kind = "payment" if step.kind == "settlement" else step.kind
        contracted = fees.fee_minor(step.ref("method"), kind, step.amount_minor or 0)
    return _fee(step) if contracted is None else contracted


def _is_first(step: Step, lines: Sequence[Step]) -> bool:
    return step is next(line for line in lines if line.kind == "settlement")


def _paid_out(lines: Sequence[Step], gathered: Gathered) -> tuple[int, int]:
    """This payment's net that was paid out, and what of it arrived at the bank.

    What a bank line lacks against its payout is taken as lacking here. Where no bank statement is
    imported at all, what was paid out counts as arrived.
    """
    paid_out = at_bank = 0
    for payout in gathered.payouts:
        share = sum(net_of(step) for step in lines
                    if normalise(step.ref("payout")) == payout.value)
        if not payout.rows:
            continue
        paid_out += share
        at_bank += _arrived(payout, share, "bank" in gathered.read_until)
    return paid_out, at_bank


def _arrived(payout: PayoutShare, share: int, bank_read: bool) -> int:
    if not bank_read:
        return share
    if not payout.bank:
        return 0
    return share + payout.credited_minor - payout.due_minor
