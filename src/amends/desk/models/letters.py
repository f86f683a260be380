"""Words on a case: messages that go out or come in, and notes that never can."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case
from amends.desk.models.people import User


class Message(models.Model):
    """One communication with somebody outside, in or out, on one channel."""

    DRAFT, QUEUED, SENDING, SENT, UNCERTAIN, FAILED, RECEIVED, CANCELLED = (
        "draft", "queued", "sending", "sent", "uncertain", "failed", "received", "cancelled",
    )
    STATES = (
        (DRAFT, "Draft"), (QUEUED, "About to go"), (SENDING, "Sending"), (SENT, "Sent"),
        (UNCERTAIN, "Perhaps sent"), (FAILED, "Not delivered"), (RECEIVED, "Received"),
        (CANCELLED, "Taken back"),
    )

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    incoming = models.BooleanField(default=False)
    channel = models.CharField(max_length=12, default="email")
    situation = models.CharField(max_length=48, blank=True, default="")
    template = models.CharField(max_length=80, blank=True, default="")
    language = models.CharField(max_length=5, default="en")
    address = models.CharField(max_length=254, blank=True, default="")
    sender = models.CharField(max_length=254, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField()
    quoted = models.TextField(blank=True, default="")
    message_id = models.CharField(max_length=255, unique=True)
    in_reply_to = models.CharField(max_length=255, blank=True, default="")
    state = models.CharField(max_length=12, choices=STATES, default=DRAFT)
    checks = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    send_after = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    proof = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["case", "made_at"], name="message_by_case"),)

    def __str__(self) -> str:
        return self.subject or self.message_id


class Note(models.Model):
    """An internal note. There is no way from a note to a message."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]
