"""``amends lint-message`` and the shape of its case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from amends.cli.main import main
from amends.messages import MessageFacts, compose
from amends.problems import AmendsError
from rooms.messages.letters import CASE

FACTS = replace(CASE, situation="referred", quiet_from=time(21), quiet_to=time(8),
                do_not_contact=False, internal_texts=("a note",))


def files(folder: Path, text: str) -> list[str]:
    (folder / "draft.txt").write_text(text, encoding="utf-8")
    (folder / "case.json").write_text(json.dumps(FACTS.as_json()), encoding="utf-8")
    return [str(folder / "draft.txt"), "--case", str(folder / "case.json")]


def test_facts_come_back_from_their_json() -> None:
    assert MessageFacts.from_json(json.loads(json.dumps(FACTS.as_json()))) == FACTS


@pytest.mark.parametrize(("document", "field"), [
    ({"case_number": "AM-1"}, "party"),
    ({"party": "A", "case_number": "AM-1", "amount": {"minor": 1.5, "currency": "EUR"}}, "amount"),
    ({"party": "A", "case_number": "AM-1", "amount": {"minor": 1, "currency": "EURO"}}, "amount"),
    ({"party": "A", "case_number": "AM-1", "amounts": [3]}, "amounts"),
    ({"party": "A", "case_number": "AM-1", "dates": {"answer_by": "soon"}}, "dates"),
    ({"party": "A", "case_number": "AM-1", "forbidden": "x"}, "forbidden"),
    ({"party": "A", "case_number": "AM-1", "do_not_contact": "no"}, "do_not_contact"),
    ({"party": "A", "case_number": "AM-1", "quiet_from": "9"}, "quiet_from"),
    ({"party": 7, "case_number": "AM-1"}, "party"),
])
def test_a_fact_that_cannot_be_read_is_named(document: dict[str, Any], field: str) -> None:
    with pytest.raises(AmendsError) as raised:
        MessageFacts.from_json(document)
    assert [problem.field for problem in raised.value] == [field]


def test_a_good_draft_ends_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(tmp_path, compose("referred", FACTS).text)
    assert main(["lint-message", *words, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["may_send"] is True
    assert main(["lint-message", *words]) == 0
    assert capsys.readouterr().out == "May be sent.\n"


def test_a_draft_that_may_not_go_ends_with_one_and_the_repair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = compose("referred", FACTS).text.replace("1,234.50", "1,243.50")
    words = files(tmp_path, text)
    assert main(["lint-message", *words]) == 1
    assert capsys.readouterr().out == (
        "stop amounts: €1,243.50 is no amount of this case. Write: €1,234.50\n"
        "May not be sent.\n")
    assert main(["lint-message", *words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["may_send"] is False


def test_the_case_may_be_given_as_json_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = files(tmp_path, compose("referred", FACTS).text)[0]
    assert main(["lint-message", draft, "--case", json.dumps(FACTS.as_json())]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("given", ["{", "[]", "no/such/file.json", "{}"])
def test_a_case_that_cannot_be_read_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    draft = files(tmp_path, "Hello")[0]
    assert main(["lint-message", draft, "--case", given, "--json"]) == 2
    assert capsys.readouterr().out == ""
