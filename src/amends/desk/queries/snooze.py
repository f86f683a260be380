"""Plain words for when a case comes back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from amends.problems import AmendsError, Problem

MORNING = time(9, 0)


def snooze_until(words: str, *, now: datetime) -> datetime | None:
    """The instant for ``tomorrow``, ``monday``, ``week``, ``3 hours`` or a date; None for ``now``.

    Days begin at 09:00 in the desk's time zone. AmendsError for words that name no time to come.
    """
    text = words.strip().lower()
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    if text in ("", "now"):
        return None
    if text == "3 hours":
        return now + timedelta(hours=3)
    days = {"tomorrow": 1, "week": 7, "monday": (7 - local.weekday()) or 7}.get(text)
    if days is not None:
        return datetime.combine(local.date() + timedelta(days=days), MORNING, local.tzinfo)
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.date() <= local.date():
        raise AmendsError(Problem("error", f"“{words}” is not a time to come.",
                                  "Choose a day after today.", field="until"))
    return datetime.combine(day.date(), MORNING, local.tzinfo)
