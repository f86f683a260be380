"""SWIFT MT940 statements and MT942 interim reports, in the dialects that banks write.

Marks as the standard has them (SWIFT Category 9, field 61): ``RC`` is the reversal of a credit,
so a debit; ``RD`` the reversal of a debit, so a credit. A letter after the mark is the funds code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from amends.money import is_currency
from amends.sources.extract import Extract
from amends.sources.formats.mt940_text import Words, words_of, words_of_ns
from amends.sources.layout import encoding_of
from amends.sources.records import Control
from amends.sources.source import Source

FORMATS = ("mt940", "mt942")
LINE_CHARACTERS_MAX = 16_384
FIELD_LINES_MAX = 1_000
_HEAD = re.compile(
    rb"(?:^|\{4:)[\x00-\x09\x0b-\x20]{0,8}:(?:20|21|25P?|28C?|60[FM]|61|62[FM]|64|34F):",
    re.MULTILINE)
_TAG = re.compile(
    r"(?:\{.*\{4:)?:(20|21|25P?|28C?|60[FM]|61|62[FM]|64|65F?|86|34F|13D?|90[CD]|NS|940|942):(.*)")
_LINE_61 = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?\s*"
    r"(?P<amount>\d{1,18}(?:[,.]\d{0,12})?|,\d{1,12})"
    r"(?:(?P<type>[A-Z][A-Z0-9 ]{3})(?P<rest>.*))?", re.DOTALL)
_BALANCE = re.compile(r"(?P<mark>R?[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})?"
                      r"(?P<amount>\d{1,18}(?:[,.]\d{0,12})?|,\d{1,12})\s*")
_TOTAL = re.compile(
    r"(?P<count>\d{1,9})(?P<currency>[A-Z]{3})(?P<amount>\d{1,18}(?:[,.]\d{0,12})?)")
_CREDITS = ("C", "RD", "EC")
_RETURN_TYPES = ("NRTI", "SRTI", "FRTI")
_RETURN_BUSINESS_CODES = ("108", "109", "159")  # ZKA: returned direct debit, returned transfer
_NO_REFERENCE = ("NONREF", "KREF+", "EREF+", "EREF", "KREF", "")
_CENTURY_FROM = 80


@dataclass(slots=True)
class _Field:
    """One field: its tag, its lines and where it begins."""

    tag: str
    line: int
    lines: list[str]


@dataclass(slots=True)
class _State:
    """Where reading stands: an open statement, its currency, the entry that waits for its words."""

    open: bool = False
    currency: str = ""
    waiting: _Field | None = None
    words: list[Words] = field(default_factory=list)
    credits: int = 0
    debits: int = 0


def recognises(source: Source) -> bool:
    """A text whose lines begin with the tags of an MT940."""
    return b"\0" not in source.head and _HEAD.search(source.head) is not None


def read(source: Source, extract: Extract) -> str:
    """Read an MT940 or MT942 into ``extract``; gives the message's name."""
    extract.side = "bank"
    extract.counts["statements"] = 0
    state = _State()
    found = "mt940"
    for item in _fields(source, extract):
        extract.count(item.tag)
        if item.tag in ("34F", "13D", "90C", "90D"):
            found = "mt942"
        if item.tag in ("86", "NS") and state.waiting:
            state.words.append((words_of if item.tag == "86" else words_of_ns)(item.lines))
            continue
        _finish(state, extract)
        _take(item, state, extract)
    _finish(state, extract)
    for tally in extract.tallies:
        if tally.currencies_differ():
            extract.problem(
                f"Statement {tally.number + 1}: balances are in different currencies.",
                "Ask the bank.", severity="warning")
    source.progress(source.size)
    return found


def _fields(source: Source, extract: Extract) -> Iterator[_Field]:
    """The tagged fields with their continuation lines; headers and trailers are passed over."""
    current: _Field | None = None
    held = ""
    for number, raw in _lines(source, extract):
        line = held + raw
        held = ":" if line == ":" else ""
        if held:
            continue
        if line.startswith("-}"):
            if current:
                yield current
            current, line = None, line[2:]
        tagged = _TAG.match(line)
        if tagged:
            if current:
                yield current
            current = _Field(tagged[1], number, [tagged[2]])
        elif line.strip() == "-" or (line.startswith("{") and "{4:" not in line):
            if current:
                yield current
            current = None
        elif current and line.strip():
            if len(current.lines) < FIELD_LINES_MAX:
                current.lines.append(line)
            elif len(current.lines) == FIELD_LINES_MAX:
                current.lines.append("")
                extract.problem(f"The field is longer than {FIELD_LINES_MAX:,} lines; the rest is "
                                "left out.", "Ask the bank.", line=current.line, field=current.tag)
    if current:
        yield current


def _lines(source: Source, extract: Extract) -> Iterator[tuple[int, str]]:
    """The lines without control characters; the rest of an endless line is left out."""
    encoding = encoding_of(source.head)
    with source.path.open(encoding=encoding, errors="replace", newline=None) as file:
        number = 0
        while line := file.readline(LINE_CHARACTERS_MAX):
            number += 1
            if not line.endswith("\n") and len(line) == LINE_CHARACTERS_MAX:
                extract.problem(f"The line is longer than {LINE_CHARACTERS_MAX:,} characters; the "
                                "rest is left out.", "Ask the bank.", line=number)
                while (rest := file.readline(LINE_CHARACTERS_MAX)) and not rest.endswith("\n"):
                    pass
            yield number, "".join(char for char in line.rstrip("\r\n") if char >= " " or
                                  char == "\t")


def _take(item: _Field, state: _State, extract: Extract) -> None:
    """One field that is not the words of an entry."""
    text = item.lines[0].strip()
    if item.tag == "20":
        extract.counts["statements"] += 1
        extract.open_statement()
        state.open, state.currency, state.credits, state.debits = True, "", 0, 0
    elif item.tag in ("25", "25P") and state.open:
        account, currency = _account(text)
        extract.name_account(account)
        state.currency = state.currency or currency
    elif item.tag in ("60F", "60M", "62F", "62M"):
        _balance(item, state, extract)
    elif item.tag == "34F":
        if is_currency(text[:3]):
            state.currency = text[:3]
    elif item.tag in ("90C", "90D"):
        _total(item, state, extract)
    elif item.tag == "61":
        state.waiting, state.words = item, []
    elif item.tag in ("64", "65", "65F") and not _BALANCE.fullmatch(text):
        extract.problem(f"The available balance {text[:40]!r} cannot be read.",
                        "No entry depends on it.", line=item.line, field=item.tag,
                        severity="warning")


def _account(text: str) -> tuple[str | None, str]:
    """The account of field 25, and a currency that some banks append to it."""
    if len(text) > 10 and is_currency(text[-3:]) and text[-4].isdigit():
        return text[:-3], text[-3:]
    return text or None, ""


def _balance(item: _Field, state: _State, extract: Extract) -> None:
    """An opening or closing balance of the open statement."""
    text = "".join(item.lines)
    found = _BALANCE.fullmatch(text.strip())
    if not found:
        extract.problem(f"The balance {text[:40]!r} cannot be read.", "Ask the bank.",
                        line=item.line, field=item.tag)
        return
    if not state.open:
        extract.problem("A balance stands outside any statement (no field 20 before it).",
                        "Ask for the whole file.", line=item.line, field=item.tag,
                        severity="warning")
        state.currency = found["currency"] or state.currency
        return
    currency = found["currency"] or state.currency
    if not found["currency"]:
        extract.problem("The balance names no currency; that of the opening balance is taken.",
                        "Ask the bank.", line=item.line, field=item.tag, severity="warning")
    if _day(found["day"]) is None:
        extract.problem(f"{found['day']!r} is no date of the calendar.", "Ask the bank.",
                        line=item.line, field=item.tag, severity="warning")
    amount = _decimal(found["amount"])
    signed = -amount if found["mark"] in ("D", "RC") else amount
    minor = extract.minor(format(signed, "f"), currency, line=item.line, field=item.tag)
    tally = extract.tallies[-1]
    if item.tag.startswith("62"):
        tally.closing = (minor, currency)
    elif tally.opening is None:
        tally.opening = (minor, currency)
    state.currency = state.currency or currency


def _total(item: _Field, state: _State, extract: Extract) -> None:
    """Number and sum of an MT942's debits or credits, beside what its entries come to."""
    found = _TOTAL.match(item.lines[0].strip())
    if not found or not extract.tallies:
        extract.problem(f"The total {item.lines[0][:40]!r} cannot be read.", "Ask the bank.",
                        line=item.line, field=item.tag, severity="warning")
        return
    tally = extract.tallies[-1]
    what = "credits" if item.tag == "90C" else "debits"
    stated = extract.minor(format(_decimal(found["amount"]), "f"), found["currency"],
                           line=item.line, field=item.tag)
    computed = tally.credits_minor if what == "credits" else tally.debits_minor
    count = state.credits if what == "credits" else state.debits
    name = f"statement {tally.number + 1} {what}"
    extract.controls[f"{name} count"] = Control(int(found["count"]), count)
    extract.controls[f"{name} sum"] = Control(stated, computed)


def _finish(state: _State, extract: Extract) -> None:
    """Add the entry whose words have all been read."""
    item = state.waiting
    if item is None:
        return
    state.waiting = None
    found = _LINE_61.match(item.lines[0]) or _LINE_61.match("".join(item.lines))
    if not found:
        extract.problem(f"The statement line {item.lines[0][:60]!r} cannot be read.",
                        "Ask the bank; the sums leave it out.", line=item.line, field="61")
        return
    if not extract.tallies:
        extract.open_statement()
    amount = _decimal(found["amount"])
    credit = found["mark"] in _CREDITS
    state.credits += credit
    state.debits += not credit
    words = _together(state.words)
    valued, booked = _days(found, item, extract)
    kind_61 = (found["type"] or "").strip()
    returned = kind_61 in _RETURN_TYPES or words.business_code in _RETURN_BUSINESS_CODES
    rest = found["rest"] or ""
    # What stands on a line of its own under field 61 is a detail, unless 61 itself was wrapped.
    details = " ".join(item.lines[1:]).strip() if "\n" not in rest and _LINE_61.match(
        item.lines[0]) else ""
    code = words.return_code if returned else ""
    extract.add(
        line=item.line, amount=amount if credit else -amount, currency=state.currency,
        kind="return" if returned else "bank", reversal=found["mark"] in ("RC", "RD"),
        booked_on=booked, value_on=valued, counterparty=words.counterparty or None,
        counterparty_account=words.counterparty_account or None,
        text=words.text or details or None, references=_references(rest, words),
        code_scheme="iso20022-return" if code else None, code=code or None,
        raw={key: value for key, value in {
            "mark": found["mark"], "funds_code": found["funds"], "type": kind_61,
            "business_code": words.business_code, "details": details,
        }.items() if value},
    )


def _together(parts: list[Words]) -> Words:
    """The words of all fields that follow one entry."""
    if len(parts) == 1:
        return parts[0]
    whole = Words()
    for part in parts:
        whole.text = f"{whole.text} {part.text}".strip()
        whole.counterparty = whole.counterparty or part.counterparty
        whole.counterparty_account = whole.counterparty_account or part.counterparty_account
        whole.references += part.references
        whole.business_code = whole.business_code or part.business_code
        whole.return_code = whole.return_code or part.return_code
    return whole


def _references(rest: str, words: Words) -> list[tuple[str, str]]:
    """The account owner's and the bank's reference of field 61, then those of field 86."""
    own, _, bank = rest.partition("//")
    own, bank = own.strip(), bank.strip()
    found = list(words.references)
    if own.upper() not in _NO_REFERENCE:
        known = any(kind == "end_to_end" for kind, _ in found)
        found.insert(0, ("instruction" if known else "end_to_end", own))
    if bank.upper() not in _NO_REFERENCE:
        found.append(("servicer", bank))
    return found


def _days(found: re.Match[str], item: _Field, extract: Extract) -> tuple[date | None, date | None]:
    """Value date and entry date; the entry date has no year and takes the nearest one."""
    valued = _day(found["value"])
    if valued is None:
        extract.problem(f"{found['value']!r} is no date of the calendar.",
                        "The entry is kept without a value date.", line=item.line, field="61",
                        severity="warning")
    if not found["entry"]:
        return valued, None
    year = _year(found["value"][:2])
    if valued:
        gap = int(found["entry"][:2]) - valued.month
        year += 1 if gap < -6 else -1 if gap > 6 else 0
    booked = _date(year, found["entry"])
    if booked is None:
        extract.problem(f"{found['entry']!r} is no day of the calendar.",
                        "The entry is kept without a booking date.", line=item.line, field="61",
                        severity="warning")
    return valued, booked


def _day(text: str) -> date | None:
    return _date(_year(text[:2]), text[2:])


def _year(two: str) -> int:
    return int(two) + (1900 if int(two) >= _CENTURY_FROM else 2000)


def _date(year: int, month_day: str) -> date | None:
    try:
        return date(year, int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return None


def _decimal(text: str) -> Decimal:
    """An amount with a comma (or point) that need not be followed by anything."""
    plain = text.replace(",", ".").rstrip(".")
    return Decimal(f"0{plain}" if plain.startswith(".") else plain)
