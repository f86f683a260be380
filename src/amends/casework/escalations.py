"""An escalation as it arrives, and the rule books that its facts put in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from amends.casework.claims import Kind
from amends.money import is_currency
from amends.problems import Problem
from amends.sources.masking import mask_text

# Member states of the European Union and the European Economic Area (PSD2, article 2).
_EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
})
# Characters at most, by fact; every door refuses what is longer.
LONGEST: dict[str, int] = {
    "text": 20_000, "external_id": 120, "channel": 16, "agent_email": 254, "agent_name": 120,
    "external_ticket": 80, "party_name": 160, "party_email": 254, "party_kind": 10, "country": 2,
    "language": 5, "timezone": 40, "reference": 80, "currency": 3, "kind": 32, "tried": 4_000,
    "asked": 4_000, "promised": 4_000,
}
PARTY_KINDS = ("consumer", "merchant")
LARGEST_MINOR = 10**15
RULE_BOOKS_AT_MOST = 20
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_DEEPEST = 3
_LONGEST_FACT = 200


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


def tidy(given: EscalationFacts) -> EscalationFacts:
    """``given`` without blanks around its words, without NUL characters and card numbers.

    A card number in the words keeps its first six and last four digits (PCI DSS 3.4.1).
    """
    words: dict[str, Any] = {
        item.name: mask_text(value.replace("\x00", "").strip()).text
        for item in fields(given) if isinstance(value := getattr(given, item.name), str)
    }
    words["party_email"] = words["party_email"].lower()
    words["agent_email"] = words["agent_email"].lower()
    words["party_kind"] = words["party_kind"] or PARTY_KINDS[0]
    return replace(given, **words)


def faults(given: EscalationFacts, *, now: datetime) -> list[Problem]:
    """What makes ``given`` unusable at ``now``, each with its field; empty when all is well."""
    found = [*_word_faults(given), *_amount_faults(given), *_time_faults(given, now),
             *_facts_faults(given.facts)]
    named = {problem.field for problem in found}
    return found + [
        Problem("error", f"{name} is longer than {most:,} characters.", "Shorten it.", field=name)
        for name, most in LONGEST.items()
        if name not in named and len(getattr(given, name) or "") > most
    ]


def _word_faults(given: EscalationFacts) -> list[Problem]:
    found = []
    if not given.text:
        found.append(Problem("error", "The escalation has no words.",
                             "Say what the customer said.", field="text"))
    if given.kind and given.kind not in set(Kind):
        found.append(Problem("error", f"There is no kind {given.kind[:40]!r}.",
                             "Leave it out; it is found by triage.", field="kind"))
    if given.party_kind not in PARTY_KINDS:
        found.append(Problem("error", f"{given.party_kind[:40]!r} is no kind of party.",
                             f"Use {' or '.join(PARTY_KINDS)}.", field="party_kind"))
    if given.country and not _is_country(given.country):
        found.append(Problem("error", f"{given.country[:40]!r} is no country.",
                             "Use two capital letters, such as US, GB or DE.", field="country"))
    wrong = [name for name in ("party_email", "agent_email")
             if (address := getattr(given, name)) and not _is_address(address)]
    return found + [Problem("error", f"{name} is no e-mail address.",
                            "Write it as name@company.example, or leave it out.", field=name)
                    for name in wrong]


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def _is_address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(name and at and host) and text.isprintable() and " " not in text and "@" not in name


def _amount_faults(given: EscalationFacts) -> list[Problem]:
    if given.currency and not is_currency(given.currency):
        return [Problem("error", f"{given.currency[:40]!r} is not a currency.",
                        "Use a code such as EUR.", field="currency")]
    if given.amount_minor is None:
        return []
    if not 0 <= given.amount_minor <= LARGEST_MINOR:
        return [Problem("error", "The amount is negative or too large.",
                        "Write what the customer asks about, as 1234.56.", field="amount")]
    if not given.currency:
        return [Problem("error", "The amount has no currency.", "Say in which currency.",
                        field="currency")]
    return []


def _time_faults(given: EscalationFacts, now: datetime) -> list[Problem]:
    if given.timezone:
        try:
            ZoneInfo(given.timezone)
        except (OSError, ValueError, KeyError):
            return [Problem("error", f"{given.timezone[:40]!r} is no time zone.",
                            "Write Europe/Berlin.", field="timezone")]
    if given.received_at.tzinfo is None:
        return [Problem("error", "received_at has no time zone.",
                        "Write it as 2026-11-23T09:00:00Z.", field="received_at")]
    if not _EARLIEST <= given.received_at <= now + timedelta(days=1):
        return [Problem("error", "received_at is not in the past.",
                        "Give the instant at which the customer told you.", field="received_at")]
    return []


def _facts_faults(facts: object) -> list[Problem]:
    """Facts are a list of ``{"regime", "facts"}``, without fractions, not deeper than they read."""
    whole = isinstance(facts, (list, tuple)) and len(facts) <= RULE_BOOKS_AT_MOST and all(
        isinstance(item, Mapping) and isinstance(item.get("regime"), str)
        and isinstance(item.get("facts"), Mapping) for item in facts
    )
    if not whole:
        return [Problem("error", "The facts for the clocks cannot be read.",
                        'Write a list of {"regime": "us-reg-e", "facts": {...}}.', field="facts")]
    return [
        Problem("error", f"The fact {str(name)[:40]!r} of {item['regime'][:40]} cannot be kept.",
                "Dates and amounts are text, such as 2026-03-02 and \"12.50\".", field="facts")
        for item in facts  # type: ignore[attr-defined]
        for name, value in item["facts"].items() if not _is_plain(value)
    ]


def _is_plain(value: object, depth: int = 0) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_FACT and value.isprintable()
    if isinstance(value, int):
        return -LARGEST_MINOR <= value <= LARGEST_MINOR
    if isinstance(value, Mapping):
        return depth < _DEEPEST and all(
            _is_plain(str(k)) and _is_plain(v, depth + 1) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return depth < _DEEPEST and all(_is_plain(item, depth + 1) for item in value)
    return value is None


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
