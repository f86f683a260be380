"""Every page, for whoever may open it: usable by all, at every width, without a script's error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, get_resolver

from plugins.browser import NARROW, axe_findings, picture
from plugins.serving import DeskProcess
from stories.places import PLACES, Place, go

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1440, 1000, 720, 390, 360)
WITHOUT_PAGE = re.compile(r"^(healthz|readyz|menu|api-|letter_|file_drop$|.*_progress$|.*_copy$)|preview")
_WIDER = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  const hidden = getComputedStyle(e);
  if (!box.width || hidden.visibility === "hidden" || e.closest(".sr, .skip, svg *")) return false;
  for (let up = e.parentElement; up; up = up.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return false;
  return box.right > innerWidth + 1;
}).slice(0, 3).map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_use_the_page(
    at: Callable[..., Page], northwind: DeskProcess, place: Place, dark: bool
) -> None:
    """axe-core finds nothing serious or critical, in either theme, wide and narrow."""
    page = at(place.role, dark=dark)
    go(page, northwind.url, place)
    found = axe_findings(page)
    picture(page, f"{place.name}-wide{'-dark' if dark else ''}")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += [f"narrow: {line}" for line in axe_findings(page)]
    picture(page, f"{place.name}-narrow{'-dark' if dark else ''}")
    assert found == []


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_runs_out_of_the_page(
    at: Callable[..., Page], northwind: DeskProcess, place: Place
) -> None:
    """No width asks for sideways scrolling; what is wide scrolls in a box of its own."""
    page = at(place.role)
    go(page, northwind.url, place)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{width}: {wide} px by {page.evaluate(_WIDER)}"


def test_no_page_is_left_out() -> None:
    """Each address that a person opens is one of the places above, by its pattern."""
    opened = [place.address.split("?")[0].lstrip("/") for place in PLACES]
    followed = [link for place in PLACES for link in place.follow]

    def is_visited(route: str) -> bool:
        fixed = route.split("<")[0]
        return route in opened if "<" not in route else any(
            f"/{fixed}" in link for link in followed) or fixed == "cases/"

    missed = [pattern.name for pattern, route in _pages() if not is_visited(route)]
    assert missed == []


def _pages() -> Iterator[tuple[URLPattern, str]]:
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern) and pattern.name and not re.search(
            WITHOUT_PAGE, pattern.name
        ) and not _only_posted(pattern) and pattern.name != "home":
            yield pattern, str(pattern.pattern)


def _only_posted(pattern: URLPattern) -> bool:
    """Whether the view takes nothing but POST, as its decorator's closure says."""
    view = pattern.callback
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if cell.cell_contents == ["POST"]:
                return True
        view = getattr(view, "__wrapped__", None)
    return False
