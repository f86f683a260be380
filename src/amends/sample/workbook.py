"""A colleague's workbook that does not add up: refunds under review, with planted mistakes.

Formulas carry their computed values, as a spreadsheet program saves them, and the file is written
without a clock, so that the same plan gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Context, Decimal
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from amends.sample.company import fee_minor
from amends.sample.csv_files import csv_text
from amends.sample.orders import Sale
from amends.sample.plan import Plan

_ROWS = 84
_HEADER = ("Date", "Order", "Customer", "Order amount", "Refund", "Fee kept", "Net effect",
           "Reason", "Agent", "Approved")
_REASONS = ("damaged", "not delivered", "changed mind", "charged twice", "wrong size", "late")
_STAMP = (2026, 1, 1, 0, 0, 0)
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_FORMULA = re.compile(r'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?')
_DOUBLE = Context(prec=17)  # as many digits as a spreadsheet's number carries
_DATE, _MONEY = "yyyy-mm-dd", "#,##0.00"


@dataclass(slots=True)
class Sheets:
    """The workbook's bytes and its planted mistakes: sheet, cell, kind, what."""

    content: bytes = b""
    planted: list[tuple[str, str, str, str]] = field(default_factory=list)

    def truth(self) -> str:
        """The planted mistakes as CSV."""
        return csv_text(("sheet", "cell", "kind", "what"), self.planted)


@dataclass(slots=True)
class _Line:
    """One refund as the sheet has it, in minor units; ``net`` None is a formula."""

    sale: Sale
    order_minor: int
    refund_minor: int
    fee_minor: int
    reason: str
    agent: str
    refund_text: str = ""
    net_minor: int | None = None
    formula_row: int = 0


def refund_review(plan: Plan, sales: list[Sale]) -> Sheets:
    """``refund-review.xlsx``: a list of refunds, a summary by reason, both with mistakes."""
    stream = plan.stream("workbook")
    chosen = [sale for sale in sales if sale.currency == "EUR" and sale.amount_minor >= 1_000
              and not sale.is_foreign and _swapped(sale.amount_minor) != sale.amount_minor][:400]
    chosen = sorted(stream.sample(chosen, _ROWS), key=lambda sale: sale.placed_at)
    lines = [_line(sale, stream) for sale in chosen]
    made = Sheets()
    _spoil(lines, made, stream)
    book = Workbook()
    book.remove(book.worksheets[0])
    values = [_refunds(book.create_sheet("Refunds"), lines, made),
              _summary(book.create_sheet("Summary"), lines, made)]
    made.content = _saved(book, values)
    return made


def _line(sale: Sale, stream: Random) -> _Line:
    kept = fee_minor(sale.customer.method, "payment", sale.amount_minor)
    return _Line(sale, sale.amount_minor, -sale.amount_minor, kept, stream.choice(_REASONS),
                 stream.choice(("T. Reyes", "H. Weiss", "C. Dubois", "O. Grant")))


def _spoil(lines: list[_Line], made: Sheets, stream: Random) -> None:
    """The mistakes in the rows, each in a row of its own."""
    places = stream.sample(range(6, _ROWS - 6, 2), 9)
    lines[places[0]] = lines[places[0] - 1]
    _note(made, f"A{places[0] + 2}", "duplicate", f"Row {places[0] + 1} again")
    for place in places[1:3]:
        line = lines[place]
        line.refund_minor = -_swapped(line.order_minor)
        _note(made, f"E{place + 2}", "transposed_digits",
              f"{_plain(line.refund_minor)} for {_plain(-line.order_minor)}")
    for place in places[3:5]:
        lines[place].refund_minor = abs(lines[place].refund_minor)
        _note(made, f"E{place + 2}", "sign_flip", "A refund with a plus")
    for place in places[5:7]:
        lines[place].refund_text = _plain(lines[place].refund_minor)
        _note(made, f"E{place + 2}", "number_as_text", lines[place].refund_text)
    typed = lines[places[7]]
    typed.net_minor = typed.refund_minor + typed.fee_minor + 1_000
    _note(made, f"G{places[7] + 2}", "number_over_formula", "A figure typed over the formula")
    lines[places[8]].formula_row = places[8] + 1
    _note(made, f"G{places[8] + 2}", "broken_formula_run", "The formula points to the row above")


def _note(made: Sheets, cell: str, kind: str, what: str, sheet: str = "Refunds") -> None:
    made.planted.append((sheet, cell, kind, what))


def _refunds(sheet: Worksheet, lines: list[_Line], made: Sheets) -> dict[str, Decimal]:
    """The list, with a total under it that somebody typed; the values of its formulas."""
    _head(sheet, _HEADER)
    values: dict[str, Decimal] = {}
    nets: list[int] = []
    for row, line in enumerate(lines, 2):
        at = datetime.combine(line.sale.placed_at.date(), time())
        refund: str | Decimal = line.refund_text or _decimal(line.refund_minor)
        sheet.append([at, line.sale.order, line.sale.customer.name, _decimal(line.order_minor),
                      refund, _decimal(line.fee_minor), None, line.reason, line.agent, "yes"])
        nets.append(_net(sheet, row, line, lines, values))
        sheet.cell(row, 1).number_format = _DATE
        for column in (4, 5, 6, 7):
            sheet.cell(row, column).number_format = _MONEY
    end = len(lines) + 1
    refunded = sum(line.refund_minor for line in lines if not line.refund_text)
    sheet.append(["Total", None, None, _decimal(sum(line.order_minor for line in lines) + 9_000),
                  f"=SUM(E2:E{end})", f"=SUM(F2:F{end})", f"=SUM(G2:G{end})"])
    values |= {f"E{end + 1}": _decimal(refunded), f"G{end + 1}": _decimal(sum(nets)),
               f"F{end + 1}": _decimal(sum(line.fee_minor for line in lines))}
    _note(made, f"D{end + 1}", "total_mismatch", "The typed total is 90.00 too high")
    for column in (4, 5, 6, 7):
        sheet.cell(end + 1, column).number_format = _MONEY
        sheet.cell(end + 1, column).font = Font(bold=True)
    _widths(sheet, (11, 14, 24, 13, 13, 10, 13, 15, 12, 10))
    return values


def _net(sheet: Worksheet, row: int, line: _Line, lines: list[_Line],
         values: dict[str, Decimal]) -> int:
    """The net cell of a row: a formula, one that points elsewhere, or a typed figure."""
    if line.net_minor is not None:
        sheet.cell(row, 7, _decimal(line.net_minor))
        return line.net_minor
    source = line.formula_row or row
    shown = lines[source - 2]
    minor = shown.refund_minor + shown.fee_minor
    sheet.cell(row, 7, f"=E{source}+F{source}")
    values[f"G{row}"] = _decimal(minor)
    return minor


def _summary(sheet: Worksheet, lines: list[_Line], made: Sheets) -> dict[str, Decimal]:
    """Refunds by reason; one figure was typed over its formula, the total is a formula."""
    _head(sheet, ("Reason", "Count", "Refunded", "Share of list"))
    values: dict[str, Decimal] = {}
    end = len(lines) + 1
    sums = {reason: sum(line.refund_minor for line in lines
                        if line.reason == reason and not line.refund_text) for reason in _REASONS}
    typed = _REASONS[3]
    for row, reason in enumerate(_REASONS, 2):
        count = sum(line.reason == reason for line in lines)
        sheet.append([reason, f'=COUNTIF(Refunds!H2:H{end},A{row})',
                      f'=SUMIF(Refunds!H2:H{end},A{row},Refunds!E2:E{end})', f"=C{row}/C8"])
        values |= {f"B{row}": Decimal(count), f"C{row}": _decimal(sums[reason])}
        if reason == typed:
            sums[reason] -= 4_500
            sheet.cell(row, 3, _decimal(sums[reason]))
            values.pop(f"C{row}")
            _note(made, f"C{row}", "number_over_formula", "A figure typed over SUMIF", "Summary")
        sheet.cell(row, 3).number_format = _MONEY
        sheet.cell(row, 4).number_format = "0.0%"
    sheet.append(["Total", "=SUM(B2:B7)", "=SUM(C2:C7)"])
    total = sum(sums.values())
    values |= {"B8": Decimal(len(lines)), "C8": _decimal(total)}
    values |= {f"D{row}": _DOUBLE.divide(sums[reason], total)
               for row, reason in enumerate(_REASONS, 2)}
    _widths(sheet, (18, 9, 14, 14))
    return values


def _head(sheet: Worksheet, names: tuple[str, ...]) -> None:
    sheet.append(list(names))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _widths(sheet: Worksheet, widths: tuple[int, ...]) -> None:
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _saved(book: Workbook, values: list[dict[str, Decimal]]) -> bytes:
    """The workbook's bytes with the formulas' values in it, and no trace of when it was saved."""
    plain = io.BytesIO()
    book.save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w") as target:
        for name, content in sorted(_parts(source, values)):
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()


def _parts(source: zipfile.ZipFile, values: list[dict[str, Decimal]]) -> Iterator[
        tuple[str, bytes]]:
    for name in source.namelist():
        content = source.read(name)
        if name == "docProps/core.xml":
            content = _SAVED.sub(rb"\g<1>2026-01-01T00:00:00Z", content)
        sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        if sheet:
            content = _with_values(content.decode(), values[int(sheet.group(1)) - 1]).encode()
        yield name, content


def _with_values(xml: str, values: dict[str, Decimal]) -> str:
    return _FORMULA.sub(lambda found: f"{found.group(1)}<v>{values[found.group(2)]}</v>", xml)


def _swapped(minor: int) -> int:
    """The amount with two neighbouring digits exchanged, the first pair that differs."""
    digits = list(str(minor))
    place = next((n for n in range(len(digits) - 1) if digits[n] != digits[n + 1]
                  and digits[n + 1] != "0"), 0)
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    return int("".join(digits))


def _decimal(minor: int) -> Decimal:
    return Decimal(minor) / 100


def _plain(minor: int) -> str:
    return f"{_decimal(minor):,.2f}"
