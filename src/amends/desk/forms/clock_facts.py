"""The form of the facts that the clocks of one rule book are reckoned from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

# What a person can fill in, by rule book; lists and rare facts come by the API and stay as given.
FIELDS: dict[str, tuple[str, ...]] = {
    "us-reg-e": ("statement_sent", "notice_received", "transaction_type", "first_deposit_date",
                 "transfer_date", "written_confirmation_required",
                 "written_confirmation_received", "provisional_credit_given", "error_determined",
                 "investigation_completed", "provisional_credit_reversal_notice"),
    "us-reg-e-liability": ("learned_of_loss", "notice_given", "statement_sent", "access_device"),
    "us-reg-z-billing-error": ("statement_sent", "notice_received", "resolved_on"),
    "us-remittance": ("availability_date", "information_sent", "notice_received",
                      "investigation_completed", "remedy_instruction_received",
                      "cancellation_requested"),
    "us-cfpb-portal": ("sent_to_company",),
    "us-reg-f": ("initial_communication", "validation_notice_sent"),
    "us-nacha": ("settlement_date", "return_code", "rdfi_review_completed",
                 "erroneous_settlement_date", "return_settlement_date",
                 "dishonored_return_settlement_date", "original_settlement_date",
                 "request_for_return_received", "noc_original_settlement_date",
                 "noc_received_by_originator"),
    "us-ucc-4a": ("notification_received",),
    "uk-disp": ("complaint_received", "complaint_type", "final_response_sent"),
    "uk-psr": ("debit_date", "psp_aware", "payment_order_received"),
    "uk-app-fraud": ("final_payment_date", "claim_reported", "loss_amount", "excess_applied",
                     "vulnerable"),
    "eu-psd2": ("debit_date", "psp_aware", "complaint_received", "refund_request_received"),
    "sepa-dd": ("debit_date", "scheme", "authorised"),
    "visa": ("reason_code", "processing_date", "expected_or_received_date", "dispute_date"),
    "mastercard": ("reason_code", "settlement_date", "chargeback_date"),
    "amex": ("dispute_notice_date",),
    "gdpr-dsar": ("request_received", "calendar"),
    "record-retention": ("rule", "event_date"),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "transaction_type": ("debit_card_purchase", "atm", "ach", "p2p", "bill_pay", "other"),
    "complaint_type": ("general", "psd", "emd"),
    "scheme": ("core", "b2b"),
    "rule": ("reg-e", "reg-z", "reg-f", "uk-disp"),
    "calendar": ("us-fed", "uk-eng", "uk-sct", "uk-nir", "eu-target"),
}
_FLAGS = ("written_confirmation_required", "access_device", "vulnerable", "authorised")
_WORDS = ("return_code", "reason_code", "loss_amount", "excess_applied")


class ClockFactsForm(forms.Form):
    """The facts of ``regime``, filled with those ``known``; an emptied one is no longer given."""

    def __init__(
        self, regime: str, known: Mapping[str, Any], data: Mapping[str, Any] | None = None
    ) -> None:
        shown = {name: _shown(known.get(name)) for name in FIELDS[regime]}
        super().__init__(data, initial=shown)
        self._known = known
        for name in FIELDS[regime]:
            self.fields[name] = _field(name)

    def facts(self) -> dict[str, Any]:
        """The facts as the rule book reads them, with those that the form does not show."""
        facts = {name: value for name, value in self._known.items() if name not in self.fields}
        for name, value in self.cleaned_data.items():
            if name in _FLAGS and value:
                facts[name] = value == "yes"
            elif value:
                facts[name] = value.isoformat() if isinstance(value, date) else value
        return facts


def _shown(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _field(name: str) -> forms.Field:
    label = name.replace("_", " ").capitalize()
    if name in _FLAGS:
        return _choice(label, ("yes", "no"))
    if name in _CHOICES:
        return _choice(label, _CHOICES[name])
    if name in _WORDS:
        return forms.CharField(label=label, max_length=20, required=False)
    return forms.DateField(label=label, required=False,
                           widget=forms.DateInput(attrs={"type": "date"}))


def _choice(label: str, values: tuple[str, ...]) -> forms.Field:
    named = [(value, value.replace("_", " ")) for value in values]
    return forms.ChoiceField(label=label, required=False, choices=[("", "not given"), *named])
