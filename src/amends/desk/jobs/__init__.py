"""Work on a schedule or off the outbox. Each kind of job is safe to repeat."""
