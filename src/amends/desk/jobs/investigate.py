"""The work done before a person opens a case: trail, findings, proposal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.casework.states import OPEN_STATES
from amends.desk.access import Actor
from amends.desk.actions.investigation import index_entries, investigate
from amends.desk.actions.recording import ask_to_investigate
from amends.desk.jobs.queue import handles
from amends.desk.models import Case


@handles("investigate")
def run(payload: Mapping[str, Any], now: datetime) -> None:
    """Draw the trail of the case's claims, look for findings and propose a decision."""
    case = Case.objects.filter(number=payload["case"]).first()
    if case is not None and case.is_open:
        investigate(actor=Actor("investigation"), now=now, case=case)


@handles("index_entries")
def index_new_entries(payload: Mapping[str, Any], now: datetime) -> None:
    """Bring the index over imported entries up to date, and look again at open cases."""
    if index_entries() == 0:
        return
    for case in Case.objects.filter(state__in=OPEN_STATES).only("number"):
        ask_to_investigate(case, now=now)
