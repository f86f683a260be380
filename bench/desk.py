"""The desk at 10,000 cases: server CPU per request and number of queries, page by page.

``--cases N`` for another size; ``--queries PAGE`` prints the statements of one page with their
times. Cases, claims, clocks, words, findings, decisions and events are laid down in bulk in a
database of its own; each page is then asked for through the whole of Django, in this process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

NOW = datetime(2026, 12, 1, 9, 24, tzinfo=UTC)
KINDS = ("double_charge", "refund_missing", "unauthorised_transaction", "payout_missing",
         "wrong_amount")
NAMES = ("Delia Marsh", "Jonas Weber", "Amara Diallo", "Sofia Rossi", "Henk de Vries", "Mei Tanaka",
         "Liam Byrne", "Oksana Koval", "Tariq Aziz", "Elin Berg")
WORDS = ("I was charged twice for order {ref} on the same evening and only one of them came back. "
         "The shop says it is with the bank, and the bank says it is with you. I need {amount} "
         "before the rent is due on the first, and I have now written four times about it.")
PAGES = {
    "caseload, mine": "/cases",
    "caseload, all open": "/cases?view=open",
    "caseload, by clock": "/cases?view=open&sort=due",
    "caseload, filtered": "/cases?view=open&kind=double_charge&severity=3",
    "caseload, last page": "/cases?view=all&page=200",
    "preview": "/cases/40/preview",
    "case": "/cases/40",
    "search, a name": "/cases?q=marsh",
    "search, a number": "/cases?q=AM-004711",
    "search, words": "/cases?q=charged+twice+marsh",
    "search, an amount": "/cases?q=47.11",
    "search, nothing": "/cases?q=zeppelin",
    "menu, a name": "/menu?q=koval&at=/cases/40",
}


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, 1000)):
        yield batch


def _lay(model: Any, rows: Iterator[Any]) -> None:
    for batch in _batches(rows):
        model.objects.bulk_create(batch)


def _people() -> list[Any]:
    from amends.desk.models import Team, User

    team = Team.objects.create(name="Payments escalations")
    people = [User(email=f"person{i}@northwind.example", name=f"Person {i}", role="specialist",
                   team=team) for i in range(10)]
    User.objects.bulk_create(people)
    return people


def _cases(count: int, people: list[Any]) -> None:
    """One open case in five, a fifth of those without an owner."""
    from amends.desk.models import Case, Party

    _lay(Party, (Party(name=f"{NAMES[i % 10]} {i // 10}", email=f"party{i}@example.org",
                       country="US") for i in range(count)))
    parties = list(Party.objects.order_by("pk").values_list("pk", flat=True))
    _lay(Case, (Case(
        number=i + 1, title=f"{KINDS[i % 5].replace('_', ' ').capitalize()} NW-{i:06d}",
        kind=KINDS[i % 5], severity=1 + i % 4, state="investigating" if i % 5 == 0 else "closed",
        outcome="" if i % 5 == 0 else "upheld", party_id=parties[i],
        owner=None if i % 25 == 0 else people[i % 10], team=people[0].team,
        reference=f"NW-{i:06d}", at_stake_minor=4000 + i, currency="EUR",
        cost_of_delay=i * 37 % 9000, root_cause="" if i % 5 == 0 else "captured_twice",
        opened_at=NOW - timedelta(hours=i % 1400 if i % 5 == 0 else i),
        touched_at=NOW - timedelta(minutes=i),
        next_due_at=NOW + timedelta(hours=i % 900), regimes=["us-reg-e"],
    ) for i in range(count)))


def _about(cases: list[Any]) -> None:
    """What hangs on each case: claim, words, four clocks, finding, decision, letter, events."""
    from amends.desk import models as m

    _lay(m.Claim, (m.Claim(case=c, kind=c.kind, reference=c.reference, currency="EUR",
                           amount_minor=c.at_stake_minor) for c in cases))
    _lay(m.Escalation, (m.Escalation(
        case=c, received_at=c.opened_at, agent_name="Agent Person",
        text=WORDS.format(ref=c.reference, amount=c.at_stake_minor)) for c in cases))
    _lay(m.Clock, (m.Clock(
        case=c, regime=regime, name=name, title=name.replace("_", " ").capitalize(), legal=legal,
        starts_on=c.opened_at.date(), due_on=(c.opened_at + timedelta(days=days)).date(),
        due_at=c.opened_at + timedelta(days=days),
        explanation={"rule": "10 business days", "counted": "business days of us-fed",
                     "citation": "12 CFR 1005.11(c)(1)", "skipped": []},
    ) for c in cases for regime, name, days, legal in (
        ("us-reg-e", "investigation_due", 14, True), ("us-reg-e", "result_notice_due", 17, True),
        ("target", "first_reply", 1, False), ("target", "solve", 14, False))))
    _lay(m.FindingRecord, (m.FindingRecord(
        case=c, kind="captured_twice", sentence="One order was captured twice.",
        confidence_percent=96, amount_minor=c.at_stake_minor, currency="EUR", found_at=NOW,
    ) for c in cases))
    _lay(m.Decision, (m.Decision(
        case=c, outcome="upheld", remedy="refund", amount_minor=c.at_stake_minor, currency="EUR",
        reasons=["One order was captured twice."], policy_version="2026.11", made_at=NOW,
    ) for c in cases))
    _lay(m.Message, (m.Message(
        case=c, subject="We are looking into it", body=WORDS.format(ref=c.reference, amount="it"),
        message_id=f"<{c.number}@northwind.example>", state="sent", made_at=c.opened_at,
    ) for c in cases))
    _lay(m.Event, (m.Event(
        stream=f"case:{c.number}", seq=seq, case=c, kind="act_done", actor="Person 1",
        at=c.opened_at + timedelta(hours=seq), summary="Something was done", previous="", hash="",
    ) for c in cases for seq in range(1, 13)))


def _trail() -> None:
    """The money trail of the case that is opened: eight steps and a broken link."""
    from amends.desk.models import Case, Clock, TraceRecord

    steps = [{"id": f"s{i}", "lane": "processor", "title": "Captured", "text": "ARN 7454",
              "at": "2026-11-20T10:00:00", "amount_minor": 4040, "currency": "EUR",
              "state": "plain", "file_sha256": "", "line": None} for i in range(8)]
    link = {"between": ["s3", "s4"], "what": "Captured twice", "sentence": "Captured twice."}
    claim = Case.objects.get(number=40).claims.get()
    TraceRecord.objects.create(claim=claim, drawn_at=NOW, trail={
        "sentence": "One order was captured twice.", "steps": steps, "broken_links": [link],
        "positions": [], "currency": "EUR", "sides": [], "list": [],
        "picture": {"width": 100, "height": 100, "lanes": [], "wires": [], "nodes": []}})
    first = Clock.objects.filter(name="investigation_due", case__state="investigating")
    cases = [Case(pk=clock.case_id, next_clock_id=clock.pk) for clock in first]
    Case.objects.bulk_update(cases, ["next_clock"], batch_size=500)
    Case.objects.filter(number=40).update(state="investigating")


def _measure(client: Any, address: str, times: int) -> tuple[float, float, list[Any], int]:
    """CPU milliseconds per request (p50, p95), the queries of one, and the bytes of its answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    taken = []
    for _ in range(times):
        start = time.process_time()
        answer = client.get(address)
        taken.append((time.process_time() - start) * 1000)
    if answer.status_code != 200:
        raise SystemExit(f"{address} gave {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    tails = statistics.quantiles(taken, n=20)
    return statistics.median(taken), tails[18], queries.captured_queries, len(answer.content)


def main() -> int:
    """Print one line a page: CPU p50 and p95 in ms, queries, kilobytes."""
    parser = argparse.ArgumentParser(prog="bench desk")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--queries", metavar="PAGE", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-bench-") as folder:
        os.environ |= {"AMENDS_DATA": folder, "AMENDS_SECRET_KEY": "only for this measurement",
                       "AMENDS_NOW": NOW.isoformat()}
        _run(options)
    return 0


def _run(options: argparse.Namespace) -> None:
    from amends.desk import commands

    commands.prepare()
    commands.migrate()
    from django.db import connection
    from django.test import Client

    from amends.desk.models import Case

    people = _people()
    _cases(options.cases, people)
    _about(list(Case.objects.all()))
    _trail()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(people[0],
                       backend="allauth.account.auth_backends.AuthenticationBackend")
    print(f"{options.cases:,} cases, {connection.vendor}, {options.times} requests a page\n")
    print(f"{'page':<22}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}{'kB':>7}")
    for page, address in PAGES.items():
        middle, tail, queries, size = _measure(client, address, options.times)
        print(f"{page:<22}{middle:>8.1f}{tail:>8.1f}{len(queries):>9}{size / 1000:>7.0f}")
        if page == options.queries:
            for query in queries:
                print(f"    {query['time']} s  {query['sql']}")
    connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
