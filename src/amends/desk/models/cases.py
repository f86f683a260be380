"""A case: one party's problem, worked to one outcome."""

from __future__ import annotations

from django.db import models

from amends.casework.claims import KIND_WORDS, Kind
from amends.casework.states import OUTCOME_WORDS, STATE_WORDS, Outcome, State
from amends.desk.models.columns import amount_column, choices, currency_column, one_of
from amends.desk.models.parties import Party
from amends.desk.models.people import Team, User


class Case(models.Model):
    """One party's problem. ``version`` rises with each write, so that two hands do not collide."""

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=32, choices=choices(KIND_WORDS))
    secondary = models.JSONField(default=list, blank=True)
    severity = models.PositiveSmallIntegerField(default=2)
    state = models.CharField(max_length=16, choices=choices(STATE_WORDS), default=State.NEW)
    outcome = models.CharField(
        max_length=16, blank=True, choices=choices(OUTCOME_WORDS), default=""
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    restricted = models.BooleanField(default=False)
    complaint = models.BooleanField(default=False)
    needs = models.JSONField(default=list, blank=True)
    regimes = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=5, default="en")
    reference = models.CharField(max_length=80, blank=True, default="", db_index=True)
    at_stake_minor = amount_column()
    currency = currency_column()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    next_clock = models.ForeignKey(
        "Clock", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cost_of_delay = models.BigIntegerField(default=0)
    root_cause = models.CharField(max_length=48, blank=True, default="")
    problem = models.ForeignKey(
        "ProblemRecord", null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            one_of("kind", Kind, "case_kind"),
            one_of("state", State, "case_state"),
            one_of("outcome", Outcome, "case_outcome", blank=True),
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=4), name="case_severity"
            ),
        )
        indexes = (
            models.Index(fields=["state", "-cost_of_delay", "number"], name="case_by_cost"),
            models.Index(fields=["owner", "state", "-cost_of_delay"], name="case_by_owner"),
            models.Index(fields=["team", "state", "-cost_of_delay"], name="case_by_team"),
            models.Index(fields=["next_due_at"], name="case_by_due"),
            models.Index(fields=["opened_at"], name="case_by_opened"),
            models.Index(fields=["closed_at"], name="case_by_closed"),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """The number as people say it: ``AM-000123``."""
        return f"AM-{self.number:06d}"

    @property
    def is_open(self) -> bool:
        """Whether work is still to be done."""
        return self.state != State.CLOSED


class Claim(models.Model):
    """One assertion about one payment: kind, amount and reason."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=32, choices=choices(KIND_WORDS))
    reference = models.CharField(max_length=80, blank=True, default="", db_index=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = currency_column()
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = (one_of("kind", Kind, "claim_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Escalation(models.Model):
    """One hand-up of a case: from whom, by what channel, what was tried, asked and promised."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="escalations")
    external_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    channel = models.CharField(max_length=16, default="form")
    agent = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="escalations"
    )
    agent_name = models.CharField(max_length=120, blank=True, default="")
    external_ticket = models.CharField(max_length=80, blank=True, default="")
    received_at = models.DateTimeField()
    text = models.TextField()
    tried = models.TextField(blank=True, default="")
    asked = models.TextField(blank=True, default="")
    promised = models.TextField(blank=True, default="")
    triage = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.external_id or f"escalation {self.pk}"


class Clock(models.Model):
    """One running time limit of a case, and why it ends when it does.

    A legal or scheme clock (``legal``) never pauses; a service target does.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    regime = models.CharField(max_length=32)
    name = models.CharField(max_length=48)
    title = models.CharField(max_length=120)
    legal = models.BooleanField(default=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    paused_since = models.DateTimeField(null=True, blank=True)
    dropped = models.BooleanField(default=False)
    ours = models.BooleanField(default=True)
    explanation = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    breach_explanation = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "regime", "name"], name="clock_once"),
        )
        indexes = (models.Index(fields=["met_at", "dropped", "due_at"], name="clock_by_due"),)

    def __str__(self) -> str:
        return f"{self.title} {self.due_on or ''}"


class Task(models.Model):
    """Something to do on a case, by a day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class CaseSeen(models.Model):
    """When a person last looked at a case; recent ones are shown as viewing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="seen")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    first_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "user"], name="seen_once"),)

    def __str__(self) -> str:
        return f"{self.user} saw {self.case_id}"
