"""Reading the files that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from amends.desk.access import Actor
from amends.desk.actions.uploads import read_upload
from amends.desk.jobs.queue import handles
from amends.desk.models import Upload


@handles("read_upload")
def read_one(payload: Mapping[str, Any], now: datetime) -> None:
    """Read one file that was sent, in the name of whoever sent it."""
    upload = (
        Upload.objects.select_related("sent_by", "case").filter(pk=payload["upload"]).first()
    )
    if upload is not None:
        read_upload(actor=Actor.person(upload.sent_by), now=now, upload=upload)
