"""Opening a case from an escalation, and moving it through its states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from amends.casework.acts import Act
from amends.casework.claims import KIND_WORDS, Kind, Need
from amends.casework.escalations import EscalationFacts, regimes_in_force
from amends.casework.states import OPEN_STATES, STATE_WORDS, State, may_step
from amends.casework.triage import Triage, triage
from amends.desk.access import Actor
from amends.desk.actions.clocks import (
    meet_clocks,
    pause_targets,
    refresh_next,
    resume_targets,
    start_clocks,
    start_targets,
)
from amends.desk.actions.recording import ask_to_investigate, change, record
from amends.desk.models import Case, Claim, Counter, Escalation, Party, Team, User
from amends.problems import AmendsError, Problem

RESTRICTED_NEEDS = {Need.DOMESTIC_ABUSE, Need.SELF_HARM_RISK}


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of an escalation: its case, and whether it was new, joined or known already."""

    case: Case
    how: str
    problems: tuple[Problem, ...] = ()


def next_number(name: str) -> int:
    """The next number of its kind, given out once; inside the caller's transaction."""
    Counter.objects.get_or_create(name=name)
    counter = Counter.objects.select_for_update().get(name=name)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


@transaction.atomic
def open_case(*, actor: Actor, now: datetime, escalation: EscalationFacts) -> Opened:
    """The case that an escalation opens or joins; the same ``external_id`` twice changes nothing.

    It joins an open case of the same party about the same payment. Otherwise a case is opened,
    classified, its clocks started, and its investigation asked for.
    """
    if not escalation.text.strip():
        raise AmendsError(Problem("error", "The escalation has no words.",
                                  "Say what the customer said.", field="text"))
    if escalation.external_id:
        known = Escalation.objects.filter(external_id=escalation.external_id).first()
        if known:
            return Opened(known.case, "known")
    read = triage(escalation.text, received=escalation.received_at.date())
    party = _party(escalation, read)
    reference = escalation.reference or _reference(read)
    case = _open_case_of(party, reference)
    how = "joined" if case else "opened"
    problems: tuple[Problem, ...] = ()
    if case is None:
        case = _new_case(escalation, read, party, reference, now)
    _add_escalation(case, escalation, read)
    record(
        kind=f"escalation_{how}", actor=actor, now=now, case=case,
        summary=f"Handed up by {escalation.agent_name or actor.words} as "
        f"{KIND_WORDS[Kind(read.kind)].lower()}",
        payload={"external_id": escalation.external_id, "channel": escalation.channel,
                 "triage": read.as_json()},
    )
    if how == "opened":
        problems = _start(case, actor, now, escalation, read)
    else:
        change(case, now=now, needs=sorted({*case.needs, *map(str, read.needs)}),
               severity=max(case.severity, read.severity))
    refresh_next(case, now=now)
    ask_to_investigate(case, now=now)
    return Opened(case, how, problems)


def _reference(read: Triage) -> str:
    for kind in ("order", "transaction", "payout", "dispute", "arn"):
        for reference in read.references:
            if reference["kind"] == kind:
                return str(reference["value"])
    return ""


def _party(escalation: EscalationFacts, read: Triage) -> Party:
    email = escalation.party_email.strip().lower()
    party = Party.objects.filter(email=email).first() if email else None
    if party is None:
        party = Party(
            name=escalation.party_name.strip() or email or "Unknown customer",
            kind=escalation.party_kind or "consumer", email=email,
            email_verified=bool(email), language=escalation.language or read.language,
            country=escalation.country, timezone=escalation.timezone,
        )
    party.needs = sorted({*party.needs, *map(str, read.needs)})
    party.save()
    return party


def _open_case_of(party: Party, reference: str) -> Case | None:
    if not reference:
        return None
    return (
        Case.objects.select_for_update()
        .filter(party=party, reference=reference, state__in=OPEN_STATES)
        .order_by("number")
        .first()
    )


def _new_case(
    escalation: EscalationFacts, read: Triage, party: Party, reference: str, now: datetime,
) -> Case:
    kind = Kind(escalation.kind or read.kind)
    stated = read.amounts[0] if read.amounts else None
    amount = escalation.amount_minor
    currency = escalation.currency
    if amount is None and stated:
        amount, currency = stated["amount_minor"], stated["currency"] or currency
    number = next_number("case")
    case = Case.objects.create(
        number=number, title=_title(kind, reference), kind=kind,
        secondary=[str(k) for k in read.secondary], severity=read.severity, party=party,
        team=_team(escalation), complaint=read.complaint, needs=[str(n) for n in read.needs],
        language=escalation.language or read.language, reference=reference,
        at_stake_minor=amount or 0, currency=currency or "",
        restricted=bool(RESTRICTED_NEEDS.intersection(read.needs)),
        opened_at=escalation.received_at, touched_at=now,
    )
    Claim.objects.create(
        case=case, kind=kind, reference=reference, amount_minor=amount, currency=currency or "",
        reason=escalation.text[:500],
    )
    return case


def _title(kind: Kind, reference: str) -> str:
    return f"{KIND_WORDS[kind]}, {reference}" if reference else KIND_WORDS[kind]


def _team(escalation: EscalationFacts) -> Team:
    agent = _agent(escalation)
    if agent and agent.team:
        return agent.team
    team = Team.objects.order_by("pk").first()
    return team or Team.objects.create(name="Payments escalations")


def _agent(escalation: EscalationFacts) -> User | None:
    email = escalation.agent_email.strip().lower()
    return User.objects.filter(email=email).first() if email else None


def _add_escalation(case: Case, escalation: EscalationFacts, read: Triage) -> Escalation:
    agent = _agent(escalation)
    return Escalation.objects.create(
        case=case, external_id=escalation.external_id or None, channel=escalation.channel,
        agent=agent, agent_name=escalation.agent_name or (str(agent) if agent else ""),
        external_ticket=escalation.external_ticket, received_at=escalation.received_at,
        text=escalation.text, tried=escalation.tried, asked=escalation.asked,
        promised=escalation.promised, triage=read.as_json(),
    )


def _start(
    case: Case, actor: Actor, now: datetime, escalation: EscalationFacts, read: Triage,
) -> tuple[Problem, ...]:
    local = escalation.received_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    facts = list(escalation.facts) or regimes_in_force(
        kind=Kind(case.kind), complaint=read.complaint, party_kind=case.party.kind,
        country=case.party.country, received_on=local,
    )
    start_targets(case, started_at=escalation.received_at)
    return tuple(start_clocks(case, actor=actor, now=now, facts=facts))


@transaction.atomic
def take_case(*, actor: Actor, now: datetime, case: Case, version: int, owner: User | None) -> None:
    """Give the case to ``owner`` (None: to nobody)."""
    change(case, now=now, version=version, owner=owner,
           state=State.INVESTIGATING if case.state == State.NEW and owner else case.state)
    record(kind="case_taken", actor=actor, now=now, case=case,
           summary=f"Given to {owner}" if owner else "Given back to the team",
           payload={"owner": owner.email if owner else None})


@transaction.atomic
def step(*, actor: Actor, now: datetime, case: Case, version: int, state: State,
         why: str = "") -> None:
    """Move the work to ``state``; AmendsError when that step is not allowed."""
    before = State(case.state)
    if not may_step(before, state):
        raise AmendsError(
            Problem("error", f"A case that is {STATE_WORDS[before].lower()} cannot become "
                    f"{STATE_WORDS[state].lower()}.", "Take the steps between.", field="state")
        )
    change(case, now=now, version=version, state=state)
    if state is State.WAITING:
        pause_targets(case, now=now)
    elif before is State.WAITING:
        resume_targets(case, now=now)
    record(kind="case_stepped", actor=actor, now=now, case=case,
           summary=f"{STATE_WORDS[before]} → {STATE_WORDS[state]}" + (f": {why}" if why else ""),
           payload={"from": before, "to": state, "why": why})
    refresh_next(case, now=now)


@transaction.atomic
def snooze(*, actor: Actor, now: datetime, case: Case, version: int,
           until: datetime | None) -> None:
    """Put the case aside until an instant (None: back at once). Its clocks run on."""
    change(case, now=now, version=version, snoozed_until=until)
    record(kind="case_snoozed" if until else "case_woken", actor=actor, now=now, case=case,
           summary=f"Put aside until {until:%a %-d %b %H:%M}" if until else "Back on the list",
           payload={"until": until})


@transaction.atomic
def reclassify(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, kind: Kind, severity: int, why: str,
) -> None:
    """Correct what the triage said about kind and severity; the correction is kept."""
    before = {"kind": case.kind, "severity": case.severity}
    change(case, now=now, version=version, kind=kind, severity=severity,
           title=_title(kind, case.reference))
    case.claims.filter(kind=before["kind"]).update(kind=kind)
    record(kind="case_reclassified", actor=actor, now=now, case=case,
           summary=f"Now {KIND_WORDS[kind].lower()}, severity {severity}",
           payload={"before": before, "after": {"kind": kind, "severity": severity}, "why": why})
    refresh_next(case, now=now)


@transaction.atomic
def mark_met(*, actor: Actor, now: datetime, case: Case, act: Act) -> None:
    """Stop the clocks that ``act`` meets and say so on the case."""
    for clock in meet_clocks(case, act=act, now=now):
        record(kind="clock_met", actor=actor, now=now, case=case,
               summary=f"{clock.title}: met",
               payload={"regime": clock.regime, "name": clock.name, "due_on": clock.due_on})
