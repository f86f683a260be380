"""A workbook is dropped in, checked by the worker, shown with marks, given back annotated."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from amends.desk.jobs.worker import drain
from amends.desk.models import SheetCheck

pytestmark = pytest.mark.django_db


def workbook(*, card: str = "") -> SimpleUploadedFile:
    """Twelve payouts with a total that leaves the last two rows out."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Payouts"
    page.append(["Date", "Payout", "Merchant", "Gross"])
    for day in range(1, 13):
        page.append([f"2026-11-{day:02}", f"PO-81{day:03}", f"Shop {day} {card}", 100 + day * 7.25])
    page.append(["", "", "Total", "=SUM(D2:D11)"])
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("payouts.xlsx", out.getvalue())


def test_a_total_that_forgets_rows_is_found_marked_and_annotated(at_desk) -> None:
    """The finding names the cell; the page marks it; the copy carries a comment there."""
    client = at_desk("analyst")
    answer = client.post("/sheets/drop", {"file": workbook()})
    assert answer.status_code == 302
    assert "Checking payouts.xlsx" in client.get(answer["Location"]).content.decode()
    drain()
    check = SheetCheck.objects.get()
    kinds = {(f["kind"], f["cells"][0]) for f in check.report["findings"]}
    assert ("total_mismatch", "D14") in kinds
    page = client.get(f"{answer['Location']}?finding=1").content.decode()
    assert "D14" in page
    assert "cell-mark error" in page
    copy = client.get(f"/sheets/{check.pk}/copy").content
    annotated = openpyxl.load_workbook(BytesIO(copy))
    assert annotated["Payouts"]["D14"].comment is not None
    assert "Amends findings" in annotated.sheetnames


def test_a_card_number_in_a_workbook_is_never_kept(at_desk, data_folder: Path) -> None:
    """The stored copy holds the masked number only."""
    at_desk("specialist").post("/sheets/drop", {"file": workbook(card="4242424242424242")})
    drain()
    check = SheetCheck.objects.get()
    assert check.stored_sha256 != check.sha256
    for path in data_folder.rglob("*"):
        if path.is_file():
            assert b"4242424242424242" not in path.read_bytes()
    stored = (data_folder / "files" / check.stored_sha256).read_bytes()
    kept = openpyxl.load_workbook(BytesIO(stored))
    assert "4242424242424242" not in str([c.value for row in kept.active for c in row])


def test_somebody_elses_workbook_is_not_there(at_desk) -> None:
    """A workbook is for the one who dropped it."""
    at_desk("specialist").post("/sheets/drop", {"file": workbook()})
    check = SheetCheck.objects.get()
    assert at_desk("team_lead").get(f"/sheets/{check.pk}").status_code == 404
    assert at_desk("team_lead").get(f"/sheets/{check.pk}/copy").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"), [("notes.pdf", b"%PDF-1.7"), ("broken.xlsx", b"PK\x03\x04 not a zip")]
)
def test_what_is_no_workbook_is_refused_in_words(at_desk, name: str, content: bytes) -> None:
    """Either at once, or as the report's Problem; never a crash."""
    client = at_desk("specialist")
    answer = client.post("/sheets/drop", {"file": SimpleUploadedFile(name, content)}, follow=True)
    drain()
    check = SheetCheck.objects.first()
    if check is None:
        assert answer.status_code == 422
    else:
        assert check.report["problems"]
        assert client.get(f"/sheets/{check.pk}").status_code == 200
