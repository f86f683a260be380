"""What a formula gives, reckoned exactly, for the sums and arithmetic that totals are made of.

Anything it does not know gives None: no answer is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext

from amends.anomalies.formulas import Area, Token, area, tokens
from amends.anomalies.numbers import loose
from amends.anomalies.sheets import Place, Sheet

_DEPTH_MAX = 60
_VISITS_MAX = 4_000_000  # cells summed over a whole workbook

_Key = tuple[str, int, int]
Answer = Decimal | str | bool | None


class _UnknownError(Exception):
    """The formula uses something that is not reckoned here."""


@dataclass(slots=True)
class Reckoner:
    """Formula results over a workbook, each reckoned once; ``calls`` follow references to
    other formulas down to a fixed depth."""

    sheets: Mapping[str, Sheet]
    done: dict[_Key, Decimal | None] = field(default_factory=dict)
    visits_left: int = _VISITS_MAX

    def value(self, sheet: str, row: int, column: int, depth: int = 0) -> Decimal | None:
        """The number that the formula at this place gives, or None where it is not known."""
        key = (sheet, row, column)
        if key not in self.done:
            self.done[key] = None  # a circle finds no answer
            self.done[key] = self._reckon(sheet, (row, column), depth)
        return self.done[key]

    def _reckon(self, sheet: str, place: Place, depth: int) -> Decimal | None:
        formula = self.sheets[sheet].formulas.get(place)
        return None if formula is None else self.result(sheet, formula, depth)

    def result(self, sheet: str, formula: str, depth: int = 0) -> Decimal | None:
        """The number that ``formula`` would give on this sheet, or None."""
        if depth > _DEPTH_MAX:
            return None
        try:
            with localcontext() as context:
                context.prec = 34
                parser = _Parser(self, sheet, tokens(formula), depth + 1)
                found = parser.whole()
        except (_UnknownError, DecimalException, ValueError, IndexError):
            return None
        return found if isinstance(found, Decimal) else None

    def cell(self, sheet: str, row: int, column: int, depth: int) -> Answer:
        """What a reference to one cell sees: the value as kept, else reckoned."""
        held = self.sheets.get(sheet)
        if held is None:
            raise _UnknownError
        value = held.value(row, column)
        if value is None and (row, column) in held.formulas:
            value = self.value(sheet, row, column, depth)
            if value is None:
                raise _UnknownError
        if value is None or isinstance(value, (Decimal, str, bool)):
            return value
        raise _UnknownError

    def numbers(self, own: str, cells: Area, depth: int) -> Iterator[Decimal]:
        """The numbers in a range; text in a range counts for nothing, as in Excel."""
        name = cells.sheet or own
        held = self.sheets.get(name)
        if held is None:
            raise _UnknownError
        bottom, right = min(cells.bottom, _height(held)), min(cells.right, _width(held))
        self.visits_left -= max(bottom - cells.top + 1, 0) * max(right - cells.left + 1, 0)
        if self.visits_left < 0:
            raise _UnknownError
        for row in range(cells.top, bottom + 1):
            for column in range(cells.left, right + 1):
                value = self.cell(name, row, column, depth)
                if isinstance(value, Decimal):
                    yield value


def _height(sheet: Sheet) -> int:
    return max(sheet.height, max((row for row, _ in sheet.formulas), default=0))


def _width(sheet: Sheet) -> int:
    return max(sheet.width, max((column for _, column in sheet.formulas), default=0))


@dataclass(slots=True)
class _Parser:
    """A recursive-descent reader of one formula: + - over * / over a sign over a term."""

    reckoner: Reckoner
    sheet: str
    parts: tuple[Token, ...]
    depth: int
    at: int = 0
    nesting: int = 0

    def whole(self) -> Answer:
        """The formula's answer, when all of it was understood."""
        found = self.sum()
        if self.at != len(self.parts):
            raise _UnknownError
        return found

    def peek(self) -> str:
        """The mark that comes next, or nothing."""
        if self.at < len(self.parts) and self.parts[self.at].kind == "mark":
            return self.parts[self.at].text
        return ""

    def take(self, mark: str) -> None:
        """Step over a mark that must be there."""
        if self.peek() != mark:
            raise _UnknownError
        self.at += 1

    def sum(self) -> Answer:
        """Terms joined by plus and minus."""
        self.nesting += 1
        if self.nesting > _DEPTH_MAX:
            raise _UnknownError
        found = self.product()
        while (mark := self.peek()) in ("+", "-"):
            self.at += 1
            other = _number(self.product())
            found = _number(found) + (other if mark == "+" else -other)
        self.nesting -= 1
        return found

    def product(self) -> Answer:
        """Factors joined by times and divide."""
        found = self.signed()
        while (mark := self.peek()) in ("*", "/"):
            self.at += 1
            other = _number(self.signed())
            found = _number(found) * other if mark == "*" else _number(found) / other
        return found

    def signed(self) -> Answer:
        """A term with its signs and per cent marks."""
        minus = False
        signs = 0
        while (mark := self.peek()) in ("+", "-"):
            self.at, signs, minus = self.at + 1, signs + 1, minus ^ (mark == "-")
        found = self.term()
        while self.peek() == "%":
            self.at += 1
            found = _number(found) / 100
        return -_number(found) if minus else _number(found) if signs else found

    def term(self) -> Answer:
        """A number, a cell, a bracket or a call."""
        if self.at >= len(self.parts):
            raise _UnknownError
        token = self.parts[self.at]
        self.at += 1
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind == "ref":
            cells = area(token.text)
            if not cells.is_cell:
                raise _UnknownError
            return self.reckoner.cell(cells.sheet or self.sheet, cells.top, cells.left, self.depth)
        if token == Token("mark", "("):
            found = self.sum()
            self.take(")")
            return found
        if token.kind == "call" and token.text in _CALLS:
            return _CALLS[token.text](self.arguments())
        raise _UnknownError

    def arguments(self) -> list[list[Decimal]]:
        """Each argument as its numbers: a range gives many, anything else gives one."""
        found: list[list[Decimal]] = []
        while self.peek() != ")":
            found.append(self.argument())
            if self.peek() != ")":
                self.take("," if self.peek() == "," else ";")
        self.take(")")
        return found

    def argument(self) -> list[Decimal]:
        """The numbers of one argument."""
        token = self.parts[self.at] if self.at < len(self.parts) else None
        following = self.parts[self.at + 1].text if self.at + 1 < len(self.parts) else ""
        if token is not None and token.kind == "ref" and following in (",", ";", ")"):
            self.at += 1
            return list(self.reckoner.numbers(self.sheet, area(token.text), self.depth))
        return [_number(self.sum())]


def _number(value: Answer) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if value is None:
        return Decimal(0)
    if isinstance(value, bool):
        return Decimal(int(value))
    found = loose(value)
    if found is None:
        raise _UnknownError
    return found


def _all(arguments: list[list[Decimal]]) -> list[Decimal]:
    return [number for numbers in arguments for number in numbers]


def _sum(arguments: list[list[Decimal]]) -> Decimal:
    return sum(_all(arguments), Decimal(0))


def _average(arguments: list[list[Decimal]]) -> Decimal:
    numbers = _all(arguments)
    if not numbers:
        raise _UnknownError
    return sum(numbers, Decimal(0)) / len(numbers)


def _round(arguments: list[list[Decimal]]) -> Decimal:
    (value,), *rest = arguments
    digits = int(rest[0][0]) if rest else 0
    if not -15 <= digits <= 15:
        raise _UnknownError
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _abs(arguments: list[list[Decimal]]) -> Decimal:
    ((value,),) = arguments
    return abs(value)


def _least(arguments: list[list[Decimal]]) -> Decimal:
    return min(_all(arguments), default=Decimal(0))


def _most(arguments: list[list[Decimal]]) -> Decimal:
    return max(_all(arguments), default=Decimal(0))


def _count(arguments: list[list[Decimal]]) -> Decimal:
    return Decimal(len(_all(arguments)))


_CALLS: Mapping[str, Callable[[list[list[Decimal]]], Decimal]] = {
    "SUM": _sum, "AVERAGE": _average, "ROUND": _round, "ABS": _abs,
    "MIN": _least, "MAX": _most, "COUNT": _count,
}
