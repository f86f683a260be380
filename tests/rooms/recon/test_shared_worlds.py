"""The two shared worlds, read in place and judged by their own scorer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from amends.recon.compare import compare_by_rules
from amends.recon.run import reconcile
from samples import shared, shared_recon


@pytest.mark.parametrize(("world", "least"), [("world-default", 0.99), ("world-dirty", 0.97)])
def test_a_hundred_thousand_orders(world: str, least: float, tmp_path: Path) -> None:
    """No false links, hardly a missed one, every payout, and breaks of the right kind."""
    folder, scorer = shared_recon(world), shared_recon("score.py")
    spec = importlib.util.spec_from_file_location("score", scorer)
    assert spec is not None and spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    reconcile(folder, tmp_path / "out", threads=2)
    found = score.score(folder, *(str(tmp_path / "out" / f"{name}.parquet")
                                  for name in ("links", "payouts", "breaks")))
    assert found["links"]["precision"] >= 0.9999 and found["links"]["recall"] >= 0.9995
    assert found["payouts"]["precision"] == found["payouts"]["recall"] == 1.0
    assert found["breaks"]["precision"] >= least and found["breaks"]["recall"] >= least


def test_the_real_pair_of_settlement_reports(tmp_path: Path) -> None:
    """The workbook holds a transaction that the XML report lacks, and yet sums up."""
    reports = shared("psp")
    rules = tmp_path / "pair.toml"
    rules.write_text(f"""
name = "Report against workbook"
key = "transaction"
[[sides]]
name = "the XML report"
file = "{reports / 'swedbankpay-transaction-list.xml'}"
[[sides]]
name = "the workbook"
file = "{reports / 'swedbankpay-transaction-list.xlsx'}"
""")
    summary = compare_by_rules(rules, tmp_path / "out")
    assert summary["matched"] == 206
    assert summary["sentences"] == [
        "Transaction 781997170, order CB2-KURI88, 636.00 SEK, is in the workbook and not in the "
        "XML report; the summary counts it.",
        "The total in SEK differs by 636.00 SEK: 163,052.00 SEK in the XML report, 163,688.00 SEK "
        "in the workbook."]
