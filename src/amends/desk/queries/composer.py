"""The composer: the draft, what the send gate thinks of it, what can be written."""

from __future__ import annotations

from dataclasses import dataclass

from amends.desk.models import Case, Message
from amends.messages.check import Check
from amends.messages.gate import GateReport
from amends.messages.situations import SITUATION_WORDS, Situation


@dataclass(frozen=True, slots=True)
class Composer:
    """What the composer shows. ``held_back`` counts the checks that hold the draft."""

    draft: Message | None
    failed: tuple[Check, ...]
    passed: tuple[Check, ...]
    held_back: int
    reading_age: int | None
    fitting: Situation
    fitting_words: str
    situations: tuple[tuple[str, str], ...]
    about_to_go: Message | None
    undo_seconds: int


def draft_of(case: Case) -> Message | None:
    """The draft being written on the case, if there is one."""
    return case.messages.filter(state=Message.DRAFT).order_by("-pk").first()


def composer(
    case: Case, *, draft: Message | None, report: GateReport | None, fitting: Situation,
    undo_seconds: int,
) -> Composer:
    """The composer of ``case`` with the gate's ``report`` on its draft."""
    checks = report.checks if report else ()
    return Composer(
        draft=draft, failed=tuple(c for c in checks if not c.ok),
        passed=tuple(c for c in checks if c.ok),
        held_back=sum(1 for c in checks if not c.ok and c.blocking),
        reading_age=report.reading_age if report else None, fitting=fitting,
        fitting_words=SITUATION_WORDS[fitting].lower(),
        situations=tuple((str(key), words) for key, words in SITUATION_WORDS.items()),
        about_to_go=case.messages.filter(state=Message.QUEUED).order_by("-pk").first(),
        undo_seconds=undo_seconds,
    )
