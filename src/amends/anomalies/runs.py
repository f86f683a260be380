"""Formulas unlike their neighbours, and numbers typed over formulas.

A run is a column (or a row) of formulas that were filled from one: equal in R1C1 shape. The few
that differ are reported, unless the other direction explains them: a row of subtotals, a row of
typed opening figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from amends.anomalies.formulas import has_reference, moved, shape, sum_area, tokens
from amends.anomalies.report import Finding
from amends.anomalies.sheets import Place, Sheet, letters
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_RUN_MIN = 3
_SHARE_MAX = 0.2
_SAME_ODD_MAX = 2


@dataclass(frozen=True, slots=True)
class _Run:
    """The formulas and typed numbers along one line of a table."""

    table: Table
    across: bool
    shapes: dict[Place, str]
    typed: tuple[Place, ...]
    rule: str
    fixed_ranges: bool

    @property
    def model(self) -> Place:
        """A place that follows the rule."""
        return next(at for at, made in self.shapes.items() if made == self.rule)

    @property
    def followers(self) -> int:
        """How many follow the rule."""
        return sum(made == self.rule for made in self.shapes.values())


def broken_runs(survey: Survey) -> Iterator[Finding]:
    """Findings of both kinds, at most one for a cell."""
    told: set[tuple[str, Place]] = set()
    for table in survey.tables:
        if not table.sheet.formulas:
            continue
        for run in _runs(table):
            for at in (*_odd_formulas(run), *_odd_numbers(run)):
                if (table.sheet.name, at) not in told:
                    told.add((table.sheet.name, at))
                    yield _tell(run, at, survey)
        yield from _short_ranges(table, told)


def _runs(table: Table) -> Iterator[_Run]:
    for column in table.columns:
        yield from _run(table, [(row, column) for row in table.items], across=False)
    if len(table.columns) > _RUN_MIN:
        for row in (*table.items, *table.totals):
            yield from _run(table, [(row, column) for column in table.columns], across=True)


def _run(table: Table, line: list[Place], *, across: bool) -> Iterator[_Run]:
    sheet = table.sheet
    shapes, typed = {}, []
    for at in line:
        made = sheet.formulas.get(at)
        if made is not None and has_reference(made):
            shapes[at] = shape(made, *at)
        elif sheet.number(*at) is not None:
            typed.append(at)
    for fixed in (False, True) if len(shapes) >= _RUN_MIN else ():
        if fixed:
            shapes = {at: shape(sheet.formulas[at], *at, fixed_ranges=True) for at in shapes}
        rule, followers = Counter(shapes.values()).most_common(1)[0]
        if followers >= max(_RUN_MIN, len(shapes) // 2):
            yield _Run(table, across, shapes, tuple(typed), rule, fixed)
            return


def _odd_formulas(run: _Run) -> list[Place]:
    counts = Counter(run.shapes.values())
    odd = [at for at, made in run.shapes.items()
           if made != run.rule and counts[made] <= _SAME_ODD_MAX]
    if sum(made != run.rule for made in run.shapes.values()) > max(1, _SHARE_MAX
                                                                   * len(run.shapes)):
        return []
    return [at for at in odd if not _explained(run, at)]


def _explained(run: _Run, at: Place) -> bool:
    """Whether the line the other way has the same formula, or this is a legal first step."""
    sheet, made = run.table.sheet, run.shapes[at]
    if _first_step(run, at) or any(
            sheet.formulas.get(other) is not None
            and shape(sheet.formulas[other], *other, fixed_ranges=run.fixed_ranges) == made
            for other in _beside(at, across=not run.across)):
        return True
    if not run.across:
        return False
    return _skeleton(sheet.formulas[at]) != _skeleton(sheet.formulas[run.model])


def _beside(at: Place, *, across: bool) -> tuple[Place, Place]:
    row, column = at
    return ((row, column - 1), (row, column + 1)) if across else ((row - 1, column),
                                                                 (row + 1, column))


def _first_step(run: _Run, at: Place) -> bool:
    """The first cell of a running balance starts it and reads differently."""
    back = "C[-1]" if run.across else "R[-1]"
    return back in run.rule and at == min((*run.shapes, *run.typed))


def _skeleton(made: str) -> tuple[str, ...]:
    return tuple("ref" if token.kind == "ref" else token.text for token in tokens(made))


def _odd_numbers(run: _Run) -> list[Place]:
    typed = [at for at in run.typed if not _first_step(run, at)]
    if run.across:
        first, last = min(run.shapes), max(run.shapes)
        typed = [at for at in typed if first < at < last]
    total = len(run.shapes) + len(typed)
    if not typed or run.followers < 0.6 * len(run.shapes) or len(typed) > max(
            1, _SHARE_MAX * total):
        return []
    return [at for at in typed if not _typed_beside(run, at)]


def _typed_beside(run: _Run, at: Place) -> bool:
    """Whether a neighbour of a formula line is typed here too: then the whole line was meant."""
    sheet = run.table.sheet
    for other in _beside(at, across=not run.across):
        if sheet.number(*other) is None or other in sheet.formulas:
            continue
        if run.across:
            made = [spot in sheet.formulas for spot in
                    ((other[0], column) for column in run.table.columns)]
        else:
            made = [(row, other[1]) in sheet.formulas for row in run.table.items]
        if sum(made) * 2 > len(made):
            return True
    return run.across and at[0] not in run.table.totals and _column_is_typed(
        sheet, run.table, at)


def _column_is_typed(sheet: Sheet, table: Table, at: Place) -> bool:
    """A column of inputs that crosses the row: the number is where it belongs."""
    rows = [row for row in table.items if row != at[0]]
    typed = sum(sheet.number(row, at[1]) is not None and (row, at[1]) not in sheet.formulas
                for row in rows)
    made = sum((row, at[1]) in sheet.formulas for row in rows)
    return typed > made


def _tell(run: _Run, at: Place, survey: Survey) -> Finding:
    sheet = run.table.sheet
    row, column = run.model
    meant = moved(sheet.formulas[run.model], at[0] - row, at[1] - column,
                  fixed_ranges=run.fixed_ranges)
    gives = survey.reckoner.result(sheet.name, meant)
    share = run.followers / max(len(run.shapes) + len(run.typed), 1)
    others = f"{run.followers} other {'columns' if run.across else 'rows'}"
    where = f"row {at[0]}" if run.across else run.table.column_name(at[1])
    tail = f", {plain(gives)}" if gives is not None else ""
    if at in run.shapes:
        has = sheet.number(*at)
        base = 0.45 if has is not None and has == gives else 0.55
        why = (f"{others} of {where} follow one formula, ={sheet.formulas[run.model]} in "
               f"{letters(column)}{row}. This one reads ={sheet.formulas[at]}.")
        return finding("broken_formula_run", run.table, [at], why + _difference(has, gives),
                       f"Would be ={meant}{tail}", score=base + 0.35 * share * _strength(run))
    typed = sheet.number(*at) or Decimal(0)
    same = gives is not None and abs(typed - gives) <= Decimal("0.005")
    why = (f"{others} of {where} reckon it, ={sheet.formulas[run.model]} in "
           f"{letters(column)}{row}. This one is typed." + _difference(typed, gives))
    return finding("number_over_formula", run.table, [at], why, f"Would be ={meant}{tail}",
                   score=(0.45 if same else 0.6) + 0.3 * share * _strength(run),
                   severity="warning" if same else "error")


def _difference(has: Decimal | None, gives: Decimal | None) -> str:
    if has is None or gives is None:
        return ""
    if has == gives:
        return " The value is the same now; it will not follow a change."
    return f" It is {plain(abs(has - gives))} {'higher' if has > gives else 'lower'}."


def _strength(run: _Run) -> float:
    return min(run.followers / 8, 1.0)


def _short_ranges(table: Table, told: set[tuple[str, Place]]) -> Iterator[Finding]:
    """Sums along a total row that end together but do not start together."""
    for row in table.totals:
        starts: dict[Place, int] = {}
        for column in table.columns:
            made = table.sheet.formulas.get((row, column))
            cells = sum_area(made) if made else None
            if cells and not cells.sheet and cells.left == cells.right == column \
                    and cells.bottom < row:
                starts[row, column] = cells.top
        first = min(starts.values(), default=0)
        late = [at for at, top in starts.items() if first < top <= first + 3
                and (table.sheet.name, at) not in told]
        on_time = sum(top == first for top in starts.values())
        if late and on_time >= 2:
            told |= {(table.sheet.name, at) for at in late}
            yield finding(
                "broken_formula_run", table, list(late),
                f"{on_time} other sums of row {row} start in row {first}; "
                f"{'these start' if len(late) > 1 else 'this one starts'} later.",
                f"Let the range start in row {first}.", score=0.6, severity="warning")
