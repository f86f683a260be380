"""The case page: facts, people and clocks; the story; money trail, findings, decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from amends.casework.claims import NEED_WORDS, Need
from amends.casework.states import OPEN_STATES, STATE_WORDS, State
from amends.codes import CodeMeaning, explain
from amends.desk.access import Act, cases_for, may
from amends.desk.models import (
    BreakRecord,
    Case,
    CaseSeen,
    Claim,
    Escalation,
    Event,
    Evidence,
    FindingRecord,
    Message,
    Movement,
    Note,
    Task,
    User,
)
from amends.desk.queries.chips import Chip, chip
from amends.problems import AmendsError

VIEWING_FOR = timedelta(minutes=2)
STORY_AT_MOST = 400
EVIDENCE_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One row of the story: ``kind`` says how it is drawn."""

    kind: str
    at: datetime
    day: date
    new_day: bool
    new_since: bool
    title: str
    body: str = ""
    who: str = ""
    initials: str = ""
    extra: str = ""
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One step of the money trail as a row, with the words of the link that broke before it."""

    lane: str
    title: str
    text: str
    day: date | None
    amount_minor: int | None
    currency: str
    state: str
    file_sha256: str
    line: int | None
    code: str
    sensitive: bool
    broken: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the page of one case shows."""

    case: Case
    state: str
    may_work: bool
    chips: tuple[Chip, ...]
    dropped: tuple[Chip, ...]
    legal: int
    targets: int
    needs: tuple[str, ...]
    claim: Claim | None
    escalations: tuple[Escalation, ...]
    viewers: tuple[CaseSeen, ...]
    story: tuple[StoryRow, ...]
    trail: dict[str, Any]
    trail_steps: tuple[TrailStep, ...]
    signals: tuple[Any, ...]
    findings: tuple[FindingRecord, ...]
    ruled_out: tuple[FindingRecord, ...]
    movements: tuple[Movement, ...]
    related: tuple[Case, ...]
    breaks: tuple[BreakRecord, ...]
    evidence: tuple[Evidence, ...]
    tasks: tuple[Task, ...]
    people: tuple[User, ...]


def case_page(user: User, case: Case, *, now: datetime) -> CasePage:
    """The page of ``case``, which ``user`` may open."""
    clocks = [(clock, chip(clock, now=now)) for clock in case.clocks.order_by("due_at", "pk")]
    chips = [c for row, c in clocks if row.ours and not row.dropped and row.due_on]
    chips.sort(key=lambda c: c.state == "met")
    claim = case.claims.select_related("trace").order_by("pk").first()
    trace = getattr(claim, "trace", None) if claim else None
    findings = list(case.findings.order_by("-confidence_percent", "pk"))
    escalations = tuple(case.escalations.select_related("agent").order_by("received_at"))
    seen = list(case.seen.select_related("user"))
    return CasePage(
        case=case, state=STATE_WORDS[State(case.state)], may_work=may(user, Act.WORK_CASES),
        chips=tuple(chips), dropped=tuple(c for row, c in clocks if c not in chips and row.due_on),
        legal=sum(1 for c in chips if c.legal), targets=sum(1 for c in chips if not c.legal),
        needs=tuple(NEED_WORDS[Need(n)] for n in case.needs if n in set(Need)),
        claim=claim,
        escalations=escalations,
        viewers=tuple(s for s in seen if s.user_id != user.pk and s.last_at >= now - VIEWING_FOR),
        story=_story(case, escalations, next((s for s in seen if s.user_id == user.pk), None)),
        trail=trace.trail if trace else {},
        trail_steps=trail_steps(trace.trail) if trace else (),
        signals=tuple(trace.signals) if trace else (),
        findings=tuple(f for f in findings if f.state != FindingRecord.RULED_OUT),
        ruled_out=tuple(f for f in findings if f.state == FindingRecord.RULED_OUT),
        movements=tuple(case.movements.order_by("pk")), related=_related(user, case),
        evidence=tuple(case.evidence.select_related("file").order_by("pk")[:EVIDENCE_AT_MOST]),
        breaks=tuple(case.breaks.order_by("-age_days")[:10]),
        tasks=tuple(case.tasks.order_by("done_at", "due_on")),
        people=tuple(User.objects.filter(is_active=True, team=case.team_id).order_by("name"))
        if may(user, Act.WORK_CASES) else (),
    )


def trail_steps(trail: dict[str, Any]) -> tuple[TrailStep, ...]:
    """The steps of a stored trail, in order, their payment codes in plain words for staff."""
    broken: dict[str, list[dict[str, Any]]] = {}
    for link in trail.get("broken_links", []):
        broken.setdefault(link["between"][1], []).append(link)
    return tuple(
        TrailStep(
            lane=step["lane"], title=step["title"], text=step["text"],
            day=date.fromisoformat(step["at"][:10]) if step["at"] else None,
            amount_minor=step["amount_minor"], currency=step["currency"], state=step["state"],
            file_sha256=step["file_sha256"] or "", line=step["line"],
            code=meaning.for_staff if (meaning := _meaning(step)) else "",
            sensitive=bool(meaning and meaning.sensitive),
            broken=tuple(broken.get(step["id"], ())),
        )
        for step in trail.get("steps", [])
    )


def _meaning(step: dict[str, Any]) -> CodeMeaning | None:
    """What the step's payment code means; None without one, or for a plain approval."""
    scheme, code = step.get("code_scheme"), step.get("code")
    if not scheme or not code or (scheme, code) == ("iso8583", "00"):
        return None
    try:
        return explain(scheme, code)
    except AmendsError:
        return None


def _related(user: User, case: Case) -> tuple[Case, ...]:
    same = Q(party=case.party_id)
    if case.problem_id:
        same |= Q(problem=case.problem_id)
    if case.root_cause:
        same |= Q(root_cause=case.root_cause, state__in=OPEN_STATES)
    found = cases_for(user).filter(same).exclude(pk=case.pk).select_related("party")
    return tuple(found.order_by("-touched_at")[:6])


_FOLDED = {"message_queued", "message_sent", "note_added", "message_received", "escalation_opened"}


def _story(
    case: Case, escalations: tuple[Escalation, ...], mine: CaseSeen | None
) -> tuple[StoryRow, ...]:
    rows: list[dict[str, Any]] = []
    for escalation in escalations:
        rows.append({"kind": "words", "at": escalation.received_at, "title": case.party.name,
                     "who": _by_whom(escalation),
                     "body": escalation.text, "initials": case.party.initials})
    for event in case.events.select_related("user").order_by("-seq")[:STORY_AT_MOST]:
        if event.kind not in _FOLDED:
            rows.append(_event_row(event))
    for note in case.notes.select_related("author"):
        rows.append({"kind": "note", "at": note.at, "title": "Note", "body": note.text,
                     "who": str(note.author or ""), "initials": _initials(note)})
    for message in case.messages.exclude(state__in=(Message.DRAFT, Message.CANCELLED)):
        rows.append({"kind": "in" if message.incoming else "out", "at": message.made_at,
                     "title": message.sender or case.party.name if message.incoming
                     else "To " + (message.address or case.party.name),
                     "who": message.get_state_display(), "body": message.body,
                     "extra": message.subject, "message": message,
                     "initials": case.party.initials if message.incoming else "NW"})
    rows.reverse()  # events came newest first; those of one instant keep their order
    rows.sort(key=lambda row: row["at"])
    return _marked(rows, mine)


def _by_whom(escalation: Escalation) -> str:
    taken = f", taken down by {escalation.agent_name}" if escalation.agent_name else ""
    return f"by {escalation.channel}{taken}"


def _initials(note: Note) -> str:
    return note.author.initials if note.author else "?"


def _event_row(event: Event) -> dict[str, Any]:
    return {"kind": event.kind.split("_")[0] if event.kind.startswith(("clock", "finding"))
            else "act", "at": event.at, "title": event.summary, "who": event.actor}


def _marked(rows: list[dict[str, Any]], seen: CaseSeen | None) -> tuple[StoryRow, ...]:
    zone = timezone.get_current_timezone()
    last_day: date | None = None
    marked = False
    story = []
    for row in rows:
        day = row["at"].astimezone(zone).date()
        new = bool(seen and seen.before_at and not marked and row["at"] > seen.before_at)
        marked = marked or new
        story.append(StoryRow(**row, day=day, new_day=day != last_day, new_since=new))
        last_day = day
    return tuple(story)
