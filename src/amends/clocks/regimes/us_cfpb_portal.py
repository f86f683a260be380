"""Complaints sent to a company through the CFPB's portal (12 U.S.C. 5534)."""

from __future__ import annotations

from amends.clocks.counting import calendar_days
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

_UNTIMELY = "The answer is published as untimely; supervision looks at the pattern."

RESPONSE = Clock(
    "response_due", "Respond in the portal",
    "Respond, or mark as in progress with an explanation.",
    "12 U.S.C. 5534; CFPB company portal manual", _UNTIMELY)
FINAL = Clock(
    "final_response_due", "Final response in the portal",
    "Give the final response.", "12 U.S.C. 5534; CFPB company portal manual", _UNTIMELY)


def _reckon(facts: Facts) -> Reckoning:
    sent = facts.day("sent_to_company")
    return Reckoning({RESPONSE: calendar_days(sent, 15), FINAL: calendar_days(sent, 60)})


REGIME = Regime("us-cfpb-portal", "CFPB complaint portal", None, (RESPONSE, FINAL), _reckon)
