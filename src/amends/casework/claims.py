"""What a case holds: claims, each one assertion about one payment, and the words for them.

Kinds and needs are those of the triage definitions; see ``docs/reference/triage.md``.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What kind of problem an escalation tells of; exactly one is primary."""

    DOUBLE_CHARGE = "double_charge"
    WRONG_AMOUNT = "wrong_amount"
    REFUND_MISSING = "refund_missing"
    PAYMENT_FAILED = "payment_failed"
    MISDIRECTED_PAYMENT = "misdirected_payment"
    PAYOUT_MISSING = "payout_missing"
    UNAUTHORISED_TRANSACTION = "unauthorised_transaction"
    SCAM_PAYMENT = "scam_payment"
    GOODS_DISPUTE = "goods_dispute"
    SUBSCRIPTION_CHARGE = "subscription_charge"
    BILLING_ERROR = "billing_error"
    FEE_OR_FX_QUERY = "fee_or_fx_query"
    CHARGEBACK_MERCHANT = "chargeback_merchant"
    ACCOUNT_ACCESS = "account_access"
    COLLECTIONS_CONTACT = "collections_contact"
    RECONCILIATION_QUERY = "reconciliation_query"
    CASE_FOLLOW_UP = "case_follow_up"
    OTHER = "other"


class Need(StrEnum):
    """What a person needs of us besides the money; each is a duty."""

    VULNERABILITY_HEALTH = "vulnerability_health"
    BEREAVEMENT = "bereavement"
    FINANCIAL_HARDSHIP = "financial_hardship"
    DISTRESS = "distress"
    SELF_HARM_RISK = "self_harm_risk"
    SCAM_VICTIM = "scam_victim"
    LANGUAGE_HELP = "language_help"
    ACCESSIBILITY = "accessibility"
    LEGAL_THREAT = "legal_threat"
    REGULATOR_OR_OMBUDSMAN = "regulator_or_ombudsman"
    PRESS = "press"
    MINOR = "minor"
    DOMESTIC_ABUSE = "domestic_abuse"


KIND_WORDS: dict[Kind, str] = {
    Kind.DOUBLE_CHARGE: "Charged twice",
    Kind.WRONG_AMOUNT: "Wrong amount",
    Kind.REFUND_MISSING: "Refund not received",
    Kind.PAYMENT_FAILED: "Payment failed",
    Kind.MISDIRECTED_PAYMENT: "Sent to the wrong place",
    Kind.PAYOUT_MISSING: "Payout missing",
    Kind.UNAUTHORISED_TRANSACTION: "Payment not authorised",
    Kind.SCAM_PAYMENT: "Sent money to a scammer",
    Kind.GOODS_DISPUTE: "Goods or service in dispute",
    Kind.SUBSCRIPTION_CHARGE: "Subscription charge",
    Kind.BILLING_ERROR: "Bill is wrong",
    Kind.FEE_OR_FX_QUERY: "Fee or exchange rate",
    Kind.CHARGEBACK_MERCHANT: "Chargeback, merchant's side",
    Kind.ACCOUNT_ACCESS: "Cannot reach the account",
    Kind.COLLECTIONS_CONTACT: "Collections contact",
    Kind.RECONCILIATION_QUERY: "Records do not tie",
    Kind.CASE_FOLLOW_UP: "Follow-up",
    Kind.OTHER: "Other",
}

NEED_WORDS: dict[Need, str] = {
    Need.VULNERABILITY_HEALTH: "Health: slow down, no pressure",
    Need.BEREAVEMENT: "Recently bereaved, never ask twice",
    Need.FINANCIAL_HARDSHIP: "Hardship: hold collections, be quick",
    Need.DISTRESS: "Distressed: calm words, one named owner",
    Need.SELF_HARM_RISK: "Risk of self-harm: trained person now",
    Need.SCAM_VICTIM: "Scam victim: no blame, stop and recall",
    Need.LANGUAGE_HELP: "Language help: interpreter, plain letters",
    Need.ACCESSIBILITY: "Needs another format or channel",
    Need.LEGAL_THREAT: "Legal step told: lead, keep all papers",
    Need.REGULATOR_OR_OMBUDSMAN: "Regulator or ombudsman: compliance",
    Need.PRESS: "Press: no comment by the desk",
    Need.MINOR: "Under 18: guardian's authority",
    Need.DOMESTIC_ABUSE: "Domestic abuse: safe contact only",
}
