"""The rules of a run: tolerances, windows and the weight of evidence, read from one TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from amends.problems import AmendsError, Problem

DEFAULT = Path(__file__).parent / "rulebooks" / "three-way.toml"
_EVIDENCE = ("reference", "amount", "card", "time")


@dataclass(frozen=True, slots=True)
class Rules:
    """Whole numbers under their names, and the points of each class of evidence."""

    name: str
    numbers: Mapping[str, int]
    settle_lag_days: int
    points: tuple[tuple[str, str, int], ...]

    def __getitem__(self, number: str) -> int:
        return self.numbers[number]

    def points_table(self) -> pa.Table:
        """The points as rows (evidence, class, points) for the steps to join."""
        evidence, classes, points = zip(*self.points, strict=True)
        return pa.table({"evidence": evidence, "class": classes,
                         "points": pa.array(points, pa.int32())})


def _whole(section: Mapping[str, Any]) -> dict[str, int]:
    return {key: value for key, value in section.items() if type(value) is int}


def load(path: Path | None = None, meta: Mapping[str, Any] | None = None) -> Rules:
    """The rules of ``path`` (the house's own by default); ``meta`` of a folder overrules them.

    Raises AmendsError when the file cannot be read or lacks a section.
    """
    source = path or DEFAULT
    try:
        book = tomllib.loads(source.read_text(encoding="utf-8"))
        numbers: dict[str, int] = {}
        for section in ("tolerance", "window", "payout", "reference", "evidence"):
            numbers |= _whole(book[section])
        lag = int(book["tolerance"]["settle_lag_days"][1])
        points = tuple((kind, name, int(value)) for kind in _EVIDENCE
                       for name, value in book["evidence"][kind].items())
        name = str(book["name"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as wrong:
        raise AmendsError(Problem("error", f"The rule file cannot be used: {wrong!r}.",
                                  "Start from the file in docs/reference/reconciliation.md.",
                                  str(source))) from wrong
    given = meta or {}
    numbers["tolerance_minor"] = int(given.get("tolerance_minor", numbers.pop("amount_minor")))
    if "fx_tolerance" in given:
        numbers["fx_per_million"] = int(Decimal(str(given["fx_tolerance"])) * 1_000_000)
    lag = int(given.get("settle_lag_days", [0, lag])[1])
    return Rules(name, numbers, lag, (*points, ("amount", "unrated", 0)))
