"""The few marks that charts are drawn with: escaped SVG text with presentation attributes.

No inline style and no script, so that a strict content security policy lets it through. Colours
are the tokens of the page (``var(--ink)``), so light and dark need no second picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

INK, INK_2, INK_3 = "var(--ink)", "var(--ink-2)", "var(--ink-3)"
LINE, SUNKEN, SURFACE = "var(--line)", "var(--sunken)", "var(--surface)"
ACCENT, BAD, GOOD, WARN = "var(--accent)", "var(--bad)", "var(--good)", "var(--warn-mark)"
BAD_SOFT = "var(--bad-soft)"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words: the finding as ``title``, the measure as ``subtitle``, the same
    facts as a sentence and as a table whose rows carry the link of their mark."""

    title: str
    subtitle: str
    svg: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...]


def number(value: float) -> str:
    """A coordinate: at most two decimals, no needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def mark(tag: str, inner: str = "", **attributes: str | float) -> str:
    """One element; underscores in names become hyphens, values are escaped, ``inner`` is not."""
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="'
        f'{escape(value) if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items())
    return f"<{tag}{words}>{inner}</{tag}>" if inner else f"<{tag}{words}/>"


def words(x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK_3,
          weight: str = "400", size: float = 11) -> str:
    """A line of text."""
    return mark("text", escape(text), x=x, y=y, text_anchor=anchor, fill=fill, font_size=size,
                font_weight=weight)


def linked(href: str, says: str, inner: str) -> str:
    """A mark that opens its cases; only relative and http addresses become links."""
    body = mark("title", escape(says)) + inner
    if not href.startswith(("/", "?", "#", "https://", "http://")):
        return mark("g", body)
    return mark("a", body, href=href, aria_label=says)


def picture(parts: Sequence[str], width: float, height: float, *, name: str, says: str) -> str:
    """The whole drawing; ``says`` is what a screen reader hears in its place."""
    inner = mark("title", escape(name)) + mark("desc", escape(says)) + "".join(parts)
    return mark("svg", inner, xmlns="http://www.w3.org/2000/svg",
                class_=name.replace(" ", "-"), viewBox=f"0 0 {number(width)} {number(height)}",
                role="group", aria_label=says)


def ticks(top: float, most: int = 5) -> list[float]:
    """Round steps from 0 to at least ``top``."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / max(most - 1, 1)
    scale = 10.0 ** floor(log10(rough))
    step = next((factor * scale for factor in (1, 2, 2.5, 5, 10) if factor * scale >= rough),
                10 * scale)
    found = [0.0]
    while found[-1] < top - step * 1e-9:
        found.append(round(found[-1] + step, 10))
    return found


def figure(value: float, *, share: bool = False) -> str:
    """A level for a label: per cent for shares, else as few decimals as tell it apart."""
    if share:
        return f"{value * 100:.1f}".removesuffix(".0") + " %"
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"
    return text.rstrip("0").rstrip(".").replace("-", "\u2212") if "." in text else text.replace(
        "-", "\u2212")
