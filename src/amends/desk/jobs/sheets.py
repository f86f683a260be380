"""Checking workbooks off the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.desk.access import Actor
from amends.desk.actions.sheets import do_check
from amends.desk.jobs.queue import handles
from amends.desk.models import SheetCheck


@handles("check_sheet")
def check_sheet(payload: Mapping[str, Any], now: datetime) -> None:
    """Check the workbook that was dropped in, once."""
    sheet = SheetCheck.objects.filter(pk=payload["sheet"]).first()
    if sheet is not None and not sheet.report:
        do_check(actor=Actor("sheet check"), now=now, sheet=sheet)
