"""Tiny worlds for the tests of casework: entries written as rows, in files, in a lake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.sources.records import ENTRY_SCHEMA

YEAR, MONTH = 2026, 11


@dataclass
class World:
    """Rows by file; ``lake`` writes them as an import would."""

    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    currency: str = "USD"

    def row(self, file: str, kind: str, day: int, amount: int | None, *, at: str = "",
            text: str = "", code: str = "", raw: dict[str, Any] | None = None,
            currency: str = "", **references: str) -> World:
        """One entry of ``file`` on that day of November 2026; the rest are references."""
        rows = self.files.setdefault(file, [])
        sha = hashlib.sha256(file.encode()).hexdigest()
        line = len(rows) + 2
        raw = dict(raw or {})
        if at:
            raw["at"] = f"{date(YEAR, MONTH, day).isoformat()}T{at}:00+00:00"
        rows.append({
            "entry_id": f"{sha[:16]}:{line - 1}", "file_sha256": sha, "line": line,
            "statement": 1, "account": "main", "booked_on": date(YEAR, MONTH, day),
            "value_on": date(YEAR, MONTH, day), "amount_minor": amount, "amount_exact": None,
            "currency": currency or self.currency, "kind": kind, "reversal": False,
            "counterparty": None, "counterparty_account": None, "text": text or None,
            "references": [{"kind": key, "value": value} for key, value in references.items()],
            "code_scheme": "iso8583" if code else None, "code": code or None,
            "raw": json.dumps(raw),
        })
        return self

    def ledger(self, kind: str, day: int, amount: int | None, order: str, **more: Any) -> World:
        """A line of our own books."""
        return self.row("ledger", kind, day, amount, order=order, **more)

    def event(self, kind: str, day: int, amount: int, order: str, payment: str,
              **more: Any) -> World:
        """A line of the processor's event log."""
        return self.row("events", kind, day, amount, order=order, payment=payment, **more)

    def line(  # noqa: PLR0917
             self, kind: str, day: int, gross: int, fee: int, order: str, payment: str,
             payout: str, **more: Any) -> World:
        """A line of the processor's settlement report."""
        raw = {"gross_minor": gross, "fee_minor": fee, "net_minor": gross - fee}
        return self.row("settlement", kind, day, gross, order=order, payment=payment,
                        payout=payout, method=more.pop("method", "visa"), raw=raw, **more)

    def payout(self, day: int, amount: int, payout: str) -> World:
        """The processor's line that pays out."""
        return self.row("settlement", "payout", day, -amount, payout=payout)

    def bank(self, day: int, amount: int, text: str, **more: Any) -> World:
        """A line of the bank's statement."""
        return self.row("bank", "bank", day, amount, text=text, **more)

    def pay(self, order: str, payment: str, amount: int, *, day: int = 14, fee: int = 0,
            payout: str = "", booked: bool = True, authorised: bool = True,
            captured: bool = True, settled: bool = True) -> World:
        """A payment from order to settlement, as far as told."""
        if booked:
            self.ledger("order", day, amount, order, at="18:02")
        if authorised:
            self.event("authorization", day, amount, order, payment, at="18:02", code="00")
        if captured:
            self.event("capture", day + 1, amount, order, payment, at="02:10")
        if settled:
            self.line("settlement", day + 2, amount, fee, order, payment, payout or "PO-10001")
        return self

    def paid_out(self, payout: str, amount: int, *, day: int = 17,
                 credited: int | None = None) -> World:
        """A payout and its bank line, of the same amount unless told."""
        self.payout(day, amount, payout)
        return self.bank(day, amount if credited is None else credited, f"KESTREL {payout} NW")

    def read_until(self, day: int = 28) -> World:
        """Unrelated rows that show how far each source was read."""
        self.ledger("order", day, 100, "X-900")
        self.event("capture", day, 100, "X-901", "pay_x901")
        self.event("refund", day, -100, "X-902", "pay_x902")
        self.line("settlement", day, 100, 1, "X-903", "pay_x903", "PO-99999")
        self.payout(day, 5, "PO-99998")
        return self.bank(day, 7, "SOMETHING ELSE")

    def lake(self, folder: Path) -> Path:
        """The lake with these files imported."""
        for rows in self.files.values():
            write(folder / "lake", rows)
        return folder / "lake"


def write(lake: Path, rows: Iterable[dict[str, Any]]) -> None:
    """One imported file: its rows under its sha256."""
    table = pa.Table.from_pylist(list(rows), schema=ENTRY_SCHEMA)
    target = lake / "entries" / table["file_sha256"][0].as_py()
    target.mkdir(parents=True)
    pq.write_table(table, target / "part-0.parquet")


def instant(day: int, time: str) -> datetime:
    """An instant of November 2026, UTC."""
    return datetime.fromisoformat(f"{date(YEAR, MONTH, day).isoformat()}T{time}:00+00:00")


def settled_twice() -> World:
    """The golden world: one order and capture, settled on 16 and again on 18 November."""
    world = World().pay("NW-7741-2093", "pay_9f21", 41260, fee=1227, payout="PO-81633")
    world.line("settlement", 18, 41260, 1227, "NW-7741-2093", "pay_9f21", "PO-81701")
    for number in range(3):
        world.line("settlement", 16, 10000, 300, f"NW-1-{number}", f"pay_a{number}", "PO-81633")
        world.line("settlement", 18, 20000, 600, f"NW-2-{number}", f"pay_b{number}", "PO-81701")
    world.paid_out("PO-81633", 40033 + 3 * 9700, day=17)
    world.paid_out("PO-81701", 40033 + 3 * 19400, day=19)
    return world.read_until()
