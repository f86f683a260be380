"""Small sample companies for the tests of this room, each made once."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from amends.sample import Plan, make

SMALL = Plan(payments=1500, escalations=100)
Row = dict[str, str]


@dataclass
class Company:
    """A folder with a sample in it, and its tables as they are read from the files."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, plan: Plan = SMALL) -> Company:
        """The company of ``plan`` in ``folder``."""
        make(folder, plan)
        return cls(folder)

    def rows(self, name: str) -> list[Row]:
        """The rows of every CSV whose name starts so, under the company's folder."""
        found: list[Row] = []
        for path in sorted(self.folder.glob(f"{name}*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                found += csv.DictReader(file)
        return found

    @cached_property
    def ledger(self) -> dict[str, list[Row]]:
        """Ledger rows by order."""
        return self._by("files/ledger-", "order_reference")

    @cached_property
    def events(self) -> dict[str, list[Row]]:
        """Processor events by order."""
        return self._by("files/kestrel-events-", "order_reference")

    @cached_property
    def lines(self) -> dict[str, list[Row]]:
        """Settlement lines by order; those of payouts under an empty one."""
        return self._by("files/kestrel-settlement-", "merchant_reference")

    @cached_property
    def escalations(self) -> list[Row]:
        """What the desk imports."""
        return self.rows("escalations")

    @cached_property
    def truth(self) -> dict[str, Row]:
        """What is true, by external id."""
        return {row["external_id"]: row for row in self.rows("truth/escalations")}

    @cached_property
    def faults(self) -> list[Row]:
        """Every planted fault."""
        return self.rows("truth/faults")

    def clock_facts(self) -> list[tuple[str, str, dict[str, object]]]:
        """External id, regime and facts of every clock that an escalation starts."""
        return [(row["external_id"], item["regime"], item["facts"])
                for row in self.escalations for item in json.loads(row["facts"])]

    def _by(self, name: str, column: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows(name):
            found[row[column]].append(row)
        return found


def minor(text: str) -> int:
    """Two-decimal text in minor units."""
    return int(Decimal(text) * 100)


def total(rows: list[Row], column: str, *types: str) -> int:
    """The sum of a column over the rows of these types, in minor units."""
    return sum(minor(row[column]) for row in rows if row["type"] in types)
