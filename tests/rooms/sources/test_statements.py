"""Statements and settlement reports of our own making, entry by entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amends.sources import read
from amends.sources.masking import card_reference
from rooms.sources.reading_aids import CORPUS, KEY, opened

PAN = "4111111111111111"


def test_a_camt_batch_gives_one_entry_with_its_details(tmp_path: Path) -> None:
    """A batch of two: one entry, references of both, details in ``raw``, the card masked."""
    file = opened(CORPUS / "batch-and-return.camt053.xml", tmp_path)
    batch = file.entries[0]
    assert (batch.amount_minor, batch.line, batch.kind) == (12000, 15, "bank")
    assert ("end_to_end", "NW-1001") in batch.references
    assert ("end_to_end", "NW-1002") in batch.references
    assert ("arn", "74537606061000000000017") in batch.references
    assert ("mandate", "M-0001") in batch.references
    assert [detail["amount"] for detail in batch.raw["details"]] == ["70.00", "50.00"]
    assert batch.raw["details"][0]["text"] == "Order NW-1001 card 411111****1111"
    assert batch.reference("card") == card_reference(PAN, KEY)
    assert file.reading.counts["details"] == 3


def test_a_camt_return_carries_its_reason_and_the_payee(tmp_path: Path) -> None:
    """Reason AC04 under the scheme of return codes; the party is the one who sent it back."""
    returned = opened(CORPUS / "batch-and-return.camt053.xml", tmp_path).entries[1]
    assert (returned.kind, returned.code_scheme, returned.code) == (
        "return", "iso20022-return", "AC04")
    assert (returned.amount_minor, returned.reversal) == (3125, True)
    assert returned.counterparty == "Bruno Keller"
    assert returned.counterparty_account == "GB29NWBK60161331926819"
    assert ("end_to_end", "4000000000000002") in returned.references
    assert returned.raw["at"] == "2026-03-02T10:15:00Z"


def test_a_day_that_the_calendar_lacks_is_named_and_the_entry_kept(tmp_path: Path) -> None:
    """30 February: no booking date, the amount counts."""
    file = opened(CORPUS / "batch-and-return.camt053.xml", tmp_path)
    assert (file.entries[2].booked_on, file.entries[2].amount_minor) == (None, -2000)
    assert [problem.line for problem in file.reading.problems] == [42]
    assert file.reading.statements[0].difference_minor == 0
    assert all(control.agree for control in file.reading.controls.values())


@pytest.mark.parametrize(("number", "amount", "reversal", "kind", "code"), [
    (0, 10000, False, "bank", None),
    (1, -4000, True, "return", "AC04"),  # RC takes a credit back: a debit
    (2, 750, True, "bank", None),  # RD takes a debit back: a credit
    (3, -50, False, "bank", None),
])
def test_mt940_marks_are_read_as_the_standard_has_them(
    tmp_path: Path, number: int, amount: int, reversal: bool, kind: str, code: str | None
) -> None:
    """SWIFT field 61: RC is a debit, RD a credit, a letter after the mark the funds code."""
    entry = opened(CORPUS / "reversals.mt940.sta", tmp_path).entries[number]
    assert (entry.amount_minor, entry.reversal, entry.kind, entry.code) == (
        amount, reversal, kind, code)


def test_mt940_words_are_put_together_again(tmp_path: Path) -> None:
    """Subfields and full lines run on; SEPA words become references; cards are masked."""
    first, second, third, last = opened(CORPUS / "reversals.mt940.sta", tmp_path).entries
    assert first.text == "TRANSFER KESTREL PAYOUT PO-2041"
    assert (first.counterparty, first.counterparty_account) == (
        "KESTREL PAYMENTS", "GB29NWBK60161331926819")
    assert second.reference("end_to_end") == "NW-77"
    assert (third.counterparty, third.text) == ("NORTH BANK", "FEE TAKEN TWICE")
    assert last.text == ("CARD 411111****1111 FEE FOR FEBRUARY, A LONG TEXT THAT IS WRAPPED INSIDE "
                         "A WORD, AND A CARD 378282****0005")
    assert (last.value_on, last.booked_on) == (None, date(2026, 3, 2))


def test_a_settlement_report_is_held_against_its_own_totals(tmp_path: Path) -> None:
    """Swish states 11.00 and has 12.00; the total is off by the same; the rest agrees."""
    file = opened(CORPUS / "settlement-report.xml", tmp_path)
    wrong = {what: (control.stated, control.computed)
             for what, control in file.reading.controls.items() if not control.agree}
    assert wrong == {"Swish": (1100, 1200), "total": (10100, 10200)}
    assert [(e.kind, e.amount_minor) for e in file.entries] == [
        ("settlement", 10000), ("refund", -1000), ("settlement", 1200)]
    assert ("transaction", "4000000000000002") in file.entries[1].references
    assert file.entries[0].text == "Order 411111****1111"


def test_an_amount_finer_than_the_minor_unit_stays_exact(tmp_path: Path) -> None:
    """Five decimals of a euro: exact on the entry, no minor units, sums unknown, one Problem."""
    text = (CORPUS / "batch-and-return.camt053.xml").read_text("utf-8")
    path = tmp_path / "finer.xml"
    path.write_text(text.replace(">31.25<", ">31.25125<", 1), "utf-8")
    file = opened(path, tmp_path)
    assert (file.entries[1].amount_minor, file.entries[1].amount_exact) == (None, "31.25125")
    statement = file.reading.statements[0]
    assert (statement.credits_minor, statement.net_minor, statement.difference_minor) == (
        None, None, None)
    assert any("finer" in words for words in file.said)


def test_a_file_cut_short_is_read_up_to_the_cut(tmp_path: Path) -> None:
    """The entries before the cut are there, and a Problem names the line."""
    whole = (CORPUS / "batch-and-return.camt053.xml").read_bytes()
    path = tmp_path / "cut.xml"
    path.write_bytes(whole[: whole.index(b"<Amt Ccy=\"EUR\">20.00")])
    reading = read(path)
    assert reading.entry_count == 2
    assert [problem.severity for problem in reading.problems] == ["error"]
    assert reading.problems[0].line
    assert reading.controls["statement 1 entries"].agree is False
