"""What a day of delay costs on a case, in parts that are shown: clock, money, person.

The figure orders a caseload; it is no posting. It is counted in minor units of the house currency.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from amends.casework.claims import Need
from amends.money import exponent, is_currency, round_half_up

# What one unit of each currency is worth in thousandths of a euro cent; for ordering only. A
# currency that is not named counts as the euro.
_HOUSE = {
    "EUR": 100_000, "USD": 92_000, "GBP": 117_000, "CHF": 104_000, "SEK": 8_900, "NOK": 8_500,
    "DKK": 13_400, "PLN": 23_300, "JPY": 600,
}
_SEVERITY = {4: 100_000, 3: 10_000, 2: 1_000, 1: 100}
_GRAVE = {Need.SELF_HARM_RISK, Need.DOMESTIC_ABUSE}
_TENDER = {
    Need.VULNERABILITY_HEALTH, Need.BEREAVEMENT, Need.FINANCIAL_HARDSHIP, Need.DISTRESS,
    Need.MINOR, Need.SCAM_VICTIM,
}


@dataclass(frozen=True, slots=True)
class CostOfDelay:
    """The cost of one more day and its parts, each with words."""

    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All parts together, minor units of the house currency a day."""
        return sum(minor for _, minor in self.parts)


def cost_of_delay(
    *, severity: int, needs: Collection[str], at_stake_minor: int, currency: str,
    days_left: int | None, legal: bool,
) -> CostOfDelay:
    """What one more day costs: the clock, 0.5 % of the money, the person, the severity.

    ``days_left`` counts calendar days to the next deadline that is ours, None when none runs.
    """
    house = _house(at_stake_minor, currency)
    parts = [(f"Severity {severity}", _SEVERITY.get(severity, 1_000))]
    if house:
        parts.append(("Money at stake", min(round_half_up(house, 200), 500_000)))
    if days_left is not None:
        parts.append(("Legal clock" if legal else "Service target", _clock(days_left, legal)))
    if _GRAVE.intersection(needs):
        parts.append(("Person at risk", 200_000))
    tender = len(_TENDER.intersection(needs))
    if tender:
        parts.append(("Person's needs", 5_000 * tender))
    return CostOfDelay(tuple(parts))


def _house(minor: int, currency: str) -> int:
    """The amount in minor units of the house currency, roughly."""
    digits = exponent(currency) if is_currency(currency) else 2
    return round_half_up(abs(minor) * _HOUSE.get(currency, 100_000), 1_000 * 10**digits)


def _clock(days_left: int, legal: bool) -> int:
    scale = 50_000 if legal else 5_000
    if days_left <= 0:
        return scale
    return scale // (days_left + 1)
