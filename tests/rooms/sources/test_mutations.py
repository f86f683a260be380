"""Ten thousand damaged files: no crash, no hang, and never an amount that is silently wrong.

The originals state their own balances and sums. Where damage changes the amounts that are read,
something has to speak: a Problem, a control that does not agree, or a figure that is not known.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.money import parse_minor
from amends.problems import AmendsError
from amends.sources.extract import Extract
from amends.sources.formats import camt, mt940, swedbankpay, tabular
from amends.sources.mapping import ColumnMapping
from amends.sources.reading import Reading, reading_of
from amends.sources.source import Source
from rooms.sources.reading_aids import CORPUS

_TABLE = ColumnMapping(
    side="bank", delimiter=";", decimal=",", booked_on="Buchungstag", value_on="Wertstellung",
    amount="Betrag", currency="Währung", kind="=bank", text="Verwendungszweck",
    counterparty="Empfänger")
_PIECES = (
    b"<", b">", b"&", b'"', b"\n:61:", b"\n-\n", b"0", b"9", b",", b".", b"-", b"\n", b"\r", b"\0",
    b";", b"<Ntry>", b"</Ntry>", b"<!--", b"]]>", b"D", b"C", b"\n:20:", b"EUR", b"JPY",
    b"<![CDATA[", b"")
_AT_ONCE = 20  # damaged files for each seed: drawing costs more than reading
_SEEDS = st.integers(0, 2**64 - 1)


def _examples(files: int) -> settings:
    return settings(max_examples=files // _AT_ONCE, deadline=None, database=None,
                    suppress_health_check=[HealthCheck.too_slow])


def _damaged(name: str, seed: int) -> Iterator[bytes]:
    """The file with one piece of it replaced, removed, doubled, or cut off behind."""
    content = (CORPUS / name).read_bytes()
    chance = Random(seed)
    for _ in range(_AT_ONCE):
        start = chance.randrange(len(content))
        end = min(len(content), start + chance.randrange(40))
        way = chance.choice(["replace", "replace", "remove", "double", "cut"])
        piece = chance.choice([*_PIECES, chance.randbytes(chance.randrange(6))])
        if way == "cut":
            yield content[:start]
        elif way == "double":
            yield content[:end] + content[start:end] + content[end:]
        else:
            yield content[:start] + (piece if way == "replace" else b"") + content[end:]


def _read(reader: object, content: bytes, mapping: ColumnMapping | None = None
          ) -> tuple[Reading | None, list[dict[str, object]]]:
    """The reading and its rows; None where the file cannot be read at all."""
    batches: list[pa.RecordBatch] = []
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        source = Source(Path(file.name), "damaged", len(content), content[:65536], mapping,
                        lambda done: None)
        extract = Extract("damaged", "0" * 64, b"key", batches.append)
        try:
            found = reader.read(source, extract)  # type: ignore[attr-defined]
        except AmendsError:
            return None, []
        extract.flush()
    rows = pa.Table.from_batches(batches).to_pylist() if batches else []
    return reading_of(found, extract), rows


def _sums_hold(reading: Reading, rows: list[dict[str, object]]) -> None:
    """Each statement's sums are those of its rows, and each row's two amounts are the same."""
    for row in rows:
        if row["amount_minor"] is not None and row["currency"]:
            exact = parse_minor(str(row["amount_exact"]), str(row["currency"]))
            assert exact == row["amount_minor"]
    for number, statement in enumerate(reading.statements):
        amounts = [row["amount_minor"] for row in rows if row["statement"] == number]
        assert len(amounts) == statement.entries
        if statement.net_minor is not None:
            assert sum(int(str(amount)) for amount in amounts) == statement.net_minor


@lru_cache
def _original(name: str) -> tuple[tuple[object, object], ...]:
    reader = {"camt": camt, "mt94": mt940, "sett": swedbankpay}[_family(name)]
    _, rows = _read(reader, (CORPUS / name).read_bytes())
    return _amounts(rows)


def _family(name: str) -> str:
    return {"batch-and-return.camt053.xml": "camt", "reversals.mt940.sta": "mt94",
            "settlement-report.xml": "sett"}[name]


def _amounts(rows: list[dict[str, object]]) -> tuple[tuple[object, object], ...]:
    return tuple((row["amount_minor"], row["currency"]) for row in rows)


def _speaks(reading: Reading, said_before: int) -> bool:
    """Whether the reading shows that something is not as the file says."""
    return (len([problem for problem in reading.problems if problem.severity != "info"])
            > said_before
            or any(control.agree is not True for control in reading.controls.values())
            or any(statement.difference_minor != 0 for statement in reading.statements)
            or not reading.statements)


def _holds(reader: object, name: str, seed: int, said_before: int) -> None:
    for content in _damaged(name, seed):
        reading, rows = _read(reader, content)
        if reading is not None:
            _sums_hold(reading, rows)
            assert _amounts(rows) == _original(name) or _speaks(reading, said_before), content


@_examples(4_000)
@given(_SEEDS)
def test_a_damaged_camt_is_never_silently_wrong(seed: int) -> None:
    """Four thousand of them."""
    _holds(camt, "batch-and-return.camt053.xml", seed, 1)


@_examples(3_000)
@given(_SEEDS)
def test_a_damaged_mt940_is_never_silently_wrong(seed: int) -> None:
    """Three thousand of them."""
    _holds(mt940, "reversals.mt940.sta", seed, 1)


@_examples(1_000)
@given(_SEEDS)
def test_a_damaged_settlement_report_does_not_crash(seed: int) -> None:
    """A thousand of them; its totals disagree from the start, so only the sums are held."""
    for content in _damaged("settlement-report.xml", seed):
        reading, rows = _read(swedbankpay, content)
        if reading:
            _sums_hold(reading, rows)


@_examples(2_000)
@given(_SEEDS)
def test_a_damaged_table_gives_the_amounts_that_stand_on_its_lines(seed: int) -> None:
    """Two thousand of them: each amount is the one that stands in its column on its line."""
    for content in _damaged("german-bank.csv", seed):
        reading, rows = _read(tabular, content, _TABLE)
        if reading is not None:
            _sums_hold(reading, rows)
            _stands_there(rows, content)


def _stands_there(rows: list[dict[str, object]], content: bytes) -> None:
    text = content.decode("utf-8" if _is_utf8(content) else "cp1252", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row in rows:
        if row["amount_exact"] is None or '"' in text:
            continue
        cells = next(csv.reader([lines[int(str(row["line"])) - 1]], delimiter=";"))
        place = next(csv.reader([lines[0]], delimiter=";")).index("Betrag")
        digits = "".join(char for char in cells[place] if char.isdigit())
        assert Decimal(digits) == abs(Decimal(str(row["amount_exact"]).replace(".", "")))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
