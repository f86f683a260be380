"""Letters from templates: plain files, one for each language and situation.

A template begins with ``version:`` and ``subject:``; after a line of dashes come the paragraphs. A
paragraph that begins with ``? `` is left out when the case lacks one of its facts. Required
statements that the paragraphs do not make are added before the closing words. ``letter.txt`` is
the frame of every letter: its first paragraph opens, the others close.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import cast

from amends.messages.facts import DATE_NAMES, MessageFacts
from amends.messages.situations import Situation
from amends.messages.statements import Statement, required
from amends.messages.wording import LANGUAGES, date_words, money_words
from amends.problems import AmendsError, Problem, ensure

_FIELD = re.compile(r"\{(\w+)\}")
_VALUE_LENGTH_MAX = 600


@dataclass(frozen=True, slots=True)
class Template:
    """One letter of one language: its version, its subject, its paragraphs."""

    name: str
    version: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message not yet sent; ``template`` and ``version`` say what it was made from."""

    subject: str
    body: str
    template: str
    version: str
    language: str

    @property
    def text(self) -> str:
        """Subject and body as the send gate reads them."""
        return f"{self.subject}\n\n{self.body}"


def languages(situation: str, regimes: Collection[str] = ()) -> tuple[str, ...]:
    """The languages in which a letter with all its required statements can be written."""
    needed = required(situation, regimes)
    return tuple(language for language in LANGUAGES
                 if _template(language, situation) is not None
                 and all(each.key in _sentences(language) for each in needed))


def compose(situation: str, facts: MessageFacts, language: str = "") -> Draft:
    """The letter for ``situation`` in ``language``, else the party's; in English if not offered.

    AmendsError with a Problem for each fact that the letter needs and the case lacks.
    """
    if situation not in list(Situation):
        raise AmendsError(Problem("error", f"There is no situation {situation!r}.",
                                  f"Use one of {', '.join(Situation)}."))
    facts = replace(facts, situation=str(situation))
    wanted = (language or facts.language)[:2].lower()
    chosen = wanted if wanted in languages(situation, facts.regimes) else "en"
    template, frame = _existing(chosen, situation), _existing(chosen, "letter")
    values = _values(facts, chosen)
    paragraphs = [_fill(text, values) for text in _wanted(template.paragraphs, values)]
    head, tail = frame.paragraphs[:1], frame.paragraphs[1:]
    opening = [_fill(text, values) for text in _wanted(head, values)]
    closing = [_fill(text, values) for text in _wanted(tail, values)]
    subject = _fill(template.subject, values)
    said = "\n\n".join([subject, *opening, *paragraphs])
    missing = [each for each in required(situation, facts.regimes)
               if not each.present(said, facts)]
    added = [sentence(each, facts, chosen) for each in missing]
    body = "\n\n".join([*opening, *paragraphs, *added, *closing]) + "\n"
    return Draft(subject, body, f"{chosen}/{situation}", template.version, chosen)


def sentence(statement: Statement, facts: MessageFacts, language: str) -> str:
    """The words of a required statement, filled from the case; English where not offered.

    AmendsError when the case lacks one of its facts.
    """
    chosen = language if statement.key in _sentences(language) else "en"
    key = statement.key
    if key == "time_limits":
        key = "time_limits_payment" if facts.complaint_type in ("psd", "emd") else key
    return _fill(_sentences(chosen)[key], _values(facts, chosen))


def _wanted(paragraphs: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """The paragraphs without the optional ones whose facts are not there."""
    kept = []
    for paragraph in paragraphs:
        optional = paragraph.startswith("? ")
        text = paragraph[2:] if optional else paragraph
        if not optional or all(values.get(name) for name in _FIELD.findall(text)):
            kept.append(text)
    return kept


def _fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its fields filled in one pass, so that a value is never read as a field."""
    lacking = [name for name in _FIELD.findall(text) if not values.get(name)]
    if lacking:
        raise AmendsError([Problem("error", f"The letter needs the fact {name}.",
                                   "Add it to the case, or choose another letter.", field=name)
                           for name in dict.fromkeys(lacking)])
    return _FIELD.sub(lambda match: values[match[1]], text)


def _values(facts: MessageFacts, language: str) -> dict[str, str]:
    """Every field of the templates as text on one line; ``needed`` is a list of lines."""
    decision = _sentences(language).get(f"decision_{facts.decision}", "")
    plain = {
        "party": facts.party, "case_number": facts.case_number, "company": facts.company,
        "handler": facts.handler, "merchant": facts.merchant,
        "order": facts.order_reference, "reason": facts.reason, "decision": decision,
        "reference": next(iter(facts.references), ""), "complaint_body": facts.complaint_body,
        "amount": money_words(facts.amount, language) if facts.amount else "",
        "amount_asked": money_words(facts.amounts[0], language) if facts.amounts else "",
    }
    values = {name: " ".join(text.split())[:_VALUE_LENGTH_MAX] for name, text in plain.items()}
    for name in DATE_NAMES:
        day = facts.dates.get(name)
        values[name] = date_words(day, language) if day else ""
    values["signed"] = f"{values['handler']}\n{values['company']}".strip()
    values["needed"] = "\n".join(f"- {' '.join(item.split())}" for item in facts.needed)
    return values


def _existing(language: str, name: str) -> Template:
    template = _template(language, name)
    ensure(template is not None, f"there is no template {language}/{name}")
    return cast("Template", template)


@cache
def _template(language: str, name: str) -> Template | None:
    """The template file, or None where this language has none."""
    path = files(__package__).joinpath("templates", language, f"{name}.txt")
    if not path.is_file():
        return None
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    heads = dict(line.split(": ", 1) for line in head.splitlines())
    paragraphs = tuple(_unwrap(part.strip()) for part in re.split(r"\n\s*\n", body)
                       if part.strip())
    return Template(name, heads["version"], heads.get("subject", ""), paragraphs)


@cache
def _sentences(language: str) -> dict[str, str]:
    """Key to sentence of the required statements, and of the decisions."""
    path = files(__package__).joinpath("templates", language, "statements.txt")
    lines = path.read_text(encoding="utf-8").replace("\n  ", " ").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def _unwrap(paragraph: str) -> str:
    """One line, whatever the file's line length; a backslash at a line's end keeps its break."""
    return paragraph.replace("\\\n", "\0").replace("\n", " ").replace("\0", "\n")
