"""The work done before a person opens a case: its trail, its findings, a proposed decision."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from amends.casework.decisions import propose
from amends.casework.findings import CaseFacts, Finding, look
from amends.casework.fraud import signals
from amends.casework.policy import Policy, load
from amends.casework.trace import Trace, follow
from amends.desk.access import Actor
from amends.desk.actions.recording import record
from amends.desk.models import Case, Claim, Decision, FindingRecord, TraceRecord
from amends.tables import Engine, open_engine


def policy() -> Policy:
    """The policy in force: the file named by AMENDS_POLICY, else the one that ships."""
    return load(Path(settings.AMENDS_POLICY)) if settings.AMENDS_POLICY else load()


def lake() -> Path:
    """Where the imported entries lie."""
    return Path(settings.DATA) / "lake"


def investigate(*, actor: Actor, now: datetime, case: Case) -> None:
    """Draw the trail of each claim, keep what was found, and propose a decision.

    Findings that a person has judged stay as judged; a decision that a person has made stays.
    """
    with open_engine() as engine:
        for claim in case.claims.order_by("pk"):
            trace = follow(engine, lake(), claim.reference)
            facts = facts_of(case, claim)
            found = look(trace, facts, as_of=now.date())
            shown = [s.as_json() for s in signals(engine, lake(), trace, as_of=now.date())]
            _keep(actor, now, case, claim, trace, shown, found)
