"""What looks wrong in a workbook or a file, and why. The file itself is never changed."""

from amends.anomalies.annotate import annotate
from amends.anomalies.check import check
from amends.anomalies.grid import Grid, GridCell, GridRow, grid
from amends.anomalies.report import KINDS, CheckReport, Finding, Limits

__all__ = ["KINDS", "CheckReport", "Finding", "Grid", "GridCell", "GridRow", "Limits", "annotate",
           "check", "grid"]
