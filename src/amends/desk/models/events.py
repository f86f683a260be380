"""What happened: append-only, hash-chained; timeline, audit and outbox come from the same rows."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case
from amends.desk.models.people import User


class EventStream(models.Model):
    """The head of one chain: a case's (``case:123``) or the desk's own (``desk``)."""

    name = models.CharField(max_length=40, primary_key=True)
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"


class Event(models.Model):
    """One act, by whom and when, with its place in its chain. The database refuses changes."""

    stream = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="events"
    )
    kind = models.CharField(max_length=48)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.DO_NOTHING)
    actor = models.CharField(max_length=160)
    at = models.DateTimeField()
    summary = models.CharField(max_length=500)
    payload = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream", "seq"], name="event_place"),)
        indexes = (
            models.Index(fields=["case", "seq"], name="event_by_case"),
            models.Index(fields=["kind", "at"], name="event_by_kind"),
        )

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq} {self.kind}"
