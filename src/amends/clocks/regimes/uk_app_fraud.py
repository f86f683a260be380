"""UK reimbursement of authorised push payment fraud (Faster Payments and CHAPS).

The five-day clock may stop while information is awaited: business days after the stop, up to and
including the day of the restart, are not counted. The 35th business day never moves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from amends.clocks.counting import Count, business_days, capped, months, spoken
from amends.clocks.facts import Day, Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime
from amends.money import Money

SINCE = date(2024, 10, 7)
CAP = Money(85_000_00, "GBP")
EXCESS_MAX = Money(100_00, "GBP")
_CITED = "PSR Specific Direction 20; Faster Payments reimbursement rules"
_ENFORCED = "Enforcement by the regulator; the customer may go to the ombudsman."
Stop = tuple[date, date | None]

CLAIM = Clock(
    "claim_deadline", "Customer's claim",
    "A consumer, micro-enterprise or charity claims.", _CITED, "The claim may be refused as late.",
    SINCE)
REIMBURSEMENT = Clock(
    "reimbursement_due", "Reimburse the victim",
    "Reimburse, or refuse with one of the permitted reasons.", _CITED, _ENFORCED, SINCE)
OUTER = Clock(
    "outer_limit", "Last day to decide",
    "Decide, however often the clock was stopped.", _CITED, _ENFORCED, SINCE)


def _reckon(facts: Facts) -> Reckoning:
    reported = facts.day("claim_reported")
    outer = business_days(reported, 35, facts.calendar, "not moved by any stop")
    amount = _amount(facts)
    return Reckoning({
        CLAIM: months(facts.day("final_payment_date"), 13),
        REIMBURSEMENT: _reimbursement(facts, reported, outer),
        OUTER: outer,
    }, {} if amount is None else {"reimbursement_amount": amount.decimal()})


def _reimbursement(facts: Facts, reported: Day, outer: Count) -> Count:
    plain = business_days(reported, 5, facts.calendar)
    stops = _stops(facts)
    if reported.on is None or outer.due is None or not stops:
        return plain
    due, left = reported.on, 5
    while left and due < outer.due:
        due = facts.calendar.next_open(due)
        left -= not any(_inside(due, stop) for stop in stops)
    if left:
        return replace(outer, words=f"Still stopped: the outer limit holds. {outer.words}")
    skipped = tuple(facts.calendar.skipped(reported.on, due))
    words = (f"5 business days of {facts.calendar.key} after {spoken(reported.on)} (day 0), "
             f"without the business days of {'; '.join(map(_stop_words, stops))}.")
    return capped(Count(reported.on, due, words, skipped), outer, "the outer limit")


def _stops(facts: Facts) -> list[Stop]:
    """The stops of the clock; one without a restart runs on."""
    rows = [facts.row("stop_clock", row) for row in facts.rows("stop_clock")]
    days = [(row.day("stopped_on").on, row.day("restarted_on").on) for row in rows]
    return [(stopped, restarted) for stopped, restarted in days if stopped is not None]


def _inside(day: date, stop: Stop) -> bool:
    stopped, restarted = stop
    return stopped < day and (restarted is None or day <= restarted)


def _stop_words(stop: Stop) -> str:
    end = f"to {spoken(stop[1])}" if stop[1] else "on"
    return f"the stop from {spoken(stop[0] + timedelta(days=1))} {end}"


def _amount(facts: Facts) -> Money | None:
    """What is paid back at most; None where cap and excess would both bite.

    The scheme's text does not tell us which of the two comes first, so a person decides that one.
    """
    loss, excess = facts.money("loss_amount", "GBP"), facts.money("excess_applied", "GBP")
    if loss is None:
        return None
    if excess is None or facts.flag("vulnerable", False):
        excess = Money(0, "GBP")
    if excess > EXCESS_MAX:
        facts.warn("excess_applied", f"The excess may be at most {EXCESS_MAX}.",
                   "It is counted as that much.")
        excess = EXCESS_MAX
    if loss > CAP and excess.minor:
        facts.warn("loss_amount", "The loss is over the cap, and an excess is taken too.",
                   "Check in the scheme's rules which comes first; no amount is given.")
        return None
    return max(min(loss, CAP) - excess, Money(0, "GBP"))


REGIME = Regime("uk-app-fraud", "UK reimbursement of push payment fraud", "uk-eng",
                (CLAIM, REIMBURSEMENT, OUTER), _reckon)
