"""The newest message of a text: without quoted messages, signatures and footers."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from amends.casework.triaging.forms import LISTS

_SIGNATURE_LINES_MAX = 8
_PS = re.compile(r"p\.?\s?s\.?\b", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    with (LISTS / "newest.toml").open("rb") as file:
        lists = tomllib.load(file)
    quoted = "|".join(lists["quoted"])
    sign_off = "|".join(lists["sign_off"])
    footer = "|".join(lists["footer"])
    return (
        re.compile(rf"(?:^|(?<=[.!?…\n]\s)|(?<=\n))[ \t]*(?:{quoted})", re.MULTILINE),
        re.compile(rf"\s*(?:{sign_off})[\s,.!]*(?:[\w.'-]+[\s,.]*){{0,3}}", re.IGNORECASE),
        re.compile(rf"\s*(?:{footer})", re.IGNORECASE),
    )


def newest_message(text: str) -> str:
    """What the writer says now; empty when the text holds quoted words only."""
    lines = _without_footers(_without_quotes(text).split("\n"))
    return "\n".join(_without_signature(lines)).strip()


def _without_quotes(text: str) -> str:
    """Cut from the line that opens a quoted message; marked quotes alone leave what is below."""
    found = _patterns()[0].search(text)
    if found:
        before, after = text[: found.start()], text[found.end() :]
        marked = after.lstrip().startswith(">")
        if marked or not before.strip():
            after = re.sub(r"^\s*>[^\n]*", "", after) if marked else _body(after)
            text = before + "\n" + _unmarked(after)
        else:
            text = before
    return _unmarked(text)


def _unmarked(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))


def _body(text: str) -> str:
    """What follows the header lines of a forwarded message."""
    return text.partition("\n\n")[2]


def _without_footers(lines: list[str]) -> list[str]:
    kept: list[str] = []
    in_footer = False
    for line in lines:
        in_footer = bool(line.strip()) and (in_footer or bool(_patterns()[2].match(line)))
        if not in_footer:
            kept.append(line)
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if line.rstrip() == "--" or line.strip() in ("__", "___", "—", "––"):
            return lines[:number]
        last = [later for later in lines[number + 1 :] if later.strip()]
        if number and len(last) <= _SIGNATURE_LINES_MAX and _patterns()[1].fullmatch(line):
            return lines[:number] + [later for later in last if _PS.match(later.strip())]
    return lines
