"""The whole desk as real processes, to be killed at any point and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.ports import free_port, wait_for

READY_WITHIN_SECONDS = 60
WEB, WORKER = "gunicorn", "amends.cli.main worker"  # how their command lines are told apart


class DeskProcess:
    """``amends serve`` on a data folder of its own. It is not started until ``start()``."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        self.data, self.url, self.port = folder / "data", f"http://127.0.0.1:{port}", port
        self.log = folder / "serve.log"
        self.environment = {**os.environ, "AMENDS_DATA": str(self.data), **settings}
        self._group: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the program on the same data folder."""
        return subprocess.run([sys.executable, "-m", "amends.cli.main", *words], text=True,
                              env=self.environment, capture_output=True, check=False)

    def start(self, *words: str) -> None:
        """Start it and wait until ``/readyz`` answers 200; TimeoutError with its log if not."""
        with self.log.open("ab") as log:
            self._group = subprocess.Popen(
                [sys.executable, "-m", "amends.cli.main", "serve", "--port", str(self.port),
                 *words], env=self.environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(self._ready_or_gone, READY_WITHIN_SECONDS, "/readyz")
            assert self._group.poll() is None, "it ended by itself"
        except (TimeoutError, AssertionError) as error:
            self.kill()
            raise TimeoutError(f"{error}\n{self.log.read_text()}") from None

    def processes(self) -> dict[int, str]:
        """Every live process on its data folder, by number, with its command line."""
        return _owned_by(f"AMENDS_DATA={self.data}".encode())

    def kill(self, only: str = "") -> list[int]:
        """``kill -9``, all at once, or ``only`` WEB or WORKER; gives which, once they are gone."""
        chosen = [number for number, words in self.processes().items() if only in words]
        for number in chosen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        wait_for(lambda: not {*chosen} & {*self.processes()}, 10, "the end of killed processes")
        if not only and self._group:
            self._group.wait(timeout=10)
        return chosen

    def stop(self) -> int:
        """Ask it to end as Ctrl-C and systemd do; gives its exit code."""
        assert self._group, "it was never started"
        self._group.terminate()
        return self._group.wait(timeout=15)

    def _ready_or_gone(self) -> bool:
        assert self._group
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return self._group.poll() is not None


@pytest.fixture
def desk_process(tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk that can be started, killed and started again on the same data folder."""
    desk = DeskProcess(tmp_path, free_port())
    yield desk
    desk.kill()


def _owned_by(setting: bytes) -> dict[int, str]:
    """Live processes with this setting in their environment, orphans too, by number."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and setting in (entry / "environ").read_bytes().split(b"\0"):
                words = (entry / "cmdline").read_bytes()
                found[int(entry.name)] = words.replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return {number: words for number, words in found.items() if words}
