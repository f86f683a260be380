"""Sending letters and fetching replies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.desk.access import Actor
from amends.desk.actions.letters import begin_letter, receive_letter, record_letter
from amends.desk.connectors import mail
from amends.desk.jobs.queue import Later, handles
from amends.desk.models import Case, Message

MAILMAN = Actor("mail worker")
TRY_AGAIN = timedelta(minutes=1)
CASE_NUMBER = re.compile(r"\bAM-(\d{6,})\b")


@handles("send_letter")
def send_letter(payload: Mapping[str, Any], now: datetime) -> None:
    """Send a queued letter once; when it may have gone before, a person is asked."""
    begun = begin_letter(now=now, message_id=payload["message_id"])
    if begun is None:
        return
    message, before = begun
    if before:
        record_letter(actor=MAILMAN, now=now, message=message, state=Message.UNCERTAIN,
                      proof="The worker stopped while it was being handed over.")
        return
    try:
        proof = mail.send(_letter(message))
    except mail.PerhapsSent as error:
        record_letter(actor=MAILMAN, now=now, message=message, state=Message.UNCERTAIN,
                      proof=str(error))
    except mail.NotSent as error:
        if error.for_good:
            record_letter(actor=MAILMAN, now=now, message=message, state=Message.FAILED,
                          proof=str(error))
            return
        Message.objects.filter(pk=message.pk).update(state=Message.QUEUED, proof=str(error))
        raise Later(str(error), TRY_AGAIN) from error
    else:
        record_letter(actor=MAILMAN, now=now, message=message, state=Message.SENT, proof=proof)


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
    for reply in mail.fetch():
        case = _case_of(reply)
        if case is None:
            continue
        receive_letter(
            actor=MAILMAN, now=now, case=case,
            message_id=reply.message_id or f"<no-id.{reply.uid}@mailbox>",
            in_reply_to=" ".join(reply.in_reply_to)[:255], sender=reply.sender,
            subject=reply.subject, body=reply.body, quoted=reply.quoted, received_at=reply.at,
        )


def _case_of(reply: mail.Reply) -> Case | None:
    answered = Message.objects.filter(message_id__in=reply.in_reply_to).order_by("-pk").first()
    if answered:
        return answered.case
    number = CASE_NUMBER.search(reply.subject)
    if number:
        return Case.objects.filter(
            number=int(number.group(1)), party__email__iexact=reply.sender
        ).first()
    return None
