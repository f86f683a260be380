"""The work done before a person opens a case: trail, findings, proposal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.desk.access import Actor
from amends.desk.actions.investigation import investigate
from amends.desk.jobs.queue import handles
from amends.desk.models import Case


@handles("investigate")
def run(payload: Mapping[str, Any], now: datetime) -> None:
    """Draw the trail of the case's claims, look for findings and propose a decision."""
    case = Case.objects.filter(number=payload["case"]).first()
    if case is not None and case.is_open:
        investigate(actor=Actor("investigation"), now=now, case=case)
