"""Exact money: whole minor units with a currency, never a float."""

from amends.money.currency import exponent, is_currency
from amends.money.money import Money, parse_minor, round_half_up

__all__ = ["Money", "exponent", "is_currency", "parse_minor", "round_half_up"]
