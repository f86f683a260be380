"""Sending letters and fetching replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.desk import clock
from amends.desk.access import Actor
from amends.desk.actions.letters import (
    begin_letter,
    leave_letter,
    receive_letter,
    record_letter,
)
from amends.desk.connectors import mail, mailbox
from amends.desk.jobs.queue import Later, handles
from amends.desk.models import Case, Message

MAILMAN = Actor("mail worker")
TRY_AGAIN = timedelta(minutes=1)
CASE_NUMBER = re.compile(r"\bAM-(\d{6,9})\b")


@handles("send_letter")
def send_letter(payload: Mapping[str, Any], now: datetime) -> None:
    """Send a queued letter once; when it may have gone before, a person is asked."""
    begun = begin_letter(now=now, message_id=payload["message_id"])
    if begun is None:
        return
    message, before = begun
    state, proof = Message.SENT, ""
    if before:
        state, proof = Message.UNCERTAIN, "The worker stopped while it was being handed over."
    else:
        try:
            proof = mail.send(_letter(message))
        except mail.PerhapsSent as error:
            state, proof = Message.UNCERTAIN, str(error)
        except mail.NotSent as error:
            state, proof = Message.FAILED if error.for_good else Message.QUEUED, str(error)
    record_letter(actor=MAILMAN, now=now, message=message, state=state, proof=proof)
    if state == Message.QUEUED:
        raise Later(proof, TRY_AGAIN)


def _letter(message: Message) -> mail.Letter:
    last = message.case.messages.filter(incoming=True).order_by("-made_at").first()
    return mail.Letter(
        message_id=message.message_id, sender=message.sender, address=message.address,
        subject=f"{message.subject} [{message.case.label}]"
        if message.case.label not in message.subject else message.subject,
        body=message.body, made_at=message.made_at,
        in_reply_to=last.message_id if last else "",
    )


@handles("fetch_mail")
def fetch_mail(payload: Mapping[str, Any], now: datetime) -> None:
    """Each new e-mail joins the case it answers, by Message-ID first, then by number and sender."""
    mailbox.fetch(_take_in)


def _take_in(reply: mailbox.Reply) -> bool:
    """Whether the reply was placed; every one is known by its Message-ID and taken once."""
    case, now = _case_of(reply), clock.now()
    message_id = reply.message_id or f"<no-id.{reply.uid}.{reply.at.timestamp():.0f}@mailbox>"
    if case is None:
        leave_letter(actor=MAILMAN, now=now, message_id=message_id, sender=reply.sender,
                     subject=reply.subject)
        return False
    attached = "".join(f"\n[Attached, left in the mailbox: {name}]" for name in reply.attached)
    receive_letter(
        actor=MAILMAN, now=now, case=case, message_id=message_id,
        in_reply_to=" ".join(reply.in_reply_to)[:255], sender=reply.sender, subject=reply.subject,
        body=reply.body + attached, quoted=reply.quoted, received_at=min(reply.at, now),
        automatic=reply.automatic,
    )
    return True


def _case_of(reply: mailbox.Reply) -> Case | None:
    answered = Message.objects.filter(message_id__in=reply.in_reply_to).order_by("-pk").first()
    if answered:
        return answered.case
    number = CASE_NUMBER.search(reply.subject)
    if number and reply.sender:
        return Case.objects.filter(
            number=int(number.group(1)), party__email__iexact=reply.sender
        ).first()
    return None
