"""What to make: the arguments of the sample, checked, and one random stream for each subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from amends.clocks.calendars import calendar
from amends.problems import AmendsError, Problem

DAYS_MIN, DAYS_MAX = 21, 400
PAYMENTS_MAX = 2_000_000
PAYMENTS_PER_ESCALATION = 15
CALENDARS = {"EUR": "eu-target", "GBP": "uk-eng", "USD": "us-fed", "SEK": "eu-target"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of ``amends sample``; the same plan gives the same bytes."""

    seed: int = 20260301
    days: int = 30
    payments: int = 6000
    until: date = date(2026, 11, 22)
    escalations: int = 200

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.until - timedelta(days=self.days - 1)

    @property
    def dates(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range(self.days)]

    def stream(self, subject: str) -> Random:
        """A random stream of its own, so that one subject never shifts another."""
        return Random(f"{self.seed}/{subject}")

    def check(self) -> None:
        """AmendsError when the arguments cannot make a company."""
        if not DAYS_MIN <= self.days <= DAYS_MAX:
            raise AmendsError(Problem("error", f"{self.days} days cannot be made.",
                                      f"Ask for {DAYS_MIN} to {DAYS_MAX} days.", field="days"))
        least = max(300, self.escalations * PAYMENTS_PER_ESCALATION)
        if not least <= self.payments <= PAYMENTS_MAX:
            raise AmendsError(Problem(
                "error", f"{self.payments} payments are not enough, or too many.",
                f"Ask for {least} to {PAYMENTS_MAX} with {self.escalations} escalations.",
                field="payments"))
        if self.escalations < 0:
            raise AmendsError(Problem("error", "A number of escalations is not negative.",
                                      "Ask for 0 or more.", field="escalations"))


@lru_cache(maxsize=8192)
def next_open(currency: str, day: date, steps: int = 1) -> date:
    """The bank's business day, so many after ``day``, in the calendar of a currency."""
    return calendar(CALENDARS[currency]).add(day, steps)
