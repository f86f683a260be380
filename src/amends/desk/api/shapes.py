"""What goes in and out of the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from amends.casework.claims import Kind
from amends.casework.escalations import LARGEST_MINOR, LONGEST, RULE_BOOKS_AT_MOST


def _text(value: object) -> object:
    """Instants come as text; a bare number of seconds is refused."""
    if not isinstance(value, str):
        raise ValueError("should be text such as 2026-11-23T09:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text)]
FactText = Annotated[str, StringConstraints(strict=True, max_length=200)]
Fact = FactText | StrictBool | StrictInt | None
FactOrList = Fact | list[Fact | dict[str, Fact]]


class Closed(Schema):
    """A body in which an unknown field is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class Amount(Closed):
    """Whole minor units and a currency: ``{"minor": 41260, "currency": "USD"}``."""

    minor: StrictInt = Field(ge=0, le=LARGEST_MINOR)
    currency: str = Field(pattern="^[A-Z]{3}$")


class AmountOut(Schema):
    """Whole minor units and a currency, as the desk holds them."""

    minor: int
    currency: str


class RegimeFacts(Closed):
    """Facts for the clocks of one rule book: dates and amounts as text, never a fraction."""

    regime: str = Field(max_length=40, examples=["us-reg-e"])
    facts: dict[str, FactOrList] = Field(
        default_factory=dict, examples=[{"notice_received": "2026-11-20"}]
    )


class EscalationIn(Closed):
    """One escalation handed up by a program."""

    text: str = Field(min_length=1, max_length=LONGEST["text"],
                      description="What the customer said; triage reads only this.")
    external_id: str | None = Field(
        default=None, max_length=LONGEST["external_id"],
        description="Your own number for it; the same one twice changes nothing.")
    received_at: Instant | None = Field(
        default=None, description="When the customer told you; without it, now.")
    channel: str = Field(default="api", max_length=LONGEST["channel"])
    party_name: str = Field(default="", max_length=LONGEST["party_name"])
    party_email: str = Field(default="", max_length=LONGEST["party_email"])
    party_kind: Literal["consumer", "merchant"] = "consumer"
    country: str = Field(default="", pattern="^([A-Z]{2})?$",
                         description="It decides which law applies.")
    language: str = Field(default="", max_length=LONGEST["language"])
    timezone: str = Field(default="", max_length=LONGEST["timezone"])
    reference: str = Field(
        default="", max_length=LONGEST["reference"],
        description="Order or payment; without it, the one found in the text.")
    amount: Amount | None = Field(
        default=None, description="What is asked about; without it, the one found in the text.")
    kind: Kind | Literal[""] = Field(default="", description="Without it, triage says.")
    agent_email: str = Field(default="", max_length=LONGEST["agent_email"])
    agent_name: str = Field(default="", max_length=LONGEST["agent_name"])
    external_ticket: str = Field(default="", max_length=LONGEST["external_ticket"])
    tried: str = Field(default="", max_length=LONGEST["tried"])
    asked: str = Field(default="", max_length=LONGEST["asked"])
    promised: str = Field(default="", max_length=LONGEST["promised"])
    facts: list[RegimeFacts] = Field(
        default_factory=list, max_length=RULE_BOOKS_AT_MOST,
        description="Without it, the rule books that plainly apply are used.")


class ClockOut(Schema):
    """One clock of a case with the reason for its date; ``due_on`` is null where it has none."""

    regime: str
    name: str
    title: str
    legal: bool
    due_on: date | None
    met_at: datetime | None
    explain: dict[str, Any]


class FindingOut(Schema):
    """One thing found, and whether a person confirmed it."""

    kind: str
    sentence: str
    confidence_percent: int
    amount: AmountOut | None
    state: str


class CaseOut(Schema):
    """One case as programs see it."""

    number: int
    label: str
    title: str
    kind: str
    severity: int
    state: str
    outcome: str | None
    owner: str | None
    regimes: list[str]
    reference: str
    at_stake: AmountOut | None
    opened_at: datetime
    next_due_at: datetime | None


class CaseFull(CaseOut):
    """One case with its clocks and what was found."""

    clocks: list[ClockOut]
    findings: list[FindingOut]


class ProblemOut(Schema):
    """One thing wrong with what was sent."""

    severity: str
    what: str
    hint: str
    field: str | None = None


class Opened(Schema):
    """What became of an escalation: ``opened``, ``joined`` or ``known``.

    ``case`` is null where the key's person may not open cases, such as a frontline agent.
    """

    label: str
    how: Literal["opened", "joined", "known"]
    case: CaseOut | None
    problems: list[ProblemOut]


class CasePage(Schema):
    """One page of cases; ``next`` is the cursor of the page after it, null on the last."""

    cases: list[CaseOut]
    next: int | None


class ApiProblem(Schema):
    """``application/problem+json`` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    problems: list[ProblemOut] = Field(default_factory=list)
