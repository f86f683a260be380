"""The process group: web and worker as children, stopped together within ten seconds."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from amends.problems import AmendsError, Problem

STOP_WITHIN_SECONDS = 8
PR_SET_PDEATHSIG = 1


def check_port_free(host: str, port: int) -> None:
    """AmendsError when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AmendsError(
                Problem("error", f"Port {port} is taken ({error.strerror}).",
                        f"Stop what listens there, or choose another: --port {port + 1}.")
            ) from None


def web(host: str, port: int) -> list[str]:
    """The command of the web process."""
    return [
        sys.executable, "-m", "gunicorn", "amends.desk.wsgi:application", "--bind",
        f"{host}:{port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread",
        "--no-control-socket", "--preload", "--graceful-timeout", "5", "--log-level", "warning",
        "--worker-tmp-dir", "/dev/shm" if os.path.isdir("/dev/shm") else ".",  # noqa: PTH112, S108
    ]


def worker() -> list[str]:
    """The command of the worker and scheduler process."""
    return [sys.executable, "-m", "amends.cli.main", "worker"]


def run_group(commands: list[list[str]], *, started: Callable[[], None]) -> int:
    """Run the commands until a signal or until one of them ends; then stop all.

    ``started`` is called once they run. 0 when asked to stop, else the code of the one that ended.
    """
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    children = [
        subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_parent)  # noqa: S603, PLW1509
        for command in commands
    ]
    code = 0
    try:
        started()
        while not stopping:
            ended = [child.poll() for child in children if child.poll() is not None]
            if ended:
                code = ended[0] or 1
                break
            time.sleep(0.1)
    finally:
        stop_all(children)
    return code


def _end_with_parent() -> None:
    """Ask the kernel to end this child when its parent dies, even by SIGKILL (prctl(2), Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_all(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask every child to end, and end those that do not."""
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_WITHIN_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
