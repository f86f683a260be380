"""Days gathered into weeks (from Monday) or months, with none left out between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

Step = Literal["week", "month"]


def start(day: date, step: Step) -> date:
    """The first day of the week or month that holds ``day``."""
    return day - timedelta(days=day.weekday()) if step == "week" else day.replace(day=1)


def following(first: date, step: Step) -> date:
    """The first day of the next bucket."""
    return first + timedelta(days=7) if step == "week" else start(
        first.replace(day=28) + timedelta(days=4), "month")


def buckets(days: Iterable[date], step: Step) -> list[tuple[date, int]]:
    """How many of the days fall into each bucket from the first to the last, zeros included."""
    counts: dict[date, int] = {}
    for day in days:
        first = start(day, step)
        counts[first] = counts.get(first, 0) + 1
    found: list[tuple[date, int]] = []
    at, last = min(counts, default=None), max(counts, default=None)
    while at is not None and last is not None and at <= last:
        found.append((at, counts.get(at, 0)))
        at = following(at, step)
    return found
