"""Who may see and do what: the one gate that every page, API call, file and search goes through.

What a role may do stands in ``ROLE_ACTS``; which rows a person may see is said by the ``..._for``
functions, which every query starts from. A row that is denied is not found (404), an act that is
denied is refused (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from amends.desk.models import (
    BreakRecord,
    Case,
    CoachingNote,
    Escalation,
    ReconRun,
    Role,
    SheetCheck,
    SourceFile,
    Upload,
    User,
)


class Act(StrEnum):
    """Something that a person may do at the desk."""

    HOME = "home"
    SEE_CASES = "see cases"
    WORK_CASES = "work cases"
    APPROVE = "approve decisions"
    HAND_UP = "hand up"
    BULK_INTAKE = "hand up many"
    SEE_OWN_ESCALATIONS = "see own escalations"
    SEE_RECON = "see reconciliation"
    RUN_RECON = "run reconciliation"
    SEE_FILES = "see files"
    IMPORT_FILES = "import files"
    USE_SHEETS = "check sheets"
    SEE_INSIGHT = "see insight"
    KEEP_PROBLEMS = "keep problem records"
    COACH = "coach"
    SEE_COACHING = "see all coaching"
    OWN_COACHING = "see own coaching"
    SEE_COMPLIANCE = "see compliance"
    VERIFY_AUDIT = "verify the audit"
    SET_UP = "change settings"
    USE_API = "use the API"


_EVERYONE = {Act.HOME}
_CASEWORK = _EVERYONE | {
    Act.SEE_CASES, Act.WORK_CASES, Act.HAND_UP, Act.BULK_INTAKE, Act.SEE_RECON, Act.SEE_FILES,
    Act.IMPORT_FILES, Act.USE_SHEETS, Act.SEE_INSIGHT, Act.COACH, Act.SEE_COACHING,
    Act.SEE_COMPLIANCE, Act.USE_API,
}
ROLE_ACTS: dict[Role, frozenset[Act]] = {
    Role.SPECIALIST: frozenset(_CASEWORK),
    Role.TEAM_LEAD: frozenset(
        _CASEWORK | {Act.APPROVE, Act.RUN_RECON, Act.KEEP_PROBLEMS, Act.VERIFY_AUDIT}
    ),
    Role.AGENT: frozenset(
        _EVERYONE | {Act.HAND_UP, Act.SEE_OWN_ESCALATIONS, Act.OWN_COACHING, Act.USE_API}
    ),
    Role.ANALYST: frozenset(
        _EVERYONE
        | {Act.SEE_RECON, Act.RUN_RECON, Act.SEE_FILES, Act.IMPORT_FILES, Act.USE_SHEETS,
           Act.SEE_INSIGHT, Act.KEEP_PROBLEMS, Act.USE_API}
    ),
    Role.AUDITOR: frozenset(
        _EVERYONE
        | {Act.SEE_CASES, Act.SEE_RECON, Act.SEE_FILES, Act.SEE_INSIGHT, Act.SEE_COACHING,
           Act.SEE_COMPLIANCE, Act.VERIFY_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset(_EVERYONE | {Act.SET_UP}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person, or the desk itself in words (``policy 2026.11``)."""

    words: str
    user: User | None = None

    @classmethod
    def person(cls, user: User) -> Actor:
        """The signed-in person."""
        return cls(str(user), user)


def may(user: object, act: Act) -> bool:
    """Whether ``user`` may do ``act``; nobody who is not signed in may do anything."""
    return (
        isinstance(user, User) and user.is_active and act in ROLE_ACTS.get(Role(user.role), set())
    )


def require(user: object, act: Act) -> User:
    """The signed-in person, who may do ``act``; PermissionDenied otherwise."""
    if not isinstance(user, User) or not may(user, act):
        raise PermissionDenied(f"Your role does not let you {act}.")
    return user


View = Callable[..., HttpResponse]


def gate(act: Act) -> Callable[[View], View]:
    """A page that needs ``act``: sign-in first, then the role. The act is kept on the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, act)
            return view(request, *args, **kwargs)

        gated.act = act  # type: ignore[attr-defined]
        return gated

    return decorate


def cases_for(user: User) -> QuerySet[Case]:
    """The cases ``user`` may open; a restricted one is for its owner, its leads and auditors."""
    if not may(user, Act.SEE_CASES):
        return Case.objects.none()
    if user.role == Role.AUDITOR:
        return Case.objects.all()
    cases = Case.objects.filter(team=user.team_id)
    if user.role == Role.TEAM_LEAD:
        return cases
    return cases.filter(Q(restricted=False) | Q(owner=user))


def case_for(user: User, number: int) -> Case:
    """The case with ``number``, if ``user`` may open it; Http404 otherwise."""
    case = (
        cases_for(user)
        .select_related("party", "owner", "team", "next_clock", "problem")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise Http404("There is no such case for you.")
    return case


def escalations_for(user: User) -> QuerySet[Escalation]:
    """The escalations that ``user`` handed up."""
    if not may(user, Act.SEE_OWN_ESCALATIONS):
        return Escalation.objects.none()
    return Escalation.objects.filter(agent=user)


def files_for(user: User) -> QuerySet[SourceFile]:
    """Imported files that ``user`` may read; a file of a case only with that case."""
    if not may(user, Act.SEE_FILES):
        return SourceFile.objects.none()
    return SourceFile.objects.filter(Q(case__isnull=True) | Q(case__in=cases_for(user)))


def coaching_for(user: User) -> QuerySet[CoachingNote]:
    """Coaching notes that ``user`` may read: an agent's own, or those of cases they may open."""
    if may(user, Act.OWN_COACHING):
        return CoachingNote.objects.filter(agent=user)
    if may(user, Act.SEE_COACHING):
        return CoachingNote.objects.filter(case__in=cases_for(user))
    return CoachingNote.objects.none()


def uploads_for(user: User) -> QuerySet[Upload]:
    """What was sent to the desk and ``user`` may see; for a case only with that case."""
    if not may(user, Act.SEE_FILES):
        return Upload.objects.none()
    return Upload.objects.filter(Q(case__isnull=True) | Q(case__in=cases_for(user)))


def runs_for(user: User) -> QuerySet[ReconRun]:
    """Reconciliation runs that ``user`` may see."""
    return ReconRun.objects.all() if may(user, Act.SEE_RECON) else ReconRun.objects.none()


def breaks_for(user: User) -> QuerySet[BreakRecord]:
    """Breaks that ``user`` may see; a break shows figures and entries, never a customer's words."""
    return BreakRecord.objects.all() if may(user, Act.SEE_RECON) else BreakRecord.objects.none()


def sheets_for(user: User) -> QuerySet[SheetCheck]:
    """Workbooks that ``user`` dropped in; nobody else reads them."""
    if not may(user, Act.USE_SHEETS):
        return SheetCheck.objects.none()
    return SheetCheck.objects.filter(checked_by=user)


def counted_for(user: User) -> QuerySet[Case]:
    """The cases that ``user`` may count in Insight; an analyst counts those without restriction."""
    if not may(user, Act.SEE_INSIGHT):
        return Case.objects.none()
    if may(user, Act.SEE_CASES):
        return cases_for(user)
    return Case.objects.filter(restricted=False)
