"""Which act meets which clock, and which clocks are not ours to meet."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """Something done on a case that a clock waits for."""

    FIRST_REPLY = "first_reply"
    ACKNOWLEDGED = "acknowledged"
    PROVISIONAL_CREDIT = "provisional_credit"
    CREDIT_TOLD = "credit_told"
    CORRECTED = "corrected"
    DECIDED = "decided"
    RESULT_TOLD = "result_told"
    HOLDING_SENT = "holding_sent"
    CLOSED = "closed"


MEETS: dict[Act, frozenset[str]] = {
    Act.FIRST_REPLY: frozenset({"first_reply"}),
    Act.ACKNOWLEDGED: frozenset({"acknowledgment_due"}),
    Act.PROVISIONAL_CREDIT: frozenset({"provisional_credit_due", "initial_decision_due"}),
    Act.CREDIT_TOLD: frozenset({"provisional_credit_notice_due"}),
    Act.CORRECTED: frozenset(
        {"correction_due", "refund_due", "reimbursement_due", "outer_limit",
         "cancellation_refund_due", "fraud_delay_limit"}
    ),
    Act.DECIDED: frozenset(
        {"initial_decision_due", "final_decision_due", "provisional_credit_due",
         "investigation_due", "refund_decision_due"}
    ),
    Act.RESULT_TOLD: frozenset(
        {"results_notice_due", "resolution_due", "final_response_due", "complaint_reply_due",
         "holding_response_due", "summary_resolution_by", "response_due",
         "acknowledgment_due", "first_reply"}
    ),
    Act.HOLDING_SENT: frozenset({"holding_response_due"}),
    Act.CLOSED: frozenset({"solve"}),
}

# Limits that bind the customer or another bank, or only tell when something ends.
_NOT_OURS = frozenset(
    {"notice_deadline", "written_confirmation_due", "honor_items_through",
     "two_business_day_deadline", "sixty_day_deadline", "next_call_permitted",
     "validation_assumed_received", "validation_period_end", "fos_referral_deadline",
     "notification_deadline", "claim_deadline", "interest_loss_deadline", "preclusion_date",
     "refund_request_deadline", "dispute_deadline", "chargeback_deadline", "retain_until",
     "rdfi_return_available_by", "summary_resolution_by"}
)


def is_ours(clock_name: str) -> bool:
    """Whether the desk must do something by this clock; an extension counts when it is used."""
    return clock_name not in _NOT_OURS and not clock_name.endswith("_extended")
