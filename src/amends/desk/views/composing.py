"""What the case page needs from acts and queries together."""

from __future__ import annotations

from datetime import datetime

from amends.desk.actions import decisions, letters
from amends.desk.actions.movements import credit_to_settle, routes_paid
from amends.desk.models import Case, Decision, User
from amends.desk.queries.composer import Composer, composer, draft_of
from amends.desk.queries.deciding import Deciding
from amends.desk.queries.deciding import deciding as shown


def composing(case: Case, now: datetime) -> Composer:
    """The composer with the send gate's report on the draft as it stands."""
    draft = draft_of(case)
    return composer(
        case, draft=draft, report=letters.check(draft, now=now) if draft else None,
        fitting=letters.fitting_situation(case), undo_seconds=int(letters.UNDO.total_seconds()),
    )


def deciding(user: User, case: Case) -> Deciding:
    """The decision with who may make it, and what each of the six routes has paid."""
    decision = case.decisions.exclude(state=Decision.REPLACED).order_by("-pk").first()
    allowed = decisions.standing(decision, user.role) if decision else None
    credit = credit_to_settle(case)
    return shown(user, decision, allowed=allowed, paid=routes_paid(case),
                 open_credit_pk=credit.pk if credit else 0)
