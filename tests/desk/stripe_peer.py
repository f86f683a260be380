"""A peer that speaks as Stripe does, in its own environment and process; and a line that breaks.

The peer is ``localstripe`` (GPL-3): never imported here, talked to over HTTP only. It does not
honour idempotency keys, so that only looking first keeps a refund from being made twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from plugins.needed import left_out
from plugins.ports import free_port, listens, wait_for

LOCK = Path(__file__).resolve().parents[2] / "requirements" / "peer.txt"
KEY = "sk_test_only"
GOOD_CARD, NO_MONEY = "4242424242424242", "4000000000000341"
PICKLE = Path(tempfile.gettempdir()) / "localstripe.pickle"


def peer_environment() -> Path:
    """The peer's own environment, made once for each lock and kept in the temporary folder."""
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"amends-peer-{version}-{digest}"
    if (folder / "ready").exists():
        return folder
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        left_out("uv is not there, which installs the Stripe peer (./amends setup)")
    builder = re.search(r"^setuptools==.*?(?=^\S|\Z)", LOCK.read_text(), re.M | re.S)
    assert builder
    with tempfile.TemporaryDirectory() as temporary:
        first = Path(temporary) / "builder.txt"
        first.write_text(builder[0])
        for words in (
            ["venv", "--clear", "--python", sys.executable, str(folder)],
            ["pip", "install", "--require-hashes", "-r", str(first)],
            ["pip", "install", "--require-hashes", "--no-build-isolation", "-r", str(LOCK)],
        ):
            environment = {**os.environ, "VIRTUAL_ENV": str(folder)}
            done = subprocess.run([uv, *words], env=environment, capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                left_out(f"the Stripe peer cannot be installed: {done.stderr.strip()[-300:]}")
    (folder / "ready").touch()
    return folder


class StripePeer:
    """A running peer: ``url`` for AMENDS_STRIPE_URL, and what it holds."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = subprocess.Popen(
            [python, "-m", "localstripe", "--port", str(self.port), "--from-scratch"],
            env={"TMPDIR": str(folder), "PATH": os.defpath}, cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: listens(self.port), 20, "the Stripe peer")

    def stop(self) -> None:
        """End the process."""
        self._server.terminate()
        self._server.wait(timeout=10)
        with contextlib.suppress(OSError):
            PICKLE.unlink()

    def charge(self, amount_minor: int, card: str = GOOD_CARD) -> str:
        """Charge a card; gives the id of the charge, also where the card was declined."""
        token = self._ask("tokens", {"card[number]": card, "card[exp_month]": "12",
                                     "card[exp_year]": "2030", "card[cvc]": "123"})
        customer = self._ask("customers", {"source": token["id"]})
        with contextlib.suppress(urllib.error.HTTPError):
            self._ask("charges", {"amount": str(amount_minor), "currency": "usd",
                                  "customer": customer["id"]})
        return str(self._ask(f"charges?customer={customer['id']}")["data"][0]["id"])

    def refunds(self, charge: str) -> list[dict[str, Any]]:
        """The refunds that the peer holds for a charge."""
        return list(self._ask(f"refunds?charge={charge}")["data"])

    def _ask(self, path: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(f"{self.url}/v1/{path}", body,
                                         {"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.load(answer))


class BreakingLine:
    """A TCP line to the peer that passes every request on and, while ``cuts``, no answer back."""

    def __init__(self, port: int) -> None:
        self._peer, self.cuts, self.cut = port, False, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Take no more calls."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                peer = socket.create_connection(("127.0.0.1", self._peer))
                threading.Thread(target=self._pass, args=(caller, peer), daemon=True).start()
                threading.Thread(target=self._answer, args=(peer, caller), daemon=True).start()

    def _pass(self, caller: socket.socket, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := caller.recv(65536):
                peer.sendall(block)

    def _answer(self, peer: socket.socket, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller, peer:
            while block := peer.recv(65536):
                if self.cuts:
                    self.cut += 1
                    caller.shutdown(socket.SHUT_RDWR)
                    return
                caller.sendall(block)
