"""How the API says no: every error is ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from amends.desk.api.keys import OtherBody
from amends.problems import AmendsError, Problem

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


def plain(problem: Problem) -> dict[str, str | None]:
    """A Problem as the API shows it."""
    return {key: value for key, value in asdict(problem).items() if key not in ("file", "line")}


def refusal(status: int, detail: str, problems: Sequence[Problem] = ()) -> HttpResponse:
    """One error with what is wrong, field by field."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
            "detail": detail, "problems": [plain(problem) for problem in problems]}
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


def nowhere(request: HttpRequest) -> HttpResponse:
    """The answer at an address that is none."""
    return refusal(404, "There is nothing at this address of the API.")


def only(request: HttpRequest, *names: str) -> None:
    """Refuse a parameter of the address that is not one of ``names``, as a slip of the pen."""
    unknown = sorted(set(request.GET) - {*names})
    if unknown:
        raise AmendsError([Problem("error", f"There is no parameter {name[:40]!r} here.",
                                   f"Known are: {', '.join(names) or 'none'}.", field=name[:40])
                           for name in unknown])


def refuse_in_kind(api: NinjaAPI) -> None:
    """Have ``api`` say every error as a problem document."""
    api.add_exception_handler(AmendsError, _on_problem)
    api.add_exception_handler(ValidationError, _on_shape)
    api.add_exception_handler(HttpError, _on_http)
    api.add_exception_handler(AuthenticationError, _on_stranger)
    api.add_exception_handler(PermissionDenied, _on_denied)
    api.add_exception_handler(Http404, _on_none)
    api.add_exception_handler(Exception, _on_fault)


def only_these_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, whose 405 is a problem document too."""

    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        refused = refusal(405, f"Use {answer['Allow']} at this address.")
        refused["Allow"] = answer["Allow"]
        return refused

    return refusing


def document_refusals(document: dict[str, Any]) -> None:
    """Write the media type of errors into the OpenAPI ``document``."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= HTTPStatus.BAD_REQUEST and "application/json" in answer["content"]:
                    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}


def _on_problem(request: HttpRequest, error: Any) -> HttpResponse:
    status = 409 if isinstance(error, OtherBody) else 422
    return refusal(status, error.problems[0].what, error.problems)


def _on_shape(request: HttpRequest, error: Any) -> HttpResponse:
    problems = [Problem("error", str(e.get("msg", "Not usable.")), field=_field(e["loc"]))
                for e in error.errors]
    return refusal(422, "The request does not have the shape of the document.", problems)


def _field(where: Sequence[object]) -> str:
    """The field as a caller names it: ``amount.minor``, ``Idempotency-Key``."""
    return ".".join(str(part) for part in where[1:] if part != "escalation") or str(where[0])


def _on_http(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(error.status_code, str(error))


def _on_stranger(request: HttpRequest, error: Any) -> HttpResponse:
    answer = refusal(401, "A live API key is needed: Authorization: Bearer KEY.")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _on_denied(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(403, str(error))


def _on_none(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(404, str(error))


def _on_fault(request: HttpRequest, error: Any) -> HttpResponse:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return refusal(500, "The desk failed. Nothing was changed; send the same request again.")
