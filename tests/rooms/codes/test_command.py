"""``amends explain``: the command's contract."""

from __future__ import annotations

import json

import pytest

from amends.cli.main import main


def test_json_holds_the_ten_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "iso8583", "05", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"scheme", "code", "name", "meaning", "retryable", "actor", "sensitive",
                          "next_step", "for_staff", "for_customer"}
    assert (found["code"], found["sensitive"]) == ("05", False)


def test_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "iso8583", "43"]) == 0
    heard = capsys.readouterr().out
    assert "Stolen card" in heard.split("For the customer:")[0]
    assert "tolen" not in heard.split("For the customer:")[1]


def test_an_unknown_code_is_wrong_use_and_names_the_nearest(
    capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "iso8583", "5", "--json"]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "05" in heard.err
