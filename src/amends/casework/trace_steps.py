"""Entries put into lanes: one step for each, with the one fact that helps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from amends.casework.trace_gather import Gathered, PayoutShare, Row
from amends.casework.trace_index import normalise
from amends.casework.trace_shape import LANES, Lane, Side, Step
from amends.money import Money

_LANE = {
    "order": Lane.ORDER, "cancellation": Lane.ORDER, "adjustment": Lane.ORDER,
    "authorization": Lane.AUTHORISATION, "decline": Lane.AUTHORISATION,
    "capture": Lane.CAPTURE, "transfer": Lane.CAPTURE,
    "refund": Lane.REFUND,
    "chargeback": Lane.DISPUTE, "representment": Lane.DISPUTE,
    "settlement": Lane.SETTLEMENT, "fee": Lane.SETTLEMENT,
    "payout": Lane.PAYOUT, "bank": Lane.BANK, "return": Lane.BANK,
}
_LEDGER_KINDS = ("order", "cancellation", "adjustment", "refund", "chargeback")
_TITLES = {
    "order": "Placed", "cancellation": "Cancelled", "adjustment": "Adjusted",
    "authorization": "Approved", "decline": "Declined", "capture": "Captured",
    "transfer": "Transferred", "refund": "Refunded", "chargeback": "Charged back",
    "representment": "Presented again", "settlement": "Settled", "fee": "Fee",
    "payout": "Paid out", "bank": "Credited", "return": "Returned",
}


def steps_of(gathered: Gathered, sides: Mapping[str, str] | None = None) -> list[Step]:
    """The steps of the gathered rows in time order; ``sides`` maps a file's sha256 to its side."""
    steps = [step_of(row, sides) for row in gathered.rows]
    for payout in gathered.payouts:
        steps += _payout_steps(payout, steps, whole=gathered.root == "payout")
    return sorted({step.id: step for step in steps}.values(), key=time_order)


def time_order(step: Step) -> tuple[date, int, str, str, int, str]:
    """Sorts by day, then lane, then time; days unknown last."""
    time = step.at.isoformat() if isinstance(step.at, datetime) else ""
    return (step.on or date.max, LANES.index(step.lane), time, step.file_sha256 or "",
            step.line or 0, step.id)


def step_of(row: Row, sides: Mapping[str, str] | None = None) -> Step:
    """The step of one entry; ``sides`` as in ``steps_of``."""
    raw = _raw(row)
    kind = str(row["kind"])
    side, settled = _side(row, raw, sides or {})
    lane = Lane.SETTLEMENT if settled else _LANE.get(kind, Lane.ORDER)
    references = tuple((ref["kind"], ref["value"]) for ref in row["references"] or ())
    fee, net = _whole(raw.get("fee_minor")), _whole(raw.get("net_minor"))
    title = _TITLES.get(kind, kind.title())
    if kind in ("refund", "chargeback"):
        title = f"{kind.title()} settled" if settled else title
        title = f"{kind.title()} booked" if side is Side.LEDGER else title
    return Step(
        id=row["entry_id"], lane=lane, side=side, kind=kind,
        at=_at(row, {} if settled else raw),
        amount_minor=row["amount_minor"], currency=row["currency"] or "", title=title,
        text=_fact(row, dict(references), fee, net),
        entry_id=row["entry_id"], file_sha256=row["file_sha256"], line=row["line"],
        references=references, fee_minor=fee, net_minor=net, account=row["account"] or "",
        code_scheme=row["code_scheme"] or "", code=row["code"] or "",
    )


def _side(row: Row, raw: Mapping[str, Any], sides: Mapping[str, str]) -> tuple[Side, bool]:
    """Whose record a row is, and whether it is a settlement line.

    Without the register of files the side follows from what the row carries: a settlement line has
    its gross, net or payout; a processor's event has a payment reference; the ledger has neither.
    """
    kinds = {ref["kind"] for ref in row["references"] or ()}
    settled = bool(kinds & {"payout", "settlement"}) or "gross_minor" in raw
    settled = settled and row["kind"] in ("refund", "chargeback", "adjustment", "representment")
    told = sides.get(row["file_sha256"])
    if told:
        return Side(told), settled and told == Side.PROCESSOR
    if row["kind"] in ("bank", "return"):
        return Side.BANK, False
    if settled or "payment" in kinds or row["kind"] not in _LEDGER_KINDS:
        return Side.PROCESSOR, settled
    return Side.LEDGER, False


def _payout_steps(payout: PayoutShare, steps: Iterable[Step], *, whole: bool) -> list[Step]:
    """The payout's line and its bank lines, with the share of this payment said in words."""
    mine = [step for step in steps if step.lane is Lane.SETTLEMENT
            and normalise(step.ref("payout")) == payout.value]
    net = sum(net_of(step) for step in mine)
    share = None if whole else net
    made: list[Step] = []
    for row in payout.rows:
        step = step_of(row)
        text = (f"{payout.lines} lines, net {_money(payout.net_minor, step.currency)}" if whole
                else f"{_figure(net, step.currency)} of it, {len(mine)} of {payout.lines} lines")
        made.append(replace(step, title=step.ref("payout") or step.title, text=text,
                            share_minor=share, of_lines=payout.lines))
    for row in payout.bank:
        step = step_of(row)
        where = f"Line {row['line']:,} of the statement" if row["line"] else "On the statement"
        made.append(replace(
            step, title="Credited" if (row["amount_minor"] or 0) >= 0 else "Debited", text=where,
            share_minor=share, of_lines=payout.lines,
            references=(*step.references, ("paid_by", payout.value))))
    return made


def net_of(step: Step) -> int:
    """What a settlement line adds to its payout: its net, else its amount less its fee."""
    if step.net_minor is not None:
        return step.net_minor
    return (step.amount_minor or 0) - (step.fee_minor or 0)


def _fact(row: Row, references: Mapping[str, str], fee: int | None, net: int | None) -> str:
    """The one fact under the amount: fee and net, answer code, else the nearest reference."""
    currency = row["currency"] or ""
    if fee is not None and net is not None:
        return f"Fee {_figure(fee, currency)}, net {_figure(net, currency)}"
    if row["code"]:
        return f"Code {row['code']}"
    for kind in ("arn", "payment", "order", "transaction"):
        if references.get(kind):
            return f"ARN {references[kind]}" if kind == "arn" else references[kind]
    return row["text"] or ""


def _raw(row: Row) -> dict[str, Any]:
    try:
        raw = json.loads(row["raw"] or "{}")
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _at(row: Row, raw: Mapping[str, Any]) -> datetime | date | None:
    """The instant that the source gives, else the day it was booked or valued.

    A settlement line is dated by its settlement, not by the payment it settles.
    """
    try:
        return datetime.fromisoformat(str(raw["at"]))
    except (KeyError, ValueError):
        day: date | None = row["booked_on"] or row["value_on"]
        return day


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _figure(minor: int, currency: str) -> str:
    return Money(minor, currency).figure() if currency else str(minor)


def _money(minor: int, currency: str) -> str:
    return str(Money(minor, currency)) if currency else str(minor)
