"""Money and dates as a letter writes them in each language, and as a reader finds them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from amends.money import Money, exponent, is_currency

LANGUAGES = ("en", "de", "fr", "es", "pl")
Span = tuple[int, int]
_NBSP = "\u00a0"
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
          "diciembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
          "listopada grudnia",
}
_MONTH_NUMBER = {name.lower(): number for names in _MONTHS.values()
                 for number, name in enumerate(names.split(), 1)}
_MONTH_NUMBER |= {name[:3].lower(): n for n, name in enumerate(_MONTHS["en"].split(), 1)}
_MONTH_NUMBER |= {"sept": 9, "setiembre": 9, "jänner": 1}

_SYMBOL = {"EUR": "€", "GBP": "£", "USD": "$"}
# A sign or word in a text, and the currencies that it may stand for.
_MEANT = {
    "€": ("EUR",), "£": ("GBP",), "$": ("USD", "CAD", "AUD", "NZD"), "us$": ("USD",),
    "euro": ("EUR",), "euros": ("EUR",), "eur": ("EUR",), "pound": ("GBP",), "pounds": ("GBP",),
    "dollar": ("USD", "CAD", "AUD"), "dollars": ("USD", "CAD", "AUD"), "zł": ("PLN",),
    "złotych": ("PLN",), "kr": ("SEK", "NOK", "DKK"), "¥": ("JPY", "CNY"),
}
_CODES = "EUR GBP USD SEK NOK DKK PLN CHF JPY CAD AUD CZK HUF RON BGN NZD"
_SIGN = (r"US\$|[€£$¥]|(?<![^\W\d_])(?:" + "|".join(_CODES.split())
         + r"|euros?|pounds?|dollars?|złotych|zł|kr)(?![^\W\d_])")
_NUMBER = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,3})?|\d+(?:[.,]\d{1,3})?"
_AMOUNT = re.compile(
    rf"(?P<before>{_SIGN})\s?(?P<first>{_NUMBER})(?![\d])"
    rf"|(?<![\d.,])(?P<second>{_NUMBER})[ \u00a0\u202f]?(?P<after>{_SIGN})"
    r"|(?<![\w.,/:-])(?P<bare>(?:\d{1,3}(?:[.,' ]\d{3})+|\d+)[.,]\d{2})(?![\w.,:/%-]*\d)(?!\s?%)",
    re.IGNORECASE)
_MONTH = "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
_DATE = re.compile(
    r"(?<![\w-])(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er)?\s+(?:de\s+|of\s+)?(?P<month>{_MONTH})\b"
    r"(?:\.?,?\s+(?:de\s+)?(?P<year>\d{4}))?"
    rf"|(?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year2>\d{{4}}))?"
    r"|(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<year3>\d{4}|\d{2})"
    r")(?![\w-])", re.IGNORECASE)


def money_words(amount: Money, language: str) -> str:
    """The amount for a letter: ``€1,234.50`` in English, ``1.234,50 €`` elsewhere."""
    symbol = _SYMBOL.get(amount.currency, amount.currency)
    figure = amount.figure()
    if language == "en":
        return f"{symbol}{figure}" if len(symbol) == 1 else f"{figure}{_NBSP}{symbol}"
    group = "." if language in ("de", "es") else _NBSP
    figure = figure.replace(",", "\0").replace(".", ",").replace("\0", group)
    return f"{figure}{_NBSP}{symbol}"


def date_words(day: date, language: str) -> str:
    """The date for a letter, month in words: ``2 March 2026``, ``2. März 2026``."""
    month = _MONTHS[language].split()[day.month - 1]
    if language == "de":
        return f"{day.day}. {month} {day.year}"
    if language == "es":
        return f"{day.day} de {month} de {day.year}"
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month} {day.year}"


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount in a text: the readings that its figure allows, in minor units by currency."""

    span: Span
    text: str
    readings: tuple[Money, ...]
    named_currency: bool

    def is_one_of(self, amounts: tuple[Money, ...]) -> bool:
        """Whether some reading is one of ``amounts``; without a currency the figure decides."""
        if self.named_currency:
            return any(reading in amounts for reading in self.readings)
        return any(reading.decimal() == amount.decimal()
                   for reading in self.readings for amount in amounts)


def find_amounts(text: str) -> Iterator[FoundAmount]:
    """Every amount in ``text``: with a currency sign, code or word, or with two decimals."""
    dates = [found.span for found in find_dates(text)]
    for match in _AMOUNT.finditer(text):
        if match["bare"] and any(a <= match.start() < b for a, b in dates):
            continue
        figure = match["first"] or match["second"] or match["bare"]
        sign = (match["before"] or match["after"] or "").lower()
        currencies = _MEANT.get(sign) or ((sign.upper(),) if is_currency(sign.upper()) else ())
        readings = tuple(
            Money(int(whole) * 10 ** exponent(currency) + _fraction(part, currency), currency)
            for currency in currencies or ("EUR", "JPY")
            for whole, part in _readings(figure) if len(part) <= exponent(currency))
        yield FoundAmount(match.span(), match[0], readings, bool(currencies))


def _fraction(part: str, currency: str) -> int:
    return int(part.ljust(exponent(currency), "0") or "0")


def _readings(figure: str) -> list[tuple[str, str]]:
    """(whole, fraction) as the figure may be meant: ``1,234`` is a thousand, or a bit over one."""
    plain = re.sub(r"['’ \u00a0\u202f]", "", figure)
    whole, separator, part = _split_last(plain)
    readings = []
    if separator and len(part) <= 3:
        readings.append((re.sub(r"[.,]", "", whole), part))
    if not separator or len(part) == 3:
        readings.append((re.sub(r"[.,]", "", plain), ""))
    return readings


def _split_last(figure: str) -> tuple[str, str, str]:
    at = max(figure.rfind("."), figure.rfind(","))
    return (figure, "", "") if at < 0 else (figure[:at], figure[at], figure[at + 1:])


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text: the days it may mean; ``year`` is False where none was written."""

    span: Span
    text: str
    readings: tuple[tuple[int, int, int], ...]
    year: bool

    def is_one_of(self, days: tuple[date, ...]) -> bool:
        """Whether some reading is one of ``days``; without a year, day and month decide."""
        if self.year:
            return any((day.year, day.month, day.day) in self.readings for day in days)
        return any((0, day.month, day.day) in self.readings for day in days)


def find_dates(text: str) -> Iterator[FoundDate]:
    """Every date in ``text``: ISO, with the month in words of five languages, or in figures."""
    for match in _DATE.finditer(text):
        readings = tuple(_date_readings(match))
        if readings:
            yield FoundDate(match.span(), match[0], readings, readings[0][0] != 0)


def _date_readings(match: re.Match[str]) -> Iterator[tuple[int, int, int]]:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        yield year, month, day
    elif match["a"]:
        first, second, year = int(match["a"]), int(match["b"]), int(match["year3"])
        year += 2000 if year < 100 else 0
        if second <= 12:
            yield year, second, first
        if first <= 12 and match["sep"] == "/":
            yield year, first, second
    else:
        month = _MONTH_NUMBER[(match["month"] or match["month2"]).lower()]
        yield int(match["year"] or match["year2"] or 0), month, int(match["day"] or match["day2"])
