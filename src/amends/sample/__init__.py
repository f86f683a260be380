"""The sample company, Northwind Pay: seeded, in real formats, with planted faults and their truth.

The same plan writes the same bytes. ``truth/`` is for scores and tests; no program reads it.
"""

from amends.sample.files import Made, make
from amends.sample.plan import Plan

__all__ = ["Made", "Plan", "make"]
