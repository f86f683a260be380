"""Amounts and dates as people and programs write them, read exactly.

An amount becomes plain decimal text (``-1234.50``), never a float. What can be read in two ways
is not guessed: the decimal mark and the order of day and month come from the column mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from amends.money import exponent, is_currency

DECIMALS_MAX = 9
DIGITS_MAX = 14
_PLAIN = r"^-?[0-9]{1,14}(?:\.[0-9]{1,9})?$"
_PLAIN_POINT = r"^-?[0-9]{1,14}(?:\.[0-9]{1,2}|\.[0-9]{4,9})?$"  # 1.234 may be grouped thousands
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f']")
_UNIT = re.compile(r"^(?:[A-Z]{3}|[€$£¥]|kr\.?|zł|Fr\.?)|(?:[A-Z]{3}|[€$£¥]|kr\.?|zł|Fr\.?)$")
_MARKED = re.compile(r"^(?P<figure>[^A-Z]*)(?P<mark>CR|DR|C|D|H|S)$")
_DEBIT_MARKS = ("DR", "D", "S")
_BY_DECIMAL = {
    ".": re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?|\d*\.\d+|\d+\.?"),
    ",": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?|\d*,\d+|\d+,?"),
}
_MONTHS = {
    name: number for number, names in enumerate((
        "jan januar january janvier enero ene styczen sty januari", "feb februar february fevrier "
        "fev febrero luty lut februari", "mar marz march mars marzo marzec mrz", "apr april avril "
        "avr abril abr kwiecien kwi", "may mai mayo maj", "jun juni june juin junio czerwiec cze",
        "jul juli july juillet juil julio lipiec lip", "aug august aout agosto ago sierpien sie "
        "augusti", "sep sept september septembre septiembre wrzesien wrz", "oct okt oktober october"
        " octobre octubre pazdziernik paz", "nov november novembre noviembre listopad lis",
        "dec dez dezember december decembre diciembre dic grudzien gru"), start=1)
    for name in names.split()
}
_ACCENTS = str.maketrans("äáàâéèêëíóöôúûüñńźżłśćęą", "aaaaeeeeiooouuunnzzlscea")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTED = re.compile(r"(\d{1,4})(?:[./\- ]|\. )(\d{1,2}|[^\W\d_]{3,12}\.?)[./\- ,]+(\d{2,4})")


def plain_amount(text: str, decimal: str = ".") -> str | None:
    """The amount as plain decimal text, or None when it cannot be read for certain.

    Reads signs before and after, accounting brackets, CR and DR, currency signs and grouped
    thousands; ``decimal`` is the decimal mark of the file.
    """
    bare = _SPACES.sub("", text.strip()).replace("\u2212", "-")
    signs: list[bool] = []  # True takes away; an amount has one sign at most
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
        signs.append(True)
    marked = _MARKED.match(bare)
    if marked:
        bare = marked["figure"]
        signs.append(marked["mark"] in _DEBIT_MARKS)
    for _ in range(2):
        if bare[:1] in ("-", "+"):
            signs.append(bare[0] == "-")
            bare = bare[1:]
        elif bare[-1:] in ("-", "+"):
            signs.append(bare[-1] == "-")
            bare = bare[:-1]
        bare = _UNIT.sub("", bare, count=1)
    if len(signs) > 1 or not bare.isascii() or not _BY_DECIMAL[decimal].fullmatch(bare):
        return None
    whole, _, part = bare.replace("," if decimal == "." else ".", "").partition(decimal)
    whole = whole.lstrip("0") or "0"
    if len(whole) > DIGITS_MAX or len(part) > 40:
        return None
    return ("-" if signs == [True] else "") + whole + (f".{part}" if part else "")


def day(text: str, order: str = "dmy") -> date | None:
    """The date at the start of ``text``, or None. ISO and YYYYMMDD always; else by ``order``.

    ``order`` is ``dmy`` or ``mdy``. A two-digit year is of this century.
    """
    words = text.strip()
    found = _ISO.match(words) or _COMPACT.match(words)
    if found:
        return _date(found[1], found[2], found[3])
    parted = _PARTED.match(words)
    if not parted:
        return None
    first, second, third = parted.groups()
    if not second[0].isdigit():
        month = _MONTHS.get(second.rstrip(".").lower().translate(_ACCENTS))
        return _date(third, str(month), first) if month else None
    if len(first) > 2:
        return _date(first, second, third)
    return _date(third, second, first) if order == "dmy" else _date(third, first, second)


def _date(year: str, month: str, day_of_month: str) -> date | None:
    full = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return date(full, int(month), int(day_of_month))
    except ValueError:
        return None


def each(texts: pa.Array, read: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """``read`` applied to every distinct text once; empty and null become null."""
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), kind)
    coded = texts.dictionary_encode()
    values = pa.array([read(text) if text else None for text in coded.dictionary.to_pylist()], kind)
    return values.take(coded.indices)


def plain_column(texts: pa.Array, decimal: str) -> pa.Array:
    """``plain_amount`` of a whole column; what is plain already is not touched."""
    if decimal == ",":
        marked = pc.match_substring_regex(texts, r"^-?[0-9]{1,14},[0-9]{1,9}$")
        texts = pc.if_else(marked, pc.replace_substring(texts, ",", "."), texts)
        plain = pc.or_(marked, pc.match_substring_regex(texts, _PLAIN_POINT))
    else:
        plain = pc.match_substring_regex(texts, _PLAIN)
    plain = pc.fill_null(plain, False)
    if pc.all(plain).as_py():
        return texts
    others = each(pc.if_else(plain, pa.scalar(None, pa.string()), texts),
                  lambda text: plain_amount(text, decimal), pa.string())
    return pc.if_else(plain, texts, others)


def minor_column(plain: pa.Array, currencies: pa.Array) -> pa.Array:
    """Minor units of plain decimals by currency; null where finer, unknown or without currency."""
    kinds = [code for code in pc.unique(currencies).to_pylist() if code and is_currency(code)]
    digits = {exponent(code) for code in kinds}
    total = pa.nulls(len(plain), pa.int64())
    short = pc.match_substring_regex(plain, _PLAIN)
    exact = pc.cast(pc.if_else(short, plain, pa.scalar(None, pa.string())),
                    pa.decimal128(23, DECIMALS_MAX))
    for count in digits:
        scaled = pc.multiply(exact, pa.scalar(10**count, pa.decimal128(5, 0)))
        whole = pc.cast(scaled, pa.decimal128(28, 0), safe=False)
        fits = pc.equal(pc.cast(whole, scaled.type, safe=False), scaled)
        if len(digits) > 1 or pc.any(pc.invert(pc.is_in(
                currencies, pa.array(kinds, pa.string())))).as_py():
            codes = pa.array([code for code in kinds if exponent(code) == count], pa.string())
            fits = pc.and_(fits, pc.is_in(currencies, codes))
        total = pc.if_else(pc.fill_null(fits, False), pc.cast(whole, pa.int64()), total)
    return total
