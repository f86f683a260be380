"""Who calls: ``Authorization: Bearer KEY``; and the answer kept under an idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja.security import HttpBearer

from amends.desk.access import Act, require
from amends.desk.actions.people import key_holder
from amends.desk.models import ApiKey, IdempotentAnswer
from amends.problems import AmendsError, Problem

Answer = tuple[int, dict[str, Any]]


class KeyDoor(HttpBearer):
    """Lets in live keys of people who may use the API; the key is put on ``request.auth``."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key with this secret, or None; PermissionDenied for a role without the API."""
        key = key_holder(token)
        if key:
            require(key.user, Act.USE_API)
        return key


class OtherBody(AmendsError):
    """The idempotency key was used before with another body."""


def once(
    key: ApiKey, idempotency_key: str, body: bytes, *, now: datetime, act: Callable[[], Answer],
) -> Answer:
    """The answer of ``act``, done at most once for this idempotency key.

    The same key and body give the same answer; another body raises OtherBody (409). The answer is
    kept in the transaction of the act, so that a crash keeps both or neither.
    """
    digest = hashlib.sha256(body).hexdigest()
    known = _known(key, idempotency_key, digest)
    if known:
        return known
    try:
        with transaction.atomic():
            status, answer = act()
            IdempotentAnswer.objects.create(
                api_key=key, key=idempotency_key, body_sha256=digest, status=status,
                answer=answer, at=now,
            )
    except IntegrityError:
        known = _known(key, idempotency_key, digest)
        if known is None:
            raise
        return known
    return status, answer


def _known(key: ApiKey, idempotency_key: str, digest: str) -> Answer | None:
    before = IdempotentAnswer.objects.filter(api_key=key, key=idempotency_key).first()
    if before is None:
        return None
    if before.body_sha256 != digest:
        raise OtherBody(
            Problem("error", "This Idempotency-Key was used with another body.",
                    "Use a new key for a new request.", field="Idempotency-Key")
        )
    return before.status, before.answer
