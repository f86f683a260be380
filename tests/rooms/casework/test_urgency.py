"""What a day of delay costs, in parts, and that more of anything bad never costs less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.casework.claims import Need
from amends.casework.urgency import CostOfDelay, cost_of_delay
from amends.money import exponent


def cost(**given: Any) -> CostOfDelay:
    """The cost of a plain case but for what is ``given``."""
    return cost_of_delay(**{"severity": 2, "needs": (), "at_stake_minor": 0, "currency": "EUR",
                            "days_left": None, "legal": False, **given})


@pytest.mark.parametrize(("facts", "parts"), [
    ({}, {"Severity 2": 1_000}),
    ({"severity": 4}, {"Severity 4": 100_000}),
    ({"at_stake_minor": 100_00}, {"Severity 2": 1_000, "Money at stake": 50}),
    ({"at_stake_minor": 100_00, "currency": "GBP"}, {"Severity 2": 1_000, "Money at stake": 59}),
    ({"at_stake_minor": 10_000, "currency": "JPY"}, {"Severity 2": 1_000, "Money at stake": 30}),
    ({"at_stake_minor": 10**15}, {"Severity 2": 1_000, "Money at stake": 500_000}),
    ({"days_left": 9}, {"Severity 2": 1_000, "Service target": 500}),
    ({"days_left": 9, "legal": True}, {"Severity 2": 1_000, "Legal clock": 5_000}),
    ({"days_left": -3, "legal": True}, {"Severity 2": 1_000, "Legal clock": 50_000}),
    ({"needs": [Need.SELF_HARM_RISK, Need.DOMESTIC_ABUSE]},
     {"Severity 2": 1_000, "Person at risk": 200_000}),
    ({"needs": ["bereavement", "minor", "press"]},
     {"Severity 2": 1_000, "Person's needs": 10_000}),
])
def test_each_part_is_as_reckoned_by_hand(facts: dict[str, Any], parts: dict[str, int]) -> None:
    """The clock, half a percent of the money in euro cents, the person, the severity."""
    found = cost(**facts)
    assert dict(found.parts) == parts
    assert found.total == sum(parts.values())


def test_a_currency_without_minor_units_counts_by_its_worth() -> None:
    """10,000 yen are some sixty euros, not six thousand."""
    assert exponent("JPY") == 0
    yen = dict(cost(at_stake_minor=10_000, currency="JPY").parts)["Money at stake"]
    euros = dict(cost(at_stake_minor=60_00, currency="EUR").parts)["Money at stake"]
    assert yen == euros


@given(
    severity=st.integers(1, 4), money=st.integers(0, 10**12), more=st.integers(0, 10**12),
    days=st.integers(-400, 400), fewer=st.integers(0, 400), legal=st.booleans(),
    needs=st.sets(st.sampled_from(list(Need))), need=st.sampled_from(list(Need)),
)
def test_worse_never_costs_less(  # noqa: PLR0917
    severity: int, money: int, more: int, days: int, fewer: int, legal: bool,
    needs: set[Need], need: Need,
) -> None:
    """More money, a nearer clock, one more need or a law instead of a target."""
    facts = {"severity": severity, "at_stake_minor": money, "days_left": days, "legal": legal,
             "needs": needs}
    plain = cost(**facts).total
    for worse in ({"at_stake_minor": money + more}, {"days_left": days - fewer}, {"legal": True},
                  {"needs": needs | {need}}, {"severity": min(4, severity + 1)}):
        assert cost(**facts | worse).total >= plain
