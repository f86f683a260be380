"""ISO 20022 account reports: camt.052 (report), camt.053 (statement), camt.054 (notification).

Every version and namespace, read as a stream: an entry is taken when it ends and then forgotten.
Entities, external files and document types are never followed (ISO 20022 has none). One ``Ntry``
is one entry; the transactions of a batch are its details. ``CdtDbtInd`` is the direction of the
entry itself, also where ``RvslInd`` says that it reverses another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lxml import etree

from amends.sources.extract import Extract, Tally
from amends.sources.figures import day
from amends.sources.formats.camt_parts import (
    Leaves,
    card_numbers,
    counterparty_of,
    detail_of,
    first,
    leaves,
    line_of,
    local,
    reference_pairs,
    return_reason,
    text_of,
)
from amends.sources.records import Control
from amends.sources.source import Source

FORMATS = ("camt.052", "camt.053", "camt.054")
_STATEMENTS = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
_WRAPPERS = re.compile(rb"BkToCstmr(?:AcctRpt|Stmt|DbtCdtNtfctn)|iso:20022:tech:xsd:camt\.05[234]")
_TAGS = tuple(f"{{*}}{name}" for name in (*_STATEMENTS, "Acct", "Bal", "TxsSummry", "TxDtls",
                                          "Ntry"))
_AMOUNT = re.compile(r"\d{1,18}(?:\.\d{0,30})?|\.\d{1,30}")
_OPENING, _CLOSING = ("OPBD", "OPAV"), ("CLBD", "CLAV")
_RETURNED = ("RRTN", "UPCT", "UPDD", "PRDD")  # BkTxCd sub-families: returned, unpaid, reversed
DETAILS_KEPT = 10_000
_TELL_EVERY = 2_000


@dataclass(slots=True)
class _Open:
    """The statement being read and what has been seen of the entry that is not ended yet."""

    tally: Tally
    balances: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    details: list[Leaves] = field(default_factory=list)
    details_seen: int = 0
    currency: str = ""
    stated: dict[str, Decimal] = field(default_factory=dict)
    closed: bool = False


def recognises(source: Source) -> bool:
    """An XML file that says it is a camt.052, 053 or 054."""
    head = source.head.replace(b"\0", b"")
    return b"<" in head[:200] and _WRAPPERS.search(head) is not None


def read(source: Source, extract: Extract) -> str:
    """Read the statements of a camt file into ``extract``; gives the message's name."""
    extract.side = "bank"
    extract.counts["details"] = 0
    found = ""
    with source.path.open("rb") as file:
        events = etree.iterparse(
            file, events=("start", "end"), tag=_TAGS, resolve_entities=False, no_network=True,
            load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        statement: _Open | None = None
        try:
            for number, (event, element) in enumerate(events):
                name = local(element.tag)
                if number == 0 and element.getroottree().docinfo.doctype:
                    extract.problem(
                        "The file declares a document type, which ISO 20022 does not have; "
                        "it was not read.", "Ask the sender for a plain file.", line=1)
                    break
                if event == "start":
                    if name in _STATEMENTS:
                        found = found or _STATEMENTS[name]
                        statement = _Open(extract.open_statement())
                elif statement is not None:
                    _take(name, element, statement, extract)
                if number % _TELL_EVERY == 0:
                    source.progress(file.tell())
        except etree.XMLSyntaxError as error:
            extract.problem(
                f"The XML ends or breaks here ({_words(error)}); nothing after it was read.",
                "Ask for the file again.", line=error.lineno or None)
        if statement is not None:
            _close(statement, extract)
    if not extract.tallies:
        extract.problem("The file holds no statement.", "Ask for it again.", severity="warning")
    return found or _named(source)


def _take(name: str, element: etree._Element, statement: _Open, extract: Extract) -> None:
    """One element that has ended: keep what it says and let its memory go."""
    parent = element.getparent()
    above = local(parent.tag) if parent is not None else ""
    if name == "TxDtls":
        statement.details_seen += 1
        if len(statement.details) < DETAILS_KEPT:
            statement.details.append(leaves(element))
        _forget(element, "TxDtls")
        return
    if name in _STATEMENTS:
        _close(statement, extract)
    elif name == "Ntry":
        _entry(element, statement, extract)
        statement.details, statement.details_seen = [], 0
    elif above not in _STATEMENTS:
        return
    elif name == "Acct":
        found = leaves(element)
        extract.name_account(first(found, "/Id/IBAN", "/Id/Othr/Id", "/Id/PrtryAcct/Id",
                                   "/Id/BBAN") or None)
        statement.currency = first(found, "/Ccy")
        statement.tally.currency = statement.currency or None
    elif name == "Bal":
        _balance(leaves(element), line_of(element), statement, extract)
    elif name == "TxsSummry":
        _summary(leaves(element), statement)
    _forget(element, "")


def _forget(element: etree._Element, only: str) -> None:
    """Free an ended element and its elder siblings (only those named ``only``, where given)."""
    element.clear()
    parent = element.getparent()
    elder = element.getprevious()
    while parent is not None and elder is not None and only in ("", local(elder.tag)):
        parent.remove(elder)
        elder = element.getprevious()


def _balance(found: Leaves, line: int | None, statement: _Open, extract: Extract) -> None:
    kind = first(found, "/Tp/CdOrPrtry/Cd", "/Tp/CdOrPrtry/Prtry", "/Tp/Cd")
    if kind not in _OPENING and kind not in _CLOSING:
        return
    amount, currency = _amount(found, "", statement, extract, line)
    direction = first(found, "/CdtDbtInd")
    if not direction:
        extract.problem(
            f"The balance {kind} does not say whether it is a credit; it is read as one.",
            "Compare it with the account.", line=line, field=kind, severity="info")
    if amount is None:
        minor = None
    else:
        minor = extract.minor(format(amount, "f"), currency, line=line, field=kind)
        minor = -minor if minor is not None and direction == "DBIT" else minor
    if kind in _CLOSING or kind not in statement.balances:
        statement.balances[kind] = (minor, currency)


def _close(statement: _Open, extract: Extract) -> None:
    """Set the balances of a statement that has ended, and say where they do not fit."""
    if statement.closed:
        return
    statement.closed = True
    tally = statement.tally
    known = statement.balances
    tally.opening = next((known[kind] for kind in _OPENING if kind in known), None)
    tally.closing = next((known[kind] for kind in _CLOSING if kind in known), None)
    if known and tally.currencies_differ():
        extract.problem(
            f"Statement {tally.number + 1}: balances and entries are in different currencies; "
            "their difference means nothing.", "Ask the bank.", severity="warning")
    _controls(statement, extract)


def _entry(element: etree._Element, statement: _Open, extract: Extract) -> None:
    """One ``Ntry`` with the details that were gathered before it ended."""
    found, line = leaves(element), line_of(element)
    details = statement.details
    extract.counts["details"] += statement.details_seen
    amount, currency = _amount(found, "", statement, extract, line)
    direction = first(found, "/CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        extract.problem("The entry does not say whether it is a credit or a debit.",
                        "It is kept without an amount; ask the bank.", line=line,
                        field="CdtDbtInd")
        amount = None
    elif amount is not None and direction == "DBIT":
        amount = -amount
    if statement.details_seen > len(details):
        extract.problem(
            f"The batch has {statement.details_seen:,} details; the first {DETAILS_KEPT:,} are "
            "kept.", "Ask for the batch in a file of its own.", line=line, severity="warning")
    reason = next(filter(None, map(return_reason, details)), "") or return_reason(found)
    returned = bool(reason) or first(found, "/BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED
    name, account = counterparty_of(details, direction, statement.tally.account, returned)
    booked, valued = (_when(found, what, extract, line) for what in ("BookgDt", "ValDt"))
    references = list(reference_pairs(found))
    for detail in details:
        references += reference_pairs(detail)
    extract.add(
        line=line, amount=amount, currency=currency, tally=statement.tally,
        kind="return" if returned else "bank", reversal=first(found, "/RvslInd") in ("true", "1"),
        booked_on=booked, value_on=valued, counterparty=name, counterparty_account=account,
        text=text_of(found, details), references=references,
        code_scheme="iso20022-return" if reason else None, code=reason or None,
        raw=_raw(found, details),
    )


def _when(found: Leaves, what: str, extract: Extract, line: int | None) -> Any:
    """The date of ``BookgDt`` or ``ValDt``; a day that the calendar does not have is named."""
    text = first(found, f"/{what}/Dt", f"/{what}/DtTm")
    if not text:
        return None
    read_as = day(text)
    if read_as is None:
        extract.problem(f"{text[:40]!r} is no date of the calendar.", "Ask the bank.", line=line,
                        field=what)
    return read_as


def _amount(
    found: Leaves, under: str, statement: _Open, extract: Extract, line: int | None
) -> tuple[Decimal | None, str]:
    """Amount and currency as written; no amount, with a Problem, where it cannot be read."""
    text = first(found, f"{under}/Amt")
    currency = first(found, f"{under}/Amt@Ccy")
    if not currency:
        currency = statement.currency
        extract.problem("The amount names no currency; that of the account is taken.",
                        "Ask the bank.", line=line, field="Amt", severity="warning")
    if not _AMOUNT.fullmatch(text):
        extract.problem(f"{text[:40]!r} is no amount.", "Ask the bank.", line=line, field="Amt")
        return None, currency
    return Decimal(text), currency


def _summary(found: Leaves, statement: _Open) -> None:
    """``TxsSummry`` states a count and sums; they are compared when the statement has ended."""
    count = first(found, "/TtlNtries/NbOfNtries")
    if count.isdecimal() and len(count) < 16:
        statement.stated["entries"] = Decimal(count)
    for what, path in (("credits", "/TtlCdtNtries/Sum"), ("debits", "/TtlDbtNtries/Sum")):
        total = first(found, path)
        if _AMOUNT.fullmatch(total):
            statement.stated[what] = Decimal(total)


def _controls(statement: _Open, extract: Extract) -> None:
    """What the statement states about its entries, beside what they come to."""
    tally = statement.tally
    computed = {"entries": tally.entries, "credits": tally.credits_minor,
                "debits": tally.debits_minor}
    currency = tally.statement().currency or ""
    for what, figure in statement.stated.items():
        stated = int(figure) if what == "entries" else extract.minor(
            format(figure, "f"), currency, line=None, field="TxsSummry")
        extract.controls[f"statement {tally.number + 1} {what}"] = Control(stated, computed[what])


def _raw(found: Leaves, details: list[Leaves]) -> dict[str, Any]:
    """What no column holds: status, instant, servicer's words, and the details of a batch."""
    raw: dict[str, Any] = {}
    instant = first(found, "/BookgDt/DtTm")
    if instant:
        raw["at"] = instant
    status = first(found, "/Sts/Cd", "/Sts")
    if status:
        raw["status"] = status
    family = [first(found, f"/BkTxCd/Domn{path}") for path in ("/Cd", "/Fmly/Cd",
                                                               "/Fmly/SubFmlyCd")]
    if any(family):
        raw["bank_transaction_code"] = "-".join(family)
    own = first(found, "/BkTxCd/Prtry/Cd")
    if own:
        raw["bank_code"] = own
    numbers = [number for detail in details for number in card_numbers(detail)]
    if numbers:
        raw["cards"] = numbers
    if len(details) > 1:
        raw["details"] = [detail_of(detail) for detail in details]
    return raw


def _named(source: Source) -> str:
    """The message that the head names, for a file without a statement."""
    found = re.search(rb"camt\.05[234]|AcctRpt|BkToCstmrStmt|DbtCdtNtfctn", source.head)
    word = found.group().decode() if found else ""
    return word if word in FORMATS else {"AcctRpt": "camt.052", "DbtCdtNtfctn": "camt.054"}.get(
        word, "camt.053")


def _words(error: etree.XMLSyntaxError) -> str:
    return str(error.msg or "damaged").split(", line")[0][:200]
