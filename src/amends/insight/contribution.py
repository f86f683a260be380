"""What changed between two periods, by dimension: parts that add up to the change exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Fact:
    """One case or entry as insight sees it: its values by dimension and what it weighs (1 for a
    count, minor units for money)."""

    values: Mapping[str, str]
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension: before, after, and its share of the whole change (None where
    the whole did not change)."""

    dimension: str
    value: str
    before: int
    after: int
    share: Fraction | None

    @property
    def change(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Contribution:
    """The whole change and its parts along one dimension, the largest first."""

    dimension: str
    before: int
    after: int
    parts: tuple[Part, ...]

    @property
    def change(self) -> int:
        """After less before."""
        return self.after - self.before

    @property
    def concentration(self) -> float:
        """How much of the movement one part carries: 1 where it carries all, towards 0 where it
        is spread; the dimension with the highest explains best."""
        moved = sum(abs(part.change) for part in self.parts)
        return max((abs(part.change) for part in self.parts), default=0) / moved if moved else 0.0


def contribution(before: Sequence[Fact], after: Sequence[Fact], dimension: str,
                 *, where: Mapping[str, str] | None = None) -> Contribution:
    """The change along one dimension; ``where`` looks inside one part. Every fact counts once,
    one without the dimension under "not recorded", so the parts sum to the change."""
    inside = where or {}
    old, new = _sums(before, dimension, inside), _sums(after, dimension, inside)
    change = sum(new.values()) - sum(old.values())
    parts = [Part(dimension, value, old.get(value, 0), new.get(value, 0),
                  Fraction(new.get(value, 0) - old.get(value, 0), change) if change else None)
             for value in {*old, *new}]
    parts.sort(key=lambda part: (-abs(part.change), part.value))
    return Contribution(dimension, sum(old.values()), sum(new.values()), tuple(parts))


def ranked(before: Sequence[Fact], after: Sequence[Fact],
           dimensions: Sequence[str]) -> list[Contribution]:
    """The change along each dimension, the one that concentrates it most first."""
    found = [contribution(before, after, dimension) for dimension in dimensions]
    return sorted(found, key=lambda one: (-one.concentration, one.dimension))


def _sums(facts: Sequence[Fact], dimension: str, inside: Mapping[str, str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for fact in facts:
        if all(fact.values.get(name) == value for name, value in inside.items()):
            value = fact.values.get(dimension) or "not recorded"
            sums[value] = sums.get(value, 0) + fact.weight
    return sums
