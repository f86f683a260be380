"""A leaf table as it comes in a file: which column is what, and its leaves at one period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amends.insight.rootcause import Leaves, additive, ratio
from amends.problems import AmendsError, Problem

_PERIOD = re.compile(r"min|minute|time|timestamp|date|day|week|month|period|at", re.IGNORECASE)
_COUNT = re.compile(r"cnt|count|n|total|attempts|tried|volume|payments|cases", re.IGNORECASE)
_VALUE = re.compile(r"value|real|actual|failures|failed|errors|declined|amount|measure",
                    re.IGNORECASE)
_FORECAST = re.compile(r"predict|prediction|predicted|forecast|expected|baseline|before|previous",
                       re.IGNORECASE)
_HISTORY = 10
_VALUES_MAX = 1_000

Table = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column of a leaf table holds what; ``count`` and ``period`` may be empty."""

    value: str
    forecast: str
    count: str
    period: str
    by: tuple[str, ...]


def roles(table: Table, *, value: str = "", forecast: str = "", by: Sequence[str] = ()) -> Roles:
    """The named roles, and the others guessed by the names of the columns; AmendsError when a
    named column is not there or no value can be told."""
    for name in (value, forecast, *by):
        if name and name not in table:
            raise AmendsError(Problem("error", f"There is no column {name!r}.",
                                      f"It has {', '.join(table)}."))
    value = value or _named(table, _VALUE, numeric=True)
    forecast = forecast or _named(table, _FORECAST, numeric=True)
    count = "" if forecast else _named(table, _COUNT, numeric=True, but=(value, *by))
    period = "" if forecast else _named(table, _PERIOD, but=(value, count, *by))
    if not value or not (forecast or period):
        raise AmendsError(Problem(
            "error", "It is not clear what changed from what.",
            "Name --value and --forecast, or give a column of periods (time, date, min)."))
    rest = tuple(name for name in table if name not in (value, forecast, count, period)
                 and 1 < len(set(table[name])) <= _VALUES_MAX)
    return Roles(value, forecast, count, period, tuple(by) or rest)


def _named(table: Table, pattern: re.Pattern[str], *, numeric: bool = False,
           but: Sequence[str] = ()) -> str:
    return next((name for name in table if name not in but and pattern.fullmatch(name)
                 and (not numeric or all(_is_number(text) for text in table[name][:50]))), "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def leaves(table: Table, held: Roles, at: str = "") -> tuple[Leaves, str]:
    """The leaves and the period they are of: ``at``, else where the measure left its past the
    furthest. With a forecast there is no period."""
    rows = list(zip(*(table[name] for name in held.by), strict=True))
    if not held.by:
        raise AmendsError(Problem("error", "There is no dimension to look along.",
                                  "Name columns with --by."))
    try:
        values = [float(text) for text in table[held.value]]
        if held.forecast:
            return additive(held.by, rows, values,
                            [float(text) for text in table[held.forecast]]), ""
        counts = [float(text) for text in table[held.count]] if held.count else []
    except ValueError as error:
        raise AmendsError(Problem("error", f"A figure cannot be read: {error}.",
                                  "Give numbers with a decimal point.")) from None
    periods = table[held.period]
    order = _ordered(periods)
    at = at or _turning(order, periods, values, counts or [1.0] * len(values))
    if at not in order or order.index(at) == 0:
        raise AmendsError(Problem("error", f"There is no past before period {at!r}.",
                                  f"It has {order[0]} to {order[-1]}."))
    past = order[max(0, order.index(at) - _HISTORY):order.index(at)]
    return _compared(held, rows, (values, counts, periods), at, past), at


def _ordered(periods: Sequence[str]) -> list[str]:
    distinct = set(periods)
    if all(_is_number(text) for text in distinct):
        return sorted(distinct, key=float)
    return sorted(distinct)


def _compared(held: Roles, rows: Sequence[tuple[str, ...]],
              figures: tuple[Sequence[float], Sequence[float], Sequence[str]], at: str,
              past: Sequence[str]) -> Leaves:
    values, counts, periods = figures
    earlier = set(past)
    sums: dict[tuple[str, ...], list[float]] = {}
    for i, row in enumerate(rows):
        held_sums = sums.setdefault(row, [0.0, 0.0, 0.0, 0.0])
        if periods[i] == at:
            held_sums[0] += values[i]
            held_sums[1] += counts[i] if counts else 0.0
        elif periods[i] in earlier:
            held_sums[2] += values[i]
            held_sums[3] += counts[i] if counts else 0.0
    keys = list(sums)
    now, tried, before, tried_before = (list(column) for column in
                                        zip(*sums.values(), strict=True))
    if counts:
        return ratio(held.by, keys, now, tried, before, tried_before)
    return additive(held.by, keys, now, [figure / len(past) for figure in before])


def _turning(order: Sequence[str], periods: Sequence[str], values: Sequence[float],
             counts: Sequence[float]) -> str:
    """The period whose rate rose or fell the most against the median of up to ten before."""
    sums = {period: [0.0, 0.0] for period in order}
    for i, period in enumerate(periods):
        sums[period][0] += values[i]
        sums[period][1] += counts[i]
    rates = [value / max(count, 1.0) for value, count in (sums[period] for period in order)]
    best, furthest = order[-1], -1.0
    for i in range(min(3, len(order) - 1), len(order)):
        before = sorted(rates[max(0, i - _HISTORY):i])
        usual = before[len(before) // 2]
        spread = sorted(abs(rate - usual) for rate in before)[len(before) // 2]
        step = abs(rates[i] - usual) / (spread + 0.1 * usual + 1e-9)
        if step > furthest:
            best, furthest = order[i], step
    return best
