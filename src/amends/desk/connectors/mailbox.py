"""Replies in by IMAP (RFC 9051) from the mailbox in AMENDS_IMAP_URL."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import AND, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.message import MailMessage
from mailparser_reply import EmailReplyParser

TIMEOUT_SECONDS = 20
MAILS_AT_MOST = 200
LONGEST_BODY = 200_000
LANGUAGES = ["en", "de", "fr", "es", "pl"]
_WAYS = {"imaps": (MailBox, 993), "imap+tls": (MailBoxStartTls, 143),
         "imap": (MailBoxUnencrypted, 143)}
log = logging.getLogger("amends.mailbox")


@dataclass(frozen=True, slots=True)
class Reply:
    """One e-mail that came in, its new words apart from what it quotes.

    ``automatic``: an answering machine or a mail server wrote it, no person (RFC 3834).
    """

    uid: str
    message_id: str
    in_reply_to: tuple[str, ...]
    sender: str
    subject: str
    body: str
    quoted: str
    at: datetime
    attached: tuple[str, ...] = ()
    automatic: bool = False


def fetch(use: Callable[[Reply], bool]) -> int:
    """Hand every unseen e-mail to ``use``; gives how many it took.

    What was used is marked seen; what nobody could place is also flagged, so that a person finds
    it in the mailbox. One that cannot be read stays unseen and does not hold up the others.
    ``imaps://user:password@host:993/INBOX``; ``imap+tls`` for STARTTLS, ``imap`` without TLS.
    """
    if not settings.AMENDS_IMAP_URL:
        return 0
    parts, taken = urlsplit(settings.AMENDS_IMAP_URL), 0
    way, port = _WAYS[parts.scheme]
    with way(parts.hostname or "localhost", parts.port or port, timeout=TIMEOUT_SECONDS).login(
        unquote(parts.username or ""), unquote(parts.password or ""),
        initial_folder=unquote(parts.path.strip("/")) or "INBOX",
    ) as box:
        for mail in box.fetch(AND(seen=False), mark_seen=False, limit=MAILS_AT_MOST):
            try:
                placed = use(_reply(mail))
            except Exception:
                log.exception("mail %s could not be taken in; it stays unseen", mail.uid)
                continue
            taken += placed
            left = [] if placed else [MailMessageFlags.FLAGGED]
            box.flag(str(mail.uid), [MailMessageFlags.SEEN, *left], True)
    return taken


def _reply(mail: MailMessage) -> Reply:
    text = (mail.text or _words(mail.html))[:LONGEST_BODY].replace("\r\n", "\n").strip()
    headers: dict[str, tuple[str, ...]] = dict(mail.headers)
    before = " ".join([*headers.get("in-reply-to", ()), *headers.get("references", ())])
    body = (EmailReplyParser(languages=LANGUAGES).parse_reply(text) or "").strip() or text
    return Reply(
        uid=str(mail.uid), message_id=" ".join(headers.get("message-id", ())).strip()[:255],
        in_reply_to=tuple(re.findall(r"<[^<>\s]+>", before)), sender=mail.from_,
        subject=mail.subject, body=body,
        quoted=text[len(body):].strip() if text.startswith(body) else text,
        at=mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC),
        attached=tuple(part.filename for part in mail.attachments if part.filename),
        automatic=_automatic(" ".join(headers.get("auto-submitted", ())), mail.from_),
    )


def _automatic(submitted: str, sender: str) -> bool:
    by_machine = submitted.strip().lower() not in ("", "no")
    return by_machine or sender.lower().startswith(("mailer-daemon@", "postmaster@"))


class _Words(HTMLParser):
    """The words of an HTML mail; every block begins a line."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script", "title")
        if tag in ("br", "p", "div", "tr", "li", "blockquote", "h1", "h2", "h3"):
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script", "title") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(re.sub(r"\s+", " ", data))


def _words(html: str) -> str:
    parser = _Words()
    parser.feed(html[: LONGEST_BODY * 5])
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.said))
