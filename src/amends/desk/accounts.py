"""Signing in: no sign-up from outside; people are added by an administrator or the command line."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's behaviour, with sign-up closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by people who may."""
        return False
