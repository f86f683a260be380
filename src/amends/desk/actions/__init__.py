"""Every write of the desk, one verb each: keyword-only, with actor and now, one transaction."""
