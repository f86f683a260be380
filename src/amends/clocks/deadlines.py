"""Every deadline of a case under one rule book, each explained and replayable from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from amends.clocks.counting import Count, none, spoken
from amends.clocks.facts import Facts
from amends.clocks.regimes import REGIMES
from amends.clocks.rulebook import Clock
from amends.problems import AmendsError, Problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a clock ends when it does, or why it has no date.

    ``counted`` is the way to the date in words, ``skipped`` the named days left out, ``title`` the
    clock for a screen; ``legal`` tells a law or scheme clock from a service target.
    """

    rule: str
    citation: str
    start: date | None
    counted: str
    skipped: tuple[tuple[date, str], ...]
    if_missed: str
    title: str
    legal: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain values; each skipped day with its date and name."""
        return {
            "title": self.title,
            "rule": self.rule,
            "citation": self.citation,
            "start": self.start.isoformat() if self.start else None,
            "counted": self.counted,
            "skipped": [{"date": day.isoformat(), "name": name} for day, name in self.skipped],
            "if_missed": self.if_missed,
            "legal": self.legal,
        }


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The clocks of one case under one rule book; a clock without a date is None, and explained."""

    regime: str
    deadlines: dict[str, date | None] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    explain: dict[str, Explanation] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values, dates as ISO text."""
        return {
            "deadlines": {name: due.isoformat() if due else None
                          for name, due in self.deadlines.items()},
            "values": self.values,
            "explain": {name: words.as_json() for name, words in self.explain.items()},
            "problems": [problem.as_json() for problem in self.problems],
        }


def compute(regime: str, facts: Mapping[str, Any], *, as_of: date | None = None) -> Deadlines:
    """Every clock of ``regime`` that the facts start, the others None with the reason.

    A fact ``as_of`` wins over the argument. A bad fact becomes a Problem that names it, and the
    other clocks are still reckoned. AmendsError for a regime that is not known.
    """
    if regime not in REGIMES:
        raise AmendsError(Problem("error", f"There is no rule book {regime!r}.",
                                  f"Use one of {', '.join(REGIMES)}.", field="regime"))
    book = REGIMES[regime]
    given = {"as_of": as_of, **{k: v for k, v in facts.items() if k != "as_of" or v is not None}}
    read = Facts(given, book.calendar)
    found = book.reckon(read)
    counts = {clock: _in_force(clock, found.counts[clock]) for clock in book.clocks}
    return Deadlines(
        regime=regime,
        deadlines={clock.name: count.due for clock, count in counts.items()},
        values=dict(found.values),
        explain={clock.name: _explained(clock, count) for clock, count in counts.items()},
        problems=read.problems,
    )


def _in_force(clock: Clock, count: Count) -> Count:
    """A trigger from before the rule is not judged by the rule."""
    if clock.in_force is None or count.start is None or count.start >= clock.in_force:
        return count
    return none(f"Does not apply: the rule is in force since {spoken(clock.in_force)}, "
                f"after {spoken(count.start)}.", count.start)


def _explained(clock: Clock, count: Count) -> Explanation:
    return Explanation(clock.rule, clock.citation, count.start, count.words, count.skipped,
                       clock.if_missed, clock.title)
