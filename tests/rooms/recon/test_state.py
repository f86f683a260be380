"""Daily runs, repeats, and runs that are stopped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from amends.problems import AmendsError
from amends.recon.run import reconcile
from amends.tables import Interrupted
from rooms.recon.worlds import DAY, Outcome, booked, paid, settled, write_world


def _month() -> tuple[list[Any], list[Any], list[Any]]:
    """Eight orders with most kinds of trouble, spread over twelve days."""
    ledger = [booked(number * 24) for number in range(1, 9)]
    ledger.append(booked(48, ledger_id=49))
    lines = []
    for number in range(1, 8):
        created = DAY + dt.timedelta(hours=24 * number, minutes=2)
        lines.append(settled(number * 24, created_at=created,
                             settled_date=created.date() + dt.timedelta(days=number % 3)))
    lines[2] |= {"gross_minor": 1000, "net_minor": 950, "fee_minor": 39}
    lines.append(lines[2] | {"line_id": 777, "gross_minor": 1500, "fee_minor": 46,
                             "settled_date": lines[2]["settled_date"] + dt.timedelta(days=2)})
    lines[4] |= {"gross_minor": 2650, "merchant_reference": None}
    lines.append(lines[5] | {"line_id": 888,
                             "settled_date": lines[5]["settled_date"] + dt.timedelta(days=1)})
    bank = [paid(1, sum(line["net_minor"] for line in lines),
                 value_date=DAY.date() + dt.timedelta(days=11))]
    return ledger, lines, bank


def _key(rows: list[Any]) -> list[Any]:
    return sorted(tuple(sorted((name, str(value)) for name, value in row.items()))
                  for row in rows)


def _days(folder: Path, sides: tuple[list[Any], ...]) -> list[Outcome]:
    ledger, lines, bank = sides
    found = []
    for number in range(13):
        day = DAY.date() + dt.timedelta(days=number)
        world = write_world(
            folder / f"day-{number}", [row for row in ledger if row["booked_at"].date() == day],
            [row for row in lines if row["settled_date"] == day],
            [row for row in bank if row["value_date"] == day],
            as_of=str(day + dt.timedelta(days=1)), period_start="2026-03-02", report_days=11)
        out = folder / f"out-{number}"
        found.append(Outcome(out, reconcile(world, out, state=folder / "state", threads=1)))
    return found


def test_daily_runs_end_where_one_run_over_the_month_ends(tmp_path: Path) -> None:
    """Links and payouts are the union over the days; breaks and proposals those of the last."""
    sides = _month()
    days = _days(tmp_path, sides)
    world = write_world(tmp_path / "month", *sides, as_of="2026-03-15",
                        period_start="2026-03-02", report_days=11)
    month = Outcome(tmp_path / "out", reconcile(world, tmp_path / "out", threads=1))
    assert _key([row for day in days for row in day.links]) == _key(month.links)
    assert _key([row for day in days for row in day.payouts]) == _key(month.payouts)
    assert _key(days[-1].breaks) == _key(month.breaks)
    assert _key(days[-1].proposed) == _key(month.proposed)
    assert {"duplicate_ledger", "duplicate_psp", "timing_cutoff"} <= set(month.kinds)


def test_the_same_folder_twice_changes_nothing(tmp_path: Path) -> None:
    """The second run gives what the first gave, and the open items stay as they were."""
    world = write_world(tmp_path / "world", [booked(1), booked(2)], [settled(1)])
    state = tmp_path / "state"
    first = reconcile(world, tmp_path / "out", state=state, threads=1)
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert reconcile(world, tmp_path / "again", state=state, threads=1) == first
    assert {path: path.read_bytes() for path in state.rglob("*") if path.is_file()} == before
    assert (tmp_path / "again" / "links.parquet").read_bytes() == (
        tmp_path / "out" / "links.parquet").read_bytes()


def test_a_cancelled_run_leaves_what_was_there(tmp_path: Path) -> None:
    """No half-written folder, and the results of the earlier run stand."""
    world = write_world(tmp_path / "world", [booked(1)], [settled(1)])
    out = tmp_path / "out"
    reconcile(world, out, threads=1)
    before = sorted(path.name for path in tmp_path.iterdir())
    told: list[str] = []
    with pytest.raises(Interrupted):
        reconcile(world, out, threads=1, progress=told.append, cancelled=lambda: len(told) > 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (out / "summary.json").exists()


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    """``--out`` on the wrong folder must not cost anybody a file."""
    world = write_world(tmp_path / "world", [booked(1)], [settled(1)])
    other = tmp_path / "letters"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(AmendsError, match="something else"):
        reconcile(world, other, threads=1)
    assert (other / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda world: (world / "ledger.parquet").unlink(), "two sides"),
    (lambda world: (world / "psp.parquet").write_bytes(b"not parquet"), "psp.parquet"),
    (lambda world: (world / "meta.json").write_text("{"), "meta.json"),
    (lambda world: (world / "meta.json").write_text('{"as_of": "soon"}'), "meta.json"),
])
def test_input_that_cannot_be_used_is_a_problem(spoil: Any, words: str, tmp_path: Path) -> None:
    """The words name the file, and nothing is written."""
    world = write_world(tmp_path / "world", [booked(1)], [settled(1)])
    spoil(world)
    with pytest.raises(AmendsError, match=words):
        reconcile(world, tmp_path / "out", threads=1)
    assert not (tmp_path / "out").exists()


def test_ids_that_are_not_unique_are_a_problem(tmp_path: Path) -> None:
    """Two rows under one id could not be told apart in the results."""
    world = write_world(tmp_path / "world", [booked(1), booked(1)], [settled(1)])
    with pytest.raises(AmendsError, match="ledger_id"):
        reconcile(world, tmp_path / "out", threads=1)
