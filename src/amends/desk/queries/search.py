"""Finding cases by number, name, reference, amount or words, within what a person may see."""

from __future__ import annotations

import re

from django.db.models import Model, Q, QuerySet

from amends.desk.access import cases_for
from amends.desk.models import Case, Claim, Escalation, Message, Party, SourceFile, User

LONGEST_QUERY = 200
WORDS_AT_MOST = 8


def find_cases(user: User, query: str, *, limit: int = 50) -> list[Case]:
    """The cases that ``user`` may open and that hold every word of ``query``, in any order.

    A number (``AM-000123`` or ``123``) finds its case first.
    """
    found = holding(user, query).select_related("party", "owner", "next_clock")
    number = _number(query)
    return sorted(
        found.order_by("-touched_at")[:limit], key=lambda case: case.number != number
    )


def holding(user: User, query: str) -> QuerySet[Case]:
    """All cases that ``user`` may open and that hold every word of ``query``; none for no word."""
    words = query.strip()[:LONGEST_QUERY].split()[:WORDS_AT_MOST]
    cases = cases_for(user) if words else Case.objects.none()
    for word in words:
        cases = cases.filter(_anywhere(word))
    return cases


def _number(text: str) -> int | None:
    found = re.fullmatch(r"\s*(?:AM-?)?0*(\d{1,9})\s*", text, re.IGNORECASE)
    return int(found.group(1)) if found else None


def _anywhere(word: str) -> Q:
    """Where a word may stand. Each table is asked once by itself, so that no rows multiply."""
    anywhere = (
        Q(title__icontains=word)
        | Q(reference__icontains=word)
        | _of(Party, Q(name__icontains=word) | Q(email__icontains=word), "party", "pk")
        | _of(Escalation, Q(text__icontains=word) | Q(external_ticket__iexact=word))
        | _of(Message, Q(body__icontains=word))
        | _of(SourceFile, Q(name__icontains=word, case__isnull=False))
    )
    number = _number(word)
    if number is not None:
        anywhere |= Q(number=number)
    minor = _minor(word)
    if minor is not None:
        anywhere |= _of(Claim, Q(amount_minor=minor))
    return anywhere


def _of(model: type[Model], where: Q, column: str = "pk", case: str = "case") -> Q:
    return Q(**{f"{column}__in": model._default_manager.filter(where).values(case)})


def _minor(word: str) -> int | None:
    found = re.fullmatch(r"(\d{1,12})[.,](\d{2})", word)
    return int(found.group(1) + found.group(2)) if found else None
