"""Escalations by the file: each row a case, each good row kept, safe to repeat."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import TextIOBase
from typing import Any

from amends.casework.claims import Kind
from amends.casework.escalations import EscalationFacts
from amends.desk.access import Actor
from amends.desk.actions.cases import open_case
from amends.money import is_currency, parse_minor
from amends.problems import AmendsError, Problem

ROWS_AT_MOST = 50_000
NEEDED = ("external_id", "text")


@dataclass
class BulkResult:
    """How many escalations were opened, joined or known, and what was wrong with the others."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def bulk_intake(
    *, actor: Actor, now: datetime, file: TextIOBase, name: str,
    progress: Callable[[int], None] | None = None,
) -> BulkResult:
    """Open a case for every row of a CSV of escalations; a bad row is a Problem, the rest go on."""
    rows = csv.DictReader(file)
    missing = [column for column in NEEDED if column not in (rows.fieldnames or [])]
    if missing:
        raise AmendsError(Problem("error", f"The file has no column {', '.join(missing)}.",
                                  "Name the columns in the first line.", file=name, line=1))
    result = BulkResult()
    for row in _rows(rows, name, result):
        try:
            facts = facts_of(row, name=name, line=rows.line_num, now=now)
            opened = open_case(actor=actor, now=now, escalation=facts)
        except AmendsError as error:
            result.problems += error.problems
            result.counts["refused"] += 1
            continue
        result.counts[opened.how] += 1
        result.problems += opened.problems
        if progress:
            progress(sum(result.counts.values()))
    return result


def _rows(
    rows: csv.DictReader[str], name: str, result: BulkResult
) -> Iterator[dict[str, str | None]]:
    while sum(result.counts.values()) < ROWS_AT_MOST:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            result.problems.append(
                Problem("error", f"The line cannot be read: {error}.", "Check its quotes.",
                        file=name, line=rows.line_num)
            )
            result.counts["refused"] += 1
    result.problems.append(
        Problem("error", f"Only the first {ROWS_AT_MOST} rows were read.", "Split the file.",
                file=name, line=rows.line_num)
    )


def facts_of(
    row: dict[str, Any], *, name: str, line: int, now: datetime
) -> EscalationFacts:
    """One row as facts; AmendsError names the field that cannot be used."""

    def wrong(field_name: str, what: str, hint: str) -> AmendsError:
        return AmendsError(Problem("error", what, hint, file=name, line=line, field=field_name))

    value = {key: (text or "").strip() for key, text in row.items() if isinstance(key, str)}
    currency = value.get("currency", "").upper()
    if currency and not is_currency(currency):
        raise wrong("currency", f"{currency!r} is not a currency.", "Use a code such as EUR.")
    minor = None
    if value.get("amount"):
        try:
            minor = parse_minor(value["amount"], currency or "EUR")
        except AmendsError:
            minor = None
        if minor is None or minor < 0:
            raise wrong("amount", f"{value['amount']!r} is not an amount.", "Write it as 1234.56.")
    kind = value.get("kind", "")
    if kind and kind not in set(Kind):
        raise wrong("kind", f"There is no kind {kind!r}.", "Leave it out; it is found by triage.")
    try:
        received = datetime.fromisoformat(value["received_at"]) if value.get("received_at") else now
        facts = json.loads(value["facts"]) if value.get("facts") else []
    except ValueError as error:
        raise wrong("received_at or facts", f"Not readable: {error}.",
                    "received_at is an ISO instant, facts a JSON list.") from None
    if received.tzinfo is None:
        received = received.replace(tzinfo=UTC)
    words = ("channel", "external_ticket", "agent_email", "agent_name", "party_name", "party_email",
             "party_kind", "country", "language", "timezone", "tried", "asked", "promised", "text")
    given = {word: value[word] for word in words if value.get(word)}
    reference = value.get("order_reference") or value.get("reference") or ""
    return EscalationFacts(
        **{"text": "", **given}, external_id=value.get("external_id") or None,
        received_at=received, reference=reference, amount_minor=minor, currency=currency,
        kind=kind, facts=facts if isinstance(facts, list) else [],
    )
