"""Reconciliation runs and the breaks that people work on; the rows themselves lie in Parquet."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case
from amends.desk.models.columns import amount_column, currency_column
from amends.desk.models.people import User


class ReconRun(models.Model):
    """One run over the imported files up to a day."""

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"

    as_of = models.DateField()
    state = models.CharField(
        max_length=12, default=QUEUED,
        choices=[(s, s.capitalize()) for s in (QUEUED, RUNNING, DONE, FAILED, CANCELLED)],
    )
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.CharField(max_length=200, blank=True, default="")
    cancel_asked = models.BooleanField(default=False)
    folder = models.CharField(max_length=255, blank=True, default="")
    files = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["-asked_at"], name="run_by_time"),)

    def __str__(self) -> str:
        return f"run {self.pk} to {self.as_of}"


class BreakRecord(models.Model):
    """A difference that a run found, carried by its key from run to run until it is gone."""

    OPEN, EXPLAINED, EXCLUDED, GONE = "open", "explained", "excluded", "gone"

    key = models.CharField(max_length=120, unique=True)
    run = models.ForeignKey(ReconRun, on_delete=models.PROTECT, related_name="breaks")
    first_run = models.ForeignKey(ReconRun, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    ledger_entry = models.CharField(max_length=40, blank=True, default="")
    line_entry = models.CharField(max_length=40, blank=True, default="")
    bank_entry = models.CharField(max_length=40, blank=True, default="")
    payout_id = models.CharField(max_length=80, blank=True, default="")
    reference = models.CharField(max_length=80, blank=True, default="", db_index=True)
    delta_minor = amount_column()
    currency = currency_column()
    account = models.CharField(max_length=60, blank=True, default="")
    age_days = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True, default="")
    suggestion = models.TextField(blank=True, default="")
    hurts_customer = models.BooleanField(default=False)
    state = models.CharField(
        max_length=12, default=OPEN,
        choices=[(OPEN, "Open"), (EXPLAINED, "Explained"), (EXCLUDED, "Excluded"), (GONE, "Gone")],
    )
    state_reason = models.TextField(blank=True, default="")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="breaks"
    )

    class Meta:
        indexes = (
            models.Index(fields=["state", "kind", "-age_days"], name="break_by_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
