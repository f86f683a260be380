"""A sheet as the checks see it: exact values, formulas beside them, cell addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Value = str | Decimal | bool | date | datetime | time | timedelta | None
Place = tuple[int, int]  # (row, column), both from 1

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows of values from A1 on, and the formulas by place, without their ``=``.

    Numbers are decimals read from text (Excel keeps 15 significant digits), never floats.
    ``typed`` is False for files where everything is text, such as CSV.
    """

    name: str
    rows: list[list[Value]]
    formulas: Mapping[Place, str] = field(default_factory=dict)
    typed: bool = True

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def value(self, row: int, column: int) -> Value:
        """What the cell holds or its formula gave; None for an empty cell or outside the sheet."""
        if not (0 < row <= len(self.rows)):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 0 < column <= len(cells) else None

    def number(self, row: int, column: int) -> Decimal | None:
        """The cell's number, or None where it holds none."""
        value = self.value(row, column)
        return value if isinstance(value, Decimal) else None

    def filled(self, row: int, first: int, last: int) -> Iterator[tuple[int, Value]]:
        """The filled cells of a row between two columns, both included."""
        for column in range(first, last + 1):
            value = self.value(row, column)
            if value is not None:
                yield column, value


def letters(column: int) -> str:
    """``1`` is ``A``, ``27`` is ``AA``."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(row: int, column: int) -> str:
    """``(7, 5)`` is ``E7``."""
    return f"{letters(column)}{row}"


def column_number(name: str) -> int:
    """``AA`` is 27."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def place(name: str) -> Place:
    """``E7`` is ``(7, 5)``; ValueError when it is no address."""
    match = _ADDRESS.match(name)
    if match is None:
        raise ValueError(f"{name!r} is not a cell address")
    return int(match[2]), column_number(match[1])


def places(cells: str) -> Iterator[Place]:
    """Every place of an address or a range such as ``A18:G18``."""
    first, _, last = cells.partition(":")
    top, left = place(first)
    bottom, right = place(last or first)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            yield row, column


