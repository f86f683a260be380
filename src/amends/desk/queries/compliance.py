"""The compliance page: clocks falling due and missed, complaints, and the state of the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, QuerySet

from amends.casework.states import OUTCOME_WORDS, STATE_WORDS, Outcome, State
from amends.desk.access import cases_for
from amends.desk.models import Case, Clock, Event, User
from amends.desk.queries.chips import Chip, chip

DAYS_SHOWN = 14
ROWS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class BoardDay:
    """The legal clocks that end on one day."""

    day: date
    due: int
    share: int
    closed: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One clock with its case."""

    number: int
    label: str
    party: str
    owner: str
    chip: Chip
    explanation: str


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One line of the complaint register."""

    number: int
    label: str
    received_at: datetime
    party: str
    kind: str
    state: str
    outcome: str
    answer_due: date | None


@dataclass(frozen=True, slots=True)
class Compliance:
    """Everything that the page shows."""

    days: tuple[BoardDay, ...]
    late: tuple[BoardRow, ...]
    soon: tuple[BoardRow, ...]
    explained: tuple[BoardRow, ...]
    complaints: tuple[ComplaintRow, ...]
    events: int
    met: int
    met_late: int
    missed: int


def compliance(user: User, *, now: datetime) -> Compliance:
    """What compliance watches, of the cases that ``user`` may open."""
    cases = cases_for(user)
    clocks = Clock.objects.filter(case__in=cases, legal=True, ours=True, due_at__isnull=False)
    running = clocks.filter(met_at=None, dropped=False)
    late = running.filter(due_at__lt=now)
    soon = running.filter(due_at__gte=now, due_at__lt=now + timedelta(days=7))
    explained = clocks.exclude(breach_explanation="")
    return Compliance(
        days=_days(running, now), late=_rows(late, now), soon=_rows(soon, now),
        explained=_rows(explained, now), complaints=_complaints(cases),
        events=Event.objects.count(), met=clocks.filter(met_at__isnull=False).count(),
        missed=late.count(),
        met_late=clocks.filter(met_at__gt=F("due_at")).count(),
    )


def _days(running: QuerySet[Clock], now: datetime) -> tuple[BoardDay, ...]:
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    ends = list(
        running.filter(
            due_on__gte=today, due_on__lt=today + timedelta(days=DAYS_SHOWN)
        ).values_list("due_on", flat=True)
    )
    days = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
    most = max((ends.count(day) for day in days), default=0) or 1
    return tuple(
        BoardDay(day, ends.count(day), round(ends.count(day) * 100 / most), day.weekday() >= 5)
        for day in days
    )


def _rows(clocks: QuerySet[Clock], now: datetime) -> tuple[BoardRow, ...]:
    rows = clocks.select_related("case__party", "case__owner").order_by("due_at", "pk")
    return tuple(
        BoardRow(
            number=clock.case.number, label=clock.case.label, party=clock.case.party.name,
            owner=str(clock.case.owner or "Nobody"), chip=chip(clock, now=now),
            explanation=clock.breach_explanation,
        )
        for clock in rows[:ROWS_AT_MOST]
    )


def _complaints(cases: QuerySet[Case]) -> tuple[ComplaintRow, ...]:
    """The register, newest first; the answer is due when the first of its clocks ends."""
    rows = cases.filter(complaint=True).select_related("party").order_by("-opened_at")
    rows = rows[:ROWS_AT_MOST]
    names = ("final_response_due", "complaint_reply_due", "resolution_due", "final_decision_due")
    clocks = Clock.objects.filter(case__in=[case.pk for case in rows], name__in=names,
                                  due_on__isnull=False)
    due = dict(clocks.order_by("-due_on").values_list("case_id", "due_on"))
    return tuple(_complaint(case, due.get(case.pk)) for case in rows)


def _complaint(case: Case, due: date | None) -> ComplaintRow:
    return ComplaintRow(
        number=case.number, label=case.label, received_at=case.opened_at, party=case.party.name,
        kind=case.get_kind_display(), state=STATE_WORDS[State(case.state)],
        outcome=OUTCOME_WORDS[Outcome(case.outcome)] if case.outcome else "", answer_due=due,
    )
