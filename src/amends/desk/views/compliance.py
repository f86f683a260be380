"""Clock board, breaches, complaint register, audit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from amends.desk import chain, clock
from amends.desk.access import Act, gate, may, require
from amends.desk.queries.audit import chained_events, stream_heads
from amends.desk.queries.compliance import compliance


@gate(Act.SEE_COMPLIANCE)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What is due and missed by law, who complained, and whether the audit can be verified here."""
    user = require(request.user, Act.SEE_COMPLIANCE)
    return render(request, "desk/compliance.html", {
        "here": "compliance", "page": compliance(user, now=clock.now()),
        "may_verify": may(user, Act.VERIFY_AUDIT),
    })


@gate(Act.VERIFY_AUDIT)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check every event against its chain, now."""
    faults = chain.verify(chained_events(), stream_heads())
    return render(request, "parts/audit_result.html", {"faults": faults, "at": clock.now()})


patterns = [
    path("compliance", page, name="compliance"),
    path("compliance/verify", verify, name="audit_verify"),
]
