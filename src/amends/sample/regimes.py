"""The facts from which the clocks of an escalation start, by country, party and way of paying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from amends.money import Money
from amends.sample.faults import Fault
from amends.sample.people import Customer

_ERRORS = frozenset({"double_charge", "wrong_amount", "refund_missing", "subscription_charge",
                     "unauthorised_transaction"})
_EU = frozenset({"DE", "FR", "ES", "PL", "IE", "NL", "SE", "AT", "PT"})

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """An escalation as the rule books see it: who told what, when and how."""

    kind: str
    received_on: date
    is_oral: bool
    complaint: bool
    country: str
    needs: tuple[str, ...]
    claimed_minor: int
    currency: str
    debit_on: date
    fault: Fault | None = None
    customer: Customer | None = None


def facts_of(notice: Notice, stream: Random) -> list[Rule]:
    """``{"regime", "facts"}`` for every rule book that applies; empty where none does."""
    if notice.customer is None:
        return _sellers(notice)
    if notice.country == "US":
        return _american(notice, notice.customer, stream)
    if notice.country == "GB":
        return _british(notice, stream)
    return _european(notice, notice.customer) if notice.country in _EU else []


def _rule(regime: str, **facts: Any) -> Rule:
    return {"regime": regime, "facts": {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in facts.items()}}


def _sellers(notice: Notice) -> list[Rule]:
    """The card network's limits on a seller's answer; a return that brought a payout back."""
    fault = notice.fault
    if fault and fault.finding == "chargeback_open" and fault.sale:
        disputed = date.fromisoformat(fault.facts["disputed_on"])
        settled = fault.sale.placed_at.date() + timedelta(days=2)
        if fault.sale.customer.method == "visa":
            return [_rule("visa", reason_code=fault.facts["reason"], processing_date=settled,
                          dispute_date=disputed, response_days=18)]
        return [_rule("mastercard", reason_code=fault.facts["reason"], settlement_date=settled,
                      chargeback_date=disputed)]
    if fault and fault.finding == "payout_not_at_bank" and fault.currency == "USD":
        paid = date.fromisoformat(fault.facts["paid_on"])
        return [_rule("us-nacha", settlement_date=paid, return_code="R03")]
    return []


def _american(notice: Notice, customer: Customer, stream: Random) -> list[Rule]:
    found: list[Rule] = []
    statement = notice.debit_on + timedelta(days=stream.randint(2, 9))
    told = statement if statement <= notice.received_on else notice.debit_on
    if notice.kind in _ERRORS and customer.is_credit and customer.card:
        closing = notice.received_on + timedelta(days=stream.randint(3, 27))
        closings = [(closing + timedelta(days=30 * n)).isoformat() for n in range(4)]
        found.append(_rule("us-reg-z-billing-error", statement_sent=told,
                           notice_received=notice.received_on, cycle_close_dates=closings))
    elif notice.kind in _ERRORS:
        found.append(_rule(
            "us-reg-e", notice_received=notice.received_on, statement_sent=told,
            notice_method="oral" if notice.is_oral else "written", transfer_date=notice.debit_on,
            transaction_type="debit_card_purchase" if customer.card else "ach",
            initiated_in_country="US"))
    if notice.kind == "unauthorised_transaction" and not customer.is_credit:
        found.append(_rule(
            "us-reg-e-liability", access_device=bool(customer.card),
            learned_of_loss=notice.received_on - timedelta(days=1),
            notice_given=notice.received_on, statement_sent=told,
            transfers=[{"date": notice.debit_on.isoformat(), "amount": _plain(notice)}]))
    if notice.kind == "collections_contact":
        calls = [notice.received_on - timedelta(days=n) for n in (6, 5, 4, 3, 2, 1, 0)]
        found.append(_rule("us-reg-f", call_dates=[day.isoformat() for day in calls],
                           as_of=notice.received_on))
    if "regulator_or_ombudsman" in notice.needs:
        found.append(_rule("us-cfpb-portal", sent_to_company=notice.received_on))
    return found


def _british(notice: Notice, stream: Random) -> list[Rule]:
    found: list[Rule] = []
    if notice.kind == "scam_payment":
        found.append(_rule(
            "uk-app-fraud", final_payment_date=notice.debit_on, claim_reported=notice.received_on,
            loss_amount=_plain(notice), vulnerable="vulnerability_health" in notice.needs,
            excess_applied="0.00" if "vulnerability_health" in notice.needs else "100.00"))
    if notice.kind == "unauthorised_transaction":
        found.append(_rule("uk-psr", debit_date=notice.debit_on, psp_aware=notice.received_on))
    elif notice.kind == "payment_failed":
        found.append(_rule("uk-psr", payment_order_received=notice.received_on))
    if notice.complaint:
        kind = "emd" if stream.random() < 0.15 else "psd"
        found.append(_rule("uk-disp", complaint_received=notice.received_on, complaint_type=kind))
    return found


def _european(notice: Notice, customer: Customer) -> list[Rule]:
    found: list[Rule] = []
    facts: dict[str, Any] = {}
    if notice.kind in _ERRORS:
        facts["debit_date"] = notice.debit_on
    if notice.kind == "unauthorised_transaction":
        facts["psp_aware"] = notice.received_on
    if notice.complaint:
        facts["complaint_received"] = notice.received_on
    if facts:
        found.append(_rule("eu-psd2", **facts))
    if customer.method == "sepa" and notice.kind in _ERRORS:
        found.append(_rule("sepa-dd", debit_date=notice.debit_on, scheme="core",
                           authorised=notice.kind != "unauthorised_transaction"))
    if notice.kind == "other":
        found.append(_rule("gdpr-dsar", request_received=notice.received_on,
                           calendar="eu-target"))
    return found


def _plain(notice: Notice) -> str:
    return Money(notice.claimed_minor, notice.currency).decimal()
