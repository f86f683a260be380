"""Remittance transfers by US consumers: errors and cancellation (12 CFR 1005.33, 1005.34)."""

from __future__ import annotations

from dataclasses import replace

from amends.clocks.counting import Count, business_days, calendar_days, spoken
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

_DAMAGES = "Actual and statutory damages and costs (15 U.S.C. 1693m)."

NOTICE = Clock(
    "notice_deadline", "Sender's notice of the error",
    "The sender's notice of the error reaches the provider.",
    "12 CFR 1005.33(b)(1)", "The error rules of 1005.33 need not be followed.")
INVESTIGATION = Clock(
    "investigation_due", "Investigate and decide",
    "Investigate and decide whether there was an error.", "12 CFR 1005.33(c)(1)", _DAMAGES)
RESULTS = Clock(
    "results_notice_due", "Report the result",
    "Report the result and the remedies; in writing, with the right to the documents, if there "
    "was no error or a different one.",
    "12 CFR 1005.33(c)(1), (d)", _DAMAGES)
CORRECTION = Clock(
    "correction_due", "Carry out the sender's remedy",
    "Refund, or make the money available, at no cost to the sender.",
    "12 CFR 1005.33(c)(2)", _DAMAGES)
CANCELLATION = Clock(
    "cancellation_refund_due", "Refund a cancelled transfer",
    "Refund everything the sender paid, fees and taxes included.",
    "12 CFR 1005.34(b)", _DAMAGES)


def _reckon(facts: Facts) -> Reckoning:
    open_days = facts.calendar
    return Reckoning({
        NOTICE: _notice(facts),
        INVESTIGATION: calendar_days(facts.day("notice_received"), 90),
        RESULTS: business_days(facts.day("investigation_completed"), 3, open_days),
        CORRECTION: business_days(facts.day("remedy_instruction_received"), 1, open_days),
        CANCELLATION: business_days(facts.day("cancellation_requested"), 3, open_days),
    })


def _notice(facts: Facts) -> Count:
    """The later of 180 days from availability and 60 days from the information asked for."""
    plain = calendar_days(facts.day("availability_date"), 180)
    asked = calendar_days(facts.day("information_sent"), 60, "when the information was sent")
    if plain.due is None or asked.due is None or asked.due <= plain.due:
        return plain
    return replace(asked, words=f"{asked.words} Later than 180 days from availability "
                                f"({spoken(plain.due)}).")


REGIME = Regime("us-remittance", "Remittance transfers: errors and cancellation", "us-fed",
                (NOTICE, INVESTIGATION, RESULTS, CORRECTION, CANCELLATION), _reckon)
