"""The facts that start clocks, and the workbook that does not add up."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import openpyxl

from amends.clocks.deadlines import compute
from rooms.sample.companies import SMALL, Company, Row


def due_dates(company: Company) -> list[date]:
    """Every deadline of every escalation, reckoned the day after the last."""
    as_of = SMALL.until + timedelta(days=1)
    return [due for _, regime, facts in company.clock_facts()
            for due in compute(regime, facts, as_of=as_of).deadlines.values() if due]


def test_every_fact_is_understood(company: Company) -> None:
    """No regime finds a Problem in the facts, and most rule books are met."""
    regimes = Counter()
    for external_id, regime, facts in company.clock_facts():
        found = compute(regime, facts, as_of=SMALL.until)
        assert not found.problems, (external_id, regime, found.problems)
        assert any(found.deadlines.values()), (external_id, regime)
        regimes[regime] += 1
    assert {"us-reg-e", "us-reg-z-billing-error", "uk-disp", "eu-psd2", "visa"} <= set(regimes)


def test_some_clocks_are_late_and_most_lie_ahead(company: Company) -> None:
    """So that a caseload shows both."""
    dates = due_dates(company)
    late = sum(due <= SMALL.until for due in dates)
    assert 0 < late < len(dates) / 2
    assert any(SMALL.until < due <= SMALL.until + timedelta(days=5) for due in dates)


def test_the_workbook_has_what_the_truth_says(company: Company) -> None:
    """Each planted mistake is in its cell."""
    content = (company.folder / "files/refund-review.xlsx").read_bytes()
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    planted = company.rows("truth/workbook")
    assert {row["kind"] for row in planted} == {
        "duplicate", "transposed_digits", "sign_flip", "number_as_text", "number_over_formula",
        "broken_formula_run", "total_mismatch"}
    for row in planted:
        cell = formulas[row["sheet"]][row["cell"]]
        assert shows(row, cell, values[row["sheet"]][row["cell"]]), row
    refunds = formulas["Refunds"]
    assert len([1 for row in refunds.iter_rows(min_col=7, max_col=7, min_row=2)
                if str(row[0].value).startswith("=")]) == refunds.max_row - 2


def shows(row: Row, cell: openpyxl.cell.Cell, value: openpyxl.cell.Cell) -> bool:
    """Whether a cell has the mistake of its kind."""
    line = cell.parent[cell.row]
    if row["kind"] == "duplicate":
        above = cell.parent[cell.row - 1]
        return [c.value for c in line[:6]] == [c.value for c in above[:6]]
    if row["kind"] == "transposed_digits":
        return sorted(str(-cell.value)) == sorted(str(line[3].value)) and (
            -cell.value != line[3].value)
    if row["kind"] == "sign_flip":
        return bool(cell.value > 0)
    if row["kind"] == "number_as_text":
        return isinstance(cell.value, str)
    if row["kind"] == "number_over_formula":
        return not isinstance(cell.value, str)
    if row["kind"] == "broken_formula_run":
        return bool(cell.value == f"=E{cell.row - 1}+F{cell.row - 1}") and value.value is not None
    rows = cell.parent.iter_rows(min_row=2, max_row=cell.row - 1, min_col=cell.column,
                                 max_col=cell.column)
    summed = sum(Decimal(str(found[0].value)) for found in rows)
    return Decimal(str(cell.value)) - summed == 90
