"""Avoidable escalations per agent, compared fairly: expected by the mix of kinds they handle.

Indirect standardisation with a Wilson interval on the agent's own share. An agent is only said to
differ where the interval leaves the expected share; ranks within overlapping intervals mean
nothing and are not given (Spiegelhalter, Statistics in Medicine 24, 2005).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amends.insight.rates import Interval, wilson

_CASES_MIN = 8
_PRIOR = 5.0


@dataclass(frozen=True, slots=True)
class HandedUp:
    """One reviewed escalation: who handed it up, its kind, whether the frontline could have
    solved it, and in what respect (empty where avoidable is False)."""

    agent: str
    kind: str
    avoidable: bool
    reason: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent: their share with its interval, the share expected for their mix of kinds, and
    whether the two differ (``higher``, ``lower``, ``as expected``, ``too few to tell``).

    ``kind`` and ``reason`` name the one thing worth a note, with the cases to show for it.
    """

    agent: str
    cases: int
    avoidable: int
    rate: Interval
    expected: float
    standing: str
    kind: str
    reason: str
    examples: tuple[str, ...]
    note: str


def compare(reviewed: Sequence[HandedUp], *,
            advice: Mapping[str, str] | None = None) -> list[AgentView]:
    """Every agent against what their mix of kinds would give, by name. ``advice`` maps a reason
    to the words of what to try next time."""
    kinds = _kind_rates(reviewed)
    agents = sorted({one.agent for one in reviewed})
    return [_view([one for one in reviewed if one.agent == agent], kinds, advice or {})
            for agent in agents]


def _kind_rates(reviewed: Sequence[HandedUp]) -> dict[str, float]:
    """The avoidable share of each kind over all agents, small kinds drawn to the whole."""
    overall = sum(one.avoidable for one in reviewed) / max(len(reviewed), 1)
    rates = {}
    for kind in {one.kind for one in reviewed}:
        held = [one for one in reviewed if one.kind == kind]
        rates[kind] = (sum(one.avoidable for one in held) + _PRIOR * overall) / (
            len(held) + _PRIOR)
    return rates


def _view(own: Sequence[HandedUp], kinds: Mapping[str, float],
          advice: Mapping[str, str]) -> AgentView:
    avoidable = [one for one in own if one.avoidable]
    rate = wilson(len(avoidable), len(own))
    expected = sum(kinds[one.kind] for one in own) / len(own)
    kind, reason, examples = _one_thing(own, avoidable, kinds)
    return AgentView(own[0].agent, len(own), len(avoidable), rate, expected,
                     _standing(rate, expected, len(own)), kind, reason, examples,
                     _note(kind, reason, examples, advice))


def _standing(rate: Interval, expected: float, cases: int) -> str:
    if cases < _CASES_MIN:
        return "too few to tell"
    if rate.lower > expected:
        return "higher"
    return "lower" if rate.upper < expected else "as expected"


def _one_thing(own: Sequence[HandedUp], avoidable: Sequence[HandedUp],
               kinds: Mapping[str, float]) -> tuple[str, str, tuple[str, ...]]:
    """The kind and reason with the most avoidable cases beyond what is expected of it."""
    groups: dict[tuple[str, str], list[HandedUp]] = {}
    for one in avoidable:
        groups.setdefault((one.kind, one.reason), []).append(one)
    if not groups:
        return "", "", ()

    def beyond(pair: tuple[str, str]) -> tuple[float, str, str]:
        handled = sum(one.kind == pair[0] for one in own)
        return len(groups[pair]) - kinds[pair[0]] * handled, pair[0], pair[1]

    kind, reason = max(groups, key=beyond)
    cases = tuple(one.case for one in groups[kind, reason] if one.case)
    return kind, reason, cases[:3]


def _note(kind: str, reason: str, examples: tuple[str, ...],
          advice: Mapping[str, str]) -> str:
    if not kind:
        return ""
    subject = kind.replace("_", " ")
    shown = f" (for example {', '.join(examples)})" if examples else ""
    what = advice.get(reason) or (
        f"what was missing: {reason.replace('_', ' ')}" if reason
        else "look at them together with a specialist")
    return (f"Some cases about {subject}{shown} could have been solved at first contact. "
            f"Next time: {what}.")
