"""The decision policy: a versioned TOML file that compliance reads and the program follows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from amends.casework.claims import Kind, Need
from amends.casework.findings import FindingKind
from amends.casework.remedies import Remedy
from amends.casework.states import Outcome
from amends.money import Money
from amends.problems import AmendsError, Problem, SourceRef

FOLDER = Path(__file__).parent / "policies"
DEFAULT = FOLDER / "2026-11.toml"
ROLES = ("specialist", "team_lead")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the policy says of one kind of finding."""

    outcome: Outcome
    remedy: Remedy
    pays: bool
    reason: str
    citations: tuple[str, ...]
    person: bool
    approval: bool


@dataclass(frozen=True, slots=True)
class StraightThrough:
    """When a decision needs no hand. Limits are in minor units by currency."""

    confidence_min: float
    findings_max: int
    remedies: frozenset[Remedy]
    never_outcomes: frozenset[Outcome]
    never_claim_kinds: frozenset[Kind]
    never_needs: frozenset[Need]
    limit_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy. ``limits_minor``: role, then currency, to minor units."""

    version: str
    effective_from: date
    title: str
    rulings: Mapping[FindingKind, Ruling]
    straight_through: StraightThrough
    limits_minor: Mapping[str, Mapping[str, int]]
    above_approver: str
    above_condition: str


def load(path: Path = DEFAULT) -> Policy:
    """The policy in ``path``; raises AmendsError naming each thing that is wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unread:
        raise AmendsError(Problem("error", f"The policy cannot be read: {unread}",
                                  "It is a TOML file.", path.name)) from unread
    try:
        policy = _policy(document)
    except (KeyError, TypeError, ValueError, AmendsError) as wrong:
        said = f"{wrong.args[0]} is missing" if isinstance(wrong, KeyError) else str(wrong)
        raise AmendsError(Problem("error", f"The policy is not complete: {said}.",
                                  "Compare it with the policy reference.", path.name)) from wrong
    lacking = [kind for kind in FindingKind if kind not in policy.rulings]
    if lacking:
        raise AmendsError(Problem.at(SourceRef(path.name, field=f"findings.{kind}"),
                                     "The policy says nothing of this finding.",
                                     "Add a table with outcome, remedy, pays and reason.")
                          for kind in lacking)
    return policy


def _policy(document: Mapping[str, Any]) -> Policy:
    authority = document["authority"]
    return Policy(
        version=str(document["version"]),
        effective_from=_day(document["effective_from"]),
        title=str(document["title"]),
        rulings={FindingKind(kind): _ruling(row) for kind, row in document["findings"].items()},
        straight_through=_straight_through(document["straight_through"]),
        limits_minor={role: _limits(authority[role]) for role in ROLES},
        above_approver=str(authority["above"]["approver"]),
        above_condition=str(authority["above"]["condition"]),
    )


def _ruling(row: Mapping[str, Any]) -> Ruling:
    if row["pays"] not in ("owed", "nothing"):
        raise ValueError(f"pays = {row['pays']!r} is neither owed nor nothing")
    return Ruling(Outcome(row["outcome"]), Remedy(row["remedy"]), row["pays"] == "owed",
                  str(row["reason"]), tuple(row["citations"]), bool(row.get("person", False)),
                  bool(row.get("approval", False)))


def _straight_through(table: Mapping[str, Any]) -> StraightThrough:
    return StraightThrough(
        confidence_min=int(table["confidence_min_percent"]) / 100,
        findings_max=int(table["findings_max"]),
        remedies=frozenset(map(Remedy, table["remedies"])),
        never_outcomes=frozenset(map(Outcome, table["never_outcomes"])),
        never_claim_kinds=frozenset(map(Kind, table["never_claim_kinds"])),
        never_needs=frozenset(map(Need, table["never_needs"])),
        limit_minor=_limits(table["limit"]),
    )


def _limits(table: Mapping[str, str]) -> dict[str, int]:
    return {currency: Money.parse(amount, currency).minor for currency, amount in table.items()}


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise ValueError(f"{value!r} is no date")
    return value
