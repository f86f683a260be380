"""Steps tied to each other: what follows from what, what is missing, what has nothing behind it.

Each station asks the one before: a capture needs its authorisation and an order of its own, a
settlement its capture, a payout line its bank line, a refund in the ledger its refund at the
processor. What was expected and not found becomes a missing step that says where we looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from amends.casework.trace_gather import Gathered, PayoutShare
from amends.casework.trace_index import normalise
from amends.casework.trace_shape import Lane, Link, LinkState, Side, Step, StepState
from amends.casework.trace_steps import time_order
from amends.money import Money

HOLD_DAYS_MAX = 7
SETTLE_DAYS_MAX = 5
REFUND_DAYS_MAX = 5
PAYOUT_DAYS_MAX = 4
BANK_DAYS_MAX = 5
Pairs = list[tuple[Step | None, Step | None]]


def day(when: date | None) -> str:
    """A day for people: ``18 Nov 2026``."""
    return f"{when.day} {when:%b %Y}" if when else "an unknown day"


@dataclass
class Tied:
    """What tying adds up: the steps, marked and completed, and the links between them."""

    read_until: Mapping[str, date]
    steps: dict[str, Step] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def found(self, *kinds: str, lane: Lane | None = None, side: Side | None = None) -> list[Step]:
        """The found steps of these kinds, in time order."""
        return [step for step in self.steps.values()
                if step.kind in kinds and step.state is not StepState.MISSING
                and lane in (None, step.lane) and side in (None, step.side)]

    def tie(self, left: Step, right: Step) -> None:
        """The two go together."""
        self.links.append(Link(left.id, right.id, LinkState.TIE))

    def explain(self, left: Step, right: Step, words: str) -> None:
        """The two differ, for a reason that is known."""
        self.links.append(Link(left.id, right.id, LinkState.EXPLAINED, words, words))

    def broken(self, left: Step, right: Step, words: str, sentence: str) -> None:
        """The two should go together and do not: ``right`` is marked, unless it is missing."""
        self.links.append(Link(left.id, right.id, LinkState.BROKEN, words, sentence))
        there = self.steps[right.id]
        if there.state is StepState.PLAIN:
            self.steps[right.id] = replace(there, state=StepState.BROKEN)

    def expect(self, after: Step, lane: Lane, kind: str, *, words: str, days: int) -> Step:
        """A missing step after ``after``, added, that says until when we looked."""
        side = Side.BANK if lane is Lane.BANK else Side.PROCESSOR
        until = self.read_until.get(kind)
        looked = f"Looked until {day(until)}" if until else "No such file is imported yet"
        missing = Step(
            id=f"expected:{kind}:{after.id}", lane=lane, side=side, kind=kind,
            at=after.on + timedelta(days=days) if after.on else None, amount_minor=None,
            currency=after.currency, title=words, text=looked, state=StepState.MISSING)
        self.steps[missing.id] = missing
        return missing

    def is_due(self, after: Step, kind: str, days: int) -> bool:
        """Whether what follows ``after`` within ``days`` should be in the files read so far."""
        until = self.read_until.get(kind)
        return bool(until and after.on and after.on + timedelta(days=days) <= until)


def tie(steps: Iterable[Step], gathered: Gathered) -> tuple[tuple[Step, ...], tuple[Link, ...]]:
    """The steps, marked and completed with what is missing, and the links, in lane order."""
    tied = Tied(gathered.read_until, {step.id: step for step in steps})
    _orders(tied)
    _captures(tied)
    _settlements(tied)
    _refunds(tied)
    _disputes(tied)
    for payout in gathered.payouts:
        _payout(tied, payout)
    _direct(tied)
    return tuple(sorted(tied.steps.values(), key=time_order)), tuple(tied.links)


def money(minor: int | None, currency: str) -> str:
    """An amount for people, ``412.60 USD``; a dash when it is not known."""
    if minor is None:
        return "–"
    return str(Money(abs(minor), currency)) if currency else str(abs(minor))


def pair(lefts: Iterable[Step], rights: Iterable[Step]) -> Pairs:
    """Each left with its right: same payment and amount first, then same payment, then amount.

    What is left over stands alone, as ``(step, None)`` or ``(None, step)``.
    """
    pairs: Pairs = []
    free, open_lefts = list(rights), list(lefts)
    rules: tuple[Callable[[Step, Step], bool], ...] = (
        lambda a, b: _same_payment(a, b) and a.size_minor == b.size_minor,
        _same_payment,
        lambda a, b: not (a.ref("payment") and b.ref("payment"))
        and a.size_minor == b.size_minor,
        lambda a, b: not (a.ref("payment") and b.ref("payment")),
    )
    for rule in rules:
        for left in list(open_lefts):
            right = next((step for step in free if rule(left, step)), None)
            if right:
                pairs.append((left, right))
                open_lefts.remove(left)
                free.remove(right)
    pairs += [(left, None) for left in open_lefts] + [(None, right) for right in free]
    return pairs


def _same_payment(left: Step, right: Step) -> bool:
    payment = normalise(left.ref("payment"))
    return bool(payment) and payment == normalise(right.ref("payment"))


def _orders(tied: Tied) -> None:
    """Order to authorisation: every try is shown, a decline ends there."""
    orders = tied.found("order", lane=Lane.ORDER)
    if not orders:
        return
    for number, step in enumerate(tied.found("authorization")):
        order = orders[min(number, len(orders) - 1)]
        if number < len(orders):
            _compare(tied, order, step, "Approved")
        else:
            tied.explain(order, step, "A further authorisation of the same order.")
    for step in tied.found("decline"):
        tied.explain(orders[0], step, f"Declined{f' with code {step.code}' if step.code else ''}.")


def _compare(tied: Tied, left: Step, right: Step, verb: str) -> None:
    """Ties two amounts, or says which is larger and by how much."""
    if left.amount_minor is None or right.amount_minor is None:
        tied.explain(left, right, "An amount is not known.")
    elif left.currency != right.currency:
        tied.explain(left, right, f"{verb} in {right.currency}; no rate is applied here.")
    elif left.size_minor == right.size_minor:
        tied.tie(left, right)
    else:
        delta = right.size_minor - left.size_minor
        more = "more" if delta > 0 else "less"
        words = f"{money(delta, right.currency)} {more}"
        tied.broken(left, right, words, (
            f"{verb} on {day(right.on)} with {money(right.size_minor, right.currency)}, "
            f"{words} than the {money(left.size_minor, left.currency)} of {day(left.on)}."))


def _captures(tied: Tied) -> None:
    """Authorisation to capture, and order to capture where one order was captured more often."""
    captures = tied.found("capture", "transfer", lane=Lane.CAPTURE)
    orders = tied.found("order", lane=Lane.ORDER)
    auths = tied.found("authorization")
    for auth, capture in pair(auths, captures):
        if auth and capture:
            _compare(tied, auth, capture, "Captured")
        elif capture and orders and not auths:
            _compare(tied, orders[0], capture, "Captured")
        elif auth and not captures:
            missing = tied.expect(auth, Lane.CAPTURE, "capture", words="Not captured",
                                  days=HOLD_DAYS_MAX)
            tied.explain(auth, missing, "Approved and held, never taken; a hold falls away.")
    for capture in captures[len(orders):] if orders else []:
        tied.broken(orders[0], capture, "One order, captured again", (
            f"Captured again on {day(capture.on)} with "
            f"{money(capture.size_minor, capture.currency)}; the ledger knows "
            f"{len(orders)} order{'s' * (len(orders) > 1)} and {len(captures)} captures."))
    for cancelled in tied.found("cancellation"):
        for capture in captures:
            if cancelled.on and capture.on and capture.on >= cancelled.on:
                tied.broken(cancelled, capture, "Captured after cancellation", (
                    f"Cancelled on {day(cancelled.on)}, and still captured on {day(capture.on)} "
                    f"with {money(capture.size_minor, capture.currency)}."))


def _settlements(tied: Tied) -> None:
    """Capture to settlement; order to settlement where no capture was imported."""
    lines = tied.found("settlement")
    captures = tied.found("capture", "transfer", lane=Lane.CAPTURE)
    behind = captures or tied.found("order", lane=Lane.ORDER)
    word = "capture" if captures else "order"
    for before, line in pair(behind, lines):
        if before and line:
            _compare(tied, before, line, "Settled")
        elif line and behind:
            tied.broken(behind[-1], line, f"No {word} behind it", (
                f"Settled {'again ' if len(lines) > 1 else ''}on {day(line.on)} with "
                f"{money(line.size_minor, line.currency)}; no second {word} stands behind it."))
        elif before and captures:
            _unsettled(tied, before, "Not settled")
        elif before and not (tied.found("authorization") or tied.found("decline")
                             or [step for step in tied.found("bank") if step.is_direct]):
            _unsettled(tied, before, "Not seen at the processor")


def _unsettled(tied: Tied, before: Step, words: str) -> None:
    missing = tied.expect(before, Lane.SETTLEMENT, "settlement", words=words,
                          days=SETTLE_DAYS_MAX)
    if tied.is_due(before, "settlement", SETTLE_DAYS_MAX):
        tied.broken(before, missing, words, (
            f"{before.title} on {day(before.on)} with "
            f"{money(before.size_minor, before.currency)}; no settlement line carries it."))
    else:
        tied.explain(before, missing, f"Not due yet: settles within {SETTLE_DAYS_MAX} days.")


def _refunds(tied: Tied) -> None:
    """Refund in the ledger to refund at the processor, to its settlement line."""
    booked = tied.found("refund", side=Side.LEDGER)
    lines = tied.found("refund", lane=Lane.SETTLEMENT)
    events = tied.found("refund", lane=Lane.REFUND, side=Side.PROCESSOR)
    sent = events or lines
    for left, right in pair(booked, sent):
        if left and right:
            _compare(tied, left, right, "Refunded")
        elif left:
            missing = tied.expect(left, Lane.REFUND, "refund", words="Not sent",
                                  days=REFUND_DAYS_MAX)
            tied.broken(left, missing, "Booked, never sent", (
                f"The ledger refunds {money(left.size_minor, left.currency)} on {day(left.on)}; "
                "the processor shows no refund."))
        elif right and (charge := _charge_of(tied, right)):
            tied.explain(charge, right, f"Given back on {day(right.on)}.")
    for left, right in pair(events, lines):
        if left and right:
            _compare(tied, left, right, "Settled")


def _charge_of(tied: Tied, step: Step) -> Step | None:
    charges = tied.found("capture", "transfer", lane=Lane.CAPTURE) or tied.found("settlement")
    same = [charge for charge in charges if _same_payment(charge, step)]
    return next(iter(same or charges), None)


def _disputes(tied: Tied) -> None:
    """A chargeback goes back to its charge; ledger, event and settlement line agree or not."""
    events = tied.found("chargeback", "representment", lane=Lane.DISPUTE, side=Side.PROCESSOR)
    lines = tied.found("chargeback", "representment", lane=Lane.SETTLEMENT)
    booked = tied.found("chargeback", side=Side.LEDGER)
    for step in events or lines:
        charge = _charge_of(tied, step)
        if charge:
            tied.explain(charge, step, f"Taken back through the network on {day(step.on)}.")
    if events:
        for left, right in pair(events, lines):
            if left and right:
                _compare(tied, left, right, "Settled")
    for left, right in pair(events or lines, booked):
        if left and right:
            _compare(tied, left, right, "Booked")


def _payout(tied: Tied, payout: PayoutShare) -> None:
    """Settlement lines to the payout that holds them, and the payout to its bank lines."""
    lines = [step for step in tied.steps.values() if step.lane is Lane.SETTLEMENT
             and normalise(step.ref("payout")) == payout.value]
    rows = [tied.steps[row["entry_id"]] for row in payout.rows]
    for row in rows[:1]:
        for line in lines:
            if payout.net_minor == row.size_minor:
                tied.tie(line, row)
            else:
                words = f"The payout's lines add up to {money(payout.net_minor, row.currency)}"
                tied.explain(line, row, f"{words}, it pays {money(row.size_minor, row.currency)}.")
        _bank(tied, row, payout)
    if lines and not rows:
        missing = tied.expect(lines[0], Lane.PAYOUT, "payout", words="Not paid out yet",
                              days=PAYOUT_DAYS_MAX)
        for line in lines:
            tied.explain(line, missing, f"Payout {line.ref('payout')} is not in the files yet.")


def _direct(tied: Tied) -> None:
    """Bank lines that name the payment itself, to the charge or order that they pay."""
    lines = [step for step in tied.found("bank") if step.is_direct]
    behind = (tied.found("capture", "transfer", lane=Lane.CAPTURE)
              or tied.found("order", lane=Lane.ORDER))
    for before, line in pair(behind, lines) if lines else []:
        if before and line:
            _compare(tied, before, line, "Credited")
        elif line and behind:
            tied.broken(behind[-1], line, "No second charge behind it", (
                f"The bank shows {money(line.size_minor, line.currency)} on {day(line.on)} for "
                "the same reference; no second order or charge stands behind it."))


def _bank(tied: Tied, row: Step, payout: PayoutShare) -> None:
    banked = [tied.steps[line["entry_id"]] for line in payout.bank]
    if not banked:
        missing = tied.expect(row, Lane.BANK, "bank", words="Not seen at the bank",
                              days=BANK_DAYS_MAX)
        if tied.is_due(row, "bank", BANK_DAYS_MAX):
            tied.broken(row, missing, "No bank line", (
                f"Payout {row.ref('payout')} of {money(row.size_minor, row.currency)} left the "
                f"processor on {day(row.on)}; no bank line carries it."))
        else:
            tied.explain(row, missing, "Not due yet, or its statement is not imported.")
        return
    credited = payout.credited_minor
    delta = credited - payout.due_minor
    for step in banked:
        if delta:
            more = "more" if delta > 0 else "less"
            tied.broken(row, step, f"{money(delta, row.currency)} {more}", (
                f"The bank credited {money(credited, row.currency)} on {day(step.on)}, "
                f"{money(delta, row.currency)} {more} than payout {row.ref('payout')}."))
        elif payout.by_amount:
            tied.explain(row, step, "By amount and date; the bank line names no payout.")
        elif payout.merged_minor:
            tied.explain(row, step, "One bank line pays several payouts; together they tie.")
        else:
            tied.tie(row, step)
