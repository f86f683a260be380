"""Which connectors there are, by name."""

from __future__ import annotations

from amends.desk.connectors.instruction_file import InstructionFile
from amends.desk.connectors.shape import Connector
from amends.desk.connectors.stripe_refunds import StripeRefunds


def connector(name: str) -> Connector:
    """The connector called ``name``; KeyError for one that does not exist."""
    ways: dict[str, Connector] = {way.name: way for way in (InstructionFile(), StripeRefunds())}
    return ways[name]
