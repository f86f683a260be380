"""Each planted fault leaves its mark in the files, exactly as the truth says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from amends.sample.company import fee_minor
from amends.sample.truth import DECISIONS
from rooms.sample.companies import Company, Row, minor, total


@dataclass
class Seen:
    """What the files say about one fault's order."""

    fault: Row
    ledger: list[Row]
    events: list[Row]
    lines: list[Row]

    @property
    def amount(self) -> int:
        """What the truth says is owed."""
        return int(self.fault["amount_minor"])

    @property
    def ordered(self) -> int:
        """What the ledger ordered."""
        return total(self.ledger, "amount", "payment")

    @property
    def taken(self) -> int:
        """What the processor captured."""
        return total(self.events, "amount", "capture")

    @property
    def settled(self) -> int:
        """What the processor settled."""
        return total(self.lines, "gross", "settlement")

    def types(self) -> Counter[str]:
        """How many events of each type."""
        return Counter(row["type"] for row in self.events)


def fee_gap(seen: Seen) -> int:
    """What the fees are above the contract."""
    return sum(minor(line["fee"]) - fee_minor(line["method"], "payment", minor(line["gross"]))
               for line in seen.lines)


def after_cancelling(seen: Seen) -> bool:
    """Whether the capture came after the cancellation."""
    cancelled = [row["booked_at"] for row in seen.ledger if row["type"] == "cancellation"]
    captured = [row["created_at"] for row in seen.events if row["type"] == "capture"]
    return bool(cancelled) and cancelled[0] < captured[0]


def held_only(seen: Seen) -> bool:
    """Whether one more was approved than taken."""
    return seen.types()["authorization"] == seen.types()["capture"] + 1


def taken_by_a_thief(seen: Seen) -> bool:
    """Whether all of the purchase was taken and settled, from one device."""
    devices = {row["device_id"] for row in (*seen.ledger, *seen.events)}
    return seen.settled == seen.taken == seen.amount > 0 and len(devices) == 1


def charged_back(seen: Seen) -> int:
    """What went back through the network."""
    return -total(seen.lines, "gross", "chargeback")


MARKS: dict[str, Callable[[Seen], bool]] = {
    "settled_twice": lambda s: (s.types()["capture"] == 1 and s.settled == s.taken + s.amount
                                and len({r["payment_id"] for r in s.lines}) == 1
                                and len({r["settled_date"] for r in s.lines}) == 2),
    "captured_twice": lambda s: (s.taken == s.ordered + s.amount == s.settled
                                 and len({r["payment_id"] for r in s.lines}) == 2),
    "charged_more_than_order": lambda s: s.taken - s.ordered == s.amount == s.settled - s.ordered,
    "refund_not_sent": lambda s: (-total(s.ledger, "amount", "refund") == s.amount > 0
                                  and not s.types()["refund"]),
    "refund_in_transit": lambda s: (
        total(s.ledger, "amount", "refund") == total(s.events, "amount", "refund")
        == total(s.lines, "gross", "refund") == -s.ordered),
    "refund_short": lambda s: (total(s.events, "amount", "refund")
                               - total(s.ledger, "amount", "refund") == s.amount > 0),
    "payment_declined": lambda s: set(s.types()) == {"decline"} and not s.ledger and not s.lines,
    "authorization_hold": held_only,
    "charged_after_cancellation": lambda s: after_cancelling(s) and s.settled == s.amount,
    "fee_above_schedule": lambda s: fee_gap(s) == s.amount > 0,
    "already_charged_back": lambda s: s.settled - charged_back(s) in (0, s.ordered),
    "unauthorised_pattern": taken_by_a_thief,
    "chargeback_open": lambda s: charged_back(s) == s.amount == s.settled,
    "paid_in_full": lambda s: s.ordered == s.taken == s.settled and not s.types()["refund"],
    "booked_not_settled": lambda s: s.ordered == s.taken > 0 and not s.lines,
}


def test_every_finding_has_a_mark() -> None:
    """Payouts are looked at below; a payment that is not found has none."""
    assert set(MARKS) == set(DECISIONS) - {"payout_not_at_bank", "payout_short_at_bank",
                                           "payment_not_found"}


@pytest.mark.parametrize("finding", sorted(MARKS))
def test_the_mark_is_in_the_files(company: Company, finding: str) -> None:
    """For every fault of the kind, those that nobody wrote about too."""
    faults = [row for row in company.faults if row["finding"] == finding]
    assert faults
    for fault in faults:
        order = fault["order_reference"]
        seen = Seen(fault, company.ledger[order], company.events[order], company.lines[order])
        assert MARKS[finding](seen), (finding, order)


def test_an_unknown_reference_is_in_no_file(company: Company) -> None:
    """Where the payment cannot be found, the reference given is nobody's."""
    given = [row["order_reference"] for row in company.escalations
             if company.truth[row["external_id"]]["finding"] == "payment_not_found"
             and row["order_reference"]]
    payouts = {row["payout_id"] for row in company.lines[""]}
    for reference in given:
        assert reference not in company.ledger and reference not in company.events
        assert reference not in payouts


def test_card_testing_shows_small_declines_before(company: Company) -> None:
    """The thief's card has several small declines within minutes before the purchase."""
    faults = [row for row in company.faults if row["cause"] == "card_testing"]
    everything = [row for rows in company.events.values() for row in rows]
    assert faults
    for fault in faults:
        bought = company.events[fault["order_reference"]][0]
        small = [row for row in everything if row["type"] == "decline"
                 and row["card_number"] == bought["card_number"]
                 and row["device_id"] == bought["device_id"] and minor(row["amount"]) < 300]
        assert len(small) >= 3
        assert all(row["created_at"] < bought["created_at"] for row in small)


def test_breaks_name_rows_that_are_there(company: Company) -> None:
    """Every break points to a ledger row, a line or a payout of the files, of every kind."""
    ledger = {row["ledger_id"] for rows in company.ledger.values() for row in rows}
    lines = {row["line_id"] for rows in company.lines.values() for row in rows}
    payouts = {row["payout_id"] for row in company.lines[""]}
    kinds = Counter()
    for row in company.rows("truth/breaks"):
        kinds[row["kind"]] += 1
        assert row["ledger_id"] or row["line_id"] or row["payout_id"]
        assert not row["ledger_id"] or row["ledger_id"] in ledger
        assert not row["line_id"] or row["line_id"] in lines
        assert not row["payout_id"] or row["payout_id"] in payouts
    assert set(kinds) == {
        "missing_in_psp", "timing_cutoff", "missing_in_ledger", "amount_mismatch",
        "transposed_digits", "partial_capture", "fee_mismatch", "duplicate_psp",
        "duplicate_ledger", "double_refund", "unbooked_chargeback", "unexplained_adjustment",
        "sign_reversed", "currency_mismatch", "late_settlement", "bank_short", "payout_missing"}


def test_only_named_orders_differ_between_ledger_and_processor(company: Company) -> None:
    """An order without a break has the same sum on both sides, fees by the contract."""
    broken = {row["order_reference"] for row in company.rows("truth/breaks")}
    for order, rows in company.ledger.items():
        lines = company.lines[order]
        if order in broken or {r["currency"] for r in rows} != {r["currency"] for r in lines}:
            continue
        assert sum(minor(r["amount"]) for r in rows) == sum(minor(r["gross"]) for r in lines)
        for line in lines:
            kind = "payment" if line["type"] == "settlement" else line["type"]
            assert minor(line["fee"]) == fee_minor(line["method"], kind, minor(line["gross"]))
