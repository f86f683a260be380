"""The form of one escalation."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from amends.casework.claims import KIND_WORDS
from amends.casework.escalations import LONGEST, EscalationFacts
from amends.desk.models import User
from amends.desk.models.columns import choices
from amends.money import is_currency, parse_minor
from amends.problems import AmendsError

CHANNELS = [("form", "This form"), ("phone", "Phone"), ("email", "E-mail"), ("chat", "Chat"),
            ("letter", "Letter"), ("social", "Social media")]


class EscalationForm(forms.Form):
    """What the customer said, about which payment, and what was tried and promised."""

    text = forms.CharField(
        label="What the customer said", max_length=LONGEST["text"],
        widget=forms.Textarea(attrs={"rows": 7, "autofocus": True}),
        help_text="Their own words, or yours for what they said. Triage reads only this.",
    )
    party_name = forms.CharField(label="Customer or merchant", max_length=160)
    party_email = forms.EmailField(label="Their e-mail", required=False)
    party_kind = forms.ChoiceField(
        label="They are a", choices=[("consumer", "consumer"), ("merchant", "merchant")]
    )
    country = forms.CharField(label="Country", max_length=2, required=False,
                              help_text="Two letters, such as US. It decides which law applies.")
    reference = forms.CharField(label="Order or payment reference", max_length=80, required=False)
    amount = forms.CharField(label="Amount in question", max_length=24, required=False)
    currency = forms.CharField(label="Currency", max_length=3, required=False)
    kind = forms.ChoiceField(label="Kind of problem", required=False,
                             choices=[("", "Find it from the words"), *choices(KIND_WORDS)])
    channel = forms.ChoiceField(label="Came in by", choices=CHANNELS)
    told_on = forms.DateField(
        label="The customer told you on", required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty means now. The clocks of the law count from this day.",
    )
    external_ticket = forms.CharField(label="Helpdesk ticket", max_length=80, required=False)
    tried = forms.CharField(label="What was tried", max_length=4000, required=False,
                            widget=forms.Textarea(attrs={"rows": 2}))
    asked = forms.CharField(label="What the customer asks for", max_length=4000, required=False,
                            widget=forms.Textarea(attrs={"rows": 2}))
    promised = forms.CharField(label="What was promised, and by when", max_length=4000,
                               required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_country(self) -> str:
        """Two capital letters, or nothing."""
        country = str(self.cleaned_data["country"]).strip().upper()
        if country and not (len(country) == 2 and country.isalpha()):
            raise forms.ValidationError("Use two letters, such as US, GB or DE.")
        return country

    def clean(self) -> dict[str, Any]:
        """The amount as whole minor units of a currency that exists."""
        cleaned = super().clean() or {}
        currency = str(cleaned.get("currency", "")).strip().upper()
        if currency and not is_currency(currency):
            self.add_error("currency", f"{currency} is not a currency. Use a code such as EUR.")
            return cleaned
        cleaned["currency"], cleaned["amount_minor"] = currency, None
        text = str(cleaned.get("amount", "")).strip().replace(",", ".").replace(" ", "")
        if text:
            self._amount(cleaned, text, currency)
        return cleaned

    def _amount(self, cleaned: dict[str, Any], text: str, currency: str) -> None:
        try:
            minor = parse_minor(text, currency or "EUR")
        except AmendsError:
            minor = None
        if minor is None or minor < 0:
            self.add_error("amount", "Write the amount as 1234.56.")
        elif not currency:
            self.add_error("currency", "Say in which currency.")
        cleaned["amount_minor"] = minor

    def facts(self, *, user: User, now: datetime) -> EscalationFacts:
        """The escalation as facts, handed up by ``user``; a day told counts from its noon."""
        given = self.cleaned_data
        words = ("text", "party_name", "party_email", "party_kind", "country", "reference",
                 "currency", "kind", "channel", "external_ticket", "tried", "asked", "promised")
        return EscalationFacts(
            **{word: given[word] for word in words}, amount_minor=given["amount_minor"],
            received_at=_received(given["told_on"], now), agent_email=user.email,
            agent_name=str(user),
        )


def _received(told_on: date | None, now: datetime) -> datetime:
    if told_on is None or told_on == timezone.localdate(now):
        return now
    return timezone.make_aware(datetime.combine(told_on, time(12)))
