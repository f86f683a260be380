"""The Reconciliation page: the last run, its waterfall, breaks by cause and age, the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Abs
from django.http import QueryDict

from amends.desk.access import breaks_for, cases_for, runs_for
from amends.desk.models import BreakRecord, ReconRun, User
from amends.desk.queries.recon_picture import Picture, picture
from amends.recon.breaks import BREAK_WORDS

ROWS_A_PAGE = 40
CARRIED = "timing_cutoff"
AGES: tuple[tuple[str, str, int, int], ...] = (
    ("1", "0–1 d", 0, 1), ("5", "2–5 d", 2, 5), ("10", "6–10 d", 6, 10),
    ("old", "older", 11, 100_000),
)
STATES = {BreakRecord.OPEN: "Open", BreakRecord.EXPLAINED: "Explained",
          BreakRecord.EXCLUDED: "Excluded", BreakRecord.GONE: "Gone"}
SORTS = {"age": ("Oldest", ("-age_days", "pk")), "amount": ("Largest", ("-size", "pk")),
         "reference": ("Reference", ("reference", "pk"))}
SIDE_WORDS = {"ledger": "Ledger", "psp": "Processor", "bank": "Bank"}


@dataclass(frozen=True, slots=True)
class AgeCell:
    """How many breaks of an age; ``depth`` 0 to 3 says how deep its amber is."""

    key: str
    count: int
    depth: int


@dataclass(frozen=True, slots=True)
class Group:
    """Open breaks of one cause."""

    kind: str
    title: str
    cause: str
    count: int
    amounts: tuple[tuple[int, str], ...]
    more_currencies: str
    ages: tuple[AgeCell, ...]
    cases: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class BreakRow:
    """One break of the list."""

    pk: int
    title: str
    reference: str
    reason: str
    delta_minor: int
    currency: str
    age_days: int
    depth: int
    state: str
    case_number: int | None
    case_label: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of the list."""

    pk: int
    as_of: Any
    asked_at: Any
    by: str
    state: str
    words: str
    seconds: float | None
    breaks: int | None


@dataclass(frozen=True, slots=True)
class ReconPage:
    """Everything on the page but the coverage and the break beside it."""

    run: ReconRun | None
    waiting: ReconRun | None
    failed: ReconRun | None
    picture: Picture | None
    entries: int
    totals_words: str
    open_amounts: tuple[tuple[int, str], ...]
    groups: tuple[Group, ...]
    age_totals: tuple[AgeCell, ...]
    open_count: int
    case_count: int
    rows: tuple[BreakRow, ...]
    total: int
    filters: tuple[tuple[str, str], ...]
    list_title: str
    state: str
    sort: str
    query: str
    page: int
    pages: int
    older: str
    newer: str
    runs: tuple[RunRow, ...]


def recon_page(user: User, params: QueryDict) -> ReconPage:
    """The page that ``params`` (kind, age, state, q, sort, page) ask for."""
    runs = list(runs_for(user).select_related("started_by").order_by("-pk")[:12])
    run = next((r for r in runs if r.state == ReconRun.DONE), None)
    newest = runs[0] if runs else None
    breaks = breaks_for(user)
    groups = _groups(breaks, params)
    rows, total, page, pages, filters = _list(user, breaks, params)
    kind, state = _kind(params), _state(params)
    return ReconPage(
        run=run, waiting=newest if newest and newest.state in _WAITING else None,
        failed=newest if newest and newest.state in _STOPPED else None,
        picture=_picture(breaks, run, groups) if run else None,
        entries=run.summary.get("entries", {}).get("total", 0) if run else 0,
        totals_words=totals_words(run) if run else "",
        open_amounts=_amounts([pair for group in groups for pair in group.amounts]),
        groups=groups, age_totals=_age_totals(groups),
        open_count=sum(group.count for group in groups),
        case_count=sum(group.cases for group in groups),
        rows=rows, total=total, filters=filters,
        list_title=BREAK_WORDS[kind].title if kind else f"{STATES[state]} breaks",
        state=state, sort=_sort(params), query=params.get("q", ""), page=page, pages=pages,
        older=_address(params, page=page + 1) if page < pages else "",
        newer=_address(params, page=page - 1) if page > 1 else "",
        runs=tuple(run_row(r) for r in runs),
    )


_WAITING = (ReconRun.QUEUED, ReconRun.RUNNING)
_STOPPED = (ReconRun.FAILED, ReconRun.CANCELLED)


def _kind(params: QueryDict) -> str:
    kind = params.get("kind", "")
    return kind if kind in BREAK_WORDS else ""


def _state(params: QueryDict) -> str:
    state = params.get("state", "")
    return state if state in STATES else BreakRecord.OPEN


def _sort(params: QueryDict) -> str:
    sort = params.get("sort", "")
    return sort if sort in SORTS else "age"


def _groups(breaks: QuerySet[BreakRecord], params: QueryDict) -> tuple[Group, ...]:
    """Open breaks by cause, those that cost most first; what is in transit is no break."""
    ages = {f"age_{key}": Count("pk", filter=Q(age_days__gte=low, age_days__lte=high))
            for key, _, low, high in AGES}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in breaks.filter(state=BreakRecord.OPEN).exclude(kind=CARRIED).values(
        "kind", "currency"
    ).annotate(n=Count("pk"), size=Sum(Abs("delta_minor")),
               cases=Count("case", distinct=True), **ages):
        found.setdefault(row["kind"], []).append(row)
    deepest = max((sum(row[name] for row in rows) for rows in found.values() for name in ages),
                  default=0)
    groups = [_group(kind, rows, deepest, params) for kind, rows in found.items()]
    return tuple(sorted(groups, key=lambda g: (-sum(minor for minor, _ in g.amounts), g.kind)))


def _group(kind: str, rows: list[Mapping[str, Any]], deepest: int, params: QueryDict) -> Group:
    amounts = sorted(((row["size"], row["currency"]) for row in rows), reverse=True)
    words = BREAK_WORDS[kind]
    return Group(
        kind=kind, title=words.title, cause=words.likely_cause, count=sum(r["n"] for r in rows),
        amounts=tuple(amounts),
        more_currencies=", ".join(currency for _, currency in amounts[1:]),
        ages=tuple(_age(key, sum(row[f"age_{key}"] for row in rows), deepest)
                   for key, *_ in AGES),
        cases=sum(row["cases"] for row in rows), href=_address(params, drop=("age",), kind=kind),
        chosen=_kind(params) == kind,
    )


def _age(key: str, count: int, deepest: int) -> AgeCell:
    depth = 0 if not count else 1 + (count * 3 > deepest) + (count * 3 > deepest * 2)
    return AgeCell(key, count, depth)


def _age_totals(groups: tuple[Group, ...]) -> tuple[AgeCell, ...]:
    return tuple(AgeCell(key, sum(group.ages[place].count for group in groups), 0)
                 for place, (key, *_) in enumerate(AGES))


def _amounts(pairs: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    sums: dict[str, int] = {}
    for minor, currency in pairs:
        sums[currency] = sums.get(currency, 0) + minor
    return tuple(sorted(((minor, currency) for currency, minor in sums.items()), reverse=True))


def _picture(breaks: QuerySet[BreakRecord], run: ReconRun,
             groups: tuple[Group, ...]) -> Picture | None:
    states = run.summary.get("entries")
    if not states:
        return None
    settled = breaks.filter(
        run=run, state__in=(BreakRecord.EXPLAINED, BreakRecord.EXCLUDED)
    ).exclude(kind=CARRIED).values_list("ledger_entry", "line_entry", "bank_entry")
    entries = {entry for row in settled for entry in row if entry}
    kinds = sorted(((g.kind, g.title, g.count) for g in groups), key=lambda k: (-k[2], k[0]))
    return picture(states, settled=len(entries), open_kinds=kinds)


def totals_words(run: ReconRun) -> str:
    """The control totals of a run in a sentence."""
    entries, totals = run.summary.get("rows", {}), run.summary.get("totals", [])
    currencies = {line["currency"] for line in totals}
    return (f"Control totals tie: {sum(entries.values()):,} entries, "
            f"{sum(1 for n in entries.values() if n)} sides, {len(currencies)} "
            f"currenc{'y' if len(currencies) == 1 else 'ies'}")


def _list(
    user: User, breaks: QuerySet[BreakRecord], params: QueryDict
) -> tuple[tuple[BreakRow, ...], int, int, int, tuple[tuple[str, str], ...]]:
    kind, state, query = _kind(params), _state(params), params.get("q", "").strip()
    filters: list[tuple[str, str]] = []
    found = breaks.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
        filters.append((BREAK_WORDS[kind].title, _address(params, drop=("kind",))))
    else:
        found = found.exclude(kind=CARRIED)
    for key, words, low, high in AGES:
        if params.get("age") == key:
            found = found.filter(age_days__gte=low, age_days__lte=high)
            filters.append((f"Age {words}", _address(params, drop=("age",))))
    if query:
        found = found.filter(Q(reference__icontains=query) | Q(payout_id__icontains=query))
        filters.append((f"“{query}”", _address(params, drop=("q",))))
    if state != BreakRecord.OPEN:
        filters.append((STATES[state], _address(params, drop=("state",))))
    counted = found.aggregate(n=Count("pk"), oldest=Max("age_days"))
    pages = max(1, -(-counted["n"] // ROWS_A_PAGE))
    wanted = params.get("page", "")
    page = min(max(1, int(wanted) if wanted.isdigit() and len(wanted) < 7 else 1), pages)
    ordered = found.annotate(size=Abs("delta_minor")).order_by(*SORTS[_sort(params)][1])
    rows = list(ordered.select_related("case")[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE])
    visible = _visible(user, rows)
    return (tuple(_row(row, visible) for row in rows), counted["n"], page, pages, tuple(filters))


def _visible(user: User, rows: Sequence[BreakRecord]) -> set[int]:
    """Which of the rows' cases this person may open."""
    wanted = {row.case_id for row in rows if row.case_id}
    return set(cases_for(user).filter(pk__in=wanted).values_list("pk", flat=True))


def _row(found: BreakRecord, visible: set[int]) -> BreakRow:
    depth = next(place for place, (_, _, low, high) in enumerate(AGES)
                 if low <= found.age_days <= high)
    case = found.case if found.case_id in visible else None
    return BreakRow(
        pk=found.pk, title=BREAK_WORDS[found.kind].title,
        reference=found.reference or found.account, reason=found.reason,
        delta_minor=found.delta_minor, currency=found.currency, age_days=found.age_days,
        depth=depth, state=found.get_state_display(), case_number=case.number if case else None,
        case_label=case.label if case else "",
    )


def _address(params: QueryDict, *, drop: tuple[str, ...] = (), page: int | None = None,
             **more: str) -> str:
    gone = (*drop, "page", "break", "settled")
    kept = {key: value for key, value in params.items() if key not in gone} | more
    if page is not None:
        kept["page"] = str(page)
    return "?" + urlencode(kept)


def run_row(run: ReconRun) -> RunRow:
    """One run in words."""
    words = {ReconRun.QUEUED: "waiting", ReconRun.RUNNING: run.progress or "running",
             ReconRun.FAILED: run.error, ReconRun.CANCELLED: "cancelled, nothing was changed",
             ReconRun.DONE: "totals tie"}[run.state]
    breaks = None
    if run.state == ReconRun.DONE:
        breaks = sum(n for kind, n in run.summary.get("breaks", {}).items() if kind != CARRIED)
    seconds = None
    if run.started_at and run.finished_at:
        seconds = (run.finished_at - run.started_at) / timedelta(seconds=1)
    return RunRow(run.pk, run.as_of, run.asked_at, str(run.started_by or "import"), run.state,
                  words, seconds, breaks)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The control total of one side and currency: rows and minor units, and each state's."""

    side: str
    currency: str
    rows: int
    minor: int
    states: tuple[tuple[int, int], ...]


def control_totals(run: ReconRun) -> tuple[TotalRow, ...]:
    """Control totals by side and currency, accounts together; the states add up to the total."""
    names = ("matched", "proposed", "breaks", "excluded", "carried")
    sums: dict[tuple[str, str], list[int]] = {}
    for line in run.summary.get("totals", []):
        row = sums.setdefault((line["side"], line["currency"]), [0] * (2 + 2 * len(names)))
        for place, name in enumerate(("total", *names)):
            row[2 * place] += line[name]["rows"]
            row[2 * place + 1] += line[name]["minor"]
    return tuple(
        TotalRow(SIDE_WORDS.get(side, side), currency, row[0], row[1],
                 tuple((row[n], row[n + 1]) for n in range(2, len(row), 2)))
        for (side, currency), row in sums.items()
    )


@dataclass(frozen=True, slots=True)
class BreakPage:
    """One break with its words, its case, and what may be done."""

    found: BreakRecord
    title: str
    cause: str
    case_number: int | None
    case_label: str
    hidden_case: bool
    first_seen: Any


def break_page(user: User, found: BreakRecord) -> BreakPage:
    """The page of a break that ``user`` may see; its case only if they may open that."""
    visible = _visible(user, [found])
    case = found.case if found.case_id in visible else None
    words = BREAK_WORDS[found.kind]
    return BreakPage(
        found=found, title=words.title, cause=words.likely_cause,
        case_number=case.number if case else None, case_label=case.label if case else "",
        hidden_case=bool(found.case_id) and case is None, first_seen=found.first_run.as_of,
    )
