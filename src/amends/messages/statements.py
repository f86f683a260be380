"""What a letter must say under a rule book: each statement with its citation and its detector.

The sentence of a statement is in ``templates/<language>/statements.txt``. The detector finds the
statement in a draft that a person wrote or changed, in any of the languages: some paragraph must
hold all its ideas, and none may take them back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from amends.messages.facts import MessageFacts
from amends.messages.situations import Situation
from amends.messages.wording import find_amounts, find_dates

Detector = Callable[[str, MessageFacts], bool]


@dataclass(frozen=True, slots=True)
class Statement:
    """One required statement; ``present(text, facts)`` tells whether a draft makes it."""

    key: str
    title: str
    citation: str
    present: Detector


def _says(*ideas: str, never: str = "") -> Detector:
    """Some paragraph holds every idea, and not ``never``."""
    patterns = [re.compile(idea, re.IGNORECASE) for idea in ideas]
    denied = re.compile(never, re.IGNORECASE) if never else None

    def present(text: str, facts: MessageFacts) -> bool:
        return any(all(pattern.search(paragraph) for pattern in patterns)
                   and not (denied and denied.search(paragraph))
                   for paragraph in re.split(r"\n\s*\n", text))

    return present


def _names_case(text: str, facts: MessageFacts) -> bool:
    return facts.case_number in text


def _names_amount(text: str, facts: MessageFacts) -> bool:
    return facts.amount is not None and any(
        found.is_one_of((facts.amount,)) for found in find_amounts(text))


def _names_date(name: str) -> Detector:
    def present(text: str, facts: MessageFacts) -> bool:
        day = facts.dates.get(name)
        return day is not None and any(found.is_one_of((day,)) for found in find_dates(text))

    return present


def _time_limits(text: str, facts: MessageFacts) -> bool:
    """Fifteen and 35 business days for payment services and e-money, eight weeks for the rest."""
    if facts.complaint_type in ("psd", "emd"):
        return _says(r"\b(15|fifteen)\b", r"\b(35|thirty-five)\b",
                     r"(business|working) days")(text, facts)
    return _says(r"\b(8|eight) weeks\b")(text, facts)


_DENIED = r"\b(no right|not entitled|cannot|can't|may not|must not)\b"
_S = Statement
CASE = _S("case_number", "The case number", "House rule", _names_case)
AMOUNT = _S("amount", "The amount", "House rule", _names_amount)
CREDIT_AMOUNT = _S("credit_amount", "Amount of the credit", "12 CFR 1005.11(c)(2)(ii)",
                   _names_amount)
CREDIT_DATE = _S("credit_date", "Date of the credit", "12 CFR 1005.11(c)(2)(ii)",
                 _names_date("credit_on"))
FULL_USE = _S("full_use", "Full use of the money", "12 CFR 1005.11(c)(2)(ii)", _says(
    r"full use|use (all of )?(it|the money|this money)|uso (pleno|completo)|voll nutzen|"
    r"uneingeschränkt", never=_DENIED))
DEBIT_DATE = _S("debit_date", "Date and amount of the debit", "12 CFR 1005.11(d)(2)(i)",
                _names_date("debit_on"))
HONOUR = _S("honour_items", "Honouring items for five business days", "12 CFR 1005.11(d)(2)(ii)",
            _says(r"\b(5|five) business days\b", r"\b(honou?r|pay)\b", r"overdraft|charge|fee",
                  never=r"\b(will not|won't) (honou?r|pay)\b"))
DOCUMENTS = _S("right_to_documents", "Right to the documents", "12 CFR 1005.11(d)(1)", _says(
    r"document|unterlagen|dokument", r"\b(ask|asking|request|copy|copies|kopien?|copies|copias?|"
    r"kopie|demander|pedir|anfordern|poprosić)\b", never=_DENIED))
EXPLANATION = _S("explanation", "Written explanation", "12 CFR 1005.11(d)(1)", _says(
    r"because|reason|found|checked|geprüft|grund|weil|vérifié|raison|parce|comprobado|motivo|"
    r"porque|sprawdzi|pow[oó]d|ponieważ"))
CREDIT_FINAL = _S("credit_final", "The credit is final", "12 CFR 1005.11(c)(2)(iv)", _says(
    r"\b(final|permanent|yours to keep|endgültig|définitif|definitivo|ostateczn\w*)\b",
    never=r"\bnot (yet )?final\b"))
TIME_LIMITS = _S("time_limits", "Time limits for the answer", "FCA DISP 1.6.1R", _time_limits)
OMBUDSMAN = _S("ombudsman", "Right to go to the ombudsman", "FCA DISP 1.6.2R",
               _says(r"financial ombudsman",
                     never=r"(cannot|can't|may not|no right to) (go|refer|contact|ask)"))
SITE = _S("ombudsman_site", "Website of the ombudsman", "FCA DISP 1.6.2R",
          _says(r"financial-ombudsman\.org\.uk"))
SIX_MONTHS = _S("six_months", "Six months to refer", "FCA DISP 1.6.2R, 2.8.2R",
                _says(r"\b(6|six) months\b", r"ombudsman"))
LEAFLET = _S("leaflet", "The ombudsman's leaflet", "FCA DISP 1.6.2R", _says(r"leaflet"))
DELAY = _S("delay_reasons", "Reasons for the delay", "FCA DISP 1.6.2AR(2); art 101(2) PSD2",
           _says(r"because|reason|grund|weil|raison|parce|motivo|porque|pow[oó]d|ponieważ"))
FINAL_DATE = _S("final_date", "Date of the final answer", "FCA DISP 1.6.2AR(2); art 101(2) PSD2",
                _names_date("final_by"))
COMPLAINT_BODY = _S("complaint_body", "The body for complaints out of court", "art 101(3) PSD2",
                    lambda text, facts: bool(facts.complaint_body)
                    and facts.complaint_body in text)
WHY_HELD = _S("why_held", "Why the payment is held", "reg 86(2C) PSRs 2017", _says(
    r"because|reason|check|grund|weil|prüf|raison|parce|vérif|motivo|porque|comprob|pow[oó]d|sprawdz"))

_ERROR_RULES = ("us-reg-e", "us-reg-z-billing-error", "us-remittance")
# (situation, rule books of which one applies, or none for always) -> what must be said.
_REQUIRED: tuple[tuple[Situation, tuple[str, ...], tuple[Statement, ...]], ...] = (
    (Situation.ACKNOWLEDGEMENT_COMPLAINT, ("uk-disp",), (TIME_LIMITS, OMBUDSMAN)),
    (Situation.PROVISIONAL_CREDIT_GRANTED, (), (AMOUNT,)),
    (Situation.PROVISIONAL_CREDIT_GRANTED, ("us-reg-e",), (CREDIT_AMOUNT, CREDIT_DATE, FULL_USE)),
    (Situation.PROVISIONAL_CREDIT_REVERSED, (), (AMOUNT,)),
    (Situation.PROVISIONAL_CREDIT_REVERSED, ("us-reg-e",),
     (DEBIT_DATE, HONOUR, EXPLANATION, DOCUMENTS)),
    (Situation.ERROR_FOUND_REFUND, (), (AMOUNT,)),
    (Situation.ERROR_FOUND_CREDIT, (), (AMOUNT,)),
    (Situation.ERROR_FOUND_CREDIT, ("us-reg-e",), (CREDIT_FINAL,)),
    (Situation.PARTLY_UPHELD, (), (AMOUNT,)),
    (Situation.PARTLY_UPHELD, _ERROR_RULES, (EXPLANATION, DOCUMENTS)),
    (Situation.NO_ERROR_FOUND, _ERROR_RULES, (EXPLANATION, DOCUMENTS)),
    (Situation.HOLD_EXPLAINED, ("uk-psr",), (WHY_HELD,)),
    (Situation.HOLDING_RESPONSE, (), (DELAY, FINAL_DATE)),
    (Situation.HOLDING_RESPONSE, ("uk-disp",), (OMBUDSMAN,)),
    (Situation.FINAL_RESPONSE_COMPLAINT, (), (EXPLANATION,)),
    (Situation.FINAL_RESPONSE_COMPLAINT, ("uk-disp",), (OMBUDSMAN, SITE, SIX_MONTHS, LEAFLET)),
    (Situation.FINAL_RESPONSE_COMPLAINT, ("eu-psd2",), (COMPLAINT_BODY,)),
    (Situation.PAYOUT_RESENT, (), (AMOUNT,)),
)


def required(situation: str, regimes: Collection[str]) -> tuple[Statement, ...]:
    """What a letter in ``situation`` must say under ``regimes``, in the order of the letter."""
    found = [CASE] if situation else []
    for here, rule_books, statements in _REQUIRED:
        if here == situation and (not rule_books or set(rule_books) & set(regimes)):
            found += [statement for statement in statements if statement not in found]
    return tuple(found)
