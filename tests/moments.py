"""The moment at which the tests' desk stands: Monday 23 November 2026, 10:00 UTC."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
