"""One match or break side by side: fields, what differs in them, rule, score and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from amends.desk.models import BreakRecord, ReconRun, SourceFile, User
from amends.desk.queries.files import entries_by_id
from amends.money import Money, is_currency
from amends.recon.breaks import RULE_WORDS
from amends.recon.payouts import bare
from amends.sources.records import Entry

SIDE_TABLES = {
    "ledger": ("ledger", "ledger_id", "reference"),
    "processor": ("psp", "line_id", "merchant_reference"),
    "bank": ("bank", "bank_line_id", "remittance"),
}
OTHERS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Half:
    """One side of a field: the text before, where it differs, and after."""

    before: str
    differs: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of both sides; ``sign`` is ``=``, ``≠`` or empty where a side says nothing."""

    name: str
    left: Half
    sign: str
    right: Half
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: its side, file and line, to be opened."""

    entry_id: str
    side: str
    words: str
    sha256: str
    line: int
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries beside each other; one of them may be missing."""

    left: Place | None
    right: Place | None
    left_head: str
    right_head: str
    fields: tuple[FieldRow, ...]
    rule: str = ""
    rule_words: str = ""
    score: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BreakSides:
    """The entries of a break beside each other, and others of the same reference."""

    pair: Pair | None
    tied: bool
    others: tuple[Place, ...]


def break_sides(user: User, found: BreakRecord) -> BreakSides:
    """The sides of a break, from the tables of the run that saw it last."""
    run = found.run
    ids = [i for i in (found.ledger_entry, found.line_entry, found.bank_entry) if i]
    rows = {side: _rows(run, side, "entry_id", ids) for side in SIDE_TABLES}
    same = []
    if found.reference:
        same = [row for side in ("ledger", "processor")
                for row in _rows(run, side, SIDE_TABLES[side][2], [found.reference])]
    places = _places(user, [row for side in rows.values() for row in side] + same)
    left, right = _first(rows["ledger"]), _first(rows["processor"])
    bank = _first(rows["bank"])
    tied = bool(left and right)
    if bank:
        pair = _payout_pair(found, bank, places)
        return BreakSides(pair, True, _others(places, ids))
    if not left and not right:
        return BreakSides(None, False, _others(places, ids))
    if not left:
        left = _like(same, right, "ledger")
    if not right:
        right = _like(same, left, "processor")
    return BreakSides(_pair(left, right, places), tied, _others(places, [
        row["entry_id"] for row in (left, right) if row]))


def match_pairs(user: User, run: ReconRun, entry_id: str) -> tuple[Pair, ...]:
    """Every pair that the run tied ``entry_id`` into, with rule, score and reason."""
    for side, other in (("ledger", "processor"), ("processor", "ledger")):
        row = _first(_rows(run, side, "entry_id", [entry_id]))
        if row is None:
            continue
        key, other_key = SIDE_TABLES[side][1], SIDE_TABLES[other][1]
        links = _read(run, "out/links", key, [row[key]])
        found = {r[other_key]: r for r in _rows(run, other, other_key,
                                                [link[other_key] for link in links])}
        places = _places(user, [row, *found.values()])
        pairs = []
        for link in links:
            partner = found.get(link[other_key])
            left, right = (row, partner) if side == "ledger" else (partner, row)
            pairs.append(_pair(left, right, places, link))
        return tuple(pairs)
    return ()


def tied_by(run: ReconRun, rule: str, count: int) -> tuple[Mapping[str, Any], ...]:
    """The first ``count`` links of a rule, with the entry that opens the match."""
    links = _read(run, "out/links", "rule", [rule])[:count]
    rows = {row["ledger_id"]: row for row in _rows(
        run, "ledger", "ledger_id", [link["ledger_id"] for link in links])}
    return tuple({**link, **rows[link["ledger_id"]]} for link in links
                 if link["ledger_id"] in rows)


def _read(run: ReconRun, name: str, key: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    path = Path(settings.DATA) / "runs" / str(run.pk) / f"{name}.parquet"
    if not values or not path.exists():
        return []
    rows: list[dict[str, Any]] = pq.read_table(
        path, filters=pc.field(key).isin(list(values))).to_pylist()
    return rows


def _rows(run: ReconRun, side: str, key: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of one side's table, brought to one set of names."""
    table, _, reference = SIDE_TABLES[side]
    found = []
    for row in _read(run, f"in/{table}", key, values):
        amount = row["gross_minor"] if side == "processor" else row["amount_minor"]
        found.append({**row, "side": side, "reference": row[reference] or "",
                      "amount_minor": amount})
    return found


def _first(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None


def _like(rows: Iterable[dict[str, Any]], known: dict[str, Any] | None,
          side: str) -> dict[str, Any] | None:
    """An entry of ``side`` with the same reference and type, for comparison."""
    return next((row for row in rows
                 if known and row["side"] == side and row["type"] == known["type"]), None)


def _places(user: User, rows: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    listed = {row["entry_id"]: row for row in rows if row["entry_id"]}
    known = entries_by_id(user, list(listed))
    return {entry_id: _place(listed[entry_id], *known[entry_id])
            for entry_id in listed if entry_id in known}


def _place(row: Mapping[str, Any], file: SourceFile, entry: Entry) -> Place:
    line = entry.line or 1
    return Place(entry.entry_id, row["side"], f"{file.name}, line {line:,}", file.sha256, line,
                 entry.amount_minor, entry.currency or "")


def _others(places: Mapping[str, Place], shown: Sequence[str]) -> tuple[Place, ...]:
    return tuple(place for entry_id, place in places.items()
                 if entry_id not in shown)[:OTHERS_SHOWN]


_HEADS = {"ledger": "Ledger", "processor": "Processor", "bank": "Bank"}


def _pair(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None,
          places: Mapping[str, Place], link: Mapping[str, Any] | None = None) -> Pair:
    given = link or {}
    return Pair(
        places.get(left["entry_id"]) if left else None,
        places.get(right["entry_id"]) if right else None,
        "Ledger" if left else "Not in the ledger",
        "Processor" if right else "Not at the processor", _fields(left or {}, right or {}),
        rule=given.get("rule", ""), rule_words=RULE_WORDS.get(given.get("rule", ""), ""),
        score=given.get("score"), reason=given.get("reason", ""),
    )


def _fields(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[FieldRow, ...]:
    rows = [
        _row("Reference", left.get("reference"), right.get("reference"),
             same=_same_reference(left.get("reference"), right.get("reference"))),
        _row("Type", left.get("type"), right.get("type")),
        _row("Gross", _figure(left), _figure(right)),
        _row("Currency", left.get("currency"), right.get("currency")),
        _dates(left.get("booked_at"), right.get("settled_date")),
        _row("Fee", None, _figure(right, "fee_minor") if "fee_minor" in right else None),
        _row("Card", _card(left), _card(right)),
        _row("Method", left.get("method"), right.get("method")),
        _row("Account", left.get("account"), right.get("account")),
    ]
    return tuple(row for row in rows if row.left.before or row.left.differs or row.right.before
                 or row.right.differs)


def _payout_pair(found: BreakRecord, bank: Mapping[str, Any],
                 places: Mapping[str, Place]) -> Pair:
    """A payout against the bank line that is short of it."""
    paid = {"amount_minor": bank["amount_minor"] - found.delta_minor, "currency": found.currency}
    rows = (
        _row("Payout", found.payout_id, bank["remittance"],
             same=bare(found.payout_id) in bare(bank["remittance"])),
        _row("Amount", _figure(paid), _figure(bank)),
        _row("Currency", found.currency, bank["currency"]),
        _row("Value day", None, str(bank["value_date"])),
        _row("Account", found.account, bank["account"]),
    )
    return Pair(None, places.get(bank["entry_id"]), f"Payout {found.payout_id}", "Bank",
                tuple(row for row in rows if row.left.before or row.right.before
                      or row.left.differs))


def _same_reference(left: str | None, right: str | None) -> bool:
    one, other = bare(left), bare(right)
    return bool(one and other) and (one in other or other in one)


def _figure(row: Mapping[str, Any], name: str = "amount_minor") -> str | None:
    minor, currency = row.get(name), row.get("currency") or ""
    if minor is None:
        return None
    return Money(minor, currency).figure() if is_currency(currency) else str(minor)


def _card(row: Mapping[str, Any]) -> str | None:
    return f"···· {row['last4']}" if row.get("last4") else None


def _dates(left: datetime | None, right: date | None) -> FieldRow:
    """Booking and settlement lie days apart by nature: the distance is said, not marked."""
    note = ""
    if left and right:
        apart = (right - left.date()).days
        note = "same day" if not apart else f"{apart:+d} day{'' if abs(apart) == 1 else 's'}"
    said = [f"{day.day} {day:%b %Y}" if day else "" for day in (left, right)]
    return FieldRow("Date", Half(said[0]), "", Half(said[1]), note)


def _row(name: str, left: str | None, right: str | None, *, same: bool | None = None) -> FieldRow:
    one, other = left or "", right or ""
    if not one or not other:
        return FieldRow(name, Half(one), "", Half(other))
    if one == other or same:
        return FieldRow(name, Half(one), "=", Half(other))
    return FieldRow(name, *_marked(one, other))


def _marked(left: str, right: str) -> tuple[Half, str, Half]:
    """Both texts cut where they begin and cease to differ."""
    shortest = min(len(left), len(right))
    start = next((n for n in range(shortest) if left[n] != right[n]), shortest)
    end = next((n for n in range(shortest - start) if left[-1 - n] != right[-1 - n]),
               shortest - start)
    halves = [Half(text[:start], text[start : len(text) - end], text[len(text) - end :])
              for text in (left, right)]
    return halves[0], "≠", halves[1]
