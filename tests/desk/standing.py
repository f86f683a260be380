"""Cases that stand before a decision, and what settles them: for the tests of money and mail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.test import Client

from amends.casework.remedies import MovementState
from amends.desk.actions.investigation import policy
from amends.desk.models import Case, Decision, Movement
from moments import NOW


def proposed(case: Case, **facts: Any) -> Decision:
    """A proposed refund of the whole claim; what is named is otherwise."""
    given = {
        "outcome": "upheld", "remedy": "refund", "amount_minor": 20000, "currency": "USD",
        "finding": "settled_twice", "cause": "processor_duplicate_settlement",
        "reasons": ["Settled twice."], "policy_version": policy().version,
        "confidence_percent": 98, "claim": case.claims.order_by("pk").first(), **facts,
    }
    return Decision.objects.create(case=case, made_at=NOW, **given)


def paid(case: Case, *, remedy: str = "provisional_credit", amount_minor: int = 20000,
         state: str = MovementState.CONFIRMED, **facts: Any) -> Movement:
    """A movement that an approved decision made before."""
    decision = proposed(case, remedy=remedy, amount_minor=amount_minor, state=Decision.APPROVED)
    return Movement.objects.create(
        case=case, decision=decision, key=f"before-{decision.pk}", remedy=remedy,
        amount_minor=amount_minor, currency="USD", connector="file", state=state, made_at=NOW,
        **facts,
    )


def posted(client: Client, case: Case, path: str, **fields: Any) -> Any:
    """What the desk answers to a form of the case's page, posted with the case as it is now."""
    version = fields.pop("version", None) or Case.objects.get(pk=case.pk).version
    return client.post(f"/cases/{case.number}/{path}", {"version": version, **fields})


def instructions(data: Path) -> list[dict[str, Any]]:
    """Every instruction file that was written, in the order of their names."""
    return [json.loads(path.read_text())
            for path in sorted((data / "outbox" / "instructions").glob("*.json"))]


def told(case: Case) -> list[str]:
    """The kinds of the case's events, in order."""
    return list(case.events.order_by("seq").values_list("kind", flat=True))
