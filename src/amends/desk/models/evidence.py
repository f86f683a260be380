"""What a case rests on: files with their hash, entries cited, findings."""

from __future__ import annotations

from django.db import models

from amends.desk.models.cases import Case, Claim
from amends.desk.models.columns import amount_column, currency_column, sha256_column
from amends.desk.models.people import User


class SourceFile(models.Model):
    """One file received, known by the sha-256 of its bytes; its entries lie in the lake."""

    sha256 = models.CharField(max_length=64, unique=True)
    stored_sha256 = sha256_column()
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField(default=0)
    format = models.CharField(max_length=40, blank=True, default="")
    side = models.CharField(max_length=12, blank=True, default="")
    covers_from = models.DateField(null=True, blank=True)
    covers_to = models.DateField(null=True, blank=True)
    entries = models.PositiveIntegerField(default=0)
    statements = models.JSONField(default=list, blank=True)
    controls = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="files"
    )

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """One file that somebody sent, from its arrival until it is read, refused, or known already.

    Until it is read it waits sealed under ``spool`` in the folder ``incoming``; ``batch`` holds
    together what was dropped at once.
    """

    WAITING, READING, COLUMNS, DONE, REFUSED = "waiting", "reading", "columns", "done", "refused"

    batch = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    spool = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(
        max_length=10, default=WAITING,
        choices=[(WAITING, "Waiting"), (READING, "Being read"), (COLUMNS, "Columns to be chosen"),
                 (DONE, "Read"), (REFUSED, "Not read")],
    )
    known = models.BooleanField(default=False)
    mapping = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    file = models.ForeignKey(SourceFile, null=True, blank=True, on_delete=models.SET_NULL)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Mapping(models.Model):
    """How the columns of one shape of file are read, remembered by the shape."""

    shape = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    columns = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """An item filed on a case: a file or one entry of a file, with hash and origin."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(SourceFile, on_delete=models.PROTECT)
    entry_id = models.CharField(max_length=40, blank=True, default="")
    line = models.BigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=300, blank=True, default="")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "file", "entry_id"], name="evidence_once"),
        )

    def __str__(self) -> str:
        return f"{self.file} {self.entry_id}"


class FindingRecord(models.Model):
    """What happened to a payment, with its evidence; confirmed or ruled out by a person."""

    PROPOSED, CONFIRMED, RULED_OUT = "proposed", "confirmed", "ruled_out"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="findings")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=48)
    sentence = models.TextField()
    confidence_percent = models.PositiveSmallIntegerField()
    amount_minor = amount_column()
    currency = currency_column()
    cause = models.CharField(max_length=48, blank=True, default="")
    evidence = models.JSONField(default=list, blank=True)
    state = models.CharField(
        max_length=12, default=PROPOSED,
        choices=[(PROPOSED, "Proposed"), (CONFIRMED, "Confirmed"), (RULED_OUT, "Ruled out")],
    )
    reason = models.TextField(blank=True, default="")
    judged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    judged_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "claim", "kind"], name="finding_once"),
        )

    def __str__(self) -> str:
        return self.kind


class TraceRecord(models.Model):
    """The money trail of a claim's payment as last drawn from the imported entries."""

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="trace")
    trail = models.JSONField(default=dict)
    signals = models.JSONField(default=list, blank=True)
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"trail of {self.claim_id}"
