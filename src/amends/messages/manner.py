"""How a draft reads: tone, gaps, length, reading age, language; and whether it may go now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from functools import cache

import pyphen

from amends.casework.claims import NEED_WORDS, Need
from amends.messages.check import Check, passed_or
from amends.messages.facts import MessageFacts
from amends.messages.wording import LANGUAGES

READING_AGE_MAX = 16
WORDS_MAX = {"email": 450, "letter": 700, "sms": 70}
WORDS_MIN = 10
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"[.!?:](?:\s|$)|\n\s*\n|\n- ")
_HARSH = re.compile(
    r"\b(your (own )?fault|you (should|ought to) have|you (have )?failed to|you neglected|"
    r"(your|you were) (careless\w*|negligen\w*)|as (I|we) (already|have already) (said|told|"
    r"explained)|you claim(ed)? (that|to)|so-called|calm down|obviously|stupid\w*|idiot\w*|"
    r"ridiculous|nonsense|not our problem|shut up|liar|"
    r"Ihre (eigene )?Schuld|selbst schuld|Sie hätten|wie bereits (gesagt|erklärt)|dumm\w*|"
    r"votre (propre )?faute|vous auriez dû|comme déjà dit|ridicule|"
    r"su (propia )?culpa|usted debería haber|debió haber|como ya (dijimos|le dije)|"
    r"(Pana|Pani|Państwa) wina|trzeba było|jak już (pisaliśmy|mówiliśmy)|powin(ien|na) (Pan|Pani) "
    r"był[a]?)\b", re.IGNORECASE)
_SHOUTING = re.compile(r"\b[A-ZÄÖÜÉÈÀŚŻŁ]{3,}(?:\s+[A-ZÄÖÜÉÈÀŚŻŁ]{3,}){2,}\b|[!?]{2,}")
_UNFINISHED = re.compile(
    r"\{\w*\}|\[(?!\d)[^\]\n]{1,60}\]|<[a-z_ ]{2,40}>|\bX{3,}\b|\blorem ipsum\b|\bTBC\b|\bTBD\b|"
    r"\binternal (use )?only\b|\bdo not send (this|yet|out)\b|\bnot for (the )?customer\b",
    re.IGNORECASE)
# Small words that give a language away.
_SMALL_WORDS = {
    "en": "the and you your we our have has is are to of for that this with not will it been was",
    "de": "der die das und sie ihr ihre ihren wir haben ist nicht zu von für mit den ein eine uns "
          "wird auf dem",
    "fr": "le la les et vous votre nous avons est pas de pour avec un une des que ce du au sur "
          "dans",
    "es": "el la los y usted su nosotros hemos es no de para con un una que se del al en le lo "
          "por",
    "pl": "i w na nie jest się że do to z o po przez oraz lub dla jak co tej tę prosimy najpóźniej "
          "już",
}
_SMALL = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}


def tone(text: str) -> list[Check]:
    """Each word of blame or rudeness, and shouting."""
    return passed_or(_tone(text), "tone", "No blame, no rudeness.")


def _tone(text: str) -> Iterator[Check]:
    for match in _HARSH.finditer(text):
        yield Check("tone", False, True, f"{match[0]!r} sounds like blame.", match.span())
    for match in _SHOUTING.finditer(text):
        yield Check("tone", False, False, f"{match[0]!r} sounds like shouting.", match.span())


def unfinished(text: str) -> list[Check]:
    """Each gap that was not filled, and each remark that was meant for colleagues."""
    failed = (Check("unfinished", False, True, f"{match[0]!r} is not finished.", match.span())
              for match in _UNFINISHED.finditer(text))
    return passed_or(failed, "unfinished", "Nothing is left to fill in.")


def length(text: str, facts: MessageFacts) -> list[Check]:
    """Whether the message is long enough to say something, and short enough to be read."""
    words, most = len(_WORD.findall(text)), WORDS_MAX.get(facts.channel, WORDS_MAX["email"])
    if words < WORDS_MIN:
        return [Check("length", False, True, f"Only {words} words: this says nothing yet.")]
    if words > most:
        return [Check("length", False, False,
                      f"{words} words; {most} are easier to read by {facts.channel}.")]
    return [Check("length", True, False, f"{words} words.")]


def reading_age(text: str, language: str) -> int | None:
    """Years of age at which the text is read with ease: the Flesch-Kincaid grade plus five.

    The formula (Kincaid and others, 1975) was measured on English, so other languages give None;
    so does a text without a word.
    """
    body = re.sub(r"https?://\S+|\bAM-\d+|[\d.,]*\d", "", text)
    words = _WORD.findall(body)
    if language != "en" or not words:
        return None
    sentences = [part for part in _SENTENCE_END.split(body) if _WORD.search(part)]
    syllables = sum(_syllables(word) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    return max(5, round(grade + 5))


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB", left=1, right=1)


def _syllables(word: str) -> int:
    """Places to divide the word, and one; it is close to the spoken syllables."""
    return len(_hyphens().positions(word.lower())) + 1


def reading(age: int | None) -> list[Check]:
    """Whether the reading age is one that everybody has."""
    if age is None:
        return [Check("reading", True, False, "The reading age is measured for English only.")]
    if age > READING_AGE_MAX:
        return [Check("reading", False, False, f"Reads at the age of {age}; shorter sentences and "
                                               f"plain words help. Aim for {READING_AGE_MAX}.")]
    return [Check("reading", True, False, f"Reads at the age of {age}.")]


def written_in(text: str, language: str) -> list[Check]:
    """Whether the text is in ``language``, by its small words."""
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {key: sum(word in small for word in words) for key, small in _SMALL.items()}
    best = max(counts, key=lambda key: counts[key])
    sure = counts[best] >= 5 and language in LANGUAGES
    if sure and counts[best] > 1.3 * counts[language]:
        return [Check("language", False, True,
                      f"This looks like {best!r}, but the letter should be in {language!r}.")]
    return [Check("language", True, True, f"Written in {language!r}.")]


def needs(facts: MessageFacts) -> list[Check]:
    """A reminder for each need of the party; it stops nothing."""
    failed = (Check("needs", False, False, f"{NEED_WORDS[need]}.")
              for need in Need if need in facts.needs)
    return passed_or(failed, "needs", "No special need is known.", blocking=False)


def contact(facts: MessageFacts) -> list[Check]:
    """Whether the party may be written to now; quiet hours may run over midnight."""
    if facts.do_not_contact:
        return [Check("contact", False, True, "The party asked not to be contacted.")]
    if _is_quiet(facts.local_time, facts.quiet_from, facts.quiet_to):
        return [Check("contact", False, True, "It is in the party's quiet hours; send from "
                                              f"{facts.quiet_to:%H:%M} on.")]
    return [Check("contact", True, True, "The party may be written to now.")]


def _is_quiet(now: time | None, begins: time | None, ends: time | None) -> bool:
    if now is None or begins is None or ends is None:
        return False
    if begins <= ends:
        return begins <= now < ends
    return now >= begins or now < ends
