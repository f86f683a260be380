"""The shape of input from pages: Django forms, nothing decided here."""
