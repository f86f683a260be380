"""Files are admitted once, masked, in one step; what is left after a failure is nothing."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from amends.problems import AmendsError
from amends.sources import ENTRY_SCHEMA
from amends.sources.columns import suggest
from amends.sources.lake import admit, keep
from rooms.sources.reading_aids import CORPUS, KEY

PANS = (b"4111111111111111", b"4111 1111 1111 1111", b"5555555555554444", b"378282246310005")
NAMES = ("batch-and-return.camt053.xml", "reversals.mt940.sta", "settlement-report.xml",
         "polish-processor.csv", "german-bank.csv")


def _files(data: Path) -> set[str]:
    return {str(path.relative_to(data)) for path in data.rglob("*")
            if path.is_file() and "locks" not in path.parts}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_stored_masked_with_its_entries(name: str, tmp_path: Path) -> None:
    """The received hash is recorded, the copy lies under its own; no number is anywhere."""
    path, data = CORPUS / name, tmp_path / "data"
    mapping = suggest(path) if path.suffix == ".csv" else None
    done = admit(path, data=data, card_key=KEY, mapping=mapping)
    assert done.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    stored = (data / "files" / done.stored_sha256).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == done.stored_sha256
    table = pq.read_table(data / "lake" / "entries" / done.sha256)
    assert table.schema.equals(ENTRY_SCHEMA)
    assert table.num_rows == done.reading.entry_count > 0
    everything = stored + str(table.to_pylist()).encode()
    assert not [number for number in PANS if number in everything]
    if name == "german-bank.csv":  # no number in it: the bytes are stored as they came
        assert done.stored_sha256 == done.sha256


def test_named_references_survive_in_the_stored_copy(tmp_path: Path) -> None:
    """Numbers that look like cards stay where the field names a reference or an account."""
    for name in NAMES[:4]:
        path = CORPUS / name
        mapping = suggest(path) if path.suffix == ".csv" else None
        kept = keep(path, data=tmp_path, mapping=mapping)
        stored = (tmp_path / "files" / kept.stored_sha256).read_bytes()
        for reference in (b"4000000000000002", b"74537606061000000000017",
                          b"DE89370400440532013000", b"PO-2041"):
            assert stored.count(reference) == path.read_bytes().count(reference)


def test_a_number_cut_by_a_line_end_is_starred_where_it_stands(tmp_path: Path) -> None:
    """In an MT940 the copy keeps its lines; the middle digits go on both sides of the cut."""
    kept = keep(CORPUS / "reversals.mt940.sta", data=tmp_path)
    stored = (tmp_path / "files" / kept.stored_sha256).read_text()
    assert "378282*****\n0005" in stored
    assert stored.count("\n") == (CORPUS / "reversals.mt940.sta").read_text().count("\n")


def test_a_workbook_is_masked_inside(tmp_path: Path) -> None:
    """Texts and number cells: the copy still opens, and the number is gone from every part."""
    path = tmp_path / "cards.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Date", "Card number", "Amount", "Note"])
    book.active.append(["2026-03-01", 4111111111111111, 12.5, "pan 5555555555554444"])
    book.save(path)
    kept = keep(path, data=tmp_path)
    stored = tmp_path / "files" / kept.stored_sha256
    copy = openpyxl.load_workbook(io.BytesIO(stored.read_bytes()))
    cells = [cell.value for cell in list(copy.active)[1]]
    assert cells == ["2026-03-01", "411111****1111", 12.5, "pan 555555****4444"]
    with zipfile.ZipFile(stored) as archive:
        assert not any(number in archive.read(name) for name in archive.namelist()
                       for number in PANS)


def test_a_file_that_cannot_be_masked_is_refused(tmp_path: Path) -> None:
    """A PDF with a number in its text is not stored; one without is."""
    bad, good = tmp_path / "bad.pdf", tmp_path / "good.pdf"
    bad.write_bytes(b"%PDF-1.4\nBT (Card 4111 1111 1111 1111) Tj ET\n")
    good.write_bytes(b"%PDF-1.4\nBT (Order NW-1) Tj ET\n")
    with pytest.raises(AmendsError, match="card number"):
        keep(bad, data=tmp_path / "data")
    assert _files(tmp_path / "data") == set()
    assert keep(good, data=tmp_path / "data").masked == 0


def test_the_same_bytes_again_change_nothing(tmp_path: Path) -> None:
    """The second admission says so, gives the first reading back, and touches no file."""
    path, data = CORPUS / "batch-and-return.camt053.xml", tmp_path / "data"
    first = admit(path, data=data, card_key=KEY)
    before = {name: (data / name).stat().st_mtime_ns for name in _files(data)}
    again = admit(path, data=data, card_key=KEY, name="another name.xml")
    assert (first.new, again.new) == (True, False)
    assert again.reading == first.reading
    assert again.stored_sha256 == first.stored_sha256
    assert {name: (data / name).stat().st_mtime_ns for name in _files(data)} == before


def test_a_refused_file_leaves_nothing(tmp_path: Path) -> None:
    """A file that cannot be read at all is neither stored nor in the lake."""
    path = tmp_path / "noise.bin"
    path.write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises(AmendsError, match="no format"):
        admit(path, data=tmp_path / "data", card_key=KEY)
    assert _files(tmp_path / "data") == set()


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    """Where the system refuses to write more, a Problem says so and the file can come again."""
    path, data = tmp_path / "many.csv", tmp_path / "data"
    path.write_text("Date,Amount,Currency,Note\n" + "".join(
        f"2026-03-01,{n}.{n % 100:02d},EUR,{hashlib.sha256(str(n).encode()).hexdigest()}\n"
        for n in range(20_000)))
    mapping = suggest(path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        with pytest.raises(AmendsError, match="could not be stored"):
            admit(path, data=data, card_key=KEY, mapping=mapping)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert _files(data) == set()
    assert admit(path, data=data, card_key=KEY, mapping=mapping).new


_KILLED = """
import os, sys
from pathlib import Path
from amends.sources import lake
def stop(*given, **named):
    os.kill(os.getpid(), 9)
setattr(lake, sys.argv[3], stop)
lake.admit(Path(sys.argv[1]), data=Path(sys.argv[2]), card_key=b"k")
"""


@pytest.mark.parametrize("moment", ["read", "keep", "_write_json", "_flush"])
def test_a_killed_admission_is_done_again_from_the_start(moment: str, tmp_path: Path) -> None:
    """Killed before the last act, the lake has no folder; the next admission makes it whole."""
    path, data = CORPUS / "batch-and-return.camt053.xml", tmp_path / "data"
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(path), str(data), moment],
                           check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    assert not list((data / "lake" / "entries").glob("*"))
    done = admit(path, data=data, card_key=KEY)
    assert done.new
    assert pq.read_table(data / "lake" / "entries" / done.sha256).num_rows == 3
    assert list((data / "lake" / "beside").iterdir()) == []
