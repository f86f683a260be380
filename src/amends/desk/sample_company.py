"""The people of the sample company, one account for each role and the eight agents."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from django.conf import settings

from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.people import add_person, make_api_key
from amends.desk.models import ApiKey, Role, User

TEAM = "Payments escalations"
NAMES = {
    Role.SPECIALIST: "Ana Lindqvist",
    Role.TEAM_LEAD: "Priya Raman",
    Role.AGENT: "Tomás Reyes",
    Role.ANALYST: "Noor Haddad",
    Role.AUDITOR: "Edith Vance",
    Role.ADMINISTRATOR: "Sam Okafor",
}


def accounts() -> list[dict[str, str]]:
    """One account for each role, with its password; kept in the data folder for the next start."""
    kept = Path(settings.DATA) / "sample-accounts.json"
    if kept.exists():
        return list(json.loads(kept.read_text()))
    actor, now, made = Actor("sample company"), clock.now(), []
    for role, name in NAMES.items():
        email, password = email_of(role), secrets.token_urlsafe(12)
        add_person(actor=actor, now=now, email=email, name=name, role=role, password=password,
                   team=TEAM)
        made.append({"role": str(role), "user": email, "password": password})
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(made))
    return made


def api_key() -> str:
    """The sample company's API key, made on the first start and kept in the data folder."""
    kept = Path(settings.DATA) / "sample-api-key"
    if kept.exists():
        return kept.read_text().strip()
    user = User.objects.filter(role=Role.SPECIALIST).order_by("pk").first()
    if user is None or ApiKey.objects.filter(name="Sample company").exists():
        return ""
    _, secret = make_api_key(actor=Actor("sample company"), now=clock.now(),
                             name="Sample company", user=user)
    kept.touch(mode=0o600)
    kept.write_text(secret)
    return secret


def email_of(role: Role) -> str:
    """The address of the account with ``role``."""
    return f"{NAMES[role].split()[0].lower().replace('á', 'a')}@northwind.example"


def add_agents(emails: dict[str, str]) -> None:
    """The frontline agents named in the escalations, so that they see their own coaching notes."""
    for email, name in sorted(emails.items()):
        if email and not User.objects.filter(email=email.lower()).exists():
            add_person(actor=Actor("sample company"), now=clock.now(), email=email,
                       name=name or email.split("@")[0].replace(".", " ").title(),
                       role=Role.AGENT, password=secrets.token_urlsafe(12), team=TEAM)
