"""Amends: from a disputed payment to a right answer, on time, with proof."""

__version__ = "0.1.0"
