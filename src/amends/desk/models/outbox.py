"""Work that follows a commit: jobs with a lease, schedules, and answers kept for repeats."""

from __future__ import annotations

from django.db import models

from amends.desk.models.people import ApiKey


class Job(models.Model):
    """One piece of work, taken by one worker at a time under a lease.

    ``key`` makes asking twice the same as asking once. A job whose worker died is taken again when
    its lease has run out, so each kind of job is safe to repeat.
    """

    READY, RUNNING, DONE, FAILED, CANCELLED = "ready", "running", "done", "failed", "cancelled"

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=READY)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=80, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["state", "run_at"], name="job_ready"),
            models.Index(fields=["state", "lease_until"], name="job_leased"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"


class Schedule(models.Model):
    """When a repeated job is next due; taken by any worker."""

    name = models.CharField(max_length=48, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """The answer already given to an API call under its idempotency key."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["api_key", "key"], name="answer_once"),)

    def __str__(self) -> str:
        return self.key


class Counter(models.Model):
    """The last number given out, by kind of number."""

    name = models.CharField(max_length=24, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
