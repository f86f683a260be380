"""What happened on a case that a rule book counts from: a credit given, an error determined.

Only Regulation E starts clocks from such acts (12 CFR 1005.11(c) and (d)); cases that it does not
govern are left as they are.
"""

from __future__ import annotations

from datetime import date, datetime

from amends.clocks.deadlines import compute
from amends.desk.access import Actor
from amends.desk.actions.clocks import local_day, start_clocks
from amends.desk.models import Case, Clock

REG_E = "us-reg-e"
NOTICE_OF_REVERSAL = "provisional_credit_reversal_notice"
HONOUR = "honor_items_through"


def reached(case: Case, *names: str, actor: Actor, now: datetime) -> None:
    """Tell the rule book that these facts hold since today; a fact already told keeps its day."""
    clock = _reg_e(case)
    new = {name: local_day(now).isoformat() for name in names
           if clock and not clock.facts.get(name)}
    if clock and new:
        start_clocks(case, actor=actor, now=now,
                     facts=[{"regime": REG_E, "facts": clock.facts | new}])


def debit_day(case: Case, today: date) -> date:
    """When a provisional credit may be taken back: today, or under Regulation E the last of the
    five business days that follow the notice (12 CFR 1005.11(d)(2), comment 11(d)(2)-2).
    """
    clock = _reg_e(case)
    if clock is None:
        return today
    facts = {NOTICE_OF_REVERSAL: today.isoformat()} | clock.facts
    return compute(REG_E, facts, as_of=today).deadlines.get(HONOUR) or today


def _reg_e(case: Case) -> Clock | None:
    return case.clocks.filter(regime=REG_E).order_by("pk").first()
