"""The thirty worked examples of the domain papers, read in place."""

from __future__ import annotations

import json

from amends.clocks.deadlines import compute
from samples import shared_domain


def test_every_worked_example_comes_out_as_written() -> None:
    cases = json.loads(shared_domain("clock-examples.json").read_text(encoding="utf-8"))
    assert len(cases) == 30
    wrong = []
    for case in cases:
        found = compute(case["regime"], case["facts"]).as_json()
        for part, expected in (("deadlines", "expected"), ("values", "expected_values")):
            wrong += [(case["id"], name, due, found[part].get(name))
                      for name, due in case.get(expected, {}).items()
                      if found[part].get(name) != due]
        wrong += [(case["id"], problem) for problem in found["problems"]]
    assert wrong == []
