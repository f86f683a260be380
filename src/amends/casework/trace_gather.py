"""Which entries belong to one payment: references followed from file to file.

A payment's own references (order, payment, ARN and their kin) are followed until nothing new is
found. A payout is not followed into its other payments: of those only their number and sum are
kept. The bank line of a payout is the one that names it, else the only one of its amount within
the days after it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from amends.casework.trace_index import COVERAGE, find, index, is_behind, normalise
from amends.tables import Engine

Row = Mapping[str, Any]
OWN_REFERENCES = (
    "order", "payment", "transaction", "arn", "rrn", "end_to_end", "invoice", "refund",
)
SHARED_REFERENCES = ("customer", "device", "card", "last4", "method", "mandate", "settlement")
PAYOUT_LINES = ("settlement", "refund", "chargeback", "adjustment", "fee", "representment")
BANK_KINDS = ("bank", "return")
CROWD_MAX = 200
FILES_AT_ONCE = 40
BANK_WINDOW_DAYS = (-1, 10)


@dataclass(frozen=True, slots=True)
class PayoutShare:
    """One payout: its rows, how many lines it pays and their net, and the bank lines found.

    ``merged_minor`` is what other payouts add to the same bank lines.
    """

    value: str
    rows: tuple[Row, ...] = ()
    lines: int = 0
    net_minor: int = 0
    bank: tuple[Row, ...] = ()
    by_amount: bool = False
    merged_minor: int = 0

    @property
    def due_minor(self) -> int:
        """What the bank lines should add up to."""
        return sum(abs(int(row["amount_minor"] or 0)) for row in self.rows) + self.merged_minor

    @property
    def credited_minor(self) -> int:
        """What the bank lines do add up to."""
        return sum(int(row["amount_minor"] or 0) for row in self.bank)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of one payment. ``root``: payment, payout, bank, shared or empty (nothing)."""

    root: str = ""
    rows: tuple[Row, ...] = ()
    payouts: tuple[PayoutShare, ...] = ()
    read_until: Mapping[str, date] = field(default_factory=dict)
    shared_by: int = 0


def gather(engine: Engine, lake: Path, reference: str) -> Gathered:
    """All rows that belong to ``reference``, after indexing what is new in the lake."""
    wanted = normalise(reference)
    seen = find(engine, lake, [COVERAGE, wanted])
    if is_behind(lake, seen):
        index(engine, lake)
        seen = find(engine, lake, [COVERAGE, wanted])
    until: dict[str, date] = {}
    for row in seen:
        if row["kind"] == "coverage" and row["booked_on"] and row["entry_kind"]:
            kind = row["entry_kind"]
            until[kind] = max(until.get(kind, row["booked_on"]), row["booked_on"])
    first = [row for row in seen if row["value"] == wanted
             and row["kind"] not in ("coverage", "amount")]
    root = _root(first)
    if root in ("", "shared"):
        return Gathered(root, read_until=until, shared_by=len({row["entry_id"] for row in first}))
    if root == "payment":
        rows = _follow(engine, lake, wanted, first)
        values = _payouts_of(rows)
    else:
        rows = [] if root == "payout" else fetch(engine, lake, first)
        values = [wanted] if root == "payout" else []
    payouts = tuple(_payout(engine, lake, value) for value in values)
    return Gathered(root, tuple(rows), payouts, until)


def _root(found: list[dict[str, Any]]) -> str:
    """What the reference names, by the kinds of reference under which it was found."""
    kinds = {row["kind"] for row in found if row["entry_kind"] not in BANK_KINDS}
    if any(row["kind"] == "payout" for row in found):
        return "payout"
    if not kinds & set(OWN_REFERENCES) and kinds & set(SHARED_REFERENCES):
        return "shared"
    if len(found) > CROWD_MAX:
        return "shared"
    if kinds & set(OWN_REFERENCES):
        return "payment"
    return "bank" if found else ""


def _follow(engine: Engine, lake: Path, wanted: str,
            first: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries that share the payment's own references, transitively."""
    near = {row["entry_id"]: row for row in first if _is_own(row) or _is_bank(row)}
    asked, entries = {wanted}, dict[str, dict[str, Any]]()
    while near:
        read = fetch(engine, lake, near.values())
        entries |= {row["entry_id"]: row for row in read}
        fresh = {
            normalise(ref["value"])
            for row in read if row["kind"] not in BANK_KINDS for ref in row["references"] or ()
            if ref["kind"] in OWN_REFERENCES
        } - asked - {""}
        asked |= fresh
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in find(engine, lake, fresh):
            if _is_own(row) or _is_bank(row):
                found[row["value"]].append(row)
        near = {row["entry_id"]: row for rows in found.values() if len(rows) <= CROWD_MAX
                for row in rows if row["entry_id"] not in entries}
    return list(entries.values())


def _is_bank(row: Row) -> bool:
    """A bank line that names the payment itself: paid directly, not through a payout."""
    return row["entry_kind"] in BANK_KINDS and row["kind"] in (*OWN_REFERENCES, "text")


def _is_own(row: Row) -> bool:
    return row["kind"] in OWN_REFERENCES and row["entry_kind"] not in (*BANK_KINDS, "payout")


def fetch(engine: Engine, lake: Path, found: Iterable[Row]) -> list[dict[str, Any]]:
    """The entries themselves, read only from the files and around the lines that hold them."""
    lines: dict[str, dict[str, int]] = defaultdict(dict)
    for row in found:
        lines[row["folder"]][row["entry_id"]] = row["line"] or 0
    rows: list[dict[str, Any]] = []
    folders = sorted(lines)
    for start in range(0, len(folders), FILES_AT_ONCE):
        batch = folders[start:start + FILES_AT_ONCE]
        for number, folder in enumerate(batch):
            engine.view(f"trace_file_{number}", lake / "entries" / folder / "*.parquet")
        parts, params = [], dict[str, object]()
        for number, folder in enumerate(batch):
            wanted = lines[folder]
            names = [f"e{number}_{entry}" for entry in range(len(wanted))]
            params |= dict(zip(names, sorted(wanted), strict=True))
            params |= {f"first_{number}": min(wanted.values()),
                       f"last_{number}": max(wanted.values())}
            parts.append(
                f'SELECT * FROM trace_file_{number} WHERE coalesce("line", 0) BETWEEN'
                f" $first_{number} AND $last_{number}"
                f" AND entry_id IN ({', '.join('$' + name for name in names)})")
        rows += engine.query(" UNION ALL ".join(parts), params).to_pylist()
    return sorted(rows, key=lambda row: (row["file_sha256"], row["line"] or 0, row["entry_id"]))


def _payouts_of(rows: Iterable[Row]) -> list[str]:
    values = {
        normalise(ref["value"])
        for row in rows for ref in row["references"] or () if ref["kind"] == "payout"
    }
    return sorted(values - {""})


def _payout(engine: Engine, lake: Path, value: str) -> PayoutShare:
    """One payout with the number and net of its lines and the bank lines that carry it."""
    found = find(engine, lake, [value])
    lines = [row for row in found if row["kind"] == "payout" and row["entry_kind"] in PAYOUT_LINES]
    own = [row for row in found if row["kind"] == "payout" and row["entry_kind"] == "payout"]
    named = [row for row in found if row["entry_kind"] in BANK_KINDS and row["kind"] != "amount"]
    bank = fetch(engine, lake, named)
    others = _merged_with(engine, lake, value, bank)
    if bank or not own:
        by_amount = False
    else:
        bank = _by_amount(engine, lake, value, own[0])
        by_amount = bool(bank)
    return PayoutShare(
        value, tuple(fetch(engine, lake, own)), len(lines), sum(map(_net, lines)), tuple(bank),
        by_amount, sum(abs(row["amount_minor"] or 0) for row in others))


def _net(row: Row) -> int:
    net = row["net_minor"]
    return int(row["amount_minor"] or 0) if net is None else int(net)


def _by_amount(engine: Engine, lake: Path, value: str, payout: Row) -> list[dict[str, Any]]:
    """The one bank line of the payout's amount in its days that names no other payout."""
    if payout["amount_minor"] is None or payout["booked_on"] is None:
        return []
    before, after = (payout["booked_on"] + timedelta(days=days) for days in BANK_WINDOW_DAYS)
    amount = f"{payout['currency']}{abs(payout['amount_minor'])}"
    near = [row for row in find(engine, lake, [amount])
            if row["kind"] == "amount" and row["booked_on"] and before <= row["booked_on"] <= after]
    lines = [row for row in fetch(engine, lake, near)
             if not any(_shape(word) == _shape(value) for word in _words(row))]
    return lines if len(lines) == 1 else []


def _merged_with(engine: Engine, lake: Path, value: str, bank: Iterable[Row]) -> list[Row]:
    """The lines of the other payouts that the same bank lines name, where we know them."""
    others = {word for row in bank for word in _words(row)
              if word != value and _shape(word) == _shape(value)}
    return [row for row in find(engine, lake, others)
            if row["kind"] == "payout" and row["entry_kind"] == "payout"]


def _words(row: Row) -> set[str]:
    """The references that a bank line carries, in its fields or its text, normalised."""
    said = [ref["value"] for ref in row["references"] or ()]
    said += re.findall(r"[A-Za-z0-9][A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*|[A-Za-z]{2,4} [0-9]{4,}",
                       row["text"] or "")
    return {normalise(word) for word in said}


def _shape(word: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[0-9]", "9", word))
