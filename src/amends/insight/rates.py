"""Shares with honest intervals: Wilson for one, Newcombe for the difference of two.

E. B. Wilson, JASA 22 (1927); R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the range that 95 of 100 such ranges hold the truth in."""

    estimate: float
    lower: float
    upper: float

    def excludes(self, value: float) -> bool:
        """Whether ``value`` lies outside the range."""
        return not self.lower <= value <= self.upper


def wilson(count: int, base: int, z: float = Z95) -> Interval:
    """The share ``count`` of ``base``; all of 0 to 1 where the base is empty. ValueError when the
    count is not within the base."""
    if not 0 <= count <= base:
        raise ValueError(f"{count} is no part of {base}")
    if base == 0:
        return Interval(0.0, 0.0, 1.0)
    share = count / base
    centre = (share + z * z / (2 * base)) / (1 + z * z / base)
    half = z / (1 + z * z / base) * sqrt(share * (1 - share) / base + z * z / (4 * base * base))
    return Interval(share, 0.0 if count == 0 else max(centre - half, 0.0),
                    1.0 if count == base else min(centre + half, 1.0))


def newcombe(count: int, base: int, count_before: int, base_before: int,
             z: float = Z95) -> Interval:
    """The difference of two shares, now less before."""
    now, before = wilson(count, base, z), wilson(count_before, base_before, z)
    difference = now.estimate - before.estimate
    below = sqrt((now.estimate - now.lower) ** 2 + (before.upper - before.estimate) ** 2)
    above = sqrt((now.upper - now.estimate) ** 2 + (before.estimate - before.lower) ** 2)
    return Interval(difference, max(difference - below, -1.0), min(difference + above, 1.0))
