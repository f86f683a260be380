"""Whose money it is."""

from __future__ import annotations

from django.db import models


class Party(models.Model):
    """A customer or a merchant, with how and when to reach them and what they need."""

    name = models.CharField(max_length=160)
    kind = models.CharField(
        max_length=10, default="consumer",
        choices=[("consumer", "Consumer"), ("merchant", "Merchant")],
    )
    email = models.EmailField(blank=True, default="", db_index=True)
    email_verified = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=5, default="en")
    country = models.CharField(max_length=2, blank=True, default="")
    timezone = models.CharField(max_length=40, blank=True, default="")
    needs = models.JSONField(default=list, blank=True)
    do_not_contact = models.BooleanField(default=False)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the disc."""
        words = self.name.split() or ["?"]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
