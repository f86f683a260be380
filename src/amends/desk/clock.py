"""What time it is, for doors only (views, API, jobs, commands).

``AMENDS_NOW`` (an ISO instant) sets the clock when the process starts; it runs on from there, so
that waits and leases still pass. Refused in production.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_STARTED = time.time()


def now() -> datetime:
    """The present instant, aware, UTC."""
    set_to = settings.AMENDS_NOW
    if not set_to:
        return datetime.now(UTC)
    start = datetime.fromisoformat(set_to)
    return start.astimezone(UTC) + timedelta(seconds=time.time() - _STARTED)


def today() -> date:
    """The present day in the desk's time zone."""
    return now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
