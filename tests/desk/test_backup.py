"""Everything comes back from one file, on either database, and nothing else is let in."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from amends.desk import archive, upkeep
from amends.desk.access import Actor
from amends.desk.actions.letters import draft_letter
from amends.desk.actions.notes import add_note
from amends.desk.models import Case, Event, Job, Message, Movement
from amends.problems import AmendsError
from desk.standing import paid, posted, proposed
from moments import NOW
from plugins import cluster
from plugins.needed import left_out, postgres_folder


class Place:
    """An empty desk elsewhere: a data folder and, where asked, a PostgreSQL database of its own."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.data = folder
        self.environment = {key: words for key, words in os.environ.items()
                            if key != "DATABASE_URL"} | {"AMENDS_DATA": str(folder)}
        if database:
            self.environment["DATABASE_URL"] = database

    def amends(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command there to its end."""
        return subprocess.run([sys.executable, "-m", "amends.cli.main", *words], text=True,
                              env=self.environment, capture_output=True, check=False, timeout=120)

    def told(self, *words: str) -> dict:
        """What a command there prints as JSON; it has to succeed."""
        done = self.amends(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self, archive_file: Path) -> dict[str, list[dict]]:
        """The rows of an archive, by table."""
        with tarfile.open(archive_file) as tar:
            return {Path(name).stem: [json.loads(line) for line in tar.extractfile(name)]
                    for name in tar.getnames() if name.startswith("rows/")}


def filled(opened, at_desk, people, data: Path) -> Case:
    """A desk with a case worked on, files, a movement that went and one that is about to."""
    case = opened()
    add_note(actor=Actor.person(people["specialist"]), now=NOW, case=case, text="Zażółć – noted")
    draft = draft_letter(actor=Actor.person(people["specialist"]), now=NOW, case=case)
    Message.objects.filter(pk=draft.pk).update(state=Message.QUEUED)
    paid(case, remedy="refund", amount_minor=5000)
    decision = proposed(case)
    posted(at_desk("specialist"), case, f"decisions/{decision.pk}/accept")
    for name in ("files/ab/abcd", "lake/entries/abcd/0.parquet", "outbox/instructions/one.json",
                 "incoming/waiting", "secret.key"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(os.urandom(3000))
    (data / "lake" / ".half-made").write_text("not yet")
    return case


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small desk on SQLite: one escalation, handed up and investigated."""
    place = Place(tmp_path_factory.mktemp("small"))
    folder = tmp_path_factory.mktemp("escalations")
    (folder / "escalations.csv").write_text(
        "external_id,received_at,text,party_name,party_email\n"
        "E-1,2026-11-20T10:00:00+00:00,I was charged twice.,Delia Marsh,delia@marsh.example\n")
    assert place.amends("migrate").returncode == 0
    place.told("import", str(folder))
    (place.data / "files").mkdir(exist_ok=True)
    (place.data / "files" / "abcd").write_bytes(os.urandom(3000))
    target = folder / "small.tar.gz"
    place.told("backup", str(target))
    return target


@pytest.fixture
def taken(committed, opened, at_desk, people, data_folder, tmp_path_factory) -> Path:
    """A backup of a filled desk."""
    filled(opened, at_desk, people, data_folder)
    target = tmp_path_factory.mktemp("backup") / "amends.tar.gz"
    done = archive.backup(target)
    assert done["bytes"] == target.stat().st_size
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    return target


def test_everything_comes_back(taken, data_folder, tmp_path_factory) -> None:
    """Every row to the microsecond, every file to the byte; the chain holds; work can go on."""
    there = Place(tmp_path_factory.mktemp("there"))
    restored = there.told("restore", str(taken))
    assert there.told("audit", "verify")["holds"]
    for name in ("files/ab/abcd", "lake/entries/abcd/0.parquet", "outbox/instructions/one.json",
                 "incoming/waiting", "secret.key"):
        assert (there.data / name).read_bytes() == (data_folder / name).read_bytes()
    assert not (there.data / "lake" / ".half-made").exists()
    again = taken.with_name("again.tar.gz")
    there.told("backup", str(again))
    before, after = there.rows(taken), there.rows(again)
    assert sum(map(len, before.values())) == restored["rows"]
    held = {"desk.movement", "desk.message", "desk.event", "desk.eventstream", "desk.job"}
    assert after["desk.user"] == before["desk.user"]
    assert {t: rows for t, rows in after.items() if t not in held} == {
        t: rows for t, rows in before.items() if t not in held}
    assert after["desk.event"][:len(before["desk.event"])] == before["desk.event"]


def test_what_was_about_to_go_out_waits_for_a_person(taken, tmp_path_factory) -> None:
    """It may have gone after the backup was made: nothing is paid or sent by itself again."""
    there = Place(tmp_path_factory.mktemp("there"))
    there.told("restore", str(taken))
    there.told("worker", "--once")
    again = taken.with_name("again.tar.gz")
    there.told("backup", str(again))
    rows = there.rows(again)
    states = sorted(row["fields"]["state"] for row in rows["desk.movement"])
    assert states == ["confirmed", "unknown"]
    assert [row["fields"]["state"] for row in rows["desk.message"]] == ["uncertain"]
    kinds = [row["fields"]["kind"] for row in rows["desk.event"]]
    assert {"movement_unknown", "message_uncertain", "restored"} <= {*kinds}
    assert [path.name for path in (there.data / "outbox" / "instructions").iterdir()] == [
        "one.json"]


def test_a_backup_crosses_to_postgresql(small, tmp_path_factory) -> None:
    """From SQLite to a server of its own; the same rows, and numbers go on where they were."""
    programs = postgres_folder()
    if programs is None:
        left_out("there is no PostgreSQL server (apt-get install postgresql)")
    server = cluster.start(programs)
    try:
        there = Place(tmp_path_factory.mktemp("there"),
                      server.url.replace("/amends?", "/postgres?"))
        there.told("restore", str(small))
        assert there.told("audit", "verify")["holds"]
        again = small.with_name("crossed.tar.gz")
        there.told("backup", str(again))
        before, after = there.rows(small), there.rows(again)
        assert after["desk.case"] == before["desk.case"]
        assert after["desk.clock"] == before["desk.clock"]
        assert after["desk.event"][:-1] == before["desk.event"]
        made = there.amends("user", "add", "new@northwind.example", "--role", "auditor",
                            "--password", "tide-and-harbour-9")
        assert made.returncode == 0, made.stderr
    finally:
        server.stop()


def test_a_place_that_is_not_empty_is_refused(small, db, data_folder) -> None:
    """A second restore into the same place, and one beside files that lie there already."""
    (data_folder / "files").mkdir()
    (data_folder / "files" / "mine").write_text("keep me")
    with pytest.raises(AmendsError, match="something here already"):
        archive.restore(small)
    assert (data_folder / "files" / "mine").read_text() == "keep me"
    (data_folder / "files" / "mine").unlink()
    archive.restore(small)
    for path in data_folder.iterdir():
        shutil.rmtree(path, ignore_errors=True)
    with pytest.raises(AmendsError, match="something here already"):
        archive.restore(small)


def rewritten(source: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with its members changed, or left out where ``change`` gives None."""
    target = source.with_name("changed.tar.gz")
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


def manifest_with(**facts) -> Callable[[str, bytes], bytes]:
    """The manifest with other facts in it."""
    return lambda name, content: (
        json.dumps(json.loads(content) | facts).encode() if name == "manifest.json" else content)


DAMAGE = {
    "a file was changed": lambda name, content: (
        b"other" if name.endswith("files/abcd") else content),
    "a row was changed": lambda name, content: (
        content.replace(b"Delia", b"Deliah") if name == "rows/desk.party.jsonl" else content),
    "a file was left out": lambda name, content: (
        None if name.endswith("files/abcd") else content),
    "the manifest is gone": lambda name, content: None if name == "manifest.json" else content,
    "it is of a newer format": manifest_with(format=2),
    "it is of a newer version": manifest_with(schema=["desk.9999_from_the_future"]),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_or_newer_archive_is_refused_and_nothing_is_kept(
    small, db, data_folder, change
) -> None:
    """With words; the place stays as empty as it was, and a good archive still goes in."""
    with pytest.raises(AmendsError, match=r"Use another backup|newer Amends"):
        archive.restore(rewritten(small, change))
    assert list(data_folder.iterdir()) == []
    assert not Event.objects.exists()
    assert archive.restore(small)["rows"] > 10


@pytest.mark.parametrize("broken", ["cut", "noise", "not gzip", "missing"])
def test_what_is_no_archive_is_refused(small, db, data_folder, broken: str) -> None:
    """A download that broke off, flipped bits, another file, no file."""
    path, content = data_folder.parent / f"broken-{broken}.tar.gz", small.read_bytes()
    half = len(content) // 2
    if broken != "missing":
        path.write_bytes({"cut": content[:half], "not gzip": b"PK\x03\x04 something else",
                          "noise": content[:half] + b"noise" * 9 + content[half + 45:]}[broken])
    with pytest.raises(AmendsError, match=r"cannot be read|is not there|is missing"):
        archive.restore(path)
    assert list(data_folder.iterdir()) == []


def test_a_chain_that_does_not_hold_is_not_let_in(small, db) -> None:
    """An archive that somebody made fit after changing an event: the chain still tells."""
    hashes = {}

    def forge(name: str, content: bytes) -> bytes:
        if name == "rows/desk.event.jsonl":
            content = content.replace(b"Delia", b"Nadia").replace(b"nvestigat", b"nvestigot")
            hashes[name] = hashlib.sha256(content).hexdigest()
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["members"] |= hashes
            content = json.dumps(manifest).encode()
        return content

    with pytest.raises(AmendsError, match="the event was changed"):
        archive.restore(rewritten(small, forge))
    assert not Event.objects.exists()


def test_the_commands_say_no_with_their_exit_codes(small, tmp_path_factory) -> None:
    """Exit 2 where the place is not empty; nothing on standard output under ``--json``."""
    there = Place(tmp_path_factory.mktemp("there"))
    (there.data / "files").mkdir()
    (there.data / "files" / "mine").write_text("keep me")
    refused = there.amends("restore", str(small), "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "empty data folder" in refused.stderr


def test_a_backup_taken_while_others_write_fits_together(
    committed, opened, people, data_folder, tmp_path_factory
) -> None:
    """Notes are written all the while; each note in the archive has its event, and no more."""
    case, stop, written = opened(), threading.Event(), []

    def write() -> None:
        try:
            while not stop.is_set():
                add_note(actor=Actor.person(people["specialist"]), now=NOW, case=case,
                         text=f"note {len(written)}")
                written.append(1)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    target = tmp_path_factory.mktemp("backup") / "busy.tar.gz"
    try:
        archive.backup(target)
        during = len(written)
    finally:
        stop.set()
        writer.join(timeout=30)
    rows = Place(data_folder).rows(target)
    notes = [row for row in rows["desk.event"] if row["fields"]["kind"] == "note_added"]
    assert len(rows["desk.note"]) == len(notes)
    assert during >= len(notes)
    there = Place(tmp_path_factory.mktemp("there"))
    there.told("restore", str(target))
    assert there.told("audit", "verify")["holds"]


def test_a_backup_that_cannot_be_written_leaves_nothing(taken, elsewhere) -> None:
    """A folder that cannot be made: exit 3, words on standard error, no half archive."""
    target = taken / "below-a-file" / "amends.tar.gz"
    done = elsewhere.amends("backup", str(target), "--json")
    assert (done.returncode, done.stdout) == (3, "")
    assert "The backup stopped" in done.stderr


def test_before_migrating_the_database_is_copied(committed, opened, data_folder) -> None:
    """The copy stands in the data folder and holds the rows as they were."""
    case = opened()
    copy = upkeep.copy_first(data_folder)
    if connection.vendor == "postgresql":
        with tarfile.open(copy) as tar:
            rows = tar.extractfile("desk_case.csv").read().decode().splitlines()
        assert len(rows) == 2
        assert case.title in rows[1]
        return
    with sqlite3.connect(copy) as old:
        assert old.execute("SELECT title FROM desk_case").fetchall() == [(case.title,)]


def test_an_older_program_refuses_a_newer_database(db) -> None:
    """Migrations that it does not know: words instead of damage."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES "
                       "('desk', '9999_from_the_future', '2026-01-01')")
    with pytest.raises(AmendsError, match="newer Amends"):
        upkeep.bring_up_to_date()


def test_rows_are_streamed(committed, team, tmp_path) -> None:
    """Several batches of rows come through whole and in order."""
    Job.objects.bulk_create(Job(key=f"k{n:05}", kind="none", run_at=NOW, made_at=NOW,
                                payload={"n": n}) for n in range(archive.BATCH * 2 + 7))
    target = tmp_path / "many.tar.gz"
    archive.backup(target)
    rows = Place(tmp_path).rows(target)["desk.job"]
    assert [row["fields"]["payload"]["n"] for row in rows] == list(range(archive.BATCH * 2 + 7))
    assert not Movement.objects.exists()
    assert not Event.objects.exists()
