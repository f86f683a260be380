"""Finding cases by number, name, reference, amount or words, within what a person may see."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from amends.desk.access import cases_for
from amends.desk.models import Case, User

LONGEST_QUERY = 200


def find_cases(user: User, query: str, *, limit: int = 50) -> list[Case]:
    """The cases that ``user`` may open and that hold every word of ``query``, in any order.

    A number (``AM-000123`` or ``123``) finds its case first.
    """
    words = query.strip()[:LONGEST_QUERY].split()
    if not words:
        return []
    cases = cases_for(user).select_related("party", "owner", "next_clock")
    for word in words[:8]:
        cases = cases.filter(pk__in=_holding(user, word))
    number = _number(query)
    return sorted(
        cases.order_by("-touched_at")[:limit], key=lambda case: case.number != number
    )


def _number(text: str) -> int | None:
    found = re.fullmatch(r"\s*(?:AM-?)?0*(\d{1,9})\s*", text, re.IGNORECASE)
    return int(found.group(1)) if found else None


def _holding(user: User, word: str) -> QuerySet[Case, int]:
    number = _number(word)
    anywhere = (
        Q(title__icontains=word)
        | Q(reference__icontains=word)
        | Q(party__name__icontains=word)
        | Q(party__email__icontains=word)
        | Q(escalations__text__icontains=word)
        | Q(escalations__external_ticket__iexact=word)
        | Q(messages__body__icontains=word)
        | Q(files__name__icontains=word)
    )
    if number is not None:
        anywhere |= Q(number=number)
    minor = _minor(word)
    if minor is not None:
        anywhere |= Q(claims__amount_minor=minor)
    return cases_for(user).filter(anywhere).values_list("pk", flat=True)


def _minor(word: str) -> int | None:
    found = re.fullmatch(r"(\d{1,12})[.,](\d{2})", word)
    return int(found.group(1) + found.group(2)) if found else None
