"""``amends clocks``: the command's contract, as a caller of the shell sees it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amends.cli.main import main


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["clocks", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def facts_file(folder: Path, document: object) -> str:
    path = folder / "facts.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_one_object_with_its_rule_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = facts_file(tmp_path, {"dispute_notice_date": "2026-09-20"})
    found = answer(capsys, "--regime", "amex", "--facts", path)
    assert set(found) == {"deadlines", "values", "explain", "problems"}
    assert found["deadlines"] == {"merchant_response_due": "2026-10-10"}
    assert {"rule", "citation", "start", "counted", "skipped", "if_missed"} <= set(
        found["explain"]["merchant_response_due"])


def test_a_list_keeps_its_order_and_a_bad_element_spoils_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = facts_file(tmp_path, [
        {"id": "a", "regime": "us-reg-e", "facts": {"notice_received": "2026-02-30"}},
        {"id": "b", "regime": "none-such", "facts": {}},
        {"id": "c", "regime": "amex"},
        17,
        {"id": "d", "regime": "amex", "facts": {"dispute_notice_date": "2026-09-20"},
         "expected": {}, "why": "ignored"},
    ])
    found = answer(capsys, "--facts", path)
    assert [element["id"] for element in found] == ["a", "b", "c", None, "d"]
    assert [element["deadlines"] for element in found[:4]] == [{}] * 4
    assert all(element["problems"] for element in found[:4])
    assert found[0]["problems"][0]["field"] == "notice_received"
    assert found[4]["deadlines"] == {"merchant_response_due": "2026-10-10"}


def test_standard_input_and_as_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = json.dumps([{"regime": "us-reg-f", "facts": {"call_dates": []}},
                        {"regime": "us-reg-f", "facts": {"call_dates": [], "as_of": "2026-01-05"}}])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given.encode())))
    found = answer(capsys, "--facts", "-", "--as-of", "2026-03-02")
    dates = [element["deadlines"]["next_call_permitted"] for element in found]
    assert dates == ["2026-03-02", "2026-01-05"]


@pytest.mark.parametrize(("content", "words"), [
    ("{", []), ("3", []), ("{}", []), ("{}", ["--regime", "none-such"]), ("[" * 100_000, []),
    ("\xff", []),
])
def test_what_cannot_be_read_at_all_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: list[str]
) -> None:
    path = tmp_path / "facts.json"
    path.write_bytes(content.encode("latin-1"))
    assert main(["clocks", "--facts", str(path), *words, "--json"]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith("error: ")


def test_a_missing_file_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clocks", "--facts", "no/such/file.json"]) == 2
    assert "no/such/file.json" in capsys.readouterr().err


def test_words_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = facts_file(tmp_path, [{"id": "AM-1", "regime": "us-reg-e", "facts": {
        "notice_received": "2026-08-24", "statement_sent": "soon"}},
        {"id": "AM-2", "regime": "us-reg-e", "facts": {"notice_received": "2026-08-24"}}])
    assert main(["clocks", "--facts", path]) == 0
    heard = capsys.readouterr().out
    assert "AM-1 us-reg-e\n  error: statement_sent: 'soon' is no date" in heard
    assert "2026-09-08  Provisional credit or decision (12 CFR 1005.11(c)(2)(i)" in heard
    assert "not started: notice_deadline" in heard
