"""The pages say what the program does: commands, settings, links, the script, the changelog."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amends.cli.main import COMMANDS
from house import reference_pages
from house.tree import ROOT, expect_none, room, texts, where

REFERENCE = ROOT / "docs" / "reference"
PAGES = [path for path in texts() if path.suffix == ".md"]
_LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
_SETTING = re.compile(r"\b(?:AMENDS_[A-Z][A-Z_]*|DATABASE_URL)\b")


@pytest.mark.parametrize("name", sorted(reference_pages.PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    """``./amends docs`` was run after the last change of a command."""
    assert (REFERENCE / name).read_text(encoding="utf-8") == reference_pages.PAGES[name]()


def test_every_command_is_on_the_page() -> None:
    """Each word of the command line is explained."""
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    expect_none([word for word in COMMANDS if f"## `amends {word}`" not in page])


def test_every_setting_is_on_the_page_and_nothing_else() -> None:
    """Each name that the program reads from the environment, and no name that it does not."""
    read = {name for path, text in texts().items() if room(path) and path.suffix == ".py"
            for name in _SETTING.findall(text)}
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    program, _, tests = page.partition("## For tests")
    assert read == {*_SETTING.findall(program)}
    read_by_tests = {name for path, text in texts().items() if path.suffix == ".py"
                     and not room(path) for name in _SETTING.findall(text)}
    assert {*_SETTING.findall(tests)} <= read_by_tests


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
            for heading in headings}


def test_every_link_leads_somewhere() -> None:
    """Links between pages, to pictures and to headings; those to the web are not tried."""
    dead = []
    for page in PAGES:
        for target in _LINK.findall(texts()[page]):
            if re.match(r"https?:|mailto:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists() or (anchor and path.suffix == ".md"
                                     and anchor not in anchors(path)):
                dead.append(f"{where(page, 1)} {target}")
    expect_none(dead)


def test_the_script_and_its_page_know_the_same_words() -> None:
    """docs/reference/script.md explains each word that ``./amends`` itself understands."""
    script = (ROOT / "amends").read_text(encoding="utf-8")
    words = re.findall(r"^  \./amends ([a-z]+)", script, re.M)
    assert len(words) >= 6
    page = (REFERENCE / "script.md").read_text(encoding="utf-8")
    expect_none([word for word in words if f"./amends {word}" not in page])


def test_the_changelog_has_room_for_what_comes() -> None:
    """What is not released yet has a section, and says something."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section
    assert "- " in section[1]
