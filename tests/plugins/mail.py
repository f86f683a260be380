"""Real mail servers on the loopback address: SMTP that keeps what it got, IMAP by Dovecot."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import itertools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from plugins.needed import program
from plugins.ports import free_port, listens, wait_for

PASSWORD = "tide-and-harbour"
_numbers = itertools.count(1)


class SmtpServer:
    """``url`` for AMENDS_SMTP_URL; ``messages`` that were taken. What it answers can be set."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer_recipient = "250 OK"
        self.answer_data = "250 OK taken"
        self.breaks_off = False  # take the mail, then drop the line before answering

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take or refuse a recipient, as ``answer_recipient`` says."""
        if self.answer_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answer_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the mail, then answer, or break the line off."""
        if self.answer_data.startswith("2"):
            parsed = message_from_bytes(envelope.content, policy=policy.default)
            self.messages.append(parsed)  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
        if self.breaks_off:
            server.transport.abort()
        return self.answer_data


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server that keeps what it was handed."""
    from aiosmtpd.controller import Controller

    port = free_port()
    kept = SmtpServer(port)
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept
    controller.stop()


class ImapServer:
    """One empty mailbox: ``url`` for AMENDS_IMAP_URL."""

    def __init__(self, port: int, user: str) -> None:
        self.port, self.user = port, user
        self.url = f"imap://{user}:{PASSWORD}@127.0.0.1:{port}/INBOX"

    def deliver(self, message: EmailMessage) -> None:
        """Put a mail into the mailbox, unseen, over IMAP."""
        with self._signed_in() as box:
            box.append("INBOX", "", "", message.as_bytes(policy=policy.SMTP))

    def unseen(self) -> int:
        """How many mails nobody has read."""
        with self._signed_in() as box:
            box.select("INBOX", readonly=True)
            return len(box.search(None, "UNSEEN")[1][0].split())

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as box:
            box.login(self.user, PASSWORD)
            yield box


@pytest.fixture(scope="session")
def _dovecot() -> Iterator[int]:
    """The port of a Dovecot of our own; any user signs in, and has a mailbox of their own."""
    dovecot = program("dovecot-imapd", "dovecot")
    folder, port = Path(tempfile.mkdtemp(prefix="amends-imap-")), free_port()
    folder.chmod(0o755)
    (folder / "dovecot.conf").write_text(_settings(dovecot, folder, port))
    server = subprocess.Popen([dovecot, "-F", "-c", folder / "dovecot.conf"])
    try:
        wait_for(lambda: listens(port) or server.poll() is not None, 10, "Dovecot")
        log = folder / "log"
        assert server.poll() is None, log.read_text() if log.exists() else "Dovecot ended"
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def imap_server(_dovecot: int) -> ImapServer:
    """An empty mailbox on a real IMAP server."""
    return ImapServer(_dovecot, f"escalations{next(_numbers)}")


_CORE = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""
_UNTIL_2_3 = _CORE + """\
protocols = imap
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
"""
_FROM_2_4 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {{
  imap = yes
}}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    home = {folder}/mail/%{{user}}
  }}
}}
""" + _CORE


def _settings(dovecot: str, folder: Path, port: int) -> str:
    """Dovecot's configuration; its language changed with 2.4."""
    said = subprocess.run([dovecot, "--version"], capture_output=True, text=True, check=True)
    numbers = [int(number) for number in re.findall(r"\d+", said.stdout)[:2]]
    mail = folder / "mail"
    mail.mkdir()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("mail")  # mail never belongs to root
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        users = {"login": "dovenull", "internal": "dovecot", "group": "dovecot"}
    else:
        owner = pwd.getpwuid(os.geteuid())
        users = {"login": owner.pw_name, "internal": owner.pw_name,
                 "group": grp.getgrgid(owner.pw_gid).gr_name}
    words = _FROM_2_4 if numbers >= [2, 4] else _UNTIL_2_3
    return words.format(folder=folder, port=port, password=PASSWORD, uid=owner.pw_uid,
                        gid=owner.pw_gid, **users)
