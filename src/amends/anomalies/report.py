"""What a check hands back: findings, each with its cells, its reason and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from amends.problems import Problem

Kind = Literal[
    "duplicate", "transposed_digits", "sign_flip", "total_mismatch", "number_as_text",
    "broken_formula_run", "number_over_formula",
]
Severity = Literal["error", "warning"]

KINDS: Mapping[str, str] = {
    "duplicate": "The row is there twice",
    "transposed_digits": "Two digits changed places",
    "sign_flip": "The sign is turned",
    "total_mismatch": "The total does not tie",
    "number_as_text": "A number kept as text",
    "broken_formula_run": "A formula unlike its neighbours",
    "number_over_formula": "A number typed over a formula",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read; what goes past them becomes a Problem."""

    bytes_max: int = 256 * 2**20
    unpacked_bytes_max: int = 1024 * 2**20
    sheets_max: int = 200
    cells_max: int = 4_000_000
    text_max: int = 32_767
    findings_max: int = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong: ``cells`` are addresses (``B7`` or ``A18:G18``), the faulty
    first; ``score`` runs from 0 to 1 and ranks, it is no probability."""

    kind: Kind
    severity: Severity
    sheet: str
    cells: tuple[str, ...]
    what: str
    why: str
    suggestion: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """The shape that ``amends check --json`` prints."""
        return {"kind": self.kind, "severity": self.severity, "sheet": self.sheet,
                "cells": list(self.cells), "what": self.what, "why": self.why,
                "suggestion": self.suggestion, "score": self.score}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Finding:
        """The finding that ``as_json`` wrote."""
        return cls(row["kind"], row["severity"], row["sheet"], tuple(row["cells"]), row["what"],
                   row["why"], row["suggestion"], float(row["score"]))


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything a check found in one file; findings come strongest first and are numbered so."""

    file: str
    sheets: tuple[str, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape that ``amends check --json`` prints."""
        return {"file": self.file, "sheets": list(self.sheets),
                "findings": [finding.as_json() for finding in self.findings],
                "problems": [problem.as_json() for problem in self.problems]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> CheckReport:
        """The report that ``as_json`` wrote; the desk keeps it in this shape."""
        return cls(document["file"], tuple(document["sheets"]),
                   tuple(Finding.from_json(row) for row in document["findings"]),
                   tuple(Problem(**row) for row in document["problems"]))
