"""Writes the sample company into a folder: files, escalations, truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amends.problems import AmendsError, Problem
from amends.sample import csv_files, truth
from amends.sample.bank import StatementDay, statements
from amends.sample.escalations import Told, escalations_file, tell_all
from amends.sample.faults import Fault
from amends.sample.mappings import mappings_file
from amends.sample.plan import Plan
from amends.sample.statements import camt053, mt940
from amends.sample.workbook import Sheets, refund_review
from amends.sample.world import World, build


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the folder and how much is in it."""

    folder: Path
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """For ``amends sample --json``."""
        return {"folder": str(self.folder), "counts": dict(self.counts)}


def make(folder: Path, plan: Plan) -> Made:
    """The sample company in ``folder``; the same plan writes the same bytes.

    Raises AmendsError when the plan cannot be made, or the folder holds something else.
    """
    plan.check()
    if folder.exists() and any(folder.iterdir()) and not (folder / "escalations.csv").is_file():
        raise AmendsError(Problem("error", "The folder is not empty.",
                                  "Name a new folder, or one that a sample is in.", str(folder)))
    world = build(plan)
    told = tell_all(world)
    sheets = refund_review(plan, world.sales)
    written = _sources(world, sheets) | _truths(world, told, sheets)
    written["escalations.csv"] = escalations_file(told)
    for name in ("files", "truth"):
        for old in (folder / name).glob("*"):
            old.unlink()
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    books = world.books
    return Made(folder, {
        "payments": len(world.sales), "ledger_rows": len(books.ledger),
        "events": len(books.events), "settlement_lines": len(books.lines),
        "bank_lines": len(world.bank.lines), "files": len(written), "escalations": len(told),
        "faults": len(world.faults) + len(world.bank.faults), "breaks": len(books.breaks)})


def _sources(world: World, sheets: Sheets) -> dict[str, str | bytes]:
    """Everything under ``files/``."""
    found: dict[str, str | bytes] = {}
    found |= csv_files.ledger_files(world.books)
    found |= csv_files.event_files(world.books)
    found |= csv_files.settlement_files(world.books)
    found |= _bank_files(world)
    found["mappings.json"] = mappings_file()
    found["fee-schedule.csv"] = csv_files.fee_file()
    found["fx-rates.csv"] = csv_files.rate_file(world.rates)
    found["refund-review.xlsx"] = sheets.content
    return {f"files/{name}": text for name, text in found.items()}


def _bank_files(world: World) -> dict[str, str | bytes]:
    """One file a business day: EUR and SEK as camt.053, GBP and USD as MT940."""
    by_currency = {currency: statements(world.plan, world.bank, currency)
                   for currency in ("EUR", "SEK", "GBP", "USD")}

    def together(first: str, second: str) -> Iterable[tuple[str, list[StatementDay]]]:
        for day in world.plan.dates:
            both = by_currency[first].get(day, []) + by_currency[second].get(day, [])
            if both:
                yield day.isoformat(), both

    found: dict[str, str | bytes] = {
        f"bank-eur-{day}.xml": camt053(both[0].on, both) for day, both in together("EUR", "SEK")}
    return found | {f"bank-gbp-{day}.sta": mt940(both) for day, both in together("GBP", "USD")}


def _truths(world: World, told: list[Told], sheets: Sheets) -> dict[str, str | bytes]:
    """Everything under ``truth/``."""
    written_by = {id(one.fault): one.external_id for one in told if one.fault}
    faults: list[Fault] = [*world.faults.values(), *world.bank.faults]
    return {
        "truth/escalations.csv": truth.escalations_file(one.true for one in told),
        "truth/labels.csv": truth.labels_file(one.true for one in told),
        "truth/faults.csv": truth.faults_file(
            (fault, written_by.get(id(fault), "")) for fault in faults),
        "truth/workbook.csv": sheets.truth(),
        "truth/breaks.csv": truth.breaks_file(world.books.breaks),
    }
