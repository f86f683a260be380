"""Every address of the desk; each subject's patterns stand with its views."""

from __future__ import annotations

from django.urls import include, path

from amends.desk.api import door
from amends.desk.views import (
    caseload,
    cases,
    casework,
    compliance,
    correcting,
    files,
    health,
    home,
    insight,
    intake,
    learning,
    recon,
    settings,
    settling,
    sheets,
)

urlpatterns = [
    *health.patterns,
    *door.patterns,
    *home.patterns,
    *caseload.patterns,
    *cases.patterns,
    *casework.patterns,
    *correcting.patterns,
    *settling.patterns,
    *intake.patterns,
    *insight.patterns,
    *learning.patterns,
    *recon.patterns,
    *files.patterns,
    *sheets.patterns,
    *compliance.patterns,
    *settings.patterns,
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
