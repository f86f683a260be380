"""Time from a clean clone to the first page, and of the second start.

``./amends bench start`` clones the last commit into a folder of its own and runs ``./amends demo``
there as a newcomer would: it makes the environment, installs everything pinned, makes and loads
the sample company and answers /readyz. Then it is stopped and started again. The package index is
asked through whatever cache the machine has; ``--cold`` gives the installer an empty one.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIVE_UP_SECONDS = 900


def main() -> int:
    """Print the seconds of each start; 1 if a demo did not answer in time."""
    parser = argparse.ArgumentParser(prog="bench start")
    parser.add_argument("--cold", action="store_true", help="install without any cache")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-start-") as folder:
        clone = Path(folder) / "amends"
        settings = {key: value for key, value in os.environ.items()
                    if not key.startswith("AMENDS_") and key != "DATABASE_URL"}
        if options.cold:
            settings |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
        start = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        cloned = time.monotonic() - start
        subprocess.run([clone / "amends", "setup"], check=True, env=settings)
        installed = time.monotonic() - start
        page = _until_page(clone, settings)
        again = _until_page(clone, settings)
    if page is None or again is None:
        return 1
    print(f"{'clone':<34}{cloned:>8.1f} s\n{'clone and installation':<34}{installed:>8.1f} s")
    print(f"{'clone to first page':<34}{installed + page:>8.1f} s")
    print(f"{'second start to page':<34}{again:>8.1f} s")
    return 0


def _until_page(clone: Path, settings: dict[str, str]) -> float | None:
    """Seconds until the demo in ``clone`` shows its sign-in page; it is stopped then."""
    port = _free_port()
    start = time.monotonic()
    group = subprocess.Popen([clone / "amends", "demo", "--port", str(port)], env=settings,
                             cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True)
    try:
        while time.monotonic() - start < GIVE_UP_SECONDS:
            if group.poll() is not None:
                break
            if _answers(port):
                return time.monotonic() - start
            time.sleep(0.05)
        print("the demo did not answer")
        return None
    finally:
        group.send_signal(signal.SIGTERM)
        group.wait(timeout=20)


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/accounts/login/")
        return asked.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False
    finally:
        asked.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
