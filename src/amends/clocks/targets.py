"""Service targets: working time that we promise ourselves, and that pauses while we wait.

No law stands behind these; they never move a legal clock. A target is an amount of working time:
a business day is one whole office day, so that hours and days count alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amends.clocks.calendars import Calendar
from amends.problems import ensure

_DAY = timedelta(days=1)
# Nobody waits longer than this for a target; it ends the search when all days are closed.
_HORIZON_DAYS = 5_000


@dataclass(frozen=True, slots=True)
class Office:
    """When people work: local opening and closing time on each open day of the calendar."""

    calendar: Calendar
    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)

    @property
    def day_length(self) -> timedelta:
        """Working time of one whole day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: so many working ``hours`` and ``days``."""

    key: str
    title: str
    hours: int = 0
    days: int = 0

    def working(self, office: Office) -> timedelta:
        """The working time that it allows."""
        return timedelta(hours=self.hours) + self.days * office.day_length

    @property
    def counted(self) -> str:
        """The promise in words: ``4 business hours``."""
        parts = [f"{n} business {unit}{'' if n == 1 else 's'}"
                 for n, unit in ((self.days, "day"), (self.hours, "hour")) if n]
        return " and ".join(parts) + "; stops while we wait for somebody else"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the target does not run; ``end`` None while it lasts."""

    start: datetime
    end: datetime | None = None


FIRST_REPLY = Target("first_reply", "First reply", hours=4)
SOLVE = Target("solve", "Solve", days=10)


def due_at(
    start: datetime, target: Target, office: Office, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """The UTC instant by which the target is met; None while a pause holds it open.

    ``start`` and the pauses are aware instants.
    """
    left = target.working(office)
    for begins, ends in _working_stretches(start, office, pauses):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return None


def worked(
    start: datetime, until: datetime, office: Office, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Working time from ``start`` to ``until``, pauses left out; zero when ``until`` is earlier."""
    total = timedelta()
    for begins, ends in _working_stretches(start, office, pauses):
        if begins >= until:
            break
        total += min(ends, until) - begins
    return total


def _working_stretches(
    start: datetime, office: Office, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of running time in order, in UTC; they end where an open pause begins."""
    ensure(start.tzinfo is not None, "a target starts at an aware instant")
    ordered = sorted(pauses, key=lambda pause: pause.start)
    first = start.astimezone(office.zone).date()
    for offset in range(_HORIZON_DAYS):
        day = first + offset * _DAY
        if not office.calendar.is_open(day):
            continue
        begins = max(_instant(day, office.opens, office.zone), start.astimezone(UTC))
        ends = _instant(day, office.closes, office.zone)
        for pause in ordered:
            if pause.start < ends and begins < pause.start:
                yield begins, pause.start.astimezone(UTC)
            if pause.end is None and pause.start < ends:
                return
            if pause.end is not None and pause.start < ends:
                begins = max(begins, pause.end.astimezone(UTC))
        if begins < ends:
            yield begins, ends


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
