"""What is owed and on hold, which evidence a dispute asks for, and which cases are alike."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.casework.claims import Need
from amends.casework.collections import Debt, Product, standing
from amends.casework.disputes import Ground, Stage, evidence_asked, ground, may_move, missing
from amends.casework.similar import CaseSketch, similar

AS_OF = date(2026, 11, 28)


def _debt(reference: str = "S-1", minor: int = 10000) -> Debt:
    return Debt(reference, minor, "USD", date(2026, 11, 20))


@pytest.mark.parametrize(("disputed", "on_hold", "collectable"), [
    ({}, 0, 15000), ({"S-1": 4000}, 4000, 11000), ({"S-1": 99999}, 10000, 5000),
    ({"S-2": 5000, "S-1": 10000}, 15000, 0), ({"S-9": 700}, 0, 15000), ({"S-1": -5}, 0, 15000),
])
def test_only_the_disputed_part_is_on_hold(disputed: dict[str, int], on_hold: int,
                                           collectable: int) -> None:
    """What is not disputed stays due, and no debt holds more than itself."""
    stand = standing([_debt(), _debt("S-2", 5000)], disputed, as_of=AS_OF, product=Product.CREDIT)
    assert (stand.on_hold_minor, stand.collectable_minor) == (on_hold, collectable)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**6)), max_size=6),
       st.dictionaries(st.sampled_from("abcd"), st.integers(-5, 10**7)))
def test_hold_and_collectable_make_the_debt(debts: list[tuple[str, int]],
                                            disputed: dict[str, int]) -> None:
    """Never negative, never more than is owed."""
    stand = standing([_debt(*debt) for debt in debts], disputed, as_of=AS_OF,
                     product=Product.OTHER)
    assert stand.on_hold_minor + stand.collectable_minor == stand.owed_minor
    assert all(0 <= held.on_hold_minor <= held.debt.amount_minor for held in stand.debts)


@pytest.mark.parametrize(("product", "third_party", "disputed", "cited"), [
    (Product.CREDIT, False, True,
     ["12 CFR 1026.13(d)(1)", "12 CFR 1026.13(d)(2), (3)", "12 CFR 1026.13(g)"]),
    (Product.CREDIT, False, False, []),
    (Product.OTHER, True, True,
     ["12 CFR 1006.38(d)(2)", "12 CFR 1006.14(b)(2)", "12 CFR 1006.6(b)"]),
    (Product.DEPOSIT, False, True, ["Amends policy, collections"]),
])
def test_duties_follow_the_rule_that_applies(product: Product, third_party: bool, disputed: bool,
                                             cited: list[str]) -> None:
    """Regulation Z for credit, Regulation F for collectors, good practice elsewhere."""
    stand = standing([_debt()], {"S-1": 100} if disputed else {}, as_of=AS_OF, product=product,
                     third_party_collector=third_party)
    assert [duty.citation for duty in stand.duties] == cited


def test_hardship_holds_collection() -> None:
    """A need is a duty, dispute or not."""
    stand = standing([_debt()], {}, as_of=AS_OF, product=Product.OTHER,
                     needs=[Need.FINANCIAL_HARDSHIP])
    assert [duty.citation for duty in stand.duties] == ["Amends policy, hardship"]
    assert stand.debts[0].overdue


@pytest.mark.parametrize(("scheme", "code", "about", "first"), [
    ("visa-dispute", "10.4", Ground.FRAUD, "authentication"),
    ("visa-dispute", "11.3", Ground.AUTHORISATION, "authorisation"),
    ("visa-dispute", "12.6.1", Ground.DUPLICATE, "both_orders"),
    ("visa-dispute", "13.1", Ground.NOT_RECEIVED, "delivery"),
    ("visa-dispute", "13.6", Ground.CREDIT_MISSING, "refund"),
    ("mastercard-dispute", "4837", Ground.FRAUD, "authentication"),
    ("mastercard-dispute", "4808", Ground.AUTHORISATION, "authorisation"),
    ("visa-dispute", "99", Ground.OTHER, "messages"),
])
def test_the_reason_decides_the_evidence(scheme: str, code: str, about: Ground,
                                         first: str) -> None:
    """The decisive piece comes first, and what is filed is no longer missing."""
    asked = evidence_asked(scheme, code)
    assert (ground(scheme, code), asked[0].key) == (about, first)
    assert asked[0] not in missing(asked, [first])
    assert missing(asked, [piece.key for piece in asked]) == ()


@pytest.mark.parametrize(("before", "after", "may"), [
    (Stage.CHARGEBACK, Stage.REPRESENTMENT, True), (Stage.CHARGEBACK, Stage.ARBITRATION, False),
    (Stage.REPRESENTMENT, Stage.PRE_ARBITRATION, True), (Stage.WON, Stage.CHARGEBACK, False),
    (Stage.PRE_ARBITRATION, Stage.ARBITRATION, True), (Stage.ACCEPTED, Stage.WON, False),
])
def test_a_dispute_moves_stage_by_stage(before: Stage, after: Stage, may: bool) -> None:
    """No stage is jumped, and what is closed stays closed."""
    assert may_move(before, after) is may


def test_alike_cases_are_ranked_with_their_reason() -> None:
    """Same payment before same party before same cause; strangers are left out."""
    case = CaseSketch("AM-1", AS_OF, party="delia", references=("NW-1",), kind="double_charge",
                      cause="checkout_retry", amount_minor=500, currency="USD")
    others = [
        case,
        CaseSketch("AM-2", AS_OF, party="someone", references=("nw 1",)),
        CaseSketch("AM-3", date(2024, 1, 1), party="delia"),
        CaseSketch("AM-4", AS_OF, cause="checkout_retry", kind="double_charge"),
        CaseSketch("AM-5", date(2026, 1, 1), cause="checkout_retry"),
        CaseSketch("AM-6", AS_OF, kind="double_charge"),
    ]
    assert [(one.number, one.why) for one in similar(case, others)] == [
        ("AM-2", "The same payment"), ("AM-4", "The same cause, the same kind of claim"),
        ("AM-3", "The same party")]
