"""Settings: one's own theme and keys; people and API keys for administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from amends.desk import clock
from amends.desk.access import Act, Actor, gate, may, require
from amends.desk.actions import people as actions
from amends.desk.models import ApiKey, Role, Team, User
from amends.desk.models.people import ROLE_WORDS
from amends.desk.views.answers import explains, number_of, said

THEMES = {"": "As the device", "light": "Light", "dark": "Dark"}


@gate(Act.HOME)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One's own settings; people, teams and keys for those who set up."""
    user = require(request.user, Act.HOME)
    shown: dict[str, object] = {
        "here": "settings", "themes": THEMES, "role": ROLE_WORDS[Role(user.role)],
    }
    if may(user, Act.SET_UP):
        shown |= {
            "sets_up": True, "people": User.objects.select_related("team").order_by("name"),
            "keys": ApiKey.objects.select_related("user").order_by("-created_at"),
            "holders": [p for p in User.objects.filter(is_active=True).order_by("name")
                        if may(p, Act.USE_API)],
            "roles": [(str(role), word) for role, word in ROLE_WORDS.items()],
            "teams": Team.objects.order_by("name"),
        }
    return render(request, "desk/settings.html", shown)


@gate(Act.HOME)
@require_POST
def own(request: HttpRequest) -> HttpResponse:
    """Keep one's own theme and whether single keys act."""
    user = require(request.user, Act.HOME)
    theme = request.POST.get("theme", "")
    actions.keep_taste(user=user, theme=theme if theme in THEMES else "",
                       single_keys=bool(request.POST.get("single_keys")))
    said(request, "Kept")
    return redirect("settings")


@gate(Act.SET_UP)
@require_POST
@explains
def add_person(request: HttpRequest) -> HttpResponse:
    """Add a person, or change one who is there."""
    user = require(request.user, Act.SET_UP)
    given = request.POST
    person = actions.add_person(
        actor=Actor.person(user), now=clock.now(), email=given.get("email", ""),
        name=given.get("name", ""), role=given.get("role", ""),
        password=given.get("password", ""), team=given.get("team") or "Payments escalations",
    )
    said(request, f"{person} may sign in")
    return redirect("settings")


@gate(Act.SET_UP)
@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person sign in, or no longer; never oneself."""
    user = require(request.user, Act.SET_UP)
    person = get_object_or_404(User.objects.exclude(pk=user.pk), pk=pk)
    actions.set_active(actor=Actor.person(user), now=clock.now(), person=person,
                       active=not person.is_active)
    return redirect("settings")


@gate(Act.SET_UP)
@require_POST
@explains
def make_key(request: HttpRequest) -> HttpResponse:
    """A new API key, shown once."""
    user = require(request.user, Act.SET_UP)
    holder = get_object_or_404(User, pk=number_of(request, "user"))
    key, secret = actions.make_api_key(actor=Actor.person(user), now=clock.now(),
                                       name=request.POST.get("name", ""), user=holder)
    return render(request, "desk/key_made.html", {"here": "settings", "key": key, "secret": secret})


@gate(Act.SET_UP)
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """End an API key at once."""
    user = require(request.user, Act.SET_UP)
    key = get_object_or_404(ApiKey, pk=pk, revoked_at=None)
    actions.revoke_api_key(actor=Actor.person(user), now=clock.now(), key=key)
    said(request, f"{key.name} no longer works")
    return redirect("settings")


patterns = [
    path("settings", page, name="settings"),
    path("settings/own", own, name="settings_own"),
    path("settings/people", add_person, name="settings_people"),
    path("settings/people/<int:pk>/active", set_active, name="settings_active"),
    path("settings/keys", make_key, name="settings_keys"),
    path("settings/keys/<int:pk>/revoke", revoke_key, name="settings_revoke"),
]
