"""One planted fault in a small workbook of payouts: found, named, at its cell; a clean one is
silent. The workbooks are made here, by openpyxl, without stored formula results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from amends.anomalies import CheckReport, check

MERCHANTS = ("Harbor & Pine", "Lumen Cycles", "Oak Street Ceramics", "Saltmarsh Books")
GROSS = (620410, 398000, 111875, 190240, 128740, 224500, 261050, 88420, 156090, 99215, 301460,
         711530, 80600, 440625, 204480, 124035, 273000)
FEES = (18642, 12170, 4174, 8157, 4893, 7021, 7840, 4484, 6717, 3717, 9372, 22194, 4077, 13198,
        8660, 4587, 8487)
FIRST, LAST, TOTAL = 3, 19, 20


def payouts(*, typed: bool) -> Any:
    """A title, a header in row 2, seventeen payouts, a total row; net and totals are formulas,
    or typed figures that tie."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Payouts"
    page.append(["Merchant payouts, November 2026"])
    page.append(["Date", "Payout", "Merchant", "Orders", "Gross", "Fee", "Net"])
    for i, (gross, fee) in enumerate(zip(GROSS, FEES, strict=True)):
        row = FIRST + i
        net = (gross - fee) / 100 if typed else f"=E{row}-F{row}"
        page.append([date(2026, 11, 2) + timedelta(days=i), f"PO-{81201 + 19 * i + i % 3}",
                     MERCHANTS[i * 7 % 4], 12 + 5 * i % 41, gross / 100, fee / 100, net])
    totals = {"E": sum(GROSS) / 100, "F": sum(FEES) / 100, "G": (sum(GROSS) - sum(FEES)) / 100}
    page.append([None, None, "Total"])
    for letter, figure in totals.items():
        page[f"{letter}{TOTAL}"] = figure if typed else f"=SUM({letter}{FIRST}:{letter}{LAST})"
    return book


def checked(book: Any, folder: Path) -> CheckReport:
    path = folder / "payouts.xlsx"
    book.save(path)
    return check(path)


def put(**cells: object) -> Callable[[Any], None]:
    """A fault that overwrites cells."""
    def plant(page: Any) -> None:
        for name, value in cells.items():
            page[name] = value
    return plant


def copy_row(source: int, target: int) -> Callable[[Any], None]:
    """A fault that enters one row a second time over another, net formula kept."""
    def plant(page: Any) -> None:
        for column in range(1, 7):
            page.cell(target, column).value = page.cell(source, column).value
    return plant


FAULTS: list[tuple[str, bool, Callable[[Any], None], str, str, str]] = [
    # what, typed figures?, fault, kind, cell, words that the reason or the suggestion must hold
    ("a range stops two rows early", False, put(E20="=SUM(E3:E17)"), "total_mismatch", "E20",
     "=SUM(E3:E19)"),
    ("a range starts one row late", False, put(F20="=SUM(F4:F19)"), "total_mismatch", "F20",
     "186.42"),
    ("a typed total is off by a cent", True, put(E20=sum(GROSS) / 100 + 0.01),
     "total_mismatch", "E20", "0.01"),
    ("gross has two digits swapped", True, put(E7=1827.40), "transposed_digits", "E7",
     "1,287.40"),
    ("a fee has two digits swapped", True, put(F5=47.14), "transposed_digits", "F5", "41.74"),
    ("a fee is negative, the row says so", True, put(F10=-44.84), "sign_flip", "F10", "44.84"),
    ("a gross is negative, only neighbours say so", False, put(E10=-884.20), "sign_flip", "E10",
     "884.20"),
    ("a row is there twice", False, copy_row(8, 15), "duplicate", "A15:G15", "rows 8 and 15"),
    ("a number behind a space", False, put(E13=" 3014.60"), "number_as_text", "E13", "space"),
    ("a number with a letter O", False, put(E13="3O14.60"), "number_as_text", "E13", "letter"),
    ("a number with its currency", False, put(F13="€ 93.72"), "number_as_text", "F13", "93.72"),
    ("a formula adds the fee", False, put(G9="=E9+F9"), "broken_formula_run", "G9", "=E9-F9"),
    ("a formula looks one row up", False, put(G9="=E9-F8"), "broken_formula_run", "G9", "=E9-F9"),
    ("a net is typed", False, put(G14=6893.00), "number_over_formula", "G14", "=E14-F14"),
]


@pytest.mark.parametrize(("typed", "plant", "kind", "cell", "words"),
                         [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_one_fault_is_one_finding(typed: bool, plant: Callable[[Any], None], kind: str, cell: str,
                                  words: str, tmp_path: Path) -> None:
    book = payouts(typed=typed)
    plant(book.active)
    report = checked(book, tmp_path)
    assert [(found.kind, found.cells[0]) for found in report.findings] == [(kind, cell)]
    told = report.findings[0]
    assert words in f"{told.what} {told.why} {told.suggestion}"
    assert told.sheet == "Payouts" and 0 < told.score <= 1


@pytest.mark.parametrize("typed", [True, False])
def test_a_clean_workbook_is_silent(typed: bool, tmp_path: Path) -> None:
    report = checked(payouts(typed=typed), tmp_path)
    assert (report.findings, report.problems, report.sheets) == ((), (), ("Payouts",))


def test_several_faults_are_all_found_strongest_first(tmp_path: Path) -> None:
    book = payouts(typed=False)
    for plant in (put(E20="=SUM(E3:E17)", G14=6893.00, F13="93.72"), copy_row(8, 16)):
        plant(book.active)
    report = checked(book, tmp_path)
    assert {found.kind for found in report.findings} == {
        "total_mismatch", "number_over_formula", "number_as_text", "duplicate"}
    scores = [found.score for found in report.findings]
    assert scores == sorted(scores, reverse=True)


def legit_refund(page: Any) -> None:
    """A type column that explains each negative figure."""
    for row in range(FIRST, LAST + 1):
        page.cell(row, 8).value = "sale" if row != 9 else "refund"
    page["H2"], page["E9"] = "Type", -2610.50


def opening_balance(page: Any) -> None:
    """A running balance whose first row starts it."""
    page["H2"], page["H3"] = "Running", "=G3"
    for row in range(FIRST + 1, LAST + 1):
        page.cell(row, 8).value = f"=H{row - 1}+G{row}"


def second_table(page: Any) -> None:
    """A table beside, with a formula of its own, and years as its header."""
    for column, year in enumerate((2024, 2025, 2026), 10):
        page.cell(2, column).value = year
        for row in range(3, 9):
            page.cell(row, column).value = row * column
        page.cell(9, column).value = f"=SUM({'JKL'[column - 10]}3:{'JKL'[column - 10]}8)"


def statistics_row(page: Any) -> None:
    """An average under the total is no item and no total."""
    page["C21"], page["E21"], page["F21"] = "Average", "=AVERAGE(E3:E19)", "=F20/E20"


@pytest.mark.parametrize("harmless", [legit_refund, opening_balance, second_table,
                                      statistics_row])
def test_what_only_looks_odd_is_left_alone(harmless: Callable[[Any], None],
                                           tmp_path: Path) -> None:
    book = payouts(typed=False)
    harmless(book.active)
    assert checked(book, tmp_path).findings == ()


def test_a_running_balance_names_the_line_whose_sign_is_wrong(tmp_path: Path) -> None:
    amounts = [120.50, -33.10, 410.00, -75.25, 18.40, -99.99, 260.00, -12.30, 71.15, -6.60]
    lines, balance = ["date,text,amount,balance"], 1000.00
    for day, amount in enumerate(amounts, 1):
        balance = round(balance + amount, 2)
        shown = -amount if day == 5 else amount
        lines.append(f"2026-11-{day:02d},line {day},{shown:.2f},{balance:.2f}")
    path = tmp_path / "statement.csv"
    path.write_text("\n".join(lines), "utf-8")
    found = check(path).findings
    assert [(one.kind, one.cells) for one in found] == [("sign_flip", ("C6",))]


def test_formulas_that_a_program_wrote_without_anchors_are_a_run_too(tmp_path: Path) -> None:
    book = payouts(typed=False)
    page = book.create_sheet("By merchant")
    page.append(["Merchant", "Gross"])
    for row, merchant in enumerate((*MERCHANTS, "Field & Hide", "Brightwater Tea"), 2):
        page.append([merchant, f"=SUMIF(Payouts!C3:C19,A{row},Payouts!E3:E19)"])
    page["B4"] = 8412.00
    found = checked(book, tmp_path).findings
    assert [(one.kind, one.sheet, one.cells) for one in found] == [
        ("number_over_formula", "By merchant", ("B4",))]
    assert "=SUMIF(Payouts!C3:C19,A4,Payouts!E3:E19)" in found[0].suggestion


def test_a_refund_that_should_mirror_its_order_is_compared_with_it(tmp_path: Path) -> None:
    lines = ["order,amount,refund"] + [f"NW-{4100 + 7 * i},{12.34 + 3.57 * i:.2f},"
                                       f"{-12.34 - 3.57 * i:.2f}" for i in range(20)]
    lines[5] = lines[5].replace("-26.62", "-26.26")
    lines[9] = lines[9].replace(",-", ",")
    path = tmp_path / "refunds.csv"
    path.write_text("\n".join(lines), "utf-8")
    assert [(one.kind, one.cells) for one in check(path).findings] == [
        ("sign_flip", ("C10",)), ("transposed_digits", ("C6", "B6"))]


def test_two_sheets_that_speak_of_the_same_payout_are_compared(tmp_path: Path) -> None:
    book = payouts(typed=False)
    other = book.create_sheet("Kestrel")
    other.append(["Payout", "Gross"])
    for row in range(FIRST, LAST + 1):
        other.append([book.active.cell(row, 2).value, book.active.cell(row, 5).value])
    book.active["E7"] = 1827.40
    found = checked(book, tmp_path).findings
    assert [(one.kind, one.sheet, one.cells) for one in found] == [
        ("transposed_digits", "Payouts", ("E7",))]
    assert "Kestrel!B6" in found[0].why


def test_a_decimal_comma_file_is_read_as_it_writes(tmp_path: Path) -> None:
    rows = ["Datum;Händler;Betrag"] + [f"2026-11-{i:02d};Laden {i % 3};{1000 + i * 37},{i:02d}"
                                       for i in range(1, 13)]
    rows[6] = "2026-11-06;Laden 0;1.222,06 EUR"
    path = tmp_path / "umsatz.csv"
    path.write_text("\n".join(rows), "cp1252")
    assert [(one.kind, one.cells) for one in check(path).findings] == [("number_as_text", ("C7",))]


def test_a_result_that_was_not_reckoned_again_is_told(tmp_path: Path) -> None:
    """A workbook whose stored result differs from its formula, as a crashed macro leaves it."""
    import zipfile

    path = tmp_path / "stale.xlsx"
    book = openpyxl.Workbook()
    for row in ((1.10, 2.20), (3.30, 4.40), (5.50, 6.60)):
        book.active.append(row)
    book.active["A4"] = "=SUM(A1:A3)"
    book.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"<v></v>", b"<v>9.8</v>").replace(
        b"<v />", b"<v>9.8</v>").replace(b"<v/>", b"<v>9.8</v>")
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    (found,) = check(path).findings
    assert (found.kind, found.cells) == ("total_mismatch", ("A4",))
    assert "9.80" in found.why and "9.90" in found.why
