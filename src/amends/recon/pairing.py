"""Ledger rows and report lines tied to each other, by the named steps in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Template

import pyarrow as pa

from amends.recon.rules import Rules
from amends.recon.subsets import subset
from amends.tables import Engine

_STEPS = Path(__file__).parent / "steps"
_BARED = re.compile(r"BARE\(([\w.]+)\)")
_TIED = ("ledger_id BIGINT, line_id BIGINT, kind VARCHAR, rule VARCHAR, score INTEGER, "
         "reference VARCHAR, amount VARCHAR, card VARCHAR, timing VARCHAR")
_MOST_ROUNDS = 8
# A reference without case, escapes and separators; O and 0, I, L and 1 are one (as in base 32).
_BARE = ("REGEXP_REPLACE(TRANSLATE(UPPER(CASE WHEN POSITION('%' IN ", ") > 0 THEN REGEXP_REPLACE(",
         ", '%[0-9A-Fa-f][0-9A-Fa-f]', '', 'g') ELSE ",
         " END), 'OIL', '011'), '[^0-9A-Z]+', '', 'g')")
_BARED = re.compile(r"BARE\(([\w.]+)\)")
_TIED = ("ledger_id BIGINT, line_id BIGINT, kind VARCHAR, rule VARCHAR, score INTEGER, "
         "reference VARCHAR, amount VARCHAR, card VARCHAR, timing VARCHAR")
_MOST_ROUNDS = 8
# A reference without case, escapes and separators; O and 0, I, L and 1 are one (as in base 32).
_SEPARATORS = " -_/.,:;#*+()[]{}|&=@!?~^<>\t\u00a0\u2010\u2011\u2012\u2013\u2014\u2212%"
_BARE = ("TRANSLATE(UPPER(CASE WHEN POSITION('%' IN ", ") > 0 THEN REGEXP_REPLACE(",
         ", '%[0-9A-Fa-f][0-9A-Fa-f]', '', 'g') ELSE ", f" END), 'OIL{_SEPARATORS}', '011')")


def step(name: str, rules: Rules, **words: str) -> str:
    """The SQL of one step with the rules' numbers in their places."""
    text = _BARED.sub(lambda found: found[1].join(_BARE), _text(name))
    return Template(text).substitute({**rules.numbers, **words})


@cache
def _text(name: str) -> str:
    return (_STEPS / f"{name}.sql").read_text(encoding="utf-8")


def tie_exact(engine: Engine, rules: Rules) -> None:
    """Fill ``exact_once`` anew."""
    engine.run("DROP TABLE IF EXISTS exact; DROP TABLE IF EXISTS exact_once")
    engine.run(step("10_exact", rules))
    engine.run(step("11_exact_once", rules))


def hours_apart(engine: Engine, rules: Rules) -> int:
    """Seconds by which the report's clock is ahead; 0 while most pairs tie, or few are left.

    Time zones lie whole quarter hours apart. Twenty pairs, four of five agreeing, are needed.
    """
    tied, booked = engine.query("SELECT COUNT(*) AS n FROM exact_once UNION ALL "
                                "SELECT COUNT(*) FROM ledger_today").column("n").to_pylist()
    if tied * 2 > booked:
        return 0
    for row in engine.query(step("05_clock", rules)).to_pylist():
        if row["n"] >= 20 and row["n"] * 5 >= row["pairs"] * 4:
            return int(row["quarters"]) * 900
    return 0


def pair(engine: Engine, rules: Rules, settled_before: str, told: Callable[[str], None]) -> None:
    """Fill ``tied`` from what ``exact_once`` leaves of the views ``ledger`` and ``psp``.

    What is less than plain is decided only for rows seen before ``settled_before``: until then
    another line could still come that fits better.
    """
    for name in ("20_ledger_rest", "21_line_rest"):
        engine.run(step(name, rules))
    told("pairs that agree in everything are tied")
    engine.view("points", rules.points_table())
    engine.run(f"CREATE TABLE tied ({_TIED}); "
               "CREATE TABLE line_copy (line_id BIGINT, twin BIGINT); "
               "CREATE TABLE ledger_copy (ledger_id BIGINT, twin BIGINT)")
    engine.run(step("30_candidates", rules))
    engine.run(step("31_scored", rules))
    _rounds(engine, rules, "rule", settled_before)
    told("references are repaired")
    engine.run(step("40_groups", rules))
    _parts_with_damage(engine, rules, settled_before)
    _rounds(engine, rules, "rule_if_it_differs", settled_before)
    told("parts are put together")
    engine.run(step("45_line_copies", rules))
    engine.run(step("46_ledger_copies", rules))
    _rounds(engine, rules, "rule_if_renamed", settled_before)


def _count(engine: Engine) -> int:
    return int(engine.query("SELECT COUNT(*) AS n FROM tied").column("n")[0].as_py())


def _rounds(engine: Engine, rules: Rules, rule: str, settled_before: str) -> None:
    """Tie best pairs until a round ties none; each round can free the next."""
    before = _count(engine)
    for _ in range(_MOST_ROUNDS):
        engine.run(step("32_round", rules, rule=rule, settled_before=settled_before))
        after = _count(engine)
        if after == before:
            return
        before = after


def _parts_with_damage(engine: Engine, rules: Rules, settled_before: str) -> None:
    """Tie orders settled in parts where a part's reference is damaged: the sum says which."""
    waiting: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in engine.query(
            step("41_owed", rules, settled_before=settled_before)).to_pylist():
        waiting[row["unit"]].append(row)
    chosen = {unit: lines for unit, rows in waiting.items() if (lines := _parts(rows, rules))}
    claims: dict[int, int] = defaultdict(int)
    for lines in chosen.values():
        for line in lines:
            claims[line] += 1
    units = [(unit, line) for unit, lines in chosen.items() for line in lines
             if all(claims[other] == 1 for other in lines)]
    engine.view("parts_found", pa.table({
        "unit": pa.array([unit for unit, _ in units], pa.int64()),
        "line_id": pa.array([line for _, line in units], pa.int64())}))
    engine.run(step("42_parts", rules))


def _parts(rows: list[dict[str, object]], rules: Rules) -> tuple[int, ...]:
    """The lines that make up what one order is owed, or none when that is not certain."""
    sure = [row for row in rows if row["reference"] == "same"]
    unsure = [row for row in rows if row["reference"] != "same"]
    owed = int(str(rows[0]["owed_minor"])) - sum(int(str(row["gross_minor"])) for row in sure)
    if owed == 0 or not unsure:
        return ()
    found = subset([int(str(row["gross_minor"])) for row in unsure], owed,
                   most=rules["split_most"] - 1, within=rules["tolerance_minor"])
    if not found.certain or found.places is None:
        return ()
    picked = [unsure[place] for place in found.places]
    if not sure and not all(row["reference"] != "silent" or row["agrees"] for row in picked):
        return ()
    return tuple(int(str(row["line_id"])) for row in [*sure, *picked])
