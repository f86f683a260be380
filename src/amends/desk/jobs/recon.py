"""Reconciliation off the queue, and the cases that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.desk.access import Actor
from amends.desk.actions.recon import cases_from_breaks, do_run
from amends.desk.jobs.queue import handles
from amends.desk.models import ReconRun

ENGINE = Actor("reconciliation")


@handles("reconcile")
def run_reconciliation(payload: Mapping[str, Any], now: datetime) -> None:
    """Do the run that was asked for."""
    run = ReconRun.objects.filter(pk=payload["run"]).first()
    if run is not None:
        do_run(actor=ENGINE, now=now, run=run)


@handles("cases_from_breaks")
def open_cases(payload: Mapping[str, Any], now: datetime) -> None:
    """Breaks that hurt a customer open or join a case."""
    cases_from_breaks(actor=ENGINE, now=now)
