"""The contracted fee of a settlement line, by the processor's schedule."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amends.money import round_half_up
from amends.problems import AmendsError, Problem


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """``rates``: (method, type) to basis points and a fixed part in minor units."""

    rates: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def fee_minor(self, method: str, kind: str, gross_minor: int) -> int | None:
        """The contracted fee, halves rounded up; None for a method that has no rate."""
        rate = self.rates.get((method, kind))
        if rate is None:
            return None
        return round_half_up(abs(gross_minor) * rate[0], 10_000) + rate[1]


def read_schedule(path: Path) -> FeeSchedule:
    """The schedule in a CSV with columns ``method,type,bps,fixed_minor``.

    Raises AmendsError naming the line that is no schedule.
    """
    rates: dict[tuple[str, str], tuple[int, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                rates[row["method"], row["type"]] = (int(row["bps"]), int(row["fixed_minor"]))
            except (KeyError, TypeError, ValueError):
                raise AmendsError(Problem(
                    "error", "This is no line of a fee schedule.",
                    "The columns are method, type, bps, fixed_minor.", path.name, number)) from None
    return FeeSchedule(rates)
