"""Formulas read as text: their references, and their shape with the place taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from amends.anomalies.sheets import Place, column_number, letters

TokenKind = Literal["text", "ref", "call", "name", "number", "mark", "error"]
FORMULA_MAX = 8192  # characters, as in Excel

_SHEET = r"(?:'(?:[^']|'')+'|[A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*)!"
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_LEX = re.compile(rf"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#[A-Z/0]+[!?]?)
  | (?P<ref>(?:{_SHEET})?(?:{_CELL}(?::{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}
        |\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}}))(?![\w(.!\[])
  | (?P<call>[A-Za-z_][\w.]*)\(
  | (?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
  | (?P<name>[\w\u0080-\uffff.\\!'\[\]@\#]+)
  | (?P<mark><=|>=|<>|[-+*/^&=<>%(),;:{{}}])
  | (?P<gap>\s+)
""", re.VERBOSE)
_PART = re.compile(r"(\$?)([A-Z]{0,3})(\$?)([0-9]{0,7})\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula; ``text`` as written, function names without their bracket."""

    kind: TokenKind
    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """The cells a reference means: rows and columns from 1, both ends included; ``sheet`` is
    empty for the formula's own; 0 and a large number stand for whole rows and columns."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_cell(self) -> bool:
        """Whether it is one cell."""
        return self.top == self.bottom and self.left == self.right


ROW_MAX, COLUMN_MAX = 1_048_576, 16_384


@lru_cache(maxsize=65_536)
def tokens(formula: str) -> tuple[Token, ...]:
    """The pieces of a formula; an unreadable character becomes a mark of its own."""
    found: list[Token] = []
    at, formula = 0, formula[:FORMULA_MAX]
    while at < len(formula):
        match = _LEX.match(formula, at)
        if match is None:
            found.append(Token("mark", formula[at]))
            at += 1
            continue
        at = match.end()
        kind = match.lastgroup or "gap"
        if kind == "call":
            found.append(Token("call", match["call"].upper()))
        elif kind != "gap":
            found.append(Token(kind, match[kind]))  # type: ignore[arg-type]
    return tuple(found)


def split_sheet(reference: str) -> tuple[str, str]:
    """Sheet name (empty for the own sheet) and the rest, in capitals without the quotes."""
    name, bang, cells = reference.rpartition("!")
    if bang and name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return name, cells.upper()


@lru_cache(maxsize=65_536)
def area(reference: str) -> Area:
    """The cells that a reference token means."""
    sheet, cells = split_sheet(reference)
    first, _, last = cells.partition(":")
    top, left = _corner(first, 1, 1)
    bottom, right = _corner(last or first, ROW_MAX, COLUMN_MAX)
    return Area(sheet, min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _corner(text: str, row: int, column: int) -> Place:
    match = _PART.match(text)
    if match is None:
        return row, column
    return (int(match[4]) if match[4] else row,
            column_number(match[2]) if match[2] else column)


def areas(formula: str) -> Iterator[Area]:
    """Every reference of a formula, in order."""
    for token in tokens(formula):
        if token.kind == "ref":
            yield area(token.text)


def has_reference(formula: str) -> bool:
    """Whether the formula looks at any cell or name; ``=1+2`` is a typed number in disguise."""
    return any(token.kind in ("ref", "name") for token in tokens(formula))


def shape(formula: str, row: int, column: int, *, fixed_ranges: bool = False) -> str:
    """The formula with relative references written as distances (R1C1): equal for formulas that
    were filled down or across. With ``fixed_ranges`` a range of several cells stands as written,
    as programs write it that anchor nothing."""
    return "".join(_relative(token.text, row, column)
                   if token.kind == "ref" and not (fixed_ranges and ":" in token.text)
                   else token.text + ("(" if token.kind == "call" else "")
                   for token in tokens(formula))


def _relative(reference: str, row: int, column: int) -> str:
    sheet, cells = split_sheet(reference)
    parts = ":".join(_corner_shape(part, row, column) for part in cells.split(":"))
    return f"{sheet}!{parts}" if sheet else parts


def _corner_shape(text: str, row: int, column: int) -> str:
    match = _PART.match(text)
    if match is None:
        return text
    fixed_column, name, fixed_row, number = match.groups()
    if not name and fixed_column:  # "$3" of a whole row reads as a fixed column mark
        fixed_row = fixed_column
    rows = f"R{number}" if fixed_row else f"R[{int(number) - row}]"
    columns = f"C{name}" if fixed_column else f"C[{column_number(name) - column}]"
    return (rows if number else "") + (columns if name else "")


def moved(formula: str, rows: int, columns: int, *, fixed_ranges: bool = False) -> str:
    """The formula as it would read after being filled ``rows`` down and ``columns`` across;
    ``fixed_ranges`` as in ``shape``."""
    pieces = []
    for token in tokens(formula):
        if token.kind == "ref" and not (fixed_ranges and ":" in token.text):
            head, bang, cells = token.text.rpartition("!")
            cells = ":".join(_shift(part, rows, columns) for part in cells.upper().split(":"))
            pieces.append(head + bang + cells)
        else:
            pieces.append(token.text + ("(" if token.kind == "call" else ""))
    return "".join(pieces)


def _shift(text: str, rows: int, columns: int) -> str:
    from_match = _PART.match(text)
    if from_match is None:
        return text
    fixed_column, name, fixed_row, number = from_match.groups()
    if name and not fixed_column:
        name = letters(column_number(name) + columns)
    if number and not (fixed_row or (fixed_column and not name)):
        number = str(int(number) + rows)
    return fixed_column + name + fixed_row + number


@lru_cache(maxsize=65_536)
def sum_area(formula: str) -> Area | None:
    """The one range of a formula that is just ``SUM(range)`` or ``SUBTOTAL(9,range)``."""
    parts = tokens(formula.lstrip("="))
    if parts and parts[0].text == "+":
        parts = parts[1:]
    body = parts[1:]
    if len(parts) > 1 and parts[0] == Token("call", "SUBTOTAL"):
        if len(body) < 2 or body[0].text not in ("9", "109"):
            return None
        body = body[2:]
    elif not parts or parts[0] != Token("call", "SUM"):
        return None
    if len(body) != 2 or body[0].kind != "ref" or body[1].text != ")":
        return None
    found = area(body[0].text)
    return None if found.is_cell else found
