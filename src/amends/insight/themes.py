"""What people write about: the words that set one kind of case apart from the others.

Terms are ranked by the log-odds of their use with an informative prior, so that a rare word does
not win by luck (Monroe, Colaresi and Quinn, Political Analysis 16, 2008).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

_WORD = re.compile(r"[^\W\d_][\w'\u2019-]{2,}")
_COMMON_WORDS = """
    the and for that this with you your have has had was were are not but from they them their
    our out can could will would been being what when which who how why all any some one two
    there here then than just also into onto over under about after before again more most very
    she her him his its it's i'm i've don't didn't please thank thanks hello dear regards still
    get got did does done now say said says told tell know want need make made
    och att det som för inte med jag har den till und der die das nicht ich les des une pas
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_PRIOR = 50.0
_CASES_MIN = 3
_Z_MIN = 1.96


@dataclass(frozen=True, slots=True)
class Theme:
    """One term (a word or two in a row): in how many of the kind's cases, and how strongly it
    sets the kind apart (standard errors; above about two it is no luck)."""

    term: str
    cases: int
    strength: float


def themes(texts: Mapping[str, Sequence[str]], *, top: int = 8) -> dict[str, list[Theme]]:
    """For each kind its most distinctive terms, from the texts of its cases; each case counts a
    term once. Masked digits and single letters are no terms."""
    counts = {kind: Counter(term for text in held for term in _terms(text))
              for kind, held in texts.items()}
    whole: Counter[str] = sum(counts.values(), Counter())
    return {kind: _distinctive(count, whole, top) for kind, count in counts.items()}


def _terms(text: str) -> set[str]:
    words = [word.strip("'\u2019-").casefold() for word in _WORD.findall(text)]
    held = {word for word in words if word not in _COMMON and len(word) > 2}
    pairs = {f"{a} {b}" for a, b in pairwise(words)
             if a in held and b in held}
    return held | pairs


def _distinctive(own: Counter[str], whole: Counter[str], top: int) -> list[Theme]:
    own_total, all_total = own.total(), whole.total()
    rest_total = all_total - own_total
    found = []
    for term, cases in own.items():
        if cases < _CASES_MIN:
            continue
        prior = _PRIOR * whole[term] / all_total
        rest = whole[term] - cases
        here = (cases + prior) / (own_total + _PRIOR - cases - prior)
        there = (rest + prior) / (rest_total + _PRIOR - rest - prior)
        spread = sqrt(1 / (cases + prior) + 1 / (rest + prior))
        strength = (log(here) - log(there)) / spread
        if strength >= _Z_MIN:
            found.append(Theme(term, cases, round(strength, 3)))
    found.sort(key=lambda theme: (-theme.strength, theme.term))
    return _without_parts(found)[:top]


def _without_parts(found: Sequence[Theme]) -> list[Theme]:
    """Single words leave where a kept pair of words already says them as often."""
    kept: list[Theme] = []
    for theme in found:
        words = set(theme.term.split())
        if not any(words & set(other.term.split()) and other.cases >= 0.8 * theme.cases
                   for other in kept):
            kept.append(theme)
    return kept
