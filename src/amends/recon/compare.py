"""Files that should hold the same transactions: tied by reference, totals compared, in sentences.

A rule file names two or more sides; the first is compared with each of the others:

    name = "Report against workbook"
    key = "transaction"                  # the kind of reference that both sides bear

    [[sides]]
    name = "the XML report"
    file = "list.xml"                    # beside the rule file
    format = "swedbankpay"               # only where it cannot be told from the file
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.problems import AmendsError, Problem, ensure
from amends.recon.labels import said
from amends.recon.report import ensure_ours

_SCHEMA = pa.schema([
    ("kind", pa.string()), ("key", pa.string()), ("left_entry_id", pa.string()),
    ("right_entry_id", pa.string()), ("delta_minor", pa.int64()), ("currency", pa.string()),
    ("reason", pa.string())])
_MATCHES = pa.schema([("key", pa.string()), ("left_entry_id", pa.string()),
                      ("right_entry_id", pa.string())])


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """The entries of one file (rows of ENTRY_SCHEMA) and its controls as ``read`` prints them."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    controls: Mapping[str, Mapping[str, Any]]

    def by_key(self, kind: str) -> dict[str, list[Mapping[str, Any]]]:
        """The rows under each reference of this kind; a row without one under ''."""
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self.rows:
            found[_reference(row, kind) or ""].append(row)
        return found

    def totals(self) -> dict[str, int]:
        """Minor units by currency."""
        sums: Counter[str] = Counter()
        for row in self.rows:
            sums[row["currency"] or ""] += row["amount_minor"] or 0
        return dict(sums)

    def counts_amount(self, amount_minor: int) -> bool:
        """A stated figure of the file exceeds its own entries by exactly this amount."""
        return any(isinstance(control.get("stated"), int) and isinstance(control.get("computed"),
                                                                         int)
                   and control["stated"] - control["computed"] == amount_minor
                   for control in self.controls.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Matches, differences (rows of ``breaks.parquet``), and everything in sentences."""

    matches: list[dict[str, str]]
    breaks: list[dict[str, Any]]
    sentences: list[str]


def _reference(row: Mapping[str, Any], kind: str) -> str | None:
    return next((ref["value"] for ref in row["references"] or () if ref["kind"] == kind), None)


def _called(row: Mapping[str, Any], kind: str, key: str) -> str:
    order = _reference(row, "order")
    named = f"{kind.capitalize()} {key}" if key else f"Line {row['line']} without a {kind}"
    return f"{named}{f', order {order}' if order and kind != 'order' else ''}"


def compare(left: ComparedSide, right: ComparedSide, key: str) -> Comparison:
    """Tie the entries of two sides by their reference of kind ``key``, then by amount."""
    found = Comparison([], [], [])
    ours, theirs = left.by_key(key), right.by_key(key)
    for value in sorted(ours.keys() | theirs.keys()):
        _compare_key(found, (left, right), key, value, list(ours.get(value, ())),
                     list(theirs.get(value, ())))
    totals = (left.totals(), right.totals())
    for currency in sorted(totals[0].keys() | totals[1].keys()):
        sums = [total.get(currency, 0) for total in totals]
        words = "is the same on both sides" if sums[0] == sums[1] else (
            f"differs by {said(sums[1] - sums[0], currency)}: {said(sums[0], currency)} in "
            f"{left.name}, {said(sums[1], currency)} in {right.name}")
        found.sentences.append(f"The total in {currency or 'no currency'} {words}.")
    ensure(len(found.matches) + sum(row["left_entry_id"] is not None for row in found.breaks)
           == len(left.rows), f"an entry of {left.name} is not accounted for")
    ensure(len(found.matches) + sum(row["right_entry_id"] is not None for row in found.breaks)
           == len(right.rows), f"an entry of {right.name} is not accounted for")
    return found


def _compare_key(found: Comparison, sides: tuple[ComparedSide, ComparedSide], key: str, value: str,
                 ours: list[Mapping[str, Any]], theirs: list[Mapping[str, Any]]) -> None:
    for one in list(ours):
        twin = next((two for two in theirs if _money(two) == _money(one)), None)
        if twin is not None:
            ours.remove(one)
            theirs.remove(twin)
            found.matches.append({"key": value, "left_entry_id": one["entry_id"],
                                  "right_entry_id": twin["entry_id"]})
    while value and ours and theirs:
        one, two = ours.pop(0), theirs.pop(0)
        _add(found, "amount_mismatch", value, one, two,
             f"{_called(one, key, value)}, is {said(one['amount_minor'] or 0, one['currency'])} in "
             f"{sides[0].name} and {said(two['amount_minor'] or 0, two['currency'])} in "
             f"{sides[1].name}.")
    for rows, here, there in ((ours, *sides), (theirs, sides[1], sides[0])):
        for row in rows:
            amount = row["amount_minor"] or 0
            also = "; the summary counts it" if there.counts_amount(amount) else ""
            _add(found, "missing", value, row if rows is ours else None,
                 row if rows is theirs else None,
                 f"{_called(row, key, value)}, {said(amount, row['currency'])}, is in {here.name} "
                 f"and not in {there.name}{also}.")


def _money(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must agree: minor units, or the exact decimal of an amount finer than those."""
    exact = None if row["amount_minor"] is not None else Decimal(row["amount_exact"] or 0)
    return row["amount_minor"], exact, row["currency"]


def _add(found: Comparison, kind: str, key: str, one: Mapping[str, Any] | None,
         two: Mapping[str, Any] | None, reason: str) -> None:
    delta = ((two or {}).get("amount_minor") or 0) - ((one or {}).get("amount_minor") or 0)
    found.breaks.append({
        "kind": kind, "key": key, "left_entry_id": one and one["entry_id"],
        "right_entry_id": two and two["entry_id"], "delta_minor": delta,
        "currency": (one or two or {})["currency"], "reason": reason})
    found.sentences.append(reason)


def compare_by_rules(rules: Path, out: Path) -> dict[str, Any]:
    """The summary of comparing the sides that the rule file names; results are in ``out``.

    Raises AmendsError when the rule file or a side cannot be read.
    """
    try:
        book = tomllib.loads(rules.read_text(encoding="utf-8"))
        wanted = [(str(side["name"]), rules.parent / side["file"], side.get("format"))
                  for side in book["sides"]]
        name, key = str(book["name"]), str(book["key"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as wrong:
        raise AmendsError(Problem("error", f"The rule file cannot be used: {wrong!r}.",
                                  "It needs a name, a key and two [[sides]] with name and file.",
                                  str(rules))) from wrong
    if len(wanted) < 2:
        raise AmendsError(Problem("error", "There is only one side.", "Name two or more.",
                                  str(rules)))
    ensure_ours(out)
    beside = out.parent / f".{out.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        sides = [_read_side(beside, *side) for side in wanted]
        found = [compare(sides[0], side, key) for side in sides[1:]]
        summary = _write(beside, name, sides, found)
        shutil.rmtree(out, ignore_errors=True)
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return summary


def _read_side(folder: Path, name: str, file: Path, file_format: str | None) -> ComparedSide:
    from amends import sources  # noqa: PLC0415 (the readers are only needed here)

    entries = folder / "entries.parquet"
    reading = sources.read(file, format=file_format, entries=entries)
    rows = pq.read_table(entries).to_pylist()
    entries.unlink()
    return ComparedSide(name, rows, reading.as_json()["controls"])


def _write(out: Path, name: str, sides: Sequence[ComparedSide],
           found: Iterable[Comparison]) -> dict[str, Any]:
    comparisons = list(found)
    breaks = [row for one in comparisons for row in one.breaks]
    pq.write_table(pa.Table.from_pylist(breaks, schema=_SCHEMA), out / "breaks.parquet")
    pq.write_table(pa.Table.from_pylist([row for one in comparisons for row in one.matches],
                                        schema=_MATCHES), out / "matches.parquet")
    summary = {
        "rules": name,
        "rows": {side.name: len(side.rows) for side in sides},
        "totals": [{"side": side.name, "currency": currency,
                    "total": {"rows": len(side.rows), "minor": minor}}
                   for side in sides for currency, minor in side.totals().items()],
        "matched": sum(len(one.matches) for one in comparisons),
        "breaks": dict(Counter(row["kind"] for row in breaks)),
        "sentences": [sentence for one in comparisons for sentence in one.sentences]}
    (out / "summary.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return summary
