"""A person's judgement on what was found."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from amends.casework.findings import FINDING_WORDS, FindingKind
from amends.desk.access import Actor
from amends.desk.actions.clocks import add_facts, local_day
from amends.desk.actions.recording import ask_to_investigate, change, record
from amends.desk.actions.words import kept
from amends.desk.models import Case, FindingRecord
from amends.problems import AmendsError, Problem


@transaction.atomic
def judge_finding(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, version: int, finding: FindingRecord,
    confirmed: bool, reason: str = "",
) -> None:
    """Confirm a finding, or rule it out with a reason; a new proposal follows.

    Under Regulation E a confirmed error starts the one-business-day clock to correct it
    (12 CFR 1005.11(c)(1)).
    """
    reason = kept(reason)
    if not confirmed and not reason:
        raise AmendsError(Problem("error", "Ruling out needs a reason.",
                                  "Say what speaks against it.", field="reason"))
    change(case, now=now, version=version)
    finding.state = FindingRecord.CONFIRMED if confirmed else FindingRecord.RULED_OUT
    finding.reason, finding.judged_by, finding.judged_at = reason, actor.user, now
    finding.save(update_fields=["state", "reason", "judged_by", "judged_at"])
    words = FINDING_WORDS[FindingKind(finding.kind)]
    record(kind="finding_confirmed" if confirmed else "finding_ruled_out", actor=actor, now=now,
           case=case, summary=f"“{words}” {'confirmed' if confirmed else 'ruled out'}"
           + (f": {reason}" if reason else ""),
           payload={"finding": finding.kind, "evidence": finding.evidence})
    if confirmed and finding.amount_minor > 0 and "us-reg-e" in case.regimes:
        add_facts(case, actor=actor, now=now, facts=[
            {"regime": "us-reg-e", "facts": {"error_determined": local_day(now).isoformat()}}
        ])
    ask_to_investigate(case, now=now)
