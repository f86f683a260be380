"""Reconciliation at the desk: a run, its breaks, their cases, one match side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.files import import_file
from amends.desk.actions.recon import cases_from_breaks, closing_day
from amends.desk.importing import import_everything
from amends.desk.jobs.worker import drain
from amends.desk.models import BreakRecord, Case, Event, Job, ReconRun, SourceFile
from amends.sample import Plan, make
from amends.sample.mappings import mappings
from amends.sources.columns import shape_of

LEDGER = (
    "ledger_id,booked_at,type,order_reference,amount,currency,account,method,last4,customer_id,"
    "device_id,note\n"
)
SETTLEMENT = (
    "line_id,created_at,settled_date,type,payment_id,merchant_reference,gross,fee,net,currency,"
    "payout_id,account,method,last4\n"
)
Desk = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def booked(number: int, order: str, amount: str, day: int = 2) -> str:
    """One ledger line."""
    return (f"{number},2026-11-{day:02}T09:{number % 60:02}:00Z,payment,{order},{amount},EUR,A1,"
            "visa,4242,c1,d1,\n")


def settled(number: int, order: str, amount: str, day: int = 3) -> str:
    """One settlement line."""
    return (f"{number},2026-11-02T09:{number % 60:02}:30Z,2026-11-{day:02},settlement,pay_{number},"
            f"{order},{amount},0.30,{float(amount) - 0.3:.2f},EUR,PO-1,A1,visa,4242\n")


def bring(folder: Path, name: str, text: str) -> SourceFile:
    """Import a file of one of the sample's shapes."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    mapping = mappings()[shape_of(path)]
    return import_file(actor=Actor("test"), now=clock.now(), path=path, name=name,
                       mapping=mapping).file


@pytest.fixture
def books(data_folder: Path, team: object) -> None:
    """Six orders: four settle, one with swapped digits, one twice; one is never settled."""
    orders = [(n, f"NW-1000-{n:04}", amount) for n, amount in
              enumerate(("12.50", "30.00", "198.40", "45.00", "77.10", "60.25"), start=1)]
    lines = [settled(1, "NW-1000-0001", "12.50"), settled(2, "NW-1000-0002", "30.00"),
             settled(3, "NW-1000-0003", "189.40"), settled(4, "NW-1000-0004", "45.00"),
             settled(5, "NW-1000-0005", "77.10"), settled(6, "NW-1000-0005", "77.10")]
    folder = data_folder / "sent"
    bring(folder, "ledger-2026-11-02.csv", LEDGER + "".join(booked(*order) for order in orders))
    bring(folder, "kestrel-settlement-2026-11-03.csv", SETTLEMENT + "".join(lines))
    bring(folder, "ledger-2026-11-20.csv", LEDGER + booked(9, "NW-1000-0009", "5.00", day=20))


def run_now(client: Client) -> ReconRun:
    """Press the button and let the worker work."""
    assert client.post("/recon/run").status_code == 302
    drain()
    run = ReconRun.objects.order_by("-pk").first()
    assert run is not None
    return run


@pytest.fixture
def reconciled(books: None, at_desk: Desk) -> ReconRun:
    """The books after one run."""
    return run_now(at_desk("analyst"))


def test_a_run_names_what_is_left(reconciled: ReconRun, at_desk: Desk) -> None:
    """Settled twice, digits swapped, never settled; the page groups them by cause."""
    assert reconciled.state == ReconRun.DONE
    assert reconciled.as_of == date(2026, 11, 21)
    kinds = set(BreakRecord.objects.values_list("kind", flat=True))
    assert {"transposed_digits", "duplicate_psp", "missing_in_psp", "timing_cutoff"} <= kinds
    page = at_desk("analyst").get("/recon").content.decode()
    for words in ("Digits swapped", "Settled twice", "Booked, not settled", "Control totals tie"):
        assert words in page


def test_every_entry_stands_once_in_the_waterfall(reconciled: ReconRun) -> None:
    """The states add up to the total, which is that of the control totals."""
    entries = dict(reconciled.summary["entries"])
    total = entries.pop("total")
    assert total == sum(entries.values()) == sum(reconciled.summary["rows"].values()) == 13


def test_swapped_digits_are_marked_side_by_side(reconciled: ReconRun, at_desk: Desk) -> None:
    """Only the characters that differ are marked; both lines are one click away."""
    found = BreakRecord.objects.get(kind="transposed_digits")
    page = at_desk("specialist").get(f"/recon/breaks/{found.pk}").content.decode()
    assert "1<mark>98</mark>.40" in page
    assert "1<mark>89</mark>.40" in page
    assert "differs from" in page
    for file in SourceFile.objects.filter(name__in=("ledger-2026-11-02.csv",
                                                    "kestrel-settlement-2026-11-03.csv")):
        assert f"/files/{file.sha256}/4?entry=" in page


def test_a_match_says_its_rule_score_and_reason(reconciled: ReconRun, at_desk: Desk) -> None:
    """The match page of an entry that was tied, and words for one that was not."""
    analyst = at_desk("analyst")
    found = BreakRecord.objects.get(kind="transposed_digits")
    page = analyst.get(f"/recon/runs/{reconciled.pk}/match/{found.ledger_entry}").content.decode()
    assert "Rule <b>Differs</b>" in page
    assert "Score" in page
    other = BreakRecord.objects.get(kind="missing_in_psp")
    page = analyst.get(f"/recon/runs/{reconciled.pk}/match/{other.ledger_entry}").content.decode()
    assert "This run tied nothing to that entry" in page


def test_a_break_that_hurts_opens_one_case_however_often_the_job_runs(
    reconciled: ReconRun,
) -> None:
    """Settled twice and swapped digits hurt a customer: two cases, also after a second run."""
    hurt = BreakRecord.objects.filter(hurts_customer=True)
    assert {b.case.reference for b in hurt if b.case} == {"NW-1000-0003", "NW-1000-0005"}
    Job.objects.filter(kind="cases_from_breaks").update(state=Job.READY)
    drain()
    cases_from_breaks(actor=Actor("test"), now=clock.now())
    assert Case.objects.count() == 2
    assert BreakRecord.objects.get(kind="missing_in_psp").case is None


def test_a_second_run_keeps_the_breaks_and_their_state(
    reconciled: ReconRun, at_desk: Desk,
) -> None:
    """The same files again: the same breaks, what was explained stays explained."""
    found = BreakRecord.objects.get(kind="missing_in_psp")
    analyst = at_desk("analyst")
    settle(analyst, found, "explained", "Collected in cash")
    before = BreakRecord.objects.count()
    run_now(analyst)
    assert BreakRecord.objects.count() == before
    found.refresh_from_db()
    assert found.state == BreakRecord.EXPLAINED
    assert found.first_run == reconciled
    assert Case.objects.count() == 2


def test_a_break_is_gone_when_its_other_half_arrives(
    reconciled: ReconRun, at_desk: Desk, data_folder: Path,
) -> None:
    """The missing settlement comes with a later file."""
    bring(data_folder / "sent", "kestrel-settlement-2026-11-05.csv",
          SETTLEMENT + settled(7, "NW-1000-0006", "60.25", day=5))
    run_now(at_desk("analyst"))
    assert BreakRecord.objects.get(kind="missing_in_psp").state == BreakRecord.GONE


def settle(client: Client, found: BreakRecord, state: str, reason: str) -> Any:
    """Explain, exclude or open again."""
    return client.post(f"/recon/breaks/{found.pk}/settle", {"state": state, "reason": reason},
                       follow=True)


def test_explaining_needs_a_reason_and_can_be_undone(
    reconciled: ReconRun, at_desk: Desk,
) -> None:
    """Without a reason nothing changes; with one it may be taken back; each is an event."""
    found = BreakRecord.objects.get(kind="missing_in_psp")
    analyst = at_desk("analyst")
    answer = settle(analyst, found, "excluded", "  ")
    assert answer.status_code == 422
    assert "A reason is needed" in answer.content.decode()
    page = settle(analyst, found, "excluded", "Test order").content.decode()
    assert "Undo" in page
    assert "Test order" in page
    found.refresh_from_db()
    assert found.state == BreakRecord.EXCLUDED
    assert "Excluded breaks" in analyst.get("/recon?state=excluded").content.decode()
    settle(analyst, found, "open", "")
    found.refresh_from_db()
    assert found.state == BreakRecord.OPEN
    assert list(Event.objects.filter(kind__startswith="break_").exclude(kind="break_joined")
                .order_by("pk").values_list("kind", flat=True)) == ["break_excluded", "break_open"]


def test_no_break_becomes_gone_by_hand(reconciled: ReconRun, at_desk: Desk) -> None:
    """Only a run says that a break is gone."""
    found = BreakRecord.objects.get(kind="missing_in_psp")
    assert settle(at_desk("analyst"), found, "gone", "x").status_code == 422


def test_a_specialist_opens_a_case_for_a_break(reconciled: ReconRun, at_desk: Desk) -> None:
    """The break joins it, a second press finds the same case, and an analyst may not."""
    found = BreakRecord.objects.get(kind="missing_in_psp")
    specialist = at_desk("specialist")
    for _ in range(2):
        answer = specialist.post(f"/recon/breaks/{found.pk}/case")
        assert answer.status_code == 302
    found.refresh_from_db()
    assert found.case is not None
    assert found.case.reference == "NW-1000-0006"
    assert Case.objects.count() == 3
    assert at_desk("analyst").post(f"/recon/breaks/{found.pk}/case").status_code == 403
    page = at_desk("analyst").get(f"/recon/breaks/{found.pk}").content.decode()
    assert "Worked in a case" in page
    assert found.case.label not in page


@pytest.mark.parametrize("role", ["agent", "administrator"])
def test_those_who_may_not_see_reconciliation(
    reconciled: ReconRun, at_desk: Desk, role: str,
) -> None:
    """403 on every page and act."""
    client = at_desk(role)
    pk, run = BreakRecord.objects.values_list("pk", flat=True)[0], reconciled.pk
    for url in ("/recon", f"/recon/runs/{run}", f"/recon/breaks/{pk}",
                f"/recon/runs/{run}/progress", f"/recon/runs/{run}/match/x"):
        assert client.get(url).status_code == 403, url
    for url in ("/recon/run", f"/recon/runs/{run}/stop", f"/recon/breaks/{pk}/settle",
                f"/recon/breaks/{pk}/case"):
        assert client.post(url).status_code == 403, url


@pytest.mark.parametrize("role", ["specialist", "auditor"])
def test_those_who_see_it_do_not_run_it(reconciled: ReconRun, at_desk: Desk, role: str) -> None:
    """No button, and the address refuses."""
    client = at_desk(role)
    assert "Run again" not in client.get("/recon").content.decode()
    assert client.post("/recon/run").status_code == 403
    assert ReconRun.objects.count() == 1


def test_a_cancelled_run_leaves_the_breaks_as_they_were(
    reconciled: ReconRun, at_desk: Desk,
) -> None:
    """Cancelled before the worker took it: it ends so, and the page says so."""
    lead = at_desk("team_lead")
    before = list(BreakRecord.objects.order_by("pk").values())
    lead.post("/recon/run")
    waiting = ReconRun.objects.get(state=ReconRun.QUEUED)
    assert "waits for the worker" in lead.get("/recon").content.decode()
    assert "HX-Refresh" not in lead.get(f"/recon/runs/{waiting.pk}/progress").headers
    lead.post(f"/recon/runs/{waiting.pk}/stop")
    drain()
    waiting.refresh_from_db()
    assert waiting.state == ReconRun.CANCELLED
    assert list(BreakRecord.objects.order_by("pk").values()) == before
    assert lead.get(f"/recon/runs/{waiting.pk}/progress").headers["HX-Refresh"] == "true"
    assert "was cancelled" in lead.get("/recon").content.decode()


def test_asking_twice_is_one_run(books: None, at_desk: Desk) -> None:
    """Two presses of the button before the worker comes."""
    analyst = at_desk("analyst")
    analyst.post("/recon/run")
    analyst.post("/recon/run")
    assert ReconRun.objects.count() == 1


def test_without_a_ledger_the_run_says_what_is_missing(at_desk: Desk) -> None:
    """A run with nothing to reconcile fails with words."""
    analyst = at_desk("analyst")
    assert "Nothing is imported yet" in analyst.get("/recon").content.decode()
    run = run_now(analyst)
    assert run.state == ReconRun.FAILED
    assert "No ledger file is imported yet" in analyst.get("/recon").content.decode()


def test_coverage_shows_missing_doubled_and_empty_days(
    books: None, at_desk: Desk, data_folder: Path,
) -> None:
    """Between the two ledger files days are missing; one comes twice, one without entries."""
    bring(data_folder / "sent", "ledger-2026-11-20.csv",
          LEDGER + booked(11, "NW-1000-0011", "7.00", day=20))
    bring(data_folder / "sent", "ledger-2026-11-19.csv", LEDGER)
    page = at_desk("analyst").get("/recon").content.decode()
    assert "in twice" in page
    assert "in, without entries" in page
    assert "missing, 1 doubled, 1 empty" in page


def test_filters_and_pages_stand_in_the_address(reconciled: ReconRun, at_desk: Desk) -> None:
    """Kind, age, reference; a filter that fits nothing says so."""
    analyst = at_desk("analyst")
    page = analyst.get("/recon?kind=duplicate_psp").content.decode()
    rows = page[page.index('id="breaks"'):]
    assert "NW-1000-0005" in rows
    assert "NW-1000-0003" not in rows
    assert "No break fits" in analyst.get("/recon?age=1&kind=duplicate_psp").content.decode()
    assert "NW-1000-0003" in analyst.get("/recon?q=0003").content.decode()
    assert analyst.get("/recon?kind=nonsense&page=x&break=y&state=z").status_code == 200


def test_reports_close_after_the_newest_file(books: None) -> None:
    """Old files are judged as of their own end, not of today."""
    assert closing_day(date(2027, 6, 1)) == date(2026, 11, 21)
    assert closing_day(date(2026, 11, 3)) == date(2026, 11, 3)


def test_the_page_asks_few_questions(
    reconciled: ReconRun, at_desk: Desk, django_assert_max_num_queries: Any,
) -> None:
    """However many breaks there are."""
    client = at_desk("specialist")
    with django_assert_max_num_queries(20):
        assert client.get("/recon").status_code == 200


def test_a_sample_folder_comes_in_whole_and_only_once(
    tmp_path: Path, data_folder: Path, team: object,
) -> None:
    """Files, mappings, fees, escalations and the run; the same folder again changes nothing."""
    folder = tmp_path / "northwind"
    make(folder, Plan(days=21, payments=300, escalations=4))
    first = import_everything(folder, lambda words: None)
    assert all(file["new"] for file in first["files"])
    assert first["escalations"]["opened"] == 4
    assert (data_folder / "fee-schedule.csv").read_bytes() == (
        folder / "files" / "fee-schedule.csv").read_bytes()
    run = ReconRun.objects.get()
    assert run.state == ReconRun.DONE
    assert run.summary["rows"]["bank"] > 0
    counts = (SourceFile.objects.count(), Case.objects.count(), BreakRecord.objects.count())
    second = import_everything(folder, lambda words: None)
    assert not any(file["new"] for file in second["files"])
    assert counts == (SourceFile.objects.count(), Case.objects.count(),
                      BreakRecord.objects.count())
    assert ReconRun.objects.count() == 1
