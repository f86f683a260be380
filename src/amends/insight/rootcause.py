"""Which combination of dimensions explains a change: a scan over every cut of a leaf table.

For each combination (a value of one dimension, of two, ...) the scan weighs how surprising its
change is (the Poisson log-likelihood ratio that scan statistics use: Kulldorff, Communications in
Statistics 26, 1997) and how much of the whole change it carries. A part of the cause carries too
little, a whole around it surprises too little; the product, with the share squared, peaks between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEPTH_MAX = 5
CUTS_MAX = 400
_SHARE_POWER = 2.0
_SIZE_WEIGHT = 0.5
_HISTORY_WEIGHT = 30.0  # attempts by which a leaf's own past is drawn to its dimensions' past
_TINY = 1e-9
_SHARE_MIN = 0.3


@dataclass(frozen=True, slots=True)
class Leaves:
    """The finest cells of a table: ``keys[d][i]`` is leaf i's value of dimension d; ``values``
    what came, ``expected`` what should have, ``sizes`` what would have come had all leaves been
    alike (equal to ``expected`` where nothing is known of attempts)."""

    dimensions: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    values: Floats
    expected: Floats
    sizes: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """One combination: its values, what came and what was expected in it, and its share of the
    whole change (1 is all of it)."""

    combination: Mapping[str, str]
    value: float
    expected: float
    share: float
    score: float


@dataclass(frozen=True, slots=True)
class RootCause:
    """The whole change and the combinations that explain it, best first; ``found`` is False
    where none of the recorded dimensions does."""

    value: float
    expected: float
    candidates: tuple[Candidate, ...]
    found: bool

    @property
    def best(self) -> Candidate | None:
        """The answer, or None where the cause lies outside the dimensions."""
        return self.candidates[0] if self.found and self.candidates else None

    def as_json(self) -> dict[str, Any]:
        """The shape that ``amends rootcause --json`` prints."""
        rows = [{"combination": dict(one.combination), "value": one.value,
                 "expected": round(one.expected, 4), "share": round(one.share, 4),
                 "score": round(one.score, 4)} for one in self.candidates]
        return {"value": self.value, "expected": round(self.expected, 4),
                "change": round(self.value - self.expected, 4), "found": self.found,
                "causes": rows[:1] if self.found else [], "candidates": rows}


def locate(leaves: Leaves, *, top: int = 5,
           cancelled: Callable[[], bool] | None = None) -> RootCause:
    """The combinations that best explain the change from expected to what came.

    Works for a rise and for a drop. At most ``DEPTH_MAX`` dimensions are combined and at most
    ``CUTS_MAX`` cuts are scanned, the shortest first.
    """
    whole, meant = float(leaves.values.sum()), float(leaves.expected.sum())
    change = whole - meant
    if not len(leaves.values) or abs(change) < _TINY:
        return RootCause(whole, meant, (), False)
    codes = [np.unique(np.asarray(column, dtype=object).astype(str), return_inverse=True)
             for column in leaves.keys]
    found: list[Candidate] = []
    for cut in _cuts(len(leaves.dimensions)):
        if cancelled is not None and cancelled():
            break
        found.extend(_scan(leaves, codes, cut, change, top))
    found.sort(key=lambda one: (-one.score, len(one.combination), sorted(one.combination.items())))
    return RootCause(whole, meant, tuple(found[:top]),
                     bool(found) and found[0].share >= _SHARE_MIN)


def _cuts(dimensions: int) -> list[tuple[int, ...]]:
    every = [cut for depth in range(1, min(dimensions, DEPTH_MAX) + 1)
             for cut in combinations(range(dimensions), depth)]
    return every[:CUTS_MAX]


def _scan(leaves: Leaves, codes: Sequence[tuple[Any, Ints]], cut: tuple[int, ...], change: float,
          top: int) -> list[Candidate]:
    """The best combinations of one cut."""
    cell = np.zeros(len(leaves.values), dtype=np.int64)
    for dimension in cut:
        names, code = codes[dimension]
        cell = np.unique(cell * len(names) + code, return_inverse=True)[1]
    _, first = np.unique(cell, return_index=True)
    value, expected, size = (np.bincount(cell, weights=column).astype(np.float64) for column in
                             (leaves.values, leaves.expected, leaves.sizes))
    share = (value - expected) / change
    base = np.exp(_SIZE_WEIGHT * np.log(np.maximum(size, _TINY))
                  + (1 - _SIZE_WEIGHT) * np.log(np.maximum(expected, _TINY)))
    score = _surprise(value, base, rising=change > 0) * np.clip(share, 0, 1) ** _SHARE_POWER
    best = np.argsort(-score, kind="stable")[:top]
    return [Candidate({leaves.dimensions[d]: leaves.keys[d][first[i]] for d in cut},
                      float(value[i]), float(expected[i]), float(share[i]), float(score[i]))
            for i in best if score[i] > 0]


def _surprise(value: Floats, base: Floats, *, rising: bool) -> Floats:
    """Poisson log-likelihood ratio of ``value`` against ``base``, 0 against the direction."""
    held = np.maximum(value, 0.0)
    ratio = np.log(np.maximum(held, _TINY) / base)
    surprise = np.where(held > 0, held * ratio, 0.0) - (held - base)
    return np.where((held > base) if rising else (held < base), surprise, 0.0)


def additive(dimensions: Sequence[str], rows: Sequence[Sequence[str]], values: Sequence[float],
             expected: Sequence[float]) -> Leaves:
    """Leaves of a measure that adds up, with a forecast (or an earlier period) beside it."""
    forecast = np.asarray(expected, dtype=np.float64)
    return Leaves(tuple(dimensions), _columns(dimensions, rows),
                  np.asarray(values, dtype=np.float64), forecast, forecast)


def ratio(dimensions: Sequence[str], rows: Sequence[Sequence[str]], now: Sequence[float],
          tried: Sequence[float], before: Sequence[float], tried_before: Sequence[float]) -> Leaves:
    """Leaves of a rate (failures of attempts): what is expected is the attempts of now times the
    rate of the past, each leaf's own past drawn towards that of its dimensions."""
    attempts, failed, past = (np.asarray(column, dtype=np.float64)
                              for column in (tried, before, tried_before))
    overall = (float(failed.sum()) + 0.5) / (float(past.sum()) + 1.0)
    rate = np.full(len(attempts), overall)
    keys = _columns(dimensions, rows)
    for column in keys:
        code = np.unique(np.asarray(column, dtype=object).astype(str), return_inverse=True)[1]
        had = np.bincount(code, weights=failed)
        meant = np.bincount(code, weights=past * rate)
        rate = rate * ((had + 5.0) / (meant + 5.0))[code]
    rate = np.clip((failed + _HISTORY_WEIGHT * rate) / (past + _HISTORY_WEIGHT), 1e-5, 0.98)
    return Leaves(tuple(dimensions), keys, np.asarray(now, dtype=np.float64), attempts * rate,
                  attempts * overall)


def _columns(dimensions: Sequence[str], rows: Sequence[Sequence[str]]
             ) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(row[d]) for row in rows) for d in range(len(dimensions)))
