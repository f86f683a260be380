"""The wish behind another decision than the proposed one."""

from __future__ import annotations

from django.http import QueryDict

from amends.casework.remedies import Remedy
from amends.casework.states import Outcome
from amends.casework.wishes import Wish
from amends.money import is_currency, parse_minor
from amends.problems import AmendsError, Problem


def wish_of(given: QueryDict) -> Wish:
    """The wish in a posted form; AmendsError names the field that cannot be used."""
    outcome, remedy = given.get("outcome", ""), given.get("remedy", "")
    currency = given.get("currency", "").strip().upper()
    amount = given.get("amount", "").strip().replace(",", ".").replace(" ", "")
    if outcome not in set(Outcome):
        raise AmendsError(Problem("error", "Choose an outcome.", field="outcome"))
    if remedy not in set(Remedy):
        raise AmendsError(Problem("error", "Choose a remedy.", field="remedy"))
    minor: int | None = 0
    if amount and amount != "0":
        if not is_currency(currency):
            raise AmendsError(Problem("error", f"{currency!r} is not a currency.",
                                      "Use a code such as EUR.", field="currency"))
        minor = parse_minor(amount, currency)
    if minor is None or minor < 0:
        raise AmendsError(Problem("error", "Write the amount as 1234.56.", field="amount"))
    return Wish(Outcome(outcome), Remedy(remedy), minor, currency, given.get("reason", ""))
