"""Swedbank Pay (PayEx) settlement reports, XML and XLSX, versions 1 (``SALES``) and 2.0.

The report states count and sum of each service and of the whole; each is compared with what its
transactions come to. A negative amount is a refund. Times carry no zone and are taken as UTC.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from amends.sources.extract import Extract, Tally
from amends.sources.figures import day, plain_amount
from amends.sources.formats.camt_parts import line_of, local
from amends.sources.formats.workbook import first_rows, is_workbook, rows_of
from amends.sources.records import Control
from amends.sources.source import Source

FORMATS = ("swedbankpay",)
# What the two versions and their workbooks call the same thing; letters and digits only.
_NAMES = {
    "transactionno": "transaction", "transactionnumber": "transaction",
    "payextransactionno": "transaction", "transactionidentity": "identity",
    "orderid": "order", "orderidentity": "order", "referencedtransaction": "payment",
    "referencedtransactionnumber": "payment", "externaltransactionreference": "clearing",
    "reference": "clearing", "directdebitbankreference": "clearing",
    "payexbatchno": "batch", "payexbatchnumber": "batch", "datecreated": "created",
    "datemodified": "booked", "type": "service", "service": "service", "servicename": "service",
    "name": "service", "amount": "amount", "currency": "currency", "vatamount": "vat",
    "description": "text", "payexaccountno": "account", "payexaccountnumber": "account",
    "provider": "provider", "noofdebet": "debits", "noofdebit": "debits", "noofcredit": "credits",
    "saleschannel": "sales_channel", "brand": "brand", "pointofsale": "point_of_sale",
    "creditcardbatchno": "card_batch", "creditcardbatchnumber": "card_batch",
    "productcategory": "product", "merchantproductno": "product", "productnumber": "product",
    "subsite": "subsite", "prefix": "subsite",
}
_REFERENCES = {"transaction": "transaction", "identity": "transaction", "order": "order",
               "payment": "payment", "clearing": "clearing", "batch": "batch", "service": "method"}
_RAW = ("provider", "service", "vat", "sales_channel", "brand", "point_of_sale", "card_batch",
        "product", "subsite")
_ROW_TAGS = ("TRAN", "Transaction", "SERVICE", "Service")
_TOP_TAGS = ("SALES", "SalesAccountedTransactions", "CURRENCY", "Currency")
_LOOK_BYTES = 1 << 20


@dataclass(slots=True)
class _Sums:
    """Counts and sums, stated and computed, of one service or of the whole, in one currency."""

    stated_count: int | None = None
    stated: int | None = None
    count: int = 0
    sum: int | None = 0


@dataclass(slots=True)
class _Report:
    """A report being read: its number, its statements by currency and its sums."""

    extract: Extract
    number: str = ""
    stated_count: int | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    sums: dict[tuple[str, str], _Sums] = field(default_factory=dict)

    def of(self, service: str, currency: str) -> _Sums:
        """The sums of a service in a currency; the whole has the empty service."""
        return self.sums.setdefault((service, currency), _Sums())


def recognises(source: Source) -> bool:
    """An XML in the namespace of the report, or a workbook with its summary's headings."""
    if is_workbook(source.head):
        return _names_counts(source)
    return b"<" in source.head[:200] and b"SalesAccountedTransactions" in source.head[:4096]


def read(source: Source, extract: Extract) -> str:
    """Read a settlement report into ``extract``."""
    extract.side = "processor"
    report = _Report(extract)
    if is_workbook(source.head):
        _read_rows(source, report)
    else:
        _read_xml(source, report)
    source.progress(source.size)
    _total_of_services(report)
    several = len({currency for service, currency in report.sums}) > 1
    for (service, currency), sums in report.sums.items():
        what = (service or "total") + (f" {currency}" if several else "")
        extract.controls[what] = Control(sums.stated, sums.sum)
        if sums.stated_count is not None:
            extract.controls[f"{what} count"] = Control(sums.stated_count, sums.count)
    if report.stated_count is not None:
        extract.controls["transactions"] = Control(report.stated_count, extract.entry_count)
    extract.counts["transactions"] = extract.entry_count
    for what, control in extract.controls.items():
        if control.agree is False:
            extract.problem(
                f"The report states {control.stated} for {what} and its transactions come to "
                f"{control.computed}.", "Compare it with the other form of the same report.",
                severity="warning", field=what)
    return "swedbankpay"


def _total_of_services(report: _Report) -> None:
    """A workbook states no total of its own: what it states for its services comes to one."""
    for currency in {currency for _, currency in report.sums}:
        total = report.of("", currency)
        services = [sums.stated for (service, code), sums in report.sums.items()
                    if service and code == currency]
        if total.stated is None and services and None not in services:
            total.stated = sum(figure for figure in services if figure is not None)


def _names_counts(source: Source) -> bool:
    try:
        with zipfile.ZipFile(source.path) as archive:
            for member in archive.namelist():
                if member.startswith("xl/worksheets/") or member == "xl/sharedStrings.xml":
                    with archive.open(member) as file:
                        if b"NoOfCredit" in file.read(_LOOK_BYTES):
                            return True
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
        return False
    return False


def _read_xml(source: Source, report: _Report) -> None:
    extract = report.extract
    currency = ""
    tags = tuple(f"{{*}}{name}" for name in (*_ROW_TAGS, *_TOP_TAGS))
    with source.path.open("rb") as file:
        events = etree.iterparse(file, events=("start", "end"), tag=tags, resolve_entities=False,
                                 no_network=True, load_dtd=False, huge_tree=False)
        try:
            for number, (event, element) in enumerate(events):
                if number == 0 and element.getroottree().docinfo.doctype:
                    extract.problem("The file declares a document type; it was not read.",
                                    "Ask for a plain file.", line=1)
                    return
                name = local(element.tag)
                if event == "start" and name in ("CURRENCY", "Currency"):
                    currency = str(element.get("Currency") or element.get("Name") or "")
                    _stated_sum(element.get("Sum"), currency, report)
                elif event == "start" and name in ("SALES", "SalesAccountedTransactions"):
                    report.number = str(element.get("AccountingNo") or "")
                    report.stated_count = _whole(element.get("TotalNoOfTransactions"))
                elif event == "end" and name in _ROW_TAGS:
                    row = _row({str(key): str(value) for key, value in element.attrib.items()})
                    _take(row, currency, line_of(element), report)
                    element.clear()
        except etree.XMLSyntaxError as error:
            extract.problem("The XML ends or breaks here; nothing after it was read.",
                            "Ask for the file again.", line=error.lineno or None)


def _read_rows(source: Source, report: _Report) -> None:
    """The workbook: a head, a summary and the transactions, each under its own headings."""
    sheet, _ = first_rows(source.path, 20)
    header: list[str] = []
    for line, cells in enumerate(rows_of(source.path, sheet), start=1):
        names = [_bare(cell) for cell in cells]
        if ("amount" in names and "currency" in names) or "totalnooftransactions" in names:
            header = list(cells)
        elif not header and len(cells) > 2:
            report.number = report.number or cells[1]
            report.stated_count = report.stated_count or _whole(cells[2])
        elif header and any(cells):
            values = dict(zip(header, cells, strict=False))
            if "TotalNoOfTransactions" in values:
                report.number = values.get("AccountingNo", "")
                report.stated_count = _whole(values["TotalNoOfTransactions"])
            else:
                row = _row(values)
                _take(row, row.get("currency", ""), line, report)


def _row(values: Mapping[str, str]) -> dict[str, str]:
    """A row under the names of this module; the first column of a name that says anything wins."""
    row: dict[str, str] = {}
    for name, value in values.items():
        known = _NAMES.get(_bare(name))
        if known and value and known not in row:
            row[known] = value
    return row


def _take(row: Mapping[str, str], currency: str, line: int | None, report: _Report) -> None:
    """One row of the summary or one transaction."""
    currency = row.get("currency") or currency
    if "debits" in row or "credits" in row:
        _summary(row, currency, report)
    elif "amount" in row:
        _transaction(row, currency, line, report)


def _summary(row: Mapping[str, str], currency: str, report: _Report) -> None:
    """What the report states for a service; one service may stand under several subsites."""
    sums = report.of(row.get("service", ""), currency)
    counts = [_whole(row.get(name)) for name in ("debits", "credits")]
    sums.stated_count = (sums.stated_count or 0) + sum(count or 0 for count in counts)
    plain = plain_amount(row.get("amount", ""))
    minor = None if plain is None else report.extract.minor(
        plain, currency, line=None, field=row.get("service", ""))
    if minor is not None:
        sums.stated = (sums.stated or 0) + minor


def _stated_sum(text: object, currency: str, report: _Report) -> None:
    plain = plain_amount(str(text)) if text is not None else None
    if plain is not None:
        report.of("", currency).stated = report.extract.minor(
            plain, currency, line=None, field="Sum")


def _transaction(row: Mapping[str, str], currency: str, line: int | None,
                 report: _Report) -> None:
    extract = report.extract
    plain = plain_amount(row["amount"])
    if plain is None:
        extract.problem(f"{row['amount'][:40]!r} is no amount.", "Ask for the report again.",
                        line=line, field="Amount")
    if currency not in report.tallies:
        report.tallies[currency] = extract.open_statement(None, currency)
    booked = row.get("booked") or row.get("created", "")
    when = day(booked) if booked else None
    if when is None:
        extract.problem(f"{booked[:40]!r} is no date.", "Ask for the report again.", line=line,
                        field="DateModified", severity="warning")
    references = [(kind, row[name]) for name, kind in _REFERENCES.items() if name in row]
    if report.number:
        references.append(("settlement", report.number))
    minor = extract.add(
        line=line, amount=None if plain is None else Decimal(plain), currency=currency,
        tally=report.tallies[currency],
        kind="refund" if (plain or "").startswith("-") else "settlement",
        account=row.get("account"), booked_on=when, text=row.get("text"), references=references,
        raw=_raw(row))
    for service in (row.get("service", ""), ""):
        sums = report.of(service, currency)
        sums.count += 1
        sums.sum = None if sums.sum is None or minor is None else sums.sum + minor


def _raw(row: Mapping[str, str]) -> dict[str, str]:
    raw = {name: row[name] for name in _RAW if name in row}
    created = row.get("created", "")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", created):
        raw["at"] = f"{created.replace(' ', 'T')}Z"
    return raw


def _whole(text: object) -> int | None:
    return int(str(text)) if re.fullmatch(r"\d{1,12}", str(text)) else None


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
