"""Adding people, and the keys of programs."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from amends.desk.access import Act, Actor, may
from amends.desk.actions.recording import record
from amends.desk.actions.words import kept
from amends.desk.models import ApiKey, Role, Team, User
from amends.problems import AmendsError, Problem


@transaction.atomic
def add_person(  # noqa: PLR0913
    *, actor: Actor, now: datetime, email: str, name: str, role: str, password: str,
    team: str = "Payments escalations",
) -> User:
    """A person who may sign in; one who is there gets the new name, role, team and password."""
    try:
        validate_email(email)
    except ValidationError:
        raise AmendsError(Problem("error", f"{email[:80]!r} is no e-mail address.",
                                  "Write it as name@company.example.", field="email")) from None
    name, team = kept(name, 120), kept(team, 80)
    if role not in set(Role):
        raise AmendsError(Problem("error", f"There is no role {role!r}.",
                                  f"Use one of {', '.join(Role)}.", field="role"))
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as weak:
        raise AmendsError([Problem("error", words, "At least 12 characters, nothing common.",
                                   field="password") for words in weak.messages]) from None
    group, _ = Team.objects.get_or_create(name=team)
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        person = User.objects.create_user(email, password, name=name, role=role, team=group)
        what = "added"
    else:
        person.name, person.role, person.team = name or person.name, role, group
        person.set_password(password)
        person.save()
        what = "changed"
    record(kind=f"person_{what}", actor=actor, now=now, summary=f"{person} {what} as {role}",
           payload={"email": person.email, "role": role, "team": team})
    return person


@transaction.atomic
def set_active(*, actor: Actor, now: datetime, person: User, active: bool) -> None:
    """Let a person sign in, or no longer; what they did stays."""
    person.is_active = active
    person.save(update_fields=["is_active"])
    record(kind="person_activated" if active else "person_deactivated", actor=actor, now=now,
           summary=f"{person} {'may' if active else 'may no longer'} sign in",
           payload={"email": person.email})


@transaction.atomic
def make_api_key(*, actor: Actor, now: datetime, name: str, user: User) -> tuple[ApiKey, str]:
    """A key for a program that acts as ``user``; the key itself is shown once and never kept."""
    if not may(user, Act.USE_API):
        raise AmendsError(Problem("error", f"The role of {user} may not use the API.",
                                  "Choose somebody who hands up or works cases.", field="user"))
    secret = f"amends_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=kept(name, 80) or "API key", prefix=secret[:12], created_at=now, user=user,
        key_sha256=hashlib.sha256(secret.encode()).hexdigest(),
    )
    record(kind="api_key_made", actor=actor, now=now, summary=f"API key {key.name} made",
           payload={"prefix": key.prefix, "user": user.email})
    return key, secret


@transaction.atomic
def revoke_api_key(*, actor: Actor, now: datetime, key: ApiKey) -> None:
    """End a key at once."""
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    record(kind="api_key_revoked", actor=actor, now=now, summary=f"API key {key.name} ended",
           payload={"prefix": key.prefix})


def key_holder(secret: str) -> ApiKey | None:
    """The live key with this secret, of a person who may still sign in; None otherwise."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return (
        ApiKey.objects.select_related("user")
        .filter(key_sha256=digest, revoked_at=None, user__is_active=True)
        .first()
    )


def keep_taste(*, user: User, theme: str, single_keys: bool) -> None:
    """Keep how a person likes the desk; no business of the audit."""
    User.objects.filter(pk=user.pk).update(theme=theme, single_keys=single_keys)
