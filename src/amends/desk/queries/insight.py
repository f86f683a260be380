"""Insight: what came in, what changed and why, how it ended; each mark opens its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import QueryDict

from amends.casework.claims import KIND_WORDS, Kind
from amends.casework.findings import CAUSE_WORDS, Cause
from amends.casework.states import OUTCOME_WORDS, Outcome, State
from amends.desk.access import Act, counted_for, may
from amends.desk.models import User
from amends.insight.buckets import start
from amends.insight.charts import Chart, control_picture, outcome_chart
from amends.insight.contribution import Contribution, Fact, ranked
from amends.insight.control import ControlChart, Point, Reading, control_chart

WEEKS = {"12": "Last 12 weeks", "26": "Last 26 weeks", "52": "Last 52 weeks"}
DIMENSIONS = {"kind": "Kind", "cause": "Cause", "country": "Country", "channel": "Channel",
              "severity": "Severity", "party": "Customer or merchant"}
FEW_WEEKS, SATURDAY = 8, 5
Step = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One root cause: how many cases ended with it, and what was paid for them."""

    words: str
    cases: int
    share: int
    url: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One part of a change: before, after, its bar's length in per cent, and its cases."""

    words: str
    before: int
    after: int
    change: int
    length: int
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two periods of equal length, by the dimension that tells most."""

    title: str
    subtitle: str
    dimension: str
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class InsightPage:
    """Everything that the page shows."""

    total: int
    arrivals: Chart | None
    change: Change | None
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
    """Cases opened a week, or a day while there are too few weeks to judge."""
    begun = min(row["opened_at"] for row in rows).date()
    step: Step = "week" if now.date() - begun >= timedelta(weeks=FEW_WEEKS) else "day"
    seen = Counter(_begin(row["opened_at"].date(), step) for row in rows)
    length = timedelta(weeks=1) if step == "week" else timedelta(days=1)
    first = max(_begin(begun, step), _begin(now.date() - timedelta(weeks=weeks), step))
    days, day = [], first
    while day + length <= now.date():
        days.append(day)
        day += length
    if step == "day":
        days = [day for day in days if day.weekday() < SATURDAY]
    chart = control_chart([Reading(day, seen.get(day, 0)) for day in days])

    def cases(point: Point) -> str:
        return link(**{step: point.on.isoformat()})

    unit = "week, whole weeks only" if step == "week" else "working day"
    return control_picture(chart, title=_arrivals_title(chart),
                           subtitle=f"Cases opened a {unit}", link=cases)


def _begin(day: date, step: Step) -> date:
    return start(day, "week") if step == "week" else day


def _arrivals_title(chart: ControlChart) -> str:
    if not chart.enough:
        return "Too short a time to tell a change from chance"
    if chart.shifted_on:
        return f"Cases come at another level since {chart.shifted_on.day} {chart.shifted_on:%B}"
    if chart.signals:
        last = chart.signals[-1]
        return f"{last.on.day} {last.on:%B} was outside the expected range"
    return "Cases come as expected"


def _change(rows: list[dict[str, Any]], now: datetime, by: str, link: Linker) -> Change | None:
    """The last four weeks against the four before, or halves of what there is when less."""
    begun = min(row["opened_at"] for row in rows)
    span = min(timedelta(weeks=4), timedelta(days=max(1, (now - begun).days // 2)))
    edge, begin = now - span, now - 2 * span
    after = [_fact(row) for row in rows if row["opened_at"] >= edge]
    before = [_fact(row) for row in rows if begin <= row["opened_at"] < edge]
    names = [DIMENSIONS[by]] if by else list(DIMENSIONS.values())
    found: list[Contribution] = ranked(before, after, names)
    if not found:
        return None
    change = found[0]
    keys = {title: key for key, title in DIMENSIONS.items()}
    most = max((abs(part.change) for part in change.parts), default=0) or 1
    sign = "more" if change.change >= 0 else "fewer"
    return Change(
        title=f"{abs(change.change)} {sign} cases in the last {span.days} days, "
        f"by {change.dimension.lower()}",
        subtitle=f"From {change.before} in the {span.days} days before to {change.after}",
        dimension=change.dimension,
        lines=tuple(
            ChangeLine(part.value, part.before, part.after, part.change,
                       round(abs(part.change) * 100 / most),
                       link(**_filter(keys[part.dimension], part.value)))
            for part in change.parts[:10]
        ),
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
