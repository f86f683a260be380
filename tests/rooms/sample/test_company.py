"""The sample company: the same every time, whole, and its truth agrees with its files."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.casework.claims import Kind, Need
from amends.cli.main import main
from amends.problems import AmendsError
from amends.sample import Plan, make
from amends.sample.company import accounts, luhn_holds
from amends.sample.people import customers
from amends.sample.truth import DECISIONS
from rooms.sample.companies import SMALL, Company

CARD = re.compile(r"(?<!\d)(?:424242|555555)\d{10}(?!\d)|(?<!\d)378282\d{9}(?!\d)")


def digest(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_plan_writes_the_same_bytes(company: Company, tmp_path: Path) -> None:
    """Twice by the same arguments, also over an older sample; another seed, another company."""
    make(tmp_path / "again", Plan(seed=7, payments=1500, escalations=100))
    other = digest(tmp_path / "again")
    make(tmp_path / "again", SMALL)
    assert digest(tmp_path / "again") == digest(company.folder)
    assert other != digest(company.folder)


def test_the_command_makes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``amends sample`` says what it made, as one JSON document."""
    code = main(["sample", "--out", str(tmp_path / "s"), "--payments", "600", "--escalations", "20",
                 "--until", "2026-03-31", "--days", "25", "--json"])
    assert code == 0
    assert '"payments": 600' in capsys.readouterr().out
    assert (tmp_path / "s/files/ledger-2026-03-31.csv").is_file()
    assert not (tmp_path / "s/files/ledger-2026-04-01.csv").exists()


@pytest.mark.parametrize("plan", [
    Plan(days=5), Plan(payments=100), Plan(payments=600, escalations=200),
    Plan(escalations=-1), Plan(days=100_000),
], ids=["too few days", "too few payments", "more writers than buyers", "negative", "too long"])
def test_a_plan_that_cannot_be_made_is_refused(plan: Plan, tmp_path: Path) -> None:
    """With a Problem that says what to ask for."""
    with pytest.raises(AmendsError, match="Ask for"):
        make(tmp_path, plan)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written where something else lies."""
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(AmendsError, match="not empty"):
        make(tmp_path, SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_every_escalation_has_its_truth(company: Company) -> None:
    """One row each, of known kinds, decided as the policy decides that finding."""
    told = [row["external_id"] for row in company.escalations]
    assert told == list(company.truth)
    assert len(told) == len(set(told)) == SMALL.escalations
    for row in company.truth.values():
        assert row["kind"] in set(Kind)
        assert (row["outcome"], row["remedy"]) == DECISIONS[row["finding"]]
        assert row["remedy"] not in ("none",) or int(row["amount_minor"]) == 0


def test_every_finding_and_most_kinds_are_there(company: Company) -> None:
    """A company of the usual mix has each finding, planted and written about."""
    assert {row["finding"] for row in company.truth.values()} == set(DECISIONS)
    assert len({row["kind"] for row in company.truth.values()}) >= 15


def test_some_victims_never_wrote_in(company: Company) -> None:
    """The same causes hit people who are silent."""
    silent = Counter(row["cause"] for row in company.faults if not row["external_id"])
    for cause in ("processor_duplicate_settlement", "fee_table_outdated", "refund_queue_stuck"):
        assert silent[cause] > 0
    written = [row["external_id"] for row in company.faults if row["external_id"]]
    assert len(written) == len(set(written))


def test_labels_are_known_needs(company: Company) -> None:
    """Needs and their look-alikes are words of triage, and look-alikes are no needs."""
    labels = company.rows("truth/labels")
    assert {row["external_id"] for row in labels} == set(company.truth)
    for row in labels:
        assert set(row["needs"].split()) | set(row["traps"].split()) <= set(Need)
        assert not set(row["needs"].split()) & set(row["traps"].split())
    assert sum(bool(row["needs"]) for row in labels) > 10
    assert sum(bool(row["traps"]) for row in labels) > 8


def test_texts_are_filled_and_varied(company: Company) -> None:
    """No slot is left open; no two people write the same."""
    texts = [row["text"] for row in company.escalations]
    assert not [text for text in texts if re.search(r"[{}]|\bNone\b", text)]
    assert len(set(texts)) == len(texts)
    languages = Counter(row["language"] for row in company.escalations)
    assert set(languages) == {"en", "de", "fr", "es", "pl"}
    assert 0.55 < languages["en"] / len(texts) < 0.85


def test_a_reference_is_given_or_told_or_unknown(company: Company) -> None:
    """Where a purchase stands behind it, field or text names it."""
    behind = {row["external_id"]: row["order_reference"] or row["payout_id"]
              for row in company.faults if row["external_id"]}
    for row in company.escalations:
        named = behind.get(row["external_id"])
        if named:
            assert row["order_reference"] == named or named in row["text"]
    assert any(not row["order_reference"] for row in company.escalations)


def test_card_numbers_stand_only_where_they_are_meant(company: Company) -> None:
    """In clear in the processor's events, of test ranges; nowhere else."""
    found = Counter(
        path.name.rsplit("-", 3)[0] for path in company.folder.rglob("*")
        if path.is_file() and CARD.search(path.read_bytes().decode("utf-8", "replace")))
    assert set(found) == {"kestrel-events"}


def test_people_pay_with_test_cards() -> None:
    """Every card number passes the Luhn check and is of a published test range."""
    cards = [person.card for person in customers(SMALL) if person.card]
    assert all(CARD.fullmatch(card) and luhn_holds(card) for card in cards)
    assert len(set(cards)) == len(cards)


@given(currency=st.sampled_from(["EUR", "GBP", "USD", "SEK"]))
@settings(max_examples=4)
def test_accounts_are_well_formed(currency: str) -> None:
    """Each account is an IBAN whose check digits hold (ISO 13616, remainder 1)."""
    for account in accounts(currency):
        moved = account[4:] + account[:4]
        assert int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def test_nothing_happens_after_the_last_day(company: Company) -> None:
    """Neither in the files nor in what people write."""
    last = SMALL.until.isoformat()
    for name, column in (("files/ledger-", "booked_at"), ("files/kestrel-events-", "created_at"),
                         ("files/kestrel-settlement-", "settled_date")):
        assert max(row[column][:10] for row in company.rows(name)) <= last
    assert max(row["received_at"][:10] for row in company.escalations) <= last
    for row in company.faults:
        assert date.fromisoformat(row["ready_on"]) <= SMALL.until
