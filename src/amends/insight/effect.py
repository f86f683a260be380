"""What a fix did: before against after, less what happened anyway in a group it did not touch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from amends.insight.rates import Interval, newcombe, wilson

_DRAWS = 2_000
_BASE_MIN = 10


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of how many: cases of payments, reopened of closed."""

    count: int
    base: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The change of the share with its 95 % interval, ``compared`` with a group or alone, and
    the verdict in words. ``relative`` is the change as a part of the level before, None where
    that was zero."""

    before: float
    after: float
    change: Interval
    relative: Interval | None
    compared: bool
    verdict: str


def effect(before: Counted, after: Counted, *, compare_before: Counted | None = None,
           compare_after: Counted | None = None) -> Effect:
    """The effect of a change between two counts.

    With a comparison group its own change is taken off (difference in differences; the intervals
    combined in squares as in Newcombe). Too few to tell is said as such.
    """
    change = newcombe(after.count, after.base, before.count, before.base)
    compared = compare_before is not None and compare_after is not None
    if compare_before is not None and compare_after is not None:
        other = newcombe(compare_after.count, compare_after.base, compare_before.count,
                         compare_before.base)
        estimate = change.estimate - other.estimate
        below = ((change.estimate - change.lower) ** 2 + (other.upper - other.estimate) ** 2) ** 0.5
        above = ((change.upper - change.estimate) ** 2 + (other.estimate - other.lower) ** 2) ** 0.5
        change = Interval(estimate, estimate - below, estimate + above)
    level = wilson(before.count, before.base).estimate
    relative = Interval(change.estimate / level, change.lower / level,
                        change.upper / level) if level else None
    few = min(before.base, after.base) < _BASE_MIN
    return Effect(level, wilson(after.count, after.base).estimate, change, relative, compared,
                  _verdict(change, few=few))


def effect_on_mean(before: Sequence[float], after: Sequence[float], *,
                   seed: int = 1) -> Effect:
    """The effect on a mean (hours to solve, say), its interval by bootstrap with this seed."""
    if not before or not after:
        return Effect(0.0, 0.0, Interval(0.0, 0.0, 0.0), None, False, "not enough to tell")
    draw = random.Random(seed)  # noqa: S311 - resampling, not a secret
    level, now = sum(before) / len(before), sum(after) / len(after)
    moves = sorted(
        sum(draw.choices(after, k=len(after))) / len(after)
        - sum(draw.choices(before, k=len(before))) / len(before) for _ in range(_DRAWS))
    change = Interval(now - level, moves[int(_DRAWS * 0.025)], moves[int(_DRAWS * 0.975) - 1])
    relative = Interval(change.estimate / level, change.lower / level,
                        change.upper / level) if level else None
    return Effect(level, now, change, relative, False,
                  _verdict(change, few=min(len(before), len(after)) < _BASE_MIN))


def _verdict(change: Interval, *, few: bool) -> str:
    if few:
        return "not enough to tell"
    if change.upper < 0:
        return "fell"
    if change.lower > 0:
        return "rose"
    return "none seen"
