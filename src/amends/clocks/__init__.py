"""When something is due, and by which rule: calendars, rule books, service targets."""
