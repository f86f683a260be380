"""Settings of the desk: ``base`` for all, ``local`` for SQLite, ``production`` for a server."""
