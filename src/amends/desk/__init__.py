"""The web door: pages, API, jobs and the desk's own records; the only room that knows Django."""
