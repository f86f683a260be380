"""The pieces a check stands on: formula shapes, exact results, numbers in text, digit swaps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.anomalies.evaluate import Reckoner
from amends.anomalies.formulas import moved, shape, sum_area
from amends.anomalies.numbers import loose, swapped, swapped_text, swaps
from amends.anomalies.report import CheckReport, Finding
from amends.anomalies.sheets import Sheet, address, place, places
from amends.problems import Problem


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_an_address_leads_back_to_its_place(row: int, column: int) -> None:
    assert place(address(row, column)) == (row, column)


@pytest.mark.parametrize(("formula", "row", "column", "expected"), [
    ("E3-F3", 3, 7, "R[0]C[-2]-R[0]C[-1]"),
    ("SUM(A$2:A5)", 6, 1, "SUM(R2C[0]:R[-1]C[0])"),
    ("'My sheet'!$B$4*2", 1, 1, "My sheet!R4CB*2"),
    ('IF(A1="E3",1,0)', 1, 2, 'IF(R[0]C[-1]="E3",1,0)'),
    ("LOG10(A1)", 1, 2, "LOG10(R[0]C[-1])"),
])
def test_a_shape_has_no_place_in_it(formula: str, row: int, column: int, expected: str) -> None:
    assert shape(formula, row, column) == expected


@given(st.integers(-2, 50), st.integers(-1, 20))
def test_a_filled_formula_keeps_its_shape(rows: int, columns: int) -> None:
    formula = "SUM($A3:B$9)-D4*Other!C5"
    assert shape(moved(formula, rows, columns), 10 + rows, 5 + columns) == shape(formula, 10, 5)


@pytest.mark.parametrize(("formula", "found"), [
    ("SUM(E3:E18)", "E3:E18"), ("+SUM(E3:E18)", "E3:E18"), ("SUBTOTAL(9,B2:B4)", "B2:B4"),
    ("SUM(E3:E18)+1", None), ("SUM(E3,E4)", None), ("AVERAGE(E3:E18)", None)])
def test_only_a_plain_sum_is_one(formula: str, found: str | None) -> None:
    cells = sum_area(formula)
    assert (cells and f"{address(cells.top, cells.left)}:{address(cells.bottom, cells.right)}"
            ) == found


@pytest.mark.parametrize(("formula", "gives"), [
    ("A1+A2", "0.3"), ("SUM(A1:A3)*2", "0.6"), ("-A1-(-A2)", "0.1"), ("10%*A2", "0.020"),
    ("ROUND(A1/3,2)", "0.03"), ("MAX(A1:A3)-MIN(A1:A2)", "0.1"), ("VLOOKUP(1,A1:A3,1)", None),
    ("A1/0", None), ("A1+A4", None), ("A1 A2", None)])
def test_results_are_exact_or_not_given(formula: str, gives: str | None) -> None:
    sheet = Sheet("S", [[Decimal("0.1")], [Decimal("0.2")], ["note"], ["note"]])
    found = Reckoner({"S": sheet}).result("S", formula)
    assert found == (None if gives is None else Decimal(gives))


@pytest.mark.parametrize(("text", "number"), [
    (" 3014.60", "3014.60"), ("3,014.60", "3014.60"), ("3.014,60", "3014.60"),
    ("(12.50)", "-12.50"), ("1.234", "1.234"), ("1.234.567", "1234567"), ("12.11.2026", None),
    ("12.50-", "-12.50"), ("−5", "-5"), ("€ 93.72", "93.72"), ("EUR 1 234,50", "1234.50"),
    ("3O14.6O", "3014.60"), ("1,234", "1234"), ("007", None), ("12.5.1", None), ("PO-12", None),
    ("", None), ("2026-11-02", None), ("OO", None), ("12:30", None)])
def test_numbers_a_person_reads_in_text(text: str, number: str | None) -> None:
    assert loose(text) == (None if number is None else Decimal(number))


@given(st.decimals(min_value=1, max_value=10**9, places=2))
def test_a_swap_differs_by_a_multiple_of_nine_units(value: Decimal) -> None:
    for swap in swaps(value):
        assert (swap - value) * 100 % 9 == 0
        assert swapped(value, swap)
    assert not swapped(value, value)


def test_a_swap_in_a_reference_is_two_neighbouring_digits() -> None:
    assert swapped_text("PO-81529", "PO-81592")
    assert not swapped_text("PO-81529", "OP-81529")
    assert not swapped_text("PO-81529", "PO-89521")


def test_a_range_lists_its_places() -> None:
    assert list(places("A2:B3")) == [(2, 1), (2, 2), (3, 1), (3, 2)]


def test_a_report_survives_being_stored() -> None:
    report = CheckReport("f.xlsx", ("S",), (Finding("duplicate", "error", "S", ("A1:B1",), "w",
                                                    "y", "s", 0.5),), (Problem("info", "p"),))
    assert CheckReport.from_json(report.as_json()) == report
