"""What stands round every page: the rail with its places and counts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from amends.desk.access import Act, may
from amends.desk.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail."""

    key: str
    title: str
    url_name: str
    icon: str
    act: Act
    letter: str


PLACES = (
    Place("caseload", "Caseload", "caseload", "briefcase", Act.SEE_CASES, "c"),
    Place("handed-up", "Handed up", "handed_up", "arrow-up-from-line",
          Act.SEE_OWN_ESCALATIONS, "c"),
    Place("intake", "Intake", "intake", "inbox", Act.HAND_UP, "i"),
    Place("reconciliation", "Reconciliation", "recon", "arrow-left-right", Act.SEE_RECON, "r"),
    Place("files", "Files", "files", "file-stack", Act.SEE_FILES, "f"),
    Place("sheets", "Sheets", "sheets", "table-2", Act.USE_SHEETS, "s"),
    Place("insight", "Insight", "insight", "chart-line", Act.SEE_INSIGHT, "n"),
    Place("coaching", "Coaching", "coaching", "message-square-text", Act.SEE_COACHING, "o"),
    Place("coaching", "Coaching", "my_coaching", "message-square-text", Act.OWN_COACHING, "o"),
    Place("compliance", "Compliance", "compliance", "shield-check", Act.SEE_COMPLIANCE, "p"),
    Place("settings", "Settings", "settings", "settings", Act.HOME, ","),
)


def places_for(user: User) -> tuple[Place, ...]:
    """The places that ``user`` may enter, in the rail's order."""
    return tuple(place for place in PLACES if may(user, place.act) and _there(place))


def shell(request: HttpRequest) -> dict[str, object]:
    """The rail's places that this person may enter."""
    user = request.user
    return {"places": places_for(user) if isinstance(user, User) else ()}


def _there(place: Place) -> bool:
    try:
        reverse(place.url_name)
    except NoReverseMatch:
        return False
    return True
