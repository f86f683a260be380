"""Insight: charts that open the cases behind them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from amends.desk import clock
from amends.desk.access import Act, gate, require
from amends.desk.queries.insight import DIMENSIONS, WEEKS, insight_page
from amends.desk.queries.learning import problem_lines


@gate(Act.SEE_INSIGHT)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What came in, what changed, how it ended, and the known causes."""
    user = require(request.user, Act.SEE_INSIGHT)
    now = clock.now()
    return render(request, "desk/insight.html", {
        "here": "insight", "page": insight_page(user, params=request.GET, now=now),
        "weeks": WEEKS, "dimensions": DIMENSIONS, "problems": problem_lines(user, now)[:8],
    })


patterns = [path("insight", page, name="insight")]
