"""Escalations by the file: each row a case, each good row kept, safe to repeat."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import TextIOBase
from itertools import chain
from typing import Any

from amends.casework.escalations import EscalationFacts
from amends.desk.access import Actor
from amends.desk.actions.cases import open_case
from amends.money import is_currency, parse_minor
from amends.problems import AmendsError, Problem

ROWS_AT_MOST = 50_000
NEEDED = ("external_id", "text")
_WORDS = (
    "text", "channel", "external_ticket", "agent_email", "agent_name", "party_name", "party_email",
    "party_kind", "country", "language", "timezone", "currency", "kind", "tried", "asked",
    "promised",
)
Row = dict[str, str]


@dataclass
class BulkResult:
    """How many escalations were opened, joined or known, and what was wrong with the others."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def bulk_intake(  # noqa: PLR0913
    *, actor: Actor, now: datetime, file: TextIOBase, name: str,
    progress: Callable[[int], None] | None = None, history: bool = False,
    rows_at_most: int = ROWS_AT_MOST,
) -> BulkResult:
    """Open a case for every row of a CSV of escalations; a bad row is a Problem, the rest go on.

    Commas or semicolons, with or without a byte order mark. With ``history`` each is opened at
    the instant it was received, not now. AmendsError when the first line does not name the columns.
    """
    result = BulkResult()
    for line, row in _rows(file, rows_at_most, result):
        try:
            facts = facts_of(row, now=now)
            opened = open_case(actor=actor, now=facts.received_at if history else now,
                               escalation=facts)
        except AmendsError as error:
            result.problems += _placed(error.problems, line)
            result.counts["refused"] += 1
            continue
        result.counts[opened.how] += 1
        result.problems += _placed(opened.problems, line)
        if progress:
            progress(sum(result.counts.values()))
    result.problems = [replace(problem, file=name) for problem in result.problems]
    return result


def _placed(problems: list[Problem] | tuple[Problem, ...], line: int) -> list[Problem]:
    return [replace(problem, line=line) for problem in problems]


def _rows(file: TextIOBase, at_most: int, result: BulkResult) -> Iterator[tuple[int, Row]]:
    """Each row by its column names, with the line it begins on; what is no row is a Problem."""
    first = file.readline().removeprefix("\ufeff")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(chain([first], file), delimiter=delimiter)
    columns = [column.strip() for column in next(reader, [])]
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise AmendsError(Problem("error", f"The file has no column {', '.join(missing)}.",
                                  "Name the columns in the first line.", line=1))
    read = 0
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            result.counts["refused"] += 1
            result.problems.append(Problem("error", f"The line cannot be read: {error}.",
                                           "Check its quotes.", line=line))
            continue
        if not any(value.strip() for value in values):
            continue
        if read == at_most:
            result.problems.append(Problem("error", f"Only the first {at_most:,} rows were read.",
                                           "Split the file.", line=line))
            return
        read += 1
        if len(values) > len(columns):
            result.counts["refused"] += 1
            result.problems.append(Problem("error", "The line has more fields than columns.",
                                           f"Put text that holds “{delimiter}” in quotes.",
                                           line=line))
            continue
        yield line, dict(zip(columns, values, strict=False))


def facts_of(row: Row, *, now: datetime) -> EscalationFacts:
    """One row as facts; AmendsError names the field that cannot be read."""
    value = {column: text.strip() for column, text in row.items()}
    currency = value.get("currency", "").upper()
    words = {word: value[word] for word in _WORDS if value.get(word)} | {"currency": currency}
    return EscalationFacts(
        **{"text": "", **words}, external_id=value.get("external_id") or None,
        received_at=_instant(value.get("received_at", ""), now),
        reference=value.get("order_reference") or value.get("reference") or "",
        amount_minor=_minor(value.get("amount", ""), currency), facts=_facts(value.get("facts")),
    )


def _minor(text: str, currency: str) -> int | None:
    if not text:
        return None
    if not is_currency(currency):
        raise AmendsError(Problem("error", "The amount has no currency that exists.",
                                  "Use a code such as EUR.", field="currency"))
    try:
        minor = parse_minor(text, currency)
    except AmendsError:
        minor = None
    if minor is None:
        raise AmendsError(Problem("error", f"{text[:40]!r} is not an amount in {currency}.",
                                  "Write it as 1234.56.", field="amount"))
    return minor


def _instant(text: str, now: datetime) -> datetime:
    """The instant; one without a time zone is UTC, none at all is now."""
    if not text:
        return now
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise AmendsError(Problem("error", f"{text[:40]!r} is no instant.",
                                  "Write it as 2026-11-23T09:00:00Z.",
                                  field="received_at")) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _facts(text: str | None) -> Any:
    if not text:
        return ()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise AmendsError(Problem("error", "The facts are no JSON.",
                                  'Write [{"regime": "us-reg-e", "facts": {...}}].',
                                  field="facts")) from None
