"""Nacha Operating Rules: returns, reversals, dishonours, notifications of change.

An extended return must be there by opening of the banking day after the 60th calendar day, not on
day 60. R29 is unauthorised too, but has the two banking days, as its receiver is a business.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from amends.clocks.counting import (
    Count,
    business_days,
    calendar_days,
    missing,
    none,
    spoken,
)
from amends.clocks.facts import Day, Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

EXTENDED = ("R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52", "R53")
# Returned only as the two banks agree.
AGREED = ("R06", "R31")
_CODE = re.compile(r"R\d\d")
_FINES = "The other bank may refuse it; rules enforcement and fines; what is left is a claim."

RETURN = Clock(
    "rdfi_return_available_by", "Return available to the originating bank",
    "The return is available to the originating bank by opening of business on this day.",
    "Nacha Operating Rules 3.8, 3.13.1; Appendix Four", _FINES)
SIGNED_STATEMENT = Clock(
    "wsud_return_due", "Return after the signed statement",
    "Return the entry by opening of this day, once the signed statement is reviewed; never later "
    "than the 60-day limit.",
    "Nacha Operating Rules, amendment of 1 October 2024", _FINES, date(2024, 10, 1))
REVERSAL = Clock(
    "reversal_due", "Reversing entry",
    "Send the reversing entry for a duplicate, or a wrong receiver, amount or date.",
    "Nacha Operating Rules 2.9.1", "No right to reverse: only the receiver's consent helps.")
DISHONOUR = Clock(
    "dishonor_due", "Dishonour the return",
    "Dishonour a return that is late, misrouted or wrong (R61, R62, R67-R70).",
    "Nacha Operating Rules 2.12.5.1", "The return stands.")
CONTEST = Clock(
    "contest_due", "Contest or correct the dishonour",
    "Contest or correct a dishonoured return (R71-R77).",
    "Nacha Operating Rules, Appendix Four", "Settled outside the network from then on.")
REINITIATION = Clock(
    "reinitiation_deadline", "Present again",
    "Present again, at most twice for R01 and R09, same amount.",
    "Nacha Operating Rules 2.12.4", "A new authorisation is needed.")
REPLY = Clock(
    "request_for_return_reply_due", "Answer the request for return",
    "The receiving bank answers with its decision or the status.",
    "Nacha Operating Rules, amendment of 1 April 2025", _FINES, date(2025, 4, 1))
NOC = Clock(
    "noc_due", "Send the notification of change",
    "The receiving bank sends the notification of change.",
    "Nacha Operating Rules 3.9.1", _FINES)
NOC_APPLY = Clock(
    "noc_apply_due", "Apply the notification of change",
    "The originator applies the change, or before its next entry if that is later.",
    "Nacha Operating Rules 2.11.1", "Fines for each entry that still carries the old details.")


def _reckon(facts: Facts) -> Reckoning:
    available = _return(facts)
    return Reckoning({
        RETURN: available,
        SIGNED_STATEMENT: _signed_statement(facts, available),
        REVERSAL: _banking(facts, "erroneous_settlement_date", 5),
        DISHONOUR: _banking(facts, "return_settlement_date", 5),
        CONTEST: _banking(facts, "dishonored_return_settlement_date", 2),
        REINITIATION: calendar_days(facts.day("original_settlement_date"), 180),
        REPLY: _banking(facts, "request_for_return_received", 10),
        NOC: _banking(facts, "noc_original_settlement_date", 2),
        NOC_APPLY: _banking(facts, "noc_received_by_originator", 6),
    })


def _banking(facts: Facts, name: str, days: int) -> Count:
    return business_days(facts.day(name), days, facts.calendar)


def _return(facts: Facts) -> Count:
    settled, code = facts.day("settlement_date"), facts.text("return_code")
    if settled.on is None or code is None:
        return missing(*(["settlement_date"] if settled.on is None else []),
                       *(["return_code"] if code is None else []))
    code = code.upper()
    if not _CODE.fullmatch(code):
        facts.warn("return_code", f"{code!r} is no ACH return code.", "Write it as R01.")
        return missing("a return_code that Nacha has")
    if "R61" <= code <= "R77":
        return none(f"Not a first return: {code} dishonours, contests or corrects one.", settled.on)
    if code in AGREED:
        return none(f"No fixed date: {code} is returned as the two banks agree.", settled.on)
    if code not in EXTENDED:
        return business_days(settled, 2, facts.calendar, f"the limit of {code}")
    return _after_sixty(facts, settled, code)


def _after_sixty(facts: Facts, settled: Day, code: str) -> Count:
    """The first banking day after the 60th calendar day."""
    sixty = calendar_days(settled, 60, f"the limit of {code}")
    after = business_days(Day("day 60", sixty.due), 1, facts.calendar)
    return replace(after, start=settled.on,
                   words=f"{sixty.words} The return is due by opening of the banking day after "
                         f"it. {after.words}")


def _signed_statement(facts: Facts, available: Count) -> Count:
    count = _banking(facts, "rdfi_review_completed", 6)
    if count.due and available.due and available.due < count.due:
        facts.warn("rdfi_review_completed",
                   f"The limit for the return itself, {spoken(available.due)}, comes first.",
                   "Return the entry by then.")
    return count


REGIME = Regime("us-nacha", "Nacha Operating Rules: ACH", "us-fed",
                (RETURN, SIGNED_STATEMENT, REVERSAL, DISHONOUR, CONTEST, REINITIATION, REPLY, NOC,
                 NOC_APPLY), _reckon)
