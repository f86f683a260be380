"""The Files pages: what came in, one file with its figures, one line with its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Count, Q
from django.http import QueryDict

from amends.desk.access import files_for, uploads_for
from amends.desk.models import SourceFile, Upload, User
from amends.sources.records import ENTRY_SCHEMA, Entry

ROWS_A_PAGE = 60
ENTRIES_A_PAGE = 50
NEIGHBOURS = 4
RAW_CHARACTERS_MAX = 600
SIDE_WORDS = {"ledger": "Ledger", "processor": "Processor", "bank": "Bank", "": "No side"}
FORMAT_WORDS = {
    "camt.052": "camt.052 account report", "camt.053": "camt.053 statement",
    "camt.054": "camt.054 notification", "mt940": "MT940 statement", "csv": "CSV", "xlsx": "XLSX",
}


@dataclass(frozen=True, slots=True)
class Sum:
    """What came in and went out in one currency; None where the file does not let one know."""

    currency: str
    credits_minor: int | None
    debits_minor: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file that was sent."""

    pk: int
    name: str
    state: str
    words: str
    percent: int | None
    known: bool
    sha256: str
    entries: int
    sums: tuple[Sum, ...]
    problems: tuple[Mapping[str, Any], ...]
    more_problems: int


@dataclass(frozen=True, slots=True)
class Drop:
    """The files that were sent together."""

    batch: str
    sent: tuple[Sent, ...]
    running: bool
    sentence: str
    case_number: int | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the list."""

    sha256: str
    name: str
    side: str
    format: str
    covers_from: date | None
    covers_to: date | None
    entries: int
    problems: int
    errors: int
    received_at: Any
    received_by: str
    case_number: int | None


@dataclass(frozen=True, slots=True)
class FilesPage:
    """One page of the list of files, with what it is filtered by."""

    rows: tuple[FileRow, ...]
    total: int
    sides: tuple[tuple[str, str, int], ...]
    side: str
    query: str
    with_problems: bool
    page: int
    pages: int
    older: str
    newer: str


def drop(user: User, batch: str) -> Drop | None:
    """The files sent together under ``batch`` by somebody whose files ``user`` may see."""
    uploads = list(
        uploads_for(user).filter(batch=batch).select_related("file", "case").order_by("pk")
    )
    if not uploads:
        return None
    sent = tuple(_sent(upload) for upload in uploads)
    running = any(upload.state in (Upload.WAITING, Upload.READING) for upload in uploads)
    case = uploads[0].case
    return Drop(batch, sent, running, _sentence(uploads), case.number if case else None)


def waiting_for_columns(user: User) -> tuple[Upload, ...]:
    """Files whose columns nobody has chosen yet."""
    return tuple(uploads_for(user).filter(state=Upload.COLUMNS).order_by("pk")[:20])


def _sentence(uploads: Sequence[Upload]) -> str:
    done = [u for u in uploads if u.state == Upload.DONE]
    known = sum(1 for u in done if u.known)
    parts = [
        (len(done) - known, "read"), (known, "known already"),
        (sum(1 for u in uploads if u.state == Upload.REFUSED), "not read"),
        (sum(1 for u in uploads if u.state == Upload.COLUMNS), "waiting for columns"),
        (sum(1 for u in uploads if u.state in (Upload.WAITING, Upload.READING)), "to go"),
    ]
    files = f"{len(uploads)} file{'s' if len(uploads) != 1 else ''}"
    return f"{files}: " + ", ".join(f"{count} {words}" for count, words in parts if count)


def _sent(upload: Upload) -> Sent:
    file = upload.file
    problems: list[Mapping[str, Any]] = list(upload.problems)
    if file and not upload.known:
        problems = list(file.problems)
    percent = None
    if upload.state == Upload.READING and upload.size_bytes:
        percent = upload.read_bytes * 100 // upload.size_bytes
    return Sent(
        pk=upload.pk, name=upload.name, state=upload.state, words=_words(upload),
        percent=percent, known=upload.known, sha256=file.sha256 if file else "",
        entries=file.entries if file else 0, sums=sums(file.statements) if file else (),
        problems=tuple(problems[:5]), more_problems=max(0, len(problems) - 5),
    )


def _words(upload: Upload) -> str:
    if upload.state == Upload.DONE and upload.file and upload.known:
        as_name = f" as {upload.file.name}" if upload.file.name != upload.name else ""
        return (f"Known already{as_name}, since {upload.file.received_at:%-d %b %Y}. "
                "Nothing was changed.")
    return {
        Upload.WAITING: "Waiting for the worker", Upload.READING: "Being read",
        Upload.COLUMNS: "Its columns are new here", Upload.DONE: "Read",
        Upload.REFUSED: "Not read",
    }[upload.state]


def sums(statements: Sequence[Mapping[str, Any]]) -> tuple[Sum, ...]:
    """Credits and debits of all statements by currency; unknown as soon as one is."""
    found: dict[str, list[tuple[int | None, int | None]]] = {}
    for line in statements:
        if line["entries"]:
            found.setdefault(line["currency"] or "", []).append(
                (line["credits_minor"], line["debits_minor"]))
    return tuple(
        Sum(currency, _total(pair[0] for pair in pairs), _total(pair[1] for pair in pairs))
        for currency, pairs in sorted(found.items())
    )


def _total(values: Any) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def files_page(user: User, params: QueryDict) -> FilesPage:
    """The page of files that ``params`` (q, side, problems, page) ask for, newest day first."""
    query, side = params.get("q", "").strip(), params.get("side", "")
    with_problems = params.get("problems") == "1"
    every = files_for(user)
    counts = dict(every.values_list("side").annotate(n=Count("pk")))
    files = every.filter(side=side) if side in SIDE_WORDS and side else every
    if query:
        files = files.filter(Q(name__icontains=query) | Q(sha256__startswith=query.lower()))
    if with_problems:
        files = files.exclude(problems=[])
    total = files.count()
    pages = max(1, -(-total // ROWS_A_PAGE))
    wanted = params.get("page", "")
    page = min(max(1, int(wanted) if wanted.isdigit() and len(wanted) < 7 else 1), pages)
    start = (page - 1) * ROWS_A_PAGE
    rows = files.select_related("received_by", "case").order_by(
        "-covers_to", "name", "pk")[start : start + ROWS_A_PAGE]
    return FilesPage(
        rows=tuple(_row(file) for file in rows), total=total,
        sides=tuple((key, word, counts.get(key, 0)) for key, word in SIDE_WORDS.items()
                    if counts.get(key)),
        side=side, query=query, with_problems=with_problems, page=page, pages=pages,
        older=_address(params, page + 1) if page < pages else "",
        newer=_address(params, page - 1) if page > 1 else "",
    )


def _address(params: QueryDict, page: int) -> str:
    kept = {key: value for key, value in params.items() if key not in ("page", "drop")}
    return "?" + urlencode(kept | {"page": str(page)})


def _row(file: SourceFile) -> FileRow:
    return FileRow(
        sha256=file.sha256, name=file.name, side=SIDE_WORDS.get(file.side, file.side),
        format=FORMAT_WORDS.get(file.format, file.format), covers_from=file.covers_from,
        covers_to=file.covers_to, entries=file.entries, problems=len(file.problems),
        errors=sum(1 for p in file.problems if p["severity"] == "error"),
        received_at=file.received_at,
        received_by=str(file.received_by) if file.received_by else "import",
        case_number=file.case.number if file.case else None,
    )


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A figure that the file states about itself, and the same figure counted."""

    what: str
    stated: int | None
    computed: int | None
    agree: bool | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """One file with its figures and one page of its entries."""

    file: SourceFile
    side: str
    format: str
    received_by: str
    statements: tuple[Mapping[str, Any], ...]
    controls: tuple[ControlRow, ...]
    errors: int
    entries: tuple[Entry, ...]
    first: int
    last: int
    older: int | None
    newer: int | None
    sentence: str
    columns: tuple[tuple[str, str], ...]


def file_page(file: SourceFile, start: int) -> FilePage:
    """The page of ``file`` with its entries from the ``start``-th (0-based) on."""
    start = max(0, min(start, max(0, file.entries - 1)))
    rows = entries_from(file.sha256, start, ENTRIES_A_PAGE)
    controls = tuple(ControlRow(what, c["stated"], c["computed"], c["agree"])
                     for what, c in file.controls.items())
    errors = sum(1 for p in file.problems if p["severity"] == "error")
    mapping = file.mapping
    columns = [(key.replace("_", " "), value) for key, value in mapping.items()
               if isinstance(value, str) and value and key not in ("shape", "format", "delimiter")]
    columns += [(f"{kind} reference", column)
                for kind, column in mapping.get("references", {}).items()]
    return FilePage(
        file=file, side=SIDE_WORDS.get(file.side, file.side),
        format=FORMAT_WORDS.get(file.format, file.format),
        received_by=str(file.received_by) if file.received_by else "import",
        statements=tuple(file.statements), controls=controls, errors=errors, entries=rows,
        first=start + 1, last=start + len(rows),
        older=start + ENTRIES_A_PAGE if start + ENTRIES_A_PAGE < file.entries else None,
        newer=max(0, start - ENTRIES_A_PAGE) if start else None,
        sentence=_file_sentence(file, controls, errors), columns=tuple(columns),
    )


def _file_sentence(file: SourceFile, controls: Sequence[ControlRow], errors: int) -> str:
    off = [c for c in controls if c.agree is False]
    unbalanced = [s for s in file.statements if s["balances_agree"] is False]
    if off or unbalanced:
        count = len(off) + len(unbalanced)
        return (f"{count} figure{'s' if count != 1 else ''} that the file states "
                f"{'do' if count != 1 else 'does'} not agree with its lines.")
    stated = any(c.agree for c in controls) or any(s["balances_agree"] for s in file.statements)
    ties = "Everything it states about itself agrees with its lines." if stated else (
        "It states no totals of its own.")
    if errors:
        return f"{errors} of its lines could not be read as they stand. {ties}"
    return f"Read to the end. {ties}"


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line of the file as it was written, card numbers masked."""

    number: int
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LinePage:
    """One line of a file: as written and as read, with its neighbours."""

    file: SourceFile
    side: str
    received_by: str
    line: int
    entry: Entry | None
    here: tuple[Entry, ...]
    facts: tuple[tuple[str, str], ...]
    raw_lines: tuple[RawLine, ...]
    raw_fields: tuple[tuple[str, str], ...]
    neighbours: tuple[Entry, ...]
    before: int | None
    after: int | None


def line_page(file: SourceFile, line: int, entry_id: str) -> LinePage:
    """The entry (or entries) on ``line``, or where ``entry_id`` names one, that one."""
    around = entries_near(file.sha256, line, NEIGHBOURS)
    here = tuple(entry for entry in around if entry.line == line)
    entry = next((e for e in around if e.entry_id == entry_id), here[0] if here else None)
    numbers = sorted({e.line for e in around if e.line is not None})
    return LinePage(
        file=file, side=SIDE_WORDS.get(file.side, file.side),
        received_by=str(file.received_by) if file.received_by else "import",
        line=line, entry=entry, here=here, facts=_facts(entry) if entry else (),
        raw_lines=_raw_lines(file, line),
        raw_fields=_raw_fields(entry) if entry else (), neighbours=around,
        before=max((n for n in numbers if n < line), default=None),
        after=min((n for n in numbers if n > line), default=None),
    )


def _facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Account", entry.account), ("Booked", entry.booked_on), ("Value day", entry.value_on),
        ("Type", entry.kind + (", reversed" if entry.reversal else "")),
        ("Counterparty", entry.counterparty), ("Their account", entry.counterparty_account),
        ("Words", entry.text),
        ("Code", f"{entry.code_scheme or ''} {entry.code}".strip() if entry.code else None),
        *((f"{kind.replace('_', ' ').capitalize()}", value) for kind, value in entry.references),
        ("Entry", entry.entry_id),
    ]
    return tuple((name, str(value)) for name, value in rows if value)


def _raw_fields(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What the file says beyond the fields that are read, flattened to names and values."""
    found: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(f"{name} {key}".strip(), item)
        elif isinstance(value, list):
            for item in value:
                walk(name, item)
        elif value not in (None, ""):
            found.append((name, str(value)))

    walk("", dict(entry.raw))
    return tuple(found[:80])


def _raw_lines(file: SourceFile, line: int) -> tuple[RawLine, ...]:
    """The lines round ``line`` of the stored, masked text; none for a workbook."""
    path = Path(settings.DATA) / "files" / file.stored_sha256
    if not file.stored_sha256 or not path.is_file():
        return ()
    first, last, found = line - NEIGHBOURS, line + NEIGHBOURS + 2, []
    with path.open("rb") as stored:
        if stored.read(4) == b"PK\x03\x04":
            return ()
        stored.seek(0)
        for number, text in enumerate(stored, start=1):
            if number > last:
                break
            if number >= first:
                shown = text[: RAW_CHARACTERS_MAX * 4].decode("utf-8", "replace").rstrip("\r\n")
                cut = shown[:RAW_CHARACTERS_MAX]
                found.append(RawLine(number, cut + ("…" if len(shown) > len(cut) else ""),
                                     number == line))
    return tuple(found)


def lake_folder(sha256: str) -> Path:
    """Where the entries of a file lie."""
    return Path(settings.DATA) / "lake" / "entries" / sha256


def _table(sha256: str, keep: pc.Expression | None = None) -> pa.Table:
    folder = lake_folder(sha256)
    if not folder.is_dir():
        return ENTRY_SCHEMA.empty_table()
    return pq.read_table(folder, filters=keep, schema=ENTRY_SCHEMA)


def _entries(table: pa.Table) -> tuple[Entry, ...]:
    return tuple(Entry.from_row(row) for row in table.to_pylist())


def entries_from(sha256: str, start: int, count: int) -> tuple[Entry, ...]:
    """``count`` entries of a file in their order, from the ``start``-th on."""
    return _entries(_table(sha256).slice(start, count))


def entries_near(sha256: str, line: int, reach: int) -> tuple[Entry, ...]:
    """The entries of a line and the nearest ``reach`` entries before and after it."""
    numbers = _table(sha256).column("line")
    at = pc.indices_nonzero(pc.fill_null(pc.equal(numbers, line), False)).to_pylist()
    if not at:
        later = pc.indices_nonzero(pc.fill_null(pc.greater(numbers, line), False)).to_pylist()
        at = [later[0] if later else max(0, len(numbers) - 1)]
    first = max(0, at[0] - reach)
    return entries_from(sha256, first, min(at[-1], at[0] + 20) + reach + 1 - first)


def entries_by_id(user: User, ids: Sequence[str]) -> dict[str, tuple[SourceFile, Entry]]:
    """The entries with these ids, and their files, as far as ``user`` may see the files."""
    wanted = {entry_id for entry_id in ids if ":" in entry_id}
    starts = {entry_id.split(":")[0] for entry_id in wanted}
    if not starts:
        return {}
    where = Q()
    for start in starts:
        where |= Q(sha256__startswith=start)
    found: dict[str, tuple[SourceFile, Entry]] = {}
    for file in files_for(user).filter(where):
        mine = [entry_id for entry_id in wanted if file.sha256.startswith(entry_id.split(":")[0])]
        for entry in _entries(_table(file.sha256, pc.field("entry_id").isin(mine))):
            found[entry.entry_id] = (file, entry)
    return found
