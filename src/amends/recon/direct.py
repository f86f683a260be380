"""Ledger and bank without a processor's report: bank lines take the place of report lines.

A bank line that names an order ties like a report line with a mangled reference. What then is
left of the ledger is added up in time order, as one bank line often pays many orders.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pyarrow as pa

from amends.recon.payouts import BankLine, Payout, tie_payouts
from amends.recon.rules import Rules
from amends.tables import Engine

_LEDGER = """SELECT ledger_id, account, CAST(seen_at AS DATE) AS on_day, currency, amount_minor
FROM ledger_rest AS r WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = r.ledger_id)
ORDER BY account, seen_at, ledger_id"""
_LINES = """SELECT line_id, account, currency, settled_date, gross_minor, said
FROM line_rest AS r WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = r.line_id)
ORDER BY line_id"""
_TIE = """INSERT INTO tied
SELECT b.ledger_id, b.line_id, b.kind, 'batch', 60, 'silent', 'same', 'unknown', 'day'
FROM batched AS b"""
# The views that stand in for the report, and the ledger with types that a bank can tell apart.
AS_REPORT = """SELECT bank_line_id AS line_id, remittance AS merchant_reference,
  CASE WHEN amount_minor < 0 THEN 'refund' ELSE 'payment' END AS type,
  CAST(value_date AS TIMESTAMP) AS created_at, value_date AS settled_date,
  amount_minor AS gross_minor, CAST(NULL AS BIGINT) AS fee_minor, amount_minor AS net_minor,
  currency, CAST(NULL AS VARCHAR) AS payout_id, account, CAST(NULL AS VARCHAR) AS method,
  CAST(NULL AS VARCHAR) AS last4"""


def tie_batches(engine: Engine, rules: Rules, settled_before: date) -> None:
    """Tie bank lines that pay several ledger rows at once; adds rows to ``tied``."""
    days: dict[tuple[str, date], list[tuple[int, int, str]]] = defaultdict(list)
    for row in engine.query(_LEDGER).to_pylist():
        days[row["account"], row["on_day"]].append(
            (row["ledger_id"], row["amount_minor"], row["currency"]))
    batches = [Payout(f"{account} {day}", account, rows[0][2], day, sum(row[1] for row in rows),
                      tuple(row[0] for row in rows), tuple(row[1] for row in rows))
               for (account, day), rows in days.items()]
    lines = [BankLine(row["line_id"], row["account"], row["currency"], row["settled_date"],
                      row["gross_minor"], "", row["said"] or "")
             for row in engine.query(_LINES).to_pylist()]
    found = tie_payouts(batches, lines, rules, settled_before)
    pairs = [(ledger, tie.bank_line.id, "1:1" if len(tie.payout.lines) == 1 else "n:1")
             for tie in found.ties if tie.kind != "1:n" for ledger in tie.payout.lines]
    engine.view("batched", pa.table({
        "ledger_id": pa.array([pair[0] for pair in pairs], pa.int64()),
        "line_id": pa.array([pair[1] for pair in pairs], pa.int64()),
        "kind": pa.array([pair[2] for pair in pairs], pa.string())}))
    engine.run(_TIE)
