"""Faults in a budget laid out along the rows, and in a list with subtotals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter as letter

from amends.anomalies import check


def budget() -> Any:
    """Three lines over twelve months, costs summed below, each row summed at the right."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Budget 2026"])
    page.append([])
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    page.append(["Line", *months, "Total"])
    for line, name in enumerate(("Card fees", "Refunds", "Chargebacks")):
        page.append([name, *(1000 + 731 * line + 97 * month * (line + 1) % 877
                             for month in range(12))])
    page.append(["Costs", *(f"=SUM({letter(c)}4:{letter(c)}6)" for c in range(2, 14))])
    page.append(["Growth", None, *(f"={letter(c)}7/{letter(c - 1)}7-1" for c in range(3, 14))])
    for row in range(4, 8):
        page.cell(row, 14, f"=SUM(B{row}:M{row})")
    return book


def subtotals() -> Any:
    """Three groups of four with a subtotal each, and their sum at the foot."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Region", "Shop", "Sales"])
    for group in range(3):
        first = page.max_row + 1
        for shop in range(4):
            page.append([f"R{group}", f"Shop {group}{shop}", 100 + 17 * group + shop * 3.5])
        page.append([None, "Subtotal", f"=SUM(C{first}:C{first + 3})"])
    page.append([None, "Grand total", "=C6+C11+C16"])
    return book


@pytest.mark.parametrize(("book", "cell", "value", "kind", "suggestion"), [
    (budget, "F7", "=SUM(F4:F5)", "total_mismatch", "=SUM(F4:F6)"),
    (budget, "G8", "=G7/E7-1", "broken_formula_run", "=G7/F7-1"),
    (budget, "H7", 12345, "number_over_formula", "=SUM(H4:H6)"),
    (budget, "N5", "=SUM(B5:L5)", "total_mismatch", "=SUM(B5:M5)"),
    (budget, "D5", "1 925", "number_as_text", "1,925"),
    (subtotals, "C17", "=SUM(C2:C16)", "total_mismatch", "SUBTOTAL"),
    (subtotals, "C11", "=SUM(C7:C9)", "total_mismatch", "=SUM(C7:C10)"),
])
def test_a_fault_along_a_row_or_among_subtotals(book: Any, cell: str, value: object, kind: str,
                                                suggestion: str, tmp_path: Path) -> None:
    made, path = book(), tmp_path / "model.xlsx"
    made.active[cell] = value
    made.save(path)
    (found,) = check(path).findings
    assert (found.kind, found.cells[0]) == (kind, cell)
    assert suggestion in found.suggestion


@pytest.mark.parametrize("book", [budget, subtotals])
def test_as_they_were_meant_they_are_silent(book: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.xlsx"
    book().save(path)
    assert check(path).findings == ()
