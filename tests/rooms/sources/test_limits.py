"""Hostile and broken files: a Problem, never a crash or a hang, and the good rest is read."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from amends.problems import AmendsError, Problem
from amends.sources import read
from amends.sources.mapping import ColumnMapping
from rooms.sources.reading_aids import CORPUS, opened

SECONDS_MAX = 10
_CAMT = (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
         b"<Stmt>%s</Stmt></BkToCstmrStmt></Document>")
_TABLE = ColumnMapping(booked_on="Date", amount="Amount", currency="=EUR", text="Note")


def _problems(path: Path, mapping: ColumnMapping | None = None) -> list[Problem]:
    """What is said about a file, within the time that a person would wait."""
    start = time.monotonic()
    try:
        found = list(read(path, mapping=mapping).problems)
    except AmendsError as error:
        found = error.problems
    assert time.monotonic() - start < SECONDS_MAX
    return found


def _laughs() -> bytes:
    lines = ['<!ENTITY a "ha">'] + [
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)]
    return (b"<?xml version='1.0'?><!DOCTYPE Document [" + "".join(lines).encode() + b"]>"
            + _CAMT % b"<Id>&k;</Id>")


def _external() -> bytes:
    return (b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + _CAMT % b"<Acct><Id><IBAN>&x;</IBAN></Id></Acct>")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities that multiply": _laughs,
    "an external entity": _external,
    "ten thousand levels": lambda: _CAMT % (b"<a>" * 10_000 + b"</a>" * 10_000),
    "a text of twenty megabytes": lambda: _CAMT % (
        b"<Ntry><AddtlNtryInf>" + b"x" * 20_000_000 + b"</AddtlNtryInf></Ntry>"),
    "an XML without an end": lambda: (_CAMT % b"")[:-30],
    "an MT940 of one endless line": lambda: b":20:X\n:61:" + b"9" * 5_000_000,
    "an MT940 field without an end": lambda: (
        b":20:X\n:60F:C260301EUR1,\n:61:2603010301C1,00NMSC\n:86:" + b"words\n" * 200_000),
    "an archive that is none": lambda: b"PK\x03\x04" + b"\0" * 1000,
    "an empty file": lambda: b"",
    "zero bytes": lambda: b"\0" * 1000,
    "only line ends": lambda: b"\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_problem(name: str, tmp_path: Path) -> None:
    """In words, in time, and nothing of another file is in the answer."""
    path = tmp_path / "hostile"
    path.write_bytes(HOSTILE[name]())
    problems = _problems(path)
    assert problems
    assert "root:" not in str(problems)


def test_an_amount_with_exponent_or_without_end_is_no_amount(tmp_path: Path) -> None:
    """Named, kept without a figure; the sums are unknown, not wrong."""
    path = tmp_path / "odd.xml"
    for amount in (b"1e999999999", b"9" * 4_000, b"NaN", b"-5", b"", b"1,00"):
        path.write_bytes(_CAMT % (b'<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>'
                                  b'<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
                                  b"</Ntry>" % amount))
        reading = read(path)
        assert reading.entry_count == 2
        assert reading.statements[0].credits_minor is None
        assert any(problem.severity == "error" for problem in reading.problems)


def test_a_workbook_that_unpacks_without_measure_is_refused(tmp_path: Path) -> None:
    """A zip bomb is known by its declared sizes before anything is unpacked."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    assert any("unpacks" in problem.what for problem in _problems(path))


def test_a_cell_far_out_does_not_ask_for_all_the_memory(tmp_path: Path) -> None:
    """One cell at the last row and column would make a rectangle of seventeen thousand million."""
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Date", "Amount"])
    book.active["XFD1048576"] = 1
    book.save(path)
    assert any("more cells" in problem.what for problem in _problems(path))


def test_giant_cells_cost_only_their_rows(tmp_path: Path) -> None:
    """The rows before and after a giant cell are read; the cell is named."""
    path = tmp_path / "giant.csv"
    path.write_bytes(b"Date,Amount,Note\n2026-03-01,1.00,a\n2026-03-01,2.00,\"" + b"x" * 3_000_000
                     + b"\"\n2026-03-01,3.00,c\n")
    file = opened(path, tmp_path, _TABLE)
    assert [entry.amount_minor for entry in file.entries] == [100, 300]
    assert [entry.line for entry in file.entries] == [2, 4]
    assert [problem.line for problem in file.reading.problems] == [3]


def test_a_quote_that_stays_open_does_not_swallow_the_rows_behind_it(tmp_path: Path) -> None:
    """Its own row is named and left out; every other row is read."""
    path = tmp_path / "open.csv"
    path.write_text('Date,Amount,Note\n2026-03-01,1.00,a\n2026-03-01,2.00,"open\n'
                    '2026-03-01,3.00,c\n2026-03-01,4.00,"d"\n')
    file = opened(path, tmp_path, _TABLE)
    assert [(entry.line, entry.amount_minor) for entry in file.entries] == [
        (2, 100), (4, 300), (5, 400)]
    assert [problem.line for problem in file.reading.problems] == [3]


def test_a_table_longer_than_one_part_keeps_its_line_numbers(tmp_path: Path) -> None:
    """Parts of eight megabytes, fields with line breaks in the middle: lines and sum are right."""
    path = tmp_path / "long.csv"
    rows = [f"2026-03-01,1.00,{'n' * 800}\n"] * 12_000
    rows[11_000] = '2026-03-01,1.00,"two\nlines"\n'
    path.write_text("Date,Amount,Note\n" + "".join(rows) + "2026-03-01,7.00,last\n")
    file = opened(path, tmp_path, _TABLE)
    assert file.reading.statements[0].net_minor == 1_200_700
    assert (file.entries[-1].line, file.entries[-1].text) == (12_003, "last")
    assert file.entries[11_000].text == "two\nlines"


def test_bytes_that_are_no_text_in_the_named_encoding_are_named(tmp_path: Path) -> None:
    """A stray byte deep in a UTF-8 table is replaced, and said."""
    path = tmp_path / "stray.csv"
    path.write_bytes(b"Date,Amount,Note\n" + b"2026-03-01,1.00,\xc3\xa9\n" * 60_000
                     + b"2026-03-01,2.00,\xff\n")
    reading = read(path, mapping=_TABLE)
    assert reading.statements[0].net_minor == 6_000_200
    assert any("UTF-8" in problem.what for problem in reading.problems)


@pytest.mark.parametrize("name", ["reversals.mt940.sta", "german-bank.csv"])
def test_line_ends_and_wide_encodings_do_not_matter(name: str, tmp_path: Path) -> None:
    """LF, CRLF, CR alone and UTF-16 give the same sums."""
    plain = (CORPUS / name).read_bytes().decode("cp1252").replace("\r\n", "\n")
    sums = set()
    for number, content in enumerate((
            plain.encode("utf-8"), plain.replace("\n", "\r\n").encode("utf-8"),
            plain.replace("\n", "\r").encode("utf-8"), plain.encode("utf-16"))):
        if name.endswith("sta") and number == 3:
            continue
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(content)
        sums.add(read(path).statements[0].net_minor)
    assert len(sums) == 1
    assert None not in sums
