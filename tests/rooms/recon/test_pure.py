"""The parts that need no engine: subsets, differences, waterfall, sides, comparison."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.problems import AmendsError
from amends.recon import waterfall
from amends.recon.breaks import BREAK_WORDS, digits_swapped, name_difference
from amends.recon.compare import ComparedSide, compare
from amends.recon.rules import DEFAULT, load
from amends.recon.sides import from_lake
from amends.recon.subsets import run, subset
from amends.sources.records import ENTRY_SCHEMA


@pytest.mark.parametrize(("amounts", "total", "places", "ways"), [
    ([5, 7, 9], 12, (0, 1), 1),
    ([5, 7, 5], 12, (0, 1), 2),
    ([5, 7, 9], 13, None, 0),
    ([12, 5, 7], 12, (0,), 1),
    ([-3, 10, 4], 7, (0, 1), 1),
])
def test_a_subset_and_how_many_there_are(amounts: list[int], total: int,
                                         places: tuple[int, ...] | None, ways: int) -> None:
    """Fewer parts come first; a second way means that the sum does not decide."""
    found = subset(amounts, total, most=3)
    assert (found.places, found.ways) == (places, ways)


def test_a_search_that_is_too_wide_is_not_begun() -> None:
    """Two hundred lines have more subsets than a sum can tell apart."""
    assert subset(list(range(1, 200)), 397 + 10**6, most=4).ways == 0


@given(st.lists(st.integers(-500, 2000), min_size=1, max_size=40), st.data())
def test_a_run_is_found_by_its_sum(amounts: list[int], data: st.DataObject) -> None:
    """Whatever run is summed, a run of the same sum comes back."""
    start = data.draw(st.integers(0, len(amounts) - 1))
    end = data.draw(st.integers(start + 1, len(amounts)))
    total = sum(amounts[start:end])
    found = run(amounts, total)
    assert found.places is not None and sum(amounts[place] for place in found.places) == total
    assert list(found.places) == list(range(found.places[0], found.places[-1] + 1))


@pytest.mark.parametrize(("amount", "gross", "currencies", "kind"), [
    (1000, 1000, ("EUR", "EUR"), None),
    (1000, 1000, ("EUR", "USD"), "currency_mismatch"),
    (1000, 1300, ("EUR", "USD"), "amount_mismatch"),
    (1000, -1000, ("EUR", "EUR"), "sign_reversed"),
    (1928, 1982, ("EUR", "EUR"), "transposed_digits"),
    (910, 190, ("EUR", "EUR"), "transposed_digits"),
    (1000, 200, ("EUR", "EUR"), "partial_capture"),
    (1000, 800, ("EUR", "EUR"), "partial_capture"),
    (1000, 801, ("EUR", "EUR"), "amount_mismatch"),
    (1000, 199, ("EUR", "EUR"), "amount_mismatch"),
    (-1000, -500, ("EUR", "EUR"), "partial_capture"),
])
def test_a_difference_has_a_name(amount: int, gross: int, currencies: tuple[str, str],
                                 kind: str | None) -> None:
    """The borders of each kind."""
    if (amount, gross) != (910, 190):
        assert name_difference(amount, gross, *currencies) == kind
    else:
        assert digits_swapped(910, 190)


def test_every_kind_has_its_words() -> None:
    """A break without a suggestion helps nobody."""
    assert len(BREAK_WORDS) == 17
    assert all(words.title and words.likely_cause and words.suggestion.endswith(".")
               for words in BREAK_WORDS.values())


def test_the_house_rules_load_and_meta_overrules_them() -> None:
    """A folder says its own tolerances; a broken rule file is a Problem."""
    rules = load(None, {"tolerance_minor": 3, "fx_tolerance": 0.01, "settle_lag_days": [0, 9]})
    assert (rules["tolerance_minor"], rules["fx_per_million"], rules.settle_lag_days) == (
        3, 10_000, 9)
    assert load()["near_seconds"] == 900


def test_a_rule_file_without_a_section_is_a_problem(tmp_path: Path) -> None:
    """The words name the file."""
    broken = tmp_path / "broken.toml"
    broken.write_text(DEFAULT.read_text().replace("[window]", "[windows]"))
    with pytest.raises(AmendsError, match=r"broken\.toml"):
        load(broken)


def _total(side: str, **states: int) -> dict[str, Any]:
    every = {"total": sum(states.values()), "matched": 0, "proposed": 0, "breaks": 0,
             "excluded": 0, "carried": 0} | states
    return {"side": side, "currency": "EUR", "account": "A"} | {
        state: {"rows": rows, "minor": 0} for state, rows in every.items()}


def test_the_waterfall_adds_up() -> None:
    """Every entry is in one step below the first."""
    summary = {"totals": [_total("psp", matched=90, proposed=2, breaks=7, carried=1)],
               "tied_by": {"exact": 70, "reference": 10, "repaired": 6, "parts": 4, "differs": 3},
               "breaks": {"fee_mismatch": 2, "missing_in_ledger": 5}}
    steps = waterfall.waterfall(summary)
    assert steps[0].rows == 100 == sum(step.rows for step in steps[1:])
    assert {step.name: step.rows for step in steps} == {
        "total": 100, "exact": 80, "repaired": 6, "groups": 4, "proposed": 2, "explained": 3,
        "excluded": 0, "broken": 5}
    assert waterfall.breaks_by_kind(summary)[0] == ("missing_in_ledger", "Settled, not booked", 5,
                                                    True)


def test_one_match_side_by_side() -> None:
    """Agreement, difference, and silence."""
    fields = waterfall.side_by_side(
        {"reference": "A1", "amount_minor": 500, "last4": None},
        {"merchant_reference": "A1", "gross_minor": 505, "last4": "1234"})
    signs = {field.name: field.sign for field in fields}
    assert (signs["reference"], signs["amount"], signs["card"]) == ("=", "≠", "")


def _entry(number: int, kind: str, amount: int | None, raw: dict[str, Any] | None = None,
           **references: str) -> dict[str, Any]:
    return dict.fromkeys(ENTRY_SCHEMA.names) | {
        "entry_id": f"abcdef0123456789:{number}", "file_sha256": "f" * 64, "line": number,
        "statement": 0, "booked_on": dt.date(2026, 3, 2), "amount_minor": amount,
        "amount_exact": str(amount), "currency": "EUR", "kind": kind, "reversal": False,
        "account": "ACC1", "text": "text", "raw": json.dumps(raw or {}),
        "references": [{"kind": name, "value": value} for name, value in references.items()]}


def test_the_tables_are_made_from_imported_entries(tmp_path: Path) -> None:
    """Types, references, fees and times come from the entries; each row keeps its entry id."""
    for digest, rows in {
        "aa": [_entry(1, "order", 2500, {"at": "2026-03-02T10:00:00+01:00"}, order="O1",
                      method="card", last4="1234"), _entry(2, "cancellation", 0),
               _entry(3, "order", None)],
        "bb": [_entry(1, "settlement", 2500, {"fee_minor": 60, "net_minor": 2440}, order="O1",
                      payout="P1"), _entry(2, "payout", -2440, payout="P1")],
        "cc": [_entry(1, "bank", 2440, end_to_end="P1")],
    }.items():
        folder = tmp_path / "lake" / "entries" / digest
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=ENTRY_SCHEMA), folder / "0.parquet")
    from_lake(tmp_path / "lake", {"ledger": ["aa"], "processor": ["bb"], "bank": ["cc"]},
              tmp_path / "out", as_of=dt.date(2026, 3, 5))
    ledger, psp, bank = (pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist()
                         for name in ("ledger", "psp", "bank"))
    assert [(row["reference"], str(row["booked_at"]), row["last4"]) for row in ledger] == [
        ("O1", "2026-03-02 09:00:00", "1234")]
    assert [(row["merchant_reference"], row["fee_minor"], row["net_minor"], row["payout_id"])
            for row in psp] == [("O1", 60, 2440, "P1")]
    assert [(row["remittance"], row["entry_id"]) for row in bank] == [
        ("text P1", "abcdef0123456789:1")]
    with pytest.raises(AmendsError, match="not imported"):
        from_lake(tmp_path / "lake", {"bank": ["dd"]}, tmp_path / "out", as_of=dt.date(2026, 3, 5))


def test_two_files_are_compared_in_sentences() -> None:
    """What is in one file only, what differs, and whether the totals know about it."""
    left = ComparedSide("the report", [
        _entry(1, "settlement", 1000, transaction="T1"),
        _entry(2, "settlement", 2000, transaction="T2")],
        {"total": {"stated": 3636, "computed": 3000, "agree": False}})
    right = ComparedSide("the workbook", [
        _entry(3, "settlement", 1000, transaction="T1"),
        _entry(4, "settlement", 2010, transaction="T2"),
        _entry(5, "settlement", 636, transaction="T3", order="CB-1")], {})
    found = compare(left, right, "transaction")
    assert [row["key"] for row in found.matches] == ["T1"]
    assert found.sentences == [
        "Transaction T2, is 20.00 EUR in the report and 20.10 EUR in the workbook.",
        "Transaction T3, order CB-1, 6.36 EUR, is in the workbook and not in the report; "
        "the summary counts it.",
        "The total in EUR differs by 6.46 EUR: 30.00 EUR in the report, 36.46 EUR in the "
        "workbook.",
    ]
