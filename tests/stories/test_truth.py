"""The whole way on the sample company: files in, trails followed, findings and decisions right.

The escalations' own words are read by the triage; here their kind, needs and reference are given,
so that what fails here is the investigation. What is compared is the truth beside the sample.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from amends.casework.claims import Kind, Need
from amends.casework.decisions import Proposal, propose
from amends.casework.facts import CaseFacts
from amends.casework.fees import FeeSchedule, read_schedule
from amends.casework.findings import look
from amends.casework.fraud import nearby, signals
from amends.casework.policy import load
from amends.casework.trace import Trace, follow
from amends.sample import Plan, make
from amends.sources.columns import shape_of
from amends.sources.lake import admit
from amends.sources.mapping import ColumnMapping
from amends.tables import Engine, open_engine

RIGHT_MIN = 0.98
COLUMNS = ("finding", "outcome", "remedy", "amount_minor", "cause", "straight_through")
PLAN = Plan(payments=3000, days=24)


@dataclass(frozen=True)
class Told:
    """One escalation, what is true of it, and what was proposed."""

    words: dict[str, str]
    truth: dict[str, str]
    trace: Trace
    proposal: Proposal


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _import(folder: Path, data: Path) -> None:
    mappings = {shape: ColumnMapping.from_dict(row) for shape, row in
                json.loads((folder / "mappings.json").read_text(encoding="utf-8")).items()}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".xml", ".sta") or path.name.startswith(("ledger-", "kestrel-")):
            mapping = mappings.get(shape_of(path)) if path.suffix == ".csv" else None
            admit(path, data=data, card_key=b"a key for tests", mapping=mapping)


def _judge(engine: Engine, lake: Path, fees: FeeSchedule, words: dict[str, str],
           truth: dict[str, str], needs: str) -> Told:
    kind = Kind(truth["kind"])
    named = re.findall(r"NW-\d{4}-\d{4}|PO-\d+", words["text"])
    reference = words["order_reference"] or next(iter(named), "")
    trace = follow(engine, lake, reference, fees=fees)
    denied = kind is Kind.UNAUTHORISED_TRANSACTION and trace.steps
    facts = CaseFacts(
        claim_kind=kind, reference=reference, currency=words["currency"],
        party_kind=words["party_kind"], needs=tuple(map(Need, re.findall(r"\w+", needs))),
        fees=fees, signals=signals(trace, nearby(engine, lake, trace)) if denied else ())
    found = look(trace, facts, as_of=date.fromisoformat(words["received_at"][:10]))
    return Told(words, truth, trace, propose(kind, found, [], facts, load(), as_of=PLAN.until))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Told]]:
    folder, data = tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("data")
    make(folder, PLAN)
    _import(folder / "files", data)
    words = {row["external_id"]: row for row in _rows(folder / "escalations.csv")}
    needs = {row["external_id"]: row["needs"] for row in _rows(folder / "truth/labels.csv")}
    fees = read_schedule(folder / "files/fee-schedule.csv")
    with open_engine() as engine:
        yield [_judge(engine, data / "lake", fees, words[row["external_id"]], row,
                      needs[row["external_id"]])
               for row in _rows(folder / "truth/escalations.csv")]


def _wrong(one: Told) -> list[str]:
    got = one.proposal.as_json()
    said = {name: str(got[name]) for name in COLUMNS}
    said["straight_through"] = said["straight_through"].lower()
    return [f"{one.truth['external_id']} {name}: {said[name]}, not {one.truth[name]}"
            for name in COLUMNS if said[name] != one.truth[name]]


def test_the_investigation_finds_what_happened(told: list[Told]) -> None:
    """At least 98 in 100 escalations are right in finding, outcome, remedy, amount and cause."""
    wrong = [words for one in told if (words := _wrong(one))]
    assert len(told) == PLAN.escalations
    assert 1 - len(wrong) / len(told) >= RIGHT_MIN, "\n".join(map(str, wrong))


def test_no_money_is_ever_wrong(told: list[Told]) -> None:
    """Where something is paid, it is what is true, in its currency; nothing is paid otherwise."""
    wrong = [
        (one.truth["external_id"], one.proposal.amount_minor, one.truth["amount_minor"])
        for one in told if one.proposal.amount_minor
        and (str(one.proposal.amount_minor), one.proposal.currency) != (
            one.truth["amount_minor"], one.truth["currency"])
    ]
    assert wrong == []


def test_nothing_goes_straight_through_that_should_not(told: list[Told]) -> None:
    """A case that needs a person never goes without one."""
    assert [one.truth["external_id"] for one in told
            if one.proposal.straight_through and one.truth["straight_through"] == "false"] == []


def test_every_position_adds_up_and_every_finding_can_be_shown(told: list[Told]) -> None:
    """Each step that was found names its file and line, and positions add up to zero."""
    for one in told:
        assert sum(position.amount_minor for position in one.trace.positions) == 0
        assert all(step.file_sha256 and step.line for step in one.trace.steps if step.entry_id)
