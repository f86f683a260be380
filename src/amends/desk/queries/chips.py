"""How a clock is shown: what is left, by which rule, how much of the time is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from amends.clocks.calendars import calendar
from amends.clocks.regimes import REGIMES
from amends.desk.models import Clock

# What specialists call each rule book; its full title stands in the explanation.
SHORT_NAMES = {
    "us-reg-e": "Reg E", "us-reg-e-liability": "Reg E liability",
    "us-reg-z-billing-error": "Reg Z", "us-remittance": "Remittance rule",
    "us-cfpb-portal": "CFPB portal", "us-reg-f": "Reg F", "us-nacha": "Nacha",
    "us-ucc-4a": "UCC 4A", "uk-disp": "UK complaint", "uk-psr": "UK PSRs",
    "uk-app-fraud": "UK APP", "eu-psd2": "PSD2", "sepa-dd": "SEPA debit", "visa": "Visa",
    "mastercard": "Mastercard", "amex": "Amex", "gdpr-dsar": "Data request",
    "record-retention": "Retention",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One clock, ready to be drawn. ``state`` is its shape and colour, ``words`` say it."""

    pk: int
    title: str
    state: str
    words: str
    rule: str
    due_on: date | None
    due_at: datetime | None
    used: int
    legal: bool
    citation: str
    if_missed: str
    explanation: dict[str, object]
    track_used: range
    track_left: range

    @property
    def track(self) -> str:
        """How the day track is coloured."""
        return {"late": "late", "soon": "", "today": ""}.get(self.state, "calm")


def chip(clock: Clock, *, now: datetime) -> Chip:
    """The chip of one clock at ``now``; pure over the row."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    business = "business" in str(clock.explanation.get("counted", "")) or not clock.legal
    left, whole = _days(clock, today, business)
    state, words = _state(clock, now, today, left, business)
    used = 0 if whole <= 0 else min(99, max(0, round((whole - left) * 100 / whole)))
    used = max(used, 94) if state == "today" else used
    cells = min(whole, 12)
    filled = 0 if whole <= 0 else min(cells, max(0, round((whole - left) * cells / whole)))
    return Chip(
        pk=clock.pk, title=clock.title, state=state, words=words, rule=rule_name(clock),
        due_on=clock.due_on, due_at=clock.due_at, used=used, legal=clock.legal,
        citation=str(clock.explanation.get("citation", "")),
        if_missed=str(clock.explanation.get("if_missed", "")),
        explanation=clock.explanation, track_used=range(filled), track_left=range(cells - filled),
    )


def rule_name(clock: Clock) -> str:
    """The short name of the rule book; ``Target`` for a service target."""
    return SHORT_NAMES.get(clock.regime, "Target")


def _days(clock: Clock, today: date, business: bool) -> tuple[int, int]:
    """Days left (negative when late) and days in all."""
    if clock.due_on is None:
        return 0, 0
    start = clock.starts_on or today
    if not business:
        return (clock.due_on - today).days, (clock.due_on - start).days
    regime = REGIMES.get(clock.regime)
    key = str(clock.facts.get("calendar") or (regime.calendar if regime else "") or "uk-eng")
    days = calendar(key)
    left = days.count(today, clock.due_on) if clock.due_on >= today else -(
        days.count(clock.due_on, today)
    )
    return left, days.count(start, clock.due_on)


def _state(
    clock: Clock, now: datetime, today: date, left: int, business: bool
) -> tuple[str, str]:
    unit = "business day" if business else "day"
    if clock.met_at:
        return "met", _met(clock)
    if clock.due_on is None or clock.due_at is None:
        return "waiting", "Not started"
    if clock.paused_since:
        since = clock.paused_since.astimezone(ZoneInfo(settings.TIME_ZONE))
        return "paused", f"Paused since {since:%a} {since.day} {since:%b}"
    if now > clock.due_at:
        late = max(1, (today - clock.due_on).days)
        return "late", f"{late} day{'s' if late != 1 else ''} late"
    if clock.due_on == today:
        due = clock.due_at.astimezone(ZoneInfo(settings.TIME_ZONE))
        return "today", f"Due today {due:%H:%M}" if due.hour < 23 else "Due today"
    words = f"{left} {unit}{'s' if left != 1 else ''} left"
    whole = max(1, (clock.due_on - (clock.starts_on or today)).days)
    soon = (clock.due_on - today).days <= max(3, whole // 4) and left <= max(3, whole // 4)
    return ("soon" if soon else "running"), words


def _met(clock: Clock) -> str:
    if clock.met_at is None or clock.due_at is None:
        return "Met"
    spare = clock.due_at - clock.met_at
    if spare.total_seconds() < 0:
        return f"Met {max(1, -spare.days)} day{'s' if spare.days < -1 else ''} late"
    if spare.days >= 1:
        return f"Met with {spare.days} day{'s' if spare.days != 1 else ''} to spare"
    hours = int(spare.total_seconds() // 3600)
    return f"Met with {hours} hours to spare" if hours else "Met in the last hour"
