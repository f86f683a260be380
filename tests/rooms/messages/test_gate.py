"""The send gate: drafts with one planted fault each, and good drafts that it must let pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from time import perf_counter
from typing import Any

import pytest

from amends.messages import MessageFacts, gate
from amends.messages.gate import Check
from amends.money import Money
from rooms.messages.letters import CASE

FACTS = replace(
    CASE,
    internal_texts=("Caller sounded drunk again, third time this week, keep an eye on refunds.",
                    "Scheme says no"),
    forbidden=("stolen card", "Bob Fischer", "risk score"),
    allowed_hosts=("northwind.example",),
)
# A good draft in a person's own words; each fault is planted at the end or put in place of {}.
GOOD = """\
Case AM-000123: your refund

Dear Ana López,

Thank you for your patience. We have refunded €1,234.50 to you on 6 March 2026. You will see it
in your account by 12 March 2026. Your order NW-10045 is closed. {}

If anything is unclear, please write to us.

Kind regards
Mia Berg
"""


def failed(draft: str, facts: MessageFacts = FACTS) -> list[Check]:
    return [check for check in gate(draft, facts).checks if not check.ok]


def test_a_good_draft_passes() -> None:
    report = gate(GOOD.format(""), FACTS)
    assert [check for check in report.checks if not check.ok] == []
    assert report.may_send


# (what is planted, the check that must stop it, the words it must point at, the repair)
PLANTED: list[tuple[str, str, str, str | None]] = [
    # amounts
    ("We sent €1,243.50.", "amounts", "€1,243.50", "€1,234.50"),
    ("We sent 1.234,05 EUR.", "amounts", "1.234,05 EUR", "€1,234.50"),
    ("We sent £1,234.50.", "amounts", "£1,234.50", "€1,234.50"),
    ("We sent 12,345.0 euros.", "amounts", "12,345.0 euros", "€2,000.00"),
    ("We sent 1234.51 today.", "amounts", "1234.51", "€1,234.50"),
    ("The fee was $5.", "amounts", "$5", "€1,234.50"),
    ("We sent EUR 2 001,00.", "amounts", "EUR 2 001,00", "€2,000.00"),
    # dates
    ("Expect it by 21 March 2026.", "dates", "21 March 2026", "20 March 2026"),
    ("Expect it by March 13, 2026.", "dates", "March 13, 2026", "12 March 2026"),
    ("Expect it on 2026-03-13.", "dates", "2026-03-13", "12 March 2026"),
    ("Expect it by 12 March 2027.", "dates", "12 March 2027", "22 March 2026"),
    ("Expect it by 13.03.2026.", "dates", "13.03.2026", "12 March 2026"),
    ("Expect it on the 13th of March.", "dates", "13th of March", "12 March 2026"),
    # names
    ("See also AM-000124.", "names", "AM-000124", "AM-000123"),
    ("Your order NW-10054 is closed.", "names", "NW-10054", "NW-10045"),
    ("\n\nDear Bo López,\n", "names", "Bo López", "Ana López"),
    ("\n\nHallo Frau Berger,\n", "names", "Frau Berger", "Ana López"),
    ("\n\nHi Łukasz!\n", "names", "Łukasz", "Ana López"),
    # card numbers
    ("Your card 4242 4242 4242 4242 was used.", "card_number", "4242 4242 4242 4242",
     "the card ending in 4242"),
    ("Your card 378282246310005 was used.", "card_number", "378282246310005",
     "the card ending in 0005"),
    ("Your card 5555-5555-5555-4444 was used.", "card_number", "5555-5555-5555-4444",
     "the card ending in 4444"),
    ("The CVV is 123 as you said.", "card_number", "CVV is 123", ""),
    # internal notes
    ("Third time this week; keep an eye on refunds!", "internal_note",
     "Third time this week; keep an eye on refunds", ""),
    ("The scheme says no.", "internal_note", "scheme says no", ""),
    # sensitive
    ("It was a stolen  card.", "sensitive", "stolen  card", ""),
    ("Bob Fischer has it now.", "sensitive", "Bob Fischer", ""),
    ("We filed a suspicious activity report.", "sensitive", "suspicious activity", ""),
    ("We filed a SAR.", "sensitive", "SAR", ""),
    ("It is a check for money laundering.", "sensitive", "money laundering", ""),
    ("You are on a sanctions list.", "sensitive", "sanctions", ""),
    ("Es geht um Geldwäsche.", "sensitive", "Geldwäsche", ""),
    # links
    ("See https://northwind.example.evil.test/x.", "links",
     "https://northwind.example.evil.test/x", None),
    ("See https://northwind.example@evil.test/.", "links",
     "https://northwind.example@evil.test/", None),
    ("See www.evil.test now.", "links", "www.evil.test", None),
    ("See http://northwind.example/help.", "links", "http://northwind.example/help",
     "https://northwind.example/help"),
    # tone
    ("This was your own fault.", "tone", "your own fault", None),
    ("You should have read the terms.", "tone", "You should have", None),
    ("As we already told you, no.", "tone", "As we already told", None),
    # gaps
    ("It is due on [date].", "unfinished", "[date]", None),
    ("It is due on {answer_by}.", "unfinished", "{answer_by}", None),
    ("XXXX", "unfinished", "XXXX", None),
    ("This part is internal use only.", "unfinished", "internal use only", None),
]


@pytest.mark.parametrize(("planted", "key", "words", "repair"), PLANTED,
                         ids=[row[0].strip() for row in PLANTED])
def test_the_planted_fault_is_the_only_one_and_stops_the_draft(
    planted: str, key: str, words: str, repair: str | None
) -> None:
    draft = GOOD.replace("{}", planted)
    found = failed(draft)
    assert [(check.key, check.repair) for check in found] == [(key, repair)]
    assert found[0].span is not None
    start, end = found[0].span
    assert draft[start:end] == words
    assert not gate(draft, FACTS).may_send


@pytest.mark.parametrize("harmless", [
    "The reference is 74537604221431003881865.",  # the case's ARN
    "Your card ending in 4242 was used.",
    "Please use GB29 NWBK 6016 1331 9268 19.",  # an account number, not a card's
    "Please ring 0800 023 4567 or +44 20 7964 1000.",
    "The rate was 2.50% at 10:30.",
    "You asked for 2.000,00 €, or 2000 EUR.",
    "It was paid on 4 March, in figures 04/03/2026.",
    "See https://help.northwind.example/a?b=1, or https://www.financial-ombudsman.org.uk.",
    "We paid 1 234,50 euros.",
    "We found fraud on your account and stopped it.",  # no neutral letter, nothing forbidden
    "It happened in 3 steps, over 12 months and 5 business days.",
    "Say hello to version 2.0 of our app.",
    "\n\nHello again, and thank you.",
    "\n\nDear customer,\n",
])
def test_what_belongs_to_the_case_or_is_no_figure_passes(harmless: str) -> None:
    assert failed(GOOD.replace("{}", harmless)) == []


def test_shouting_and_length_are_told_but_stop_nothing() -> None:
    report = gate(GOOD.replace("{}", "Really?! " + "We wrote a great deal about this. " * 70),
                  FACTS)
    assert {check.key for check in report.checks if not check.ok} == {"tone", "length"}
    assert report.may_send
    assert not gate("Hello.", FACTS).may_send


def test_an_amount_in_words_is_told_as_not_compared() -> None:
    found = failed(GOOD.replace("{}", "That is twelve hundred euros."))
    assert [(check.key, check.blocking) for check in found] == [("amounts", False)]


def test_a_neutral_refusal_names_no_reason_at_all() -> None:
    facts = replace(FACTS, situation="declined_neutral")
    draft = GOOD.replace("{}", "The card was reported lost.")
    assert [check.key for check in failed(draft, facts)] == ["sensitive"]


@pytest.mark.parametrize(("situation", "regimes", "denial", "key"), [
    ("provisional_credit_granted", ("us-reg-e",),
     "You cannot make full use of the money.", "statement:full_use"),
    ("no_error_found", ("us-reg-e",),
     "You have no right to a copy of the documents.", "statement:right_to_documents"),
    ("error_found_credit", ("us-reg-e",), "The credit is not final.", "statement:credit_final"),
    ("provisional_credit_reversed", ("us-reg-e",),
     "For five business days we will not honour items, and charge a fee.",
     "statement:honour_items"),
    ("final_response_complaint", ("uk-disp",),
     "You cannot go to the Financial Ombudsman Service.", "statement:ombudsman"),
])
def test_a_statement_that_is_taken_back_is_not_made(
    situation: str, regimes: tuple[str, ...], denial: str, key: str
) -> None:
    facts = replace(FACTS, situation=situation, regimes=regimes)
    assert key in {check.key for check in failed(GOOD.replace("{}", f"\n\n{denial}\n\n"), facts)}


@pytest.mark.parametrize(("situation", "regimes", "words", "key"), [
    ("provisional_credit_granted", ("us-reg-e",),
     "You can use all of the money as you like.", "statement:full_use"),
    ("no_error_found", ("us-reg-e",),
     "On request we send you a copy of each document that we used.",
     "statement:right_to_documents"),
    ("provisional_credit_reversed", ("us-reg-e",),
     "We pay your cheques for another 5 business days, without any overdraft charge.",
     "statement:honour_items"),
    ("final_response_complaint", ("uk-disp",),
     "The Financial Ombudsman can help; go to the ombudsman within 6 months.",
     "statement:six_months"),
])
def test_a_statement_in_a_person_s_own_words_counts(
    situation: str, regimes: tuple[str, ...], words: str, key: str
) -> None:
    facts = replace(FACTS, situation=situation, regimes=regimes)
    made = {check.key for check in gate(GOOD.replace("{}", f"\n\n{words}\n\n"), facts).checks
            if check.ok}
    assert key in made


@pytest.mark.parametrize(("known", "sent"), [
    ({"do_not_contact": True}, False),
    ({"quiet_from": time(21), "quiet_to": time(8), "local_time": time(23, 30)}, False),
    ({"quiet_from": time(21), "quiet_to": time(8), "local_time": time(7, 59)}, False),
    ({"quiet_from": time(21), "quiet_to": time(8), "local_time": time(8)}, True),
    ({"quiet_from": time(12), "quiet_to": time(14), "local_time": time(13)}, False),
    ({"quiet_from": time(12), "quiet_to": time(14), "local_time": time(21)}, True),
    ({"quiet_from": time(12), "quiet_to": time(14)}, True),
])
def test_quiet_hours_and_a_wish_for_silence_are_kept(known: dict[str, Any], sent: bool) -> None:
    assert gate(GOOD.format(""), replace(FACTS, **known)).may_send is sent


def test_a_need_is_a_reminder_that_stops_nothing() -> None:
    report = gate(GOOD.format(""), replace(FACTS, needs=("domestic_abuse", "weather")))
    assert [check.sentence for check in report.checks if not check.ok] == [
        "Domestic abuse: safe contact only."]
    assert report.may_send


def test_the_wrong_language_is_stopped() -> None:
    found = failed(GOOD.format(""), replace(FACTS, language="de"))
    assert [(check.key, check.blocking) for check in found] == [("language", True)]


def test_hard_reading_is_told() -> None:
    hard = ("Notwithstanding the aforementioned considerations, the institution's "
            "determination regarding reimbursement necessitates comprehensive documentary "
            "substantiation of the transactional circumstances. " * 3)
    report = gate(GOOD.replace("{}", hard), FACTS)
    assert report.reading_age is not None and report.reading_age > 16
    assert [check.key for check in report.checks if not check.ok] == ["reading"]
    assert report.may_send


def test_no_text_breaks_the_gate_or_holds_it_up() -> None:
    begun = perf_counter()
    for text in ("", "\x00\ud800", "€" * 20_000, "9" * 20_000, "[" * 20_000, "a-" * 20_000,
                 "1 " * 20_000, "{" * 20_000, "1.1." * 10_000, "a " * 20_000, "Dear " * 20_000,
                 "1,111" * 10_000, "twenty " * 10_000, "order no. " * 10_000):
        assert len(gate(text, FACTS).checks) >= 13
    assert perf_counter() - begun < 5


def test_a_report_is_plain_values() -> None:
    draft = GOOD.replace("{}", "We sent €9.99.")
    row, at = gate(draft, FACTS).as_json(), draft.index("€9.99")
    assert row["may_send"] is False
    assert isinstance(row["reading_age"], int)
    assert {"key": "amounts", "ok": False, "blocking": True,
            "sentence": "€9.99 is no amount of this case.", "repair": "€1,234.50",
            "span": (at, at + 5)} in row["checks"]


def test_a_case_without_amounts_allows_none() -> None:
    facts = MessageFacts(party="Ana López", case_number="AM-000123")
    draft = "Dear Ana López,\n\nWe owe you 5.00 EUR since 1 May 2026, and we will pay it soon."
    assert [(check.key, check.repair) for check in failed(draft, facts)] == [
        ("amounts", None), ("dates", None)]
    facts = replace(facts, amount=Money(500, "EUR"), dates={"payment_on": date(2026, 5, 1)})
    assert failed(draft, facts) == []


def test_a_statement_whose_fact_is_missing_says_which() -> None:
    facts = replace(FACTS, situation="holding_response", dates={})
    found = {check.key: check for check in gate("A text.", facts).checks}["statement:final_date"]
    assert not found.ok and found.repair is None
    assert "needs the fact final_by" in found.sentence
