"""How anything wrong is said.

Bad input is a value, a ``Problem``, with the place it was found and what to do; reading goes on.
A promise that our own code broke goes through ``ensure`` and stops the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A place in a file: ``line`` is 1-based (the sheet row for workbooks), None for the whole."""

    file: str
    line: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with some input: what, where, and what to do about it."""

    severity: Severity
    what: str
    hint: str = ""
    file: str = ""
    line: int | None = None
    field: str | None = None

    @classmethod
    def at(
        cls, place: SourceRef, what: str, hint: str = "", severity: Severity = "error"
    ) -> Problem:
        """A problem found at ``place``."""
        return cls(severity, what, hint, place.file, place.line, place.field)

    def as_json(self) -> dict[str, str | int | None]:
        """The shape that every command prints: severity, file, line, field, what, hint."""
        row = asdict(self)
        return {key: row[key] for key in ("severity", "file", "line", "field", "what", "hint")}

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line is not None else ""
        where = ", ".join(part for part in (self.file, line, self.field) if part)
        return f"{where + ': ' if where else ''}{self.what}{' ' + self.hint if self.hint else ''}"


class AmendsError(Exception):
    """Work that cannot go on because of its input; carries the Problems to show."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)


class BrokenPromise(AssertionError):
    """Our own code is wrong: an invariant did not hold."""


def ensure(promise: object, message: str) -> None:
    """Stop the work when ``promise`` is not kept; unlike ``assert`` it stays on under -O."""
    if not promise:
        raise BrokenPromise(message)
