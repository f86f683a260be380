"""Files that lie about themselves: a Problem each, never a crash, never the file changed."""

from __future__ import annotations

import hashlib
import random
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from amends.anomalies import Limits, annotate, check, grid
from amends.problems import AmendsError


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


ROWS: list[list[object]] = [["Reference", "Payee", "Amount"],
                            *[[f"R-{100 + i * 7}", f"Payee {i}", 10.5 + i * 3.17]
                              for i in range(12)]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x00\x01\x02\x03", b"PAR1torn",
                                     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1torn", b" \n\n "])
def test_what_is_no_table_at_all_is_refused_with_words(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "upload.xlsx"
    path.write_bytes(content)
    with pytest.raises(AmendsError) as refused:
        check(path, name="upload.xlsx")
    assert all(problem.what and problem.hint for problem in refused.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet9.xml", b" " * 30_000_000)
    with pytest.raises(AmendsError, match="unpacks to more than"):
        check(path, limits=Limits(unpacked_bytes_max=20_000_000))


def test_one_far_cell_does_not_make_a_giant_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    path = tmp_path / "far.xlsx"
    book.save(path)
    with pytest.raises(AmendsError, match="span 17,179,869,184 cells"):
        check(path)


def test_an_entity_in_the_xml_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "entity.xlsx", ROWS)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(AmendsError, match="document type"):
        check(path)


def test_a_giant_cell_is_cut_and_told(tmp_path: Path) -> None:
    path = tmp_path / "giant.csv"
    path.write_text("a,b\n" + f"{'x' * 100_000},1\n" * 3, "utf-8")
    report = check(path, limits=Limits(text_max=1_000))
    assert report.sheets == ("giant",)


def test_a_quote_that_never_closes_leaves_the_rest_readable(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    path.write_text('a,b\n1,2\n"' + "x" * 200_000 + "\n", "utf-8")
    report = check(path)
    assert [problem.line for problem in report.problems] == [3]


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    whole = workbook(tmp_path / "whole.xlsx", [*ROWS, ["Total", None, "=SUM(C2:C13)"]])
    torn = tmp_path / "torn.xlsx"
    with zipfile.ZipFile(whole) as package, zipfile.ZipFile(torn, "w") as copy:
        for name in package.namelist():
            content = bytearray(package.read(name))
            for _ in range(dice.randint(0, 6)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            copy.writestr(name, bytes(content), zipfile.ZIP_DEFLATED)
    content = bytearray(torn.read_bytes())
    content[dice.randrange(len(content))] ^= 255
    torn.write_bytes(content)
    try:
        annotate(torn, check(torn), tmp_path / "copy.xlsx")
    except AmendsError as refused:
        assert all(problem.what and problem.hint for problem in refused)


def test_circles_and_depth_find_no_answer_and_no_crash(tmp_path: Path) -> None:
    rows: list[list[object]] = [["=B1", "=A1"], ["=" + "(" * 300 + "1" + ")" * 300, "=1/0"]]
    rows += [[f"=A{i - 1}+1", "=SUM(A1:A2)+NOSUCH(1)"] for i in range(3, 400)]
    assert check(workbook(tmp_path / "deep.xlsx", rows)).sheets == ("Sheet",)


def test_parquet_is_checked_with_its_column_names(tmp_path: Path) -> None:
    path = tmp_path / "entries.parquet"
    amounts = [1250 + 977 * i for i in range(20)]
    pq.write_table(pa.table({"payment_id": [f"P{i:05d}x" for i in range(19)] + ["P00004x"],
                             "amount": [*amounts[:19], amounts[4]]}), path)
    (found,) = check(path).findings
    assert (found.kind, found.cells[0]) == ("duplicate", "A21:B21")


def test_the_annotated_copy_marks_and_lists_and_the_original_stays(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [*ROWS[:8], ["=cmd()", "Payee", "1O.50"], *ROWS[8:]])
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    report = check(path)
    copy = tmp_path / "copy.xlsx"
    annotate(path, report, copy)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    book = openpyxl.load_workbook(copy)
    marked = book["Sheet"]["C9"]
    assert marked.comment.text.startswith("1. A number kept as text")
    assert marked.fill.fgColor.rgb == "FFFCEDEB"
    listed = [cell.value for cell in book["Amends findings"][2]]
    assert listed[2:5] == ["Sheet", "C9", "A number kept as text"]


def test_text_that_looks_like_a_formula_stays_text_in_the_copy(tmp_path: Path) -> None:
    path = tmp_path / "=HYPERLINK.csv"
    path.write_text("payee,amount\n" + "".join(f"=cmd|' /C calc'!A{i},{i}.25\n"
                                               for i in range(1, 9)) + "x,1O\n", "utf-8")
    copy = tmp_path / "copy.xlsx"
    annotate(path, check(path), copy)
    for page in openpyxl.load_workbook(copy):
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_the_copy_never_overwrites_the_file(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", ROWS)
    with pytest.raises(AmendsError, match="overwrite"):
        annotate(path, check(path), path)


def test_the_grid_shows_a_window_with_its_marks(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [*ROWS, ["Total", None, "=SUM(C2:C12)"]])
    report = check(path)
    window = grid(path, report, "Sheet", (12, 14), (2, 3))
    assert window.columns == ("B", "C") and [row.number for row in window.rows] == [12, 13, 14]
    total, forgotten = window.rows[2].cells[1], window.rows[1].cells[1]
    assert (total.text, total.formula, total.mark, total.severity) == (
        "289.85", "=SUM(C2:C12)", 1, "error")
    assert (forgotten.text, forgotten.beside, forgotten.mark) == ("45.37", True, None)
    with pytest.raises(AmendsError, match="no sheet"):
        grid(path, report, "Other", (1, 2), (1, 2))
