"""All kinds of jobs, imported so that the worker knows them, and what runs on a schedule."""

from __future__ import annotations

from datetime import timedelta

from amends.desk.jobs import files, investigate, mail, money, recon, sheets

# name -> (kind of job, how often)
SCHEDULES: dict[str, tuple[str, timedelta]] = {
    "mail": ("fetch_mail", timedelta(minutes=1)),
    "money": ("look_after_money", timedelta(minutes=10)),
}

__all__ = ["SCHEDULES", "files", "investigate", "mail", "money", "recon", "sheets"]
