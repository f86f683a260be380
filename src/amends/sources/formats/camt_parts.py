"""The parts of a camt entry: leaves by path, references, parties, texts and return reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from lxml import etree

Leaves = dict[str, list[str]]

_NO_REFERENCE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "NONE", "")
_REFERENCE_NAMES = {
    "EndToEndId": "end_to_end", "MndtId": "mandate", "InstrId": "instruction",
    "TxId": "transaction", "UETR": "uetr", "AcctSvcrRef": "servicer", "PmtInfId": "batch",
    "MsgId": "message", "ClrSysRef": "clearing", "AcctOwnrTxId": "transaction",
}
_REFERENCES = {
    f"{above}/{name}": kind for above in ("/Refs", "/NtryDtls/Btch", "")
    for name, kind in _REFERENCE_NAMES.items()
}
_OWN_NAMES = {
    "ARN": "arn", "RRN": "rrn", "ORDER": "order", "ORDERID": "order", "PAYOUT": "payout",
    "MERCHANTREFERENCE": "order", "TRACE": "trace", "STAN": "trace",
}
_REMITTANCE = "/RmtInf/Strd"


@lru_cache(maxsize=2048)
def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=8192)
def _under(path: str, tag: str) -> str:
    return f"{path}/{local(tag)}"


def line_of(element: etree._Element) -> int | None:
    """The 1-based line on which an element begins."""
    line: Any = element.sourceline
    return int(line) if line else None


def leaves(element: etree._Element) -> Leaves:
    """Texts by path under ``element`` (``/RmtInf/Ustrd``), currencies under ``.../Amt@Ccy``."""
    found: Leaves = {}
    _gather(element, "", found)
    return found


def _gather(element: etree._Element, path: str, found: Leaves) -> None:
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        here = _under(path, tag)
        if len(child):
            _gather(child, here, found)
            continue
        text = child.text
        if text and not text.isspace():
            found.setdefault(here, []).append(" ".join(text.split()))
        if here.endswith("Amt"):
            currency = child.get("Ccy")
            if currency:
                found[f"{here}@Ccy"] = [currency.strip()]


def first(found: Leaves, *paths: str) -> str:
    """The first text at the first of ``paths`` that has one; empty where none has."""
    for path in paths:
        texts = found.get(path)
        if texts:
            return texts[0]
    return ""


def reference_pairs(found: Leaves) -> Iterator[tuple[str, str]]:
    """The references of an entry or of one of its details, kind and value."""
    for path, texts in found.items():
        kind = _REFERENCES.get(path)
        if kind:
            for text in texts:
                if text.upper() not in _NO_REFERENCE:
                    yield kind, text
    kinds = found.get("/Refs/Prtry/Tp", [])
    for kind, text in zip(kinds, found.get("/Refs/Prtry/Ref", []), strict=False):
        bare = "".join(filter(str.isalnum, kind)).upper()
        yield _OWN_NAMES.get(bare, "transaction"), text
    for path in (f"{_REMITTANCE}/CdtrRefInf/Ref", f"{_REMITTANCE}/CdtrRefInf/CdtrRef",
                 f"{_REMITTANCE}/RfrdDocInf/Nb", f"{_REMITTANCE}/RfrdDocInf/RfrdDocNb"):
        for text in found.get(path, ()):
            yield "invoice", text


def return_reason(found: Leaves) -> str:
    """The ISO 20022 return reason code, where the payment came back."""
    return first(found, "/RtrInf/Rsn/Cd", "/RtrInf/RtrRsn/Cd", "/RtrInf/Rsn/Prtry")


def card_numbers(found: Leaves) -> list[str]:
    """Card numbers that the details give in a field of their own (masked before they are kept)."""
    return [text for path, texts in found.items() if path.endswith("/PAN") for text in texts]


def counterparty_of(
    details: Sequence[Leaves], direction: str, own: str | None, returned: bool
) -> tuple[str | None, str | None]:
    """Name and account of the other party, where all details have the same one.

    Money in comes from the debtor; in a return the parties stand as in the payment that came back.
    """
    found = {_party(detail, direction, own, returned) for detail in details}
    return found.pop() if len(found) == 1 else (None, None)


def _party(
    detail: Leaves, direction: str, own: str | None, returned: bool
) -> tuple[str | None, str | None]:
    roles = ["Dbtr", "Cdtr"] if (direction == "CRDT") != returned else ["Cdtr", "Dbtr"]
    for role in roles:
        base = f"/RltdPties/{role}"
        name = first(detail, f"{base}/Nm", f"{base}/Pty/Nm", f"{base}/Agt/FinInstnId/Nm",
                     f"/RltdPties/Ultmt{role}/Nm", f"/RltdPties/Ultmt{role}/Pty/Nm")
        account = first(detail, f"{base}Acct/Id/IBAN", f"{base}Acct/Id/Othr/Id",
                        f"{base}Acct/Id/PrtryAcct/Id")
        if (name or account) and not (account and account == own):
            return name or None, account or None
    return None, None


def text_of(found: Leaves, details: Sequence[Leaves]) -> str | None:
    """The words of an entry: remittance of its one detail, and what the bank adds."""
    words: list[str] = []
    for detail in details[:1] if len(details) == 1 else ():
        words += detail.get("/RmtInf/Ustrd", [])
        words += detail.get(f"{_REMITTANCE}/AddtlRmtInf", [])
        words += detail.get("/AddtlTxInf", [])
        words += detail.get("/RtrInf/AddtlInf", [])
    words += found.get("/AddtlNtryInf", [])
    return " ".join(dict.fromkeys(words)) or None


def detail_of(detail: Leaves) -> dict[str, Any]:
    """One detail of a batch for the entry's ``raw``: amount as written, direction, party, words."""
    amount = "/Amt" if "/Amt" in detail else "/AmtDtls/TxAmt/Amt"
    direction = first(detail, "/CdtDbtInd")
    name, account = _party(detail, direction or "CRDT", None, bool(return_reason(detail)))
    row = {
        "amount": first(detail, amount), "currency": first(detail, f"{amount}@Ccy"),
        "direction": direction, "counterparty": name or "", "counterparty_account": account or "",
        "text": text_of({}, [detail]) or "", "reason": return_reason(detail),
    }
    return {key: value for key, value in row.items() if value} | {
        "references": [list(pair) for pair in reference_pairs(detail)]}
