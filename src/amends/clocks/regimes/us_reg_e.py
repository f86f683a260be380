"""Regulation E: errors on US consumer deposit and prepaid accounts (12 CFR 1005.11).

The foreign, card and new-account extensions do not add up: at most 20 business and 90 calendar
days. Only the new-account rule lengthens the first 10 business days. A late notice frees the
institution of 1005.11 (1005.6 still limits what the customer can be charged); a missing written
confirmation frees it of the provisional credit only.
"""

from __future__ import annotations

from datetime import timedelta

from amends.clocks.counting import Count, business_days, calendar_days, none, spoken
from amends.clocks.facts import Day, Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

# "State" of 1005.2(l): the District of Columbia is within US; territories are not foreign.
STATES = ("US", "PR", "GU", "VI", "AS", "MP", "UM")
TYPES = ("debit_card_purchase", "atm", "ach", "p2p", "bill_pay", "other")
NEW_ACCOUNT_DAYS = 30
_DAMAGES = ("Actual damages, statutory damages of $100 to $1,000 and costs; class actions up to "
            "$500,000 or 1% of net worth (15 U.S.C. 1693m).")
_TREBLE = ("Treble damages where credit was not given and there was no good-faith investigation "
           "or no reasonable basis (15 U.S.C. 1693f(e)).")

NOTICE = Clock(
    "notice_deadline", "Customer's notice of the error",
    "The customer's notice, oral or written, must reach the institution.",
    "12 CFR 1005.11(b)(1)",
    "1005.11 need not be followed; 1005.6 still limits what the customer can be charged.")
CONFIRMATION = Clock(
    "written_confirmation_due", "Customer's written confirmation",
    "Where it was asked for at the time, the customer confirms an oral notice in writing.",
    "12 CFR 1005.11(b)(2)",
    "No duty to credit provisionally; every other clock still runs.")
DECISION = Clock(
    "initial_decision_due", "Decision, or provisional credit",
    "Decide whether there was an error, or credit the account provisionally.",
    "12 CFR 1005.11(c)(1), (c)(2)(i), (c)(3)(i)", _TREBLE)
CREDIT = Clock(
    "provisional_credit_due", "Provisional credit or decision",
    "Credit the full amount, with interest where due, unless the case is decided.",
    "12 CFR 1005.11(c)(2)(i), (c)(3)(i)", _TREBLE)
FINAL = Clock(
    "final_decision_due", "Final decision",
    "Finish the investigation and decide; only with the provisional credit.",
    "12 CFR 1005.11(c)(2), (c)(3)(ii)", _DAMAGES)
CREDIT_NOTICE = Clock(
    "provisional_credit_notice_due", "Notice of the provisional credit",
    "Tell the customer the amount and date of the credit, with full use of the money.",
    "12 CFR 1005.11(c)(2)(ii)", _DAMAGES)
CORRECTION = Clock(
    "correction_due", "Correct the error",
    "Correct the error and refund related fees and interest.",
    "12 CFR 1005.11(c)(1), (c)(2)(iii)", _DAMAGES)
RESULTS = Clock(
    "results_notice_due", "Report the result",
    "Report the result; in writing, with the right to the documents, if there was no error or "
    "a different one.",
    "12 CFR 1005.11(c)(1), (c)(2)(iv), (d)(1)", _DAMAGES)
HONOUR = Clock(
    "honor_items_through", "Honour items after taking the credit back",
    "Honour cheques and preauthorised transfers that the credit would have covered, without "
    "overdraft charge.",
    "12 CFR 1005.11(d)(2)", _DAMAGES)


def _reckon(facts: Facts) -> Reckoning:
    notice_deadline = calendar_days(facts.day("statement_sent"), 60)
    notice = facts.day("notice_received")
    from_notice, values = _from_notice(facts, notice), _values(facts, notice)
    if notice.on is not None and notice_deadline.due is not None:
        values["notice_timely"] = notice.on <= notice_deadline.due
        if notice.on > notice_deadline.due:
            late = none(f"Does not run: the notice of {spoken(notice.on)} came after "
                        f"{spoken(notice_deadline.due)}.", notice.on)
            from_notice = dict.fromkeys(from_notice, late)
    open_days = facts.calendar
    return Reckoning({
        NOTICE: notice_deadline,
        **from_notice,
        CREDIT_NOTICE: business_days(facts.day("provisional_credit_given"), 2, open_days),
        CORRECTION: business_days(facts.day("error_determined"), 1, open_days),
        RESULTS: business_days(facts.day("investigation_completed"), 3, open_days),
        HONOUR: business_days(facts.day("provisional_credit_reversal_notice"), 5, open_days),
    }, values)


def _values(facts: Facts, notice: Day) -> dict[str, object]:
    if notice.on is None:
        return {}
    return {"initial_business_days": _initial(facts)[0],
            "extended_calendar_days": _extended(facts)[0]}


def _from_notice(facts: Facts, notice: Day) -> dict[Clock, Count]:
    """The four clocks that start with a notice in time."""
    days, because = _initial(facts)
    decision = business_days(notice, days, facts.calendar, because)
    if notice.on is None or facts.flag("written_confirmation_required", False):
        confirmation = business_days(notice, 10, facts.calendar)
    else:
        confirmation = none("Does not run: written confirmation was not asked for.", notice.on)
    return {
        CONFIRMATION: confirmation,
        DECISION: decision,
        CREDIT: _credit(facts, decision, confirmation),
        FINAL: calendar_days(notice, *_extended(facts)),
    }


def _credit(facts: Facts, decision: Count, confirmation: Count) -> Count:
    """The decision's date, or none when a confirmation that was asked for did not come in time."""
    if confirmation.due is None or not facts.has("written_confirmation_received"):
        return decision
    came = facts.day("written_confirmation_received")
    if came.on is None and facts.given["written_confirmation_received"] is not None:
        return decision  # given, but unreadable: the duty stands until somebody looks
    if came.on is not None and came.on <= confirmation.due:
        return decision
    when = f"came on {spoken(came.on)}" if came.on else "never came"
    return none(f"Not owed: written confirmation was asked for by {spoken(confirmation.due)} and "
                f"{when}; the decision clocks still run.", decision.start)


def _initial(facts: Facts) -> tuple[int, str]:
    """Business days to the first decision, and why."""
    if _new_account(facts):
        return 20, "20 because the transfer came within 30 days of the first deposit"
    return 10, ""


def _extended(facts: Facts) -> tuple[int, str]:
    """Calendar days to the final decision, and why."""
    if _new_account(facts):
        return 90, "90 because the transfer came within 30 days of the first deposit"
    if facts.word("transaction_type", TYPES) == "debit_card_purchase":
        return 90, "90 because it was a debit-card purchase"
    country = (facts.text("initiated_in_country") or "US").upper()
    if country not in STATES:
        return 90, f"90 because the transfer was not initiated in a State ({country})"
    return 45, ""


def _new_account(facts: Facts) -> bool:
    """From the first deposit to the transfer; neither the opening nor the notice counts."""
    deposit, transfer = facts.day("first_deposit_date").on, facts.day("transfer_date").on
    if deposit is None or transfer is None:
        return False
    return transfer <= deposit + timedelta(days=NEW_ACCOUNT_DAYS)


REGIME = Regime(
    "us-reg-e", "Regulation E: errors on consumer accounts", "us-fed",
    (NOTICE, CONFIRMATION, DECISION, CREDIT, FINAL, CREDIT_NOTICE, CORRECTION, RESULTS, HONOUR),
    _reckon)
