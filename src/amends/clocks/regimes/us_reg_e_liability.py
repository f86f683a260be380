"""Regulation E: what a consumer can be charged for unauthorised transfers (12 CFR 1005.6(b))."""

from __future__ import annotations

from datetime import date

from amends.clocks.counting import business_days, calendar_days
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime
from amends.money import Money

FIRST_TIER = Money(50_00, "USD")
SECOND_TIER = Money(500_00, "USD")
_NOTHING = Money(0, "USD")
Transfer = tuple[date, Money]

TWO_DAYS = Clock(
    "two_business_day_deadline", "Notice of the lost device",
    "The customer tells the bank of the loss or theft of the access device.",
    "12 CFR 1005.6(b)(1), (2)",
    "The customer's share may rise from $50 to $500.")
SIXTY_DAYS = Clock(
    "sixty_day_deadline", "Notice of what the statement shows",
    "The customer reports an unauthorised transfer that the statement shows.",
    "12 CFR 1005.6(b)(3)",
    "Later transfers that notice would have stopped are the customer's in full.")


def _reckon(facts: Facts) -> Reckoning:
    two_days = business_days(facts.day("learned_of_loss"), 2, facts.calendar)
    sixty_days = calendar_days(facts.day("statement_sent"), 60)
    counts = {TWO_DAYS: two_days, SIXTY_DAYS: sixty_days}
    device, notice = facts.flag("access_device"), facts.day("notice_given").on
    transfers = _transfers(facts)
    if device is None or notice is None or transfers is None or (device and two_days.due is None):
        return Reckoning(counts)
    liability = _liability(device, notice, two_days.due, sixty_days.due, transfers)
    return Reckoning(counts, {"max_consumer_liability": liability.decimal()})


def _transfers(facts: Facts) -> list[Transfer] | None:
    """The transfers with their dates, or None when any is missing or unreadable."""
    if not facts.has("transfers"):
        return None
    transfers: list[Transfer] = []
    rows = facts.rows("transfers")
    for row in rows:
        fact = facts.row("transfers", row)
        on, amount = fact.day("date").on, fact.money("amount", "USD")
        if on is not None and amount is not None:
            transfers.append((on, amount))
    return transfers if len(transfers) == len(rows) else None


def _liability(
    device: bool, notice: date, two_days: date | None, sixty_days: date | None,
    transfers: list[Transfer],
) -> Money:
    """The two tiers for the transfers up to day 60, plus those after it when notice was late."""
    late = [t for t in transfers if sixty_days and notice > sixty_days and t[0] > sixty_days]
    others = [t for t in transfers if t not in late]
    after_sixty = _sum(late)
    if not device or two_days is None:
        return after_sixty
    if notice <= two_days:
        return after_sixty + min(FIRST_TIER, _sum(others))
    early = min(FIRST_TIER, _sum([t for t in others if t[0] <= two_days]))
    later = _sum([t for t in others if t[0] > two_days])
    return after_sixty + min(SECOND_TIER, early + later)


def _sum(transfers: list[Transfer]) -> Money:
    return sum((amount for _, amount in transfers), start=_NOTHING)


REGIME = Regime("us-reg-e-liability", "Regulation E: the consumer's share of a loss", "us-fed",
                (TWO_DAYS, SIXTY_DAYS), _reckon)
