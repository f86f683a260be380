"""Limits by hand, exact sums, intervals from the published tables, pictures well-formed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from amends.insight.buckets import buckets
from amends.insight.charts import (
    contribution_chart,
    control_picture,
    outcome_chart,
    sparkline,
)
from amends.insight.contribution import Fact, contribution, ranked
from amends.insight.control import ControlChart, Reading, control_chart
from amends.insight.effect import Counted, effect, effect_on_mean
from amends.insight.rates import newcombe, wilson

MONDAY = date(2026, 6, 15)


def weekly(levels: list[float], base: float = 1.0) -> list[Reading]:
    return [Reading(MONDAY + timedelta(weeks=i), level * base, base)
            for i, level in enumerate(levels)]


def test_xmr_limits_as_reckoned_by_hand() -> None:
    """Moves 2, 1, 3, 2, 1 have the mean 1.8; 2.66 x 1.8 = 4.788 about the mean 11.5."""
    chart = control_chart(weekly([10, 12, 11, 14, 12, 11]))
    assert chart.mean == pytest.approx(70 / 6, abs=1e-9)
    assert chart.points[0].upper == pytest.approx(70 / 6 + 4.788, abs=1e-9)
    assert chart.points[0].lower == pytest.approx(70 / 6 - 4.788, abs=1e-9)
    assert chart.signals == ()


def test_p_limits_follow_each_base() -> None:
    """p = 0.1: three standard errors are 0.09 of 100 and 0.045 of 400."""
    chart = control_chart([Reading(MONDAY + timedelta(weeks=i), 0.1 * base, base)
                           for i, base in enumerate([100, 400, 100, 400, 100, 400])], "p")
    assert chart.points[0].upper == pytest.approx(0.19, abs=1e-9)
    assert chart.points[1].upper == pytest.approx(0.145, abs=1e-9)
    assert chart.points[0].lower == pytest.approx(0.01, abs=1e-9)


@pytest.mark.parametrize(("levels", "why", "shifted"), [
    ([5, 6, 5, 6, 5, 6, 5, 6, 30], "above the upper limit", 8),
    ([50, 51, 50, 51, 50, 51, 50, 51, 2], "below the lower limit", 8),
    ([6, 5, 6, 5, 6, 5, 6, 5, *[6.2] * 8], "one of 8 in a row", 8)])
def test_signals_say_why(levels: list[float], why: str, shifted: int) -> None:
    chart = control_chart(weekly(levels), baseline=8)
    assert chart.signals[-1].signal.startswith(why)
    assert chart.shifted_on == MONDAY + timedelta(weeks=shifted)


def test_too_few_readings_are_not_judged() -> None:
    chart = control_chart(weekly([1, 2, 100]))
    assert not chart.enough and chart.signals == ()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from(["xmr", "u"]))
def test_every_point_lies_by_its_limits_or_has_a_signal(levels: list[float], kind: str) -> None:
    chart = control_chart(weekly(levels), kind)  # type: ignore[arg-type]
    for point in chart.points:
        assert point.lower <= chart.mean + 1e-6 and chart.mean <= point.upper + 1e-6
        inside = point.lower <= point.level <= point.upper
        assert inside or point.signal or not chart.enough


def test_weeks_and_months_leave_no_gap() -> None:
    days = [date(2025, 12, 30), date(2026, 3, 1), date(2026, 3, 2)]
    assert buckets(days, "month") == [(date(2025, 12, 1), 1), (date(2026, 1, 1), 0),
                                      (date(2026, 2, 1), 0), (date(2026, 3, 1), 2)]
    weeks = buckets(days, "week")
    assert weeks[0][0].weekday() == 0 and sum(count for _, count in weeks) == 3


FACTS = st.lists(st.builds(lambda a, b, w: Fact({"kind": a, "rail": b} if a else {}, w),
                           st.sampled_from(["", "late", "twice"]), st.sampled_from(["card", "ach"]),
                           st.integers(-10**9, 10**9)), max_size=40)


@given(FACTS, FACTS)
def test_parts_add_up_to_the_change_exactly(before: list[Fact], after: list[Fact]) -> None:
    for found in ranked(before, after, ["kind", "rail"]):
        assert sum(part.change for part in found.parts) == found.change
        if found.change:
            assert sum(part.share for part in found.parts if part.share is not None) == 1


def test_looking_inside_a_part_explains_that_part() -> None:
    before = [Fact({"kind": "late", "rail": "ach"})] * 2
    after = [Fact({"kind": "late", "rail": "card"})] * 5 + [Fact({"kind": "twice", "rail": "ach"})]
    inside = contribution(before, after, "rail", where={"kind": "late"})
    assert [(part.value, part.change) for part in inside.parts] == [("card", 5), ("ach", -2)]


@pytest.mark.parametrize(("count", "base", "lower", "upper"), [
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718)])
def test_wilson_as_published(count: int, base: int, lower: float, upper: float) -> None:
    found = wilson(count, base)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=5e-5),
                                          pytest.approx(upper, abs=5e-5))


@pytest.mark.parametrize(("counts", "lower", "upper"), [
    # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
    ((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090),
    ((10, 10, 0, 20), 0.6791, 1.0)])
def test_newcombe_as_published(counts: tuple[int, int, int, int], lower: float,
                               upper: float) -> None:
    found = newcombe(*counts)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=5e-5),
                                          pytest.approx(upper, abs=5e-5))


@pytest.mark.parametrize(("before", "after", "compare", "verdict"), [
    (Counted(80, 1000), Counted(20, 1000), None, "fell"),
    (Counted(20, 1000), Counted(80, 1000), None, "rose"),
    (Counted(30, 1000), Counted(28, 1000), None, "none seen"),
    (Counted(3, 8), Counted(0, 8), None, "not enough to tell"),
    # everything fell alike: the fix did nothing
    (Counted(80, 1000), Counted(40, 1000), (Counted(160, 2000), Counted(80, 2000)), "none seen"),
])
def test_the_effect_of_a_fix(before: Counted, after: Counted,
                             compare: tuple[Counted, Counted] | None, verdict: str) -> None:
    other = compare or (None, None)
    found = effect(before, after, compare_before=other[0], compare_after=other[1])
    assert (found.verdict, found.compared) == (verdict, compare is not None)
    assert found.change.lower <= found.change.estimate <= found.change.upper


def test_the_effect_on_a_mean_is_the_same_for_the_same_seed() -> None:
    before, after = [30.0 + i % 7 for i in range(60)], [22.0 + i % 5 for i in range(60)]
    found = effect_on_mean(before, after, seed=7)
    assert found == effect_on_mean(before, after, seed=7)
    assert found.verdict == "fell" and found.change.lower < -9.0 < found.change.upper


def shifted() -> ControlChart:
    return control_chart(weekly([1.1, 0.9, 1.2, 1.0, 1.3, 0.8, 1.1, 4.2, 4.6, 4.4], 40.0), "u",
                         baseline=7)


def pictures() -> list[str]:
    change = contribution([Fact({"to": "A & <B>"})], [Fact({"to": "C"})] * 4, "to")
    return [
        control_picture(shifted(), title="t", subtitle="s",
                        link=lambda point: "/cases?a=1&b=2").svg,
        contribution_chart(change, title="t", subtitle="s", link=lambda part: "/cases").svg,
        outcome_chart([("Oct", {"upheld": 3, "not upheld": 2}), ("Nov", {"upheld": 1})],
                      ["upheld", "not upheld"], title="t", subtitle="s",
                      link=lambda bucket, outcome: f"/cases?outcome={outcome}").svg,
        sparkline([1, 3, 2], says="three weeks", fixed_at=1)]


@pytest.mark.parametrize("number", range(4))
def test_a_picture_is_well_formed_and_a_strict_policy_lets_it_through(number: int) -> None:
    root = etree.fromstring(pictures()[number])
    assert root.tag.endswith("svg") and root.get("aria-label")
    for element in root.iter():
        assert element.get("style") is None and not element.tag.endswith("script")
        assert not any(name.startswith("on") for name in element.attrib)


def test_every_point_opens_its_cases_and_is_in_the_table() -> None:
    chart = control_picture(shifted(), title="Up", subtitle="s",
                            link=lambda point: f"/cases?from={point.on}")
    root = etree.fromstring(chart.svg)
    hrefs = [element.get("href") for element in root.iter("{*}a")]
    assert hrefs == list(chart.links) and len(chart.rows) == 10
    assert "shifted from 3 Aug" in chart.summary
    assert chart.rows[-1][-1] == "above the upper limit"


def test_a_script_address_never_becomes_a_link() -> None:
    chart = control_picture(shifted(), title="t", subtitle="s",
                            link=lambda point: "javascript:alert(1)")
    assert "javascript" not in chart.svg


def test_an_empty_chart_is_still_a_picture() -> None:
    chart = control_picture(control_chart([]), title="t", subtitle="s", link=lambda point: "/")
    etree.fromstring(chart.svg)
    assert chart.rows == ()
