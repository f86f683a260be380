"""Control charts: the expected range of a series and the points that leave it, with the reason.

Limits: XmR from the mean moving range times 2.66 (Wheeler, Understanding Variation), p and u from
three standard errors of the point's own base (Montgomery, Introduction to Statistical Quality
Control, chapter 7). Runs: eight on one side of the mean (Western Electric, rule 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt
from typing import Literal

Kind = Literal["xmr", "p", "u"]

XMR_FACTOR = 2.66
RUN_LENGTH = 8
_BASE_MIN = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One bucket: what was counted or measured, and out of how many (1 for a plain measure)."""

    on: date
    count: float
    base: float = 1.0

    @property
    def level(self) -> float:
        """The count over its base; 0 where the base is empty."""
        return self.count / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """A reading with its limits; ``signal`` says why it leaves the expected range, or is empty."""

    on: date
    level: float
    count: float
    base: float
    lower: float
    upper: float
    signal: str = ""


@dataclass(frozen=True, slots=True)
class ControlChart:
    """The points, the mean they are judged by, and when the level shifted, if it did.

    ``enough`` is False where there were too few readings to judge any (under six).
    """

    kind: Kind
    points: tuple[Point, ...]
    mean: float
    enough: bool

    @property
    def signals(self) -> tuple[Point, ...]:
        """The points outside the expected range, in order."""
        return tuple(point for point in self.points if point.signal)

    @property
    def shifted_on(self) -> date | None:
        """The first point of the signals that last until now, or None."""
        found = None
        for point in reversed(self.points):
            if not point.signal:
                break
            found = point.on
        return found


def control_chart(readings: Sequence[Reading], kind: Kind = "xmr", *,
                  baseline: int | None = None) -> ControlChart:
    """The chart of these readings, oldest first.

    ``kind``: ``xmr`` for a measure or a count without a base, ``p`` for a share (count of base),
    ``u`` for a rate (count per base). ``baseline`` is how many of the first readings set mean and
    limits; without it all do.
    """
    judged = readings[:baseline] if baseline else readings
    base = sum(reading.base for reading in judged)
    if kind == "xmr":
        mean = sum(reading.level for reading in judged) / max(len(judged), 1)
    else:
        mean = sum(reading.count for reading in judged) / base if base else 0.0
    limits = [_limits(reading, kind, mean, judged) for reading in readings]
    enough = len(judged) >= _BASE_MIN
    runs = _runs([reading.level - mean for reading in readings])
    points = tuple(
        Point(reading.on, reading.level, reading.count, reading.base, lower, upper,
              _why(reading.level, lower, upper, run) if enough else "")
        for reading, (lower, upper), run in zip(readings, limits, runs, strict=True))
    return ControlChart(kind, points, mean, enough)


def _limits(reading: Reading, kind: Kind, mean: float,
            judged: Sequence[Reading]) -> tuple[float, float]:
    if kind == "xmr":
        moves = [abs(b.level - a.level) for a, b in pairwise(judged)]
        width = XMR_FACTOR * sum(moves) / len(moves) if moves else 0.0
        counted = all(one.level >= 0 for one in judged)
        return (max(mean - width, 0.0) if counted else mean - width), mean + width
    variance = mean * (1 - mean) if kind == "p" else mean
    width = 3 * sqrt(max(variance, 0.0) / reading.base) if reading.base else 0.0
    upper = mean + width
    return max(mean - width, 0.0), min(upper, 1.0) if kind == "p" else upper


def _runs(offsets: Sequence[float]) -> list[int]:
    """For each point the length of the run on one side of the mean that it belongs to."""
    lengths = [0] * len(offsets)
    first = 0
    for i in range(1, len(offsets) + 1):
        if i == len(offsets) or (offsets[i] > 0) != (offsets[first] > 0) or offsets[i] == 0:
            for j in range(first, i):
                lengths[j] = i - first if offsets[first] else 0
            first = i
    return lengths


def _why(level: float, lower: float, upper: float, run: int) -> str:
    if level > upper:
        return "above the upper limit"
    if level < lower:
        return "below the lower limit"
    if run >= RUN_LENGTH:
        return f"one of {run} in a row on one side of the mean"
    return ""
