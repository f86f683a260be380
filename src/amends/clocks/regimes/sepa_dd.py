"""SEPA direct debits: how long the payer may ask for the money back."""

from __future__ import annotations

from amends.clocks.counting import Count, calendar_days, missing, months, none
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

REFUND = Clock(
    "refund_request_deadline", "Payer's refund request",
    "The payer asks the bank for the money back.",
    "SEPA Direct Debit rulebooks; Directive (EU) 2015/2366 arts 71, 76-77",
    "The payer has to turn to the payee.")


def _reckon(facts: Facts) -> Reckoning:
    return Reckoning({REFUND: _refund(facts)})


def _refund(facts: Facts) -> Count:
    debit, authorised = facts.day("debit_date"), facts.flag("authorised")
    scheme = facts.word("scheme", ("core", "b2b"))
    if authorised is None:
        return missing("authorised")
    if not authorised:
        return months(debit, 13, "as the debit was not authorised")
    if scheme is None:
        return missing("scheme")
    if scheme == "b2b":
        return none("No refund of an authorised debit in the B2B scheme.", debit.on)
    return calendar_days(debit, 56, "eight weeks, no questions asked")


REGIME = Regime("sepa-dd", "SEPA direct debit refunds", None, (REFUND,), _reckon)
