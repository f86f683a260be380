"""Daily exchange rates, as integers per million, so that no amount ever meets a float."""

from __future__ import annotations

from datetime import date

from amends.money import round_half_up
from amends.sample.company import CURRENCIES
from amends.sample.plan import Plan

MILLION = 1_000_000
_START = {"EUR": 1_000_000, "GBP": 1_148_200, "USD": 862_400, "SEK": 91_350}  # worth in millionths

Rates = dict[tuple[date, str, str], int]


def daily(plan: Plan) -> Rates:
    """(day, base, quote) to the mid rate in millionths of a quote unit for one base unit."""
    stream = plan.stream("rates")
    worth = dict(_START)
    found: Rates = {}
    for day in plan.dates:
        for currency in CURRENCIES[1:]:
            worth[currency] += round_half_up(worth[currency] * stream.randint(-400, 400), 100_000)
        for base in CURRENCIES:
            for quote in CURRENCIES:
                found[day, base, quote] = round_half_up(worth[base] * MILLION, worth[quote])
    return found


def converted(amount_minor: int, rate_millionths: int, markup_hundredths_percent: int) -> int:
    """The amount in the account's currency at a rate less a markup of 0 to 0.4 percent."""
    kept = 10_000 - markup_hundredths_percent
    return round_half_up(amount_minor * rate_millionths * kept, MILLION * 10_000)
