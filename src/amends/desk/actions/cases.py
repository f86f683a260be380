"""Opening a case from an escalation, and moving it through its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from amends.casework.claims import KIND_WORDS, Kind, Need
from amends.casework.escalations import EscalationFacts, faults, regimes_in_force, tidy
from amends.casework.states import OPEN_STATES, STATE_WORDS, State, may_step
from amends.casework.triage import Triage, triage
from amends.desk.access import Actor
from amends.desk.actions.clocks import (
    add_facts,
    local_day,
    pause_targets,
    refresh_next,
    resume_targets,
    start_clocks,
    start_targets,
)
from amends.desk.actions.recording import ask_to_investigate, change, record
from amends.desk.actions.words import kept
from amends.desk.models import (
    Case,
    Claim,
    Clock,
    Counter,
    Escalation,
    Party,
    Role,
    Team,
    User,
)
from amends.problems import AmendsError, Problem

RESTRICTED_NEEDS = {Need.DOMESTIC_ABUSE, Need.SELF_HARM_RISK}
SEVERITIES = range(1, 5)


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
    classified, its clocks started, and its investigation asked for. Escalations are taken in one
    at a time, so that two about one payment meet. AmendsError names each field that is wrong.
    """
    given = tidy(escalation)
    wrong = faults(given, now=now)
    if wrong:
        raise AmendsError(wrong)
    _turn()
    if given.external_id:
        known = Escalation.objects.filter(external_id=given.external_id).first()
        if known:
            return Opened(known.case, "known")
    read = triage(given.text, received=local_day(given.received_at))
    party = _party(given, read)
    reference = given.reference or _reference(Kind(given.kind or read.kind), read)
    case = _open_case_of(party, reference)
    how = "joined" if case else "opened"
    agent = _agent(actor, given)
    if case is None:
        case = _new_case(given, read, party, reference, _team(actor, agent), now)
        start_targets(case, started_at=given.received_at)
    else:
        _widen(case, read, now)
    _add_escalation(case, given, read, agent)
    record(
        kind=f"escalation_{how}", actor=actor, now=now, case=case,
        summary=f"Handed up by {given.agent_name or agent or actor.words} as "
        f"{KIND_WORDS[Kind(given.kind or read.kind)].lower()}",
        payload={"external_id": given.external_id, "channel": given.channel,
                 "triage": read.as_json()},
    )
    facts = list(given.facts) or _plain_rules(case, read.complaint, local_day(given.received_at))
    problems = add_facts(case, actor=actor, now=now, facts=facts)
    ask_to_investigate(case, now=now)
    return Opened(case, how, tuple(problems))


def _turn() -> None:
    """Wait for the intake that is under way, until the end of this transaction."""
    Counter.objects.get_or_create(name="intake")
    Counter.objects.select_for_update().get(name="intake")


# Which reference of a text is the payment's, by kind of problem; the first that is found.
_REFERENCES = ("order", "transaction", "payout", "dispute", "arn")
_FIRST_REFERENCE = {Kind.PAYOUT_MISSING: "payout", Kind.CHARGEBACK_MERCHANT: "dispute"}


def _reference(kind: Kind, read: Triage) -> str:
    wanted = (_FIRST_REFERENCE.get(kind, "order"), *_REFERENCES)
    values = {str(found["kind"]): str(found["value"]) for found in reversed(read.references)}
    return next((values[name] for name in wanted if name in values), "")[:80]


def _party(given: EscalationFacts, read: Triage) -> Party:
    """The party with this address, with what was not known of it yet; else a new one."""
    email = given.party_email
    party = Party.objects.filter(email=email).order_by("pk").first() if email else None
    if party is None:
        party = Party(
            name=given.party_name or email[:160] or "Unknown customer", kind=given.party_kind,
            email=email, language=given.language or read.language,
        )
    party.country = party.country or given.country
    party.timezone = party.timezone or given.timezone
    party.needs = sorted({*party.needs, *map(str, read.needs)})
    party.save()
    return party


def _open_case_of(party: Party, reference: str) -> Case | None:
    if not reference:
        return None
    return (
        Case.objects.select_for_update()
        .filter(party=party, reference__iexact=reference, state__in=OPEN_STATES)
        .order_by("number")
        .first()
    )


def _new_case(  # noqa: PLR0913
    given: EscalationFacts, read: Triage, party: Party, reference: str, team: Team, now: datetime,
) -> Case:
    kind = Kind(given.kind or read.kind)
    amount, currency = _amount(given, read)
    case = Case.objects.create(
        number=next_number("case"), title=_title(kind, reference), kind=kind,
        secondary=[str(k) for k in read.secondary], severity=read.severity, party=party,
        team=team, complaint=read.complaint, needs=sorted(map(str, read.needs)),
        language=given.language or read.language, reference=reference,
        at_stake_minor=amount or 0, currency=currency,
        restricted=bool(RESTRICTED_NEEDS.intersection(read.needs)),
        opened_at=given.received_at, touched_at=now,
    )
    Claim.objects.create(
        case=case, kind=kind, reference=reference, amount_minor=amount, currency=currency,
        reason=given.text[:500],
    )
    return case


def _amount(given: EscalationFacts, read: Triage) -> tuple[int | None, str]:
    """What is asked about: as the caller says, else the first sum of the text in that currency."""
    if given.amount_minor is not None:
        return given.amount_minor, given.currency
    for stated in read.amounts:
        if given.currency in ("", stated["currency"]) and stated["currency"]:
            return stated["amount_minor"], stated["currency"]
    return None, given.currency


def _widen(case: Case, read: Triage, now: datetime) -> None:
    """What a further escalation adds to an open case: needs, a complaint, severity, restriction."""
    change(
        case, now=now, needs=sorted({*case.needs, *map(str, read.needs)}),
        severity=max(case.severity, read.severity), complaint=case.complaint or read.complaint,
        restricted=case.restricted or bool(RESTRICTED_NEEDS.intersection(read.needs)),
    )


def _title(kind: Kind, reference: str) -> str:
    return f"{KIND_WORDS[kind]}, {reference}" if reference else KIND_WORDS[kind]


def _team(actor: Actor, agent: User | None) -> Team:
    """The agent's team, else that of whoever hands up, else the first."""
    for person in (agent, actor.user):
        if person and person.team:
            return person.team
    return Team.objects.order_by("pk").first() or Team.objects.create(name="Payments escalations")


def _agent(actor: Actor, given: EscalationFacts) -> User | None:
    """The frontline agent: whoever hands up, if that is their role, else the one named."""
    if actor.user and actor.user.role == Role.AGENT:
        return actor.user
    return User.objects.filter(email=given.agent_email).first() if given.agent_email else None


def _add_escalation(
    case: Case, given: EscalationFacts, read: Triage, agent: User | None
) -> Escalation:
    return Escalation.objects.create(
        case=case, external_id=given.external_id or None, channel=given.channel,
        agent=agent, agent_name=given.agent_name or str(agent or ""),
        external_ticket=given.external_ticket, received_at=given.received_at,
        text=given.text, tried=given.tried, asked=given.asked, promised=given.promised,
        triage=read.as_json(),
    )


def _plain_rules(case: Case, complaint: bool, received_on: date) -> list[dict[str, Any]]:
    """The rule books that plainly apply when nobody gave facts."""
    return regimes_in_force(
        kind=Kind(case.kind), complaint=complaint, party_kind=case.party.kind,
        country=case.party.country, received_on=received_on,
    )


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
    """Move the work to ``state``; AmendsError when that step is not allowed.

    Ending a case and opening it again are acts of their own (``closing``).
    """
    before, why = State(case.state), kept(why)
    if not may_step(before, state) or (before != state and State.CLOSED in (before, state)):
        raise AmendsError(
            Problem("error", f"A case that is {STATE_WORDS[before].lower()} cannot become "
                    f"{STATE_WORDS[state].lower()} by this step.",
                    "Close it with its outcome, or open it again with a reason."
                    if State.CLOSED in (before, state) else "Take the steps between.",
                    field="state")
        )
    change(case, now=now, version=version, state=state)
    if before != state and state is State.WAITING:
        pause_targets(case, now=now)
    elif before != state and before is State.WAITING:
        resume_targets(case, now=now)
    record(kind="case_stepped", actor=actor, now=now, case=case,
           summary=f"{STATE_WORDS[before]} → {STATE_WORDS[state]}" + (f": {why}" if why else ""),
           payload={"from": before, "to": state, "why": why})
    refresh_next(case, now=now)


@transaction.atomic
def snooze(*, actor: Actor, now: datetime, case: Case, version: int,
           until: datetime | None) -> None:
    """Put the case aside until an instant (None: back at once). Its clocks run on."""
    local = until.astimezone(ZoneInfo(settings.TIME_ZONE)) if until else None
    change(case, now=now, version=version, snoozed_until=until)
    record(kind="case_snoozed" if until else "case_woken", actor=actor, now=now, case=case,
           summary=f"Put aside until {local:%a %-d %b %H:%M}" if local else "Back on the list",
           payload={"until": until})


@transaction.atomic
def reclassify(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, kind: Kind, severity: int, why: str,
) -> None:
    """Correct what the triage said about kind and severity; the correction is kept.

    A rule book that the right kind puts in force starts its clocks, counted from the notice.
    """
    before = {"kind": case.kind, "severity": case.severity}
    why = kept(why)
    if not why:
        raise AmendsError(Problem("error", "A correction needs a reason.",
                                  "Say what speaks for it.", field="why"))
    if severity not in SEVERITIES:
        raise AmendsError(Problem("error", "Severity is 1, 2, 3 or 4.", field="severity"))
    change(case, now=now, version=version, kind=kind, severity=severity,
           title=_title(kind, case.reference))
    case.claims.filter(kind=before["kind"]).update(kind=kind)
    record(kind="case_reclassified", actor=actor, now=now, case=case,
           summary=f"Now {KIND_WORDS[kind].lower()}, severity {severity}: {why}",
           payload={"before": before, "after": {"kind": kind, "severity": severity}, "why": why})
    rules = _plain_rules(case, case.complaint, local_day(case.opened_at))
    add_facts(case, actor=actor, now=now, facts=rules)
    ask_to_investigate(case, now=now)


@transaction.atomic
def change_facts(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, regime: str,
    facts: Mapping[str, Any],
) -> list[Problem]:
    """Reckon the clocks of ``regime`` again from ``facts``; the event says what moved.

    Gives the Problems of facts that could not be read. AmendsError when nothing could be.
    """
    if not case.is_open:
        raise AmendsError(Problem("error", "The case is closed; its clocks stand.",
                                  "Open it again first.", field="state"))
    change(case, now=now, version=version)
    problems = start_clocks(case, actor=actor, now=now,
                            facts=[{"regime": regime, "facts": facts}])
    if regime not in case.regimes:
        raise AmendsError(problems)
    return problems


@transaction.atomic
def meet_by_hand(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, clock: Clock, how: str,
) -> None:
    """Stop one clock for an act done outside the desk, said in words."""
    how = kept(how)
    if not how:
        raise AmendsError(Problem("error", "Nobody said how it was met.",
                                  "Say what was done, when, and where the proof is.", field="how"))
    if clock.met_at or clock.dropped:
        raise AmendsError(Problem("error", f"“{clock.title}” does not run any more.",
                                  field="clock"))
    change(case, now=now, version=version)
    clock.met_at = now
    clock.save(update_fields=["met_at"])
    record(kind="clock_met", actor=actor, now=now, case=case,
           summary=f"{clock.title}: met outside the desk: {how}",
           payload={"regime": clock.regime, "name": clock.name, "due_on": clock.due_on,
                    "how": how})
    refresh_next(case, now=now)
