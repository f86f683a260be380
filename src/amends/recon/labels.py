"""What is left or differs after pairing, said as breaks: one kind, one sentence, one suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from amends.money import Money, is_currency
from amends.recon.breaks import BREAK_WORDS, name_difference
from amends.recon.payouts import PayoutResult
from amends.recon.rules import Rules

Row = Mapping[str, Any]

BREAK_SCHEMA = pa.schema([
    ("kind", pa.string()), ("ledger_id", pa.int64()), ("line_id", pa.int64()),
    ("payout_id", pa.string()), ("bank_line_id", pa.int64()), ("delta_minor", pa.int64()),
    ("currency", pa.string()), ("age_days", pa.int64()), ("reason", pa.string()),
    ("suggestion", pa.string())])


@dataclass(frozen=True, slots=True)
class Close:
    """When the report closes, and how long a booking may take to settle."""

    on: date
    lag_days: int

    def age(self, since: date) -> int:
        """Whole days from ``since`` to the close, never negative."""
        return max(0, (self.on - since).days)

    def in_time(self, booked_at: datetime) -> bool:
        """A row booked at ``booked_at`` could still settle after the close."""
        return booked_at >= datetime(self.on.year, self.on.month, self.on.day) - timedelta(  # noqa: DTZ001 (the tables hold UTC without a zone)
            days=self.lag_days)


def said(minor: int, currency: str) -> str:
    """An amount in words; a currency that is none keeps its minor units."""
    return str(Money(minor, currency)) if is_currency(currency) else f"{minor} minor {currency}"


def break_row(kind: str, reason: str, delta_minor: int, currency: str, age_days: int,
              **ids: int | str | None) -> dict[str, object]:
    """One row of ``breaks.parquet``; ids that are not given are null."""
    return {"kind": kind, "ledger_id": ids.get("ledger_id"), "line_id": ids.get("line_id"),
            "payout_id": ids.get("payout_id"), "bank_line_id": ids.get("bank_line_id"),
            "delta_minor": delta_minor, "currency": currency, "age_days": age_days,
            "reason": reason, "suggestion": BREAK_WORDS[kind].suggestion}


def of_differences(rows: Iterable[Row], close: Close) -> list[dict[str, object]]:
    """Breaks of tied pairs: values, fees, days."""
    found = []
    for row in rows:
        kind, reason, delta = _difference(row)
        if kind:
            found.append(break_row(kind, reason, delta, row["line_currency"],
                                   close.age(row["settled_date"]), ledger_id=row["ledger_id"],
                                   line_id=row["line_id"]))
    return found


def _difference(row: Row) -> tuple[str | None, str, int]:
    currency = row["line_currency"]
    line = said(row["gross_minor"], currency)
    if row["off"] == "late":
        days = (row["settled_date"] - row["booked_on"]).days
        return "late_settlement", f"{line} settled {days} days after it was booked.", 0
    if row["off"] == "fee":
        fee, due = said(row["fee_minor"], currency), said(row["contracted_minor"], currency)
        return "fee_mismatch", f"The fee is {fee}; the schedule gives {due} on {line}.", 0
    booked = said(row["amount_minor"], row["ledger_currency"])
    kind = name_difference(row["amount_minor"], row["gross_minor"], row["ledger_currency"],
                           currency)
    return kind, f"Booked {booked}, settled {line}.", row["gross_minor"] - row["amount_minor"]


def of_lines(rows: Iterable[Row], close: Close) -> list[dict[str, object]]:
    """Breaks of report lines without a ledger row; proposed lines are none."""
    found = []
    for row in rows:
        if row["proposed"] and row["twin"] is None:
            continue
        kind, why = _line_kind(row)
        amount = said(row["gross_minor"], row["currency"])
        found.append(break_row(kind, f"{amount} of {row['settled_date']} {why}",
                               row["gross_minor"], row["currency"], close.age(row["settled_date"]),
                               line_id=row["line_id"]))
    return found


def _line_kind(row: Row) -> tuple[str, str]:
    if row["twin"] is not None:
        kind = "double_refund" if row["type"] == "refund" else "duplicate_psp"
        return kind, f"repeats line {row['twin']}: same payment, same amount."
    if row["type"] == "adjustment":
        return "unexplained_adjustment", "adjusts the balance without saying for which payment."
    if row["type"] == "chargeback":
        payment = row["merchant_reference"] or "an unnamed payment"
        return "unbooked_chargeback", f"was charged back on {payment}; the ledger has no such row."
    return "missing_in_ledger", f"({row['merchant_reference'] or 'no reference'}) is not booked."


def of_ledger(rows: Iterable[Row], close: Close, other_side: str) -> list[dict[str, object]]:
    """Breaks of ledger rows without a line; those that may still settle are ``timing_cutoff``."""
    found = []
    for row in rows:
        if row["proposed"] and row["twin"] is None:
            continue
        amount = said(row["amount_minor"], row["currency"])
        name, booked = row["reference"] or "no reference", row["booked_at"]
        if row["twin"] is not None:
            kind, why = "duplicate_ledger", f"repeats ledger row {row['twin']}."
        elif close.in_time(booked):
            kind, why = "timing_cutoff", f"may settle after {close.on}, when the report closes."
        else:
            kind, why = "missing_in_psp", f"is not in the {other_side}."
        found.append(break_row(kind, f"{amount} booked on {booked:%Y-%m-%d} ({name}) {why}",
                               -row["amount_minor"], row["currency"], close.age(booked.date()),
                               ledger_id=row["ledger_id"]))
    return found


def of_payouts(result: PayoutResult, close: Close, bank_until: date,
               rules: Rules) -> list[dict[str, object]]:
    """Breaks between payouts and the bank; a payout on its way, or proposed, is none."""
    proposed = [tie.payout for tie in result.live]
    found = []
    for payout, line, missing in result.short:
        found.append(break_row(
            "bank_short", f"The bank line is {said(missing, payout.currency)} less than the "
            f"payout of {said(payout.net_minor, payout.currency)}.", -missing, line.currency,
            close.age(line.value_on), payout_id=None if payout.lines else payout.key,
            bank_line_id=line.id))
    for payout in result.unpaid:
        due_on = payout.settled_on + timedelta(days=rules["bank_due_days"])
        if payout not in proposed and due_on <= max(close.on, bank_until):
            found.append(break_row(
                "payout_missing", f"No bank line for {said(payout.net_minor, payout.currency)} "
                f"settled on {payout.settled_on} on account {payout.account or '(none)'}.",
                -payout.net_minor, payout.currency, close.age(payout.settled_on),
                payout_id=None if payout.lines else payout.key))
    return found
