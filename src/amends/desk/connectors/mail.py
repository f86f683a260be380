"""Mail out by SMTP (RFC 5321); without AMENDS_SMTP_URL it lands in the folder ``outbox/mail``."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 20


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


def send(letter: Letter) -> str:
    """Send one e-mail; gives the proof. Raises NotSent or PerhapsSent."""
    try:
        mail = _mail(letter).as_bytes(policy=SMTP)
        letter.address.encode("ascii")
    except (ValueError, UnicodeEncodeError) as error:
        raise NotSent(f"{letter.address!r} cannot be written to: {error}", for_good=True) from error
    if not settings.AMENDS_SMTP_URL:
        return _to_folder(letter, mail)
    parts = urlsplit(settings.AMENDS_SMTP_URL)
    try:
        client = _connect(parts.scheme, parts.hostname or "localhost", parts.port)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server does not answer: {error}", for_good=False) from error
    try:
        _announce(client, letter, unquote(parts.username or ""), unquote(parts.password or ""))
        return _hand_over(client, mail)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.quit()


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS,
                                context=ssl.create_default_context())
    client = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
    if scheme == "smtp+tls":
        client.starttls(context=ssl.create_default_context())
    return client


def _announce(client: smtplib.SMTP, letter: Letter, user: str, password: str) -> None:
    """Sign in and name sender and recipient; nothing was sent when this raises NotSent."""
    try:
        client.ehlo_or_helo_if_needed()
        if user:
            client.login(user, password)
        _agreed(client.mail(letter.sender), letter.sender)
        _agreed(client.rcpt(letter.address), letter.address)
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"The mail server refused us: {error.smtp_code} "
                      f"{_text(error.smtp_error)}", for_good=False) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server broke off: {error}", for_good=False) from error


def _agreed(answer: tuple[int, bytes], about: str) -> None:
    code, words = answer
    if code >= 400:
        raise NotSent(f"{about} was refused: {code} {_text(words)}", for_good=code >= 500)


def _hand_over(client: smtplib.SMTP, mail: bytes) -> str:
    """Hand the mail over; whatever breaks between its first byte and the answer is uncertain."""
    try:
        code, words = client.data(mail)
    except smtplib.SMTPDataError as error:  # refused before a byte of it went
        raise NotSent(f"The server did not take it: {error.smtp_code} {_text(error.smtp_error)}",
                      for_good=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise PerhapsSent(f"The connection broke while it was handed over: {error}") from error
    if code != 250:
        raise NotSent(f"The server did not take it: {code} {_text(words)}", for_good=code >= 500)
    return f"250 {_text(words)}"


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def _mail(letter: Letter) -> EmailMessage:
    """The mail as it goes out, 7-bit clean for every server."""
    mail = EmailMessage()
    mail["Message-ID"] = letter.message_id
    mail["From"], mail["To"] = letter.sender, letter.address
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(letter.made_at)
    if letter.in_reply_to:
        mail["In-Reply-To"] = mail["References"] = letter.in_reply_to
    mail.set_content(letter.body, cte="quoted-printable")
    return mail


def _to_folder(letter: Letter, mail: bytes) -> str:
    folder = Path(settings.DATA) / "outbox" / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{letter.message_id.strip('<>')}.eml"
    part = path.with_suffix(".part")
    part.write_bytes(mail)
    part.rename(path)
    return f"written to outbox/mail/{path.name}"
