"""Where each reference occurs: sorted Parquet parts, a few for the whole lake.

``lake/index/*.parquet`` has one row for each reference of each entry, sorted by the reference, so
that a search reads a few row groups instead of every entry. Bank lines are also found by the
references inside their text and by their amount. A new file becomes a part; many parts are merged
into one. Each part says itself which files it covers, so no list can fall out of step, and a part
that is there is complete: it is written beside and renamed.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from amends.problems import AmendsError
from amends.tables import Engine

COVERAGE = "COVERAGE"
PARTS_MAX = 16
PART_BYTES_MAX = 64 * 1024 * 1024
_FOLDER = re.compile(r"[0-9A-Za-z_-]+")
_NOT_ALNUM = re.compile(r"[^A-Za-z0-9]")
_NO_REFERENCE = ("NOTPROVIDED", "NOTAVAILABLE", "NONREF", "UNKNOWN", "NONE", "NULL", "NA", "")

_STEP = r"""
WITH e AS (
  SELECT entry_id, line, kind AS entry_kind, booked_on, amount_minor, currency, "references", text,
         TRY_CAST(nullif(regexp_extract(raw, '"net_minor": *"?(-?[0-9]+)', 1), '') AS BIGINT)
           AS net_minor
  FROM indexing),
said AS (
  SELECT unnest("references") AS r, * FROM e),
bank AS (
  SELECT * FROM e WHERE entry_kind IN ('bank', 'return')),
worded AS (
  SELECT unnest(list_concat(
           regexp_extract_all(upper(text), '[A-Z0-9][A-Z0-9_-]*[0-9][A-Z0-9_-]*'),
           regexp_extract_all(upper(text), '[A-Z]{2,4} [0-9]{4,}'))) AS word, *
  FROM bank),
found AS (
  SELECT r.value AS word, r.kind AS kind, * EXCLUDE (r, "references", text) FROM said
  UNION ALL
  SELECT word, 'text' AS kind, * EXCLUDE (word, "references", text) FROM worded
  UNION ALL
  SELECT currency || amount_minor AS word, 'amount' AS kind, * EXCLUDE ("references", text)
  FROM bank WHERE amount_minor IS NOT NULL
  UNION ALL
  SELECT 'COVERAGE' AS word, 'coverage' AS kind, NULL, NULL, entry_kind, max(booked_on),
         NULL, NULL, NULL
  FROM e GROUP BY entry_kind
  UNION ALL
  SELECT 'COVERAGE', 'coverage', NULL, NULL, NULL, NULL, NULL, NULL, NULL)
SELECT DISTINCT upper(regexp_replace(word, '[^A-Za-z0-9]', '', 'g')) AS value, kind, entry_id,
       line, entry_kind, booked_on, amount_minor, currency, net_minor, '{folder}' AS folder
FROM found
WHERE length(regexp_replace(word, '[^A-Za-z0-9]', '', 'g')) >= 3
ORDER BY value, kind, line
"""


def normalise(reference: str) -> str:
    """The reference as the index keeps it: letters and digits only, upper case.

    Empty for the words that banks write where there is none (NOTPROVIDED).
    """
    bare = _NOT_ALNUM.sub("", reference).upper()
    return "" if bare in _NO_REFERENCE else bare


def index(engine: Engine, lake: Path) -> int:
    """Index the imported files that are not indexed yet; how many that were.

    Entries that were removed from the lake lose their index too.
    """
    entries, parts = lake / "entries", lake / "index"
    there, known = _imported(lake), _covered(find(engine, lake, [COVERAGE]))
    if there == known:
        return 0
    parts.mkdir(parents=True, exist_ok=True)
    for name in sorted(there - known):
        engine.view("indexing", entries / name / "*.parquet")
        _write(engine, _STEP.replace("{folder}", name), parts, name)
    small = [part for part in parts.glob("*.parquet") if part.stat().st_size < PART_BYTES_MAX]
    if known - there:
        _merge(engine, parts, list(parts.glob("*.parquet")), known - there)
    elif len(small) > PARTS_MAX:
        _merge(engine, parts, small, set())
    return len(there - known)


def is_behind(lake: Path, seen: Iterable[Mapping[str, Any]]) -> bool:
    """Whether ``seen``, which holds the rows of COVERAGE, leaves out or adds to the lake."""
    return _covered(seen) != _imported(lake)


def _covered(seen: Iterable[Mapping[str, Any]]) -> set[str]:
    return {row["folder"] for row in seen if row["kind"] == "coverage"}


def _imported(lake: Path) -> set[str]:
    entries = lake / "entries"
    there = {folder.name for folder in entries.iterdir()} if entries.is_dir() else set()
    return {name for name in there if _FOLDER.fullmatch(name)}


def find(engine: Engine, lake: Path, values: Iterable[str]) -> list[dict[str, Any]]:
    """The index rows of these normalised references, in a fixed order.

    Columns: value, kind, entry_id, line, entry_kind, booked_on, amount_minor, currency, net_minor,
    folder. ``index`` has to have run.
    """
    wanted = sorted({value for value in values if value})
    if not wanted or not any((lake / "index").glob("*.parquet")):
        return []
    names = ", ".join(f"$v{number}" for number in range(len(wanted)))
    sql = (f"SELECT DISTINCT * FROM amends_index WHERE value IN ({names})"
           " ORDER BY folder, line, kind, value, entry_kind, booked_on")
    params = {f"v{number}": value for number, value in enumerate(wanted)}
    try:
        return _ask(engine, lake, sql, params)
    except AmendsError:  # another hand merged the parts between our listing and our reading
        return _ask(engine, lake, sql, params)


def _ask(engine: Engine, lake: Path, sql: str, params: dict[str, str]) -> list[dict[str, Any]]:
    engine.view("amends_index", lake / "index" / "*.parquet")
    rows: list[dict[str, Any]] = engine.query(sql, params).to_pylist()
    return rows


def _merge(engine: Engine, parts: Path, merged: list[Path], gone: set[str]) -> None:
    """One part in place of many, without the files that are gone; readers see both for a moment."""
    for number, part in enumerate(merged):
        engine.view(f"part_{number}", part)
    union = " UNION ALL ".join(f"SELECT * FROM part_{number}" for number in range(len(merged)))
    left_out = ", ".join(f"'{name}'" for name in sorted(gone)) or "''"
    name = hashlib.sha256(" ".join(sorted(part.name for part in merged)).encode()).hexdigest()
    _write(engine, f"SELECT DISTINCT * FROM ({union}) WHERE folder NOT IN ({left_out})"
                   " ORDER BY value, kind, folder, line", parts, f"merged-{name[:32]}")
    for part in merged:
        part.unlink(missing_ok=True)


def _write(engine: Engine, sql: str, parts: Path, name: str) -> None:
    beside = parts / f"{name}.{uuid.uuid4().hex}.part"
    engine.write(sql, beside)
    beside.replace(parts / f"{name}.parquet")
