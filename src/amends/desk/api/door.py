"""The API's endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import path, re_path
from ninja import HeaderEx, NinjaAPI, P, PathEx, QueryEx, Status

from amends.casework.escalations import EscalationFacts
from amends.desk import clock
from amends.desk.access import Act, Actor, case_for, cases_for, require
from amends.desk.actions.cases import Opened as OpenedCase
from amends.desk.actions.cases import open_case
from amends.desk.api.keys import KeyDoor, once
from amends.desk.api.refusals import (
    document_refusals,
    nowhere,
    only,
    only_these_methods,
    plain,
    refuse_in_kind,
)
from amends.desk.api.shapes import (
    ApiProblem,
    CaseFull,
    CasePage,
    EscalationIn,
    Opened,
)
from amends.desk.models import ApiKey, Case, User

PAGE = 50
LARGEST_NUMBER = 2**31 - 1
IdempotencyKey = HeaderEx[str, P(alias="Idempotency-Key", pattern="^[!-~]{1,120}$")]
Cursor = QueryEx[int, P(ge=0, le=LARGEST_NUMBER)]
Limit = QueryEx[int, P(ge=1, le=200)]
CaseNumber = PathEx[int, P(ge=1, le=LARGEST_NUMBER)]


class _Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> Any:
        """The document of the API, OpenAPI 3.1."""
        document = super().get_openapi_schema(**options)
        document_refusals(document)
        return document


api = _Api(
    title="Amends", version="1", openapi_url="/openapi.json", docs_url=None, auth=KeyDoor(),
    description="The workbench for payments escalations. Amounts are whole minor units.",
    urls_namespace="api",
)
refuse_in_kind(api)
_READING = dict.fromkeys((401, 403, 404, 422), ApiProblem)
_WRITING = dict.fromkeys((400, 401, 403, 409, 422), ApiProblem)


class _Request(HttpRequest):
    """A request whose key was accepted."""

    auth: ApiKey


@api.post("/escalations", response={200: Opened, 201: Opened, **_WRITING}, tags=["intake"],
          summary="Hand up an escalation", operation_id="hand_up")
def post_escalation(
    request: _Request, escalation: EscalationIn, idempotency_key: IdempotencyKey,
) -> Any:
    """Opens a case, or joins the open case of the same party and payment.

    201 when a case was opened; 200 when it joined one or was known already.
    """
    user, now = require(request.auth.user, Act.HAND_UP), clock.now()
    only(request)

    def act() -> tuple[int, dict[str, Any]]:
        done = open_case(actor=Actor.person(user), now=now, escalation=_facts(escalation, now))
        return (201 if done.how == "opened" else 200), _opened(user, done)

    return Status(*once(request.auth, idempotency_key, request.body, now=now, act=act))


@api.get("/cases", response={200: CasePage, **_READING}, tags=["cases"],
         summary="Cases, newest last", operation_id="list_cases")
def list_cases(request: _Request, after: Cursor = 0, limit: Limit = PAGE) -> Any:
    """The cases that the key's person may open, by number, after the cursor ``after``."""
    user = require(request.auth.user, Act.SEE_CASES)
    only(request, "after", "limit")
    rows = list(
        cases_for(user).select_related("owner").filter(number__gt=after)
        .order_by("number")[: limit + 1]
    )
    shown = rows[:limit]
    return {"cases": [_case(case) for case in shown],
            "next": shown[-1].number if len(rows) > limit else None}


@api.get("/cases/{number}", response={200: CaseFull, **_READING}, tags=["cases"],
         summary="One case with its clocks and findings", operation_id="get_case")
def get_case(request: _Request, number: CaseNumber) -> Any:
    """The case with ``number``, if the key's person may open it."""
    case = case_for(require(request.auth.user, Act.SEE_CASES), number)
    only(request)
    clocks = [
        {"regime": c.regime, "name": c.name, "title": c.title, "legal": c.legal,
         "due_on": c.due_on, "met_at": c.met_at, "explain": c.explanation}
        for c in case.clocks.order_by("due_at", "pk")
    ]
    findings = [
        {"kind": f.kind, "sentence": f.sentence, "confidence_percent": f.confidence_percent,
         "amount": _amount(f.amount_minor, f.currency), "state": f.state}
        for f in case.findings.order_by("-confidence_percent", "pk")
    ]
    return _case(case) | {"clocks": clocks, "findings": findings}


def _facts(given: EscalationIn, now: datetime) -> EscalationFacts:
    words = given.model_dump(exclude={"amount", "facts", "received_at"})
    return EscalationFacts(
        **words, received_at=given.received_at or now,
        amount_minor=given.amount.minor if given.amount else None,
        currency=given.amount.currency if given.amount else "",
        facts=[item.model_dump() for item in given.facts],
    )


def _opened(user: User, done: OpenedCase) -> dict[str, Any]:
    shown = cases_for(user).select_related("owner").filter(pk=done.case.pk).first()
    return {"label": done.case.label, "how": done.how, "case": _case(shown) if shown else None,
            "problems": [plain(problem) for problem in done.problems]}


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number, "label": case.label, "title": case.title, "kind": case.kind,
        "severity": case.severity, "state": case.state, "outcome": case.outcome or None,
        "owner": case.owner.email if case.owner else None, "regimes": case.regimes,
        "reference": case.reference, "opened_at": case.opened_at.isoformat(),
        "next_due_at": case.next_due_at.isoformat() if case.next_due_at else None,
        "at_stake": _amount(case.at_stake_minor, case.currency),
    }


def _amount(minor: int, currency: str) -> dict[str, Any] | None:
    return {"minor": minor, "currency": currency} if currency else None


_routes, _app, _namespace = api.urls
for _route in _routes:
    if _route.callback:
        _route.callback = only_these_methods(_route.callback)
patterns = [path("api/v1/", (_routes, _app, _namespace)), re_path("^api/", nowhere)]
