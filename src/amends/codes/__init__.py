"""What a payment code means, for staff and for a customer."""

from amends.codes.meaning import SCHEMES, CodeMeaning, explain, scheme_codes

__all__ = ["SCHEMES", "CodeMeaning", "explain", "scheme_codes"]
