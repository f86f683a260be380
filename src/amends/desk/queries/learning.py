"""Problem records with what they cost, and coaching notes with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import State
from amends.desk.access import Act, cases_for, coaching_for, may
from amends.desk.models import BreakRecord, Case, CoachingNote, ProblemRecord, User

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
    """One problem record in full, and the customers hit by it who never wrote in."""

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


def problem_lines(now: datetime) -> tuple[ProblemLine, ...]:
    """Every problem record, those with most open cases first."""
    problems = ProblemRecord.objects.annotate(
        open_count=Count("cases", filter=~Q(cases__state=State.CLOSED))
    ).order_by("-open_count", "number")
    return tuple(_line(problem, now) for problem in problems[:ROWS_AT_MOST])


def _line(problem: ProblemRecord, now: datetime) -> ProblemLine:
    rows = list(problem.cases.values_list("state", "opened_at", "at_stake_minor", "currency"))
    money: dict[str, int] = {}
    weeks = [0] * WEEKS
    for _, opened_at, minor, currency in rows:
        if currency:
            money[currency] = money.get(currency, 0) + minor
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
    seen = cases_for(user).select_related("party")
    mine = seen.filter(problem=problem).order_by("-opened_at")[:ROWS_AT_MOST]
    kinds = _BREAKS_OF.get(problem.cause, ())
    silent = BreakRecord.objects.filter(state=BreakRecord.OPEN, kind__in=kinds)
    return ProblemPage(
        line=_line(problem, now), cases=tuple(mine),
        silent=tuple(silent.exclude(case__problem=problem).order_by("-age_days")[:50]),
        unjoined=tuple(
            seen.filter(problem=None, decisions__cause=problem.cause).distinct()
            .order_by("-opened_at")[:50]
        ) if problem.cause else (),
        may_keep=may(user, Act.KEEP_PROBLEMS),
    )


def cause_words(cause: str) -> str:
    """The cause in words, empty for none."""
    return CAUSE_WORDS[Cause(cause)] if cause in set(Cause) else ""


def coaching_notes(user: User) -> tuple[CoachingNote, ...]:
    """The notes that ``user`` may read, newest first."""
    rows = coaching_for(user).select_related("case", "agent", "author").order_by("-made_at")
    return tuple(rows[:ROWS_AT_MOST])


def agent_lines() -> tuple[AgentLine, ...]:
    """Each frontline agent with what they handed up and their notes."""
    agents = User.objects.filter(role="agent", is_active=True).annotate(
        up=Count("escalations", distinct=True), given=Count("coaching_notes", distinct=True),
        answered=Count("coaching_notes", filter=Q(coaching_notes__answered_at__isnull=False),
                       distinct=True),
    )
    return tuple(
        AgentLine(str(agent), agent.up, agent.given, agent.answered)
        for agent in agents.order_by("-up", "name")
    )
