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
NO_PAGE_OF_ITS_OWN = re.compile(
    r"^(healthz|readyz|menu|home|file_drop|case_preview|recon_progress|sheet_copy)$|^api-")
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
def test_everybody_can_use_the_page(
    at: Callable[..., Page], northwind: DeskProcess, place: Place
) -> None:
    """axe-core finds nothing serious or critical, in either theme, wide and narrow; nothing runs
    out of the page sideways at any width.
    """
    page = at(place.role)
    go(page, northwind.url, place)
    found = axe_findings(page)
    picture(page, f"{place.name}-wide")
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in axe_findings(page)]
    picture(page, f"{place.name}-wide-dark")
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            found.append(f"{needed} px asked for at {width}: {page.evaluate(_WIDER)}")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += [f"narrow: {line}" for line in axe_findings(page)]
    picture(page, f"{place.name}-narrow")
    assert found == []


def test_no_page_is_left_out() -> None:
    """Each address that a person opens is one of the places above, by its pattern."""
    opened = {place.address.split("?")[0].lstrip("/") for place in PLACES}
    followed = [link for place in PLACES for link in place.follow]

    def is_visited(route: str) -> bool:
        fixed = route.partition("<")[0]
        return (route in opened or fixed == "cases/"
                or ("<" in route and any(f"/{fixed}" in link for link in followed)))

    assert [name for name, route in _pages() if not is_visited(route)] == []


def _pages() -> Iterator[tuple[str, str]]:
    for pattern in get_resolver().url_patterns:
        if (isinstance(pattern, URLPattern) and pattern.name and not _only_posted(pattern)
                and not NO_PAGE_OF_ITS_OWN.search(pattern.name)):
            yield pattern.name, str(pattern.pattern)


def _only_posted(pattern: URLPattern) -> bool:
    """Whether the view takes nothing but POST, as its decorator remembers."""
    view = pattern.callback
    while view is not None:
        if any(cell.cell_contents == ["POST"] for cell in getattr(view, "__closure__", None) or ()):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
