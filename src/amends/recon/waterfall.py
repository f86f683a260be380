"""A run's totals as the rows of a picture, and one match as fields side by side; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from amends.recon.breaks import BREAK_WORDS

_IN_GROUPS, _EXACT = ("parts",), ("exact", "reference")
_EXPLAINED = ("timing_cutoff", "fee_mismatch", "late_settlement", "partial_capture")


class Step(NamedTuple):
    """One bar: ``rows`` of ``of_rows``, and the words below it."""

    name: str
    title: str
    rows: int
    of_rows: int


class Field(NamedTuple):
    """One field of a match; ``sign`` is = or ≠, or empty where a side says nothing."""

    name: str
    left: str
    sign: str
    right: str


def waterfall(summary: Mapping[str, Any], side: str = "psp") -> list[Step]:
    """From the total of one side down to what is broken; the steps after the first add up to it.

    ``tied_by`` counts pairs, not rows, so that what is tied by repair or in groups is taken from
    the matched rows, the rest of which are tied exactly.
    """
    lines = [line for line in summary["totals"] if line["side"] == side]
    rows = {state: sum(line[state]["rows"] for line in lines)
            for state in ("total", "matched", "proposed", "breaks", "excluded", "carried")}
    tied = summary["tied_by"]
    groups = min(rows["matched"], sum(tied.get(rule, 0) for rule in _IN_GROUPS))
    repaired = min(rows["matched"] - groups, sum(
        count for rule, count in tied.items()
        if rule not in (*_IN_GROUPS, *_EXACT, "differs")))
    explained = min(rows["breaks"], sum(summary["breaks"].get(kind, 0) for kind in _EXPLAINED
                                        if kind != "timing_cutoff"))
    total = rows["total"]
    steps = [("total", "All entries", total),
             ("exact", "Tied exactly", rows["matched"] - groups - repaired),
             ("repaired", "Tied by repair", repaired),
             ("groups", "Tied in groups", groups),
             ("proposed", "Proposed", rows["proposed"]),
             ("explained", "Explained", explained + rows["carried"]),
             ("excluded", "Not part of it", rows["excluded"]),
             ("broken", "Broken", rows["breaks"] - explained)]
    return [Step(name, title, count, total) for name, title, count in steps]


def breaks_by_kind(summary: Mapping[str, Any]) -> list[tuple[str, str, int, bool]]:
    """Kind, title, count and whether it hurts a customer; the most frequent first."""
    return sorted(((kind, BREAK_WORDS[kind].title, count, BREAK_WORDS[kind].hurts_customer)
                   for kind, count in summary["breaks"].items()),
                  key=lambda row: (-row[2], row[0]))


_PAIRED = (("reference", "reference", "merchant_reference"), ("type", "type", "type"),
           ("amount", "amount_minor", "gross_minor"), ("currency", "currency", "currency"),
           ("account", "account", "account"), ("method", "method", "method"),
           ("card", "last4", "last4"), ("time", "booked_at", "created_at"))


def side_by_side(ledger: Mapping[str, Any], line: Mapping[str, Any],
                 fields: Sequence[tuple[str, str, str]] = _PAIRED) -> list[Field]:
    """The fields of a ledger row and a report line, and where they agree."""
    compared = []
    for name, left_name, right_name in fields:
        left, right = ledger.get(left_name), line.get(right_name)
        sign = "" if left is None or right is None else "=" if left == right else "≠"
        compared.append(Field(name, "" if left is None else str(left), sign,
                              "" if right is None else str(right)))
    return compared
