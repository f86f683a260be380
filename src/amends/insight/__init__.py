"""What the cases teach: trends, root causes, effect of changes, coaching.

Pure functions over frozen facts: nothing here reads a clock, a file or a database.
"""
