"""The command menu: acts on the case at hand first, then cases, then places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from amends.desk.access import Act, cases_for, may
from amends.desk.models import User
from amends.desk.queries.search import find_cases
from amends.desk.queries.shell import places_for


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the menu: a place to go (``url``) or a key to press (``press``)."""

    title: str
    hint: str = ""
    url: str = ""
    press: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The rows by group, in order; empty groups are left out."""

    groups: tuple[tuple[str, tuple[Row, ...]], ...]


_ON_A_CASE = (
    Row("Accept the proposed decision", "A", press="a"),
    Row("Change the decision", "D", press="d"),
    Row("Reply to the customer", "R", press="r"),
    Row("Write an internal note", "N", press="n"),
    Row("Open the money trail", "M", press="m"),
    Row("Confirm the finding", "Y", press="y"),
    Row("Rule the finding out", "X", press="x"),
    Row("Snooze", "S", press="s"),
    Row("Hand over", "H", press="h"),
    Row("Close the case", "E", press="e"),
)


def menu(user: User, *, query: str, at: str) -> Menu:
    """What ``user`` can do at the address ``at`` that fits ``query``."""
    words = query.strip().lower()
    acts: tuple[Row, ...] = ()
    if re.fullmatch(r"/cases/\d+/?.*", at) and may(user, Act.WORK_CASES):
        acts = _fit(_ON_A_CASE, words)
    places = tuple(
        Row(f"Go to {place.title}", f"G {place.letter.upper()}", url=reverse(place.url_name))
        for place in places_for(user)
    )
    cases: tuple[Row, ...] = ()
    if may(user, Act.SEE_CASES):
        found = find_cases(user, query, limit=8) if words else (
            cases_for(user).order_by("-cost_of_delay", "number").select_related("party")[:5]
        )
        cases = tuple(
            Row(f"{case.title} · {case.party}", case.label, url=f"/cases/{case.number}")
            for case in found
        )
    groups = (("Do", acts), ("Cases", cases), ("Go", _fit(places, words)))
    return Menu(tuple((name, rows) for name, rows in groups if rows))


def _fit(rows: tuple[Row, ...], words: str) -> tuple[Row, ...]:
    return tuple(row for row in rows if all(w in row.title.lower() for w in words.split()))
