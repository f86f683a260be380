"""Settings: people who may sign in, keys that are shown once, one's own taste."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from amends.desk.models import ApiKey, Event, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-plain-sentence"
NEW = {"name": "Mo Berg", "email": "Mo@Northwind.example", "role": "agent",
       "password": PASSWORD, "team": "A second team"}


def test_a_person_is_added_and_may_sign_in(at_desk) -> None:
    """With role and team; the event holds no password."""
    assert at_desk("administrator").post("/settings/people", NEW).status_code == 302
    person = User.objects.get(email="mo@northwind.example")
    assert (person.role, person.team.name) == ("agent", "A second team")
    assert authenticate(None, email="mo@northwind.example", password=PASSWORD) == person
    event = Event.objects.get(kind="person_added")
    assert PASSWORD not in f"{event.summary}{event.payload}"


def test_adding_a_person_again_changes_them(at_desk) -> None:
    """One account for one address, in whatever case it is written."""
    client = at_desk("administrator")
    client.post("/settings/people", NEW)
    client.post("/settings/people", NEW | {"email": "MO@northwind.example", "role": "analyst"})
    assert User.objects.get(email="mo@northwind.example").role == "analyst"
    assert Event.objects.filter(kind="person_changed").count() == 1


@pytest.mark.parametrize(("change", "words"), [
    ({"email": "nobody"}, "no e-mail address"), ({"email": ""}, "no e-mail address"),
    ({"role": "king"}, "no role"), ({"password": "short"}, "too short"),
    ({"password": "password1234"}, "too common"),
    ({"password": "mo@northwind.example"}, "too similar"),
])
def test_a_person_who_cannot_be_is_refused(at_desk, change: dict[str, str], words: str) -> None:
    """422 says what to change."""
    before = User.objects.count()
    answer = at_desk("administrator").post("/settings/people", NEW | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.count() == before


def test_a_person_who_leaves_is_out_at_once(at_desk, people) -> None:
    """Their open session ends, and they come back when let in again."""
    theirs, admin = at_desk("specialist"), at_desk("administrator")
    address = f"/settings/people/{people['specialist'].pk}/active"
    assert theirs.get("/cases").status_code == 200
    admin.post(address)
    assert theirs.get("/cases").status_code == 302
    admin.post(address)
    assert theirs.get("/cases").status_code == 200
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["person_deactivated", "person_activated"]


def test_nobody_locks_themselves_out(at_desk, people) -> None:
    """404 for one's own account."""
    admin = people["administrator"]
    assert at_desk("administrator").post(f"/settings/people/{admin.pk}/active").status_code == 404
    assert User.objects.get(pk=admin.pk).is_active


def test_a_key_is_shown_once_and_only_its_hash_is_kept(at_desk, people) -> None:
    """It works until it is ended; neither page nor database nor event shows it again."""
    admin = at_desk("administrator")
    shown = admin.post("/settings/keys", {"name": "Helpdesk", "user": people["specialist"].pk})
    [secret] = re.findall(r"amends_[\w-]{43}", shown.content.decode())
    assert shown["Cache-Control"] == "no-store"
    key = ApiKey.objects.get()
    assert secret not in f"{key.__dict__}{Event.objects.get(kind='api_key_made').payload}"
    assert secret not in admin.get("/settings").content.decode()
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/cases", headers=headers).status_code == 200
    admin.post(f"/settings/keys/{key.pk}/revoke")
    assert Client().get("/api/v1/cases", headers=headers).status_code == 401
    assert admin.post(f"/settings/keys/{key.pk}/revoke").status_code == 404


@pytest.mark.parametrize(("role", "status"), [
    ("auditor", 422), ("administrator", 422), ("", 404), ("analyst", 200),
])
def test_a_key_is_for_a_role_that_may_use_the_api(at_desk, people, role: str, status: int) -> None:
    """Nobody else is offered on the page, or accepted."""
    user = people[role].pk if role else "abc"
    answer = at_desk("administrator").post("/settings/keys", {"name": "x", "user": user})
    assert answer.status_code == status
    page = at_desk("administrator").get("/settings").content.decode()
    [holders] = re.findall(r'<select id="k-user".*?</select>', page, re.S)
    assert "Auditor Person" not in holders
    assert "Analyst Person" in holders


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("", ""), ("neon", "")])
def test_everybody_keeps_their_own_taste(at_desk, people, theme: str, kept: str) -> None:
    """A theme that there is, and whether single keys act."""
    at_desk("auditor").post("/settings/own", {"theme": theme})
    user = User.objects.get(pk=people["auditor"].pk)
    assert (user.theme, user.single_keys) == (kept, False)


def test_who_does_not_set_up_sees_only_their_own(at_desk) -> None:
    """No names, no keys."""
    page = at_desk("team_lead").get("/settings").content.decode()
    assert "API keys" not in page
    assert "specialist@northwind.example" not in page
