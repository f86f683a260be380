"""The two shared worlds, read in place and judged by their own scorer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from amends.recon.run import reconcile
from samples import shared_recon


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
