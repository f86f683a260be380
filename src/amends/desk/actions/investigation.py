"""The work done before a person opens a case: its trail, its findings, a proposed decision."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from amends.casework.claims import Kind, Need
from amends.casework.decisions import Proposal, propose
from amends.casework.facts import CaseFacts
from amends.casework.fees import FeeSchedule, read_schedule
from amends.casework.findings import Finding, look
from amends.casework.fraud import Signal, nearby, signals
from amends.casework.policy import Policy, load
from amends.casework.trace import Trace, follow
from amends.casework.trace_index import index
from amends.casework.trail_picture import as_list, draw
from amends.desk.access import Actor
from amends.desk.actions.clocks import local_day
from amends.desk.actions.movements import paid_for
from amends.desk.actions.recording import record
from amends.desk.models import Case, Claim, Decision, FindingRecord, SourceFile, TraceRecord
from amends.money import Money
from amends.tables import Engine, open_engine


def policy() -> Policy:
    """The policy in force: the file named by AMENDS_POLICY, else the one that ships."""
    return load(Path(settings.AMENDS_POLICY)) if settings.AMENDS_POLICY else load()


def lake() -> Path:
    """Where the imported entries lie."""
    return Path(settings.DATA) / "lake"


def fee_schedule() -> FeeSchedule:
    """The contracted fees, if they were given (``fee-schedule.csv`` in the data folder)."""
    path = Path(settings.DATA) / "fee-schedule.csv"
    return read_schedule(path) if path.exists() else FeeSchedule()


def index_entries() -> int:
    """Bring the index over the entries' references up to date; gives how many files were new."""
    with open_engine() as engine:
        return index(engine, lake())


def investigate(*, actor: Actor, now: datetime, case: Case) -> None:
    """Draw the trail of each claim, keep what was found, and propose a decision.

    Findings that a person has judged stay as judged; a decision that a person has made stays.
    """
    sides = dict(SourceFile.objects.values_list("sha256", "side"))
    fees = fee_schedule()
    with open_engine() as engine:
        for claim in case.claims.order_by("pk"):
            trace = follow(engine, lake(), claim.reference, sides=sides, fees=fees)
            shown = _signals(engine, trace)
            facts = facts_of(case, claim, fees, shown)
            found = look(trace, facts, as_of=local_day(now))
            _keep(actor, now, case, claim, trace, shown, found, facts)


def _signals(engine: Engine, trace: Trace) -> tuple[Signal, ...]:
    return signals(trace, nearby(engine, lake(), trace)) if trace.steps else ()


def facts_of(
    case: Case, claim: Claim, fees: FeeSchedule, shown: tuple[Signal, ...]
) -> CaseFacts:
    """What is known of the claim and its party, for the rules."""
    return CaseFacts(
        claim_kind=Kind(claim.kind), reference=claim.reference,
        claim_amount_minor=claim.amount_minor, currency=claim.currency,
        party_kind=case.party.kind, received_on=local_day(case.opened_at),
        needs=tuple(Need(n) for n in case.needs if n in set(Need)), fees=fees, signals=shown,
    )


@transaction.atomic
def _keep(  # noqa: PLR0913
    actor: Actor, now: datetime, case: Case, claim: Claim, trace: Trace,
    shown: tuple[Signal, ...], found: tuple[Finding, ...], facts: CaseFacts,
) -> None:
    trail = trace.as_json() | {
        "picture": _picture(trace), "list": list(as_list(trace)),
        "claims": [{"finding": finding.kind.value, "claim_minor": finding.claim_minor,
                    "currency": finding.currency} for finding in found],
        "returned": [
            {"route": fact.route.value, "amount_minor": fact.amount_minor,
             "currency": fact.currency, "key": fact.key, "reference": fact.reference}
            for fact in dict.fromkeys(f for finding in found for f in finding.returned)
        ],
    }
    TraceRecord.objects.update_or_create(
        claim=claim,
        defaults={"trail": trail, "drawn_at": now,
                  "signals": [{"kind": s.kind.value, "score": round(s.score * 100),
                               "sentence": s.sentence} for s in shown]},
    )
    changed = _keep_findings(case, claim, found, now)
    proposal = propose(
        Kind(claim.kind), _standing(case, claim, found), paid_for(case, claim), facts, policy(),
        as_of=local_day(now),
    )
    proposed = _keep_proposal(case, claim, proposal, now)
    if changed or proposed:
        record(kind="investigated", actor=actor, now=now, case=case,
               summary=trace.sentence or "The payment was looked for",
               payload={"findings": [f.as_json() for f in found],
                        "proposal": proposal.as_json()})


def _picture(trace: Trace) -> dict[str, object]:
    """The drawing as plain values, each wire with its path."""
    drawn = draw(trace)
    return asdict(drawn) | {
        "wires": [asdict(wire) | {"path": wire.path} for wire in drawn.wires]
    }


def _keep_findings(
    case: Case, claim: Claim, found: tuple[Finding, ...], now: datetime
) -> bool:
    """Write what was found; True when it differs from what stood there."""
    names = {file.sha256: file.name for file in SourceFile.objects.filter(
        sha256__in=[line.file_sha256 for f in found for line in f.evidence])}
    before = {f.kind: f for f in FindingRecord.objects.filter(case=case, claim=claim)}
    stale = FindingRecord.objects.filter(
        case=case, claim=claim, state=FindingRecord.PROPOSED
    ).exclude(kind__in=[f.kind for f in found])
    changed = bool(stale.delete()[0])
    for finding in found:
        fields = {
            "sentence": finding.sentence, "confidence_percent": round(finding.confidence * 100),
            "amount_minor": finding.amount_minor, "currency": finding.currency,
            "cause": finding.cause,
            "evidence": [
                line | {"file": names.get(line["file_sha256"], "")}
                for line in finding.as_json()["evidence"]
            ],
        }
        known = before.get(finding.kind)
        if known is None:
            FindingRecord.objects.create(case=case, claim=claim, kind=finding.kind, found_at=now,
                                         **fields)
            changed = True
        elif known.state == FindingRecord.PROPOSED:
            changed = changed or known.sentence != fields["sentence"]
            FindingRecord.objects.filter(pk=known.pk).update(**fields)
    return changed


def _standing(case: Case, claim: Claim, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that no person has ruled out; a confirmed one comes first."""
    judged = dict(
        FindingRecord.objects.filter(case=case, claim=claim).values_list("kind", "state")
    )
    kept = [f for f in found if judged.get(f.kind) != FindingRecord.RULED_OUT]
    return tuple(sorted(kept, key=lambda f: judged.get(f.kind) != FindingRecord.CONFIRMED))


def _keep_proposal(case: Case, claim: Claim, proposal: Proposal, now: datetime) -> bool:
    standing = Decision.objects.filter(case=case, claim=claim).exclude(
        state__in=(Decision.REPLACED, Decision.REFUSED)
    )
    if standing.exclude(state=Decision.PROPOSED).exists():
        return False
    fields = {
        "outcome": proposal.outcome, "remedy": proposal.remedy,
        "amount_minor": proposal.amount_minor, "currency": proposal.currency,
        "finding": proposal.finding or "", "cause": proposal.cause or "",
        "reasons": [*proposal.reasons, *proposal.stops], "citations": list(proposal.citations),
        "policy_version": proposal.policy_version, "straight_through": proposal.straight_through,
        "confidence_percent": round(proposal.confidence * 100),
        "needs_approval": proposal.needs_approval,
    }
    same = standing.filter(**{k: v for k, v in fields.items() if k not in ("reasons", "citations")})
    if same.exists():
        return False
    standing.update(state=Decision.REPLACED)
    Decision.objects.create(case=case, claim=claim, made_at=now, **fields)
    if proposal.amount_minor and proposal.currency and not case.at_stake_minor:
        Case.objects.filter(pk=case.pk).update(
            at_stake_minor=Money(proposal.amount_minor, proposal.currency).minor,
            currency=proposal.currency,
        )
    return True
