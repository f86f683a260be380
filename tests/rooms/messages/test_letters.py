"""Letters: each situation in each language offered passes its own gate, word for word as agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from amends.messages import MessageFacts, Situation, compose, gate, languages, required
from amends.messages.compose import sentence
from amends.messages.wording import LANGUAGES
from amends.money import Money
from amends.problems import AmendsError
from rooms.messages.letters import CASE, all_letters, case

GOLDEN = Path(__file__).parent / "golden"
LETTERS = [pytest.param(facts, id=f"{facts.language}-{facts.situation}-{'-'.join(facts.regimes)}")
           for facts in all_letters()]
ENGLISH_ONLY = {Situation.PROVISIONAL_CREDIT_GRANTED, Situation.PROVISIONAL_CREDIT_REVERSED}


@pytest.mark.parametrize("facts", LETTERS)
def test_every_letter_passes_its_own_gate(facts: MessageFacts) -> None:
    draft = compose(facts.situation, facts)
    report = gate(draft.text, facts)
    assert [check for check in report.checks if not check.ok] == []
    assert report.may_send
    assert draft.language == facts.language
    assert report.reading_age is None or report.reading_age <= 12


@pytest.mark.parametrize("facts", LETTERS)
def test_every_letter_is_as_it_was_agreed(facts: MessageFacts) -> None:
    title = f"== {facts.situation} {' '.join(facts.regimes)}\n"
    letter = title + compose(facts.situation, facts).text
    agreed = (GOLDEN / f"{facts.language}.txt").read_text(encoding="utf-8")
    assert letter in agreed


def test_english_is_complete_and_the_others_offer_what_is_not_american() -> None:
    for situation in Situation:
        offered = LANGUAGES if situation not in ENGLISH_ONLY else ("en",)
        assert languages(situation) == offered


def test_a_letter_that_is_not_offered_is_written_in_english_and_passes_as_such() -> None:
    facts = replace(case("final_response_complaint", "en", ("uk-disp",)), language="de")
    draft = compose(facts.situation, facts)
    assert draft.language == "en"
    assert gate(draft.text, facts).may_send
    assert compose("acknowledgement", CASE, "nl").language == "en"


def test_a_draft_says_what_it_was_made_from() -> None:
    draft = compose("referred", CASE, "fr")
    assert (draft.template, draft.version, draft.language) == ("fr/referred", "2026.11", "fr")
    assert draft.text == f"{draft.subject}\n\n{draft.body}"


def test_what_the_case_does_not_know_is_left_out_or_asked_for() -> None:
    bare = MessageFacts(party="Ana López", case_number="AM-000123")
    body = compose("acknowledgement", bare).body
    assert "payment of" not in body and "at the latest" not in body
    with pytest.raises(AmendsError) as raised:
        compose("error_found_refund", bare)
    assert {problem.field for problem in raised.value} == {"reason"}
    with pytest.raises(AmendsError, match="needs the fact amount"):
        compose("error_found_refund", replace(bare, reason="It was taken twice."))


def test_an_unknown_situation_is_refused() -> None:
    with pytest.raises(AmendsError, match="no situation 'coaching'"):
        compose("coaching", CASE)


def test_a_name_that_looks_like_a_field_stays_a_name() -> None:
    facts = replace(CASE, party="{amount}\nBcc: all@example.com")
    assert "Dear {amount} Bcc: all@example.com," in compose("acknowledgement", facts).body


def test_the_time_limits_follow_the_kind_of_complaint() -> None:
    payment = case("acknowledgement_complaint", "en", ("uk-disp",))
    assert "15 business days" in compose(payment.situation, payment).body
    general = replace(payment, complaint_type="general")
    assert "eight weeks" in compose(general.situation, general).body
    swapped = gate(compose(general.situation, general).text, payment)
    assert [check.key for check in swapped.checks if not check.ok] == ["statement:time_limits"]


def test_figures_follow_the_language() -> None:
    facts = replace(CASE, amount=Money(123456789, "SEK"), dates={"answer_by": date(2026, 3, 1)})
    bodies = {language: compose("acknowledgement", facts, language).body.replace("\u00a0", " ")
              for language in LANGUAGES}
    assert "1,234,567.89 SEK" in bodies["en"] and "1 March 2026" in bodies["en"]
    assert "1.234.567,89 SEK" in bodies["de"] and "1. März 2026" in bodies["de"]
    assert "1 234 567,89 SEK" in bodies["fr"] and "1er mars 2026" in bodies["fr"]
    assert "1.234.567,89 SEK" in bodies["es"] and "1 de marzo de 2026" in bodies["es"]
    assert "1 234 567,89 SEK" in bodies["pl"] and "1 marca 2026" in bodies["pl"]


def test_every_template_file_belongs_to_a_situation_and_has_its_version() -> None:
    lists = {"statements", "reasons"}
    known = {*Situation, "letter", *lists}
    for language in LANGUAGES:
        for path in files("amends.messages").joinpath("templates", language).iterdir():
            name = path.name.removesuffix(".txt")
            assert name in known, path.name
            text = path.read_text(encoding="utf-8")
            assert name in lists or text.startswith("version: 2026.11\n"), path.name
            longest = max(map(len, text.splitlines()))
            assert "\t" not in text
            assert longest <= (200 if name in lists else 100), path.name


@pytest.mark.parametrize("facts", [letter for letter in LETTERS
                                   if letter.values[0].language == "en"])
def test_each_required_statement_is_missed_when_gone_and_its_repair_brings_it_back(
    facts: MessageFacts
) -> None:
    bare = "Hello from all of us. We are writing to you today about the matter you raised with us."
    report = {check.key: check for check in gate(bare, facts).checks}
    for statement in required(facts.situation, facts.regimes):
        missed = report[f"statement:{statement.key}"]
        assert not missed.ok and missed.blocking
        assert missed.repair == sentence(statement, facts, "en")
        assert statement.present(f"{bare}\n\n{missed.repair}", facts)
