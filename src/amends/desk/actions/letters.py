"""Words that go out and come in: drafts, the send gate, ten seconds to undo, replies."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string

from amends.casework.acts import Act
from amends.casework.remedies import Remedy
from amends.casework.states import Outcome, State
from amends.desk.access import Actor
from amends.desk.actions.clocks import (
    end_of_day,
    local_day,
    meet_clocks,
    refresh_next,
    resume_targets,
)
from amends.desk.actions.milestones import NOTICE_OF_REVERSAL, debit_day, reached
from amends.desk.actions.movements import release_reversal
from amends.desk.actions.recording import change, follow, record
from amends.desk.models import Case, Decision, Message, TraceRecord
from amends.messages.compose import compose, languages
from amends.messages.facts import MessageFacts
from amends.messages.gate import GateReport, gate
from amends.messages.reasons import needed_words, reason_words
from amends.messages.situations import SITUATION_WORDS, Situation, situation_for
from amends.money import Money, is_currency
from amends.problems import AmendsError, Problem
from amends.sources.masking import mask_text

UNDO = timedelta(seconds=10)
FINAL = {
    Situation.ERROR_FOUND_REFUND, Situation.ERROR_FOUND_CREDIT, Situation.PARTLY_UPHELD,
    Situation.NO_ERROR_FOUND, Situation.REFUND_IN_TRANSIT, Situation.DECLINED_NEUTRAL,
    Situation.HOLD_EXPLAINED, Situation.FINAL_RESPONSE_COMPLAINT, Situation.PAYOUT_RESENT,
    Situation.WITHDRAWN, Situation.PROVISIONAL_CREDIT_REVERSED,
}
_ACKNOWLEDGES = {Situation.ACKNOWLEDGEMENT, Situation.ACKNOWLEDGEMENT_COMPLAINT}


def fitting_situation(case: Case) -> Situation:
    """The letter that the case calls for now: its decision's, else an acknowledgement."""
    decision = _decision(case)
    if decision and decision.takes_back and decision.state == Decision.APPROVED:
        return Situation.PROVISIONAL_CREDIT_REVERSED
    if decision is None or decision.state in (Decision.PROPOSED, Decision.TO_APPROVE):
        return (Situation.ACKNOWLEDGEMENT_COMPLAINT if case.complaint
                else Situation.ACKNOWLEDGEMENT)
    return Situation(
        situation_for(Outcome(decision.outcome), Remedy(decision.remedy), decision.finding,
                      case.regimes)
    )


def message_facts(case: Case, *, situation: str, language: str, now: datetime,
                  author: str = "") -> MessageFacts:
    """What a letter about this case may say, and what it must not."""
    decision, party = _decision(case), case.party
    amount = None
    if decision and decision.amount_minor and is_currency(decision.currency):
        amount = Money(decision.amount_minor, decision.currency)
    stake = None
    if case.at_stake_minor and is_currency(case.currency):
        stake = Money(case.at_stake_minor, case.currency)
    others = {stake} | {Money(f.amount_minor, f.currency) for f in case.findings.all()
                        if f.amount_minor and is_currency(f.currency)}
    shown: dict[str, Any] = next((trace.trail for trace in _traces(case)), {})
    return MessageFacts(
        party=party.name, case_number=case.label, situation=situation, language=language,
        handler=author, amount=amount or stake,
        amounts=tuple(sorted((m for m in others if m and m != (amount or stake)), key=str)),
        dates=_dates(case, now), order_reference=case.reference,
        references=tuple(_references(shown)), regimes=tuple(case.regimes),
        complaint_type=_complaint_type(case), needs=tuple(case.needs),
        reason=_reason(decision, case, language), decision=decision.outcome if decision else "",
        needed=needed_words(language),
        internal_texts=tuple(case.notes.values_list("text", flat=True)),
        forbidden=_forbidden(case), do_not_contact=party.do_not_contact,
        quiet_from=party.quiet_from, quiet_to=party.quiet_until,
        local_time=now.astimezone(_zone(party.timezone)).time(),
    )


def _traces(case: Case) -> list[TraceRecord]:
    return [claim.trace for claim in case.claims.select_related("trace")
            if hasattr(claim, "trace")]


def _references(trail: dict[str, Any]) -> list[str]:
    return sorted({
        str(r.get("value")) for step in trail.get("steps", [])
        for r in step.get("references", []) if r.get("kind") in ("arn", "rrn")
    })


def _complaint_type(case: Case) -> str:
    clock = case.clocks.filter(regime="uk-disp").first()
    return str(clock.facts.get("complaint_type", "")) if clock else ""


def _reason(decision: Decision | None, case: Case, language: str) -> str:
    """Why, in the customer's words; a change of the decision has its own reason, for staff."""
    finding = case.findings.filter(state="confirmed").first() or case.findings.exclude(
        state="ruled_out").order_by("-confidence_percent").first()
    return reason_words(finding.kind, language) if finding and decision else ""


def _forbidden(case: Case) -> tuple[str, ...]:
    """Words that must not reach the customer: signals of fraud and sensitive code names."""
    said: list[str] = []
    for claim in case.claims.select_related("trace"):
        trace = getattr(claim, "trace", None)
        for signal in trace.signals if trace else []:
            said += [signal["sentence"], signal["kind"].replace("_", " ")]
    return tuple(said)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def _dates(case: Case, now: datetime) -> dict[str, date]:
    dates = {"received_on": case.opened_at.astimezone(_zone("")).date()}
    for name, clock_names in (
        ("answer_by", ("final_response_due", "complaint_reply_due", "final_decision_due",
                       "investigation_due", "resolution_due")),
        ("final_by", ("final_response_due_extended", "complaint_reply_due_extended",
                      "final_decision_due", "final_response_due")),
        ("ombudsman_by", ("fos_referral_deadline",)),
    ):
        clock = case.clocks.filter(name__in=clock_names, due_on__isnull=False).order_by(
            "due_on").first()
        if clock and clock.due_on:
            dates[name] = clock.due_on
    if "answer_by" not in dates:
        target = case.clocks.filter(name="solve", due_on__isnull=False).first()
        if target and target.due_on:
            dates["answer_by"] = dates["final_by"] = target.due_on
    today = local_day(now)
    movement = case.movements.exclude(state__in=("failed", "cancelled")).order_by("-pk").first()
    if movement:
        day = (movement.sent_at or now).astimezone(_zone("")).date()
        dates |= {"refund_on": day, "credit_on": day, "payout_on": day}
    else:
        dates |= {"refund_on": today, "credit_on": today, "payout_on": today}
    dates["debit_on"] = debit_day(case, today)
    dates["arrives_by"] = today + timedelta(days=5)
    dates["released_by"] = today + timedelta(days=7)
    return dates


def _decision(case: Case) -> Decision | None:
    return case.decisions.exclude(state__in=(Decision.REPLACED, Decision.REFUSED)).order_by(
        "-pk").first()


@transaction.atomic
def draft_letter(
    *, actor: Actor, now: datetime, case: Case, situation: str = "", language: str = "",
) -> Message:
    """A draft for the situation (by default the one the case calls for), filled from the case."""
    wanted = Situation(situation) if situation else fitting_situation(case)
    tongue = language or case.language
    if tongue not in languages(wanted, case.regimes):
        tongue = "en"
    facts = message_facts(case, situation=wanted, language=tongue, now=now,
                          author=str(actor.user or ""))
    draft = compose(wanted, facts, tongue)
    Message.objects.filter(case=case, state=Message.DRAFT).delete()
    message = Message.objects.create(
        case=case, situation=wanted, template=f"{draft.template} v{draft.version}",
        language=tongue, address=case.party.email, sender=settings.AMENDS_MAIL_FROM,
        subject=draft.subject, body=draft.body, author=actor.user, made_at=now,
        message_id=_message_id(case),
    )
    record(kind="letter_drafted", actor=actor, now=now, case=case,
           summary=f"Drafted: {SITUATION_WORDS[wanted].lower()}",
           payload={"template": message.template, "language": tongue})
    return message


def _message_id(case: Case) -> str:
    host = settings.AMENDS_MAIL_FROM.split("@")[-1]
    return f"<{case.label.lower()}.{get_random_string(16).lower()}@{host}>"


def check(message: Message, *, now: datetime, subject: str | None = None,
          body: str | None = None) -> GateReport:
    """The send gate's report on the draft as it stands, or with another subject or body."""
    facts = message_facts(message.case, situation=message.situation, language=message.language,
                          now=now, author=str(message.author or ""))
    title = message.subject if subject is None else subject
    return gate(f"{title}\n\n{message.body if body is None else body}", facts)


@transaction.atomic
def save_draft(*, now: datetime, message: Message, subject: str, body: str) -> None:
    """Keep what is being written; a card number in it is masked."""
    if message.state != Message.DRAFT:
        raise AmendsError(Problem("error", "This message is no draft any more."))
    message.subject, message.body = _clean(subject)[:300], _clean(body)
    message.checks = [asdict(c) for c in check(message, now=now).checks]
    message.save(update_fields=["subject", "body", "checks"])


@transaction.atomic
def queue_letter(
    *, actor: Actor, now: datetime, case: Case, version: int, message: Message,
) -> Message:
    """Let the draft go after ten seconds; AmendsError names what the send gate holds it for."""
    if message.state != Message.DRAFT:
        raise AmendsError(Problem("error", "This message has gone already, or was taken back."))
    report = check(message, now=now)
    held = [c for c in report.checks if c.blocking and not c.ok]
    if held or not report.may_send:
        raise AmendsError([Problem("error", c.sentence, c.repair or "", field=c.key)
                           for c in held] or [Problem("error", "The send gate holds it back.")])
    if not message.address:
        raise AmendsError(Problem("error", "The customer has no e-mail address here.",
                                  "Add one, or write by post.", field="address"))
    change(case, now=now, version=version)
    message.state, message.send_after = Message.QUEUED, now + UNDO
    message.checks = [asdict(c) for c in report.checks]
    message.save(update_fields=["state", "send_after", "checks"])
    record(kind="message_queued", actor=actor, now=now, case=case,
           summary=f"To {message.address}: {message.subject}",
           payload={"message_id": message.message_id, "checks": message.checks})
    follow("send_letter", key=f"letter:{message.message_id}", now=now,
           run_at=message.send_after, payload={"message_id": message.message_id})
    return message


@transaction.atomic
def take_back(*, actor: Actor, now: datetime, message: Message) -> None:
    """Undo within the ten seconds: the message is a draft again."""
    done = Message.objects.filter(pk=message.pk, state=Message.QUEUED).update(
        state=Message.DRAFT, send_after=None, message_id=_message_id(message.case)
    )
    if not done:
        raise AmendsError(Problem("error", "It is too late: the message has gone.",
                                  "Send a correction instead."))
    record(kind="message_taken_back", actor=actor, now=now, case=message.case,
           summary=f"Taken back: {message.subject}", payload={"message_id": message.message_id})


@transaction.atomic
def settle_letter(*, actor: Actor, now: datetime, message: Message, went_out: bool) -> None:
    """A person says whether a message that perhaps went has arrived; if not, it goes again."""
    if message.state != Message.UNCERTAIN:
        raise AmendsError(Problem("error", f"The message is {message.get_state_display().lower()} "
                                  "already.", "Load the page again."))
    if went_out:
        record_letter(actor=actor, now=now, message=message, state=Message.SENT,
                      proof=f"{actor.words} has seen that it arrived.")
        return
    record_letter(actor=actor, now=now, message=message, state=Message.QUEUED,
                  proof=f"{actor.words} has seen that it did not arrive.")
    follow("send_letter", key=f"letter:{message.message_id}:{now.isoformat()}", now=now,
           payload={"message_id": message.message_id})


@transaction.atomic
def hold_letters(*, actor: Actor, now: datetime, why: str) -> int:
    """After a restore nothing goes out by itself: what was under way may have gone since."""
    held = Message.objects.filter(state__in=(Message.QUEUED, Message.SENDING))
    for message in held:
        record_letter(actor=actor, now=now, message=message, state=Message.UNCERTAIN, proof=why)
    return len(held)


@transaction.atomic
def begin_letter(*, now: datetime, message_id: str) -> tuple[Message, bool] | None:
    """Claim a queued message for sending; None when it is no longer to go.

    The second value is True when an earlier try may have sent it.
    """
    message = Message.objects.select_for_update().filter(message_id=message_id).first()
    if message is None or message.state not in (Message.QUEUED, Message.SENDING):
        return None
    before = message.state == Message.SENDING
    message.state = Message.SENDING
    message.save(update_fields=["state"])
    return message, before


@transaction.atomic
def record_letter(*, actor: Actor, now: datetime, message: Message, state: str,
                  proof: str) -> None:
    """What became of a message; a letter that went out meets its clocks.

    Waiting again for the same reason is no news and makes no event.
    """
    news = (message.proof != proof[:2000]) or state != Message.QUEUED
    message.state, message.proof = state, proof[:2000]
    if state == Message.SENT:
        message.sent_at = now
    message.save(update_fields=["state", "proof", "sent_at"])
    case = message.case
    if news:
        record(kind=f"message_{state}", actor=actor, now=now, case=case,
               summary=f"{message.get_state_display()}: {message.subject}",
               payload={"message_id": message.message_id, "proof": proof})
    if state == Message.SENT:
        _gone(actor, now, case, message)


def _gone(actor: Actor, now: datetime, case: Case, message: Message) -> None:
    """What follows when a letter went out: clocks are met, a credit's notice starts its days."""
    if message.situation == Situation.PROVISIONAL_CREDIT_REVERSED:
        reached(case, NOTICE_OF_REVERSAL, actor=actor, now=now)
        release_reversal(actor=actor, now=now, case=case,
                         run_at=_after(debit_day(case, local_day(now)), now))
    for act in _acts(message.situation):
        for clock in meet_clocks(case, act=act, now=now):
            record(kind="clock_met", actor=actor, now=now, case=case,
                   summary=f"{clock.title}: met", payload={"name": clock.name})


def _after(day: date, now: datetime) -> datetime:
    """At the end of ``day``, or now where it is today."""
    return now if day <= local_day(now) else end_of_day(day)


def _acts(situation: str) -> list[Act]:
    acts = [Act.FIRST_REPLY]
    if situation in _ACKNOWLEDGES:
        acts.append(Act.ACKNOWLEDGED)
    if situation == Situation.PROVISIONAL_CREDIT_GRANTED:
        acts.append(Act.CREDIT_TOLD)
    if situation == Situation.HOLDING_RESPONSE:
        acts.append(Act.HOLDING_SENT)
    if situation in FINAL:
        acts.append(Act.RESULT_TOLD)
    return acts


@transaction.atomic
def receive_letter(  # noqa: PLR0913
    *, actor: Actor, now: datetime, case: Case, message_id: str, in_reply_to: str, sender: str,
    subject: str, body: str, quoted: str, received_at: datetime, automatic: bool = False,
) -> Message | None:
    """A reply joins its case, once; a case that waited for it goes on. None: known already.

    An ``automatic`` one (out of office, undeliverable) is kept and moves nothing.
    """
    if Message.objects.filter(message_id=message_id).exists():
        return None
    message = Message.objects.create(
        case=case, incoming=True, message_id=message_id, in_reply_to=in_reply_to,
        sender=_clean(sender)[:254], subject=_clean(subject)[:300], body=_clean(body),
        quoted=_clean(quoted), state=Message.RECEIVED, made_at=received_at,
        language=case.language,
    )
    if not automatic:
        _answered(case, now)
    record(kind="message_received", actor=actor, now=now, case=case,
           summary=f"{'Automatic reply' if automatic else 'Reply'} from {sender}: "
           f"{message.subject}",
           payload={"message_id": message_id, "in_reply_to": in_reply_to})
    refresh_next(case, now=now)
    return message


def _clean(text: str) -> str:
    """Without card numbers, and without the one character that PostgreSQL refuses."""
    return mask_text(text).text.replace("\x00", "")


def _answered(case: Case, now: datetime) -> None:
    """A case that waited for the customer goes on, and comes back from being put aside."""
    state = State(case.state)
    if state is State.WAITING:
        resume_targets(case, now=now)
        state = State.INVESTIGATING
    change(case, now=now, state=state, snoozed_until=None)


@transaction.atomic
def leave_letter(*, actor: Actor, now: datetime, message_id: str, sender: str,
                 subject: str) -> None:
    """Say in the desk's own events that an e-mail fits no case; it stays in the mailbox."""
    record(kind="message_unplaced", actor=actor, now=now,
           summary=f"An e-mail from {sender} fits no case: {_clean(subject)}",
           payload={"message_id": message_id})
