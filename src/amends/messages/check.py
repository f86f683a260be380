"""One check of the send gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One rule on one place of a draft.

    ``span`` is the place in the text (start, end) or None for the whole; ``repair`` is what to
    write there, or what to add, where the case tells it.
    """

    key: str
    ok: bool
    blocking: bool
    sentence: str
    span: tuple[int, int] | None = None
    repair: str | None = None


def passed_or(failed: Iterable[Check], key: str, sentence: str, *, blocking: bool = True
              ) -> list[Check]:
    """The failed checks, or the one that passed when there are none."""
    return list(failed) or [Check(key, True, blocking, sentence)]
