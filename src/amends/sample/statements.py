"""Bank statements as files: camt.053.001.08 (ISO 20022) and MT940 (SWIFT category 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

from amends.money import Money
from amends.sample.bank import BankLine, StatementDay
from amends.sample.company import BICS, OWNER

_LINE_MAX, _TEXT_LINES = 65, 6


def camt053(day: date, accounts: Sequence[StatementDay]) -> str:
    """One camt.053.001.08 document with a statement for each account."""
    body = "".join(_camt_statement(statement) for statement in accounts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n<BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>NB-EUR-{day:%Y%m%d}</MsgId>"
        f"<CreDtTm>{day.isoformat()}T21:30:00Z</CreDtTm></GrpHdr>\n"
        f"{body}</BkToCstmrStmt>\n</Document>\n")


def mt940(accounts: Sequence[StatementDay]) -> str:
    """One MT940 message for each account, lines ended as SWIFT ends them."""
    return "".join(f"{line}\r\n" for statement in accounts for line in _mt940_lines(statement))


def _camt_statement(statement: StatementDay) -> str:
    day, currency = statement.on.isoformat(), statement.currency
    credits = [line for line in statement.lines if line.amount_minor >= 0]
    debits = [line for line in statement.lines if line.amount_minor < 0]
    net = sum(line.amount_minor for line in statement.lines)
    summary = (
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(statement.lines)}</NbOfNtries>"
        f"<Sum>{_sum(statement.lines, currency)}</Sum><TtlNetNtry><Amt>"
        f"{_plain(abs(net), currency)}</Amt><CdtDbtInd>{_side(net)}</CdtDbtInd></TtlNetNtry>"
        f"</TtlNtries>{_total('TtlCdtNtries', credits, currency)}"
        f"{_total('TtlDbtNtries', debits, currency)}</TxsSummry>\n")
    entries = "".join(_camt_entry(line, currency) for line in statement.lines)
    return (
        f"<Stmt><Id>{statement.account[-4:]}-{statement.on:%Y%m%d}</Id>"
        f"<ElctrncSeqNb>{statement.number}</ElctrncSeqNb><CreDtTm>{day}T21:30:00Z</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00Z</FrDtTm><ToDtTm>{day}T23:59:59Z</ToDtTm></FrToDt>\n"
        f"<Acct><Id><IBAN>{statement.account}</IBAN></Id><Ccy>{currency}</Ccy>"
        f"<Ownr><Nm>{OWNER}</Nm></Ownr>"
        f"<Svcr><FinInstnId><BICFI>{BICS[currency]}</BICFI></FinInstnId></Svcr></Acct>\n"
        f"{_balance('OPBD', statement.opening_minor, statement.opened_on, currency)}"
        f"{_balance('CLBD', statement.closing_minor, statement.on, currency)}"
        f"{summary}{entries}</Stmt>\n")


def _camt_entry(line: BankLine, currency: str) -> str:
    amount = f'<Amt Ccy="{currency}">{_plain(abs(line.amount_minor), currency)}</Amt>'
    side, day = _side(line.amount_minor), line.booked_on.isoformat()
    family = "RCDT" if line.amount_minor >= 0 else "ICDT"
    party = "Dbtr" if line.amount_minor >= 0 else "Cdtr"
    return (
        f"<Ntry>{amount}<CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>"
        "</Domn></BkTxCd><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"{amount}<CdtDbtInd>{side}</CdtDbtInd>"
        f"<RltdPties><{party}><Pty><Nm>{escape(line.counterparty)}</Nm></Pty></{party}>"
        f"<{party}Acct><Id><IBAN>{line.counterparty_account}</IBAN></Id></{party}Acct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n")


def _balance(kind: str, minor: int, on: date, currency: str) -> str:
    return (f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{currency}">{_plain(abs(minor), currency)}</Amt>'
            f"<CdtDbtInd>{_side(minor)}</CdtDbtInd><Dt><Dt>{on.isoformat()}</Dt></Dt></Bal>\n")


def _total(tag: str, lines: Sequence[BankLine], currency: str) -> str:
    return (f"<{tag}><NbOfNtries>{len(lines)}</NbOfNtries><Sum>{_sum(lines, currency)}</Sum>"
            f"</{tag}>")


def _sum(lines: Iterable[BankLine], currency: str) -> str:
    return _plain(sum(abs(line.amount_minor) for line in lines), currency)


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _plain(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal()


def _mt940_lines(statement: StatementDay) -> list[str]:
    lines = [f":20:NB{statement.on:%y%m%d}{statement.account[-6:]}", f":25:{statement.account}",
             f":28C:{statement.number}/1",
             f":60F:{_mt940_balance(statement.opening_minor, statement.opened_on, statement)}"]
    for line in statement.lines:
        mark = "C" if line.amount_minor >= 0 else "D"
        amount = _comma(abs(line.amount_minor), statement.currency)
        reference = (line.end_to_end or "NONREF")[:16]
        lines.append(f":61:{line.booked_on:%y%m%d}{line.booked_on:%m%d}{mark}{amount}"
                     f"NTRF{reference}//{line.reference[:16]}")
        lines += _mt940_text(f"{line.counterparty} {line.text}")
    return [*lines, f":62F:{_mt940_balance(statement.closing_minor, statement.on, statement)}", "-"]


def _mt940_balance(minor: int, on: date, statement: StatementDay) -> str:
    mark = "C" if minor >= 0 else "D"
    return f"{mark}{on:%y%m%d}{statement.currency}{_comma(abs(minor), statement.currency)}"


def _mt940_text(text: str) -> list[str]:
    """Field 86 in lines of 65, only characters that SWIFT carries."""
    plain = re.sub(r"[^A-Za-z0-9/\-?:().,'+ ]", " ", text)
    parts = [plain[n:n + _LINE_MAX] for n in range(0, len(plain), _LINE_MAX)][:_TEXT_LINES]
    return [f":86:{parts[0]}", *parts[1:]]


def _comma(minor: int, currency: str) -> str:
    return _plain(minor, currency).replace(".", ",")
