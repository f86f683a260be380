"""Clocks of a case: start them from facts, meet them by acts, keep the next one on the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from amends.casework.acts import MEETS, Act, is_ours
from amends.casework.urgency import cost_of_delay
from amends.clocks.calendars import calendar
from amends.clocks.deadlines import Deadlines, compute
from amends.clocks.targets import FIRST_REPLY, SOLVE, Office, Pause, Target, due_at
from amends.desk.access import Actor
from amends.desk.actions.recording import record
from amends.desk.models import Case, Clock
from amends.problems import AmendsError, Problem

_MOVES_SAID = 4


def local_day(instant: datetime) -> date:
    """The day of ``instant`` in the desk's time zone."""
    return instant.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def end_of_day(day: date) -> datetime:
    """The last second of ``day`` in the desk's time zone, as a UTC instant."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def facts_in_force(case: Case, regime: str) -> dict[str, Any]:
    """The facts that the clocks of ``regime`` were last reckoned from; empty when none run."""
    clock = case.clocks.filter(regime=regime).order_by("pk").first()
    return dict(clock.facts) if clock else {}


def start_clocks(
    case: Case, *, actor: Actor, now: datetime, facts: Sequence[Mapping[str, Any]],
) -> list[Problem]:
    """Start, or reckon again, the legal and scheme clocks that ``facts`` put in force.

    ``facts`` holds ``{"regime", "facts"}``. Gives the Problems of facts that could not be used;
    what could be computed runs. The event says what moved. Inside the caller's transaction.
    """
    problems: list[Problem] = []
    for item in facts:
        regime, known = str(item["regime"]), dict(item["facts"])
        try:
            result = compute(regime, known, as_of=local_day(now))
        except AmendsError as error:
            problems += error.problems
            continue
        problems += result.problems
        _keep(case, result, known, actor, now)
    refresh_next(case, now=now)
    return problems


def add_facts(
    case: Case, *, actor: Actor, now: datetime, facts: Sequence[Mapping[str, Any]],
) -> list[Problem]:
    """As ``start_clocks``, but a fact that the case has already stands: only new ones are added."""
    new = []
    for item in facts:
        before = facts_in_force(case, str(item["regime"]))
        together = {**item["facts"], **before}
        if together != before or item["regime"] not in case.regimes:
            new.append({"regime": item["regime"], "facts": together})
    return start_clocks(case, actor=actor, now=now, facts=new)


def _keep(case: Case, result: Deadlines, facts: dict[str, Any], actor: Actor,
          now: datetime) -> None:
    before = {clock.name: clock.due_on for clock in case.clocks.filter(regime=result.regime)}
    for name, due_on in result.deadlines.items():
        explanation = result.explain[name]
        Clock.objects.update_or_create(
            case=case, regime=result.regime, name=name,
            defaults={
                "title": explanation.title, "legal": explanation.legal,
                "starts_on": explanation.start, "due_on": due_on,
                "due_at": end_of_day(due_on) if due_on else None, "ours": is_ours(name),
                "explanation": explanation.as_json(), "facts": facts,
            },
        )
    case.regimes = sorted({*case.regimes, result.regime})
    Case.objects.filter(pk=case.pk).update(regimes=case.regimes)
    moved = {name: {"from": before[name], "to": due_on}
             for name, due_on in result.deadlines.items()
             if name in before and before[name] != due_on}
    record(
        kind="clocks_changed" if before else "clocks_started", actor=actor, now=now, case=case,
        summary=_moves(result, moved) if before else f"Clocks started by {result.regime}",
        payload={"regime": result.regime, "facts": facts, "deadlines": result.deadlines,
                 "values": result.values, "moved": moved},
    )


def _moves(result: Deadlines, moved: Mapping[str, Mapping[str, date | None]]) -> str:
    if not moved:
        return f"Facts of {result.regime} changed; no clock moved"
    said = [f"{result.explain[name].title}: {_day(days['from'])} → {_day(days['to'])}"
            for name, days in moved.items()]
    more = f" and {len(said) - _MOVES_SAID} more" if len(said) > _MOVES_SAID else ""
    return f"Clocks moved. {'; '.join(said[:_MOVES_SAID])}{more}"


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else "none"


TARGETS = {target.key: target for target in (FIRST_REPLY, SOLVE)}


def start_targets(case: Case, *, started_at: datetime) -> None:
    """Start the service targets of a new case, in business hours that pause."""
    for target in TARGETS.values():
        _keep_target(case, target, started_at, pauses=[])


def restart_solve(case: Case, *, now: datetime) -> None:
    """Promise anew, from ``now``, when a case that was closed will be solved."""
    _keep_target(case, SOLVE, now, pauses=[])
    Clock.objects.filter(case=case, regime="target", name=SOLVE.key).update(
        met_at=None, dropped=False
    )


def _office() -> Office:
    return Office(calendar("uk-eng"), ZoneInfo(settings.TIME_ZONE))


def _keep_target(
    case: Case, target: Target, started_at: datetime, *, pauses: list[list[str]]
) -> None:
    held = [Pause(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in pauses]
    due = due_at(started_at, target, _office(), held)
    Clock.objects.update_or_create(
        case=case, regime="target", name=target.key,
        defaults={
            "title": target.title, "legal": False, "starts_on": local_day(started_at),
            "due_on": local_day(due) if due else None, "due_at": due, "paused_since": None,
            "facts": {"started_at": started_at.isoformat(), "pauses": pauses},
            "explanation": {"rule": "A promise of the desk, not of law.",
                            "citation": "Service target", "counted": target.counted,
                            "skipped": [],
                            "if_missed": "Missing it breaks the desk's own promise, no law."},
        },
    )


def pause_targets(case: Case, *, now: datetime) -> None:
    """Hold the service targets while the case waits for somebody else; legal clocks run on."""
    Clock.objects.filter(case=case, legal=False, met_at=None, paused_since=None).update(
        paused_since=now
    )


def resume_targets(case: Case, *, now: datetime) -> None:
    """Let the service targets run again; the time they were held is added."""
    for clock in Clock.objects.filter(case=case, legal=False, paused_since__isnull=False):
        pauses = [*clock.facts.get("pauses", []),
                  [clock.paused_since.isoformat(), now.isoformat()]]  # type: ignore[union-attr]
        _keep_target(case, TARGETS[clock.name],
                     datetime.fromisoformat(clock.facts["started_at"]), pauses=pauses)


def meet_clocks(case: Case, *, act: Act, now: datetime) -> list[Clock]:
    """Stop the running clocks that ``act`` meets; gives those that it stopped."""
    clocks = list(
        Clock.objects.filter(
            case=case, name__in=MEETS[act], met_at=None, dropped=False, due_at__isnull=False
        )
    )
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(met_at=now)
    refresh_next(case, now=now)
    return clocks


def refresh_next(case: Case, *, now: datetime) -> None:
    """Write on the case its next deadline and what a day of delay costs."""
    running = Clock.objects.filter(
        case=case, met_at=None, dropped=False, ours=True, due_at__isnull=False, paused_since=None
    )
    nearest = running.order_by("due_at").first() if case.is_open else None
    cost = cost_of_delay(
        severity=case.severity, needs=case.needs, at_stake_minor=case.at_stake_minor,
        currency=case.currency,
        days_left=(nearest.due_at - now).days if nearest and nearest.due_at else None,
        legal=bool(nearest and nearest.legal),
    )
    fields = {
        "next_clock": nearest, "next_due_at": nearest.due_at if nearest else None,
        "cost_of_delay": cost.total if case.is_open else 0,
    }
    Case.objects.filter(pk=case.pk).update(**fields)
    for name, value in fields.items():
        setattr(case, name, value)
