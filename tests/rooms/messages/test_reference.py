"""The reference page tells every situation, statement, check and fact."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from amends.messages import MessageFacts, Situation, gate, languages, required
from amends.messages.facts import DATE_NAMES
from rooms.messages.letters import CASE

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "messages.md"
RULE_BOOKS = ("us-reg-e", "us-reg-z-billing-error", "us-remittance", "uk-disp", "uk-psr", "eu-psd2")


def test_the_page_is_complete() -> None:
    page = PAGE.read_text(encoding="utf-8")
    words = [f"`{each.name}`" for each in fields(MessageFacts)]
    words += [f"`{name}`" for name in DATE_NAMES]
    words += [f"| `{check.key}` |" for check in gate("A text.", CASE).checks]
    for situation in Situation:
        words.append(f"| `{situation}` |")
        assert f"| {', '.join(languages(situation))} |" in page
        for rule_book in RULE_BOOKS:
            words += [f"| `{statement.key}` | {statement.citation} |"
                      for statement in required(situation, (rule_book,))
                      if statement.key != "case_number"]
    assert [word for word in words if word not in page] == []
