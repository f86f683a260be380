"""Whole escalations at a real desk, through a real browser: from the caseload to Insight."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from plugins.ports import wait_for
from plugins.serving import DeskProcess

if TYPE_CHECKING:
    from playwright.sync_api import Page

OWN_LIMIT_MINOR = 25_000
HOME = ("EUR", "USD", "GBP")
TWICE = ("captured_twice", "settled_twice")


def number(proposal: dict[str, Any]) -> int:
    """The case's number."""
    return int(str(proposal["case"])[3:])


def instructions(northwind: DeskProcess, case: int) -> list[Path]:
    """The instruction files of a case that a bank would pick up."""
    return sorted((northwind.data / "outbox" / "instructions").glob(f"am-{case}-*.json"))


def letters(northwind: DeskProcess, case: int) -> list[str]:
    """The mails of a case that went out."""
    mails = (path.read_text(errors="replace")
             for path in (northwind.data / "outbox" / "mail").glob("*.eml"))
    return [mail for mail in mails if f"AM-{case:06d}" in mail]


def said(page: Page, words: str) -> None:
    """Wait for the toast that says so."""
    page.locator(".toast", has_text=words).first.wait_for()


@pytest.fixture(scope="session")
def within_limit(proposals: list[dict[str, Any]]) -> int:
    """A payment taken twice, small enough for a specialist alone, in a case of its own."""
    return next(number(p) for p in proposals if p["finding"] in TWICE and p["remedy"] == "refund"
                and p["straight_through"] and 0 < p["amount_minor"] <= OWN_LIMIT_MINOR
                and p["currency"] in HOME)


@pytest.fixture(scope="session")
def above_limit(proposals: list[dict[str, Any]]) -> int:
    """A decision that a specialist may not make alone."""
    return next(number(p) for p in proposals if p["remedy"] in ("refund", "final_credit")
                and p["amount_minor"] > OWN_LIMIT_MINOR and p["currency"] in HOME)


def test_a_payment_taken_twice_is_put_right_once(
    at: Callable[..., Page], northwind: DeskProcess, within_limit: int
) -> None:
    """Caseload, case, finding, decision, one instruction, one letter, closed, in Insight."""
    page = at("specialist")
    page.goto("/cases?view=open")
    first = page.locator("#preview h2").inner_text()
    page.keyboard.press("j")
    page.locator("#preview h2").filter(has_not_text=first).wait_for()
    page.keyboard.press("k")
    page.keyboard.press("/")
    page.keyboard.type(f"AM-{within_limit:06d}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases?q=*")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{within_limit}")
    assert page.locator(".steps .broke").count() == 1, "the trail names one broken link"
    page.keyboard.press("y")
    said(page, "Confirmed")
    page.keyboard.press("a")
    said(page, "Decided")
    wait_for(lambda: bool(instructions(northwind, within_limit)), 15, "the instruction")
    _letter_goes_once_it_is_right(page, northwind, within_limit)
    page.keyboard.press("e")
    page.locator("#close-case[open]").wait_for()
    if page.locator("#c-why").count():
        page.locator("#c-why").fill("The refund is made; the customer has been told.")
    cause = page.locator("#c-cause option:checked").inner_text()
    page.get_by_role("button", name=f"Close AM-{within_limit:06d}").click()
    said(page, "is closed")
    assert len(instructions(northwind, within_limit)) == 1, "money moves once"
    analyst = at("analyst")
    analyst.goto("/insight?weeks=52")
    analyst.locator("td", has_text=cause).first.wait_for()


def _letter_goes_once_it_is_right(page: Page, northwind: DeskProcess, case: int) -> None:
    """The gate holds a wrong amount, repairs it, lets it go, gives it back, and lets it go."""
    page.keyboard.press("r")
    body = page.locator("#l-body")
    body.wait_for()
    right = body.input_value()
    send = page.get_by_role("button", name="Send Ctrl")
    figure = re.search(r"\d+[.,]\d\d", right)
    assert figure, right
    assert send.is_enabled(), "what the desk drafts may go as it is"
    body.fill(right.replace(figure[0], f"9{figure[0]}"))
    page.locator("#gate", has_text=re.compile("holds? it back")).wait_for()
    assert send.is_disabled()
    page.locator("[data-first-repair]:not([disabled])").click()
    assert figure[0] in body.input_value()
    page.locator("#gate button[name=send]:not([disabled])").click()
    said(page, "It goes in ten seconds")
    page.keyboard.press("z")
    said(page, "Taken back")
    assert letters(northwind, case) == []
    page.locator("#gate button[name=send]:not([disabled])").wait_for()
    page.locator("#l-body").focus()
    page.keyboard.press("Control+Enter")
    said(page, "It goes in ten seconds")
    wait_for(lambda: bool(letters(northwind, case)), 30, "the letter")
    page.reload()
    page.locator(".say-card.out", has_text="Sent").wait_for()
    assert len(letters(northwind, case)) == 1


def test_above_the_limit_another_person_approves(
    at: Callable[..., Page], northwind: DeskProcess, above_limit: int
) -> None:
    """The maker asks and waits, and is refused at the door; a lead approves; money moves once."""
    page = at("specialist")
    page.goto(f"/cases/{above_limit}")
    accept = page.locator("#decide [data-key=a]")
    accepting = accept.inner_text()
    assert "ask a team lead" in accepting, accepting
    page.keyboard.press("a")
    said(page, "second person")
    page.get_by_text("Waits for a second person").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0
    lead = at("team_lead")
    lead.goto("/cases?view=approve")
    lead.get_by_role("link", name=re.compile(".")).first.wait_for()
    lead.goto(f"/cases/{above_limit}")
    approve = lead.locator("form", has=lead.get_by_role("button", name="Approve"))
    door = str(approve.get_attribute("action"))
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    refused = page.request.post(door, form={
        "csrfmiddlewaretoken": str(token), "verdict": "approve", "version": "1"})
    assert refused.status == 403
    assert instructions(northwind, above_limit) == []
    lead.keyboard.press("a")
    said(lead, "Approved")
    wait_for(lambda: bool(instructions(northwind, above_limit)), 15, "the instruction")
    lead.reload()
    assert lead.get_by_role("button", name="Approve").count() == 0
    assert len(instructions(northwind, above_limit)) == 1


def test_an_agent_hands_up_and_answers_a_coaching_note(at: Callable[..., Page]) -> None:
    """What is handed up stands with how it goes; a note is read and answered; both sides see it."""
    agent = at("agent")
    agent.keyboard.press("c")
    agent.wait_for_url("**/intake")
    agent.get_by_label("What the customer said").fill(
        "I bought one lamp and my card shows two payments of 61.80 EUR. I want one back.")
    agent.get_by_label("Customer or merchant").fill("Ferdinand Okonjo-Lind")
    agent.get_by_label("What was promised").fill("A call by Friday")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url("**/handed-up")
    agent.locator("td", has_text="A call by Friday").wait_for()
    specialist = at("specialist")
    specialist.goto("/cases?q=Okonjo-Lind")
    specialist.keyboard.press("Enter")
    specialist.get_by_text("A call by Friday").wait_for()
    specialist.get_by_text("Coaching note to").click()
    specialist.locator("#coach-text").fill("Write down which two payments the customer means.")
    specialist.get_by_role("button", name="Send the note").click()
    said(specialist, "can read and answer it")
    agent.keyboard.press("g")
    agent.keyboard.press("o")
    agent.wait_for_url("**/coaching/mine")
    note = agent.locator("article", has_text="which two payments")
    note.get_by_role("textbox").fill("The app showed only one. I ask for a screenshot from now on.")
    note.get_by_role("button", name="Send the answer").click()
    agent.get_by_text("You answered").first.wait_for()
    lead = at("team_lead")
    lead.goto("/coaching")
    lead.get_by_text("I ask for a screenshot from now on").wait_for()


def test_everything_is_reached_by_keyboard(at: Callable[..., Page], within_limit: int) -> None:
    """Places by ``g`` and a letter, keys by ``?``, the menu by Ctrl K, search by ``/``."""
    page = at("specialist")
    for letter, address in (("r", "/recon"), ("f", "/files"), ("s", "/sheets"), ("n", "/insight"),
                            ("o", "/coaching"), ("p", "/compliance"), (",", "/settings"),
                            ("c", "/cases")):
        page.locator("h1").wait_for()
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{address}*")
    page.keyboard.press("?")
    page.locator("#keys-dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("#keys-dialog:not([open])").wait_for(state="attached")
    page.keyboard.press("Control+k")
    page.keyboard.type(f"AM-{within_limit:06d}")
    page.locator("#menu-list a", has_text=f"AM-{within_limit:06d}").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{within_limit}")
    page.keyboard.press("m")
    page.locator("#trail-large[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/cases")
    page.keyboard.press("/")
    page.keyboard.type("zeppelin")
    page.keyboard.press("Enter")
    page.get_by_text("holds every word").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement !== document.body"), "focus is never lost"
