"""Workbooks that were checked."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case
from amends.desk.models.people import User


class SheetCheck(models.Model):
    """One workbook or file that somebody dropped in, and what looks wrong in it."""

    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64)
    report = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.name
