"""The folder of three-way tables made from imported entries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.problems import AmendsError, Problem

_LEDGER_TYPES = {"order": "payment", "refund": "refund", "chargeback": "chargeback",
                 "adjustment": "adjustment"}
_REPORT_TYPES = {"settlement": "payment", "refund": "refund", "chargeback": "chargeback",
                 "adjustment": "adjustment"}
_BANK_KINDS = ("bank", "return")

_LEDGER = pa.schema([
    ("ledger_id", pa.int64()), ("booked_at", pa.timestamp("us")), ("type", pa.string()),
    ("reference", pa.string()), ("amount_minor", pa.int64()), ("currency", pa.string()),
    ("account", pa.string()), ("method", pa.string()), ("last4", pa.string()),
    ("entry_id", pa.string())])
_REPORT = pa.schema([
    ("line_id", pa.int64()), ("merchant_reference", pa.string()), ("type", pa.string()),
    ("created_at", pa.timestamp("us")), ("settled_date", pa.date32()),
    ("gross_minor", pa.int64()), ("fee_minor", pa.int64()), ("net_minor", pa.int64()),
    ("currency", pa.string()), ("payout_id", pa.string()), ("account", pa.string()),
    ("method", pa.string()), ("last4", pa.string()), ("entry_id", pa.string())])
_BANK = pa.schema([
    ("bank_line_id", pa.int64()), ("value_date", pa.date32()), ("amount_minor", pa.int64()),
    ("currency", pa.string()), ("account", pa.string()), ("counterparty", pa.string()),
    ("remittance", pa.string()), ("entry_id", pa.string())])

Row = dict[str, Any]


def from_lake(lake: Path, files: Mapping[str, Sequence[str]], out: Path, *, as_of: date,
              fee_schedule: Path | None = None, fx_rates: Path | None = None) -> None:
    """Write ledger, psp and bank tables with ``meta.json`` to ``out``, for ``run.reconcile``.

    ``files`` names the sha-256 of the files of each side (``ledger``, ``processor``, ``bank``)
    whose entries lie in ``lake``. Every row keeps its ``entry_id``; ids follow the order of
    ``entry_id``. An entry without an exact amount, a date or a currency cannot be reconciled and
    is left out; a side without files gives no table. ``fee_schedule`` and ``fx_rates`` are
    Parquet files of the contract's shape.
    """
    out.mkdir(parents=True, exist_ok=True)
    for side, name, schema, row_of in (("ledger", "ledger", _LEDGER, _ledger_row),
                                       ("processor", "psp", _REPORT, _report_row),
                                       ("bank", "bank", _BANK, _bank_row)):
        if files.get(side):
            entries = _entries(lake, files[side])
            rows = _numbered(entries, schema.names[0], row_of)
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), out / f"{name}.parquet")
    for given, name in ((fee_schedule, "fee_schedule"), (fx_rates, "fx_rates")):
        if given:
            shutil.copyfile(given, out / f"{name}.parquet")
    (out / "meta.json").write_text(json.dumps({"as_of": as_of.isoformat()}), encoding="utf-8")


def _entries(lake: Path, digests: Sequence[str]) -> Iterator[Row]:
    for digest in sorted(set(digests)):
        folder = lake / "entries" / digest if (lake / "entries").is_dir() else lake / digest
        if not folder.is_dir():
            raise AmendsError(Problem("error", f"The file {digest[:12]}… is not imported.",
                                      "Import it first."))
        for part in sorted(folder.glob("*.parquet")):
            for batch in pq.ParquetFile(part).iter_batches():
                yield from batch.to_pylist()


def _numbered(entries: Iterable[Row], key: str, row_of: Callable[[Row], Row | None]) -> list[Row]:
    usable = [row for entry in entries if entry["amount_minor"] is not None and entry["currency"]
              and (entry["booked_on"] or entry["value_on"]) and (row := row_of(entry))]
    usable.sort(key=lambda row: _place(row["entry_id"]))
    return [{key: number, **row} for number, row in enumerate(usable, start=1)]


def _place(entry_id: str) -> tuple[str, int]:
    file, _, ordinal = entry_id.partition(":")
    return file, int(ordinal) if ordinal.isdigit() else 0


def _ref(entry: Row, *kinds: str) -> str | None:
    found = {ref["kind"]: ref["value"] for ref in reversed(entry["references"] or [])}
    return next((found[kind] for kind in kinds if kind in found), None)


def _moment(entry: Row) -> datetime:
    """The instant in UTC where the source has one, else the start of its day."""
    stated = json.loads(entry["raw"] or "{}").get("at")
    if stated:
        at = datetime.fromisoformat(stated)
        return (at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None)
    return datetime.combine(entry["booked_on"] or entry["value_on"], time.min)


def _ledger_row(entry: Row) -> Row | None:
    if entry["kind"] not in _LEDGER_TYPES:
        return None
    return {"booked_at": _moment(entry), "type": _LEDGER_TYPES[entry["kind"]],
            "reference": _ref(entry, "order", "invoice", "payment"),
            "amount_minor": entry["amount_minor"], "currency": entry["currency"],
            "account": entry["account"], "method": _ref(entry, "method"),
            "last4": _ref(entry, "last4"), "entry_id": entry["entry_id"]}


def _report_row(entry: Row) -> Row | None:
    if entry["kind"] not in _REPORT_TYPES:
        return None
    raw = json.loads(entry["raw"] or "{}")
    gross, fee = entry["amount_minor"], int(raw.get("fee_minor") or 0)
    net = raw.get("net_minor")
    return {"merchant_reference": _ref(entry, "order", "invoice", "payment"),
            "type": _REPORT_TYPES[entry["kind"]], "created_at": _moment(entry),
            "settled_date": entry["value_on"] or entry["booked_on"], "gross_minor": gross,
            "fee_minor": fee, "net_minor": gross - fee if net is None else int(net),
            "currency": entry["currency"], "payout_id": _ref(entry, "payout"),
            "account": entry["account"], "method": _ref(entry, "method"),
            "last4": _ref(entry, "last4"), "entry_id": entry["entry_id"]}


def _bank_row(entry: Row) -> Row | None:
    if entry["kind"] not in _BANK_KINDS:
        return None
    texts = [entry["text"] or "", *(ref["value"] for ref in entry["references"] or ())]
    return {"value_date": entry["value_on"] or entry["booked_on"],
            "amount_minor": entry["amount_minor"], "currency": entry["currency"],
            "account": entry["account"], "counterparty": entry["counterparty"],
            "remittance": " ".join(dict.fromkeys(text for text in texts if text)),
            "entry_id": entry["entry_id"]}
