"""A real Chromium: a page to drive, a look by axe-core, and pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from plugins.needed import program

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_SWITCHES = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-quic", "--no-first-run", "--font-render-hinting=none",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window; it reaches this machine and nothing else."""
    path = program("chromium", "chromium", "chromium-browser", "google-chrome")
    # Playwright keeps an event loop in this thread; the tests' own database calls are plain ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.geteuid() != 0, args=list(_SWITCHES))
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of its own session: ``open_page(NARROW, dark=True, **context options)``.

    A script's error, and anything that the content security policy stops, fails the test.
    """
    contexts, wrong = [], []

    def listen(message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            wrong.append(message.text)

    def open_one(size: Any = None, *, dark: bool = False, **options: Any) -> Page:
        context = browser.new_context(viewport=size or WIDE, reduced_motion="reduce",
                                      color_scheme="dark" if dark else "light", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", listen)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A wide, light page."""
    return open_page()


def axe_findings(page: Page, least: tuple[str, ...] = ("serious", "critical")) -> list[str]:
    """What axe-core finds wrong on the page: impact, rule and the first elements, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    return [f"{one['impact']} {one['id']}: {one['help']} "
            f"{[node['target'] for node in one['nodes'][:3]]}"
            for one in violations if one["impact"] in least]


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page as ``name``.png in the folder AMENDS_PICTURES, if that is set."""
    if folder := os.environ.get("AMENDS_PICTURES"):
        path = Path(folder) / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=path)
