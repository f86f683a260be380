"""What cases teach: known causes, and notes to the people who hand up."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case
from amends.desk.models.people import User


class ProblemRecord(models.Model):
    """A known cause, the cases it made and what it costs."""

    OPEN, WITH_PRODUCT, FIXED, ACCEPTED = "open", "with_product", "fixed", "accepted"

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    cause = models.CharField(max_length=48, blank=True, default="", db_index=True)
    description = models.TextField(blank=True, default="")
    state = models.CharField(
        max_length=16, default=OPEN,
        choices=[(OPEN, "Open"), (WITH_PRODUCT, "With product"), (FIXED, "Fixed"),
                 (ACCEPTED, "Accepted")],
    )
    owner_words = models.CharField(max_length=120, blank=True, default="")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    fixed_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """The number as people say it: ``PR-037``."""
        return f"PR-{self.number:03d}"


class CoachingNote(models.Model):
    """One kind, concrete note to the agent who handed a case up; they can see and answer it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="coaching_notes")
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="coaching_notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    avoidable = models.BooleanField(null=True)
    text = models.TextField()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["agent", "-made_at"], name="coaching_by_agent"),)

    def __str__(self) -> str:
        return self.text[:60]
