"""Each kind of break and of match as its own small case."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.recon.run import reconcile
from rooms.recon.worlds import DAY, booked, paid, run, settled, write_world

LATE = DAY + dt.timedelta(days=16)

# what is wrong: (ledger, lines, kinds of break, linked pairs, delta of the first break)
CASES: dict[str, tuple[list[Any], list[Any], list[str], list[tuple[int, int]], int]] = {
    "nothing": ([booked(1)], [settled(1)], [], [(1, 501)], 0),
    "one minor unit of rounding": ([booked(1)], [settled(1, 2501)], [], [(1, 501)], 0),
    "never settled": ([booked(1), booked(2)], [settled(1)], ["missing_in_psp"], [(1, 501)], -2500),
    "booked too late for the report": (
        [booked(1), booked(2, booked_at=LATE)], [settled(1)], ["timing_cutoff"], [(1, 501)], -2500),
    "never booked": ([booked(1)], [settled(1), settled(2)], ["missing_in_ledger"], [(1, 501)],
                     2500),
    "price changed": ([booked(1)], [settled(1, 2650)], ["amount_mismatch"], [(1, 501)], 150),
    "digits swapped": ([booked(1, 1928)], [settled(1, 1982)], ["transposed_digits"], [(1, 501)],
                       54),
    "captured in part": ([booked(1)], [settled(1, 900)], ["partial_capture"], [(1, 501)], -1600),
    "fee too high": ([booked(1)], [settled(1, fee_minor=99)], ["fee_mismatch"], [(1, 501)], 0),
    "settled twice": ([booked(1)], [settled(1), settled(1, line_id=502)], ["duplicate_psp"],
                      [(1, 501)], 2500),
    "booked twice": ([booked(1), booked(1, ledger_id=2)], [settled(1)], ["duplicate_ledger"],
                     [(1, 501)], -2500),
    "refunded twice": (
        [booked(1, -800, type="refund")],
        [settled(1, -800, type="refund", fee_minor=0),
         settled(1, -800, type="refund", fee_minor=0, line_id=502)],
        ["double_refund"], [(1, 501)], -800),
    "chargeback not booked": (
        [booked(1)], [settled(1), settled(1, -2500, type="chargeback", line_id=502)],
        ["unbooked_chargeback"], [(1, 501)], -2500),
    "adjustment without a word": (
        [booked(1)], [settled(1), settled(2, -77, type="adjustment", merchant_reference=None)],
        ["unexplained_adjustment"], [(1, 501)], -77),
    "sign reversed": ([booked(1)], [settled(1, -2500)], ["sign_reversed"], [(1, 501)], -5000),
    "other currency": ([booked(1)], [settled(1, currency="GBP")], ["currency_mismatch"],
                       [(1, 501)], 0),
    "settled on the tenth day": (
        [booked(1)], [settled(1, settled_date=DAY.date() + dt.timedelta(days=10))],
        ["late_settlement"], [(1, 501)], 0),
    "converted at the day's rate": ([booked(1, currency="USD")], [settled(1, 2243)], [],
                                    [(1, 501)], 0),
    "one order, two captures": (
        [booked(1)], [settled(1, 1000), settled(1, 1500, line_id=502)], [],
        [(1, 501), (1, 502)], 0),
    "two bookings, one capture": (
        [booked(1, 1000), booked(1, 1500, ledger_id=2)], [settled(1)], [], [(1, 501), (2, 501)], 0),
    "two bookings, two captures": (
        [booked(1, 1100), booked(1, 1400, ledger_id=2)],
        [settled(1, 700), settled(1, 1800, line_id=502)], [],
        [(1, 501), (1, 502), (2, 501), (2, 502)], 0),
    "a capture that lost its reference": (
        [booked(1)], [settled(1, 1000), settled(1, 1500, line_id=502, merchant_reference=None)],
        [], [(1, 501), (1, 502)], 0),
}


@pytest.mark.parametrize("case", CASES)
def test_a_small_world(case: str, tmp_path: Path) -> None:
    """Each thing that can go wrong is named as what it is, beside an order that is fine."""
    ledger, lines, kinds, pairs, delta = CASES[case]
    found = run(tmp_path, [*ledger, booked(9, 777)], [*lines, settled(9, 777)])
    assert found.kinds == kinds
    assert found.pairs == [*pairs, (9, 509)]
    if kinds:
        assert found.breaks[0]["delta_minor"] == delta
        assert all(row["reason"].endswith(".") and row["suggestion"] for row in found.breaks)


DAMAGES = (
    "ord-2603-100137", "ORD2603100137", " ORD-2603-100137 ", "PSP*ORD-2603-100137",
    "REF ORD-2603-100137", "ORD-2603-100137-1", "ORD-2603-100137 RETRY", "2603-100137",
    "ORD-2603-1001", "ORD-2603-100187", "ORD-2603-100317", "0RD-26O3-1OO137",
    "ORD%2D2603%2D100137", "Order: #ORD/2603/100137", None, "", "NOTPROVIDED",
)


def test_damaged_references_still_find_their_order(tmp_path: Path) -> None:
    """Amount, account, card and minute carry a reference that does not; one account each."""
    ledger = [booked(1, ledger_id=place, account=f"A{place}") for place in range(len(DAMAGES))]
    lines = [settled(1, line_id=place, account=f"A{place}", merchant_reference=damage)
             for place, damage in enumerate(DAMAGES)]
    found = run(tmp_path, ledger, lines)
    assert found.pairs == [(place, place) for place in range(len(DAMAGES))]
    assert found.kinds == []


def test_a_typo_that_hits_another_order_is_seen_through(tmp_path: Path) -> None:
    """In a dense sequence the wrong reference is valid; the card and the minute know better."""
    close = {"booked_at": DAY, "created_at": DAY}
    ledger = [booked(1, reference="ORD-100001", booked_at=DAY),
              booked(2, reference="ORD-100002", booked_at=DAY + dt.timedelta(minutes=2))]
    lines = [settled(1, merchant_reference="ORD-100002", created_at=close["created_at"]),
             settled(2, merchant_reference="ORD-100002",
                     created_at=DAY + dt.timedelta(minutes=2))]
    assert run(tmp_path, ledger, lines).pairs == [(1, 501), (2, 502)]


def test_what_cannot_be_decided_is_proposed_and_no_break(tmp_path: Path) -> None:
    """Two orders of the same price in the same minute, one line without reference or card."""
    same = {"last4": None, "method": "wallet"}
    found = run(tmp_path,
                [booked(1, booked_at=DAY, **same), booked(2, booked_at=DAY, **same)],
                [settled(1, merchant_reference=None, created_at=DAY, **same)])
    assert found.links == [] and found.breaks == []
    assert [row["others"] for row in found.proposed] == [1, 1]


def test_another_card_is_never_tied(tmp_path: Path) -> None:
    """Same reference and amount, and another card: evidence against, so no link."""
    found = run(tmp_path, [booked(1)], [settled(1, last4="9999")])
    assert found.links == []


@pytest.mark.parametrize(("lines", "kinds", "paid_by"), [
    ([paid(1, 4880)], [], [901]),
    ([paid(1, 4880, remittance="")], [], [901]),
    ([paid(1, 4880, remittance="/RFB/P07QK")], [], [901]),
    ([paid(1, 3000), paid(2, 1880)], [], [901, 902]),
    ([paid(1, 4480)], ["bank_short"], [901]),
    ([paid(1, 123456, remittance="RENT", counterparty="LANDLORD")], ["payout_missing"], []),
], ids=["named", "by amount", "cut name", "split", "short", "missing"])
def test_a_payout_at_the_bank(lines: list[Any], kinds: list[str], paid_by: list[int],
                              tmp_path: Path) -> None:
    """Two orders of 25.00, less fees of 0.60 each, are one payout of 48.80."""
    found = run(tmp_path, [booked(1), booked(2)], [settled(1), settled(2)], lines)
    assert found.kinds == kinds
    assert [row["bank_line_id"] for row in found.payouts] == paid_by


def test_two_payouts_in_one_bank_line(tmp_path: Path) -> None:
    """Merged payouts are told apart by their sum."""
    found = run(tmp_path, [booked(1), booked(2, 900)],
                [settled(1), settled(2, 900, payout_id="POZ9Y8X7W6V5")],
                [paid(1, 2440 + 862, remittance="SETTLEMENT")])
    assert {row["payout_id"] for row in found.payouts} == {"PO7QK2M9XR4T", "POZ9Y8X7W6V5"}


def test_lines_without_a_payout_id(tmp_path: Path) -> None:
    """Each line that the bank line pays is named by itself."""
    found = run(tmp_path, [booked(1), booked(2)],
                [settled(1, payout_id=None), settled(2, payout_id=None)],
                [paid(1, 4880, remittance="")])
    assert [(row["payout_id"], row["line_id"]) for row in found.payouts] == [
        (None, 501), (None, 502)]


def test_ledger_and_bank_alone(tmp_path: Path) -> None:
    """Without a report, a bank line that names the order ties, and one that pays a day does too."""
    ledger = [booked(1), booked(2, 700), booked(3, 1100), booked(4, 5555)]
    bank = [paid(1, 2500, remittance="TRANSFER ORD-2603-100137 THANK YOU"),
            paid(2, 1800, remittance="DAILY TOTAL"), paid(3, -99, remittance="RENT")]
    found = run(tmp_path, ledger, None, bank)
    assert found.pairs == [(1, 901), (2, 902), (3, 902)]
    assert found.kinds == ["missing_in_psp"]


def test_a_file_that_is_missing_leaves_its_check_out(tmp_path: Path) -> None:
    """Without schedule and rates nothing is said about fees, and a converted order still ties."""
    world = write_world(tmp_path / "world", [booked(1, currency="USD")],
                               [settled(1, 2243, fee_minor=999)])
    for name in ("fee_schedule", "fx_rates"):
        (world / f"{name}.parquet").unlink()
    summary = reconcile(world, tmp_path / "out")
    assert summary["breaks"] == {} and summary["tied_by"] == {"differs": 1}


_AMOUNTS = st.sampled_from([500, 990, 2500, 2500, 1928])
_ORDERS = st.lists(st.tuples(
    st.integers(1, 8), _AMOUNTS, _AMOUNTS,
    st.sampled_from(["both", "both", "both", "ledger", "psp"]),
    st.sampled_from([None, "ORD-2603-100137", "x", "ORD-26", "keep", "keep"])),
    min_size=1, max_size=12)


@settings(max_examples=10, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=_ORDERS, shuffle=st.integers(0, 1000))
def test_every_row_once_and_in_any_order(orders: list[Any], shuffle: int,
                                         tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the damage: totals tie (the run ensures it), and the order of rows is no matter."""
    ledger, lines = [], []
    for place, (number, amount, gross, there, reference) in enumerate(orders):
        if there != "psp":
            ledger.append(booked(number, amount, ledger_id=place))
        if there != "ledger":
            named = {} if reference == "keep" else {"merchant_reference": reference}
            lines.append(settled(number, gross, line_id=place, **named))
    first = run(tmp_path_factory.mktemp("a"), ledger or [booked(99)], lines)
    mixed = random.Random(shuffle)
    mixed.shuffle(ledger)
    mixed.shuffle(lines)
    second = run(tmp_path_factory.mktemp("b"), ledger or [booked(99)], lines)
    assert (first.links, first.breaks, first.proposed) == (
        second.links, second.breaks, second.proposed)
    for total in first.summary["totals"]:
        assert total["total"]["rows"] == sum(
            total[state]["rows"] for state in ("matched", "proposed", "breaks", "excluded",
                                               "carried"))
