"""Escalations come in by form and by file: classified, with clocks, joined, safe to repeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from amends.casework.escalations import EscalationFacts
from amends.clocks.regimes import REGIMES
from amends.desk.access import Actor
from amends.desk.actions.bulk_intake import BulkResult, bulk_intake
from amends.desk.actions.cases import Opened, open_case
from amends.desk.models import Case, Clock, Escalation, Event, Job, Party, Role, Team, User
from moments import NOW

pytestmark = pytest.mark.django_db
TWICE = "I was charged twice for order NW-7741-2093, 412.60 dollars each. Give one back please."


@pytest.fixture
def handed_up(people: dict[str, User]) -> Callable[..., Opened]:
    """What becomes of one escalation, handed up by a specialist unless ``by`` says another role."""

    def hand_up(text: str = TWICE, *, by: str = "specialist", **facts: Any) -> Opened:
        given = {"received_at": NOW, "party_email": "delia@marsh.example",
                 "party_name": "Delia Marsh", "country": "US", **facts}
        return open_case(actor=Actor.person(people[by]), now=NOW,
                         escalation=EscalationFacts(text=text, **given))

    return hand_up


def test_the_form_opens_a_case_and_shows_it(at_desk, people) -> None:
    """Words, money and the day that the customer told; the case page comes next."""
    answer = at_desk("specialist").post("/intake", {
        "text": TWICE, "party_name": "Delia Marsh", "party_email": "Delia@Marsh.example",
        "party_kind": "consumer", "country": "us", "amount": "412,60", "currency": "usd",
        "channel": "chat", "told_on": "2026-11-20", "external_ticket": "HD-1",
    })
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.number}"
    assert (case.kind, case.reference) == ("double_charge", "NW-7741-2093")
    assert (case.at_stake_minor, case.currency) == (41260, "USD")
    assert case.party.email == "delia@marsh.example"
    clock = case.clocks.get(regime="us-reg-e", name="initial_decision_due")
    assert (clock.starts_on, clock.due_on) == (date(2026, 11, 20), date(2026, 12, 7))
    assert Job.objects.filter(kind="investigate").count() == 1


def test_an_agent_is_led_to_what_they_handed_up(at_desk, people) -> None:
    """They see number and state of the case, and nothing of its inside."""
    client = at_desk("agent")
    answer = client.post("/intake", {"text": TWICE, "party_name": "Delia", "party_kind": "consumer",
                                     "channel": "phone", "promised": "Money by Friday"})
    assert answer["Location"] == "/handed-up"
    page = client.get("/handed-up").content.decode()
    assert "AM-000001" in page
    assert "Money by Friday" in page
    assert "Delia" not in page
    assert Escalation.objects.get().agent == people["agent"]


@pytest.mark.parametrize(("field", "value"), [
    ("text", ""), ("text", "\x00"), ("country", "USA"), ("amount", "12.345"), ("amount", "-5"),
    ("amount", "lots"), ("currency", "XQX"), ("party_email", "nobody"), ("kind", "magic"),
    ("told_on", "soon"), ("told_on", "2031-01-01"), ("channel", "pigeon"),
])
def test_the_form_says_what_is_wrong_and_loses_nothing(at_desk, field: str, value: str) -> None:
    """422, the field is said, and no case is there."""
    given = {"text": TWICE, "party_name": "Delia", "party_kind": "consumer", "channel": "form",
             "amount": "5", "currency": "USD", "told_on": "", field: value}
    answer = at_desk("specialist").post("/intake", given)
    assert answer.status_code == 422
    assert Case.objects.count() == 0


def test_an_amount_without_its_currency_is_asked_about(at_desk) -> None:
    """A sum of nothing is no sum."""
    answer = at_desk("specialist").post("/intake", {
        "text": TWICE, "party_name": "D", "party_kind": "consumer", "channel": "form",
        "amount": "5"})
    assert answer.status_code == 422
    assert "Say in which currency" in answer.content.decode()


@pytest.mark.parametrize(("text", "given", "expected"), [
    (TWICE, {}, ("NW-7741-2093", 41260, "USD")),
    (TWICE, {"amount_minor": 100, "currency": "EUR"}, ("NW-7741-2093", 100, "EUR")),
    (TWICE, {"reference": "NW-1"}, ("NW-1", 41260, "USD")),
    (TWICE, {"currency": "EUR"}, ("NW-7741-2093", None, "EUR")),
    ("Payout PO-2291 of 1.200,00 EUR has not reached my bank, order NW-5 was in it.",
     {"party_kind": "merchant"}, ("PO-2291", 120000, "EUR")),
    ("Something is wrong with my payment.", {}, ("", None, "")),
])
def test_what_the_caller_says_wins_and_the_text_fills_the_rest(
    handed_up, text: str, given: dict[str, Any], expected: tuple[str, int | None, str]
) -> None:
    """Reference and amount of the claim, from the caller or else from the words."""
    claim = handed_up(text, **given).case.claims.get()
    assert (claim.reference, claim.amount_minor, claim.currency) == expected


FACTS: dict[str, dict[str, Any]] = {
    "us-reg-e": {"notice_received": "2026-11-20"},
    "us-reg-e-liability": {"learned_of_loss": "2026-11-18", "statement_sent": "2026-11-01"},
    "us-reg-z-billing-error": {"notice_received": "2026-11-20", "cycle_close_dates": [
        "2026-11-30", "2026-12-31", "2027-01-31"]},
    "us-remittance": {"availability_date": "2026-11-02", "notice_received": "2026-11-20"},
    "us-cfpb-portal": {"sent_to_company": "2026-11-20"},
    "us-reg-f": {"initial_communication": "2026-11-20"},
    "us-nacha": {"settlement_date": "2026-11-20", "return_code": "R10"},
    "us-ucc-4a": {"notification_received": "2026-11-20"},
    "uk-disp": {"complaint_received": "2026-11-20", "complaint_type": "psd"},
    "uk-psr": {"psp_aware": "2026-11-20", "debit_date": "2026-11-18"},
    "uk-app-fraud": {"claim_reported": "2026-11-20"},
    "eu-psd2": {"psp_aware": "2026-11-20", "complaint_received": "2026-11-20"},
    "sepa-dd": {"debit_date": "2026-11-02", "scheme": "core", "authorised": True},
    "visa": {"reason_code": "13.1", "processing_date": "2026-11-02"},
    "mastercard": {"reason_code": "4853", "settlement_date": "2026-11-02"},
    "amex": {"dispute_notice_date": "2026-11-20"},
    "gdpr-dsar": {"request_received": "2026-11-20", "calendar": "uk-eng"},
    "record-retention": {"rule": "reg-e", "event_date": "2026-11-20"},
}


def test_every_rule_book_starts_its_clocks_and_explains_each(handed_up) -> None:
    """All of them on one case: every clock is kept, dated or not, with rule, citation and words."""
    assert set(FACTS) == set(REGIMES)
    done = handed_up(facts=[{"regime": r, "facts": f} for r, f in FACTS.items()])
    assert done.problems == ()
    assert done.case.regimes == sorted(REGIMES)
    for key, book in REGIMES.items():
        clocks = list(done.case.clocks.filter(regime=key))
        assert {clock.name for clock in clocks} == set(book.names)
        assert any(clock.due_on for clock in clocks), key
        for clock in clocks:
            assert clock.explanation["citation"], clock
            assert clock.explanation["counted"], clock
            assert clock.facts == FACTS[key]


@pytest.mark.parametrize(("text", "given", "regimes"), [
    (TWICE, {"country": "US"}, ["us-reg-e"]),
    (TWICE, {"country": "US", "party_kind": "merchant"}, []),
    (TWICE, {"country": ""}, []),
    ("Somebody used my card, I did not authorise this payment.", {"country": "GB"}, ["uk-psr"]),
    ("Somebody used my card, I did not authorise this payment.", {"country": "FR"}, ["eu-psd2"]),
    (f"{TWICE} I want to make a formal complaint.", {"country": "GB"}, ["uk-disp"]),
])
def test_the_rule_books_that_plainly_apply_start_without_facts(
    handed_up, text: str, given: dict[str, str], regimes: list[str]
) -> None:
    """By country, kind and complaint; consumers only."""
    case = handed_up(text, **given).case
    assert case.regimes == regimes
    if regimes:
        assert case.clocks.filter(regime=regimes[0], due_on__isnull=False).exists()


def test_a_complaint_without_its_type_has_no_date_and_says_why(handed_up) -> None:
    """DISP counts in two ways; nothing is guessed."""
    facts = [{"regime": "uk-disp", "facts": {"complaint_received": "2026-11-20"}}]
    case = handed_up(country="GB", facts=facts).case
    clock = case.clocks.get(regime="uk-disp", name="final_response_due")
    assert clock.due_on is None
    assert "complaint_type" in clock.explanation["counted"]


@pytest.mark.parametrize(("zone", "received", "day"), [
    ("Europe/London", datetime(2026, 11, 20, 23, 30, tzinfo=UTC), date(2026, 11, 20)),
    ("Europe/Berlin", datetime(2026, 11, 20, 23, 30, tzinfo=UTC), date(2026, 11, 21)),
    ("America/New_York", datetime(2026, 11, 21, 2, 0, tzinfo=UTC), date(2026, 11, 20)),
])
def test_the_day_is_the_desks_own(
    handed_up, settings, zone: str, received: datetime, day: date
) -> None:
    """A notice at night is of the day that the desk's calendar shows, not of UTC's."""
    settings.TIME_ZONE = zone
    case = handed_up(received_at=received).case
    assert case.clocks.get(name="initial_decision_due").starts_on == day
    assert case.clocks.get(name="first_reply").starts_on == day


def test_the_same_external_id_changes_nothing(handed_up) -> None:
    """Not even with other words."""
    first = handed_up(external_id="HD-1").case
    before = (Event.objects.count(), Case.objects.get().touched_at)
    again = handed_up("Other words", external_id="HD-1", party_email="x@y.example")
    assert (again.how, again.case) == ("known", first)
    assert (Event.objects.count(), Case.objects.get().touched_at) == before
    assert Party.objects.count() == 1


def test_a_second_escalation_joins_the_open_case_and_widens_it(handed_up) -> None:
    """Same party and payment: needs, complaint, severity and restriction grow, clocks are added."""
    case = handed_up(country="GB").case
    assert case.regimes == []
    joined = handed_up(
        "This is a formal complaint about order NW-7741-2093. My husband hits me and controls my "
        "account, I am scared he sees this.", party_email="DELIA@marsh.example", country="GB",
        reference="nw-7741-2093",
    )
    case.refresh_from_db()
    assert (joined.how, joined.case.pk) == ("joined", case.pk)
    assert case.escalations.count() == 2
    assert case.complaint and case.restricted
    assert "domestic_abuse" in case.needs
    assert case.severity == 4
    assert case.regimes == ["uk-disp"]


def test_a_later_notice_moves_no_clock_that_runs(handed_up) -> None:
    """The first notice counts; a second one only adds facts that were not known."""
    case = handed_up(received_at=NOW - timedelta(days=6)).case
    due = case.clocks.get(name="initial_decision_due").due_on
    handed_up(facts=[{"regime": "us-reg-e", "facts": {
        "notice_received": "2026-11-23", "first_deposit_date": "2026-11-10",
        "transfer_date": "2026-11-12"}}])
    clock = case.clocks.get(name="initial_decision_due")
    assert clock.facts["notice_received"] == "2026-11-17"
    assert clock.facts["first_deposit_date"] == "2026-11-10"
    assert clock.due_on > due  # a new account has twenty business days


@pytest.mark.parametrize("change", [
    {"party_email": "other@marsh.example"}, {"party_email": ""}, {"reference": "NW-OTHER"},
])
def test_another_party_or_payment_is_another_case(handed_up, change: dict[str, str]) -> None:
    """Nothing joins by likeness."""
    handed_up(reference="NW-1")
    assert handed_up(**{"reference": "NW-1", **change}).how == "opened"


def test_a_closed_case_is_not_joined(handed_up) -> None:
    """A new escalation about it is a new case; the old one stands."""
    case = handed_up().case
    Case.objects.filter(pk=case.pk).update(state="closed", outcome="upheld")
    assert handed_up().how == "opened"


def test_a_party_is_known_again_and_what_was_unknown_is_filled(handed_up) -> None:
    """By address; a country once known is not overwritten, and nobody verified the address."""
    handed_up(reference="NW-1", country="")
    handed_up(reference="NW-2", country="GB")
    handed_up(reference="NW-3", country="FR")
    party = Party.objects.get()
    assert (party.country, party.email_verified) == ("GB", False)


@pytest.mark.parametrize("text", [
    "My husband hits me and controls my account; he must not see this letter.",
    "I do not want to live any more because of this charge. I will end my life.",
])
def test_needs_that_endanger_a_person_restrict_the_case(handed_up, at_desk, text: str) -> None:
    """Only owner, leads and auditors open it; whoever handed it up is led back to the caseload."""
    case = handed_up(text).case
    assert case.restricted
    assert at_desk("specialist").get(f"/cases/{case.number}").status_code == 404
    assert at_desk("team_lead").get(f"/cases/{case.number}").status_code == 200
    answer = at_desk("specialist").post("/intake", {
        "text": text, "party_name": "D", "party_kind": "consumer", "channel": "form"})
    assert answer["Location"] == "/cases"


def test_the_case_goes_to_the_team_of_whoever_handed_it_up(handed_up, people) -> None:
    """The agent's team, else the caller's, never just the first."""
    second = Team.objects.create(name="A second team")
    User.objects.filter(pk=people["agent"].pk).update(team=second)
    assert handed_up(agent_email="agent@northwind.example").case.team == second
    people["team_lead"].team = second
    assert handed_up(by="team_lead", reference="NW-8").case.team == second


CSV = """external_id,text,party_email,country,order_reference,amount,currency,received_at,facts
E-1,"Charged twice, again",a@x.example,US,NW-1,12.60,USD,2026-11-20T09:00:00Z,
E-2,No currency,b@x.example,GB,NW-2,5.00,,,
E-3,Bad amount,c@x.example,GB,NW-3,5.001,GBP,,
E-4,Bad day,d@x.example,GB,NW-4,,,yesterday,
E-5,,e@x.example,GB,NW-5,,,,
E-6,Bad country,f@x.example,Britain,NW-6,,,,
E-7,Bad facts,g@x.example,GB,NW-7,,,,{
E-8,"Two
lines",h@x.example,GB,NW-8,1200,JPY,,
E-9,Too many,fields,x,y,z,1,2,3,4
E-10,Same payment,a@x.example,US,NW-1,,,,
E-1,Known,a@x.example,US,NW-1,,,,
"""


def read(people: dict[str, User], text: str, **options: Any) -> BulkResult:
    """The result of handing up a file."""
    return bulk_intake(actor=Actor.person(people["specialist"]), now=NOW, name="many.csv",
                       file=StringIO(text, newline=""), **options)


def test_good_rows_are_kept_and_bad_ones_named(people) -> None:
    """Each Problem has the file, the line the row begins on, and the field."""
    result = read(people, CSV)
    assert result.counts == {"opened": 2, "joined": 1, "known": 1, "refused": 7}
    assert all(problem.file == "many.csv" and problem.hint for problem in result.problems)
    assert [(p.line, p.field) for p in result.problems] == [
        (3, "currency"), (4, "amount"), (5, "received_at"), (6, "text"), (7, "country"),
        (8, "facts"), (11, None),
    ]
    assert Escalation.objects.get(external_id="E-8").text == "Two\nlines"
    assert Case.objects.get(reference="NW-8").at_stake_minor == 1200


def test_the_same_file_twice_changes_nothing(people) -> None:
    """Every good row is known then."""
    read(people, CSV)
    events = Event.objects.count()
    assert read(people, CSV).counts == {"known": 4, "refused": 7}
    assert Event.objects.count() == events


@pytest.mark.parametrize("text", [
    "external_id;text\nE-1;Charged, twice\n",
    "\ufeffexternal_id,text\r\nE-1,\"Charged, twice\"\r\n",
    " external_id , text \n\n,\nE-1,\"Charged, twice\"\n",
])
def test_semicolons_marks_and_blank_lines_are_read(people, text: str) -> None:
    """As spreadsheets write them."""
    assert read(people, text).counts == {"opened": 1}
    assert Escalation.objects.get().text == "Charged, twice"


def test_a_file_that_goes_on_too_long_is_read_as_far_as_promised(people) -> None:
    """And says where it stopped."""
    rows = "".join(f"E-{n},Charged twice\n" for n in range(5))
    result = read(people, f"external_id,text\n{rows}", rows_at_most=3)
    assert result.counts["opened"] == 3
    assert [(p.line, p.what) for p in result.problems] == [(5, "Only the first 3 rows were read.")]


def test_history_opens_each_case_when_it_was_received(people) -> None:
    """So that a sample company has a past."""
    read(people, CSV, history=True)
    event = Event.objects.get(kind="escalation_opened", case__reference="NW-1")
    assert event.at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_facts_of_a_row_start_its_clocks(people) -> None:
    """The JSON of the column, as in the API."""
    facts = json.dumps([{"regime": "us-reg-e", "facts": {"notice_received": "2026-11-20"}}])
    quoted = facts.replace('"', '""')
    read(people, f'external_id,text,facts\nE-1,Charged twice,"{quoted}"\n')
    assert Clock.objects.get(name="initial_decision_due").due_on == date(2026, 12, 7)


@pytest.mark.parametrize(("content", "words"), [
    (b"text\nhello\n", "no column external_id"),
    (b"", "no column external_id, text"),
    ("external_id,text\nE-1,caf\xe9\n".encode("latin-1"), "not UTF-8"),
    (b"\xff\xfee\x00x\x00", "not UTF-8"),
])
def test_a_file_that_is_none_is_refused_whole(at_desk, content: bytes, words: str) -> None:
    """Nothing is opened, and the page says what to do."""
    answer = at_desk("specialist").post(
        "/intake/bulk", {"file": SimpleUploadedFile("many.csv", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Case.objects.count() == 0


def test_the_page_of_many_says_what_became_of_them(at_desk) -> None:
    """Counts, and each refusal with its line."""
    answer = at_desk("specialist").post(
        "/intake/bulk", {"file": SimpleUploadedFile("many.csv", CSV.encode())})
    page = answer.content.decode()
    assert "2 opened, 1 joined" in page
    assert "Line 3, currency" in page
    assert at_desk("specialist").post("/intake/bulk").status_code == 422


def test_an_escalation_by_somebody_of_no_team_finds_one(handed_up) -> None:
    """The first team, and one is made where there is none."""
    actor = Actor("import")
    done = open_case(actor=actor, now=NOW, escalation=EscalationFacts(text="x", received_at=NOW))
    assert done.case.team == Team.objects.get()
    assert User.objects.filter(role=Role.AGENT).count() == 1
