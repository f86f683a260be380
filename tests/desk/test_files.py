"""Files come in by the page: read once, figures and problems shown, every line one click away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Evidence, Job, Mapping, SourceFile, Upload

CARD = "4111111111111111"
LEDGER = (
    "ledger_id,booked_at,type,order_reference,amount,currency\n"
    "1,2026-11-02T09:00:00Z,payment,NW-1000-0001,12.50,EUR\n"
    "2,2026-11-02T09:05:00Z,payment,NW-1000-0002,30.00,EUR\n"
    "3,2026-11-02T09:10:00Z,refund,NW-1000-0001,-12.50,EUR\n"
)
EVENTS = (
    "event_id,created_at,type,payment_id,amount,currency,card_number\n"
    f"e1,2026-11-02T09:00:00Z,capture,pay_1,12.50,EUR,{CARD}\n"
)
MT940 = (
    ":20:NORTHWIND\n:25:GB03NWPY20441100001730\n:28C:1/1\n:60F:C261101GBP100,00\n"
    ":61:2611021102CR25,00NTRFPO-1//B1\n:86:PAYOUT PO-1\n:62F:C261102GBP125,00\n"
)
Desk = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def sent(text: str | bytes, name: str) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def send(client: Client, *files: SimpleUploadedFile, to: str = "/files/send") -> Any:
    """Send files in one form; gives the page that follows."""
    return client.post(to, {"files": list(files)}, follow=True)


def test_several_files_are_read_and_their_figures_shown(at_desk: Desk) -> None:
    """Sent, read by the worker, shown with entries, sums and a link to each file."""
    analyst = at_desk("analyst")
    page = send(analyst, sent(MT940, "bank-gbp-2026-11-02.sta"), sent(MT940 + " ", "again.sta"))
    assert "2 files: 2 to go" in page.content.decode()
    assert "hx-get" in page.content.decode()
    drain()
    batch = Upload.objects.values_list("batch", flat=True)[0]
    fragment = analyst.get(f"/files/drops/{batch}").content.decode()
    assert "2 files: 2 read" in fragment
    assert "25.00" in fragment
    assert 'hx-trigger="load' not in fragment
    page = analyst.get("/files").content.decode()
    assert "bank-gbp-2026-11-02.sta" in page
    assert "Mon 2 Nov" in page


def test_the_same_file_twice_changes_nothing_and_says_so(at_desk: Desk, data_folder: Path) -> None:
    """The second time is known already, under whatever name; register and lake stay as they are."""
    analyst = at_desk("analyst")
    send(analyst, sent(MT940, "first.sta"))
    drain()
    before = {path: path.stat().st_mtime_ns for path in (data_folder / "lake").rglob("*.parquet")}
    send(analyst, sent(MT940, "second.sta"))
    drain()
    page = analyst.get(f"/files?drop={Upload.objects.last().batch}").content.decode()  # type: ignore[union-attr]
    assert "1 file: 1 known already" in page
    assert "Known already as first.sta" in page
    assert "Nothing was changed" in page
    assert SourceFile.objects.count() == 1
    after = {path: path.stat().st_mtime_ns for path in (data_folder / "lake").rglob("*.parquet")}
    assert after == before


def choose(client: Client, upload: Upload, **columns: str) -> Any:
    """Keep the suggested columns, corrected by what is named."""
    return client.post(f"/files/columns/{upload.pk}", {"keep": "1", **columns}, follow=True)


def test_columns_are_suggested_corrected_and_remembered(at_desk: Desk) -> None:
    """A CSV of a new shape waits; what a person chose reads it, and the next one by itself."""
    analyst = at_desk("analyst")
    send(analyst, sent(LEDGER, "ledger-2026-11-02.csv"))
    drain()
    upload = Upload.objects.get()
    assert upload.state == Upload.COLUMNS
    page = analyst.get(f"/files/columns/{upload.pk}").content.decode()
    assert re.search(r'<option value="amount" selected>amount', page)
    assert "the first 3 rows say" in page
    preview = analyst.post(f"/files/columns/{upload.pk}", {"amount": "", "credit": ""},
                           headers={"hx-request": "true"}).content.decode()
    assert "no column holds the amount" in preview
    choose(analyst, upload, side="ledger", value_0="payment", kind_0="order", value_1="refund",
           kind_1="refund", ref_order="order_reference")
    drain()
    file = SourceFile.objects.get()
    assert (file.side, file.entries) == ("ledger", 3)
    assert Mapping.objects.get().columns["references"]["order"] == "order_reference"
    send(analyst, sent(LEDGER.replace("-02T", "-03T"), "ledger-2026-11-03.csv"))
    drain()
    assert SourceFile.objects.filter(side="ledger").count() == 2


def test_files_of_one_shape_need_their_columns_once(at_desk: Desk) -> None:
    """Dropped together, one choice reads them all; one of another shape goes on waiting."""
    analyst = at_desk("analyst")
    send(analyst, sent(LEDGER, "ledger-2026-11-02.csv"), sent(EVENTS, "events.csv"),
         sent(LEDGER.replace("-02T", "-03T"), "ledger-2026-11-03.csv"))
    drain()
    assert Upload.objects.filter(state=Upload.COLUMNS).count() == 3
    choose(analyst, Upload.objects.order_by("pk")[0], side="ledger")
    drain()
    assert SourceFile.objects.count() == 2
    assert Upload.objects.get(state=Upload.COLUMNS).name == "events.csv"


def test_a_file_that_waits_may_be_left_out(at_desk: Desk, data_folder: Path) -> None:
    """Nothing of it stays, and the list says who left it out."""
    analyst = at_desk("analyst")
    send(analyst, sent(LEDGER, "odd.csv"))
    drain()
    page = analyst.post(f"/files/columns/{Upload.objects.get().pk}", {"leave": "1"}, follow=True)
    assert "was left out by Analyst Person" in page.content.decode()
    assert not any((data_folder / "incoming").iterdir())


def test_a_table_without_an_amount_waits_for_a_person(at_desk: Desk) -> None:
    """Nothing looks like an amount: the page asks, and cannot be kept before one is chosen."""
    analyst = at_desk("analyst")
    send(analyst, sent("day,thing,worth\n2026-11-02,tea,x\n2026-11-03,tin,y\n", "odd.csv"))
    drain()
    upload = Upload.objects.get()
    assert upload.state == Upload.COLUMNS
    assert "no column holds the amount" in choose(analyst, upload).content.decode()
    upload.refresh_from_db()
    assert upload.state == Upload.COLUMNS


def test_a_broken_line_is_a_problem_and_the_rest_is_in(at_desk: Desk) -> None:
    """Line and field of what is wrong stand beside the file; the other entries are read."""
    analyst = at_desk("analyst")
    broken = LEDGER + "4,2026-11-02T09:15:00Z,payment,NW-1000-0004,twelve,EUR\nbad line\n"
    send(analyst, sent(LEDGER, "good.csv"))
    drain()
    choose(analyst, Upload.objects.get(), side="ledger")
    send(analyst, sent(broken, "broken.csv"))
    drain()
    file = SourceFile.objects.get(name="broken.csv")
    assert file.entries >= 3
    assert {problem["line"] for problem in file.problems} == {5, 6}
    page = analyst.get(f"/files/{file.sha256}").content.decode()
    assert "twelve" in page
    assert "2 of its lines could not be read" in page
    listed = analyst.get("/files?problems=1").content.decode()
    assert "broken.csv" in listed
    assert "good.csv" not in listed


def test_a_card_number_is_never_stored_in_clear(at_desk: Desk, data_folder: Path) -> None:
    """Not while the file waits, not after it is read, not on any page, not in the database."""
    def clear() -> list[str]:
        rows = json.dumps([list(SourceFile.objects.values("problems", "mapping", "statements")),
                           list(Upload.objects.values("problems", "mapping", "name")),
                           list(Job.objects.values("payload", "error"))])
        found = [str(path) for path in data_folder.rglob("*") if path.is_file()
                 and CARD.encode() in path.read_bytes()]
        return found + (["the database"] if CARD in rows else [])

    analyst = at_desk("analyst")
    send(analyst, sent(EVENTS, "kestrel-events-2026-11-02.csv"))
    assert any((data_folder / "incoming").iterdir())
    assert clear() == []
    drain()
    upload = Upload.objects.get()
    assert CARD not in analyst.get(f"/files/columns/{upload.pk}").content.decode()
    choose(analyst, upload, ref_card="card_number")
    drain()
    file = SourceFile.objects.get()
    assert clear() == []
    assert not any((data_folder / "incoming").iterdir())
    page = analyst.get(f"/files/{file.sha256}/2").content.decode()
    assert CARD not in page
    assert "411111****1111" in page
    assert "card_" in page


@pytest.mark.parametrize(("name", "content", "words"), [
    ("statement.pdf", b"%PDF-1.7 x", "is a PDF"),
    ("picture.png", b"\x89PNG\r\n", "is a picture"),
    ("files.zip", b"PK\x03\x04 zip", "Unpack it"),
    ("old.xls", b"\xd0\xcf\x11\xe0 x", "Save it as XLSX or CSV"),
    ("empty.csv", b"", "is empty"),
])
def test_what_cannot_be_read_is_refused_with_words(
    at_desk: Desk, data_folder: Path, name: str, content: bytes, words: str,
) -> None:
    """The list says what it is and what to send instead; nothing is kept."""
    page = send(at_desk("analyst"), sent(content, name)).content.decode()
    assert words in page
    assert "1 file: 1 not read" in page
    assert not (data_folder / "incoming").exists()
    assert SourceFile.objects.count() == 0


def test_nothing_chosen_is_said(at_desk: Desk) -> None:
    """An empty form is answered with words."""
    answer = at_desk("analyst").post("/files/send", {})
    assert answer.status_code == 422
    assert "No file was chosen" in answer.content.decode()


@pytest.mark.parametrize("role", ["agent", "administrator"])
def test_those_who_may_not_see_files_are_refused(at_desk: Desk, role: str) -> None:
    """Pages, fragments and sending alike."""
    file = _register()
    client = at_desk(role)
    for url in ("/files", f"/files/{file.sha256}", f"/files/{file.sha256}/2", "/files/drops/x",
                "/files/columns/1"):
        assert client.get(url).status_code == 403, url
    assert client.post("/files/send", {"files": sent(MT940, "a.sta")}).status_code == 403


def test_an_auditor_reads_and_sends_nothing(at_desk: Desk) -> None:
    """An auditor sees the list without the form, and sending is refused."""
    auditor = at_desk("auditor")
    assert "data-drop" not in auditor.get("/files").content.decode()
    assert auditor.post("/files/send", {"files": sent(MT940, "a.sta")}).status_code == 403


def _register() -> SourceFile:
    return SourceFile.objects.create(sha256="ab" * 32, name="x.csv",
                                     received_at="2026-11-02T10:00:00Z")


def test_a_file_for_a_case_becomes_evidence_once(
    at_desk: Desk, opened: Callable[..., Case],
) -> None:
    """Sent twice for a case it is filed once; reconciliation and other cases do not see it."""
    case = opened()
    specialist = at_desk("specialist")
    for _ in range(2):
        page = send(specialist, sent(MT940, "theirs.sta"), to=f"/cases/{case.number}/files")
        drain()
    assert "Back to the case" in page.content.decode()
    assert Evidence.objects.filter(case=case).count() == 1
    file = SourceFile.objects.get()
    assert file.case == case
    assert at_desk("analyst").get(f"/files/{file.sha256}").status_code == 404
    assert at_desk("analyst").post(f"/cases/{case.number}/files",
                                   {"files": sent(MT940, "x.sta")}).status_code == 403
    assert case.events.filter(kind="evidence_added").count() == 1


def test_a_picture_is_kept_for_a_case(at_desk: Desk, opened: Callable[..., Case]) -> None:
    """A receipt holds no entries and is evidence all the same."""
    case = opened()
    send(at_desk("specialist"), sent(b"%PDF-1.4 receipt", "receipt.pdf"),
         to=f"/cases/{case.number}/files")
    drain()
    assert Evidence.objects.get(case=case).file.name == "receipt.pdf"


def test_a_line_stands_with_its_neighbours_raw_and_read(at_desk: Desk) -> None:
    """The line as written, the entry as read, the lines around, the hash and the arrival."""
    analyst = at_desk("analyst")
    send(analyst, sent(LEDGER, "ledger-2026-11-02.csv"))
    drain()
    choose(analyst, Upload.objects.get(), side="ledger")
    drain()
    file = SourceFile.objects.get()
    page = analyst.get(f"/files/{file.sha256}/3").content.decode()
    assert "2,2026-11-02T09:05:00Z,payment,NW-1000-0002,30.00,EUR" in page
    assert "30.00<span" in page
    assert f"/files/{file.sha256}/2?entry=" in page
    assert f"/files/{file.sha256}/4?entry=" in page
    assert file.sha256 in page
    assert "received Mon 23 Nov" in page
    header = analyst.get(f"/files/{file.sha256}/1").content.decode()
    assert "Line 1 is no entry" in header


def test_a_reading_that_was_killed_is_done_again(at_desk: Desk) -> None:
    """A worker that dies while reading leaves a job that another takes, and one file."""
    send(at_desk("analyst"), sent(MT940, "a.sta"))
    Upload.objects.update(state=Upload.READING, read_bytes=10)
    drain()
    assert Upload.objects.get().state == Upload.DONE
    Upload.objects.update(state=Upload.READING)
    Job.objects.filter(kind="read_upload").update(state=Job.READY)
    drain()
    assert SourceFile.objects.count() == 1


def test_the_list_asks_few_questions(at_desk: Desk, django_assert_max_num_queries: Any) -> None:
    """However many files there are."""
    for number in range(70):
        SourceFile.objects.create(sha256=f"{number:064}", name=f"f{number}.csv", side="bank",
                                  received_at="2026-11-02T10:00:00Z")
    client = at_desk("specialist")
    with django_assert_max_num_queries(12):
        assert client.get("/files").status_code == 200
