"""The copy of a received file that may be stored: without card numbers, references kept.

A number in a field that names a reference (an end-to-end id, a mandate, a column mapped as an
order) is kept as it stands; every other card number is masked in place.
"""

from __future__ import annotations

import csv
import mmap
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from amends.problems import AmendsError, Problem
from amends.sources.formats.workbook import check_archive, is_workbook
from amends.sources.layout import HEAD_BYTES, encoding_of, layout_of
from amends.sources.mapping import ColumnMapping
from amends.sources.masking import cards_in_run, find_cards, kept_spans, mask_text, masked_digits

_BETWEEN = rb"[ -]|\xc2\xa0|\xa0|\xe2\x80[\x90-\x95]"
_RUN = re.compile(rb"(?<![0-9])[0-9](?:(?:" + _BETWEEN + rb")?[0-9]){12,}")
_RUN_XML = re.compile(rb"(?<![0-9])[0-9](?:(?:" + _BETWEEN + rb"|\s{1,40})?[0-9]){12,}")
_SLICE_BYTES = 4096
_SLICES_AT_ONCE = 1024
_FIELD_86 = re.compile(rb"^:86:.*?(?=\r?\n:|\r?\n-|\Z)", re.DOTALL | re.MULTILINE)
_WRAP = re.compile(r"[\r\n]+(?:[?~^<]\d{2})?|[?~^<]\d{2}")
_AROUND = 80
_LOOK_BACK = 1_000
_PICTURES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
_REFERENCE_NAMES = frozenset(name.casefold() for name in (
    "EndToEndId", "MndtId", "InstrId", "TxId", "UETR", "AcctSvcrRef", "PmtInfId", "MsgId", "Id",
    "ClrSysRef", "AcctOwnrTxId", "NtryRef", "Ref", "CdtrRef", "Nb", "RfrdDocNb", "ChqNb", "IBAN",
    "OrgnlEndToEndId", "OrgnlTxId", "OrgnlInstrId", "OrgnlMsgId", "OrderId", "OrderIdentity",
    "TransactionNo", "TransactionIdentity", "PayexTransactionNo", "PayexBatchNo",
    "ReferencedTransaction", "ExternalTransactionReference", "CreditCardBatchNo",
    "DirectDebitBankReference", "Reference", "ElctrncSeqNb", "LglSeqNb",
))
_ATTRIBUTE = re.compile(rb"([\w.:-]+)\s*=\s*[\"'][^\"'<>]*\Z")
_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)[^<>]*>[^<>]*\Z")
_OTHER_ID = re.compile(rb"<(?:[\w.-]+:)?Othr[^<>]*>\s*<(?:[\w.-]+:)?Id[^<>]*>[^<>]*\Z")
_FIELD_61 = re.compile(
    rb":61:[0-9]{6}(?:[0-9]{4})?[ ]*[A-Z]{1,3}[0-9,.]+[A-Z][A-Z0-9]{3}[^\r\n]*\Z")
_FIELD_20 = re.compile(rb":(?:20|21|28C?):[^\r\n]*\Z")
_WORD_86 = re.compile(rb"(?:EREF|KREF|MREF|CRED|DEBT|BREF|RREF|IBAN|SVWZ|ABWA|ABWE|PURP|MDAT|COAM|"
                      rb"OAMT|BIC)\s*[+:]")
_KEPT_86 = (b"EREF", b"KREF", b"MREF", b"CRED", b"DEBT", b"BREF", b"RREF", b"IBAN")
_CELL = re.compile(
    rb"<c\b([^<>]*)>((?:<f\b[^<>]*/>|<f\b[^<>]*>[^<]*</f>)?)<v>([0-9]{13,19})(?:\.0*)?</v></c>")

Kept = Callable[[bytes], bool]  # given the bytes before a number: whether it is to be kept


@dataclass(frozen=True, slots=True)
class Mask:
    """One number to be masked: where its bytes begin and end, and what takes their place."""

    start: int
    end: int
    put: bytes


def write_copy(
    path: Path, out: BinaryIO, mapping: ColumnMapping | None
) -> int:
    """Write the copy of ``path`` that may be stored; how many card numbers were masked in it.

    AmendsError for a PDF or picture with a card number in its text: it cannot be masked.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(_PICTURES):
            _refuse_if_numbered(path)
        elif is_workbook(head):
            return _workbook_copy(path, out)
        elif encoding_of(head).startswith("utf-16"):
            return _wide_copy(path, encoding_of(head), out)
        if not head:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            masks = _masks(view, path, head, mapping)
            done = 0
            for mask in masks:
                _copy(view, done, mask.start, out)
                out.write(mask.put)
                done = mask.end
            _copy(view, done, len(view), out)
    return len(masks)


def _copy(view: mmap.mmap, start: int, end: int, out: BinaryIO) -> None:
    for at in range(start, end, 1 << 20):
        out.write(view[at:min(end, at + (1 << 20))])


def _masks(view: mmap.mmap, path: Path, head: bytes, mapping: ColumnMapping | None) -> list[Mask]:
    """What is to be masked, in order, by the kind of text the file is."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return list(_in_runs(view, _RUN_XML, _kept_in_xml))
    if re.search(rb"^:(?:20|25|60F|61|86):", head, re.MULTILINE):
        masks = {mask.start: mask for mask in _in_wrapped_fields(view)}
        masks |= {mask.start: mask for mask in _in_runs(view, _RUN, _kept_in_mt940)}
        return [mask for _, mask in sorted(masks.items())]
    kept = _kept_in_columns(path, mapping) if mapping else lambda before: False
    return list(_in_runs(view, _RUN, kept))


def _in_runs(view: mmap.mmap, pattern: re.Pattern[bytes], kept: Kept) -> Iterator[Mask]:
    """Numbers in runs of digits, but for those inside an IBAN and those in a kept field."""
    for run in _runs(view, pattern):
        for start, end, digits in cards_in_run(run.group().decode("latin-1")):
            first, last = run.start() + start, run.start() + end
            before = max(0, first - _AROUND)
            around = view[before:last + _AROUND].decode("latin-1")
            inside = any(begin <= first - before and last - before <= stop
                         for begin, stop in kept_spans(around))
            if not inside and not kept(view[max(0, first - _LOOK_BACK):first]):
                yield Mask(first, last, masked_digits(digits).encode())


def _runs(view: mmap.mmap, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """All runs of digits. Slices without one are passed over at the speed of Arrow's matcher."""
    quick = pattern.pattern.decode("latin-1").removeprefix("(?<![0-9])")
    quick = re.sub(r"[\x80-\xff]", lambda found: f"\\x{ord(found[0]):02x}", quick)
    done = 0
    for first in range(0, len(view), _SLICE_BYTES * _SLICES_AT_ONCE):
        starts = range(first, min(len(view), first + _SLICE_BYTES * _SLICES_AT_ONCE), _SLICE_BYTES)
        slices = pa.array([view[at:at + _SLICE_BYTES + _AROUND] for at in starts], pa.binary())
        for number in pc.indices_nonzero(pc.match_substring_regex(slices, quick)).to_pylist():
            at = starts[number]
            for run in pattern.finditer(view, max(at, done), at + _SLICE_BYTES + _AROUND):
                whole = pattern.match(view, run.start()) or run  # it may reach beyond the slice
                done = whole.end()
                yield whole


def _in_wrapped_fields(view: mmap.mmap) -> Iterator[Mask]:
    """Numbers that a line end or a subfield mark of field 86 cuts in two: starred in place."""
    for field in _FIELD_86.finditer(view):
        text = field.group().decode("latin-1")
        places = list(range(len(text)))
        for wrap in reversed(list(_WRAP.finditer(text))):
            del places[wrap.start():wrap.end()]
        for start, end, _ in find_cards("".join(text[place] for place in places)):
            first, last = field.start() + places[start], field.start() + places[end - 1] + 1
            if last - first == end - start or _kept_in_mt940(
                    view[max(0, first - _LOOK_BACK):first]):
                continue
            middle = [field.start() + place for place in places[start:end]
                      if text[place].isdigit()][6:-4]
            piece = bytearray(view[first:last])
            for at in middle:
                piece[at - first] = ord("*")
            yield Mask(first, last, bytes(piece))


def _kept_in_xml(before: bytes) -> bool:
    """An element or attribute that names a reference; an account that is no IBAN may be a card."""
    if _OTHER_ID.search(before):
        return False
    found = _ATTRIBUTE.search(before) if before.rfind(b"<") > before.rfind(b">") else (
        _ELEMENT.search(before))
    name = found.group(1).decode("latin-1").casefold() if found else ""
    return name in _REFERENCE_NAMES


def _kept_in_mt940(before: bytes) -> bool:
    """References of :61:, :20:, :21: and :28:, and the SEPA words of :86: that name one."""
    if _FIELD_61.search(before) or _FIELD_20.search(before):
        return True
    start = max(before.rfind(b"\n:"), before.rfind(b":86:"))
    if before.find(b":86:", max(0, start)) < 0:
        return False
    words = _WORD_86.findall(before, max(0, start))
    return bool(words) and words[-1][:4] in _KEPT_86


def _kept_in_columns(path: Path, mapping: ColumnMapping) -> Kept:
    """Columns that the mapping names as references, the card's own column apart."""
    header = layout_of(path, delimiter=mapping.delimiter, header_row=mapping.header_row,
                       sheet=mapping.sheet).header
    named = {column for kind, column in mapping.references.items() if kind != "card"}
    places = {place for place, name in enumerate(header) if name in named}

    def kept(before: bytes) -> bool:
        record = before[before.rfind(b"\n") + 1:].decode("utf-8", "replace")
        try:
            fields = next(csv.reader([record], delimiter=mapping.delimiter), [""])
        except csv.Error:
            return False
        return len(fields) - 1 in places

    return kept


def _wide_copy(path: Path, encoding: str, out: BinaryIO) -> int:
    """UTF-16 text: masked as text, written in the same encoding."""
    masked = mask_text(path.read_bytes().decode(encoding, "replace"))
    out.write(masked.text.encode(encoding))
    return len(masked.cards)


def _workbook_copy(path: Path, out: BinaryIO) -> int:
    """The workbook with the numbers in its texts and cells masked; formats and sheets as before."""
    check_archive(path)
    count = 0
    with zipfile.ZipFile(path) as archive:
        parts = {member.filename: archive.read(member) for member in archive.infolist()}
        masked = {}
        for name, content in parts.items():
            if name.endswith((".xml", ".rels", ".vml", ".txt")):
                made, found = _masked_part(content)
                count += found
                if found:
                    masked[name] = made
        if not count:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    out.write(block)
            return 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
            for member in archive.infolist():
                fresh = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
                fresh.compress_type = zipfile.ZIP_DEFLATED
                copy.writestr(fresh, masked.get(member.filename, parts[member.filename]))
    return count


def _masked_part(content: bytes) -> tuple[bytes, int]:
    """One XML part of a workbook; a number cell that was a card number becomes a text cell."""
    count = 0

    def cell(found: re.Match[bytes]) -> bytes:
        nonlocal count
        masked = mask_text(found.group(3).decode())
        if not masked.cards:
            return found.group()
        count += 1
        attributes = re.sub(rb"\s+t=\"[^\"]*\"", b"", found.group(1))
        return b'<c%s t="str"><v>%s</v></c>' % (attributes, masked.text.encode())

    content = _CELL.sub(cell, content)
    if not _RUN.search(content):
        return content, count
    text = mask_text(content.decode("utf-8", "surrogateescape"))
    return text.text.encode("utf-8", "surrogateescape"), count + len(text.cards)


def _refuse_if_numbered(path: Path) -> None:
    """AmendsError when the text of a PDF or picture holds a card number."""
    content = path.read_bytes()
    texts = [content]
    for found in re.finditer(rb"stream\r?\n", content):
        inflate = zlib.decompressobj()
        try:
            texts.append(inflate.decompress(content[found.end():], 1 << 24))
        except zlib.error:
            continue
    if any(mask_text(text.decode("latin-1")).cards for text in texts):
        raise AmendsError(Problem(
            "error", "The file holds a card number and cannot be masked; it was not stored.",
            "Ask for it with the number blacked out, or as text.", path.name))
