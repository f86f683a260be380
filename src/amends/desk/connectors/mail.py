"""Mail: SMTP out (RFC 5321), IMAP in (RFC 9051); without AMENDS_SMTP_URL it lands in a folder."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from imap_tools import AND, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from mailparser_reply import EmailReplyParser

TIMEOUT_SECONDS = 20
MAILS_AT_MOST = 200
LONGEST_BODY = 200_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to send."""

    message_id: str
    sender: str
    address: str
    subject: str
    body: str
    made_at: datetime
    in_reply_to: str = ""


class NotSent(Exception):
    """It certainly did not go out. ``for_good``: trying again would not help."""

    def __init__(self, words: str, *, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


class PerhapsSent(Exception):
    """The connection broke when the server may have taken it already."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One e-mail that came in, its new words apart from what it quotes."""

    uid: str
    message_id: str
    in_reply_to: tuple[str, ...]
    sender: str
    subject: str
    body: str
    quoted: str
    at: datetime


def send(letter: Letter) -> str:
    """Send one e-mail; gives the proof. Raises NotSent or PerhapsSent."""
    if not settings.AMENDS_SMTP_URL:
        return _to_folder(letter)
    parts = urlsplit(settings.AMENDS_SMTP_URL)
    try:
        client = _connect(parts.scheme, parts.hostname or "localhost", parts.port)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server does not answer: {error}", for_good=False) from error
    with client:
        return _hand_over(client, letter, unquote(parts.username or ""),
                          unquote(parts.password or ""))


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS,
                                context=ssl.create_default_context())
    client = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
    if scheme == "smtp+tls":
        client.starttls(context=ssl.create_default_context())
    return client


def _hand_over(client: smtplib.SMTP, letter: Letter, user: str, password: str) -> str:
    try:
        if user:
            client.login(user, password)
        client.mail(letter.sender)
        code, words = client.rcpt(letter.address)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server refused: {error}", for_good=False) from error
    if code >= 400:
        raise NotSent(f"{letter.address} refused: {code} {words.decode(errors='replace')}",
                      for_good=code >= 500)
    try:
        code, words = client.data(_mail(letter).as_bytes())
    except smtplib.SMTPDataError as error:
        raise NotSent(f"The server did not take it: {error}", for_good=False) from error
    except (OSError, smtplib.SMTPException) as error:
        raise PerhapsSent(f"The connection broke while it was handed over: {error}") from error
    if code != 250:
        raise NotSent(f"{code} {words.decode(errors='replace')}", for_good=code >= 500)
    return f"250 {words.decode(errors='replace')}"


def _mail(letter: Letter) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = letter.message_id
    mail["From"], mail["To"] = letter.sender, letter.address
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(letter.made_at)
    if letter.in_reply_to:
        mail["In-Reply-To"] = mail["References"] = letter.in_reply_to
    mail.set_content(letter.body)
    return mail


def _to_folder(letter: Letter) -> str:
    folder = Path(settings.DATA) / "outbox" / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{letter.message_id.strip('<>')}.eml"
    part = path.with_suffix(".part")
    part.write_bytes(_mail(letter).as_bytes())
    part.rename(path)
    return f"written to outbox/mail/{path.name}"


def fetch() -> Iterator[Reply]:
    """Every unseen e-mail of the mailbox in AMENDS_IMAP_URL; each is marked seen once it was used.

    ``imaps://user:password@host:993/INBOX``; ``imap+tls`` for STARTTLS, ``imap`` without TLS.
    """
    if not settings.AMENDS_IMAP_URL:
        return
    parts = urlsplit(settings.AMENDS_IMAP_URL)
    kind = {"imaps": MailBox, "imap+tls": MailBoxStartTls}.get(parts.scheme, MailBoxUnencrypted)
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    with kind(parts.hostname or "localhost", port, timeout=TIMEOUT_SECONDS).login(
        unquote(parts.username or ""), unquote(parts.password or ""), initial_folder=folder
    ) as box:
        languages = parse_qs(parts.query).get("languages", ["en,de,fr,es,pl"])[0].split(",")
        for mail in box.fetch(AND(seen=False), mark_seen=False, limit=MAILS_AT_MOST):
            yield _reply(mail, languages)
            box.flag(mail.uid, MailMessageFlags.SEEN, True)


def _reply(mail: object, languages: list[str]) -> Reply:
    text = (mail.text or "")[:LONGEST_BODY]  # type: ignore[attr-defined]
    headers = mail.headers  # type: ignore[attr-defined]
    before = " ".join([*headers.get("in-reply-to", ()), *headers.get("references", ())])
    body = EmailReplyParser(languages=languages).parse_reply(text) or text
    at = mail.date  # type: ignore[attr-defined]
    return Reply(
        uid=str(mail.uid),  # type: ignore[attr-defined]
        message_id=" ".join(headers.get("message-id", ("",)))[:255],
        in_reply_to=tuple(before.split()), sender=mail.from_,  # type: ignore[attr-defined]
        subject=mail.subject, body=body.strip(),  # type: ignore[attr-defined]
        quoted=text[len(body):].strip() if text.startswith(body) else text,
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
    )
