"""Problem records with what they cost, and coaching notes with their answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import State
from amends.desk.access import Act, breaks_for, cases_for, coaching_for, counted_for, may
from amends.desk.models import BreakRecord, Case, CoachingNote, ProblemRecord, Role, User

WEEKS = 12
ROWS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One problem record with its cases, its money by currency and its trend by week."""

    problem: ProblemRecord
    cause: str
    cases: int
    open_cases: int
    money: tuple[tuple[int, str], ...]
    weeks: tuple[int, ...]
    peak: int


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """One problem record in full; ``silent`` are payments hit by it of which nobody wrote."""

    line: ProblemLine
    cases: tuple[Case, ...]
    silent: tuple[BreakRecord, ...]
    unjoined: tuple[Case, ...]
    may_keep: bool


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One frontline agent: what they handed up and how their notes stand."""

    name: str
    handed_up: int
    notes: int
    answered: int


# Which kinds of break the same cause leaves in the books, with or without a customer's word.
_BREAKS_OF: dict[str, tuple[str, ...]] = {
    Cause.PROCESSOR_DUPLICATE_SETTLEMENT: ("duplicate_psp",),
    Cause.CHECKOUT_RETRY: ("duplicate_psp", "missing_in_ledger"),
    Cause.PRICE_SYNC: ("amount_mismatch",),
    Cause.FEE_TABLE_OUTDATED: ("fee_mismatch",),
    Cause.PAYOUT_REJECTED: ("payout_missing",),
    Cause.BANK_FEE_DEDUCTED: ("bank_short",),
    Cause.EVIDENCE_NOT_SENT: ("unbooked_chargeback",),
}


def problem_lines(user: User, now: datetime) -> tuple[ProblemLine, ...]:
    """Every problem record with what ``user`` may count, those with most open cases first."""
    problems = list(ProblemRecord.objects.order_by("number")[:ROWS_AT_MOST])
    rows: dict[int, list[_Row]] = defaultdict(list)
    for problem, *row in counted_for(user).filter(problem__in=problems).values_list(
        "problem", *_ROW
    ):
        rows[problem].append(tuple(row))
    lines = [_line(problem, rows[problem.pk], now) for problem in problems]
    return tuple(sorted(lines, key=lambda line: -line.open_cases))


_Row = tuple[str, datetime, int, str]
_ROW = ("state", "opened_at", "at_stake_minor", "currency")


def _line(problem: ProblemRecord, rows: Sequence[_Row], now: datetime) -> ProblemLine:
    money: dict[str, int] = defaultdict(int)
    weeks = [0] * WEEKS
    for _, opened_at, minor, currency in rows:
        if currency:
            money[currency] += minor
        age = (now - opened_at) // timedelta(weeks=1)
        if 0 <= age < WEEKS:
            weeks[WEEKS - 1 - age] += 1
    return ProblemLine(
        problem=problem, cause=cause_words(problem.cause), cases=len(rows),
        open_cases=sum(1 for state, *_ in rows if state != State.CLOSED),
        money=tuple((minor, code) for code, minor in sorted(money.items())),
        weeks=tuple(weeks), peak=max([*weeks, 1]),
    )


def problem_page(user: User, problem: ProblemRecord, *, now: datetime) -> ProblemPage:
    """The record with the cases that ``user`` may open, and breaks of the cause without a case."""
    counted = counted_for(user).filter(problem=problem).values_list(*_ROW)
    seen = cases_for(user).select_related("party")
    mine = seen.filter(problem=problem).order_by("-opened_at")[:ROWS_AT_MOST]
    return ProblemPage(
        line=_line(problem, list(counted), now), cases=tuple(mine), silent=_silent(user, problem),
        unjoined=tuple(
            seen.filter(problem=None, decisions__cause=problem.cause).distinct()
            .order_by("-opened_at")[:50]
        ) if problem.cause else (),
        may_keep=may(user, Act.KEEP_PROBLEMS),
    )


def _silent(user: User, problem: ProblemRecord) -> tuple[BreakRecord, ...]:
    """Breaks that the cause leaves in the books, of payments that no case is about."""
    told = Case.objects.exclude(reference="").values("reference")
    found = breaks_for(user).filter(
        state=BreakRecord.OPEN, kind__in=_BREAKS_OF.get(problem.cause, ()), case=None
    )
    return tuple(found.exclude(reference__in=told).order_by("-age_days")[:50])


def cause_words(cause: str) -> str:
    """The cause in words, empty for none."""
    return CAUSE_WORDS[Cause(cause)] if cause in set(Cause) else ""


def coaching_notes(user: User) -> tuple[CoachingNote, ...]:
    """The notes that ``user`` may read, newest first."""
    rows = coaching_for(user).select_related("case", "agent", "author").order_by("-made_at")
    return tuple(rows[:ROWS_AT_MOST])


def agent_lines(user: User) -> tuple[AgentLine, ...]:
    """Each frontline agent with what they handed up and their notes, of cases ``user`` may open."""
    cases = cases_for(user)
    agents = User.objects.filter(role=Role.AGENT, is_active=True).annotate(
        up=Count("escalations", filter=Q(escalations__case__in=cases), distinct=True),
        given=Count("coaching_notes", filter=Q(coaching_notes__case__in=cases), distinct=True),
        answered=Count("coaching_notes", distinct=True, filter=Q(
            coaching_notes__answered_at__isnull=False, coaching_notes__case__in=cases)),
    )
    return tuple(
        AgentLine(str(agent), agent.up, agent.given, agent.answered)
        for agent in agents.order_by("-up", "name")
    )
