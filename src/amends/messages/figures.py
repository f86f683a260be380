"""Amounts, dates and names of a draft against the case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from amends.messages.check import Check, passed_or
from amends.messages.facts import MessageFacts
from amends.messages.wording import (
    LANGUAGES,
    FoundAmount,
    FoundDate,
    date_words,
    find_amounts,
    find_dates,
    money_words,
)
from amends.money import Money

_GREETING = re.compile(
    r"^[ \t]*(?:Dear|Hello|Hi|Good (?:morning|day|afternoon)|Guten Tag|Hallo|Liebe[rs]?|"
    r"Sehr geehrte[r]?|Bonjour|Chère?|Hola|Estimad[oa]|Buenos días|Dzień dobry|Szanown[ya])"
    r",?[ \t]+(?P<name>[^\W\d_a-zà-ÿąćęłńóśźż][^\n,:!]{0,60})[,:!]", re.MULTILINE)
_IN_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|twelve|eleven|\w+ty|hundred|"
    r"thousand)[ -](?:[\w-]+ ){0,5}?(?:euros?|pounds?|dollars?)\b", re.IGNORECASE)
_TITLES = re.compile(r"^(mr|mrs|ms|miss|dr|herr|frau|monsieur|madame|señor|señora|sr|sra|pan|"
                     r"pani|panie)\.?\s+", re.IGNORECASE)
_CASE = re.compile(r"\bAM-\d+\b")
_ORDER = re.compile(
    r"\b(?:order|Bestellung|commande|pedido|zamówieni[ea])(?: (?:is|est|es|ist|number|no\.?|nr\.?"
    r"|n°))?:? #?(?P<reference>(?=[\w./-]*\d)[A-Z0-9][\w./-]{2,}\w)", re.IGNORECASE)


def amounts(text: str, facts: MessageFacts, language: str) -> list[Check]:
    """Each amount of the text that the case does not hold, with the one it does."""
    failed = (Check("amounts", False, True, f"{found.text} is no amount of this case.", found.span,
                    _nearest_amount(found, facts, language))
              for found in find_amounts(text) if not found.is_one_of(facts.all_amounts))
    in_words = (Check("amounts", False, False, f"{match[0]!r} is in words and was not compared.",
                      match.span()) for match in _IN_WORDS.finditer(text))
    return passed_or([*failed, *in_words], "amounts", "Every amount is one of the case.")


def _nearest_amount(found: FoundAmount, facts: MessageFacts, language: str) -> str | None:
    """The case's amount with the nearest figure, in the currency of the text if there is one."""
    if not facts.all_amounts or not found.readings:
        return None

    def distance(amount: Money) -> tuple[bool, int]:
        return (all(amount.currency != reading.currency for reading in found.readings),
                min(abs(amount.minor - reading.minor) for reading in found.readings))

    return money_words(min(facts.all_amounts, key=distance), _known(language))


def dates(text: str, facts: MessageFacts, language: str) -> list[Check]:
    """Each date of the text that the case does not hold, with the one it does."""
    days = tuple(facts.dates.values())
    failed = (Check("dates", False, True, f"{found.text} is no date of this case.", found.span,
                    _nearest_date(found, days, language))
              for found in find_dates(text) if not found.is_one_of(days))
    return passed_or(failed, "dates", "Every date is one of the case.")


def _nearest_date(found: FoundDate, days: tuple[date, ...], language: str) -> str | None:
    def distance(day: date) -> int:
        return min(abs((day.year - (year or day.year)) * 372 + (day.month - month) * 31
                       + day.day - number) for year, month, number in found.readings)

    return date_words(min(days, key=distance), _known(language)) if days else None


def names(text: str, facts: MessageFacts) -> list[Check]:
    """A greeting, case number or order that belongs to somebody else."""
    return passed_or(_wrong_names(text, facts), "names",
                     "Greeting, case number and order are those of the case.")


def _wrong_names(text: str, facts: MessageFacts) -> Iterator[Check]:
    known = _words(facts.party)
    for match in _GREETING.finditer(text):
        greeted = _words(_TITLES.sub("", match["name"].strip()))
        if not greeted <= known:
            yield Check("names", False, True, f"{match['name'].strip()} is not the party's name.",
                        match.span("name"), facts.party)
    for match in _CASE.finditer(text):
        if match[0] != facts.case_number:
            yield Check("names", False, True, f"{match[0]} is another case.", match.span(),
                        facts.case_number)
    orders = {facts.order_reference, *facts.references}
    for match in _ORDER.finditer(text):
        if match["reference"] not in orders:
            yield Check("names", False, True, f"{match['reference']} is no order of this case.",
                        match.span("reference"), facts.order_reference or None)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold()))


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"
