"""One case with every fact, and the letters that are written from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from amends.messages import MessageFacts, Situation, languages, required
from amends.messages.facts import DATE_NAMES
from amends.money import Money

REASONS = {
    "en": "The shop charged the order twice.",
    "de": "Der Shop hat die Bestellung doppelt abgebucht.",
    "fr": "La boutique a débité la commande deux fois.",
    "es": "La tienda cobró el pedido dos veces.",
    "pl": "Sklep pobrał płatność za zamówienie dwa razy.",
}
NEEDED = {"en": "A copy of the receipt", "de": "Eine Kopie der Quittung", "fr": "Une copie du reçu",
          "es": "Una copia del recibo", "pl": "Kopia paragonu"}
REGIMES = ((), ("us-reg-e",), ("us-reg-z-billing-error",), ("uk-disp",), ("uk-psr",), ("eu-psd2",))
CASE = MessageFacts(
    party="Ana López",
    case_number="AM-000123",
    handler="Mia Berg",
    amount=Money(123450, "EUR"),
    amounts=(Money(200000, "EUR"),),
    dates={name: date(2026, 3, 2 + 2 * n) for n, name in enumerate(DATE_NAMES)},
    merchant="Birch & Co",
    order_reference="NW-10045",
    references=("74537604221431003881865",),
    reason=REASONS["en"],
    decision="partly_upheld",
    complaint_type="psd",
    complaint_body="Schlichtungsstelle Nord",
)


def case(situation: str, language: str = "en", regimes: tuple[str, ...] = ()) -> MessageFacts:
    """The case as a letter in ``language`` about ``situation`` sees it."""
    return replace(CASE, situation=situation, language=language, regimes=regimes,
                   reason=REASONS[language], needed=(NEEDED[language],))


def all_letters() -> Iterator[MessageFacts]:
    """The facts of every situation in every language offered, and under each rule book that asks
    for more than the house does.
    """
    for situation in Situation:
        for regimes in REGIMES:
            if regimes and required(situation, regimes) == required(situation, ()):
                continue
            for language in languages(situation, regimes):
                yield case(situation, language, regimes)
