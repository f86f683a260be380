"""The API over HTTP: who may call, what is refused and how, and that a repeat changes nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks

from amends.desk.access import Actor
from amends.desk.actions.people import make_api_key, revoke_api_key
from amends.desk.api.door import api
from amends.desk.models import Case, Escalation, Event, Role, Team, User
from house.tree import ROOT
from moments import NOW

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
BODY = {
    "text": "I was charged twice for one table.", "external_id": "HD-1", "party_name": "Delia",
    "party_email": "delia@marsh.example", "country": "US", "reference": "NW-7741-2093",
    "amount": {"minor": 41260, "currency": "USD"},
}


class Program:
    """A program with a key: ``get`` and ``post`` as it would call."""

    def __init__(self, user: User) -> None:
        actor = Actor("test")
        self.key, self.secret = make_api_key(actor=actor, now=NOW, name="Helpdesk", user=user)
        self.headers = {"Authorization": f"Bearer {self.secret}"}
        self.client = Client(raise_request_exception=False)

    def get(self, address: str) -> Any:
        """The answer to GET."""
        return self.client.get(f"/api/v1/{address}", headers=self.headers)

    def post(self, body: Any, key: str = "k-1") -> Any:
        """The answer to an escalation handed up under an idempotency key; bytes go as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post("/api/v1/escalations", data, content_type="application/json",
                                headers=self.headers | ({"Idempotency-Key": key} if key else {}))


@pytest.fixture
def program(people: dict[str, User]) -> Callable[[str], Program]:
    """A program that acts as the person of a role."""
    return lambda role="specialist": Program(people[role])


def refused(answer: Any, status: int, word: str = "") -> dict[str, Any]:
    """The problem document of a refusal, which names ``word``."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    document = answer.json()
    assert document["status"] == status
    assert word in answer.content.decode()
    return dict(document)


def test_a_stranger_gets_no_further_than_the_door(program) -> None:
    """No key, another scheme, a wrong key and an ended key are 401, and say how to call."""
    caller = program()
    revoke_api_key(actor=Actor("test"), now=NOW, key=caller.key)
    wrong = ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer amends_wrong"},
             {"Authorization": "Bearer"}, caller.headers)
    for headers in wrong:
        answer = Client().get("/api/v1/cases", headers=headers)
        refused(answer, 401, "Authorization: Bearer KEY")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_the_key_of_a_person_who_left_no_longer_works(program, people) -> None:
    """A key lives no longer than its person's account."""
    caller = program()
    User.objects.filter(pk=people["specialist"].pk).update(is_active=False)
    refused(caller.get("cases"), 401)


@pytest.mark.parametrize(("role", "may_hand_up", "may_read"), [
    ("specialist", True, True), ("team_lead", True, True), ("agent", True, False),
    ("analyst", False, False),
])
def test_a_key_may_what_its_role_may(
    program, opened, role: str, may_hand_up: bool, may_read: bool
) -> None:
    """Handing up and reading are refused with 403 where the role does not have them."""
    case, caller = opened(reference="NW-1"), program(role)
    assert (caller.post(BODY).status_code == 403) is not may_hand_up
    for address in ("cases", f"cases/{case.number}"):
        answer = caller.get(address)
        if may_read:
            assert answer.status_code == 200
        else:
            refused(answer, 403, "Your role does not let you see cases")


def test_a_role_that_lost_the_api_is_told_so(program, people) -> None:
    """A key made before its person became an auditor is known, and refused."""
    caller = program()
    User.objects.filter(pk=people["specialist"].pk).update(role=Role.AUDITOR)
    refused(caller.get("cases"), 403, "use the API")


def test_an_escalation_becomes_a_case(program) -> None:
    """201 with the case, its money as given, and clocks that are explained."""
    caller = program()
    answer = caller.post(BODY)
    assert answer.status_code == 201
    case = answer.json()["case"]
    assert answer.json()["how"] == "opened"
    assert case["at_stake"] == {"minor": 41260, "currency": "USD"}
    full = caller.get(f"cases/{case['number']}").json()
    due = {clock["name"]: clock for clock in full["clocks"]}
    assert due["initial_decision_due"]["explain"]["citation"].startswith("12 CFR 1005.11")
    assert full["next_due_at"]


def test_the_same_request_twice_gives_the_same_answer(program) -> None:
    """Same key, same body: the kept answer, and no second case or event."""
    caller = program()
    first = caller.post(BODY)
    events = Event.objects.count()
    second = caller.post(BODY)
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert (Case.objects.count(), Event.objects.count()) == (1, events)


def test_a_key_used_with_another_body_is_a_conflict(program) -> None:
    """409, and nothing is opened."""
    caller = program()
    caller.post(BODY)
    refused(caller.post(BODY | {"text": "Another"}), 409, "Idempotency-Key")
    assert Escalation.objects.count() == 1


def test_idempotency_keys_of_two_programs_do_not_meet(program) -> None:
    """Each key has its own answers."""
    program().post(BODY)
    other = program("team_lead").post(BODY | {"external_id": "HD-2"})
    assert other.status_code == 200
    assert other.json()["how"] == "joined"


def test_the_same_escalation_under_a_new_key_is_known(program) -> None:
    """200, ``known``, and nothing changes."""
    caller = program()
    caller.post(BODY)
    events = Event.objects.count()
    answer = caller.post(BODY, key="k-2")
    assert (answer.status_code, answer.json()["how"]) == (200, "known")
    assert (Escalation.objects.count(), Event.objects.count()) == (1, events)


@pytest.mark.parametrize("key", ["", " ", "x" * 121, "schlüssel"])
def test_an_idempotency_key_is_required_and_plain(program, key: str) -> None:
    """Without one, or with one that is no plain word, nothing is done."""
    refused(program().post(BODY, key=key), 422, "Idempotency-Key")
    assert Case.objects.count() == 0


LONG = "x" * 20_001


@pytest.mark.parametrize(("change", "field"), [
    ({"colour": "red"}, "colour"),
    ({"text": ""}, "text"), ({"text": " \n"}, "text"), ({"text": LONG}, "text"),
    ({"text": None}, "text"), ({"text": 5}, "text"), ({"text": "\x00"}, "text"),
    ({"amount": {"minor": 412.6, "currency": "USD"}}, "amount.minor"),
    ({"amount": {"minor": "41260", "currency": "USD"}}, "amount.minor"),
    ({"amount": {"minor": -1, "currency": "USD"}}, "amount.minor"),
    ({"amount": {"minor": True, "currency": "USD"}}, "amount.minor"),
    ({"amount": {"minor": 10**16, "currency": "USD"}}, "amount.minor"),
    ({"amount": {"minor": 1, "currency": "usd"}}, "amount.currency"),
    ({"amount": {"minor": 1, "currency": "XQX"}}, "currency"),
    ({"amount": {"minor": 1}}, "amount.currency"),
    ({"amount": 412.60}, "amount"),
    ({"kind": "magic"}, "kind"), ({"party_kind": "robot"}, "party_kind"),
    ({"country": "usa"}, "country"), ({"external_id": "x" * 121}, "external_id"),
    ({"party_email": "nobody"}, "party_email"), ({"timezone": "Mars/North"}, "timezone"),
    ({"received_at": "2026-11-23T09:00:00"}, "received_at"),
    ({"received_at": 1_700_000_000}, "received_at"),
    ({"received_at": "2031-01-01T00:00:00Z"}, "received_at"),
    ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
    ({"facts": [{"regime": "us-reg-e", "facts": {"x": 1.5}}]}, "facts"),
    ({"facts": [{"regime": "us-reg-e", "facts": {"x": [[["y"]]]}}]}, "facts"),
    ({"facts": [{"regime": "us-reg-e", "facts": {"x": 10**400}}]}, "facts"),
    ({"facts": [{"regime": "us-reg-e", "facts": {"x": "\ud800"}}]}, "facts"),
    ({"facts": [{"regime": "us-reg-e"}] * 21}, "facts"),
    ({"party_name": "\ud800"}, "party_name"),
])
def test_what_cannot_be_used_is_named(program, change: dict[str, Any], field: str) -> None:
    """422 with the field, and nothing is opened."""
    document = refused(program().post(BODY | change), 422)
    assert any(problem["field"].startswith(field) for problem in document["problems"]), document
    assert Case.objects.count() == 0


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000,
    b'{"text": "x", "facts": [{"regime": "us-reg-e", "facts": {"x": NaN}}]}',
    b'{"text": "x", "amount": {"minor": 1' + b"0" * 5000 + b', "currency": "EUR"}}',
])
def test_a_body_that_is_no_document_is_refused(program, body: bytes) -> None:
    """Broken, deep or endless JSON is 400 or 422, never a failure."""
    answer = program().post(body)
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == PROBLEM


def test_nul_characters_and_card_numbers_are_not_kept(program) -> None:
    """They would break the database, or the law; the words around them stay."""
    text = "Charged\x00 on 4111 1111 1111 1111 twice"
    answer = program().post(BODY | {"text": text, "tried": "Asked for 4111111111111111"})
    assert answer.status_code == 201
    kept = Escalation.objects.get()
    assert kept.text == "Charged on 411111****1111 twice"
    assert kept.tried == "Asked for 411111****1111"


def test_a_fact_that_cannot_be_read_is_said_and_the_case_opens(program) -> None:
    """An escalation is never lost over a date."""
    facts = [{"regime": "us-reg-e", "facts": {"notice_received": "soon"}},
             {"regime": "us-reg-q", "facts": {}}]
    answer = program().post(BODY | {"facts": facts})
    assert answer.status_code == 201
    assert {p["field"] for p in answer.json()["problems"]} == {"notice_received", "regime"}


def test_cases_are_paged_by_cursor(program, opened) -> None:
    """Each case once, in order, however many a page holds; the last page has no cursor."""
    numbers = [opened(reference=f"NW-{n}").number for n in range(5)]
    caller, found, after = program(), [], 0
    while after is not None:
        page = caller.get(f"cases?limit=2&after={after}").json()
        assert len(page["cases"]) <= 2
        found += [case["number"] for case in page["cases"]]
        after = page["next"]
    assert found == numbers


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "after=-1", "after=x",
                                   "after=99999999999999999999", "limt=5"])
def test_a_cursor_that_is_none_is_refused(program, query: str) -> None:
    """422 names the parameter."""
    refused(program().get(f"cases?{query}"), 422, query.partition("=")[0])


def test_a_case_of_another_team_or_restricted_is_not_there(program, opened, people) -> None:
    """404 by number, absent from the list, and not told of when an escalation joins it."""
    stranger = Team.objects.create(name="Another team")
    theirs, ours, hidden = (opened(reference=f"NW-{n}") for n in range(3))
    Case.objects.filter(pk=theirs.pk).update(team=stranger)
    Case.objects.filter(pk=hidden.pk).update(restricted=True, owner=people["team_lead"])
    caller = program()
    for case in (theirs, hidden):
        refused(caller.get(f"cases/{case.number}"), 404)
    assert [case["number"] for case in caller.get("cases").json()["cases"]] == [ours.number]
    joined = caller.post(BODY | {"reference": "NW-0"}).json()
    assert (joined["how"], joined["label"], joined["case"]) == ("joined", theirs.label, None)


def test_an_agent_hands_up_in_their_own_name_and_sees_no_inside(program, people) -> None:
    """The agent named in the body does not count, and the answer holds no case."""
    answer = program("agent").post(BODY | {"agent_email": "specialist@northwind.example"})
    assert answer.json()["case"] is None
    assert Escalation.objects.get().agent == people["agent"]


@pytest.mark.parametrize(("method", "address", "status"), [
    ("get", "escalations", 405), ("post", "cases", 405), ("delete", "cases/1", 405),
    ("get", "nothing", 404), ("get", "cases/1/more", 404), ("get", "cases/7", 404),
    ("get", "cases/0", 422), ("get", "cases/x", 422),
])
def test_every_error_is_a_problem_document(program, method: str, address: str, status: int) -> None:
    """Wrong methods and addresses that are none answer in kind too."""
    caller = program()
    refused(getattr(caller.client, method)(f"/api/v1/{address}", headers=caller.headers), status)


def test_a_failure_is_a_problem_document_without_its_inside(program, caplog) -> None:
    """500 says nothing of tables or paths; the log does."""
    caller = program()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE desk_claim RENAME TO desk_claim_away")
    document = refused(caller.post(BODY), 500)
    assert "desk_claim" not in json.dumps(document)
    assert "/api/v1/escalations failed" in caplog.text


def test_answers_carry_the_headers_of_every_page(program, opened) -> None:
    """Strict policy, no sniffing, no caching, no cookie."""
    opened()
    answer = program().get("cases")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_the_number_of_queries_does_not_grow_with_the_page(
    program, opened, django_assert_max_num_queries
) -> None:
    """A page of cases takes the same few queries for two cases and for six."""
    for n in range(6):
        opened(reference=f"NW-{n}")
    caller = program()
    with django_assert_max_num_queries(3):
        assert len(caller.get("cases").json()["cases"]) == 6


def test_the_same_key_at_the_same_time_opens_one_case(committed, program) -> None:
    """Four calls at once: one case, one escalation, one answer for all."""
    caller, answers = program(), []

    def call() -> None:
        try:
            answers.append(Program.post(caller, BODY).json())
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Case.objects.count() == Escalation.objects.count() == 1
    assert answers == [answers[0]] * 4
    assert answers[0]["how"] == "opened"


def document() -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


def test_the_document_is_openapi_3_1() -> None:
    """Its version, and every error of every operation as a problem document."""
    served = document()
    assert served["openapi"].startswith("3.1.")
    assert json.loads(json.dumps(api.get_openapi_schema())) == served
    for path in served["paths"].values():
        for operation in path.values():
            assert {"401", "403", "422"} <= set(operation["responses"])
            for status, answer in operation["responses"].items():
                wanted = PROBLEM if int(status) >= 400 else "application/json"
                assert list(answer["content"]) == [wanted]


def test_every_endpoint_is_on_the_page() -> None:
    """docs/reference/api.md names each method, address and field."""
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    served = document()
    for address, path in served["paths"].items():
        for method in path:
            assert f"`{method.upper()} {address}`" in page
    fields = served["components"]["schemas"]["EscalationIn"]["properties"]
    assert [name for name in fields if f"`{name}`" not in page] == []


@pytest.fixture
def schema(db: None) -> Iterator[Any]:
    """The document as a source of requests, against the real WSGI application.

    The end of a request leaves the test's own connection open, as Django's test client does.
    """
    load_all_checks()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    found.config.generation.update(with_security_parameters=False)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_requests_made_from_the_document_find_nothing(
    schema, program, opened, mode: GenerationMode
) -> None:
    """Twenty requests for each endpoint that keep to the document, and twenty that break it.

    Left out are two checks that do not fit: rules beyond the shape are 422 too, and every call
    here has a live key.
    """
    opened()
    caller = program()
    left_out = [schemathesis.checks.CHECKS.get_one(name)
                for name in ("positive_data_acceptance", "ignored_auth")]
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=20, deadline=None, database=None, derandomize=True,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            answer = case.call(headers=caller.headers)
            case.validate_response(answer, excluded_checks=left_out)

        holds()
