"""Texts in the words of five languages, filled from slots; the words lie in ``words/*.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from amends.money import Money

LANGUAGES = ("en", "de", "fr", "es", "pl")
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_NOTES = ("Customer", "Seller")  # an agent's note about the party, not the party's own words
_SLOT = re.compile(r"(\{[a-z_0-9]+\})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text should say: which situation, how cross, with which needs and look-alikes."""

    situation: str
    party: str
    language: str
    cross: bool
    needs: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    reference: str = ""


@cache
def words(language: str) -> Mapping[str, Any]:
    """All words of a language."""
    return _load(f"{language}.toml")


@cache
def desk_words() -> Mapping[str, Any]:
    """What frontline agents note: tried, asked and promised, by kind."""
    return _load("agents.toml")


def has(situation: str, language: str) -> bool:
    """Whether a situation is worded in a language."""
    return situation in words(language)["situations"]


def compose(wanted: Wanted, slots: Mapping[str, str], stream: Random) -> str:
    """The text, in a voice of its own: greeting or none, long or short, neat or not."""
    said = words(wanted.language)
    tone = said["situations"][wanted.situation]["cross" if wanted.cross else "calm"]
    parts = [stream.choice(tone)]
    is_note = parts[0].startswith(_NOTES)
    if wanted.reference:
        parts.append(stream.choice(said["references"][wanted.reference]))
    extra = [stream.choice(said["needs"][wanted.party][need]) for need in wanted.needs]
    extra += [stream.choice(said["traps"][trap]) for trap in wanted.traps]
    if is_note:
        parts += [f'Words used: "{sentence}"' for sentence in extra]
        return _filled(_joined(parts), slots, _neat)
    parts[1 if stream.random() < 0.7 else 0:0] = extra
    greeting, closing = stream.choice(said["greetings"]), stream.choice(said["closings"])
    style = stream.choices((_neat, str.lower, str.upper), (86, 12, 2))[0]
    body = _joined(parts)
    if wanted.language == "en" and body[0].islower():
        greeting = ""
    elif not greeting:
        body = body[0].upper() + body[1:]
    text = _filled(f"{greeting} {body}".strip(), slots, style)
    end = _filled(closing, slots, _neat)
    whole = f"{text}\n{end}" if end else text
    quoted = said["quotes"] if stream.random() < 0.06 else ("",)
    tail = _filled(stream.choice(quoted), slots, _neat)
    return f"{whole}\n\n{tail}" if tail else whole


def amount_words(minor: int, currency: str, language: str, stream: Random) -> str:
    """A sum as a person of that language writes it."""
    plain = Money(minor, currency).decimal()
    if language == "en":
        whole, _, part = plain.partition(".")
        figure = f"{int(whole):,}.{part}"
        sign = _SIGNS.get(currency)
        return f"{sign}{figure}" if sign and stream.random() < 0.8 else f"{figure} {currency}"
    figure = plain.replace(".", ",")
    return f"{figure} {'€' if currency == 'EUR' and stream.random() < 0.7 else currency}"


def date_words(day: date, language: str, country: str) -> str:
    """A day as a person of that language and country writes it, without its year."""
    month = words(language)["months"][day.month - 1]
    if language == "en":
        return f"{month} {day.day}" if country == "US" else f"{day.day} {month}"
    return str(words(language)["date"]).format(day=day.day, month=month)


def _joined(parts: Sequence[str]) -> str:
    """Sentences one after the other; all but the last end in a mark."""
    *before, last = parts
    return " ".join([*(part if part[-1] in ".!?)" else f"{part}." for part in before), last])


def _neat(text: str) -> str:
    return text


def _filled(text: str, slots: Mapping[str, str], style: Any) -> str:
    """Slots filled; the writer's style is put on the words between them, never on a figure."""
    parts: Sequence[str] = _SLOT.split(text)
    return "".join(slots[part[1:-1]] if _SLOT.fullmatch(part) else style(part) for part in parts)


def _load(name: str) -> Mapping[str, Any]:
    text = resources.files("amends.sample").joinpath(f"words/{name}").read_text("utf-8")
    return tomllib.loads(text)
