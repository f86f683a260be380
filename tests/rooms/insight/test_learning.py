"""Where a change comes from, what people write about, and what to coach, fairly compared."""

from __future__ import annotations

import ast
import csv
import random
from pathlib import Path

import pytest

from amends.insight.coaching import HandedUp, compare
from amends.insight.leaf_tables import leaves, roles
from amends.insight.rootcause import additive, locate
from amends.insight.themes import themes
from amends.problems import AmendsError
from samples import shared


@pytest.mark.parametrize("fault", [{"rail": "card", "country": "SE"}, {"country": "DE"},
                                   {"rail": "ach", "app": "7.4", "country": "FR"}])
@pytest.mark.parametrize("factor", [3.0, 0.2])
def test_a_planted_combination_is_located(fault: dict[str, str], factor: float) -> None:
    dice = random.Random(20260301)
    rows, expected, values = [], [], []
    for rail in ("card", "ach", "wire"):
        for country in ("SE", "DE", "FR", "NL"):
            for app in ("7.3", "7.4"):
                keys = {"rail": rail, "country": country, "app": app}
                meant = dice.randint(200, 400)
                hit = all(keys[name] == value for name, value in fault.items())
                rows.append(tuple(keys.values()))
                expected.append(meant)
                values.append(meant * (factor if hit else dice.uniform(0.97, 1.03)))
    answer = locate(additive(("rail", "country", "app"), rows, values, expected))
    assert answer.best is not None and dict(answer.best.combination) == fault


def test_no_change_has_no_cause() -> None:
    answer = locate(additive(("rail",), [("card",), ("ach",)], [10, 20], [10, 20]))
    assert answer.best is None and not answer.found


def test_a_change_spread_over_everything_is_outside_the_dimensions() -> None:
    rows = [(f"v{i}",) for i in range(20)]
    answer = locate(additive(("shop",), rows, [120.0] * 20, [100.0] * 20))
    assert not answer.found


@pytest.mark.parametrize(("table", "options"), [
    ({"value": ["1"], "kind": ["a"]}, {}),
    ({"value": ["1"], "predict": ["1"]}, {"by": ["nosuch"]})])
def test_a_table_that_does_not_say_enough_is_refused(table: dict[str, list[str]],
                                                     options: dict[str, list[str]]) -> None:
    with pytest.raises(AmendsError):
        roles(table, **options)  # type: ignore[arg-type]


def labels(folder: Path) -> dict[str, tuple[str, set[frozenset[tuple[str, str]]]]]:
    """File to the period and the true combinations, as the publishers wrote them."""
    found: dict[str, tuple[str, set[frozenset[tuple[str, str]]]]] = {}
    name = period = ""
    for line in (folder / "rs-anomaly.yaml").read_text("utf-8").splitlines():
        key, _, text = line.strip().lstrip("- ").partition(":")
        if key == "data":
            name = text.strip()
        elif key == "timestamp":
            period = text.strip()
        elif key == "cause":
            causes = ast.literal_eval(text.strip())
            found[name] = period, {frozenset((k, str(v)) for k, v in cause.items())
                                   for cause in (causes if isinstance(causes, list) else [causes])}
    return found


def test_real_incidents_are_located_better_than_any_published_method() -> None:
    """135 incidents are published, two thirds are here; the best published F1 is 0.42."""
    folder = shared("root-cause")
    right = listed = told = true = 0
    for name, (period, causes) in labels(folder).items():
        with (folder / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        table = {column: [row[column] for row in rows] for column in rows[0]}
        answer = locate(leaves(table, roles(table), period)[0])
        got = [frozenset(one.combination.items()) for one in answer.candidates]
        right += bool(answer.found and got[0] in causes)
        listed += bool(set(got) & causes)
        told += answer.found
        true += len(causes)
    assert told >= 85
    assert 2 * right / (told + true) > 0.75
    assert listed / told > 0.95


def test_themes_set_kinds_apart() -> None:
    texts = {"duplicate": [f"I was charged twice for order {i}, please look" for i in range(9)],
             "refund": [f"My refund for order {i} has not arrived, please look" for i in range(9)],
             "login": ["I cannot sign in, please look", "the code never comes"] * 4}
    found = themes(texts)
    assert found["duplicate"][0].term in ("charged twice", "charged", "twice")
    assert "refund" in {theme.term for theme in found["refund"][:3]}
    assert all("please" not in theme.term.split() for held in found.values() for theme in held)


def handed(agent: str, kind: str, avoidable: int, total: int) -> list[HandedUp]:
    return [HandedUp(agent, kind, avoidable=i < avoidable,
                     reason="refund_state_not_checked" if i < avoidable else "",
                     case=f"AM-{i:06d}") for i in range(total)]


def test_the_mix_of_kinds_is_no_fault_of_the_agent() -> None:
    """Ana takes the kinds that are often avoidable, Bo the others; both do as expected. Cy hands
    up everything."""
    reviewed = [*handed("ana", "where_is_my_refund", 12, 24), *handed("bo", "fraud", 1, 24),
                *handed("dee", "where_is_my_refund", 12, 24), *handed("dee", "fraud", 1, 24),
                *handed("cy", "where_is_my_refund", 23, 24), *handed("eve", "fraud", 0, 3)]
    views = {view.agent: view for view in compare(
        reviewed, advice={"refund_state_not_checked": "open the money trail before handing up"})}
    assert {name: view.standing for name, view in views.items()} == {
        "ana": "as expected", "bo": "as expected", "cy": "higher", "dee": "as expected",
        "eve": "too few to tell"}
    assert views["cy"].kind == "where_is_my_refund" and len(views["cy"].examples) == 3
    assert "open the money trail before handing up" in views["cy"].note
    assert views["eve"].note == ""
