"""What the preview beside the caseload shows of one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from amends.casework.claims import NEED_WORDS, Need
from amends.casework.states import STATE_WORDS, State
from amends.desk.models import Case, CaseSeen, Decision, Event, FindingRecord, User
from amends.desk.queries.chips import Chip, chip, rule_name

VIEWING_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Preview:
    """One case at a glance: clock, what happened, what is proposed, the words, what is new."""

    case: Case
    state: str
    regime: str
    chip: Chip | None
    needs: tuple[str, ...]
    viewers: tuple[str, ...]
    finding: FindingRecord | None
    decision: Decision | None
    paid_minor: int
    words: str
    from_whom: str
    handed_up_by: str
    promised: str
    recent: tuple[Event, ...]


def preview(user: User, case: Case, *, now: datetime) -> Preview:
    """The preview of ``case``, which ``user`` may open."""
    escalation = case.escalations.select_related("agent").order_by("-received_at").first()
    seen = case.seen.select_related("user").filter(last_at__gte=now - VIEWING_FOR)
    mine = CaseSeen.objects.filter(case=case, user=user).first()
    events = case.events.order_by("-seq")
    if mine:
        events = events.filter(at__gt=mine.last_at)
    return Preview(
        case=case, state=STATE_WORDS[State(case.state)],
        regime=rule_name(case.next_clock) if case.next_clock else "",
        chip=chip(case.next_clock, now=now) if case.next_clock else None,
        needs=tuple(NEED_WORDS[Need(n)] for n in case.needs if n in set(Need)),
        viewers=tuple(str(s.user) for s in seen if s.user_id != user.pk),
        finding=case.findings.exclude(state=FindingRecord.RULED_OUT)
        .order_by("-confidence_percent").first(),
        decision=case.decisions.exclude(state=Decision.REPLACED).order_by("-pk").first(),
        paid_minor=sum(
            case.movements.exclude(state__in=("failed", "cancelled")).values_list(
                "amount_minor", flat=True
            )
        ),
        words=escalation.text if escalation else "",
        from_whom=case.party.name,
        handed_up_by=escalation.agent_name if escalation else "",
        promised=escalation.promised if escalation else "",
        recent=tuple(events[:4]),
    )
