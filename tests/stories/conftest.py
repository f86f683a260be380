"""A desk as people meet it: real processes, a small sample company, one account for each role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from plugins.ports import free_port
from plugins.serving import DeskProcess
from stories.places import live, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = "2026-11-23T09:24:00+00:00"
PASSWORD = "tide-and-harbour"
CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "sources"
ROLES = ("specialist", "team_lead", "agent", "analyst", "auditor", "administrator")


@pytest.fixture(scope="session")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """Northwind Pay on a Monday morning: three weeks of files and 60 escalations, investigated."""
    folder = tmp_path_factory.mktemp("northwind")
    desk = DeskProcess(folder, free_port(), AMENDS_NOW=NOW)
    company = str(folder / "sample")
    for words in (["migrate"], *(["user", "add", email(role), "--role", role, "--name",
                                  name(role), "--password", PASSWORD] for role in ROLES),
                  ["sample", "--out", company, "--payments", "900", "--days", "21",
                   "--escalations", "60"], ["import", company]):
        done = desk.command(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    desk.start()
    yield desk
    desk.kill()


def email(role: str) -> str:
    """Who signs in as ``role``."""
    return f"{role}@northwind.example"


def name(role: str) -> str:
    """The name of the person with ``role``."""
    return f"{role.replace('_', ' ').title()} Person"


@pytest.fixture(scope="session")
def _signed_in(northwind: DeskProcess, browser: Browser) -> Callable[[str], Any]:
    kept: dict[str, Any] = {}

    def once(role: str) -> Any:
        if role not in kept:
            context = browser.new_context()
            sign_in(context.new_page(), northwind.url, email(role), PASSWORD)
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return once


@pytest.fixture(scope="session")
def lived_in(northwind: DeskProcess, browser: Browser, _signed_in: Callable[[str], Any]) -> None:
    """A morning's work is done at the desk, so that each page has something to show."""
    contexts = []

    def open_as(role: str) -> Page:
        contexts.append(browser.new_context(storage_state=_signed_in(role)))
        return contexts[-1].new_page()

    live(open_as, northwind.url, northwind.data.parent / "sample/files/refund-review.xlsx",
         CORPUS / "polish-processor.csv")
    for context in contexts:
        context.close()


@pytest.fixture
def at(
    northwind: DeskProcess, open_page: Callable[..., Page], _signed_in: Callable[[str], Any]
) -> Callable[..., Page]:
    """A page signed in as a role, at the first page of the desk: ``at("specialist", NARROW)``."""

    def opened(role: str, size: Any = None, **options: Any) -> Page:
        page = open_page(size, base_url=northwind.url, storage_state=_signed_in(role), **options)
        page.goto("/")
        return page

    return opened


@pytest.fixture(scope="session")
def proposals(northwind: DeskProcess) -> list[dict[str, Any]]:
    """What evidence and policy suggest for each open case, as ``amends propose --all`` says it."""
    return list(json.loads(northwind.command("propose", "--all", "--json").stdout))
