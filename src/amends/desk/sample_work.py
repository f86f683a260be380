"""Some weeks of work on the sample company's cases, so that every page has something to show.

All of it goes through the same acts as a person's work, at the instants at which a team would
have done it: each case is investigated and acknowledged, simple ones are decided, paid and closed
with their cause, known causes become problem records, a few agents get a note, and the costliest
open cases are with the specialist.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import cycle

from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OPEN_STATES, Outcome, State
from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.cases import take_case
from amends.desk.actions.closing import close_case
from amends.desk.actions.decisions import accept_decision
from amends.desk.actions.findings import judge_finding
from amends.desk.actions.investigation import index_entries, investigate, policy
from amends.desk.actions.learning import coach, join_problem, open_problem
from amends.desk.actions.letters import draft_letter, queue_letter
from amends.desk.jobs.mail import send_letter
from amends.desk.jobs.money import move_money
from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Decision, Job, ProblemRecord, Role, User
from amends.desk.sample_company import email_of
from amends.problems import AmendsError

WORKED, HELD, ALONE = 70, 16, 7
_ADVICE = (
    "You told the customer a day before the money could be there. Say “within ten working days” "
    "and they will not need to call again.",
    "The order number was in the chat from the start. Put it into the reference field and the "
    "whole trail is there before we open the case.",
    "You stayed calm and wrote down every word. That is what let us answer on the same day.",
)


def liven(say: Callable[[str], None]) -> None:
    """Do that work; what follows from it (mail, money, reconciliation) is done as well."""
    specialist = User.objects.get(email=email_of(Role.SPECIALIST))
    actor = Actor.person(specialist)
    index_entries()
    worked, in_force = 0, datetime.combine(policy().effective_from, time(9), UTC)
    cases = list(Case.objects.filter(state__in=OPEN_STATES).order_by("opened_at"))
    for number, case in enumerate(cases, start=1):
        if number % 50 == 0:
            say(f"{number} cases looked into")
        begun = max(case.opened_at, in_force)
        investigate(actor=Actor("investigation"), now=begun + timedelta(minutes=10), case=case)
        if number % ALONE:
            _acknowledge(actor, case, case.opened_at + timedelta(hours=2))
        if worked < WORKED:
            worked += _work_off(actor, case, begun + timedelta(hours=27))
    Job.objects.filter(kind="investigate", state=Job.READY).delete()
    say("reconciling")
    drain()
    _gather(Actor.person(User.objects.get(email=email_of(Role.TEAM_LEAD))))
    _coach(actor)
    costly = Case.objects.filter(state__in=OPEN_STATES, owner=None).order_by("-cost_of_delay")
    for case in costly[:HELD]:
        take_case(actor=actor, now=clock.now(), case=case, version=case.version, owner=specialist)


def _acknowledge(actor: Actor, case: Case, when: datetime) -> None:
    """Answer the customer; a draft that the send gate holds back waits for a person."""
    if when > clock.now() or not case.party.email:
        return
    try:
        letter = draft_letter(actor=actor, now=when, case=case)
        queue_letter(actor=actor, now=when, case=case, version=case.version, message=letter)
    except AmendsError:
        return
    send_letter({"message_id": letter.message_id}, when + timedelta(seconds=10))
    case.refresh_from_db()


def _work_off(actor: Actor, case: Case, when: datetime) -> bool:
    """Decide, pay and close a simple case; False when it is not one, or not yet."""
    decision = case.decisions.filter(state=Decision.PROPOSED, straight_through=True).first()
    if decision is None or when > clock.now():
        return False
    take_case(actor=actor, now=when, case=case, version=case.version, owner=actor.user)
    finding = case.findings.filter(kind=decision.finding).first()
    if finding:
        judge_finding(actor=actor, now=when, case=case, version=case.version, finding=finding,
                      confirmed=True)
    try:
        accept_decision(actor=actor, now=when, case=case, version=case.version, decision=decision)
    except AmendsError:
        return False
    for movement in case.movements.all():
        move_money({"movement": movement.key}, when + timedelta(minutes=1))
    case.refresh_from_db()
    if case.state == State.PUTTING_RIGHT:
        close_case(
            actor=actor, now=when + timedelta(hours=3), case=case, version=case.version,
            outcome=Outcome(decision.outcome),
            cause=Cause(decision.cause) if decision.cause in set(Cause) else Cause.NONE_FOUND,
            clocks_why="Decided and put right within the day; nothing is left to do by it.",
        )
    return True


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
    """A note to three agents, each on a case that they handed up, the sample's own among them."""
    own = User.objects.get(email=email_of(Role.AGENT))
    handed = Case.objects.filter(escalations__agent__isnull=False).distinct().order_by("number")
    chosen = [handed.filter(escalations__agent=own).first(),
              *handed.exclude(escalations__agent=own)[:2]]
    for case, words in zip(chosen, _ADVICE, strict=False):
        escalation = case.escalations.exclude(agent=None).first() if case else None
        if case and escalation and escalation.agent:
            coach(actor=actor, now=clock.now(), case=case, agent=escalation.agent, text=words)
