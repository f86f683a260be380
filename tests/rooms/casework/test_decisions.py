"""Decisions: the policy's rows, what stops straight through, authority, and never paying twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.casework.claims import Kind, Need
from amends.casework.decisions import authority, may_approve, propose
from amends.casework.facts import CaseFacts
from amends.casework.findings import Cause, EvidenceLine, Finding, FindingKind
from amends.casework.net_position import balances, postings, sentence
from amends.casework.policy import DEFAULT, load
from amends.casework.remedies import (
    MovementState,
    PaidFact,
    Remedy,
    Route,
    by_route,
    guard,
    together,
)
from amends.casework.states import Outcome
from amends.casework.trace_shape import Position, Trace
from amends.money import Money
from amends.problems import AmendsError, BrokenPromise

POLICY = load()
AS_OF = date(2026, 11, 28)


def found(kind: FindingKind = FindingKind.SETTLED_TWICE, amount: int = 20000,
          confidence: float = 0.97, returned: tuple[PaidFact, ...] = ()) -> Finding:
    line = EvidenceLine("ab:1", "ab", 2, "Settled again", amount, "USD")
    return Finding(kind, "It happened.", confidence, (line,), amount, "USD",
                   Cause.PROCESSOR_DUPLICATE_SETTLEMENT, returned)


# finding, outcome, remedy, pays, may go straight through when small
RULINGS = [
    ("settled_twice", "upheld", "refund", True, True),
    ("captured_twice", "upheld", "refund", True, True),
    ("charged_more_than_order", "upheld", "refund", True, True),
    ("refund_not_sent", "upheld", "refund", True, True),
    ("refund_in_transit", "not_upheld", "none", False, True),
    ("refund_short", "upheld", "refund", True, True),
    ("payout_not_at_bank", "upheld", "final_credit", True, False),
    ("payout_in_transit", "not_upheld", "none", False, True),
    ("payout_short_at_bank", "upheld", "final_credit", True, True),
    ("payment_declined", "not_upheld", "none", False, True),
    ("authorization_hold", "not_upheld", "none", False, True),
    ("charged_after_cancellation", "upheld", "refund", True, True),
    ("fee_above_schedule", "upheld", "final_credit", True, True),
    ("already_charged_back", "not_upheld", "none", False, True),
    ("unauthorised_pattern", "upheld", "provisional_credit", True, False),
    ("chargeback_open", "referred", "representment", True, False),
    ("paid_in_full", "not_upheld", "none", False, True),
    ("payment_not_found", "referred", "none", False, False),
    ("booked_not_settled", "referred", "none", False, False),
]


@pytest.mark.parametrize(("kind", "outcome", "remedy", "pays", "straight"), RULINGS)
def test_the_policy_rules_each_finding(kind: str, outcome: str, remedy: str, pays: bool,
                                       straight: bool) -> None:
    """Outcome, remedy and amount follow the policy's row, and its version is kept."""
    proposal = propose(Kind.DOUBLE_CHARGE, [found(FindingKind(kind))], [], CaseFacts(), POLICY,
                       as_of=AS_OF)
    assert (proposal.outcome, proposal.remedy, proposal.straight_through) == (
        outcome, remedy, straight)
    assert proposal.amount_minor == (20000 if pays else 0)
    assert proposal.policy_version == "2026.11"


def test_the_table_above_names_every_finding() -> None:
    """A new kind of finding needs a row in the policy and here."""
    assert [row[0] for row in RULINGS] == list(POLICY.rulings)
    assert {row[0] for row in RULINGS} == set(FindingKind)


@pytest.mark.parametrize(("change", "said"), [
    ({"amount": 25001}, "The amount is above the limit for its currency."),
    ({"confidence": 0.94}, "The finding is 94% sure, 95% is asked."),
    ({"kind": Kind.UNAUTHORISED_TRANSACTION}, "Payment not authorised needs a person."),
    ({"kind": Kind.SCAM_PAYMENT}, "Sent money to a scammer needs a person."),
    ({"need": Need.BEREAVEMENT}, "Recently bereaved, never ask twice."),
    ({"need": Need.PRESS}, "Press: no comment by the desk."),
    ({"twice": True}, "There are 2 findings."),
    ({"paid": 1}, "Part of it was paid already."),
])
def test_what_stops_straight_through_is_said(change: dict[str, object], said: str) -> None:
    """Each limit of the policy stops alone, in words; without it the same case goes through."""
    finding = found(amount=int(str(change.get("amount", 25000))),
                    confidence=float(str(change.get("confidence", 0.95))))
    findings = [finding, finding] if change.get("twice") else [finding]
    needs = (Need(str(change["need"])),) if "need" in change else ()
    paid = [PaidFact(Route.GOODWILL, 1, "USD")] if "paid" in change else []
    kind = Kind(str(change.get("kind", Kind.DOUBLE_CHARGE)))
    proposal = propose(kind, findings, paid, CaseFacts(needs=needs), POLICY, as_of=AS_OF)
    assert (proposal.straight_through, proposal.stops) == (False, (said,))
    assert propose(Kind.DOUBLE_CHARGE, [found(amount=25000, confidence=0.95)], [], CaseFacts(),
                   POLICY, as_of=AS_OF).straight_through


def test_without_a_finding_the_case_is_referred() -> None:
    """Nothing is paid when no rule speaks."""
    proposal = propose(Kind.OTHER, [], [], CaseFacts(), POLICY, as_of=AS_OF)
    assert (proposal.outcome, proposal.remedy, proposal.amount_minor) == (
        Outcome.REFERRED, Remedy.NONE, 0)
    assert not proposal.straight_through


@pytest.mark.parametrize(("asked", "said"), [
    (20000, ()), (None, ()),
    (18000, ("180.00 USD was claimed; the evidence shows 200.00 USD.",)),
])
def test_a_claim_of_another_amount_is_said(asked: int | None, said: tuple[str, ...]) -> None:
    """The evidence decides the amount, and the reader learns that it is another."""
    facts = CaseFacts(claim_amount_minor=asked, currency="USD")
    proposal = propose(Kind.DOUBLE_CHARGE, [found()], [], facts, POLICY, as_of=AS_OF)
    assert (proposal.amount_minor, proposal.reasons[2:]) == (20000, said)


def test_a_policy_is_not_followed_before_its_day() -> None:
    """A decision keeps to a policy that was in force."""
    with pytest.raises(BrokenPromise):
        propose(Kind.OTHER, [], [], CaseFacts(), POLICY, as_of=date(2026, 10, 31))


def test_what_was_paid_by_another_route_is_not_paid_again() -> None:
    """200.00 owed, 150.00 paid as goodwill: 50.00 is left; nothing when all was paid."""
    paid = [PaidFact(Route.GOODWILL, 15000, "USD", key="g1")]
    proposal = propose(Kind.DOUBLE_CHARGE, [found()], paid, CaseFacts(), POLICY, as_of=AS_OF)
    assert (proposal.remedy, proposal.amount_minor) == (Remedy.REFUND, 5000)
    assert "150.00 USD of it was paid already and is not paid again." in proposal.reasons
    paid.append(PaidFact(Route.REFUND, 5000, "USD", key="r1", state=MovementState.UNKNOWN))
    proposal = propose(Kind.DOUBLE_CHARGE, [found()], paid, CaseFacts(), POLICY, as_of=AS_OF)
    assert (proposal.remedy, proposal.amount_minor) == (Remedy.NONE, 0)


@pytest.mark.parametrize(("facts", "expected"), [
    ([("refund", 100, "a"), ("refund", 100, "a")], 100),
    ([("refund", 100, "a"), ("refund", 100, "b")], 200),
    ([("provisional_credit", 100, "p"), ("provisional_credit", 100, "f", "p")], 100),
    ([("provisional_credit", 100, "p"), ("provisional_credit", 130, "f", "p")], 130),
    ([("provisional_credit", 100, "p"), ("provisional_credit", -100, "t")], 0),
    ([("provisional_credit", 100, "p"), ("provisional_credit", 100, "f", "p"),
      ("provisional_credit", 100, "g", "p")], 200),
    ([("provisional_credit", 100, "p"), ("provisional_credit", -100, "t"),
      ("provisional_credit", 100, "f", "p")], 100),
    ([("refund", 100, "a", "a")], 100),
    ([("chargeback", 70, ""), ("merchant_refund", 30, "")], 100),
])
def test_six_routes_are_counted_once_each(facts: list[tuple[str, int, str]],
                                          expected: int) -> None:
    """Retries, credits made final and credits taken back count what they moved."""
    paid = [PaidFact(Route(route), amount, "USD", key=key, makes_final=rest[0] if rest else "")
            for route, amount, key, *rest in facts]
    assert sum(by_route(paid).values()) == expected


def test_failed_and_cancelled_movements_paid_nothing() -> None:
    """Only what may still reach the customer counts."""
    paid = [PaidFact(Route.REFUND, 100, "USD", key=state, state=state) for state in MovementState]
    assert by_route(paid)[Route.REFUND] == 600


def test_making_a_provisional_credit_final_moves_nothing() -> None:
    """The whole claim was credited; making it final is allowed, a further credit is not."""
    paid = [PaidFact(Route.PROVISIONAL_CREDIT, 100, "USD", key="p")]
    assert guard(paid, 100, 100, makes_final="p").ok
    refused = guard(paid, 100, 100)
    assert (refused.ok, refused.paid_minor, refused.left_minor) == (False, 100, 0)
    assert refused.why == "This would pay twice: already paid by credit, provisional or final."


def test_only_a_shared_reference_makes_two_movements_one() -> None:
    """Our refund seen in a file is one refund; one of the same amount may be another."""
    ours = [PaidFact(Route.REFUND, 100, "USD", key="a", reference="re_1")]
    seen = [PaidFact(Route.MERCHANT_REFUND, 100, "USD", reference="re_1")]
    other = [PaidFact(Route.MERCHANT_REFUND, 100, "USD", reference="re_2")]
    assert len(together(ours, seen)) == 1
    assert len(together(ours, other)) == 2
    assert len(together(together(ours, other), other)) == 2


def test_what_a_file_showed_is_not_counted_again() -> None:
    """A fact read back from the case file, without key or reference, meets its twin once."""
    bare = PaidFact(Route.MERCHANT_REFUND, 100, "USD")
    seen = PaidFact(Route.MERCHANT_REFUND, 100, "USD", key="seen:ab:1", reference="arn 1")
    assert len(together([bare], [seen])) == 1
    assert len(together([bare], [seen, replace(seen, key="seen:ab:2", reference="")])) == 2


routes = st.builds(PaidFact, route=st.sampled_from(Route), amount_minor=st.integers(1, 10**6),
                   currency=st.just("USD"), key=st.sampled_from(["", "a", "b", "c"]),
                   makes_final=st.sampled_from(["", "a", "b"]),
                   state=st.sampled_from(MovementState))


@given(st.lists(routes, max_size=8), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_guard_never_lets_the_sum_pass_the_claim(
        paid: list[PaidFact], amount: int, claim: int) -> None:
    """If it agrees, what was paid and what is paid now stay within the claim together."""
    kept = guard(paid, amount, claim)
    assert not kept.ok or amount == 0 or kept.paid_minor + amount <= claim
    assert kept.ok or amount > 0


returns = st.builds(PaidFact, route=st.sampled_from([Route.MERCHANT_REFUND, Route.CHARGEBACK]),
                    amount_minor=st.integers(1, 10**6), currency=st.just("USD"),
                    reference=st.sampled_from(["", "re_1", "re_2"]))


@given(st.lists(routes, max_size=8), st.lists(returns, max_size=3), st.integers(1, 10**6))
def test_a_proposal_never_passes_the_claim(
        ours: list[PaidFact], seen: list[PaidFact], owed: int) -> None:
    """Proposing, paying and proposing again never pays more than the claim in sum."""
    finding = found(amount=owed, returned=tuple(seen))
    claim = owed + sum(fact.amount_minor for fact in seen)
    paid = list(ours)
    for turn in range(3):
        proposal = propose(Kind.DOUBLE_CHARGE, [finding], paid, CaseFacts(), POLICY, as_of=AS_OF)
        before = sum(max(minor, 0) for minor in by_route(together(paid, seen)).values())
        assert proposal.amount_minor == 0 or before + proposal.amount_minor <= claim
        assert turn == 0 or proposal.amount_minor == 0
        if proposal.amount_minor:
            paid.append(PaidFact(Route.REFUND, proposal.amount_minor, "USD", key=f"n-{turn}"))


@pytest.mark.parametrize(("role", "amount", "may", "approver"), [
    ("specialist", Money(25000, "USD"), True, ""),
    ("specialist", Money(25001, "USD"), False, "team_lead"),
    ("specialist", Money(250000, "SEK"), True, ""),
    ("specialist", Money(1, "BRL"), False, "team_lead"),
    ("team_lead", Money(500000, "EUR"), True, ""),
    ("team_lead", Money(500001, "EUR"), False, "team_lead"),
    ("analyst", Money(1, "EUR"), False, "team_lead"),
    ("auditor", Money(1, "EUR"), False, "team_lead"),
])
def test_authority_follows_role_and_amount(role: str, amount: Money, may: bool,
                                           approver: str) -> None:
    """Limits by role and currency; a role without a limit decides nothing that moves money."""
    decided = authority(POLICY, role, Remedy.REFUND, amount)
    assert (decided.may_decide, decided.approver_role) == (may, approver)
    assert decided.why.endswith(".")


def test_above_every_limit_a_condition_is_named() -> None:
    """The team lead still approves, and the case file needs the consent of finance."""
    decided = authority(POLICY, "specialist", Remedy.REFUND, Money(500001, "EUR"))
    assert (decided.approver_role, bool(decided.condition)) == ("team_lead", True)


def test_a_finding_that_needs_approval_needs_it_at_any_amount() -> None:
    """The payout that never arrived is approved by a second person, however small."""
    decided = authority(POLICY, "specialist", Remedy.FINAL_CREDIT, Money(1, "EUR"),
                        needs_approval=True)
    assert (decided.may_decide, decided.approver_role) == (False, "team_lead")


@pytest.mark.parametrize(("maker", "checker", "role", "minor", "ok"), [
    ("ana", "lea", "team_lead", 100000, True),
    ("lea", "lea", "team_lead", 100000, False),
    ("ana", "ben", "specialist", 100000, False),
    ("ana", "lea", "team_lead", 900000, True),
    ("ana", "max", "analyst", 100, False),
])
def test_the_checker_is_never_the_maker(maker: str, checker: str, role: str, minor: int,
                                        ok: bool) -> None:
    """Maker-checker by user id, and the checker's own limit holds."""
    checked = may_approve(POLICY, maker=maker, checker=checker, checker_role=role,
                          remedy=Remedy.REFUND, amount=Money(minor, "EUR"))
    assert checked.ok is ok


def test_an_unnamed_approval_is_a_broken_promise() -> None:
    """Nobody approves without a name."""
    with pytest.raises(BrokenPromise):
        may_approve(POLICY, maker="", checker="lea", checker_role="team_lead",
                    remedy=Remedy.REFUND, amount=Money(1, "EUR"))


@pytest.mark.parametrize(("before", "after", "said"), [
    ('remedy = "refund"', 'remedy = "gift"', "'gift' is not a valid Remedy"),
    ('pays = "owed"', 'pays = "all"', "neither owed nor nothing"),
    ('version = "2026.11"', "", "'version' is missing"),
    ("[findings.paid_in_full]", "[findings.paid_in_part]", "paid_in_part"),
    ('EUR = "250.00"', 'EUR = "250.001"', "finer than the minor unit"),
    ("[authority.team_lead]", "[authority.captain]", "team_lead"),
    ('title = "', 'title = ', "cannot be read"),
])
def test_a_wrong_policy_is_refused_with_its_reason(
        tmp_path: Path, before: str, after: str, said: str) -> None:
    """A policy that says too little or nonsense never decides."""
    text = DEFAULT.read_text(encoding="utf-8")
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(AmendsError, match=said.replace("(", "\\(").split("'")[-1] or said):
        load(path)


def test_a_policy_without_a_ruling_names_the_finding(tmp_path: Path) -> None:
    """Each finding that the policy forgets is a Problem of its own."""
    head, _, _ = DEFAULT.read_text(encoding="utf-8").partition("[findings.paid_in_full]")
    path = tmp_path / "policy.toml"
    path.write_text(head, encoding="utf-8")
    with pytest.raises(AmendsError) as refused:
        load(path)
    assert [problem.field for problem in refused.value.problems] == [
        "findings.paid_in_full", "findings.payment_not_found", "findings.booked_not_settled"]


TRACE = Trace("NW-1", currency="USD", positions=(
    Position("Customer", -41260), Position("Our bank account", 40033),
    Position("Processor, fees", 1227)))


def test_the_net_position_after_the_refund() -> None:
    """The customer is whole; we are down the second fee, which the processor holds."""
    made = postings(TRACE, (), Remedy.REFUND, 41260)
    assert balances(made) == {"Customer": 0, "Our bank account": -1227, "Processor, fees": 1227}
    assert sentence(made) == "After that our account is down 12.27 USD."


@given(st.lists(routes, max_size=6), st.sampled_from(Remedy), st.integers(0, 10**6))
def test_a_net_position_adds_up_to_zero(paid: list[PaidFact], remedy: Remedy,
                                        amount: int) -> None:
    """Whatever was paid and is proposed, each movement has two sides."""
    assert sum(balances(postings(TRACE, paid, remedy, amount)).values()) == 0
    assert sentence(postings(replace(TRACE, positions=()))) == ""
