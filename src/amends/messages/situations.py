"""Which letter a decision calls for."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from amends.casework.remedies import Remedy
from amends.casework.states import Outcome


class Situation(StrEnum):
    """What a message is for; each has its templates and its required statements."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ACKNOWLEDGEMENT_COMPLAINT = "acknowledgement_complaint"
    PROVISIONAL_CREDIT_GRANTED = "provisional_credit_granted"
    PROVISIONAL_CREDIT_REVERSED = "provisional_credit_reversed"
    ERROR_FOUND_REFUND = "error_found_refund"
    ERROR_FOUND_CREDIT = "error_found_credit"
    PARTLY_UPHELD = "partly_upheld"
    NO_ERROR_FOUND = "no_error_found"
    REFUND_IN_TRANSIT = "refund_in_transit"
    DECLINED_NEUTRAL = "declined_neutral"
    HOLD_EXPLAINED = "hold_explained"
    HOLDING_RESPONSE = "holding_response"
    FINAL_RESPONSE_COMPLAINT = "final_response_complaint"
    REQUEST_INFORMATION = "request_information"
    REFERRED = "referred"
    PAYOUT_RESENT = "payout_resent"
    WITHDRAWN = "withdrawn"


SITUATION_WORDS: dict[Situation, str] = {
    Situation.ACKNOWLEDGEMENT: "Acknowledgement",
    Situation.ACKNOWLEDGEMENT_COMPLAINT: "Acknowledgement of a complaint",
    Situation.PROVISIONAL_CREDIT_GRANTED: "Provisional credit given",
    Situation.PROVISIONAL_CREDIT_REVERSED: "Provisional credit taken back",
    Situation.ERROR_FOUND_REFUND: "Error found, refund",
    Situation.ERROR_FOUND_CREDIT: "Error found, credit",
    Situation.PARTLY_UPHELD: "Partly upheld",
    Situation.NO_ERROR_FOUND: "No error found",
    Situation.REFUND_IN_TRANSIT: "Refund on its way",
    Situation.DECLINED_NEUTRAL: "Payment declined, neutral",
    Situation.HOLD_EXPLAINED: "Hold explained",
    Situation.HOLDING_RESPONSE: "Holding response",
    Situation.FINAL_RESPONSE_COMPLAINT: "Final response to a complaint",
    Situation.REQUEST_INFORMATION: "Request for information",
    Situation.REFERRED: "Passed on",
    Situation.PAYOUT_RESENT: "Payout sent again",
    Situation.WITHDRAWN: "Closed at the customer's wish",
}
_NO_FINAL_ANSWER = {
    Remedy.PROVISIONAL_CREDIT: Situation.PROVISIONAL_CREDIT_GRANTED,
    Remedy.RECALL: Situation.REFERRED,
    Remedy.REPRESENTMENT: Situation.REFERRED,
}
_NOT_UPHELD = {
    "refund_in_transit": Situation.REFUND_IN_TRANSIT,
    "payment_declined": Situation.DECLINED_NEUTRAL,
    "authorization_hold": Situation.HOLD_EXPLAINED,
}
_PAYOUTS = ("payout_not_at_bank", "payout_short_at_bank")


def situation_for(
    outcome: str, remedy: str, finding: str, regimes: Collection[str] = ()
) -> Situation:
    """The letter for a decision; a complaint under FCA DISP gets a final response.

    A provisional credit, a referral and a withdrawal are no final answer, so they keep their own
    letter under every rule book. ValueError for a word that is no outcome or remedy.
    """
    ended, put_right = Outcome(outcome), Remedy(remedy)
    if ended is Outcome.WITHDRAWN:
        return Situation.WITHDRAWN
    if ended is Outcome.REFERRED:
        return Situation.REFERRED
    if put_right in _NO_FINAL_ANSWER:
        return _NO_FINAL_ANSWER[put_right]
    if "uk-disp" in regimes:
        return Situation.FINAL_RESPONSE_COMPLAINT
    return _final_answer(ended, put_right, finding)


def _final_answer(ended: Outcome, put_right: Remedy, finding: str) -> Situation:
    """The letter that closes a case which is no complaint."""
    if ended is Outcome.PARTLY_UPHELD:
        return Situation.PARTLY_UPHELD
    if ended is Outcome.NOT_UPHELD:
        return _NOT_UPHELD.get(finding, Situation.NO_ERROR_FOUND)
    if finding in _PAYOUTS:
        return Situation.PAYOUT_RESENT
    if put_right is Remedy.REFUND:
        return Situation.ERROR_FOUND_REFUND
    return Situation.ERROR_FOUND_CREDIT
