"""Numbers hidden in text, and what can happen to their digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

_STYLES: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (name, re.compile(pattern), group, mark) for name, pattern, group, mark in (
        ("1234.56", r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?\Z", "", "."),
        ("1234,56", r"[+-]?(?:0|[1-9]\d*)(?:,\d+)?\Z", "", ","),
        ("1,234.56", r"[+-]?(?:(?:0|[1-9]\d*)|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?\Z", ",", "."),
        ("1.234,56", r"[+-]?(?:(?:0|[1-9]\d*)|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?\Z", ".", ","),
        ("1 234,56", "[+-]?(?:(?:0|[1-9]\\d*)|[1-9]\\d{0,2}(?:[ \u00a0\u202f]\\d{3})+)"
                     r"(?:,\d+)?\Z", " ", ","),
    )
)
STYLES = tuple(style[0] for style in _STYLES)
_LOOSE = re.compile(
    "['\u2019`]?\\s*(?P<open>\\()?\\s*(?P<sign>[-+\u2212])?\\s*(?:[$\u20ac\u00a3\u00a5]|[A-Z]{3}\\s)?"
    "\\s*(?P<sign2>[-+\u2212])?"
    "(?P<digits>[0-9OolI][0-9OolI., '\u2019\u00a0\u202f]*)\\s*"
    "(?:[$\u20ac\u00a3\u00a5]|kr|[A-Z]{3})?(?P<trail>-)?\\s*(?P<close>\\))?\\s*\\Z")
_GROUPED = re.compile("\\d{1,3}(?P<by>[,. '\u2019\u00a0\u202f])\\d{3}(?:(?P=by)\\d{3})*\\Z")
_GAPS = str.maketrans("", "", " '\u2019\u00a0\u202f")
_LOOKALIKES = str.maketrans("OolI", "0011")
TEXT_MAX = 40


def styled(text: str, style: str) -> Decimal | None:
    """The number that ``text`` writes in ``style`` exactly, else None."""
    _, pattern, group, mark = _STYLES[STYLES.index(style)]
    if len(text) > TEXT_MAX or not pattern.match(text):
        return None
    if group:
        text = text.translate(_GAPS) if group == " " else text.replace(group, "")
    return Decimal(text.replace(",", ".") if mark == "," else text)


def style_of(texts: Iterable[str]) -> str | None:
    """The style in which most of a column's texts are numbers; None when fewer than half are."""
    held = [text for text in texts if text]
    counts = {style: sum(styled(text, style) is not None for text in held) for style in STYLES}
    best = max(STYLES, key=lambda style: counts[style])
    return best if held and counts[best] * 2 > len(held) else None


def loose(text: str) -> Decimal | None:
    """The number a person reads in ``text``: spaces, currency, separators and the letters O and l
    typed for 0 and 1 are forgiven. None for anything else, and for codes with a leading zero."""
    if len(text) > TEXT_MAX or not any(sign.isdigit() for sign in text):
        return None
    match = _LOOSE.match(text.strip())
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    digits = _point(match["digits"].strip().translate(_LOOKALIKES).rstrip(".,"))
    whole = digits.partition(".")[0]
    if not digits or (len(whole) > 1 and whole[0] == "0"):
        return None
    number = Decimal(digits)
    minus = (match["sign"] or match["sign2"] or match["trail"] or "+") in "-\u2212"
    return -number if minus or match["open"] else number


def _point(digits: str) -> str:
    """Digits with one point and no other separator; nothing where the groups are not groups of
    three. A lone comma before three digits parts thousands."""
    grouped = _GROUPED.match(digits)
    if digits.isdigit() or (grouped and (grouped["by"] != "." or digits.count(".") > 1)):
        return _digits_only(digits)
    last = max(digits.rfind("."), digits.rfind(","))
    whole, mark, tail = digits[:last], digits[last:last + 1], digits[last + 1:]
    if not mark or mark in whole or not tail.isdigit() or not (
            whole.isdigit() or _GROUPED.match(whole)):
        return ""
    return f"{_digits_only(whole)}.{tail}"


def _digits_only(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def swaps(value: Decimal) -> Iterator[Decimal]:
    """Every number that ``value`` becomes when two neighbouring digits change places; a swap
    over the decimal point counts, one that would put a zero in front does not."""
    sign, digits, exponent = value.as_tuple()
    scale = int(exponent)
    for i in range(len(digits) - 1):
        a, b = digits[i], digits[i + 1]
        if a == b or (i == 0 and b == 0):
            continue
        yield Decimal((sign, (*digits[:i], b, a, *digits[i + 2:]), scale))


def swapped(one: Decimal, other: Decimal) -> bool:
    """Whether two neighbouring digits changed places between the two numbers."""
    if one == other:
        return False
    return any(swap == other for swap in swaps(one)) or any(swap == one for swap in swaps(other))


def swapped_text(one: str, other: str) -> bool:
    """Whether two neighbouring digits changed places between two references of equal length."""
    if len(one) != len(other) or one == other:
        return False
    unlike = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(unlike) != 2 or unlike[1] != unlike[0] + 1:
        return False
    i = unlike[0]
    pair = one[i:i + 2]
    return pair.isdigit() and pair == other[i:i + 2][::-1]
