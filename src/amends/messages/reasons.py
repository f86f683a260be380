"""What a finding is called to the customer, and what they are asked for, in their language."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def reason_words(finding: str, language: str) -> str:
    """The sentence for a finding's kind; nothing where the kind, or the language, is not known.

    It has no figure, no date, and no word of the desk: those stay in the finding's own sentence.
    """
    return _sentences(language).get(finding, "")


def needed_words(language: str) -> tuple[str, ...]:
    """What a customer is asked for when the payment cannot be found, one thing each."""
    said = _sentences(language)
    return tuple(said[key] for key in ("needed_statement", "needed_first_seen") if key in said)


@cache
def _sentences(language: str) -> dict[str, str]:
    path = files(__package__).joinpath("templates", language, "reasons.txt")
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line)
