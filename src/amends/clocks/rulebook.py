"""What a rule book is to Amends: its clocks, what each costs, and how to reckon them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from amends.clocks.counting import Count
from amends.clocks.facts import Facts


@dataclass(frozen=True, slots=True)
class Clock:
    """One running time limit of a rule book.

    ``rule`` says what must happen by then, ``if_missed`` what it costs. ``in_force`` is the first
    day on which the limit applies; an earlier trigger is not judged by it.
    """

    name: str
    title: str
    rule: str
    citation: str
    if_missed: str
    in_force: date | None = None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the facts give under one rule book: a Count for each clock, and plain values."""

    counts: Mapping[Clock, Count]
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Regime:
    """One rule book: its key, its name, its default calendar, its clocks."""

    key: str
    title: str
    calendar: str | None
    clocks: tuple[Clock, ...]
    reckon: Callable[[Facts], Reckoning]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its clocks, in the order of the rule book."""
        return tuple(clock.name for clock in self.clocks)
