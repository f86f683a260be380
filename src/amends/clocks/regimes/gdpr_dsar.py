"""Data subject requests (GDPR and UK GDPR art 12(3)): the one clock here that rolls forward."""

from __future__ import annotations

from amends.clocks.counting import months, rolled
from amends.clocks.facts import Facts
from amends.clocks.rulebook import Clock, Reckoning, Regime

_FINES = "Complaint to the data protection authority; fines under art 83(5)."

RESPONSE = Clock(
    "response_due", "Answer the request",
    "Answer the request, or tell the person that two more months are needed and why.",
    "GDPR and UK GDPR art 12(3)", _FINES)
EXTENDED = Clock(
    "response_due_extended", "Answer a complex request",
    "Answer the request, where the extension was told within the first month.",
    "GDPR and UK GDPR art 12(3)", _FINES)


def _reckon(facts: Facts) -> Reckoning:
    received = facts.day("request_received")
    return Reckoning({RESPONSE: rolled(months(received, 1), facts.calendar),
                      EXTENDED: rolled(months(received, 3), facts.calendar)})


REGIME = Regime("gdpr-dsar", "Data subject requests", "uk-eng", (RESPONSE, EXTENDED), _reckon)
