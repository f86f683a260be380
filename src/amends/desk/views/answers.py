"""What a view answers with after a write: back to where the person was, with what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from amends.desk.actions.recording import Conflict
from amends.problems import AmendsError, Problem


def back(request: HttpRequest, fallback: str, *args: Any) -> HttpResponseRedirect:
    """To the address in ``next`` if it is ours, else to ``fallback``."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return redirect(fallback, *args)


def said(request: HttpRequest, words: str) -> None:
    """Say in a toast what happened."""
    messages.success(request, words)


def explains(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Problems of an action become a page (or toast) that says what to do; 409 on a conflict."""

    @wraps(view)
    def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AmendsError as error:
            status = 409 if isinstance(error, Conflict) else 422
            return render(
                request, "desk/problem.html",
                {"problems": error.problems, "back": request.META.get("HTTP_REFERER", "/")},
                status=status,
            )

    return explained


def version_of(request: HttpRequest) -> int:
    """The version of the case that the person had before them."""
    return number_of(request, "version")


def number_of(request: HttpRequest, name: str) -> int:
    """The whole number sent as ``name``; 0, which no row has, when there is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0


def day_of(request: HttpRequest, name: str) -> date | None:
    """The day sent as ``name``; None when it was left empty, AmendsError when it is no day."""
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise AmendsError(Problem("error", f"{text[:40]!r} is no day.",
                                  "Write it as 2026-11-23.", field=name)) from None
