"""The caseload: views with counts, filters, one page of rows, and the preview of one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from amends.casework.claims import KIND_WORDS, NEED_WORDS, Kind, Need
from amends.casework.states import OPEN_STATES, STATE_WORDS, State
from amends.desk.access import cases_for
from amends.desk.models import Case, Escalation, Role, User
from amends.desk.queries.chips import Chip, chip
from amends.desk.queries.search import holding

ROWS_A_PAGE = 50
FOUND_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class View:
    """A named set of filters with how many cases it holds."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter in force, in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    number: int
    label: str
    severity: int
    party: str
    title: str
    state: str
    restricted: bool
    needs: tuple[str, ...]
    chip: Chip | None
    at_stake_minor: int
    currency: str
    cost_minor: int
    cost_share: int
    owner: str


@dataclass(frozen=True, slots=True)
class Caseload:
    """One page of the list."""

    title: str
    views: tuple[View, ...]
    filters: tuple[Filter, ...]
    lines: tuple[Line, ...]
    total: int
    late_or_today: int
    page: int
    pages: int
    query: str
    sort: str
    older: str
    newer: str


_WAITING = Q(state=State.WAITING)
SORTS = {
    "cost": ("Cost of delay", ("-cost_of_delay", "number")),
    "due": ("Next clock", ("next_due_at", "number")),
    "newest": ("Newest", ("-opened_at", "-number")),
    "stake": ("Money at stake", ("-at_stake_minor", "number")),
}


def _views(user: User, now: datetime) -> dict[str, tuple[str, Q]]:
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    is_open = Q(state__in=OPEN_STATES)
    week = now + timedelta(days=7)
    found: dict[str, tuple[str, Q]] = {
        "mine": ("My caseload", is_open & awake & Q(owner=user)),
        "week": ("Due this week", is_open & awake & Q(next_due_at__lte=week)),
        "approve": ("To approve", Q(state=State.TO_APPROVE)),
        "waiting": ("Waiting on others", _WAITING),
        "vulnerable": ("Vulnerable customers", is_open & ~Q(needs=[])),
        "unassigned": ("Unassigned", is_open & awake & Q(owner=None)),
        "snoozed": ("Snoozed", is_open & Q(snoozed_until__gt=now)),
        "open": ("All open", is_open),
        "closed": ("Closed", Q(state=State.CLOSED)),
        "all": ("All", Q()),
    }
    if user.role == Role.AUDITOR:
        del found["mine"]
    return found


def first_view(user: User) -> str:
    """The view a person starts in."""
    if user.role == Role.AUDITOR:
        return "open"
    return "approve" if user.role == Role.TEAM_LEAD else "mine"


def caseload(user: User, *, params: QueryDict, now: datetime) -> Caseload:
    """The page that ``params`` (view, kind, severity, need, owner, q, sort, page) ask for."""
    views = _views(user, now)
    key = params.get("view", "")
    if key not in views:
        key = "open" if params.get("q") else first_view(user)
    query = params.get("q", "").strip()
    cases = cases_for(user).filter(views[key][1])
    if query:
        found = holding(user, query).order_by("-touched_at").values_list("pk", flat=True)
        cases = cases_for(user).filter(pk__in=list(found[:FOUND_AT_MOST]))
    cases, filters = _filtered(cases, params)
    sort = params.get("sort", "cost")
    order = SORTS.get(sort, SORTS["cost"])[1]
    counts = cases_for(user).aggregate(
        **{name: Count("pk", filter=where) for name, (_, where) in views.items()}
    )
    total = cases.count() if query or filters else counts[key]
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(1, _int(params.get("page"), 1)), pages)
    start = (page - 1) * ROWS_A_PAGE
    wanted = cases.order_by(*order).values_list("pk", flat=True)[start : start + ROWS_A_PAGE]
    rows = cases_for(user).select_related("party", "owner", "next_clock").in_bulk(list(wanted))
    lines = _lines([rows[pk] for pk in wanted], now)
    return Caseload(
        title=f"“{query}”" if query else views[key][0],
        views=tuple(View(name, title, counts[name]) for name, (title, _) in views.items()),
        filters=filters, lines=lines, total=total,
        late_or_today=sum(1 for x in lines if x.chip and x.chip.state in ("late", "today")),
        page=page, pages=pages, query=query, sort=sort,
        older=_address(params, page=page + 1) if page < pages else "",
        newer=_address(params, page=page - 1) if page > 1 else "",
    )


def _filtered(
    cases: QuerySet[Case], params: QueryDict
) -> tuple[QuerySet[Case], tuple[Filter, ...]]:
    filters: list[Filter] = []
    kind, severity = params.get("kind", ""), params.get("severity", "")
    need, state = params.get("need", ""), params.get("state", "")
    if kind in set(Kind):
        cases = cases.filter(kind=kind)
        filters.append(Filter(KIND_WORDS[Kind(kind)], _address(params, drop="kind")))
    if severity in {"1", "2", "3", "4"}:
        cases = cases.filter(severity=int(severity))
        filters.append(Filter(f"Severity {severity}", _address(params, drop="severity")))
    if need in set(Need):
        cases = cases.filter(needs__icontains=f'"{need}"')
        filters.append(Filter(NEED_WORDS[Need(need)], _address(params, drop="need")))
    if state in set(State):
        cases = cases.filter(state=state)
        filters.append(Filter(STATE_WORDS[State(state)], _address(params, drop="state")))
    for name, lookup in _EXACTLY.items():
        value = params.get(name, "")
        if value and (name != "problem" or value.isdigit()):
            cases = cases.filter(**{lookup: value})
            filters.append(_named(name, value, params))
    if channel := params.get("channel", ""):
        told = Escalation.objects.filter(channel=channel)
        cases = cases.filter(pk__in=told.values("case"))
        filters.append(_named("channel", channel, params))
    for name, span in (("month", _month(params.get("month", ""))),
                       ("week", _days(params.get("week", ""), 7)),
                       ("day", _days(params.get("day", ""), 1))):
        if span:
            cases = cases.filter(opened_at__gte=span[0], opened_at__lt=span[1])
            filters.append(_named(name, params.get(name, ""), params))
    return cases, tuple(filters)


_EXACTLY = {"cause": "root_cause", "problem": "problem__number", "outcome": "outcome",
            "country": "party__country"}


def _named(name: str, value: str, params: QueryDict) -> Filter:
    return Filter(f"{name.capitalize()}: {value.replace('_', ' ')}", _address(params, drop=name))


def _month(text: str) -> tuple[datetime, datetime] | None:
    first = _day(f"{text}-01") if len(text) == 7 else None
    return _between(first, (first + timedelta(days=31)).replace(day=1)) if first else None


def _days(text: str, days: int) -> tuple[datetime, datetime] | None:
    first = _day(text)
    return _between(first, first + timedelta(days=days)) if first else None


def _between(first: date, after: date) -> tuple[datetime, datetime]:
    """From the first instant of one day to that of another, at the desk."""
    zone = timezone.get_current_timezone()
    return (datetime.combine(first, time.min, zone), datetime.combine(after, time.min, zone))


def _address(params: QueryDict, *, drop: str = "", page: int | None = None) -> str:
    kept = {k: v for k, v in params.items() if k not in (drop, "page", "case")}
    if page is not None:
        kept["page"] = str(page)
    return "?" + urlencode(kept)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _int(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else default


def _lines(rows: list[Case], now: datetime) -> tuple[Line, ...]:
    most = max((case.cost_of_delay for case in rows), default=0) or 1
    return tuple(
        Line(
            number=case.number, label=case.label, severity=case.severity, party=case.party.name,
            title=case.title, state=STATE_WORDS[State(case.state)], restricted=case.restricted,
            needs=tuple(NEED_WORDS[Need(n)] for n in case.needs if n in set(Need)),
            chip=chip(case.next_clock, now=now) if case.next_clock else None,
            at_stake_minor=case.at_stake_minor, currency=case.currency,
            cost_minor=case.cost_of_delay, cost_share=round(case.cost_of_delay * 100 / most),
            owner=str(case.owner) if case.owner else "",
        )
        for case in rows
    )
