"""What every engine promises, whichever it is."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from amends.problems import AmendsError
from amends.tables import Engine, Interrupted, open_engine


@pytest.fixture(params=["duckdb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    with open_engine(request.param, threads=2, memory="1GB", spill=tmp_path / "spill") as opened:
        yield opened


def test_a_query_reads_arrow_and_parquet_under_their_names(engine: Engine, tmp_path: Path) -> None:
    """An Arrow table and a Parquet glob answer together, with named parameters."""
    pq.write_table(pa.table({"k": [1, 2], "amount_minor": [500, 700]}), tmp_path / "it's.parquet")
    engine.view("entries", str(tmp_path / "*.parquet"))
    engine.view("names", pa.table({"k": [2], "name": ["two"]}))
    rows = engine.query("SELECT name, CAST(SUM(amount_minor) AS BIGINT) AS total FROM entries "
                        "JOIN names USING (k) WHERE amount_minor > $least GROUP BY name",
                        {"least": 600}).to_pylist()
    assert rows == [{"name": "two", "total": 700}]


def test_a_step_makes_a_table_that_the_next_step_reads(engine: Engine, tmp_path: Path) -> None:
    """Statements run one after the other, and rows are written in the order asked for."""
    engine.run("CREATE TABLE a AS SELECT 2 AS n UNION ALL SELECT 1;"
               "CREATE TABLE b AS SELECT * FROM a")
    written = tmp_path / "out.parquet"
    engine.write("SELECT n FROM b WHERE n < $most ORDER BY n", written, {"most": 9})
    assert pq.read_table(written).column("n").to_pylist() == [1, 2]


def test_the_same_question_twice_gives_the_same_answer(engine: Engine) -> None:
    """The engine carries no unread result from one query into the next."""
    ask = "SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n"
    assert engine.query(ask).equals(engine.query(ask))


def test_a_missing_file_is_a_problem_not_an_engine_error(engine: Engine, tmp_path: Path) -> None:
    """What a person can repair is said as a Problem."""
    with pytest.raises(AmendsError, match="cannot be read"):
        engine.view("gone", tmp_path / "gone.parquet")
    (tmp_path / "letter.parquet").write_text("dear colleague")
    with pytest.raises(AmendsError, match="cannot be read"):
        engine.view("letter", tmp_path / "letter.parquet")


def test_what_does_not_fit_is_a_problem() -> None:
    """Without a folder to spill to, a table over the limit says so."""
    with open_engine(memory="20MB", threads=1) as small, pytest.raises(AmendsError, match="memory"):
        small.query("SELECT CAST(i AS VARCHAR) AS t FROM range(3000000) r(i) ORDER BY t")


def test_long_work_can_be_stopped(engine: Engine) -> None:
    """Another thread stops the running query, which says that it was stopped."""
    timer = threading.Timer(0.3, engine.interrupt)
    timer.start()
    with pytest.raises(Interrupted):
        engine.query("SELECT COUNT(*) AS n FROM range(100000000) a(i), range(1000000) b(j) "
                     "WHERE (i * j) % 7 = 3")
    timer.join()


def test_an_unknown_engine_is_named() -> None:
    """The words say which engine was asked for."""
    with pytest.raises(AmendsError, match="abacus"):
        open_engine("abacus")
