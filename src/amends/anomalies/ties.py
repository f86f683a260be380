"""What the columns of a row say about each other: net is gross less fee, a balance moves by its
amount. Where most rows agree, the few that do not are explained digit by digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from amends.anomalies.numbers import swaps
from amends.anomalies.report import Finding
from amends.anomalies.sheets import letters
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table
from amends.anomalies.totals import stated_totals

_COLUMNS_MAX = 10
_SAMPLE = 60
_ROWS_MIN = 5
_HOLDS = 0.8
_ZERO = Decimal(0)

Row = Sequence[Decimal | None]  # figures of one row, by position among the table's figure columns


@dataclass(frozen=True, slots=True)
class Tie:
    """One column is what ``parts`` make of others: ``sum``, ``product`` or ``running`` (the row
    above plus the amount)."""

    whole: int
    parts: tuple[int, ...]
    how: str
    signs: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """Every column that it speaks of."""
        return (self.whole, *self.parts)

    def off(self, row: Row, above: Row | None) -> Decimal | None:
        """How far the row is from agreeing; None where a figure is missing."""
        whole, parts = row[self.whole], [row[part] for part in self.parts]
        if whole is None or any(part is None for part in parts):
            return None
        figures = [part for part in parts if part is not None]
        if self.how == "product":
            made = figures[0] * figures[1]
            return whole - made.quantize(_unit(whole)) if made.adjusted() < 20 else None
        made = sum((sign * part for sign, part in zip(self.signs, figures, strict=True)), _ZERO)
        if self.how == "running":
            before = above[self.whole] if above is not None else None
            return None if before is None else whole - before - made
        return whole - made


def _unit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(min(int(value.as_tuple().exponent), -2))


def ties(survey: Survey) -> Iterator[Finding]:
    """Rows that break what their table's other rows agree on, each blamed on one cell."""
    for table in survey.tables:
        if len(table.items) >= _ROWS_MIN:
            yield from _Figures(survey, table).findings()


class _Figures:
    """The typed figures of one table, and what ties them together."""

    def __init__(self, survey: Survey, table: Table) -> None:
        self.survey = survey
        self.table = table
        self.missing = {(stated.column, stated.off) for row in stated_totals(table)
                        for stated in row if stated.off}
        self.columns = [column for column in table.columns
                        if len(table.numbers(column)) * 5 >= len(table.items) * 3
                        and not table.is_formula_column(column)][:_COLUMNS_MAX]
        self.rows: list[Row] = [[table.sheet.number(row, column) for column in self.columns]
                                for row in table.items]
        self.sample = range(0, len(self.rows), max(1, len(self.rows) // _SAMPLE))

    def findings(self) -> Iterator[Finding]:
        """One finding for each row that is off."""
        found = self._ties()
        broken: dict[int, list[Tie]] = {}
        for tie in found:
            off = [i for i in range(len(self.rows)) if self._off(tie, i)]
            if len(off) <= max(2, 0.1 * len(self.rows)):
                for i in off:
                    broken.setdefault(i, []).append(tie)
        skip: set[int] = set()
        for i in sorted(broken):
            if i not in skip:
                if any(tie.how == "running" for tie in broken[i]) and i + 1 in broken:
                    skip.add(i + 1)
                yield from self._blame(i, broken[i], both=i + 1 in skip)

    def _off(self, tie: Tie, i: int, row: Row | None = None) -> Decimal | None:
        return tie.off(self.rows[i] if row is None else row, self.rows[i - 1] if i else None)

    def _ties(self) -> list[Tie]:
        """Ties that most sampled rows keep, the plainest first, none that follows from another."""
        found: list[Tie] = []
        for tie in _candidates(len(self.columns)):
            if any(set(known.columns) <= set(tie.columns) for known in found):
                continue
            if self._mostly(tie, self.sample) and self._mostly(tie, range(len(self.rows))):
                found.append(tie)
        return found

    def _mostly(self, tie: Tie, rows: range) -> bool:
        told = kept = plainly = 0
        misses_max = (1 - _HOLDS) * len(rows)
        for i in rows:
            off = self._off(tie, i)
            if off is None:
                continue
            told += 1
            kept += off == 0
            if told - kept > misses_max:
                return False
            plainly += off == 0 and all(self.rows[i][column] for column in tie.columns)
        return told >= _ROWS_MIN - (tie.how == "running") and kept >= _HOLDS * told \
            and plainly * 2 >= told and self._varies(tie)

    def _varies(self, tie: Tie) -> bool:
        whole = {row[tie.whole] for row in self.rows[:200]}
        if tie.how == "product":
            return all(len({row[part] for row in self.rows[:200]}) > 1 for part in tie.parts)
        return len(whole) > 2

    def _blame(self, i: int, broken: list[Tie], *, both: bool) -> Iterator[Finding]:
        repairs = list(self._repairs(i, broken, both=both))
        best = max((score for *_, score in repairs), default=0.0)
        # of equal repairs the later column is blamed: it was entered from the earlier ones
        first = sorted((repair for repair in repairs if repair[3] == best),
                       key=lambda repair: -repair[1])
        row = self.table.items[i]
        tie = broken[0]
        off = self._off(tie, i) or _ZERO
        if not first:
            if 0.9 * len(self.rows) <= self._keepers(tie):
                yield finding(
                    "total_mismatch", self.table, [(row, self.columns[tie.whole])],
                    f"{self._says(tie)} in {self._keepers(tie)} rows; this row is off by "
                    f"{plain(abs(off))}.", self._would(tie, i, off), score=0.7,
                    what="The row does not add up")
            return
        kind, at, value, _ = first[0]
        cells = [(row, self.columns[other]) for _, other, *_ in first]
        has = self.rows[i][at] or _ZERO
        self.survey.mend(self.table, cells[0], value)
        yield finding(
            "sign_flip" if kind == "sign" else "transposed_digits", self.table,
            list(dict.fromkeys(cells)),
            f"{self._says(tie)} in {self._keepers(tie)} other rows. Here that holds only with "
            f"{plain(value)} in place of {plain(has)}.",
            f"Would be {plain(value)}" + self._or_else(first, row),
            score=(0.96 if len(first) == 1 else 0.75)
            + 0.01 * (len(broken) > 1))

    def _or_else(self, repairs: list[tuple[str, int, Decimal, float]], row: int) -> str:
        others = [f"{letters(self.columns[at])}{row} {plain(value)}"
                  for _, at, value, _ in repairs[1:3]]
        return f", or {' or '.join(others)}" if others else ""

    def _keepers(self, tie: Tie) -> int:
        return sum(self._off(tie, i) == 0 for i in range(len(self.rows)))

    def _repairs(self, i: int, broken: list[Tie], *,
                 both: bool) -> Iterator[tuple[str, int, Decimal, float]]:
        """Every single change of sign or swap of digits that makes the row agree: what, which
        column, the value it should be, how much it explains."""
        row = self.rows[i]
        for at in sorted({column for tie in broken for column in tie.columns}):
            value = row[at]
            if not value:
                continue
            if both and not any(tie.how == "running" and tie.whole == at for tie in broken):
                continue
            for kind, other in (("sign", -value), *(("swap", swap) for swap in swaps(value))):
                fixed = [*row[:at], other, *row[at + 1:]]
                mended = sum(self._off(tie, i, fixed) == 0 for tie in broken)
                if mended == len(broken):
                    lonely = self._sign_is_rare(at, value) if kind == "sign" else True
                    totals = (self.columns[at], other - value) in self.missing
                    yield kind, at, other, 1.0 + totals + 0.5 * lonely + 0.1 * (kind == "sign")

    def _sign_is_rare(self, at: int, value: Decimal) -> bool:
        same = sum((row[at] or _ZERO) * value > 0 for row in self.rows)
        return same * 4 <= len(self.rows)

    def _says(self, tie: Tie) -> str:
        names = [self.table.title(self.columns[part]) or letters(self.columns[part])
                 for part in tie.columns]
        whole, parts = names[0], names[1:]
        if tie.how == "product":
            return f"{whole} is {' times '.join(parts)}"
        joined = "".join(f"{' plus ' if sign > 0 else ' less '}{part}" if k else part
                         for k, (sign, part) in enumerate(zip(tie.signs, parts, strict=True)))
        if tie.how == "running":
            return f"{whole} moves by {joined}"
        if len(parts) == 1:
            return f"{whole} equals {'' if tie.signs[0] > 0 else 'minus '}{joined}"
        return f"{whole} is {joined}"

    def _would(self, tie: Tie, i: int, off: Decimal) -> str:
        has = self.rows[i][tie.whole]
        return "" if has is None else f"{letters(self.columns[tie.whole])}" \
            f"{self.table.items[i]} would be {plain(has - off)}"


def _candidates(columns: int) -> Iterator[Tie]:
    """Ties to try, plainest first: equal, sum and difference of two, running, product, three."""
    every = range(columns)
    for one, other in combinations(every, 2):
        yield Tie(other, (one,), "sum", (1,))
        yield Tie(other, (one,), "sum", (-1,))
    for whole in every:
        rest = [column for column in every if column != whole]
        for pair in combinations(rest, 2):
            yield Tie(whole, pair, "sum", (1, 1))
    for whole in every:
        for part in every:
            if part != whole:
                yield Tie(whole, (part,), "running", (1,))
                yield Tie(whole, (part,), "running", (-1,))
    for whole in every:
        for one, other in combinations([column for column in every if column != whole], 2):
            yield Tie(whole, (one, other), "running", (1, -1))
            yield Tie(whole, (one, other), "running", (-1, 1))
            yield Tie(whole, (one, other), "product")
    yield from _long_sums(columns)


def _long_sums(columns: int) -> Iterator[Tie]:
    for whole in range(columns):
        rest = [column for column in range(columns) if column != whole]
        if columns <= 9:
            for three in combinations(rest, 3):
                yield Tie(whole, three, "sum", (1, 1, 1))
        for length in range(4, whole + 1):
            yield Tie(whole, tuple(range(whole - length, whole)), "sum", (1,) * length)


