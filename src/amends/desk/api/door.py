"""The API's endpoints."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import HeaderEx, NinjaAPI, P, PathEx, QueryEx
from ninja.errors import AuthenticationError, HttpError, ValidationError

from amends.casework.claims import Kind
from amends.casework.escalations import EscalationFacts
from amends.desk import clock
from amends.desk.access import Act, Actor, cases_for, may
from amends.desk.actions.cases import Opened as OpenedCase
from amends.desk.actions.cases import open_case
from amends.desk.api.keys import KeyDoor, OtherBody, once
from amends.desk.api.shapes import (
    ApiProblem,
    CaseFull,
    CaseOut,
    CasePage,
    EscalationIn,
    Opened,
    ProblemOut,
)
from amends.desk.models import ApiKey, Case
from amends.money import is_currency
from amends.problems import AmendsError, Problem

PAGE = 50
LARGEST_NUMBER = 2**31 - 1
IdempotencyKey = HeaderEx[str, P(alias="Idempotency-Key", min_length=1, max_length=120)]
Cursor = QueryEx[int, P(ge=0, le=LARGEST_NUMBER)]
Limit = QueryEx[int, P(ge=1, le=200)]
CaseNumber = PathEx[int, P(ge=1, le=LARGEST_NUMBER)]

api = NinjaAPI(
    title="Amends", version="1", openapi_url="/openapi.json", docs_url=None, auth=KeyDoor(),
    description="The workbench for payments escalations. Amounts are whole minor units.",
    urls_namespace="api",
)
_WRONG = dict.fromkeys((400, 401, 403, 404, 409, 422), ApiProblem)


class _Request(HttpRequest):
    """A request whose key was accepted."""

    auth: ApiKey


@api.post("/escalations", response={200: Opened, 201: Opened, **_WRONG}, tags=["intake"],
          summary="Hand up an escalation")
def post_escalation(
    request: _Request, escalation: EscalationIn, idempotency_key: IdempotencyKey,
) -> Any:
    """Opens a case, or joins the open case of the same party and payment.

    201 when a case was opened; 200 when it joined one or was known already.
    """
    user, now = request.auth.user, clock.now()
    if not may(user, Act.HAND_UP):
        raise HttpError(403, "This key may not hand up.")

    def act() -> tuple[int, dict[str, Any]]:
        done = open_case(actor=Actor.person(user), now=now, escalation=_facts(escalation, now))
        return (201 if done.how == "opened" else 200), _opened(done)

    status, answer = once(request.auth, idempotency_key, request.body, now=now, act=act)
    return status, answer


@api.get("/cases", response={200: CasePage, **_WRONG}, tags=["cases"], summary="Cases, newest last")
def list_cases(
    request: _Request, after: Cursor = 0, limit: Limit = PAGE,
) -> Any:
    """The cases that the key's person may open, by number, after the cursor ``after``."""
    rows = list(
        cases_for(request.auth.user).select_related("owner").filter(number__gt=after)
        .order_by("number")[: limit + 1]
    )
    more = len(rows) > limit
    shown = rows[:limit]
    return {"cases": [_case(case) for case in shown],
            "next": str(shown[-1].number) if more else None}


@api.get("/cases/{number}", response={200: CaseFull, **_WRONG}, tags=["cases"],
         summary="One case with its clocks and findings")
def get_case(request: _Request, number: CaseNumber) -> Any:
    """The case with ``number``, if the key's person may open it."""
    case = cases_for(request.auth.user).select_related("owner").filter(number=number).first()
    if case is None:
        raise HttpError(404, "There is no such case for this key.")
    clocks = [
        {"regime": c.regime, "name": c.name, "title": c.title, "legal": c.legal,
         "due_on": c.due_on, "met_at": c.met_at, "explain": c.explanation}
        for c in case.clocks.order_by("due_at", "pk")
    ]
    findings = list(case.findings.values(
        "kind", "sentence", "confidence_percent", "amount_minor", "currency", "state"))
    return _case(case) | {"clocks": clocks, "findings": findings}


def _facts(given: EscalationIn, now: Any) -> EscalationFacts:
    if given.kind and given.kind not in set(Kind):
        raise AmendsError(Problem("error", f"There is no kind {given.kind!r}.", field="kind"))
    if given.amount and not is_currency(given.amount.currency):
        raise AmendsError(Problem("error", f"{given.amount.currency!r} is not a currency.",
                                  field="amount.currency"))
    words = given.model_dump(exclude={"amount", "facts", "received_at"})
    received = given.received_at or now
    if received.tzinfo is None:
        raise AmendsError(Problem("error", "received_at has no time zone.",
                                  "Write it as 2026-11-23T09:00:00Z.", field="received_at"))
    words = {k: v.replace("\x00", "") if isinstance(v, str) else v for k, v in words.items()}
    return EscalationFacts(
        **words, received_at=received,
        amount_minor=given.amount.minor if given.amount else None,
        currency=given.amount.currency if given.amount else "",
        facts=[item.model_dump() for item in given.facts],
    )


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.label, "title": case.title, "kind": case.kind, "severity": case.severity,
        "state": case.state, "outcome": case.outcome or None,
        "owner": case.owner.email if case.owner else None, "regimes": case.regimes,
        "reference": case.reference, "opened_at": case.opened_at.isoformat(),
        "next_due_at": case.next_due_at.isoformat() if case.next_due_at else None,
        "at_stake": {"minor": case.at_stake_minor, "currency": case.currency}
        if case.currency else None,
    }


def _opened(done: OpenedCase) -> dict[str, Any]:
    done.case.refresh_from_db()
    return {"case": _case(done.case), "how": done.how,
            "problems": [_problem(p) for p in done.problems]}


def _problem(problem: Problem) -> dict[str, Any]:
    return ProblemOut(severity=problem.severity, what=problem.what, hint=problem.hint,
                      field=problem.field).model_dump()


def _answer(status: int, title: str, problems: list[Problem] | None = None) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": title,
            "problems": [_problem(p) for p in problems or []]}
    return HttpResponse(json.dumps(body), status=status,
                        content_type="application/problem+json")


@api.exception_handler(AmendsError)
def _on_problem(request: HttpRequest, error: AmendsError) -> HttpResponse:
    status = 409 if isinstance(error, OtherBody) else 422
    return _answer(status, error.problems[0].what, error.problems)


@api.exception_handler(ValidationError)
def _on_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [
        Problem("error", str(e.get("msg", "not usable")), field=".".join(map(str, e["loc"][1:])))
        for e in error.errors
    ]
    return _answer(422, "The request does not have the shape of the document.", problems)


@api.exception_handler(HttpError)
def _on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(error.status_code, str(error))


@api.exception_handler(AuthenticationError)
def _on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = _answer(401, "A live API key is needed: Authorization: Bearer KEY.")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


patterns = [path("api/v1/", api.urls)]
__all__ = ["CaseOut", "api", "patterns"]
