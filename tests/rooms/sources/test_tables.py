"""Tables by a column mapping: suggested in six languages, read exactly, corrected by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from amends.problems import AmendsError
from amends.sources import read
from amends.sources.columns import ColumnMapping, preview, shape_of, suggest
from amends.sources.figures import day, plain_amount
from amends.sources.masking import card_reference
from rooms.sources.reading_aids import CORPUS, KEY, opened

SUGGESTED = {
    "german-bank.csv": {
        "delimiter": ";", "decimal": ",", "booked_on": "Buchungstag", "value_on": "Wertstellung",
        "counterparty": "Empfänger", "text": "Verwendungszweck", "amount": "Betrag",
        "currency": "Währung", "side": "bank"},
    "american-ledger.csv": {
        "header_row": 2, "date_order": "mdy", "booked_on": "Date", "debit": "Debit",
        "credit": "Credit", "text": "Description", "account": "Account"},
    "polish-processor.csv": {
        "delimiter": "|", "decimal": ",", "booked_on": "Data transakcji", "amount": "Kwota",
        "kind": "Typ transakcji", "kinds": {"sprzedaż": "capture", "zwrot": "refund"},
        "references": {"order": "Numer zamówienia", "card": "Numer karty"}, "side": "processor"},
    "spanish.csv": {
        "delimiter": "\t", "booked_on": "Fecha operación", "value_on": "Fecha valor",
        "debit": "Debe", "credit": "Haber", "currency": "Moneda", "text": "Concepto"},
    "french.csv": {
        "booked_on": "Date opération", "text": "Libellé", "amount": "Montant",
        "currency": "Devise", "decimal": ","},
    "swedish.csv": {
        "booked_on": "Bokföringsdag", "value_on": "Valutadag", "amount": "Belopp",
        "currency": "Valuta", "text": "Beskrivning"},
}


@pytest.mark.parametrize("name", SUGGESTED)
def test_a_mapping_is_suggested_from_header_and_values(name: str) -> None:
    """The columns, the delimiter, the decimal mark and the order of dates are found."""
    found = suggest(CORPUS / name).as_dict()
    assert {key: found[key] for key in SUGGESTED[name]} == SUGGESTED[name]


def test_german_rows_are_read_by_text(tmp_path: Path) -> None:
    """Latin-1, decimal comma, a delimiter in quotes; the row of totals is no entry."""
    file = opened(CORPUS / "german-bank.csv", tmp_path)
    assert [(entry.line, entry.booked_on, entry.amount_minor, entry.counterparty, entry.text)
            for entry in file.entries] == [
        (2, date(2026, 3, 2), 123456, "Müller & Söhne", "Bestellung 0012345"),
        (3, date(2026, 3, 2), -1250, "Kestrel", "Gebühr; März"),
    ]
    assert any(problem.line == 5 and "without a date" in problem.what
               for problem in file.reading.problems)


def test_credit_and_debit_columns_give_one_signed_amount(tmp_path: Path) -> None:
    """Debits are negative, brackets too; neither or both is a Problem; lines stay right."""
    mapping = replace(suggest(CORPUS / "american-ledger.csv"), currency="=USD")
    file = opened(CORPUS / "american-ledger.csv", tmp_path, mapping)
    assert [(e.line, e.amount_minor) for e in file.entries] == [
        (3, -125000), (4, -310), (6, 9950), (7, None), (8, None)]
    assert file.entries[0].account == "0012"
    assert {problem.line for problem in file.reading.problems} == {7, 8, 9}
    assert file.reading.statements[0].net_minor is None


def test_a_processor_table_keeps_references_and_masks_cards(tmp_path: Path) -> None:
    """Leading zeros stay, an order number that looks like a card stays, card numbers go."""
    first, second, third = opened(CORPUS / "polish-processor.csv", tmp_path).entries
    assert first.reference("order") == "0000451"
    assert third.reference("order") == "4000000000000002"
    hashes = {value for kind, value in first.references if kind == "card"}
    assert hashes == {card_reference("4111111111111111", KEY),
                      card_reference("5555555555554444", KEY)}
    assert first.text == "karta 555555****4444"
    assert first.raw["Numer karty"] == "411111****1111"
    assert (second.kind, second.amount_minor) == ("refund", -350)
    assert (third.amount_minor, third.amount_exact) == (None, "0.125")


def test_a_workbook_keeps_leading_zeros_dates_and_decimals(tmp_path: Path) -> None:
    """Texts stay texts, numbers come by their written digits, dates as dates."""
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Weekly export"])
    sheet.append([])
    sheet.append(["Date", "Order ID", "Amount", "Currency", "Description"])
    sheet.append([date(2026, 3, 2), "0001234", 0.1, "EUR", "first"])
    sheet.append(["2026-03-03", "0001235", "-1234.56", "EUR", "card 4111111111111111"])
    sheet.append([None, "Total", -1234.46, "EUR", None])
    book.save(path)
    file = opened(path, tmp_path)
    assert [(e.line, e.booked_on, e.reference("order"), e.amount_minor, e.text)
            for e in file.entries] == [
        (4, date(2026, 3, 2), "0001234", 10, "first"),
        (5, date(2026, 3, 3), "0001235", -123456, "card 411111****1111"),
    ]
    assert file.reading.format == "xlsx"


def test_settlement_rows_carry_fee_gross_and_net(tmp_path: Path) -> None:
    """The amount is the gross; fee and net stand in ``raw`` in minor units, the time as instant."""
    path = tmp_path / "settlement.csv"
    path.write_text("created_at,settled_date,type,gross,fee,currency,payout_id\n"
                    "2026-03-01 10:00:00,2026-03-02,settlement,12.50,0.35,EUR,PO-1\n"
                    "2026-03-01T11:00:00+01:00,2026-03-02,payout,12.15,,EUR,PO-1\n", "utf-8")
    mapping = ColumnMapping(
        side="processor", booked_on="settled_date", at="created_at", amount="gross", fee="fee",
        currency="currency", kind="type", kinds={"settlement": "settlement", "payout": "payout"},
        sign="by_kind", references={"payout": "payout_id"})
    first, second = opened(path, tmp_path, mapping).entries
    assert first.raw == {"at": "2026-03-01T10:00:00Z", "fee_minor": 35, "gross_minor": 1250,
                         "net_minor": 1215, "type": "settlement"}
    assert (second.amount_minor, second.amount_exact) == (-1215, "-12.15")
    assert second.raw["at"] == "2026-03-01T11:00:00+01:00"


def test_the_preview_shows_the_first_rows_as_they_would_be_read() -> None:
    """Rows of the entry schema, masked, with their Problems; nothing is written."""
    path = CORPUS / "polish-processor.csv"
    rows, problems = preview(path, suggest(path), rows=1)
    assert [(row["amount_minor"], row["text"]) for row in rows] == [(1200, "karta 555555****4444")]
    assert problems == []


def test_a_shape_is_the_header_and_nothing_else(tmp_path: Path) -> None:
    """Other rows, same shape; another column name, another shape."""
    one, two, three = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "3.csv"
    one.write_text("Date,Amount\n2026-03-01,1.00\n")
    two.write_text("date , amount\n2026-04-01,2.00\n2026-04-02,3.00\n")
    three.write_text("Date,Betrag\n2026-03-01,1.00\n")
    assert shape_of(one) == shape_of(two) != shape_of(three)
    assert suggest(one).shape == shape_of(one)


def test_a_mapping_survives_being_kept(tmp_path: Path) -> None:
    """``from_dict`` reads what ``as_dict`` wrote; what it does not know it names."""
    mapping = suggest(CORPUS / "polish-processor.csv")
    assert ColumnMapping.from_dict(mapping.as_dict()) == mapping
    for wrong in ({"amuont": "x"}, {"amount": 3}, {"amount": "x", "kinds": {"a": "unknown"}}, {},
                  {"amount": "x", "decimal": ";"}, {"amount": "x", "references": {"nope": "y"}}):
        with pytest.raises(AmendsError):
            ColumnMapping.from_dict(wrong)


def test_a_mapping_for_another_table_is_refused_by_name() -> None:
    """The Problem names the columns that are missing."""
    with pytest.raises(AmendsError, match="no column 'Belopp'"):
        read(CORPUS / "german-bank.csv", mapping={"amount": "Belopp", "delimiter": ";"})


@pytest.mark.parametrize(("text", "decimal", "plain"), [
    ("1,234.56", ".", "1234.56"), ("1.234,56", ",", "1234.56"), ("(12.00)", ".", "-12.00"),
    ("12,50-", ",", "-12.50"), ("€ 1 234,50", ",", "1234.50"), ("12.50 DR", ".", "-12.50"),
    ("−3.00", ".", "-3.00"), ("-€5.00", ".", "-5.00"), ("1'234.00", ".", "1234.00"),
    ("1,5", ".", None), ("1.5", ",", None), ("0,123", ".", None), ("1e3", ".", None),
    ("12.3.4", ".", None), ("", ".", None), ("--5", ".", None), ("NaN", ".", None),
])
def test_an_amount_is_read_by_its_text_or_not_at_all(
    text: str, decimal: str, plain: str | None
) -> None:
    """What could be read in two ways is not read."""
    assert plain_amount(text, decimal) == plain


@pytest.mark.parametrize(("text", "order", "found"), [
    ("2026-03-01T10:00:00Z", "mdy", date(2026, 3, 1)), ("20260301", "dmy", date(2026, 3, 1)),
    ("01.03.2026", "dmy", date(2026, 3, 1)), ("3/1/26", "mdy", date(2026, 3, 1)),
    ("1. März 2026", "dmy", date(2026, 3, 1)), ("30.02.2026", "dmy", None), ("soon", "dmy", None),
])
def test_a_date_is_read_in_the_order_given(text: str, order: str, found: date | None) -> None:
    """ISO always; else day first or month first, as the mapping says."""
    assert day(text, order) == found
