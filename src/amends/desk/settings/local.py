"""The desk on one machine: SQLite (or DATABASE_URL), loopback only, no TLS in front."""

from amends.desk.settings.base import *  # noqa: F403
