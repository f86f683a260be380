"""Refunds at Stripe (API reference, refunds). Our instruction id goes out twice: as idempotency key
and as metadata. Whenever it may have gone out before, the refunds of that charge are listed and
ours is looked for; nothing is sent again on the idempotency key's promise alone.
"""

from __future__ import annotations

from typing import Any, cast

import stripe
from django.conf import settings

from amends.casework.remedies import MovementState
from amends.desk.connectors.shape import Instruction, Result, Unreachable

METADATA = "amends_instruction"
TIMEOUT_SECONDS = 20
_STATES = {
    "succeeded": MovementState.CONFIRMED,
    "pending": MovementState.SENT,
    "requires_action": MovementState.SENT,
    "failed": MovementState.FAILED,
    "canceled": MovementState.CANCELLED,
}


class StripeRefunds:
    """Refunds of charges (``ch_``, ``py_``) and payment intents (``pi_``)."""

    name = "stripe"

    def find(self, instruction: Instruction) -> Result | None:
        """Our refund among those of the charge, or None when every page was read without it.

        A charge that is not there tells nothing: the account may be another than the first time.
        """
        try:
            refunds = _client().v1.refunds.list(
                cast("Any", {**_target(instruction), "limit": 100})
            )
            for refund in refunds.auto_paging_iter():
                if _metadata(refund).get(METADATA) == instruction.key:
                    return _result(refund)
        except stripe.StripeError as error:
            raise Unreachable(f"Stripe did not say what it has: {_words(error)}") from error
        return None

    def send(self, instruction: Instruction) -> Result:
        """Ask for the refund once. A clear no is a failed movement; silence is Unreachable."""
        try:
            refund = _client().v1.refunds.create(
                cast("Any", {
                    **_target(instruction), "amount": instruction.amount_minor,
                    "metadata": {METADATA: instruction.key, "case": instruction.case_label},
                }),
                {"idempotency_key": instruction.key},
            )
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            return Result(MovementState.FAILED, words=f"Stripe refused it: {_words(error)}")
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            return Result(MovementState.FAILED, words=f"Stripe refused our key: {_words(error)}")
        except stripe.StripeError as error:
            raise Unreachable(f"Stripe gave no clear answer: {_words(error)}") from error
        return _result(refund)


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or error).split("\n", 1)[0]


def _client() -> stripe.StripeClient:
    where: dict[str, Any] = {}
    if settings.AMENDS_STRIPE_URL:
        where["base_addresses"] = {"api": settings.AMENDS_STRIPE_URL}
    return stripe.StripeClient(
        settings.AMENDS_STRIPE_KEY, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS), **where,
    )


def _target(instruction: Instruction) -> dict[str, Any]:
    by_intent = instruction.reference.startswith("pi_")
    return {"payment_intent" if by_intent else "charge": instruction.reference}


def _metadata(refund: stripe.Refund) -> dict[str, str]:
    return refund.metadata.to_dict() if refund.metadata else {}


def _result(refund: stripe.Refund) -> Result:
    state = _STATES.get(refund.status or "succeeded", MovementState.SENT)
    return Result(state, external_id=refund.id, words=getattr(refund, "failure_reason", "") or "")
