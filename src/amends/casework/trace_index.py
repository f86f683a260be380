"""Where each reference occurs: one small sorted Parquet file per imported file.

``lake/index/<sha256>.parquet`` has one row for each reference of each entry, sorted by the
reference, so that a search reads a few row groups instead of every entry. Bank lines are also
found by the references inside their text and by their amount. A file that is there is complete:
it is written beside and renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from amends.tables import Engine

COVERAGE = "COVERAGE"
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
           regexp_extract_all(upper(text), '[A-Z0-9][A-Z0-9_/-]*[0-9][A-Z0-9_/-]*'),
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
  FROM e GROUP BY entry_kind)
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
    entries, indexed = lake / "entries", lake / "index"
    indexed.mkdir(parents=True, exist_ok=True)
    there = {folder.name for folder in entries.iterdir()} if entries.is_dir() else set()
    there = {name for name in there if re.fullmatch(r"[0-9A-Za-z_-]+", name)}
    known = {path.stem for path in indexed.glob("*.parquet")}
    for gone in known - there:
        (indexed / f"{gone}.parquet").unlink(missing_ok=True)
    for name in sorted(there - known):
        engine.view("indexing", entries / name / "*.parquet")
        beside = indexed / f"{name}.part"
        engine.write(_STEP.replace("{folder}", name), beside)
        beside.replace(indexed / f"{name}.parquet")
    return len(there - known)


def find(engine: Engine, lake: Path, values: Iterable[str]) -> list[dict[str, Any]]:
    """The index rows of these normalised references, in a fixed order.

    Columns: value, kind, entry_id, line, entry_kind, booked_on, amount_minor, currency, net_minor,
    folder. ``index`` has to have run.
    """
    wanted = sorted({value for value in values if value})
    if not wanted or not any((lake / "index").glob("*.parquet")):
        return []
    engine.view("amends_index", lake / "index" / "*.parquet")
    names = ", ".join(f"$v{number}" for number in range(len(wanted)))
    found = engine.query(
        f"SELECT * FROM amends_index WHERE value IN ({names}) ORDER BY folder, line, kind, value",
        {f"v{number}": value for number, value in enumerate(wanted)},
    )
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows
