"""Which parts make up a total: bounded, exact, and honest about how many ways there are.

A sum alone is no evidence once many subsets can reach it, so every search here is bounded, and
says how many answers it found (counting stops at two: then the sum does not decide).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

_MOST_TRIED = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """Positions that sum to the total, and how many ways were found; None and 0 when none."""

    places: tuple[int, ...] | None
    ways: int

    @property
    def certain(self) -> bool:
        """There is exactly one way."""
        return self.ways == 1


def subset(amounts: Sequence[int], total: int, *, most: int, within: int = 0) -> Found:
    """At most ``most`` of ``amounts`` that sum to ``total`` within ``within`` minor units.

    Fewer parts are tried first; an answer with fewer parts is returned without looking at more.
    A search that would try too many combinations is not begun: nothing found.
    """
    tried = 0
    for size in range(1, min(most, len(amounts)) + 1):
        tried += comb(len(amounts), size)
        if tried > _MOST_TRIED:
            break
        ways = [
            places for places in combinations(range(len(amounts)), size)
            if abs(sum(amounts[place] for place in places) - total) <= within
        ]
        if ways:
            return Found(ways[0], min(len(ways), 2))
    return Found(None, 0)


def run(amounts: Sequence[int], total: int, *, most: int | None = None) -> Found:
    """Neighbours in ``amounts`` (at most ``most`` of them) that sum to exactly ``total``.

    One pass over prefix sums. An empty run is no answer.
    """
    seen: dict[int, list[int]] = {0: [0]}
    prefix, found, ways = 0, None, 0
    for end, amount in enumerate(amounts, start=1):
        prefix += amount
        for start in seen.get(prefix - total, ()):
            if most is None or end - start <= most:
                found = found or tuple(range(start, end))
                ways += 1
        seen.setdefault(prefix, []).append(end)
    return Found(found, min(ways, 2))
