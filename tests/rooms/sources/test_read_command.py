"""``amends read``: one document, the contract's shape, the contract's exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from amends.cli.main import main
from amends.cli.output import DONE, NO, WRONG_USE
from amends.sources import ENTRY_SCHEMA
from amends.sources.formats.workbook import rows_of
from rooms.sources.reading_aids import CORPUS

CAMT = str(CORPUS / "batch-and-return.camt053.xml")


def _document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_document_has_the_shape_of_the_contract(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Format, hash, statements, controls, counts, problems; entries in a Parquet file."""
    out = tmp_path / "entries.parquet"
    assert main(["read", CAMT, "--json", "--entries", str(out)]) == DONE
    document = _document(capsys)
    assert list(document) == ["format", "sha256", "statements", "controls", "counts", "problems"]
    assert document["statements"] == [{
        "account": "DE89370400440532013000", "currency": "EUR", "opening_minor": 100000,
        "closing_minor": 113125, "entries": 3, "credits_minor": 15125, "debits_minor": 2000,
        "net_minor": 13125, "balances_agree": True, "difference_minor": 0}]
    assert document["controls"]["statement 1 credits"] == {
        "stated": 15125, "computed": 15125, "agree": True}
    assert set(document["problems"][0]) == {"severity", "file", "line", "field", "what", "hint"}
    table = pq.read_table(out)
    assert table.schema.equals(ENTRY_SCHEMA)
    assert table["entry_id"].to_pylist() == [f"{document['sha256'][:16]}:{n}" for n in range(3)]


def test_words_say_what_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json: a table a person can read, and the Problems."""
    assert main(["read", CAMT]) == DONE
    words = capsys.readouterr().out
    assert "camt.053, bank, 3 entries" in words
    assert "1,131.25" in words
    assert "line 42" in words


def test_strict_says_no_when_anything_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """A Problem, or a control that does not agree."""
    assert main(["read", CAMT, "--strict"]) == NO
    assert main(["read", str(CORPUS / "settlement-report.xml"), "--strict"]) == NO
    assert main(["read", str(CORPUS / "french.csv"), "--strict"]) == DONE


def test_a_suggested_mapping_can_be_corrected_and_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """--suggest prints it; --mapping takes it back."""
    path = str(CORPUS / "american-ledger.csv")
    assert main(["read", path, "--suggest"]) == DONE
    mapping = _document(capsys) | {"currency": "=USD"}
    kept = tmp_path / "mapping.json"
    kept.write_text(json.dumps(mapping), "utf-8")
    assert main(["read", path, "--mapping", str(kept), "--json"]) == DONE
    assert _document(capsys)["statements"][0]["currency"] == "USD"


@pytest.mark.parametrize("given", [
    ["nowhere.xml"], [CAMT, "--format", "morse"], [CAMT, "--mapping", CAMT],
])
def test_what_cannot_be_read_at_all_is_wrong_use(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and with --json the Problem is in the document."""
    assert main(["read", *given, "--json"]) == WRONG_USE
    document = _document(capsys)
    assert document["statements"] == []
    assert document["problems"][0]["severity"] == "error"


def test_a_sheet_that_starts_elsewhere_keeps_its_rows(tmp_path: Path) -> None:
    """Row numbers and columns count from the sheet's corner, not from the first cell in use."""
    path = tmp_path / "offset.xlsx"
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C4"] = "x", 2.5
    book.save(path)
    assert list(rows_of(path)) == [("", "", ""), ("", "", ""), ("", "x", ""), ("", "", "2.5")]
