"""How amounts, days and clocks look on every page."""

from __future__ import annotations

import math
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from amends.desk.clock import today
from amends.money import Money, is_currency

register = template.Library()
UNKNOWN = "–"


@register.simple_tag
def amount(minor: int | None, currency: str = "", css: str = "", sign: bool = False) -> SafeString:
    """``412.60 USD`` with the currency small; a dash when the amount is unknown, never 0."""
    if minor is None:
        return format_html('<span class="amount {}">{}</span>', css, UNKNOWN)
    figure = figure_of(minor, currency)
    plus = "+" if sign and minor > 0 else ""
    return format_html(
        '<span class="amount {}">{}{}<span class="cur">{}</span></span>',
        css, plus, figure, currency,
    )


def figure_of(minor: int, currency: str) -> str:
    """The figure alone, with the digits of its currency (two when it is unknown)."""
    return Money(minor, currency if is_currency(currency) else "EUR").figure()


@register.filter
def day(value: date | datetime | None) -> str:
    """``Thu 10 Dec``, with the year when it is not this year."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    text = f"{value:%a} {value.day} {value:%b}"
    return text if value.year == today().year else f"{text} {value.year}"


@register.filter
def clock_time(value: datetime | None) -> str:
    """``09:12``, in the desk's time zone."""
    return f"{timezone.localtime(value):%H:%M}" if value else UNKNOWN


@register.filter
def words(value: str) -> str:
    """``provisional_credit`` as ``Provisional credit``."""
    text = str(value).replace("_", " ")
    return text[:1].upper() + text[1:]


@register.filter
def percent(value: float | None) -> str:
    """A share as whole per cent."""
    return UNKNOWN if value is None else f"{round(value * 100)}%"


_EDGE = '<circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/>'
_INSIDE = {
    "met": '<circle cx="7" cy="7" r="6.25" fill="currentColor"/><path d="M4.2 7.2 6.2 9.2 9.9 5.2"'
    ' fill="none" stroke="var(--surface)" stroke-width="1.5"/>',
    "late": f'{_EDGE}<path d="M7 3.6v4M7 9.6v.9" stroke="currentColor" stroke-width="1.5"/>',
    "paused": f'{_EDGE}<path d="M5.6 4.8v4.4M8.4 4.8v4.4" stroke="currentColor"'
    ' stroke-width="1.5"/>',
    "waiting": '<circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5"'
    ' stroke-dasharray="2 2"/>',
}


@register.simple_tag
def ring(state: str, used: int = 0) -> SafeString:
    """The clock's ring: its wedge is the part of the time that is used (per cent)."""
    inside = _INSIDE.get(state) or f'{_EDGE}<path d="{_wedge(used)}" fill="currentColor"/>'
    return mark_safe(  # noqa: S308 - built from fixed shapes and numbers only
        '<svg class="ring" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">'
        f"{inside}</svg>"
    )


def _wedge(used: int) -> str:
    share = min(max(used, 0), 99) / 100
    angle = 2 * math.pi * share
    x, y = 7 + 4.4 * math.sin(angle), 7 - 4.4 * math.cos(angle)
    return f"M7 7V2.6A4.4 4.4 0 {int(share > 0.5)} 1 {x:.2f} {y:.2f}Z" if share else "M7 7Z"


@register.simple_tag
def spark_height(count: int, peak: int) -> int:
    """The height of a bar in a line of 24 pixels; at least one where there is something."""
    return max(2, round(count * 22 / max(peak, 1))) if count else 1


@register.simple_tag
def spark_top(count: int, peak: int) -> int:
    """Where the bar begins, from the top."""
    return 24 - spark_height(count, peak)
