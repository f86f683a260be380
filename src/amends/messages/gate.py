"""The send gate: what a draft says against what the case holds, before anything goes out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from amends.messages import disclosure, figures, manner
from amends.messages.check import Check
from amends.messages.compose import languages, sentence
from amends.messages.facts import MessageFacts
from amends.messages.statements import Statement, required
from amends.problems import AmendsError

__all__ = ["Check", "GateReport", "gate"]


@dataclass(frozen=True, slots=True)
class GateReport:
    """Every check of a draft; ``reading_age`` in years, None where it cannot be measured."""

    checks: tuple[Check, ...]
    reading_age: int | None

    @property
    def may_send(self) -> bool:
        """Whether no blocking check failed."""
        return all(check.ok or not check.blocking for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain values: ``may_send``, ``reading_age``, ``checks``."""
        return {"may_send": self.may_send, "reading_age": self.reading_age,
                "checks": [asdict(check) for check in self.checks]}


def gate(text: str, facts: MessageFacts) -> GateReport:
    """The report on ``text`` (subject and body) as a message about ``facts``.

    One passed Check for each rule that holds, else one failed Check for each place that breaks it,
    with its span and, where there is one, the repair.
    """
    language = _expected_language(facts)
    age = manner.reading_age(text, language)
    checks = [
        *figures.amounts(text, facts, language),
        *figures.dates(text, facts, language),
        *figures.names(text, facts),
        *(_stated(each, text, facts, language)
          for each in required(facts.situation, facts.regimes)),
        *disclosure.card_numbers(text, facts),
        *disclosure.internal_notes(text, facts),
        *disclosure.sensitive(text, facts),
        *disclosure.links(text, facts),
        *manner.tone(text),
        *manner.unfinished(text),
        *manner.length(text, facts),
        *manner.reading(age),
        *manner.written_in(text, language),
        *manner.needs(facts),
        *manner.contact(facts),
    ]
    return GateReport(tuple(checks), age)


def _expected_language(facts: MessageFacts) -> str:
    """The party's language, or English where this letter is not offered in it."""
    wanted = facts.language[:2].lower()
    if not facts.situation or wanted in languages(facts.situation, facts.regimes):
        return wanted
    return "en"


def _stated(statement: Statement, text: str, facts: MessageFacts, language: str) -> Check:
    """Whether a required statement is made; the repair is the sentence to add."""
    key = f"statement:{statement.key}"
    if statement.present(text, facts):
        return Check(key, True, True, f"{statement.title} ({statement.citation}): said.")
    try:
        repair = sentence(statement, facts, language)
    except AmendsError as error:
        return Check(key, False, True, f"{statement.title} ({statement.citation}): not said. "
                                       f"{error}")
    return Check(key, False, True, f"{statement.title} ({statement.citation}): not said.",
                 repair=repair)
