"""FCA DISP: complaints to UK firms, general and about payment services or e-money."""

from __future__ import annotations

from amends.clocks.counting import Count, business_days, calendar_days, missing, months, none
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

TYPES = ("general", "psd", "emd")
_OMBUDSMAN = ("The customer may go to the Financial Ombudsman at once, at the firm's case fee; "
              "a breach of DISP.")

SUMMARY = Clock(
    "summary_resolution_by", "Summary resolution",
    "May be closed with a summary resolution communication if the customer accepts.",
    "FCA DISP 1.5.1R", "A full final response is needed.")
FINAL = Clock(
    "final_response_due", "Final response",
    "Send the final response: accept, offer or reject with reasons, and the ombudsman's details.",
    "FCA DISP 1.6.2R, 1.6.2AR", _OMBUDSMAN)
HOLDING = Clock(
    "holding_response_due", "Holding response",
    "If circumstances beyond the firm's control delay the answer: reasons, and the date of it.",
    "FCA DISP 1.6.2AR(2)", _OMBUDSMAN)
EXTENDED = Clock(
    "final_response_due_extended", "Final response, exceptional",
    "Send the final response that the holding response promised.",
    "FCA DISP 1.6.2AR(2)", _OMBUDSMAN)
REFERRAL = Clock(
    "fos_referral_deadline", "Referral to the ombudsman",
    "The customer may refer the complaint to the Financial Ombudsman Service.",
    "FCA DISP 2.8.2R", "The ombudsman looks at it only if the firm agrees.")


def _reckon(facts: Facts) -> Reckoning:
    received, kind = facts.day("complaint_received"), facts.word("complaint_type", TYPES)
    return Reckoning({
        SUMMARY: business_days(received, 3, facts.calendar),
        **_response(facts, kind),
        REFERRAL: months(facts.day("final_response_sent"), 6),
    })


def _response(facts: Facts, kind: str | None) -> dict[Clock, Count]:
    received = facts.day("complaint_received")
    if kind is None:
        return dict.fromkeys((FINAL, HOLDING, EXTENDED), missing("complaint_type"))
    if kind == "general":
        general = none("Does not apply to a general complaint, which has eight weeks.",
                       received.on)
        return {FINAL: calendar_days(received, 56, "eight weeks"), HOLDING: general,
                EXTENDED: general}
    fifteen = business_days(received, 15, facts.calendar)
    return {FINAL: fifteen, HOLDING: fifteen,
            EXTENDED: business_days(received, 35, facts.calendar, "only exceptionally")}


REGIME = Regime("uk-disp", "FCA DISP: complaints", "uk-eng",
                (SUMMARY, FINAL, HOLDING, EXTENDED, REFERRAL), _reckon)
