"""The trace: one golden trail, ties and breaks one by one, and an index that keeps up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.casework.fees import FeeSchedule, read_schedule
from amends.casework.trace import LinkState, StepState, Trace, follow
from amends.casework.trace_index import COVERAGE, find, index, normalise
from amends.casework.trace_shape import Totals
from amends.casework.trace_sides import positions
from amends.casework.trail_picture import as_list, draw
from amends.cli.trace import run
from amends.problems import AmendsError
from amends.tables import Engine, open_engine
from rooms.casework.worlds import World, settled_twice

NO, PAY = "NW-1001", "pay_1001"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as opened:
        yield opened


def _follow(engine: Engine, world: World, folder: Path, reference: str = NO) -> Trace:
    return follow(engine, world.read_until().lake(folder), reference)


GOLDEN = """\
2026-11-14 order ledger Placed 41260 plain: NW-7741-2093
2026-11-14 authorisation processor Approved 41260 plain: Code 00
2026-11-15 capture processor Captured 41260 plain: pay_9f21
2026-11-16 settlement processor Settled 41260 plain: Fee 12.27, net 400.33
2026-11-17 payout processor PO-81633 -69133 plain: 400.33 of it, 1 of 4 lines
2026-11-17 bank bank Credited 69133 plain: Line 2 of the statement
2026-11-18 settlement processor Settled 41260 broken: Fee 12.27, net 400.33
2026-11-19 payout processor PO-81701 -98233 plain: 400.33 of it, 1 of 4 lines
2026-11-19 bank bank Credited 98233 plain: Line 3 of the statement"""


@pytest.mark.parametrize("reference", ["NW-7741-2093", "nw 7741 2093", "pay_9f21"])
def test_a_payment_settled_twice_is_told_from_order_to_bank(
        engine: Engine, tmp_path: Path, reference: str) -> None:
    """Given a capture that was settled twice, the second settlement is the broken link.

    Any reference of the payment gives the same trail; the payouts' other payments stay out.
    """
    trace = follow(engine, settled_twice().lake(tmp_path), reference)
    assert "\n".join(
        f"{s.on} {s.lane} {s.side} {s.title} {s.amount_minor} {s.state}: {s.text}"
        for s in trace.steps) == GOLDEN
    (broken,) = trace.broken_links
    assert (broken.words, trace.difference_minor) == ("No capture behind it", 41260)
    assert trace.sentence == (
        "Settled again on 18 Nov 2026 with 412.60 USD; no second capture stands behind it.")
    assert [(p.holder, p.amount_minor) for p in trace.positions] == [
        ("Customer", -41260), ("Our bank account", 40033), ("Processor, fees", 1227)]
    assert [(r.ledger, r.processor, r.bank, r.difference) for r in trace.sides] == [
        (1, 2, None, 1), (41260, 82520, None, 41260), (-1227, -2454, None, -1227),
        (40033, 80066, 80066, 40033)]


def test_a_payout_is_traced_by_its_own_reference(engine: Engine, tmp_path: Path) -> None:
    """The payout and its bank line, with its lines as one number, not as steps."""
    trace = _follow(engine, settled_twice(), tmp_path, "PO-81701")
    assert [(s.kind, s.text) for s in trace.steps] == [
        ("payout", "4 lines, net 982.33 USD"), ("bank", "Line 3 of the statement")]
    assert [link.state for link in trace.links] == [LinkState.TIE]


def test_a_bank_line_without_a_reference_is_found_by_amount_and_date(
        engine: Engine, tmp_path: Path) -> None:
    """Only where it is the only one, and never one that names another payout."""
    world = World().pay(NO, PAY, 5000, payout="PO-10001").payout(17, 5000, "PO-10001")
    world.bank(18, 5000, "CREDIT KESTREL").bank(18, 5000, "KESTREL PO-10002")
    world.bank(2, 5000, "CREDIT KESTREL")
    trace = _follow(engine, world, tmp_path)
    (bank,) = trace.of("bank")
    assert bank.line == 2
    assert [link.words for link in trace.links if link.right == bank.id] == [
        "By amount and date; the bank line names no payout."]


def test_two_bank_lines_of_one_amount_are_no_evidence(engine: Engine, tmp_path: Path) -> None:
    """Where two lines fit, neither is taken, and the bank line counts as missing."""
    world = World().pay(NO, PAY, 5000, payout="PO-10001").payout(17, 5000, "PO-10001")
    trace = _follow(engine, world.bank(18, 5000, "ONE").bank(19, 5000, "TWO"), tmp_path)
    assert not trace.of("bank")
    (missing,) = [step for step in trace.steps if step.state is StepState.MISSING]
    assert (missing.lane, missing.text) == ("bank", "Looked until 28 Nov 2026")


def test_one_bank_line_may_pay_two_payouts(engine: Engine, tmp_path: Path) -> None:
    """A merged bank line ties when the payouts that it names add up to it."""
    world = World().pay(NO, PAY, 5000, payout="PO-10001").payout(17, 5000, "PO-10001")
    world.payout(17, 3000, "PO-10002").bank(18, 8000, "KESTREL PO-10001 PO-10002")
    trace = _follow(engine, world, tmp_path)
    assert trace.sentence == "Nothing is broken from order to bank."
    assert {p.holder: p.amount_minor for p in trace.positions} == {
        "Customer": 0, "Our bank account": 0}


@pytest.mark.parametrize(("world", "words"), [
    (World().pay(NO, PAY, 5000, day=10, settled=False), "Not settled"),
    (World().ledger("order", 10, 5000, NO), "Not seen at the processor"),
    (World().pay(NO, PAY, 5000).ledger("refund", 16, -5000, NO), "Booked, never sent"),
    (World().pay(NO, PAY, 5000).ledger("refund", 16, -5000, NO).event("refund", 17, -3000, NO, PAY),
     "20.00 USD less"),
    (World().pay(NO, PAY, 5000, payout="PO-10001").payout(17, 5000, "PO-10001"), "No bank line"),
    (World().pay(NO, PAY, 5000, payout="PO-10001").paid_out("PO-10001", 5000, credited=4750),
     "2.50 USD less"),
    (World().ledger("order", 14, 4000, NO).pay(NO, PAY, 5000, booked=False), "10.00 USD more"),
    (World().pay(NO, PAY, 5000).event("capture", 15, 5000, NO, "pay_1002"),
     "One order, captured again"),
    (World().pay(NO, PAY, 5000).ledger("cancellation", 14, -5000, NO),
     "Captured after cancellation"),
])
def test_each_break_has_its_words(engine: Engine, tmp_path: Path, world: World,
                                  words: str) -> None:
    """The first broken link says what broke; positions add up to zero all the same."""
    world = World({name: list(rows) for name, rows in world.files.items()})
    trace = _follow(engine, world, tmp_path)
    assert words in [link.words for link in trace.broken_links]
    assert sum(position.amount_minor for position in trace.positions) == 0
    assert trace.sentence == trace.broken_links[0].sentence


def test_what_is_not_due_yet_is_explained_not_broken(engine: Engine, tmp_path: Path) -> None:
    """A capture of yesterday without settlement is not broken."""
    trace = _follow(engine, World().pay(NO, PAY, 5000, day=26, settled=False), tmp_path)
    assert not trace.broken_links
    assert "Not due yet: settles within 5 days." in [link.words for link in trace.links]


@pytest.mark.parametrize(("reference", "said"), [
    ("NW-404", "No imported entry carries NW-404."),
    ("NOTPROVIDED", "No payment is named."),
    ("", "No payment is named."),
    ("cus_7", "cus_7 is shared by 2 entries and names no single payment."),
])
def test_nothing_found_is_said(engine: Engine, tmp_path: Path, reference: str, said: str) -> None:
    """No steps, and a Problem that says what to do next."""
    world = World().ledger("order", 1, 10, "A-1", customer="cus_7").ledger(
        "order", 2, 10, "A-2", customer="cus_7")
    trace = _follow(engine, world, tmp_path, reference)
    assert not trace.steps
    assert trace.problems[0].what == said
    assert trace.problems[0].hint


def test_an_empty_lake_is_no_error(engine: Engine, tmp_path: Path) -> None:
    """Before the first import, the answer says so."""
    assert follow(engine, tmp_path / "lake", NO).problems[0].hint.startswith(
        "No entries are imported yet.")


def test_the_index_follows_the_lake(engine: Engine, tmp_path: Path) -> None:
    """Each file is indexed once; a new file is found, a removed one is forgotten."""
    lake = World().pay(NO, PAY, 5000).lake(tmp_path)
    assert (index(engine, lake), index(engine, lake)) == (3, 0)
    World().row("later", "chargeback", 20, -5000, payment=PAY).lake(tmp_path)
    assert [step.kind for step in follow(engine, lake, NO).of("chargeback")] == ["chargeback"]
    shutil.rmtree(next(lake.glob("entries/*")))
    index(engine, lake)
    covered = {row["folder"] for row in find(engine, lake, [COVERAGE])}
    assert covered == {path.name for path in lake.glob("entries/*")}


def test_many_parts_become_one(engine: Engine, tmp_path: Path) -> None:
    """Beyond a few parts the index merges them, and finds what it found before, once."""
    world = World()
    for number in range(40):
        world.row(f"file {number}", "order", 1, 100, order=NO if number % 2 else f"A-{number}")
    lake = world.lake(tmp_path)
    assert index(engine, lake) == 40
    assert len(list(lake.glob("index/*"))) == 1
    assert len(find(engine, lake, [normalise(NO)])) == 20
    assert index(engine, lake) == 0


def test_a_crowded_reference_is_not_followed(engine: Engine, tmp_path: Path) -> None:
    """An id that hundreds share joins nobody: the trace stays with the payment asked for."""
    world = World().pay(NO, PAY, 5000)
    world.row("later", "adjustment", 15, -1, order=NO, transaction="BATCH-1")
    for number in range(300):
        world.row("later", "adjustment", 15, -1, order=f"Z-{number:04}", transaction="BATCH-1")
    trace = _follow(engine, world, tmp_path)
    assert {step.ref("order") for step in trace.steps} <= {NO, ""}


def test_a_register_of_files_decides_the_side(engine: Engine, tmp_path: Path) -> None:
    """A refund line without a payment reference is the ledger's, unless its file is told."""
    lake = World().ledger("order", 10, 5000, NO).row("psp", "refund", 12, -5000, order=NO).lake(
        tmp_path)
    sha = follow(engine, lake, NO).of("refund")[0].file_sha256 or ""
    assert follow(engine, lake, NO).of("refund")[0].side == "ledger"
    assert follow(engine, lake, NO, sides={sha: "processor"}).of("refund")[0].side == "processor"


def test_two_currencies_are_not_added(engine: Engine, tmp_path: Path) -> None:
    """Without a rate there is no sum, and the sentence says so."""
    world = World().pay(NO, PAY, 5000, settled=False).line(
        "settlement", 16, 4300, 100, NO, PAY, "PO-10001", currency="EUR")
    trace = _follow(engine, world, tmp_path)
    assert trace.positions == ()
    assert "more than one currency" in trace.sentence


def test_a_bank_line_that_names_the_order_pays_it(engine: Engine, tmp_path: Path) -> None:
    """Without a processor, order and bank line are tied; a second line is one too many."""
    world = World().ledger("order", 10, 5000, NO).bank(12, 5000, "TRANSFER NW 1001 THANK YOU")
    once = _follow(engine, world, tmp_path / "once")
    assert once.sentence == "Nothing is broken from order to bank."
    world.bank(13, 5000, f"PAYMENT {NO}")
    twice = _follow(engine, world, tmp_path / "twice")
    assert [link.words for link in twice.broken_links] == ["No second charge behind it"]
    assert [(p.holder, p.amount_minor) for p in twice.positions] == [
        ("Customer", -5000), ("Our bank account", 5000)]


amounts = st.integers(0, 10**9)


@given(st.builds(Totals, *[amounts] * 12))
def test_positions_always_add_up_to_zero(sums: Totals) -> None:
    """Whatever was paid, refunded, held or lost, nothing appears or vanishes."""
    assert sum(position.amount_minor for position in positions(sums)) == 0


@given(st.text())
def test_a_normalised_reference_is_stable(reference: str) -> None:
    """Normalising twice is normalising once, and only letters and digits are left."""
    once = normalise(reference)
    assert normalise(once) == once
    assert once.isalnum() or once == ""


def test_a_fee_above_the_schedule_shows_who_is_up(engine: Engine, tmp_path: Path) -> None:
    """With the contract at hand, the processor is up by what it took too much."""
    lake = World().pay(NO, PAY, 5000, fee=150, payout="PO-10001").paid_out("PO-10001", 4850).lake(
        tmp_path)
    fees = FeeSchedule({("visa", "payment"): (150, 25)})
    trace = follow(engine, lake, NO, fees=fees)
    assert [(p.holder, p.amount_minor) for p in trace.positions] == [
        ("Customer", 0), ("Our bank account", -50), ("Processor, fees", 50)]


def test_a_schedule_is_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    """Rates by method and type; a line that is no rate is a Problem with its number."""
    path = tmp_path / "fee-schedule.csv"
    path.write_text("method,type,bps,fixed_minor\nvisa,payment,150,25\n", encoding="utf-8")
    assert read_schedule(path).fee_minor("visa", "payment", 5050) == 101
    assert read_schedule(path).fee_minor("amex", "payment", 5050) is None
    path.write_text("method,type,bps,fixed_minor\nvisa,payment,1.5,25\n", encoding="utf-8")
    with pytest.raises(AmendsError) as refused:
        read_schedule(path)
    assert refused.value.problems[0].line == 2


def test_the_picture_has_no_overlap_and_ties_every_link(engine: Engine, tmp_path: Path) -> None:
    """Two chains are two rows; nodes never touch; the card covers none; the list says all."""
    trace = follow(engine, settled_twice().lake(tmp_path), "NW-7741-2093")
    picture = draw(trace)
    spots = {(node.x, node.y) for node in picture.nodes}
    assert len(spots) == len(picture.nodes) == 9
    assert len({node.y for node in picture.nodes}) == 2
    assert len(picture.wires) == len(trace.links)
    (broken,) = [wire for wire in picture.wires if wire.state is LinkState.BROKEN]
    assert len(broken.points) == 3
    card = picture.card
    assert card is not None
    assert not [node for node in picture.nodes
                if node.x < card.x + card.width and node.x + node.width > card.x
                and node.y < card.y + card.height and node.y + node.height > card.y]
    assert draw(trace) == picture
    assert "Broken: " + trace.sentence in as_list(trace)
    assert len(as_list(trace)) == len(trace.steps) + 1


def test_the_command_prints_the_contract(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reference, steps, broken links and difference; an unknown reference is exit 0 too."""
    import argparse

    settled_twice().lake(tmp_path)
    given_options = argparse.Namespace(reference="NW-7741-2093", data=tmp_path, json=True)
    assert run(given_options) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["difference_minor"] == 41260
    assert document["steps"][0]["at"] == "2026-11-14T18:02:00+00:00"
    assert {"at", "lane", "kind", "amount_minor", "currency", "entry_id"} <= set(
        document["steps"][0])
    assert [set(link) >= {"between", "what"} for link in document["broken_links"]] == [True]
    given_options.reference = "NW-404"
    assert run(given_options) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == []
