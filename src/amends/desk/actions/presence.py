"""Who is looking at a case, and since when they last did."""

from __future__ import annotations

from datetime import datetime, timedelta

from amends.desk.models import Case, CaseSeen, User

A_VISIT = timedelta(minutes=30)


def see_case(*, user: User, case: Case, now: datetime, writing: bool = False) -> None:
    """Note that ``user`` looks at the case; what is new is counted from the visit before."""
    seen, made = CaseSeen.objects.get_or_create(
        case=case, user=user, defaults={"first_at": now, "last_at": now, "writing": writing}
    )
    if made:
        return
    if now - seen.last_at > A_VISIT:
        seen.before_at = seen.last_at
    seen.last_at, seen.writing = now, writing
    seen.save(update_fields=["before_at", "last_at", "writing"])
