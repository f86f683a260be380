"""A lone minus (or plus) in a column of the other sign that nothing in its row explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amends.anomalies.report import Finding
from amends.anomalies.survey import Survey, finding, plain
from amends.anomalies.tables import Table

_SIGNED = re.compile(r"change|delta|diff|balance|saldo|variance|profit|p&l|growth|%|movement|"
                     r"deviation|margin|impact|adjust|\bnet\b", re.IGNORECASE)
_TURNS = re.compile(r"refund|revers|credit|correct|charge ?back|return|adjust|storno|gutschr|"
                    r"cancel|void|rebate|discount|write|återbet|rembours|payout|withdraw|"
                    r"negative|loss|debit|fee|transfer", re.IGNORECASE)
_ROWS_MIN = 6
_SHARE_MAX = 0.12
_MINORITY_MAX = 4
_KINDS_MAX = 4  # a column of so few words tells kinds of rows apart


def signs(survey: Survey) -> Iterator[Finding]:
    """One finding for each cell whose sign stands alone."""
    for table in survey.tables:
        labels = _labels(table)
        for column in table.columns:
            if table.is_formula_column(column):
                continue
            signed = _SIGNED.search(table.title(column)) is not None
            yield from _column(survey, table, column, labels, strict=signed)


def _labels(table: Table) -> list[dict[int, str]]:
    """The text columns of a table, each as row to text."""
    found = []
    for column in table.columns:
        texts = {row: value for row, value in table.values(column) if isinstance(value, str)}
        if len(texts) * 2 >= len(table.items):
            found.append(texts)
    return found


def _column(survey: Survey, table: Table, column: int, labels: list[dict[int, str]], *,
            strict: bool) -> Iterator[Finding]:
    held = [(row, value) for row, value in table.numbers(column)
            if value and (row, column) not in table.sheet.formulas]
    lows = [(row, value) for row, value in held if value < 0]
    highs = [(row, value) for row, value in held if value > 0]
    few, many = sorted((lows, highs), key=len)
    if len(held) < _ROWS_MIN or not few or len(few) > min(
            _MINORITY_MAX, max(1, _SHARE_MAX * len(held))) or (strict and len(few) > 1):
        return
    rows = {row for row, _ in few}
    most = {row for row, _ in many}
    for row, value in few:
        support = _support(row, rows, most, labels)
        if support is None or (strict and not support) or _marked(table, row, most):
            continue
        survey.mend(table, (row, column), -value)
        sizes = sorted(abs(number) for _, number in many)
        usual = sizes[0] / 2 <= abs(value) <= sizes[-1] * 2
        yield finding(
            "sign_flip", table, [(row, column)],
            f"{len(many)} other figures of {table.column_name(column)} are "
            f"{'positive' if value < 0 else 'negative'}{_beside(support)}, and nothing in the "
            "row says that this one should differ.",
            f"Would be {plain(-value)}", score=(0.7 if support else 0.6) + 0.05 * usual,
            severity="warning")


def _marked(table: Table, row: int, many: set[int]) -> bool:
    """Whether the row is filled, or left empty, where nearly all others are not: an original's
    number beside a refund."""
    for column in table.columns:
        filled = table.sheet.value(row, column) is not None
        alike = sum((table.sheet.value(other, column) is not None) == filled for other in many)
        if alike * 10 <= len(many):
            return True
    return False


def _beside(support: str) -> str:
    return f", also the others with {support!r}" if support else ""


def _support(row: int, few: set[int], many: set[int], labels: list[dict[int, str]]) -> str | None:
    """The label that this row shares with rows of the usual sign; empty when no column groups
    the rows, None when the row explains its own sign."""
    best = ""
    for texts in labels:
        text = texts.get(row, "")
        if _TURNS.search(text) and not any(
                _TURNS.search(texts.get(other, "")) for other in many):
            return None
        same = {other for other, word in texts.items() if word == text}
        kinds = len(set(texts.values()))
        if kinds * 2 > len(texts):
            continue
        if text and not same & many and 1 < kinds <= max(_KINDS_MAX, len(texts) // 10):
            return None
        if len(same & many) >= 3 and kinds > 1 and not text[:1].isdigit() and not best:
            best = text
    return best


