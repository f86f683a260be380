"""How a case is put right: decisions, and the movements of money that follow."""

from __future__ import annotations

from django.db import models

from amends.casework.remedies import REMEDY_WORDS, MovementState, Remedy
from amends.casework.states import OUTCOME_WORDS, Outcome
from amends.desk.models.cases import Case, Claim
from amends.desk.models.columns import amount_column, choices, currency_column, one_of
from amends.desk.models.people import User


class Decision(models.Model):
    """Outcome, remedy, reasons and citations, under one version of the policy."""

    PROPOSED, TO_APPROVE, APPROVED, REFUSED, REPLACED = (
        "proposed", "to_approve", "approved", "refused", "replaced",
    )

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.CASCADE)
    outcome = models.CharField(max_length=16, choices=choices(OUTCOME_WORDS))
    remedy = models.CharField(max_length=20, choices=choices(REMEDY_WORDS))
    amount_minor = amount_column()
    currency = currency_column()
    finding = models.CharField(max_length=48, blank=True, default="")
    cause = models.CharField(max_length=48, blank=True, default="")
    reasons = models.JSONField(default=list, blank=True)
    citations = models.JSONField(default=list, blank=True)
    policy_version = models.CharField(max_length=24)
    confidence_percent = models.PositiveSmallIntegerField(default=0)
    straight_through = models.BooleanField(default=False)
    needs_approval = models.BooleanField(default=False)
    takes_back = models.ForeignKey(
        "Movement", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    condition = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(
        max_length=12, default=PROPOSED,
        choices=[(PROPOSED, "Proposed"), (TO_APPROVE, "To approve"), (APPROVED, "Approved"),
                 (REFUSED, "Refused"), (REPLACED, "Replaced")],
    )
    change_reason = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("outcome", Outcome, "decision_outcome"),
            one_of("remedy", Remedy, "decision_remedy"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | models.Q(decided_by__isnull=True)
                | ~models.Q(approved_by=models.F("decided_by")),
                name="decision_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.remedy}"


class Movement(models.Model):
    """One instruction to move money; ``key`` is its idempotency key, executed at most once.

    ``effect`` says whether it pays, makes a provisional ``credit`` final, or takes it back; a
    credit is settled once, by one of the two.
    """

    PAYS, MAKES_FINAL, TAKES_BACK = "pays", "makes_final", "takes_back"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="movements")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="movements")
    key = models.CharField(max_length=64, unique=True)
    remedy = models.CharField(max_length=20, choices=choices(REMEDY_WORDS))
    amount_minor = amount_column()
    currency = currency_column()
    effect = models.CharField(
        max_length=12, default=PAYS,
        choices=[(PAYS, "Pays"), (MAKES_FINAL, "Makes final"), (TAKES_BACK, "Takes back")],
    )
    credit = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="settled_by"
    )
    connector = models.CharField(max_length=24)
    reference = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=12, default=MovementState.DRAFTED)
    attempts = models.PositiveSmallIntegerField(default=0)
    external_id = models.CharField(max_length=120, blank=True, default="")
    error = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            one_of("state", MovementState, "movement_state"),
            one_of("remedy", Remedy, "movement_remedy"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="movement_amount"),
            models.CheckConstraint(
                condition=models.Q(effect="pays", credit__isnull=True)
                | models.Q(effect__in=("makes_final", "takes_back"), credit__isnull=False),
                name="movement_effect",
            ),
            models.UniqueConstraint(
                fields=["credit"], condition=~models.Q(state__in=("failed", "cancelled")),
                name="credit_settled_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.remedy} {self.amount_minor} {self.currency} {self.state}"
