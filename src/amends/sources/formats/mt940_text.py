"""Field 86 (and NS) of an MT940: what a bank says about an entry, in its several dialects.

Structured by ``?20`` subfields (German ZKA, also with ``~`` or ``^``), by slash words
(``/EREF/.../NAME/...``), by NS lines (two digits and a text), or free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from amends.sources.masking import find_cards

LINE_FULL = 65  # SWIFT wraps field 86 after 65 characters, also inside a word
_SUBFIELDS = re.compile(r"^\s*(\d{3})?([?~^<])(?=\d{2})")
_SEPA = re.compile(
    r"(?<![A-Z])(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|RREF|BREF|PURP|MDAT|COAM|OAMT)"
    r"\s?[+:]\s?")
_SLASHED = re.compile(
    r"/(EREF|PREF|MARF|CSID|NAME|IBAN|BENM|ORDP|REMI|ISDT|TRTP|BIC|RTRN|SVCL|PURP|ADDR|ID|OCMT|"
    r"CHGS)/")
_REFERENCES = {
    "EREF": "end_to_end", "KREF": "instruction", "MREF": "mandate", "RREF": "trace",
    "BREF": "servicer", "MARF": "mandate", "PREF": "instruction",
}
_NO_REFERENCE = ("NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "")
_RETURN_CODE = re.compile(
    r"\b(A[CGM]\d\d|BE\d\d|CNOR|DNOR|ED05|FF\d\d|FOCR|FR01|MD\d\d|MS\d\d|RC\d\d|RR\d\d|SL\d\d|"
    r"SVNR|TM01)\b")
_NS_WORDS = range(1, 15)


@dataclass(slots=True)
class Words:
    """What field 86 says: text, party, its account, references, business code, return code."""

    text: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)
    business_code: str = ""
    return_code: str = ""


def joined(lines: list[str]) -> str:
    """Wrapped lines put together: a full line runs on, a shorter one ends a word."""
    text = last = ""
    for line in lines:
        text += line if not text or len(last) >= LINE_FULL else f" {line}"
        last = line
    return text


def words_of(lines: list[str]) -> Words:
    """The words of one field 86, whatever its dialect."""
    run_on = "".join(lines)
    marked = _SUBFIELDS.match(run_on)
    if marked:
        return _from_subfields(run_on, marked)
    # A card number that a line end cuts in two has to be seen whole to be masked.
    text = (run_on if any(find_cards(run_on)) else joined(lines)).strip()
    if len(_SLASHED.findall(text)) > 1 or text.startswith("/EREF/"):
        return _from_slashes(text)
    found = Words(text=" ".join(text.split()))
    _sepa(text, found)
    found.return_code = _return_code(text)
    return found


def words_of_ns(lines: list[str]) -> Words:
    """The words of a field NS: each line begins with the number of a subfield."""
    numbered: dict[int, str] = {}
    for line in lines:
        if line[:2].isdecimal():
            numbered[int(line[:2])] = line[2:].strip()
    text = " ".join(filter(None, [numbered.get(17, ""), *(numbered.get(number, "")
                                                          for number in _NS_WORDS)]))
    name = " ".join(filter(None, (numbered.get(15, ""), numbered.get(16, ""))))
    return Words(text=text, counterparty=name, counterparty_account=numbered.get(34, ""))


def _from_subfields(run_on: str, marked: re.Match[str]) -> Words:
    parts: dict[int, str] = {}
    for piece in re.split(re.escape(marked[2]) + r"(?=\d{2})", run_on[marked.end() - 1:])[1:]:
        number = int(piece[:2])
        parts[number] = parts.get(number, "") + piece[2:]
    purpose = "".join(parts.get(number, "") for number in (*range(20, 30), *range(60, 64)))
    found = Words(
        counterparty=(parts.get(32, "") + parts.get(33, "")).strip(),
        counterparty_account=(parts.get(38) or parts.get(31, "")).strip(),
        business_code=marked[1] or "")
    text = _sepa(purpose, found)
    found.text = " ".join(f"{parts.get(0, '')} {text}".split())
    found.return_code = _return_code(purpose)
    return found


def _sepa(purpose: str, found: Words) -> str:
    """Take the SEPA words out of a purpose; gives what is left of it as text."""
    marks = list(_SEPA.finditer(purpose))
    if not marks:
        return purpose
    text = [purpose[: marks[0].start()]]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(purpose)
        value = purpose[mark.end():end].strip()
        kind = _REFERENCES.get(mark[1])
        if kind and value.upper() not in _NO_REFERENCE:
            found.references.append((kind, value))
        elif mark[1] in ("SVWZ", "ABWA", "ABWE"):
            text.append(value)
        elif mark[1] == "IBAN":
            found.counterparty_account = found.counterparty_account or value.split(" ")[0]
    return " ".join(text)


def _from_slashes(text: str) -> Words:
    marks = list(_SLASHED.finditer(text))
    found = Words()
    words = [text[: marks[0].start()]]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        value = text[mark.end():end].strip().strip("/")
        kind = _REFERENCES.get(mark[1])
        if kind and value.upper() not in _NO_REFERENCE:
            found.references.append((kind, value))
        elif mark[1] == "NAME":
            found.counterparty = value
        elif mark[1] == "IBAN":
            found.counterparty_account = value
        elif mark[1] == "RTRN":
            found.return_code = _return_code(value)
        elif mark[1] in ("REMI", "OCMT", "CHGS"):
            words.append(value)
    found.text = " ".join(" ".join(words).split())
    return found


def _return_code(text: str) -> str:
    found = _RETURN_CODE.search(text)
    return found[1] if found else ""
