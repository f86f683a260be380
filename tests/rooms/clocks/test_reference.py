"""The reference page names every rule book and clock, in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path

from amends.clocks.calendars import KEYS
from amends.clocks.regimes import REGIMES

ROOT = Path(__file__).parents[3]
FACT = re.compile(r'\.(?:day|days|flag|word|text|whole|money|rows)\(\s*"(\w+)"|facts, "(\w+)"')
PAGE = ROOT / "docs" / "reference" / "clocks.md"


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


def test_the_page_names_every_fact_that_a_rule_book_reads() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    for key in REGIMES:
        source = ROOT / "src" / "amends" / "clocks" / "regimes" / f"{key.replace('-', '_')}.py"
        section = next(text for text in sections if text.startswith(f"`{key}`"))
        read = {"".join(names) for names in FACT.findall(source.read_text(encoding="utf-8"))}
        assert read
        assert [name for name in sorted(read) if f"`{name}`" not in section] == []
