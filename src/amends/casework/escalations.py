"""An escalation as it arrives, and the rule books that its facts put in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from amends.casework.claims import Kind

# Member states of the European Union and the European Economic Area (PSD2, article 2).
_EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
})


@dataclass(frozen=True, slots=True)
class EscalationFacts:
    """What a frontline agent, a program or a file says about one escalated payment.

    ``amount_minor`` is None when nobody said it. ``facts`` holds ``{"regime", "facts"}`` for the
    clocks, where they are known already.
    """

    text: str
    received_at: datetime
    channel: str = "form"
    external_id: str | None = None
    agent_email: str = ""
    agent_name: str = ""
    external_ticket: str = ""
    party_name: str = ""
    party_email: str = ""
    party_kind: str = "consumer"
    country: str = ""
    language: str = ""
    timezone: str = ""
    reference: str = ""
    amount_minor: int | None = None
    currency: str = ""
    kind: str = ""
    tried: str = ""
    asked: str = ""
    promised: str = ""
    facts: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def regimes_in_force(
    *, kind: Kind, complaint: bool, party_kind: str, country: str, received_on: date,
) -> list[dict[str, Any]]:
    """The rule books that plainly apply when nobody gave facts, each with the facts known.

    Follows the quick triage of the regulatory notes: consumers only; an error claim and a
    complaint run side by side; the notice is the day of receipt in any form or channel.
    """
    if party_kind != "consumer":
        return []
    day = received_on.isoformat()
    error = kind in (
        Kind.DOUBLE_CHARGE, Kind.WRONG_AMOUNT, Kind.UNAUTHORISED_TRANSACTION,
        Kind.REFUND_MISSING, Kind.SUBSCRIPTION_CHARGE,
    )
    found: list[dict[str, Any]] = []
    if country == "US" and error:
        facts = {"notice_received": day, "transaction_type": "debit_card_purchase"}
        found.append({"regime": "us-reg-e", "facts": facts})
    if country == "GB":
        if kind is Kind.SCAM_PAYMENT:
            found.append({"regime": "uk-app-fraud", "facts": {"claim_reported": day}})
        if kind is Kind.UNAUTHORISED_TRANSACTION:
            found.append({"regime": "uk-psr", "facts": {"psp_aware": day}})
        if complaint:
            facts = {"complaint_received": day, "complaint_type": "psd"}
            found.append({"regime": "uk-disp", "facts": facts})
    if country in _EEA:
        facts = {"psp_aware": day} if kind is Kind.UNAUTHORISED_TRANSACTION else {}
        if complaint:
            facts["complaint_received"] = day
        if facts:
            found.append({"regime": "eu-psd2", "facts": facts})
    return found
