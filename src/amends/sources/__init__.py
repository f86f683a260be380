"""Files in, records out: any statement or report becomes entries, statements and Problems."""

from amends.sources.reading import Reading, read
from amends.sources.records import ENTRY_SCHEMA, Control, Entry, Statement

__all__ = ["ENTRY_SCHEMA", "Control", "Entry", "Reading", "Statement", "read"]
