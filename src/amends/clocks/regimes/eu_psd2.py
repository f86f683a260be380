"""PSD2, Directive (EU) 2015/2366: reports, refunds and complaints in the European Union.

National holidays differ; TARGET days stand in unless the institution names its own.
"""

from __future__ import annotations

from amends.clocks.counting import business_days, months
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

_NATIONAL = "Sanctions of the national authority; the customer may go to the complaint body."

NOTIFICATION = Clock(
    "notification_deadline", "Customer's report",
    "The customer reports the payment, and without undue delay.",
    "Directive (EU) 2015/2366 art 71(1)", "The right to have it put right is lost.")
REFUND = Clock(
    "refund_due", "Refund an unauthorised payment",
    "Refund by the end of this day, unless fraud is suspected and reported in writing.",
    "Directive (EU) 2015/2366 art 73(1)", _NATIONAL)
REPLY = Clock(
    "complaint_reply_due", "Reply to the complaint",
    "Reply on paper or another durable medium; exceptionally a holding reply with reasons and "
    "date.",
    "Directive (EU) 2015/2366 art 101(2)", _NATIONAL)
EXTENDED = Clock(
    "complaint_reply_due_extended", "Reply to the complaint, exceptional",
    "Send the reply that the holding reply promised.",
    "Directive (EU) 2015/2366 art 101(2)", _NATIONAL)
DECISION = Clock(
    "refund_decision_due", "Answer the refund request",
    "Refund the payee-initiated payment in full, or refuse with reasons.",
    "Directive (EU) 2015/2366 art 77(2)", _NATIONAL)


def _reckon(facts: Facts) -> Reckoning:
    complaint, open_days = facts.day("complaint_received"), facts.calendar
    return Reckoning({
        NOTIFICATION: months(facts.day("debit_date"), 13),
        REFUND: business_days(facts.day("psp_aware"), 1, open_days),
        REPLY: business_days(complaint, 15, open_days),
        EXTENDED: business_days(complaint, 35, open_days, "only exceptionally"),
        DECISION: business_days(facts.day("refund_request_received"), 10, open_days),
    })


REGIME = Regime("eu-psd2", "PSD2: payment services in the EU", "eu-target",
                (NOTIFICATION, REFUND, REPLY, EXTENDED, DECISION), _reckon)
