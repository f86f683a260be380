"""The HTTP API under ``/api/v1``: keys, idempotency, problems; the same gate and the same acts."""
