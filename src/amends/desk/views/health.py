"""Whether the desk lives, and whether it is ready to be used."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from amends.desk import clock
from amends.desk.models import EventStream, Job


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and no job waits for long; 503 says what is not ready."""
    try:
        EventStream.objects.exists()
        stuck = Job.objects.filter(
            state=Job.READY, run_at__lte=clock.now() - timedelta(minutes=15)
        ).count()
    except DatabaseError:
        return JsonResponse({"ready": False, "what": "the database does not answer"}, status=503)
    return JsonResponse({"ready": True, "jobs_waiting_long": stuck})


patterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
