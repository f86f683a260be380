"""A picture of every page, wide and narrow, light and dark, into a folder.

``./amends bench pictures OUT`` starts a desk with the sample company on a fixed day;
``--data FOLDER`` takes the pictures from one that runs already. ``--only NAME,NAME`` takes some,
``--looks wide-light`` some looks. Needs Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOW = "2026-12-01T09:24:00+00:00"
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
LOOKS = {f"{size}-{theme}": (size, theme) for size in SIZES for theme in ("light", "dark")}
READY_WITHIN_SECONDS = 600


@contextlib.contextmanager
def demo() -> Iterator[Path]:
    """The data folder of a demo that answers, stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="amends-pictures-") as folder:
        settings = {**os.environ, "AMENDS_DATA": folder, "AMENDS_NOW": NOW}
        words = [sys.executable, "-m", "amends.cli.main", "demo", "--port", "8763"]
        group = subprocess.Popen(words, env=settings, start_new_session=True)
        try:
            until = time.monotonic() + READY_WITHIN_SECONDS
            while not (Path(folder) / "demo.json").exists():
                if group.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the demo did not start; see above")
                time.sleep(0.5)
            yield Path(folder)
        finally:
            group.send_signal(signal.SIGTERM)
            group.wait(timeout=15)


def main() -> int:
    """Take the pictures; 2 where Chromium is not there."""
    parser = argparse.ArgumentParser(prog="bench pictures")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--looks", default=",".join(LOOKS))
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("left out: chromium is not there (apt-get install chromium)")
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(options.data) if options.data else demo() as folder:
        told = json.loads((folder / "demo.json").read_text())
        _take(chromium, told, None if options.data else folder / "sample", options)
    return 0


def _take(chromium: str, told: dict[str, Any], company: Path | None,
          options: argparse.Namespace) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from playwright.sync_api import sync_playwright

    from stories.places import PLACES, go, live, sign_in

    people = {account["role"]: account for account in told["accounts"]}
    wanted = [place for place in PLACES
              if not options.only or place.name in options.only.split(",")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=os.geteuid() != 0,
            args=["--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--font-render-hinting=none"])

        def open_as(role: str, **look: Any) -> Any:
            page = browser.new_context(reduced_motion="reduce", **look).new_page()
            sign_in(page, told["url"], people[role]["user"], people[role]["password"])
            return page

        if company:
            live(open_as, told["url"], company / "files" / "refund-review.xlsx",
                 ROOT / "tests" / "corpus" / "sources" / "polish-processor.csv")
        for look in options.looks.split(","):
            size, theme = LOOKS[look]
            for role in dict.fromkeys(place.role for place in wanted):
                page = open_as(role, viewport=SIZES[size], color_scheme=theme)
                for place in (place for place in wanted if place.role == role):
                    go(page, told["url"], place)
                    page.screenshot(path=options.out / f"{place.name}-{look}.png")
                page.context.close()
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
