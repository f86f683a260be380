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


def signs(survey: Survey) -> Iterator[Finding]:
    """One finding for each cell whose sign stands alone."""
    for table in survey.tables:
        labels = _labels(table)
        for column in table.columns:
            if table.is_formula_column(column):
                continue
            signed = _SIGNED.search(table.title(column)) is not None
            yield from _column(table, column, labels, strict=signed)


def _labels(table: Table) -> list[dict[int, str]]:
    """The text columns of a table, each as row to text."""
    found = []
    for column in table.columns:
        texts = {row: value for row, value in table.values(column) if isinstance(value, str)}
        if len(texts) * 2 >= len(table.items):
            found.append(texts)
    return found


def _column(table: Table, column: int, labels: list[dict[int, str]], *,
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
        if support is None or (strict and not support):
            continue
        sizes = sorted(abs(number) for _, number in many)
        usual = sizes[0] / 2 <= abs(value) <= sizes[-1] * 2
        yield finding(
            "sign_flip", table, [(row, column)],
            f"{len(many)} other figures of {table.column_name(column)} are "
            f"{'positive' if value < 0 else 'negative'}{_beside(support)}, and nothing in the "
            "row says that this one should differ.",
            f"Would be {plain(-value)}", (0.8 if support else 0.62) + 0.05 * usual,
            severity="error" if support else "warning")


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
        if len(set(texts.values())) * 2 > len(texts):
            continue
        if not same & many and len(few) + len(many) > len(same) and text:
            return None
        if len(same & many) >= 3 and not best:
            best = text
    return best


