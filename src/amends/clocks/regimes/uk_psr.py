"""UK Payment Services Regulations 2017: unauthorised payments, and holding one for suspicion."""

from __future__ import annotations

from datetime import date

from amends.clocks.counting import business_days, months
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

NOTIFICATION = Clock(
    "notification_deadline", "Customer's report",
    "The customer reports the payment, and without undue delay; no limit where the provider did "
    "not give the information.",
    "Payment Services Regulations 2017 reg 74(1)", "The right to have it put right is lost.")
REFUND = Clock(
    "refund_due", "Refund an unauthorised payment",
    "Refund by the end of this day, valued on the day of the debit, unless fraud by the customer "
    "is suspected and reported.",
    "Payment Services Regulations 2017 reg 76(2)",
    "Breach of statutory duty: loss, interest and charges are owed (reg 148).")
HOLD = Clock(
    "fraud_delay_limit", "End of the hold for suspicion",
    "Execute or refuse the payment that was held on reasonable suspicion of fraud by a third "
    "party.",
    "Payment Services Regulations 2017 reg 86(2A)-(2D)",
    "Late execution: the provider bears the charges and interest that result.",
    date(2024, 10, 30))


def _reckon(facts: Facts) -> Reckoning:
    return Reckoning({
        NOTIFICATION: months(facts.day("debit_date"), 13),
        REFUND: business_days(facts.day("psp_aware"), 1, facts.calendar),
        HOLD: business_days(facts.day("payment_order_received"), 4, facts.calendar),
    })


REGIME = Regime("uk-psr", "Payment Services Regulations 2017", "uk-eng",
                (NOTIFICATION, REFUND, HOLD), _reckon)
