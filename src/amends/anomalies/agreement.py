"""What the same thing says elsewhere: the same reference in another table, the same product in
other rows, the neighbours in a numbered list. Told only where two digits or a sign explain it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from amends.anomalies.numbers import swapped, swapped_text
from amends.anomalies.report import Finding, Kind
from amends.anomalies.sheets import Place, Value, address
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_SHARED_MIN = 4
_AGREE = 0.7
_TABLES_MAX = 40
_NUMBERED = re.compile(r"(.*?)(\d{3,18})\Z", re.DOTALL)


def agreement(survey: Survey) -> Iterator[Finding]:
    """Cells that the rest of the file contradicts by two swapped digits or a turned sign."""
    keyed = [(table, key) for table in survey.tables for key in _keys(table)][:_TABLES_MAX]
    for i, (table, key) in enumerate(keyed):
        for other, other_key in keyed[i + 1:]:
            if other is not table:
                yield from _across(survey, _Keyed(table, key), _Keyed(other, other_key))
    for table in survey.tables:
        yield from _same_thing(survey, table)
        for column in table.columns:
            yield from _numbering(table, column)


def _keys(table: Table) -> Iterator[int]:
    for column in table.columns:
        values = [value for _, value in table.values(column)]
        coded = [value for value in values if isinstance(value, str)
                 or (isinstance(value, Decimal) and value % 1 == 0 and value > 99)]
        if len(values) >= _SHARED_MIN and len(coded) == len(values) \
                and len(set(values)) >= 0.9 * len(values):
            yield column


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A table read by one of its columns."""

    table: Table
    key: int

    def rows(self) -> dict[Value, int]:
        """Each key's row, where it is there once."""
        counts = Counter(value for _, value in self.table.values(self.key))
        return {value: row for row, value in self.table.values(self.key) if counts[value] == 1}


def _across(survey: Survey, one: _Keyed, other: _Keyed) -> Iterator[Finding]:
    mine, theirs = one.rows(), other.rows()
    shared = [(mine[key], theirs[key], key) for key in mine if key in theirs]
    if len(shared) < _SHARED_MIN or len(shared) * 2 < min(len(mine), len(theirs)):
        return
    for column in one.table.columns:
        for theirs_column in other.table.columns:
            pairs = [(row, there, key, a, b) for row, there, key in shared
                     if (a := one.table.sheet.number(row, column)) is not None
                     and (b := other.table.sheet.number(there, theirs_column)) is not None]
            agree = sum(a == b for *_, a, b in pairs)
            if column == one.key or len(pairs) < _SHARED_MIN or agree < _AGREE * len(pairs) \
                    or len({a for *_, a, _ in pairs}) < 3:
                continue
            for row, there, key, a, b in pairs:
                if a != b:
                    where = f"{other.table.sheet.name}!{address(there, theirs_column)}"
                    yield from _contradicted(
                        survey, one.table, (row, column), a, b,
                        why=f"For {key} it says {plain(a)}, {where} says {plain(b)}. "
                        f"{agree} other rows agree.",
                        suggestion=f"Would be {plain(b)}, or {where} is wrong")


def _contradicted(survey: Survey, table: Table, at: Place, has: Decimal, says: Decimal, *,
                  why: str, suggestion: str) -> Iterator[Finding]:
    kind: Kind = "sign_flip" if has == -says else "transposed_digits"
    if has == -says or swapped(has, says):
        survey.mend(table, at, says)
        yield finding(kind, table, [at], why, suggestion, score=0.9)


def _same_thing(survey: Survey, table: Table) -> Iterator[Finding]:
    """A figure that is the same wherever the same name stands, but for one row."""
    named = [column for column in table.columns if _is_name(table, column)]
    for column in table.columns:
        if table.is_formula_column(column) or len(table.numbers(column)) < 6:
            continue
        for name in named:
            names = dict(table.values(name))
            groups: dict[Value, list[tuple[int, Decimal]]] = {}
            for row, number in table.numbers(column):
                groups.setdefault(names.get(row), []).append((row, number))
            large = [group for group in groups.values() if len(group) >= 3]
            steady = sum(len({number for _, number in group}) == 1 for group in large)
            if len(large) < 2 or steady < _AGREE * len(large) or steady == 0:
                continue
            for group in large:
                yield from _odd_one(survey, table, column, name, group)


def _is_name(table: Table, column: int) -> bool:
    """Whether a column holds texts that come again."""
    values = [value for _, value in table.values(column)]
    return all(isinstance(value, str) for value in values) and len(set(values)) * 2 < len(values)


def _odd_one(survey: Survey, table: Table, column: int, name: int,
             group: list[tuple[int, Decimal]]) -> Iterator[Finding]:
    (usual, times), *rest = Counter(number for _, number in group).most_common()
    if len(rest) != 1 or rest[0][1] != 1 or times < 3:
        return
    row, odd = next((row, number) for row, number in group if number != usual)
    yield from _contradicted(
        survey, table, (row, column), odd, usual,
        why=f"{times} other rows with {table.sheet.value(row, name)!r} say {plain(usual)}.",
        suggestion=f"Would be {plain(usual)}")


def _numbering(table: Table, column: int) -> Iterator[Finding]:
    """A reference out of a numbered row whose swapped digits fit the gap exactly."""
    numbered = [(row, text, int(match[2])) for row, value in table.values(column)
                if (text := _code(value)) and (match := _NUMBERED.match(text))]
    if len(numbered) < 6:
        return
    steps = Counter(b[2] - a[2] for a, b in pairwise(numbered))
    step, times = steps.most_common(1)[0]
    if step == 0 or times < 0.7 * (len(numbered) - 1) or abs(step) > 1000:
        return
    for before, at, after in zip(numbered, numbered[1:], numbered[2:], strict=False):
        meant = before[2] + step
        if after[2] - before[2] == 2 * step and at[2] != meant:
            good = at[1][:-len(str(at[2]))] + str(meant)
            if swapped_text(at[1], good):
                yield finding(
                    "transposed_digits", table, [(at[0], column)],
                    f"It stands between {before[1]} and {after[1]} in a numbered list.",
                    f"Would be {good}", score=0.85)


def _code(value: Value) -> str:
    if isinstance(value, Decimal) and value % 1 == 0 and value > 99:
        return format(value, "f").partition(".")[0]
    return value if isinstance(value, str) and len(value) <= 40 else ""
