"""Insight: what came in, what changed and why, how it ended; each mark opens its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from amends.casework.claims import KIND_WORDS, Kind
from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OUTCOME_WORDS, Outcome, State
from amends.desk.access import Act, counted_for, may
from amends.desk.models import User
from amends.insight.buckets import start
from amends.insight.charts import (
    Chart,
    contribution_chart,
    control_picture,
    outcome_chart,
)
from amends.insight.contribution import Contribution, Fact, Part, ranked
from amends.insight.control import ControlChart, Point, Reading, control_chart

WEEKS = {"12": "Last 12 weeks", "26": "Last 26 weeks", "52": "Last 52 weeks"}
DIMENSIONS = {"kind": "Kind", "cause": "Cause", "country": "Country", "channel": "Channel",
              "severity": "Severity", "party": "Customer or merchant"}
COMPARED = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One root cause: how many cases ended with it, and what was paid for them."""

    words: str
    cases: int
    share: int
    url: str


@dataclass(frozen=True, slots=True)
class InsightPage:
    """Everything that the page shows."""

    total: int
    arrivals: Chart | None
    change: Chart | None
    ended: Chart | None
    causes: tuple[CauseLine, ...]
    weeks: str
    by: str
    kind: str
    kinds: tuple[tuple[str, str], ...]


def insight_page(user: User, *, params: QueryDict, now: datetime) -> InsightPage:
    """The page for the weeks, the dimension and the kind that ``params`` ask for."""
    weeks = params.get("weeks", "26") if params.get("weeks", "26") in WEEKS else "26"
    by = params.get("by", "") if params.get("by", "") in DIMENSIONS else ""
    kind = params.get("kind", "") if params.get("kind", "") in set(Kind) else ""
    rows = _rows(user, now - timedelta(weeks=int(weeks)), kind)
    link = _linker(may(user, Act.SEE_CASES), kind)
    return InsightPage(
        total=len(rows), arrivals=_arrivals(rows, now, int(weeks), link) if rows else None,
        change=_change(rows, now, by, link) if rows else None, ended=_ended(rows, link),
        causes=_causes(rows, link), weeks=weeks, by=by, kind=kind,
        kinds=tuple((str(key), words) for key, words in KIND_WORDS.items()),
    )


Linker = Callable[..., str]


def _linker(linked: bool, kind: str) -> Linker:
    """Addresses of the cases behind a mark; empty for those who may not open cases."""

    def link(**filters: str) -> str:
        if not linked:
            return ""
        return "/cases?" + urlencode({"view": "all", **({"kind": kind} if kind else {}), **filters})

    return link


def _rows(user: User, since: datetime, kind: str) -> list[dict[str, Any]]:
    cases = counted_for(user).filter(opened_at__gte=since)
    if kind:
        cases = cases.filter(kind=kind)
    rows = cases.values("opened_at", "kind", "severity", "outcome", "state", "root_cause",
                        "party__country", "party__kind", "escalations__channel", "pk")
    once = {row["pk"]: dict(row) for row in rows.order_by("-opened_at")}
    return list(once.values())


def _arrivals(rows: list[dict[str, Any]], now: datetime, weeks: int, link: Linker) -> Chart:
    first = start(now.date() - timedelta(weeks=weeks - 1), "week")
    seen = Counter(start(row["opened_at"].date(), "week") for row in rows)
    begun = min(seen)
    days = [first + timedelta(weeks=n) for n in range(weeks)]
    whole = [day for day in days if day >= begun and day + timedelta(weeks=1) <= now.date()]
    chart = control_chart([Reading(day, seen.get(day, 0)) for day in whole])

    def cases(point: Point) -> str:
        return link(week=point.on.isoformat())

    return control_picture(chart, title=_arrivals_title(chart),
                           subtitle="Cases opened a week, whole weeks only", link=cases)


def _arrivals_title(chart: ControlChart) -> str:
    if not chart.enough:
        return "Too few weeks to tell a change from chance"
    if chart.shifted_on:
        return f"Cases come at another level since {chart.shifted_on.day} {chart.shifted_on:%B}"
    if chart.signals:
        last = chart.signals[-1]
        return f"The week of {last.on.day} {last.on:%B} was outside the expected range"
    return "Cases come as expected"


def _change(rows: list[dict[str, Any]], now: datetime, by: str, link: Linker) -> Chart | None:
    edge, begin = now - COMPARED, now - 2 * COMPARED
    after = [_fact(row) for row in rows if row["opened_at"] >= edge]
    before = [_fact(row) for row in rows if begin <= row["opened_at"] < edge]
    names = [DIMENSIONS[by]] if by else list(DIMENSIONS.values())
    found: list[Contribution] = ranked(before, after, names)
    if not found:
        return None
    change = found[0]
    keys = {title: key for key, title in DIMENSIONS.items()}

    def cases(part: Part) -> str:
        return link(**_filter(keys[part.dimension], part.value))

    sign = "more" if change.change >= 0 else "fewer"
    return contribution_chart(
        change, title=f"{abs(change.change)} {sign} cases in four weeks, by "
        f"{change.dimension.lower()}", subtitle=f"From {change.before} to {change.after}",
        link=cases,
    )


def _fact(row: dict[str, Any]) -> Fact:
    return Fact({
        "Kind": KIND_WORDS[Kind(row["kind"])], "Cause": _cause(row["root_cause"]),
        "Country": row["party__country"] or "Unknown", "Severity": str(row["severity"]),
        "Channel": row["escalations__channel"] or "Unknown", "Customer or merchant":
        row["party__kind"],
    })


def _cause(cause: str) -> str:
    return CAUSE_WORDS[Cause(cause)] if cause in set(Cause) else "Not closed yet"


def _filter(key: str, value: str) -> dict[str, str]:
    """The caseload's filter for one part; nothing where there is none."""
    kinds = {words: str(kind) for kind, words in KIND_WORDS.items()}
    causes = {words: str(cause) for cause, words in CAUSE_WORDS.items()}
    if key == "kind":
        return {"kind": kinds[value]}
    if key == "cause":
        return {"cause": causes[value]} if value in causes else {"view": "open"}
    return {key: value} if key in ("country", "channel", "severity") else {}


def _ended(rows: list[dict[str, Any]], link: Linker) -> Chart | None:
    outcomes = [*OUTCOME_WORDS.values(), "Open"]
    months: dict[date, Counter[str]] = {}
    for row in rows:
        closed = row["state"] == State.CLOSED and row["outcome"]
        words = OUTCOME_WORDS[Outcome(row["outcome"])] if closed else "Open"
        months.setdefault(row["opened_at"].date().replace(day=1), Counter())[words] += 1
    if not months:
        return None
    labels = {f"{month:%b %Y}": month for month in sorted(months)}
    keys = {words: str(outcome) for outcome, words in OUTCOME_WORDS.items()}

    def cases(bucket: str, outcome: str) -> str:
        filters = {"month": f"{labels[bucket]:%Y-%m}"}
        if outcome in keys:
            filters |= {"outcome": keys[outcome], "view": "closed"}
        elif outcome == "Open":
            filters["view"] = "open"
        return link(**filters)

    return outcome_chart([(label, months[month]) for label, month in labels.items()], outcomes,
                         title=_ended_title(rows), subtitle="Cases by the month they came in",
                         link=cases)


def _ended_title(rows: Iterable[dict[str, Any]]) -> str:
    ended = [row["outcome"] for row in rows if row["state"] == State.CLOSED]
    if not ended:
        return "No case of these weeks has ended yet"
    upheld = sum(1 for outcome in ended if outcome in (Outcome.UPHELD, Outcome.PARTLY_UPHELD))
    return f"{upheld} of {len(ended)} cases that ended were upheld"


def _causes(rows: list[dict[str, Any]], link: Linker) -> tuple[CauseLine, ...]:
    seen = Counter(row["root_cause"] for row in rows if row["root_cause"])
    most = max(seen.values(), default=1)
    return tuple(
        CauseLine(_cause(cause), count, round(count * 100 / most), link(cause=cause))
        for cause, count in seen.most_common(12)
    )
