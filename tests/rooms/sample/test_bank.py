"""Payouts and bank: what the processor pays arrives, balances go on, and the files read cleanly."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.problems import AmendsError
from amends.sample.bank import statements
from amends.sample.plan import Plan, next_open
from amends.sample.world import World, build
from amends.sources import read
from amends.sources.columns import shape_of
from rooms.sample.companies import SMALL, Company, minor

CURRENCIES = ("EUR", "SEK", "GBP", "USD")


@pytest.fixture(scope="module")
def world() -> World:
    """The company before it is written."""
    return build(SMALL)


def test_a_payout_is_the_net_of_its_lines(company: Company) -> None:
    """To the minor unit, for every payout."""
    nets: dict[str, int] = defaultdict(int)
    for rows in company.lines.values():
        for row in rows:
            assert minor(row["net"]) == minor(row["gross"]) - minor(row["fee"])
            nets[row["payout_id"]] += minor(row["net"])
    nets.pop("", None)
    assert nets and set(nets.values()) == {0}


def test_balances_go_on_from_day_to_day(world: World) -> None:
    """Each statement opens where the one before closed, and closes by its lines."""
    for currency in CURRENCIES:
        closed: dict[str, int] = {}
        for _, day in sorted(statements(world.plan, world.bank, currency).items()):
            for statement in day:
                assert closed.get(statement.account, statement.opening_minor) == (
                    statement.opening_minor)
                moved = sum(line.amount_minor for line in statement.lines)
                closed[statement.account] = statement.opening_minor + moved
                assert closed[statement.account] == statement.closing_minor


def test_every_bank_line_is_on_a_statement(world: World) -> None:
    """Nothing is booked on a day on which the bank is closed."""
    shown = [line for currency in CURRENCIES
             for day in statements(world.plan, world.bank, currency).values()
             for statement in day for line in statement.lines]
    assert len(shown) == len(world.bank.lines)


def test_payouts_reach_the_bank_unless_the_truth_says_not(world: World, company: Company) -> None:
    """What is paid out arrives in full on the next business days, but for the planted ones."""
    planted = {row["payout_id"]: row for row in company.faults if row["payout_id"]}
    credited: dict[str, int] = defaultdict(int)
    paid = {row["payout_id"]: row for row in company.lines[""] if row["type"] == "payout"}
    for line in world.bank.lines:
        named = [number for number in paid if number[3:] in line.text]
        if named:
            credited[" ".join(sorted(named))] += line.amount_minor
    for number, row in paid.items():
        together = next((key for key in credited if number in key.split()), "")
        due = -sum(minor(paid[one]["gross"]) for one in together.split())
        finding = planted.get(number, {}).get("finding")
        if finding == "payout_not_at_bank":
            assert not together
        elif finding == "payout_short_at_bank":
            assert due - credited[together] == int(planted[number]["amount_minor"])
        elif together:
            assert due == credited[together]
        else:
            assert row["settled_date"] >= (
                SMALL.until.replace(day=SMALL.until.day - 5).isoformat())


def test_every_file_is_read_without_an_error(company: Company) -> None:
    """By the mappings that come along; balances and controls agree; the sides are right."""
    mappings = json.loads((company.folder / "files/mappings.json").read_text("utf-8"))
    sides: dict[str, int] = defaultdict(int)
    for path in sorted((company.folder / "files").iterdir()):
        if path.name.startswith(("fee-", "fx-", "mappings", "refund-review")):
            continue
        mapping = mappings[shape_of(path)] if path.suffix == ".csv" else None
        try:
            reading = read(path, mapping=mapping, card_key=b"of the test")
        except AmendsError as error:
            pytest.fail(f"{path.name}: {error}")
        assert not [problem for problem in reading.problems if problem.severity == "error"]
        assert all(control.agree for control in reading.controls.values()), path.name
        assert all(one["balances_agree"] in (True, None)
                   for one in reading.as_json()["statements"]), path.name
        sides[reading.side or ""] += reading.entry_count
    rows = sum(len(found) for found in company.ledger.values())
    processor = sum(len(found) for table in (company.events, company.lines)
                    for found in table.values())
    assert (sides["ledger"], sides["processor"]) == (rows, processor)
    assert sides["bank"] == len(build(SMALL).bank.lines)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_any_seed_makes_a_company_that_ties(seed: int) -> None:
    """Ledger numbers are unique, each line's payout exists, planted payouts are distinct."""
    made = build(Plan(seed=seed, payments=600, escalations=30, days=24))
    numbers = [row.number for row in (*made.books.ledger, *made.books.lines)]
    assert len(numbers) == len(set(numbers))
    payouts = {line.payout for line in made.books.lines if line.type == "payout"}
    assert {line.payout for line in made.books.lines} <= payouts | {""}
    spoiled = [fault.payout for fault in made.bank.faults]
    assert len(spoiled) == len(set(spoiled))


def test_the_bank_skips_a_holiday() -> None:
    """Thanksgiving is no business day for dollars, and one for euros."""
    wednesday = Plan().until.replace(day=25)
    assert next_open("USD", wednesday).day == 27
    assert next_open("EUR", wednesday).day == 26
