"""Totals that do not tie: ranges that forget rows or count twice, results out of date, typed
totals that differ from what stands above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from amends.anomalies.formulas import Area, areas, shape, sum_area, tokens
from amends.anomalies.numbers import swapped, swaps
from amends.anomalies.report import Finding
from amends.anomalies.sheets import Place, Sheet, address, letters
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_NOT_SUMMED = re.compile(r"rate|%|percent|price|average|avg|mean|unit|balance|saldo|year|"
                         r"\bid\b|\bno\b|number", re.IGNORECASE)
_FORGOTTEN_MAX = 0.34
_NEAR = Decimal("0.34")


def totals(survey: Survey) -> Iterator[Finding]:
    """Every total that does not tie, formulas first."""
    for sheet in survey.sheets.values():
        for at, made in sheet.formulas.items():
            cells = sum_area(made)
            if cells is not None:
                yield from _summing(survey, sheet, at, made, cells)
            yield from _stale(survey, sheet, at, made)
    for table in survey.tables:
        yield from _typed_totals(survey, table)


def _summing(survey: Survey, sheet: Sheet, at: Place, made: str,
             cells: Area) -> Iterator[Finding]:
    target = survey.sheets.get(cells.sheet or sheet.name)
    if target is None or cells.bottom > target.height + 1 or cells.right > target.width + 1:
        return
    if cells.left == cells.right:
        forgotten = _forgotten_rows(survey, sheet, at, target, cells)
        if forgotten:
            yield _forgot(sheet, at, made, target, forgotten)
        elif "SUBTOTAL" not in made.upper():
            yield from _twice(sheet, at, target, cells)
    elif cells.top == cells.bottom:
        forgotten = _forgotten_columns(sheet, at, target, cells) or _shorter_than_beside(
            sheet, at, cells)
        if forgotten:
            yield _forgot(sheet, at, made, target, forgotten)


def _forgotten_rows(survey: Survey, sheet: Sheet, at: Place, target: Sheet,
                    cells: Area) -> list[Place]:
    """Numbers that lie beside the range in its own table and are not in it."""
    column = cells.left
    table = survey.table_at(target.name, cells.top, column) or survey.table_at(
        target.name, cells.bottom, column)
    if table is None or cells.top in table.totals:
        return []
    beneath = target is sheet and at[1] == column and at[0] > cells.bottom
    stop = at[0] if beneath else (table.items[-1] + 1)
    below = _reach(table, column, range(cells.bottom + 1, stop), at)
    above = _reach(table, column, range(cells.top - 1, 0, -1), at)
    inside = sum(cells.top <= row <= cells.bottom for row in table.items)
    if not beneath and inside < max(3, len(table.items) // 2):
        return []
    return [(row, column) for row in (*reversed(above), *below)
            if len(above) + len(below) <= max(2, _FORGOTTEN_MAX * inside)]


def _reach(table: Table, column: int, rows: range, at: Place) -> list[int]:
    """The item rows with a number, from the range outwards, until anything else comes."""
    found = []
    for row in rows:
        if row not in table.items or (row, column) == at:
            break
        if table.sheet.number(row, column) is not None:
            found.append(row)
    return found


def _forgotten_columns(sheet: Sheet, at: Place, target: Sheet, cells: Area) -> list[Place]:
    """The next figure of a row of like formulas that the range stops short of."""
    row = cells.top
    ends = {target.formulas.get((row, column)) is not None
            and shape(target.formulas[row, column], row, column)
            for column in range(cells.left, cells.right + 1)}
    if len(ends) != 1 or False in ends or cells.right - cells.left < 1:
        return []
    found = []
    for column in (cells.left - 1, cells.right + 1):
        made = target.formulas.get((row, column))
        if made is not None and (target is not sheet or (row, column) != at) \
                and shape(made, row, column) in ends:
            found.append((row, column))
    return found


def _shorter_than_beside(sheet: Sheet, at: Place, cells: Area) -> list[Place]:
    """Figures of the row that the sums of the rows above and below reach and this one does not."""
    row, column = at
    if cells.sheet or cells.top != row:
        return []
    beside = [other for near in (row - 1, row + 1)
              if (made := sheet.formulas.get((near, column)))
              and (other := sum_area(made)) and other.top == other.bottom == near]
    spans = {(other.left, other.right) for other in beside}
    if len(beside) < 2 or len(spans) != 1:
        return []
    left, right = spans.pop()
    return [(row, spot) for spot in range(left, right + 1)
            if not cells.left <= spot <= cells.right and sheet.number(row, spot) is not None]


def _forgot(sheet: Sheet, at: Place, made: str, target: Sheet,
            forgotten: list[Place]) -> Finding:
    money = sum((target.number(*spot) or Decimal(0) for spot in forgotten), Decimal(0))
    names = [address(*spot) for spot in forgotten]
    many = len(names) > 1
    listed = names[0] if not many else f"{', '.join(names[:-1])} and {names[-1]}" \
        if len(names) <= 4 else f"{names[0]} to {names[-1]}"
    has = sheet.number(*at)
    would = f" With {'them' if many else 'it'} the total is {plain(has + money)}." \
        if has is not None else ""
    first, last = forgotten[0], forgotten[-1]
    cells = sum_area(made)
    top, bottom = (min(cells.top, first[0]), max(cells.bottom, last[0])) if cells else (0, 0)
    left, right = (min(cells.left, first[1]), max(cells.right, last[1])) if cells else (0, 0)
    head = f"{cells.sheet}!" if cells and cells.sheet else ""
    return finding(
        "total_mismatch", sheet, [address(*at), *names],
        f"The formula ={made} does not reach {listed}, which {'hold' if many else 'holds'} "
        f"{plain(money)}.{would}",
        f"Would be =SUM({head}{address(top, left)}:{address(bottom, right)})",
        score=0.93 if money else 0.6,
        what=f"The total leaves out {_count(len(names), first[0] == last[0] and many)}",
        severity="error" if money else "warning")


def _count(many: int, columns: bool) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    number = words[many] if many < len(words) else str(many)
    thing = "column" if columns else "row"
    return f"{number} {thing}{'s' if many != 1 else ''}"


def _twice(sheet: Sheet, at: Place, target: Sheet,
           cells: Area) -> Iterator[Finding]:
    """A range that holds subtotals together with the rows they already add up."""
    column, doubled = cells.left, []
    for row in range(cells.top, min(cells.bottom, target.height) + 1):
        made = target.formulas.get((row, column))
        inner = sum_area(made) if made else None
        if inner is not None and not inner.sheet and inner.left == column == inner.right \
                and inner.top >= cells.top and inner.bottom <= cells.bottom \
                and inner.bottom < row and "SUBTOTAL" not in (made or "").upper():
            doubled.append((row, column))
    others = cells.bottom - cells.top + 1 - len(doubled)
    if not doubled or others < 1 or (target is sheet and at in doubled):
        return
    money = sum((target.number(*spot) or Decimal(0) for spot in doubled), Decimal(0))
    has = sheet.number(*at)
    halves = has is not None and has == 2 * money
    yield finding(
        "total_mismatch", sheet, [at, *doubled],
        f"The range ={letters(column)}{cells.top}:{letters(column)}{cells.bottom} adds up rows "
        f"and also their subtotals, {plain(money)} in all.",
        "Add up the subtotals only, or use SUBTOTAL.", score=0.9 if halves else 0.8,
        what="The total counts rows twice")


def _stale(survey: Survey, sheet: Sheet, at: Place, made: str) -> Iterator[Finding]:
    has = sheet.number(*at)
    if has is None or len(tokens(made)) < 3:
        return
    gives = survey.reckoner.result(sheet.name, made)
    if gives is None or abs(gives - has) <= max(abs(gives), Decimal(1)) * Decimal("1e-9"):
        return
    if any(cells.sheet and cells.sheet not in survey.sheets for cells in areas(made)):
        return
    yield finding("total_mismatch", sheet, [at],
                  f"The cell shows {plain(has)}, its formula ={made} gives {plain(gives)}.",
                  "Reckon the workbook again before using the figure.", score=0.85,
                  what="The result is out of date")


@dataclass(frozen=True, slots=True)
class Stated:
    """A typed total, the sum that comes nearest to it, and the rows of that sum."""

    row: int
    column: int
    stated: Decimal
    sum: Decimal
    rows: tuple[int, ...]

    @property
    def off(self) -> Decimal:
        """Stated less summed; zero when it ties."""
        return self.stated - self.sum


def stated_totals(table: Table) -> list[list[Stated]]:
    """For each total row, its typed totals beside the sums that come nearest."""
    return [[stated for column in table.columns
             if (stated := _stated(table, row, column)) is not None] for row in table.totals]


def _typed_totals(survey: Survey, table: Table) -> Iterator[Finding]:
    for found in stated_totals(table):
        wrong = [stated for stated in found
                 if stated.off and not _mended(survey, table, stated)]
        if not wrong or _only_rounding(wrong):
            continue
        ties = len(found) - len(wrong)
        for stated in wrong:
            near = abs(stated.off) <= abs(stated.sum) * _NEAR
            if (ties or near) and not (ties and not near and len(wrong) > ties):
                yield _untied(table, stated, ties)


def _stated(table: Table, row: int, column: int) -> Stated | None:
    value = table.sheet.number(row, column)
    if value is None or (row, column) in table.sheet.formulas \
            or _NOT_SUMMED.search(table.title(column)):
        return None
    before = [total for total in table.totals if total < row]
    since = before[-1] if before else 0
    choices = [tuple(item for item in table.items if item < row),
               tuple(item for item in table.items if since < item < row), tuple(before)]
    sums = []
    for rows in choices:
        numbers = [number for item in rows
                   if (number := table.sheet.number(item, column)) is not None]
        if len(numbers) >= 2:
            sums.append((sum(numbers, Decimal(0)), rows))
    if not sums:
        return None
    nearest, rows = min(sums, key=lambda pair: abs(pair[0] - value))
    return Stated(row, column, value, nearest, rows)


def _mended(survey: Survey, table: Table, stated: Stated) -> bool:
    """Whether cells that were blamed already make up the difference, one alone or together."""
    changes = [survey.mends[spot] - (table.sheet.number(*spot[1]) or Decimal(0))
               for row in stated.rows
               if (spot := (table.sheet.name, (row, stated.column))) in survey.mends]
    return stated.off in (*changes, sum(changes, Decimal(0)))


def _only_rounding(wrong: list[Stated]) -> bool:
    """Several whole-number columns each off by less than rounding explains: published tables
    round every figure by itself."""
    return len(wrong) >= 2 and all(
        abs(stated.off) <= Decimal(len(stated.rows)).sqrt() * 2 * _unit(stated.stated)
        and _unit(stated.stated) >= Decimal("0.1") for stated in wrong)


def _unit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))


def _untied(table: Table, stated: Stated, ties: int) -> Finding:
    at = (stated.row, stated.column)
    other = f" {ties} other {'columns tie' if ties > 1 else 'column ties'}." if ties else ""
    guilty = _guilty(table, stated)
    if guilty is not None:
        return guilty
    hint = ""
    if swapped(stated.stated, stated.sum):
        hint = " Two digits of the total changed places."
    return finding(
        "total_mismatch", table, [at],
        f"It says {plain(stated.stated)}; the rows above add up to {plain(stated.sum)}, "
        f"{plain(abs(stated.off))} {'less' if stated.off > 0 else 'more'}.{hint}{other}",
        f"Would be {plain(stated.sum)}", score=0.9 if ties or hint else 0.75)


def _guilty(table: Table, stated: Stated) -> Finding | None:
    """The one cell above that explains the whole difference, by its sign or by two digits."""
    column = stated.column
    held = [(row, number) for row in stated.rows
            if (number := table.sheet.number(row, column)) is not None]
    turned = [(row, value) for row, value in held if -2 * value == stated.off]
    if len(turned) == 1 and sum((value < 0) == (turned[0][1] < 0) for _, value in held) == 1:
        row, value = turned[0]
        return finding("sign_flip", table, [(row, column)],
                       f"With {plain(-value)} the column adds up to the total of "
                       f"{plain(stated.stated)}; all other rows have the other sign.",
                       f"Would be {plain(-value)}", score=0.93)
    if swapped(stated.stated, stated.sum):
        return None
    swappable = [(row, value, swap) for row, value in held for swap in swaps(value)
                 if swap - value == stated.off]
    if len(swappable) != 1:
        return None
    row, value, swap = swappable[0]
    return finding("transposed_digits", table, [(row, column)],
                   f"With {plain(swap)} in place of {plain(value)} the column adds up to the "
                   f"total of {plain(stated.stated)}, and no other row explains the difference.",
                   f"Would be {plain(swap)}", score=0.85)
