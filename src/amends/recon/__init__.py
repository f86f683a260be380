"""Sides in, matches and breaks out: what ties to what, why, and what does not."""
