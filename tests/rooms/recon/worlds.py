"""Small hand-made worlds: one ledger row and one line for each order, then one thing changed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.recon.run import reconcile
from amends.recon.sides import _BANK, _LEDGER, _REPORT

DAY = dt.datetime(2026, 3, 2)  # noqa: DTZ001 (the tables hold UTC without a zone)
Row = dict[str, Any]


def booked(number: int, amount: int = 2500, **changed: Any) -> Row:
    """Order ``number``, booked on the hour of its number."""
    return {"ledger_id": number, "booked_at": DAY + dt.timedelta(hours=number), "type": "payment",
            "reference": f"ORD-2603-{100000 + 137 * number}", "amount_minor": amount,
            "currency": "EUR", "account": "ACC1", "method": "card", "last4": f"{1000 + number}",
            "entry_id": None, **changed}


def settled(number: int, amount: int = 2500, **changed: Any) -> Row:
    """The processor's line of order ``number``: a minute later, settled the next day."""
    row = {"line_id": 500 + number, "merchant_reference": f"ORD-2603-{100000 + 137 * number}",
           "type": "payment", "created_at": DAY + dt.timedelta(hours=number, minutes=1),
           "settled_date": DAY.date() + dt.timedelta(days=1), "gross_minor": amount,
           "currency": "EUR", "payout_id": "PO7QK2M9XR4T", "account": "ACC1", "method": "card",
           "last4": f"{1000 + number}", "entry_id": None, **changed}
    fee = row.setdefault("fee_minor", 25 + (abs(row["gross_minor"]) * 140 + 5000) // 10000)
    row.setdefault("net_minor", row["gross_minor"] - fee)
    return row


def paid(number: int, amount: int, **changed: Any) -> Row:
    """A bank line for the payout, two days after the orders."""
    return {"bank_line_id": 900 + number, "value_date": DAY.date() + dt.timedelta(days=2),
            "amount_minor": amount, "currency": "EUR", "account": "ACC1",
            "counterparty": "ACQUIRER BV", "remittance": "PAYOUT PO7QK2M9XR4T",
            "entry_id": None, **changed}


def write_world(folder: Path, ledger: list[Row], psp: list[Row] | None,
                bank: list[Row] | None = None, **meta: Any) -> Path:
    """The world as a folder of the contract's shape."""
    folder.mkdir(parents=True)
    for name, rows, schema in (("ledger", ledger, _LEDGER), ("psp", psp, _REPORT),
                               ("bank", bank, _BANK)):
        if rows is not None:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    pq.write_table(pa.table({"method": ["card", "card"], "type": ["payment", "refund"],
                             "bps": [140, 0], "fixed_minor": [25, 0]}),
                   folder / "fee_schedule.parquet")
    pq.write_table(pa.table({
        "date": [DAY.date(), DAY.date()], "base": ["USD", "GBP"], "quote": ["EUR", "EUR"],
        "rate": [0.9, 1.2]}), folder / "fx_rates.parquet")
    (folder / "meta.json").write_text(json.dumps({"as_of": "2026-03-20"} | meta))
    return folder


class Outcome:
    """The results of one run, read back."""

    def __init__(self, out: Path, summary: Row) -> None:
        self.summary = summary
        for name in ("links", "payouts", "proposed", "breaks"):
            setattr(self, name, pq.read_table(out / f"{name}.parquet").to_pylist())

    links: list[Row]
    payouts: list[Row]
    proposed: list[Row]
    breaks: list[Row]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Linked ids, in order."""
        return [(row["ledger_id"], row["line_id"]) for row in self.links]

    @property
    def kinds(self) -> list[str]:
        """The kinds of break, in order."""
        return [row["kind"] for row in self.breaks]


def run(folder: Path, ledger: list[Row], psp: list[Row] | None, bank: list[Row] | None = None,
        **meta: Any) -> Outcome:
    """What a run over this world gives."""
    world = write_world(folder / "world", ledger, psp, bank, **meta)
    return Outcome(folder / "out", reconcile(world, folder / "out", threads=1))
