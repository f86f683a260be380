"""A small desk for every test: one person of each role, one team, and how to open a case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from amends.casework.escalations import EscalationFacts
from amends.desk.access import Actor
from amends.desk.actions.cases import open_case
from amends.desk.models import Case, Role, Team, User
from desk.committed import committed, elsewhere
from moments import NOW

__all__ = ["committed", "elsewhere"]  # fixtures of tests that kill processes


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> Path:
    """Each test has a data folder of its own."""
    settings.DATA = tmp_path
    settings.AMENDS_NOW = NOW.isoformat()
    return tmp_path


@pytest.fixture
def team(db: None) -> Team:
    """The team that all cases of a test belong to."""
    return Team.objects.create(name="Payments escalations")


@pytest.fixture
def people(team: Team) -> dict[str, User]:
    """One person of each role, by role."""
    return {
        role: User.objects.create_user(
            f"{role}@northwind.example", None, name=f"{role.replace('_', ' ').title()} Person",
            role=role, team=team,
        )
        for role in Role
    }


@pytest.fixture
def at_desk(people: dict[str, User]) -> Callable[[str], Client]:
    """A browser signed in as a role: ``at_desk("specialist").get("/cases")``."""

    def signed_in(role: str) -> Client:
        client = Client()
        client.force_login(
            people[role], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed_in


@pytest.fixture
def opened(people: dict[str, User]) -> Callable[..., Case]:
    """Open a case from an escalation; what is not named has a plain value."""

    def open_one(**facts: Any) -> Case:
        given = {
            "text": "I was charged twice for one table. Please give one payment back.",
            "received_at": NOW, "party_name": "Delia Marsh", "party_email": "delia@marsh.example",
            "country": "US", "reference": "NW-7741-2093", "amount_minor": 41260,
            "currency": "USD", "agent_email": "agent@northwind.example",
            "agent_name": "Agent Person", **facts,
        }
        return open_case(
            actor=Actor.person(people["specialist"]), now=NOW, escalation=EscalationFacts(**given)
        ).case

    return open_one
