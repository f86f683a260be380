"""What goes in and out of the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, StrictInt


class Closed(Schema):
    """A body in which an unknown field is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class Amount(Closed):
    """Whole minor units and a currency: ``{"minor": 41260, "currency": "USD"}``."""

    minor: StrictInt = Field(ge=0, le=10**15)
    currency: str = Field(pattern="^[A-Z]{3}$")


class RegimeFacts(Closed):
    """Facts for the clocks of one rule book."""

    regime: str = Field(max_length=40)
    facts: dict[str, Any] = Field(default_factory=dict)


class EscalationIn(Closed):
    """One escalation handed up by a program."""

    text: str = Field(min_length=1, max_length=20_000)
    external_id: str | None = Field(default=None, max_length=120)
    received_at: datetime | None = None
    channel: str = Field(default="api", max_length=16)
    party_name: str = Field(default="", max_length=160)
    party_email: str = Field(default="", max_length=254)
    party_kind: str = Field(default="consumer", pattern="^(consumer|merchant)$")
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    language: str = Field(default="", max_length=5)
    timezone: str = Field(default="", max_length=40)
    reference: str = Field(default="", max_length=80)
    amount: Amount | None = None
    kind: str = Field(default="", max_length=32)
    agent_email: str = Field(default="", max_length=254)
    agent_name: str = Field(default="", max_length=120)
    external_ticket: str = Field(default="", max_length=80)
    tried: str = Field(default="", max_length=4000)
    asked: str = Field(default="", max_length=4000)
    promised: str = Field(default="", max_length=4000)
    facts: list[RegimeFacts] = Field(default_factory=list, max_length=20)


class ClockOut(Schema):
    """One clock of a case with the reason for its date."""

    regime: str
    name: str
    title: str
    legal: bool
    due_on: date | None
    met_at: datetime | None
    explain: dict[str, Any]


class CaseOut(Schema):
    """One case as programs see it."""

    number: str
    title: str
    kind: str
    severity: int
    state: str
    outcome: str | None
    owner: str | None
    regimes: list[str]
    reference: str
    at_stake: Amount | None
    opened_at: datetime
    next_due_at: datetime | None


class CaseFull(CaseOut):
    """One case with its clocks and what was found."""

    clocks: list[ClockOut]
    findings: list[dict[str, Any]]


class ProblemOut(Schema):
    """One thing wrong with what was sent."""

    severity: str
    what: str
    hint: str
    field: str | None = None


class Opened(Schema):
    """What became of an escalation: ``opened``, ``joined`` or ``known``."""

    case: CaseOut
    how: str
    problems: list[ProblemOut]


class CasePage(Schema):
    """One page of cases; ``next`` is the cursor of the page after it."""

    cases: list[CaseOut]
    next: str | None


class ApiProblem(Schema):
    """``application/problem+json`` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    problems: list[ProblemOut] = Field(default_factory=list)
