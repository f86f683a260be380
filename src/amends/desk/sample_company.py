"""The people of the sample company, one account for each role and the eight agents."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from django.conf import settings

from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OPEN_STATES, Outcome
from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.cases import take_case
from amends.desk.actions.closing import close_case
from amends.desk.actions.decisions import accept_decision
from amends.desk.actions.findings import judge_finding
from amends.desk.actions.learning import coach, join_problem, open_problem
from amends.desk.actions.notes import add_note
from amends.desk.actions.people import add_person, make_api_key
from amends.desk.jobs.worker import drain
from amends.desk.models import ApiKey, Case, Decision, ProblemRecord, Role, User
from amends.problems import AmendsError

TEAM = "Payments escalations"
NAMES = {
    Role.SPECIALIST: "Ana Lindqvist",
    Role.TEAM_LEAD: "Priya Raman",
    Role.AGENT: "Tomás Reyes",
    Role.ANALYST: "Noor Haddad",
    Role.AUDITOR: "Edith Vance",
    Role.ADMINISTRATOR: "Sam Okafor",
}


def accounts() -> list[dict[str, str]]:
    """One account for each role, with its password; kept in the data folder for the next start."""
    kept = Path(settings.DATA) / "sample-accounts.json"
    if kept.exists():
        return list(json.loads(kept.read_text()))
    actor, now, made = Actor("sample company"), clock.now(), []
    for role, name in NAMES.items():
        first = name.split()[0].lower().replace("á", "a")
        email, password = f"{first}@northwind.example", secrets.token_urlsafe(12)
        add_person(actor=actor, now=now, email=email, name=name, role=role, password=password,
                   team=TEAM)
        made.append({"role": str(role), "user": email, "password": password})
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(made))
    return made


def api_key() -> str:
    """The sample company's API key, made on the first start and kept in the data folder."""
    kept = Path(settings.DATA) / "sample-api-key"
    if kept.exists():
        return kept.read_text().strip()
    user = User.objects.filter(role=Role.SPECIALIST).order_by("pk").first()
    if user is None or ApiKey.objects.filter(name="Sample company").exists():
        return ""
    _, secret = make_api_key(actor=Actor("sample company"), now=clock.now(),
                             name="Sample company", user=user)
    kept.touch(mode=0o600)
    kept.write_text(secret)
    return secret


def add_agents(emails: dict[str, str]) -> None:
    """The frontline agents named in the escalations, so that they see their own coaching notes."""
    for email, name in sorted(emails.items()):
        if email and not User.objects.filter(email=email.lower()).exists():
            add_person(actor=Actor("sample company"), now=clock.now(), email=email,
                       name=name or email.split("@")[0].replace(".", " ").title(),
                       role=Role.AGENT, password=secrets.token_urlsafe(12), team=TEAM)


WORKED, HELD = 70, 16
_ADVICE = (
    "You told the customer a day before the money could be there. Say “within ten working days” "
    "and they will not need to call again.",
    "The order number was in the chat from the start. Put it into the reference field and the "
    "whole trail is there before we open the case.",
    "You stayed calm and wrote down every word. That is what let us answer on the same day.",
)


def liven() -> None:
    """Some days of work on the sample company's cases, so that every page has something to show.

    All of it goes through the same acts as a person's work: simple cases are decided and closed
    with their cause, known causes become problem records, a few agents get a note, and the
    costliest open cases are with the specialist.
    """
    specialist = User.objects.get(email=f"{_first(Role.SPECIALIST)}@northwind.example")
    _work_off(specialist)
    drain()
    _close(specialist)
    _gather(Actor.person(User.objects.get(email=f"{_first(Role.TEAM_LEAD)}@northwind.example")))
    _coach(Actor.person(specialist))
    actor = Actor.person(specialist)
    costly = Case.objects.filter(state__in=OPEN_STATES, owner=None).order_by("-cost_of_delay")
    for case in costly[:HELD]:
        take_case(actor=actor, now=clock.now(), case=case, version=case.version, owner=specialist)


def _first(role: Role) -> str:
    return NAMES[role].split()[0].lower().replace("á", "a")


def _work_off(specialist: User) -> None:
    """Decide the oldest simple cases, a day or two after they came in."""
    actor = Actor.person(specialist)
    simple = Decision.objects.filter(
        state=Decision.PROPOSED, straight_through=True, case__state__in=OPEN_STATES
    ).select_related("case").order_by("case__opened_at")
    for decision in simple[:WORKED]:
        case = decision.case
        when = min(case.opened_at + timedelta(hours=27), clock.now())
        take_case(actor=actor, now=when, case=case, version=case.version, owner=specialist)
        finding = case.findings.filter(kind=decision.finding).first()
        if finding:
            judge_finding(actor=actor, now=when, case=case, version=case.version, finding=finding,
                          confirmed=True)
        try:
            accept_decision(actor=actor, now=when, case=case, version=case.version,
                            decision=decision)
        except AmendsError as refused:
            add_note(actor=actor, now=when, case=case, text=str(refused))


def _close(specialist: User) -> None:
    """Close what has been put right."""
    actor = Actor.person(specialist)
    for case in Case.objects.filter(state="putting_right", owner=specialist).order_by("number"):
        decision = case.decisions.filter(state=Decision.APPROVED).order_by("-pk").first()
        if decision is None or case.movements.exclude(state="confirmed").exists():
            continue
        when = min(case.opened_at + timedelta(hours=30), clock.now())
        cause = Cause(decision.cause) if decision.cause in set(Cause) else Cause.NONE_FOUND
        close_case(actor=actor, now=when, case=case, version=case.version,
                   outcome=Outcome(decision.outcome), cause=cause,
                   clocks_why="Decided and answered in time; the rest of the clocks has no act.")


def _gather(actor: Actor) -> None:
    """A problem record for each cause that several cases share, with those cases."""
    teams = cycle(("Kestrel Payments", "Checkout team", "Ledger team"))
    for cause in (Cause.PROCESSOR_DUPLICATE_SETTLEMENT, Cause.CHECKOUT_RETRY,
                  Cause.REFUND_QUEUE_STUCK, Cause.PRICE_SYNC):
        cases = Case.objects.filter(decisions__cause=cause).distinct()
        if cases.count() < 3 or ProblemRecord.objects.filter(cause=cause).exists():
            continue
        problem = open_problem(actor=actor, now=clock.now(), title=CAUSE_WORDS[cause],
                               cause=cause, owner_words=next(teams))
        for case in cases[:40]:
            join_problem(actor=actor, now=clock.now(), case=case, version=case.version,
                         problem=problem)


def _coach(actor: Actor) -> None:
    """A note to three agents, on a case that each handed up."""
    agent = User.objects.filter(email=f"{_first(Role.AGENT)}@northwind.example").first()
    cases = Case.objects.filter(escalations__agent__isnull=False).distinct().order_by("number")
    for case, words in zip(cases[:3], _ADVICE, strict=False):
        escalation = case.escalations.exclude(agent=None).first()
        if escalation and escalation.agent:
            coach(actor=actor, now=clock.now(), case=case, agent=escalation.agent, text=words,
                  avoidable=None)
    mine = cases.filter(escalations__agent=agent).first() if agent else None
    if mine and agent:
        coach(actor=actor, now=clock.now(), case=mine, agent=agent, text=_ADVICE[1])
