"""How severe a case is: the highest rule that fits, from critical (4) to low (1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from amends.casework.claims import Kind, Need
from amends.casework.triaging.lexicon import Said

_SERIOUS = {
    Need.FINANCIAL_HARDSHIP,
    Need.DISTRESS,
    Need.SCAM_VICTIM,
    Need.DOMESTIC_ABUSE,
    Need.LEGAL_THREAT,
    Need.REGULATOR_OR_OMBUDSMAN,
    Need.PRESS,
}
_TAKEN = {Kind.UNAUTHORISED_TRANSACTION, Kind.SCAM_PAYMENT}
_MERCHANTS = {Kind.PAYOUT_MISSING, Kind.CHARGEBACK_MERCHANT, Kind.RECONCILIATION_QUERY}
_LARGE_MINOR = {"consumer": 100_000, "merchant": 1_000_000}
_PLN_TIMES = 4
_SMALL_MINOR = 500
_LARGE_CURRENCIES = {"GBP", "EUR", "USD", "CHF", "PLN", ""}


@dataclass(frozen=True)
class Stated:
    """One sum of the message: minor units, currency ("" unstated), at issue or background."""

    minor: int
    currency: str
    background: bool = False
    income: bool = False


@dataclass(frozen=True)
class Situation:
    """What severity looks at."""

    kind: Kind
    needs: tuple[Need, ...]
    said: Said
    sums: Sequence[Stated]
    days_ahead: Sequence[int]
    days_waited: int
    complaint: bool
    received: date | None


def severity(case: Situation) -> int:
    """4 critical, 3 serious, 2 ordinary, 1 low."""
    if _critical(case):
        return 4
    if _serious(case):
        return 3
    return 1 if _low(case) else 2


def _critical(case: Situation) -> bool:
    said, needs = case.said, case.needs
    if Need.SELF_HARM_RISK in needs:
        return True
    if Need.DOMESTIC_ABUSE in needs and said.any("urgency.danger") and not said.any("urgency.past"):
        return True
    if (case.kind in _TAKEN or Need.SCAM_VICTIM in needs) and said.any("urgency.now"):
        return True
    want = Need.FINANCIAL_HARDSHIP in needs or Need.VULNERABILITY_HEALTH in needs
    if want and said.together("urgency.essentials", "urgency.soon", "urgency.gone"):
        return True
    wages = said.any("urgency.wages") and Need.FINANCIAL_HARDSHIP in needs
    return wages and (said.any("urgency.soon") or any(0 <= day <= 2 for day in case.days_ahead))


def _serious(case: Situation) -> bool:
    needs, said = set(case.needs), case.said
    money = bool(case.sums) or case.kind not in (Kind.OTHER, Kind.CASE_FOLLOW_UP)
    return bool(
        needs & _SERIOUS
        or case.kind in _TAKEN
        or _is_large(case)
        or (needs & {Need.VULNERABILITY_HEALTH, Need.BEREAVEMENT} and money and _at_issue(case))
        or (Need.MINOR in needs and (case.sums or case.kind in _TAKEN))
        or (case.kind is Kind.ACCOUNT_ACCESS and said.any("urgency.inside"))
        or said.any("urgency.contact")
        or (case.kind is not Kind.OTHER and _is_late(case))
    )


def _is_late(case: Situation) -> bool:
    """Over 30 days waiting, or a deadline within three."""
    waited = case.days_waited > 30 and case.said.any("urgency.waiting")
    due = case.said.any("urgency.days") and _has_deadline(case)
    return waited or due or any(0 < day <= 3 for day in case.days_ahead)


def _has_deadline(case: Situation) -> bool:
    return case.received is None or any(0 <= day <= 3 for day in case.days_ahead)


def _at_issue(case: Situation) -> bool:
    return not (case.kind is Kind.FEE_OR_FX_QUERY and not case.sums)


def _is_large(case: Situation) -> bool:
    if case.kind in (Kind.OTHER,):
        return False
    who = "merchant" if case.kind in _MERCHANTS or case.said.any("urgency.merchant") else "consumer"
    limit = _LARGE_MINOR[who]
    at_issue = [
        one for one in case.sums if not one.background and one.currency in _LARGE_CURRENCIES
    ]
    incomes = [one.minor for one in case.sums if one.income]
    if any(one.minor >= limit * (_PLN_TIMES if one.currency == "PLN" else 1) for one in at_issue):
        return True
    return any(3 * one.minor >= income for one in at_issue for income in incomes if not one.income)


def _low(case: Situation) -> bool:
    said, at_issue = case.said, [one for one in case.sums if not one.background]
    if case.needs and case.kind is not Kind.OTHER:
        return False
    if case.kind is Kind.OTHER:
        return not at_issue or not case.complaint
    if case.kind is Kind.CASE_FOLLOW_UP:
        return said.any("urgency.papers") and not case.complaint
    if case.kind is Kind.FEE_OR_FX_QUERY and not at_issue and not said.any("urgency.lost"):
        return True
    if at_issue and max(one.minor for one in at_issue) < _SMALL_MINOR and not case.needs:
        return True
    return not at_issue and not case.complaint and said.any("urgency.question")
