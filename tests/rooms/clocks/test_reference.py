"""The reference page names every rule book and clock, in the words of the code."""

from __future__ import annotations

from pathlib import Path

from amends.clocks.calendars import KEYS
from amends.clocks.regimes import REGIMES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "clocks.md"


def test_the_page_holds_every_rule_book_clock_citation_and_cost() -> None:
    page = PAGE.read_text(encoding="utf-8")
    words = [f"`{key}`" for key in KEYS]
    for regime in REGIMES.values():
        words.append(f"## `{regime.key}`: {regime.title}")
        for clock in regime.clocks:
            since = f" In force since {clock.in_force}." if clock.in_force else ""
            words.append(f"| `{clock.name}` | {clock.rule}{since} | {clock.citation} | "
                         f"{clock.if_missed} |")
    assert [word for word in words if word not in page] == []
