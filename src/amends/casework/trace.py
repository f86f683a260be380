"""The money trail of one payment, from imported entries to one picture.

``follow`` gathers what belongs together, puts it into lanes, ties it, and says in one sentence
what broke. It reads the lake through an engine and changes nothing but the lake's own index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from amends.casework.fees import FeeSchedule
from amends.casework.trace_gather import Gathered, gather
from amends.casework.trace_index import normalise
from amends.casework.trace_links import day, money, tie
from amends.casework.trace_shape import (
    LANE_WORDS,
    LANES,
    Lane,
    Link,
    LinkState,
    Position,
    Side,
    SideRow,
    Step,
    StepState,
    Totals,
    Trace,
)
from amends.casework.trace_sides import positions, side_rows, totals
from amends.casework.trace_steps import steps_of
from amends.problems import Problem
from amends.tables import Engine

__all__ = [
    "LANES", "LANE_WORDS", "Lane", "Link", "LinkState", "Position", "Side", "SideRow", "Step",
    "StepState", "Totals", "Trace", "day", "follow", "money", "weave",
]


def follow(engine: Engine, lake: Path, reference: str, *,
           sides: Mapping[str, str] | None = None, fees: FeeSchedule | None = None) -> Trace:
    """The trace of the payment (or payout) that ``reference`` names; without steps if none.

    ``sides`` maps a file's sha256 to ledger, processor or bank, where the register of files knows
    it. ``fees`` is the contracted schedule; without it the fees that stand count as right.
    """
    return weave(reference, gather(engine, lake, reference), sides=sides, fees=fees)


def weave(reference: str, gathered: Gathered, *, sides: Mapping[str, str] | None = None,
          fees: FeeSchedule | None = None) -> Trace:
    """The trace of rows already gathered; pure."""
    until = tuple(sorted(gathered.read_until.items()))
    loose = steps_of(gathered, sides)
    if not loose:
        problem = _nothing(reference, gathered)
        return Trace(reference, sentence=str(problem), problems=(problem,), read_until=until)
    steps, links = tie(loose, gathered)
    currency = _currency(loose)
    if gathered.root != "payment":
        broken = [link for link in links if link.state is LinkState.BROKEN]
        return Trace(reference, steps, links, currency=currency, read_until=until,
                     difference_minor=_payout_difference(gathered),
                     sentence=_sentence(broken, steps))
    if len({step.currency for step in loose if step.amount_minor is not None}) > 1:
        return Trace(reference, steps, links, currency=currency, read_until=until, sentence=(
            "This payment has more than one currency; its sides are not added without a rate."))
    sums = totals(steps, gathered, fees or FeeSchedule())
    broken = [link for link in links if link.state is LinkState.BROKEN]
    rows = side_rows(steps, sums)
    return Trace(
        reference, steps, links, positions(sums), rows, sums, currency,
        next((row.difference for row in rows[1:] if row.difference), 0),
        _sentence(broken, steps), read_until=until)


def _nothing(reference: str, gathered: Gathered) -> Problem:
    if not normalise(reference):
        return Problem("error", "No payment is named.",
                       "Give an order, payment, payout or bank reference.")
    if gathered.root == "shared":
        return Problem("error", f"{reference} is shared by {gathered.shared_by} entries and names "
                       "no single payment.", "Give an order, payment, payout or bank reference.")
    until = max(gathered.read_until.values(), default=None)
    read = f"Entries are imported until {day(until)}." if until else "No entries are imported yet."
    return Problem("error", f"No imported entry carries {reference}.",
                   f"{read} Check the reference, or import the file that has it.")


def _currency(steps: Sequence[Step]) -> str:
    return next((step.currency for step in steps if step.currency), "")


def _payout_difference(gathered: Gathered) -> int:
    payout = gathered.payouts[0] if gathered.payouts else None
    if payout is None or not payout.rows:
        return 0
    return payout.credited_minor - payout.due_minor


def _sentence(broken: Sequence[Link], steps: Sequence[Step]) -> str:
    if broken:
        return broken[0].sentence
    lanes = [LANE_WORDS[lane].lower() for lane in LANES if any(step.lane is lane for step in steps)]
    if len(lanes) == 1:
        return f"Seen in one place only: {lanes[0]}."
    return f"Nothing is broken from {lanes[0]} to {lanes[-1]}."
