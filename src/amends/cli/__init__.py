"""The command-line door: one module per command, each importing its room when it is called."""
