"""What the decision panel and the closing form show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amends.casework.claims import KIND_WORDS
from amends.casework.decisions import Authority
from amends.casework.findings import CAUSE_WORDS
from amends.casework.remedies import REMEDY_WORDS, ROUTE_WORDS, Route
from amends.casework.states import OUTCOME_WORDS
from amends.desk.access import Act, may
from amends.desk.models import Case, Clock, Decision, ProblemRecord, Role, User
from amends.desk.models.people import ROLE_WORDS


@dataclass(frozen=True, slots=True)
class Deciding:
    """The decision, each route with what it paid, and who acts next."""

    decision: Decision | None
    routes: tuple[tuple[str, int], ...]
    first_button: str
    why: str
    own_limit_holds: bool
    may_approve: bool
    open_credit_pk: int
    outcomes: tuple[tuple[str, str], ...]
    remedies: tuple[tuple[str, str], ...]


def deciding(
    user: User, decision: Decision | None, *, allowed: Authority | None,
    paid: Mapping[Route, int], open_credit_pk: int,
) -> Deciding:
    """The panel for ``user``; the first button names who acts next."""
    button, why = "Accept", ""
    if allowed and not allowed.may_decide:
        who = ROLE_WORDS[Role(allowed.approver_role)].lower()
        button, why = f"Accept and ask a {who}", f"{allowed.why} {allowed.condition}".strip()
    elif allowed:
        why = allowed.why
    return Deciding(
        decision=decision,
        routes=tuple((ROUTE_WORDS[route], paid.get(route, 0)) for route in Route),
        first_button=button, why=why, own_limit_holds=bool(allowed and allowed.may_decide),
        may_approve=may(user, Act.APPROVE) and bool(
            decision and decision.state == Decision.TO_APPROVE
            and decision.decided_by_id != user.pk
        ),
        open_credit_pk=open_credit_pk,
        outcomes=tuple((str(k), v) for k, v in OUTCOME_WORDS.items()),
        remedies=tuple((str(k), v) for k, v in REMEDY_WORDS.items()),
    )


@dataclass(frozen=True, slots=True)
class Correcting:
    """What the kind and severity of a case can be corrected to."""

    kinds: tuple[tuple[str, str], ...] = tuple((str(k), v) for k, v in KIND_WORDS.items())
    severities: tuple[int, ...] = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class ClosingForm:
    """What closing asks for."""

    outcomes: tuple[tuple[str, str], ...]
    causes: tuple[tuple[str, str], ...]
    problems: tuple[ProblemRecord, ...]
    unexplained: tuple[Clock, ...]
    outcome: str
    cause: str


def closing_form(case: Case, unexplained: Sequence[Clock]) -> ClosingForm:
    """The closing form, filled from the decision; the ``unexplained`` clocks need words."""
    decision = case.decisions.exclude(state=Decision.REPLACED).order_by("-pk").first()
    return ClosingForm(
        outcomes=tuple((str(k), v) for k, v in OUTCOME_WORDS.items()),
        causes=tuple((str(k), v) for k, v in CAUSE_WORDS.items()),
        problems=tuple(ProblemRecord.objects.exclude(state="fixed").order_by("number")),
        unexplained=tuple(unexplained),
        outcome=case.outcome or (decision.outcome if decision else ""),
        cause=case.root_cause or (decision.cause if decision else ""),
    )
