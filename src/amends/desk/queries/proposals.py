"""What stands proposed for cases, in the shape of ``amends propose``."""

from __future__ import annotations

import re

from amends.casework.states import OPEN_STATES
from amends.desk.models import Case
from amends.problems import AmendsError, Problem


def proposals(label: str) -> list[dict[str, object]]:
    """The proposal of one case, or of every open one when ``label`` is empty.

    It is what evidence and policy suggest, also where a person has decided otherwise since.
    """
    cases = Case.objects.order_by("number")
    if label:
        found = re.fullmatch(r"(?:AM-)?0*(\d{1,9})", label.strip(), re.IGNORECASE)
        cases = cases.filter(number=int(found.group(1))) if found else cases.none()
        if not cases.exists():
            raise AmendsError(Problem("error", f"There is no case {label}.",
                                      "Write it as AM-000123."))
    else:
        cases = cases.filter(state__in=OPEN_STATES)
    rows = [row for case in cases if (row := _proposal(case))]
    if label and not rows:
        raise AmendsError(Problem("error", f"{label} was not investigated yet.",
                                  "Run 'amends worker --once' first."))
    return rows


def _proposal(case: Case) -> dict[str, object] | None:
    decision = case.decisions.filter(change_reason="").order_by("-pk").first()
    escalation = case.escalations.order_by("received_at").first()
    if decision is None:
        return None
    return {
        "case": case.label, "external_id": escalation.external_id if escalation else None,
        "kind": case.kind, "finding": decision.finding or None, "outcome": decision.outcome,
        "remedy": decision.remedy, "amount_minor": decision.amount_minor,
        "currency": decision.currency or None, "cause": decision.cause or None,
        "straight_through": decision.straight_through,
        "confidence": decision.confidence_percent / 100, "reasons": decision.reasons,
    }
