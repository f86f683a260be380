"""What every check looks at: the sheets of one file, their tables, and what formulas give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from amends.anomalies.evaluate import Reckoner
from amends.anomalies.report import KINDS, Finding, Kind, Severity
from amends.anomalies.sheets import Place, Sheet, address
from amends.anomalies.tables import Table, tables


@dataclass(frozen=True, slots=True)
class Survey:
    """The sheets of one file with every known formula result filled in, and their tables.

    ``mends`` gathers what the checks so far would put in a cell's place (0 for a row that is
    there twice), so that a total that ties once they are mended is not blamed as well.
    """

    sheets: Mapping[str, Sheet]
    tables: tuple[Table, ...]
    reckoner: Reckoner
    mends: dict[tuple[str, Place], Decimal] = field(default_factory=dict)

    def mend(self, table: Table, at: Place, value: Decimal) -> None:
        """Note what a cell would hold once mended."""
        self.mends.setdefault((table.sheet.name, at), value)

    def table_at(self, sheet: str, row: int, column: int) -> Table | None:
        """The table that holds this place, if any."""
        for table in self.tables:
            if table.sheet.name == sheet and column in table.columns and (
                    row in table.items or row in table.totals):
                return table
        return None


def survey(sheets: list[Sheet]) -> Survey:
    """The survey of these sheets; results that a program never stored are reckoned here."""
    by_name = {sheet.name: sheet for sheet in sheets}
    reckoner = Reckoner(by_name)
    for sheet in sheets:
        for row, column in sheet.formulas:
            _fill(sheet, row, column, reckoner)
    return Survey(by_name, tuple(table for sheet in sheets for table in tables(sheet)), reckoner)


def _fill(sheet: Sheet, row: int, column: int, reckoner: Reckoner) -> None:
    if sheet.value(row, column) is not None:
        return
    found = reckoner.value(sheet.name, row, column)
    if found is None:
        return
    while len(sheet.rows) < row:
        sheet.rows.append([])
    cells = sheet.rows[row - 1]
    cells.extend([None] * (column - len(cells)))
    cells[column - 1] = found


def finding(kind: Kind, table_or_sheet: Table | Sheet, cells: list[Place] | list[str], why: str,
            suggestion: str, *, score: float, what: str = "",
            severity: Severity = "error") -> Finding:
    """A finding with its places written as addresses and its title from the list of kinds."""
    sheet = table_or_sheet.sheet if isinstance(table_or_sheet, Table) else table_or_sheet
    names = tuple(cell if isinstance(cell, str) else address(*cell) for cell in cells)
    return Finding(kind, severity, sheet.name, names, what or KINDS[kind], why, suggestion,
                   round(min(max(score, 0.0), 1.0), 3))


def plain(value: Decimal) -> str:
    """A number for a sentence: thousands parted, no exponent, cents in full, and no more than
    six places after the point."""
    text = f"{round(value, 6):,f}" if int(value.as_tuple().exponent) < -6 else f"{value:,f}"
    whole, point, tail = text.partition(".")
    tail = tail.rstrip("0").ljust(2, "0") if point else ""
    return f"{whole}.{tail}" if tail else whole
