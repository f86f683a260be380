"""Where a person starts, the command menu, and the theme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET

from amends.desk.access import Act, gate, require
from amends.desk.queries.menu import menu
from amends.desk.queries.shell import places_for


@gate(Act.HOME)
def home(request: HttpRequest) -> HttpResponse:
    """The first place of the rail that this person may enter."""
    return redirect(places_for(require(request.user, Act.HOME))[0].url_name)


@gate(Act.HOME)
@require_GET
def command_menu(request: HttpRequest) -> HttpResponse:
    """What can be done here, the cases that fit, the places to go; as the menu's rows."""
    user = require(request.user, Act.HOME)
    found = menu(user, query=request.GET.get("q", ""), at=request.GET.get("at", "/"))
    return render(request, "parts/menu_rows.html", {"menu": found})


patterns = [path("", home, name="home"), path("menu", command_menu, name="menu")]
