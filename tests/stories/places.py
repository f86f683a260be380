"""Every page that a person can open, by who opens it and how they get there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Place:
    """One page: who opens it, its address, the links to follow from there, the keys to press."""

    name: str
    role: str
    address: str
    follow: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    shows: str = "h1"  # what stands there when it is ready


WORDS = ("The card was charged twice for one dinner on Friday. I wrote to the restaurant and they "
         "say they see only one payment. Please give one of the two back.")
_TRAIL = "/cases?view=open&kind=double_charge"
PLACES = (
    Place("caseload", "specialist", "/cases?view=open"),
    Place("caseload-search", "specialist", "/cases?q=charged+twice"),
    Place("caseload-nothing", "specialist", "/cases?q=zeppelin"),
    Place("caseload-filter", "specialist", "/cases?view=open", keys=("f",), shows=".filter-box"),
    Place("caseload-to-approve", "team_lead", "/cases?view=approve"),
    Place("case", "specialist", _TRAIL, follow=("[data-open-row]",)),
    Place("case-trail", "specialist", _TRAIL, follow=("[data-open-row]",), keys=("m",),
          shows="#trail-large[open]"),
    Place("case-close", "specialist", _TRAIL, follow=("[data-open-row]",), keys=("e",),
          shows="#close-case[open]"),
    Place("case-change", "specialist", _TRAIL, follow=("[data-open-row]",), keys=("d",),
          shows="#change-decision[open]"),
    Place("case-auditor", "auditor", _TRAIL, follow=("[data-open-row]",)),
    Place("menu", "specialist", _TRAIL, follow=("[data-open-row]",), keys=("Control+k",),
          shows="#menu-list a"),
    Place("keys", "specialist", "/cases?view=open", keys=("?",), shows="#keys-dialog[open]"),
    Place("intake", "specialist", "/intake"),
    Place("reconciliation", "team_lead", "/recon"),
    Place("recon-run", "analyst", "/recon", follow=("a[href*='/recon/runs/']",)),
    Place("recon-break", "team_lead", "/recon", follow=("a[href*='/recon/breaks/']",)),
    Place("recon-match", "analyst", "/recon",
          follow=("a[href*='/recon/breaks/']", "a[href*='/match/']")),
    Place("files", "analyst", "/files"),
    Place("file-columns", "analyst", "/files", follow=("a[href^='/files/columns/']",)),
    Place("file", "analyst", "/files", follow=("a[href^='/files/']:not([href*='/columns/'])",)),
    Place("file-line", "auditor", _TRAIL, follow=("[data-open-row]", ".steps a[href^='/files/']")),
    Place("sheets", "specialist", "/sheets"),
    Place("sheet", "specialist", "/sheets", follow=("a[href^='/sheets/']",), shows=".grid"),
    Place("insight", "analyst", "/insight"),
    Place("problems", "team_lead", "/problems"),
    Place("problem", "analyst", "/problems", follow=("a[href^='/problems/']",)),
    Place("coaching", "team_lead", "/coaching"),
    Place("compliance", "auditor", "/compliance"),
    Place("settings", "administrator", "/settings"),
    Place("settings-own", "specialist", "/settings"),
    Place("handed-up", "agent", "/handed-up"),
    Place("hand-up", "agent", "/intake"),
    Place("my-coaching", "agent", "/coaching/mine"),
    Place("not-found", "specialist", "/cases/999999"),
    Place("refused", "agent", "/cases"),
)


def go(page: Page, url: str, place: Place) -> None:
    """Open the place in a page that is signed in as its role, and wait until it is there."""
    page.goto(url + place.address)
    for link in place.follow:
        page.goto(url + str(page.locator(link).first.get_attribute("href")))
    for key in place.keys:
        page.wait_for_load_state("networkidle")
        page.keyboard.press(key)
    page.locator(place.shows).first.wait_for()
    page.evaluate("document.fonts.ready")


def sign_in(page: Page, url: str, user: str, password: str) -> None:
    """Sign in through the form."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("E-mail").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)


def live(open_as: Callable[[str], Page], url: str, workbook: Path, table: Path) -> None:
    """What people do on an ordinary morning, so that each page has something to show.

    A specialist drops a workbook, an analyst a table of an unknown shape, a lead names a known
    cause, an agent hands a problem up and gets a note on it.
    """
    page = open_as("specialist")
    page.goto(f"{url}/sheets")
    page.get_by_label("Workbook").set_input_files(workbook)
    page.get_by_role("button", name="Check it").click()
    page = open_as("analyst")
    page.goto(f"{url}/files")
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("link", name="Choose its columns").first.wait_for()
    page = open_as("team_lead")
    page.goto(f"{url}/problems")
    page.locator("[data-open=new-problem]").first.click()
    page.get_by_label("What goes wrong").fill("The processor settles a capture twice")
    page.get_by_label("Who can fix it").fill("Kestrel, by their account team")
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/problems/*")
    page = open_as("agent")
    page.goto(f"{url}/intake")
    page.get_by_label("What the customer said").fill(WORDS)
    page.get_by_label("Customer or merchant").fill("Rosalind Achterberg")
    page.get_by_role("button", name="Hand up").click()
    page.wait_for_url("**/handed-up")
    page = open_as("specialist")
    page.goto(f"{url}/cases?q=Achterberg")
    page.goto(url + str(page.locator("[data-open-row]").first.get_attribute("href")))
    page.get_by_text("Coaching note to").click()
    page.locator("#coach-text").fill("Ask for the order reference; it saves the customer a day.")
    page.get_by_role("button", name="Send the note").click()
    page.get_by_text("can read and answer it").wait_for()
