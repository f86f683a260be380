"""Three-way reconciliation of the shared worlds: scores, and wall time against a bare join.

The bare join is DuckDB's own: both Parquet files scanned and joined on reference and amount, the
pairs fetched. Ours does everything: links, fees, breaks, payouts against the bank, files written
and read back. Each the best of three in one warm process, on the same threads.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from amends.recon.run import reconcile
from amends.tables import open_engine

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "samples"
_THREADS = 2
_JOIN = ("SELECT ledger_id, line_id FROM ledger AS l JOIN psp AS p "
         "ON l.reference = p.merchant_reference AND l.amount_minor = p.gross_minor")


def _best(work: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def _bare_join(world: Path) -> None:
    with open_engine(threads=_THREADS) as engine:
        engine.view("ledger", world / "ledger.parquet")
        engine.view("psp", world / "psp.parquet")
        engine.query(_JOIN)


def _measure(world: Path, score: Any) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        ours = _best(lambda: reconcile(world, out, threads=_THREADS))
        join = _best(lambda: _bare_join(world))
        found = score.score(world, *(str(out / f"{name}.parquet")
                                     for name in ("links", "payouts", "breaks")))
    rows = {"wall s": f"{ours:.2f}", "bare join s": f"{join:.3f}", "ratio": f"{ours / join:.1f}"}
    for part in ("links", "payouts", "breaks", "bank_breaks"):
        if found[part]["true"]:
            rows[f"{part} precision"] = f"{found[part]['precision']:.5f}"
            rows[f"{part} recall"] = f"{found[part]['recall']:.5f}"
    return rows


def main() -> int:
    """Print the figures of both worlds side by side; 0, or 2 where the worlds are not there."""
    recon = Path(os.environ.get("AMENDS_SAMPLES", _BESIDE)).parent / "recon"
    if not recon.exists():
        print(f"left out: {recon} is not there (set AMENDS_SAMPLES)")
        return 2
    spec = importlib.util.spec_from_file_location("score", recon / "score.py")
    if spec is None or spec.loader is None:
        return 2
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    worlds = {world.name: _measure(world, score) for world in sorted(recon.glob("world-*"))}
    print(f"{'':<24}" + "".join(f"{name:>16}" for name in worlds))
    for row in dict.fromkeys(key for rows in worlds.values() for key in rows):
        print(f"{row:<24}" + "".join(f"{rows.get(row, '-'):>16}" for rows in worlds.values()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
