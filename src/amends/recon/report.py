"""The results of a run as files, and the control totals that prove that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amends.problems import AmendsError, Problem, ensure
from amends.recon.breaks import RULE_WORDS
from amends.recon.labels import BREAK_SCHEMA
from amends.recon.payouts import PayoutResult, PayoutTie
from amends.tables import Engine

STATES = ("matched", "proposed", "breaks", "excluded", "carried")
_FULL_SCORE = 120
_REFERENCE = {"same": "same reference", "inside": "the reference inside a longer text",
              "cut": "a cut reference", "typo": "one wrong character in the reference",
              "twisted": "two wrong characters in the reference",
              "silent": "no usable reference", "other": "another reference",
              "repaired": "a damaged reference"}
_AMOUNT = {"same": "same amount", "rounding": "amounts within rounding",
           "fx": "amounts within the day's rate", "number": "same figure in another currency",
           "unrated": "another currency, no rate to compare", "differs": "another amount"}
_CARD = {"same": ", same card", "absent": ", same method", "unknown": "",
         "conflict": ", other card"}
_TIMING = {"near": ", minutes apart", "day": ", about the same day", "far": ", days apart"}
_PAYOUT_SCHEMA = pa.schema([
    ("payout_id", pa.string()), ("bank_line_id", pa.int64()), ("kind", pa.string()),
    ("rule", pa.string()), ("reason", pa.string()), ("line_id", pa.int64())])


def sentence(rule: str, reference: str, amount: str, card: str, timing: str) -> str:
    """Why two rows were put together, in one sentence made of their evidence."""
    evidence = f"{_REFERENCE[reference]}, {_AMOUNT[amount]}{_CARD[card]}{_TIMING[timing]}"
    if rule in ("exact", "batch"):
        return RULE_WORDS[rule]
    if rule == "parts":
        return f"{RULE_WORDS['parts'][:-1]}: {_REFERENCE[reference]}, {_AMOUNT[amount]}."
    return f"{evidence[0].upper()}{evidence[1:]}."


def view_reasons(engine: Engine) -> None:
    """Give the engine a table ``reasons``: one sentence for each mix of evidence met."""
    mixes = engine.query(
        "SELECT DISTINCT rule, reference, amount, card, timing FROM tied UNION "
        "SELECT DISTINCT 'proposed', reference, amount, card, timing FROM maybe "
        "ORDER BY 1, 2, 3, 4, 5").to_pylist()
    engine.view("reasons", pa.table(
        {key: pa.array([mix[key] for mix in mixes], pa.string())
         for key in ("rule", "reference", "amount", "card", "timing")}
        | {"reason": pa.array([sentence(**mix) for mix in mixes], pa.string())}))


def write_links(engine: Engine, out: Path) -> None:
    """``links.parquet``: every tied pair with its rule, its score from 0 to 1 and its reason."""
    engine.write(
        f"""SELECT ledger_id, line_id, '1:1' AS kind, 'exact' AS rule,
                   CAST(1 AS DOUBLE) AS score, '{RULE_WORDS["exact"]}' AS reason
            FROM exact_once
            UNION ALL
            SELECT t.ledger_id, t.line_id, t.kind, t.rule,
                   CASE WHEN t.rule = 'exact' THEN CAST(1 AS DOUBLE)
                        ELSE CAST(LEAST(t.score, {_FULL_SCORE}) AS DOUBLE) / {_FULL_SCORE} END,
                   r.reason
            FROM tied AS t
            JOIN reasons AS r ON r.rule = t.rule AND r.reference = t.reference
             AND r.amount = t.amount AND r.card = t.card AND r.timing = t.timing
            ORDER BY ledger_id, line_id""", out / "links.parquet")


def write_proposed(engine: Engine, result: PayoutResult, out: Path) -> None:
    """``proposed.parquet``: pairs of rows, and payouts with bank lines, that a person may tie."""
    rivals = result.live
    engine.view("maybe_paid", pa.table({
        "payout_id": pa.array([None if tie.payout.lines else tie.payout.key for tie in rivals],
                              pa.string()),
        "bank_line_id": pa.array([tie.bank_line.id for tie in rivals], pa.int64()),
        "reason": pa.array([tie.reason for tie in rivals], pa.string()),
        "others": pa.array([sum(
            other.bank_line is tie.bank_line for other in rivals) - 1 for tie in rivals],
            pa.int64())}))
    engine.write(
        f"""SELECT m.ledger_id, m.line_id, CAST(NULL AS VARCHAR) AS payout_id,
                   CAST(NULL AS BIGINT) AS bank_line_id,
                   CAST(LEAST(m.score, {_FULL_SCORE}) AS DOUBLE) / {_FULL_SCORE} AS score,
                   'proposed' AS rule, r.reason, m.others
            FROM maybe AS m
            JOIN reasons AS r ON r.rule = 'proposed' AND r.reference = m.reference
             AND r.amount = m.amount AND r.card = m.card AND r.timing = m.timing
            UNION ALL
            SELECT NULL, NULL, payout_id, bank_line_id, CAST(0.5 AS DOUBLE), 'amount', reason,
                   others
            FROM maybe_paid
            ORDER BY ledger_id, line_id, payout_id, bank_line_id""", out / "proposed.parquet")


def write_payouts(ties: Iterable[PayoutTie], out: Path) -> None:
    """``payouts.parquet``: a row for each payout and bank line, or for each line without an id."""
    rows = []
    for tie in ties:
        named: tuple[int | None, ...] = () if tie.payout.lines else (None,)
        for line in (*named, *tie.payout.lines, *tie.payout.joined):
            rows.append({"payout_id": tie.payout.key if line is None else None,
                         "bank_line_id": tie.bank_line.id, "kind": tie.kind, "rule": tie.rule,
                         "reason": tie.reason, "line_id": line})
    pq.write_table(pa.Table.from_pylist(rows, schema=_PAYOUT_SCHEMA), out / "payouts.parquet")


def write_breaks(rows: Sequence[Mapping[str, object]], out: Path) -> None:
    """``breaks.parquet``."""
    pq.write_table(pa.Table.from_pylist(list(rows), schema=BREAK_SCHEMA), out / "breaks.parquet")


def control_totals(engine: Engine, side: str, rows: str, linked: str,
                   rest: str) -> list[dict[str, Any]]:
    """Rows and minor units of one side by currency and account: total, and each state.

    ``rows`` is a query of (id, currency, account, amount_minor), ``linked`` one of the ids that
    are tied; the table ``{side}_named`` holds (id, state) of those in a break, carried or
    proposed. ``rest`` is the state of what is neither. Ensures that the states add up.
    """
    found = engine.query(
        f"""SELECT r.currency, r.account, COALESCE(n.state, CASE WHEN k.id IS NULL THEN '{rest}'
                   ELSE 'matched' END) AS state,
                   COUNT(*) AS n, CAST(SUM(r.amount_minor) AS BIGINT) AS minor
            FROM ({rows}) AS r
            LEFT JOIN {side}_named AS n ON n.id = r.id
            LEFT JOIN ({linked}) AS k ON k.id = r.id
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""").to_pylist()
    whole = engine.query(
        f"""SELECT currency, account, COUNT(*) AS n, CAST(SUM(amount_minor) AS BIGINT) AS minor
            FROM ({rows}) AS r GROUP BY currency, account ORDER BY currency, account""")
    totals = []
    for total in whole.to_pylist():
        parts = {row["state"]: row for row in found
                 if (row["currency"], row["account"]) == (total["currency"], total["account"])}
        ensure("nowhere" not in parts, f"{side}: rows of account {total['account']} in no state")
        line: dict[str, Any] = {"side": side, "currency": total["currency"],
                                "account": total["account"],
                                "total": {"rows": total["n"], "minor": total["minor"]}}
        for state in STATES:
            part = parts.get(state, {"n": 0, "minor": 0})
            line[state] = {"rows": part["n"], "minor": part["minor"]}
        for unit in ("rows", "minor"):
            ensure(sum(line[state][unit] for state in STATES) == line["total"][unit],
                   f"{side}: the states of account {total['account']} do not add up")
        totals.append(line)
    return totals


def check_written(engine: Engine, out: Path, totals: Sequence[Mapping[str, Any]]) -> None:
    """Read the files back: the rows that they name are those that the totals count.

    Lasting breaks of earlier runs name rows that are no longer here; they are not counted.
    """
    files = ("links", "proposed", "breaks")
    for file in files:
        engine.view(f"written_{file}", out / f"{file}.parquet")
    for side, column in (("ledger", "ledger_id"), ("psp", "line_id")):
        every = " UNION ALL ".join(
            f"SELECT {column} AS id FROM written_{file}" for file in files)
        named = engine.query(
            f"SELECT COUNT(DISTINCT id) AS n FROM ({every}) AS w WHERE NOT EXISTS (SELECT 1 FROM "
            f"breaks_kept AS k WHERE k.{column} = w.id)").column("n")[0].as_py()
        counted = sum(line[state]["rows"] for line in totals if line["side"] == side
                      for state in STATES if state != "excluded")
        ensure(named == counted,
               f"{side}: {counted} rows are accounted for and {named} are in the files")


def ensure_ours(out: Path) -> None:
    """Raise AmendsError when ``out`` is there and is not the results of an earlier run."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir())
                                              and not (out / "summary.json").exists())):
        raise AmendsError(Problem("error", f"{out} holds something else.",
                                  "Name a new folder, or one of an earlier run."))


def write_summary(summary: Mapping[str, Any], out: Path) -> None:
    """``summary.json``."""
    (out / "summary.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")


def read_summary(out: Path) -> dict[str, Any]:
    """``summary.json`` as it was written."""
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return summary
