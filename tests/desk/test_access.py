"""Every address of the desk, walked by every role, against one table.

The table says who may enter. Whoever may not gets 403 (or sign-in, when nobody is signed in), and
an address that is not in the table fails the test, so that none is forgotten.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from amends.desk.models import Role

pytestmark = pytest.mark.django_db

S, L, A, N, U, D = (
    Role.SPECIALIST, Role.TEAM_LEAD, Role.AGENT, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR,
)
EVERYONE = {S, L, A, N, U, D}
CASEWORK = {S, L}
READERS = {S, L, U}
FILES = {S, L, N, U}
# url name -> who may enter
TABLE: dict[str, set[Role]] = {
    "home": EVERYONE, "menu": EVERYONE,
    "caseload": READERS, "case_preview": READERS, "case": READERS,
    "case_take": CASEWORK, "case_snooze": CASEWORK, "case_step": CASEWORK,
    "finding_judge": CASEWORK, "decision_accept": CASEWORK, "decision_change": CASEWORK,
    "decision_approve": {L}, "letter_draft": CASEWORK, "letter_save": CASEWORK,
    "letter_undo": CASEWORK, "note_add": CASEWORK, "task_add": CASEWORK, "task_done": CASEWORK,
    "credit_settle": CASEWORK, "movement_settle": CASEWORK, "letter_settle": CASEWORK,
    "case_facts": CASEWORK, "case_reclassify": CASEWORK, "clock_met": CASEWORK,
    "case_close": CASEWORK, "case_reopen": CASEWORK,
    "intake": {S, L, A}, "intake_bulk": CASEWORK, "handed_up": {A},
    "insight": FILES, "problems": FILES, "problem": FILES,
    "problem_open": {L, N}, "problem_step": {L, N},
    "problem_join": CASEWORK, "coach": CASEWORK, "coaching": READERS, "my_coaching": {A},
    "coaching_answer": {A},
    "files": FILES, "file": FILES, "file_line": FILES, "file_drop": FILES,
    "files_send": {S, L, N}, "file_columns": {S, L, N}, "case_file": CASEWORK,
    "recon": FILES, "recon_run": FILES, "recon_progress": FILES, "recon_match": FILES,
    "recon_break": FILES, "recon_start": {L, N}, "recon_stop": {L, N}, "recon_settle": {L, N},
    "recon_case": CASEWORK,
    "sheets": {S, L, N}, "sheet_drop": {S, L, N}, "sheet": {S, L, N}, "sheet_copy": {S, L, N},
    "compliance": READERS, "audit_verify": {L, U},
    "settings": EVERYONE, "settings_own": EVERYONE, "settings_people": {D},
    "settings_active": {D}, "settings_keys": {D}, "settings_revoke": {D},
}
# Reached without signing in, or behind doors of their own that have tests of their own.
OPEN = {"healthz", "readyz"}
OTHER_DOORS = ("account_", "mfa_", "api", "openapi")
VALUES = {"number": 1, "pk": 1, "sha256": "0" * 64, "line": 1, "label": "AM-000001"}


def addresses() -> dict[str, str]:
    """Every named address of the desk with plain values in it."""
    found: dict[str, str] = {}
    resolver = get_resolver()
    for name, (possible, *_rest) in _named(resolver).items():
        _, params = possible[0]
        try:
            found[name] = reverse(name, kwargs={p: VALUES.get(p, 1) for p in params})
        except NoReverseMatch:
            found[name] = reverse(name, kwargs=dict.fromkeys(params, "1"))
    return found


def _named(resolver) -> dict[str, tuple]:
    return {
        name: resolver.reverse_dict[name]
        for name in resolver.reverse_dict
        if isinstance(name, str) and not name.startswith(OTHER_DOORS) and name not in OPEN
    }


def test_the_table_names_every_address() -> None:
    """No address without a row, and no row without an address."""
    assert set(addresses()) == set(TABLE)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_role_enters_only_where_the_table_lets_it(at_desk, opened, role: str) -> None:
    """By GET and by POST; whoever may not enter is told 403, before anything is looked up."""
    opened()
    client = at_desk(role)
    wrong = []
    for name, address in addresses().items():
        for method in (client.get, client.post):
            status = method(address).status_code
            denied = status == 403
            if denied == (role in TABLE.get(name, set())):
                wrong.append(f"{method.__name__} {name}: {status}")
    assert wrong == []


def test_nobody_enters_without_signing_in(opened) -> None:
    """Every address leads to sign-in."""
    opened()
    for name, address in addresses().items():
        for method in (Client().get, Client().post):
            answer = method(address)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/accounts/login/"), name


def test_a_restricted_case_is_not_there_for_another_specialist(at_desk, opened, people) -> None:
    """Not by page, preview, list, count, search or menu; its owner, lead and auditor see it."""
    case = opened(text="Restricted words xylophone", reference="NW-RESTRICTED")
    type(case).objects.filter(pk=case.pk).update(restricted=True, owner=people["team_lead"])
    stranger, lead = at_desk("specialist"), at_desk("team_lead")
    for address in (f"/cases/{case.number}", f"/cases/{case.number}/preview"):
        assert stranger.get(address).status_code == 404
        assert lead.get(address).status_code == 200
    for address in ("/cases?view=open", "/cases?q=xylophone", "/cases?q=NW-RESTRICTED",
                    "/menu?q=RESTRICTED&at=/"):
        assert case.label not in stranger.get(address).content.decode()
        assert case.label in lead.get(address).content.decode()


def test_an_administrator_sees_no_case_and_an_analyst_no_words(at_desk, opened) -> None:
    """Roles without cases are refused the case and find nothing of it in the menu."""
    case = opened()
    for role in ("administrator", "analyst", "agent"):
        client = at_desk(role)
        assert client.get(f"/cases/{case.number}").status_code == 403
        assert "Delia" not in client.get("/menu?q=Delia&at=/").content.decode()


def test_every_answer_carries_a_strict_policy(at_desk, opened) -> None:
    """No inline script or style is allowed, and the pages have none."""
    case = opened()
    answer = at_desk("specialist").get(f"/cases/{case.number}")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert " style=" not in page
    assert "onclick=" not in page
    assert "<script>" not in page
