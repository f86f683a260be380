"""How long records must be kept at least; a legal hold stops deletion under every rule."""

from __future__ import annotations

from amends.clocks.counting import Count, missing, months
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

# Years, and where they are written.
RULES = {"reg-e": (2, "12 CFR 1005.13(b)"), "reg-z": (2, "12 CFR 1026.25"),
         "reg-f": (3, "12 CFR 1006.100"), "uk-disp": (3, "FCA DISP 1.9")}

RETAIN = Clock(
    "retain_until", "Keep the records",
    "Keep the evidence that the rule was followed.",
    "; ".join(cited for _, cited in RULES.values()),
    "Compliance can no longer be shown.")


def _reckon(facts: Facts) -> Reckoning:
    return Reckoning({RETAIN: _retain(facts)})


def _retain(facts: Facts) -> Count:
    rule = facts.word("rule", tuple(RULES))
    if rule is None:
        return missing("rule")
    years, cited = RULES[rule]
    return months(facts.day("event_date"), 12 * years, f"the minimum of {cited}")


REGIME = Regime("record-retention", "Record keeping", None, (RETAIN,), _reckon)
