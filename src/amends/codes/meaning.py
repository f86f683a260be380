"""One code of one scheme, explained. A code means nothing without its scheme.

The lists are plain files, one for each scheme, in ``codes/lists``. A code is text: ``05``, ``5``
and ``5C`` are three codes, and none is found by another's name.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from amends.codes.customer import customer_words
from amends.problems import AmendsError, Problem

# Scheme to its name for people.
SCHEMES = {
    "iso8583": "Card authorisation response (ISO 8583)",
    "visa-auth-extra": "Visa authorisation response",
    "mastercard-mac": "Mastercard merchant advice",
    "stripe-decline": "Stripe decline",
    "nacha-return": "ACH return (Nacha)",
    "nacha-noc": "ACH notification of change (Nacha)",
    "iso20022-return": "Return reason (ISO 20022)",
    "iso20022-status": "Status reason (ISO 20022)",
    "iso20022-cancel": "Cancellation request (ISO 20022)",
    "iso20022-cancel-reject": "Cancellation refused (ISO 20022)",
    "visa-dispute": "Visa dispute condition",
    "mastercard-dispute": "Mastercard chargeback reason",
    "amex-dispute": "American Express dispute reason",
    "discover-dispute": "Discover dispute reason",
}
RETRY_WORDS = {
    "yes": "The same instruction may be sent again later, within the scheme's limits.",
    "after_fix": "Send again only after something has changed.",
    "no": "Do not send again.",
    "n/a": "Nothing to send again.",
}


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What one code says, who acts next, and how to put it to staff and to a customer.

    ``retryable`` is yes, after_fix, no or n/a; ``actor`` is customer, merchant, issuer, bank or
    us. Where ``sensitive``, the reason must not reach the customer, and ``for_customer`` is
    neutral.
    """

    scheme: str
    code: str
    name: str
    meaning: str
    retryable: str
    actor: str
    sensitive: bool
    next_step: str

    @property
    def for_staff(self) -> str:
        """Meaning, retry and next step in one paragraph."""
        secret = " Do not tell the customer the reason." if self.sensitive else ""
        return (f"{SCHEMES[self.scheme]} {self.code}, {self.name}: {self.meaning}. "
                f"{RETRY_WORDS[self.retryable]}{secret} Next: {self.next_step}")

    @property
    def for_customer(self) -> str:
        """Kind, plain words without the code; neutral where the reason is sensitive."""
        return customer_words(self.scheme, f"{self.name}. {self.meaning}", self.actor,
                              self.retryable, sensitive=self.sensitive)

    def as_json(self) -> dict[str, object]:
        """Plain values, the words for staff and customer included."""
        return asdict(self) | {"for_staff": self.for_staff, "for_customer": self.for_customer}


def explain(scheme: str, code: str) -> CodeMeaning:
    """The meaning of ``code`` in ``scheme``; AmendsError that names the nearest if unknown."""
    if scheme not in SCHEMES:
        near = _near(scheme, SCHEMES)
        raise AmendsError(Problem("error", f"There is no scheme {scheme!r}.",
                                  f"The nearest is {', '.join(near)}.", field="scheme"))
    found = scheme_codes(scheme).get(code)
    if found is None:
        near = _near(code, scheme_codes(scheme))
        elsewhere = [other for other in SCHEMES if code in scheme_codes(other)]
        hint = f"The nearest is {', '.join(near)}."
        if elsewhere:
            hint += f" {code} exists in {', '.join(elsewhere)}."
        raise AmendsError(Problem("error", f"{scheme} has no code {code!r}.", hint, field="code"))
    return found


@cache
def scheme_codes(scheme: str) -> dict[str, CodeMeaning]:
    """Every code of a scheme that is in SCHEMES, in the order of its list."""
    text = files(__package__).joinpath("lists", f"{scheme}.csv").read_text(encoding="utf-8")
    return {row["code"]: CodeMeaning(
        scheme=scheme, code=row["code"], name=row["name"], meaning=row["meaning"],
        retryable=row["retryable"], actor=row["actor"], sensitive=row["sensitive"] == "yes",
        next_step=row["next_step"],
    ) for row in csv.DictReader(text.splitlines())}


def _near(word: str, known: Iterable[str]) -> list[str]:
    """Up to three known words that look most like ``word``; there is always one."""
    lowered = {name.lower(): name for name in known}
    asked = word.strip().lower()
    near = [name for name in lowered if name.lstrip("0") == asked.lstrip("0")]
    near += [name for name in difflib.get_close_matches(asked, lowered, n=3, cutoff=0.5)
             if name not in near]
    near = near or difflib.get_close_matches(asked, lowered, n=1, cutoff=0.0)
    return [lowered[name] for name in near[:3]]
