"""Money as integer minor units. Built from ``str``, ``Decimal`` or ``int``; a float is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from amends.money.currency import exponent
from amends.problems import AmendsError, Problem, ensure


def round_half_up(numerator: int, denominator: int) -> int:
    """The integer nearest to the quotient, halves away from zero (commercial rounding)."""
    ensure(denominator > 0, "a rounding needs a positive denominator")
    quotient, rest = divmod(abs(numerator), denominator)
    whole = quotient + (1 if rest * 2 >= denominator else 0)
    return whole if numerator >= 0 else -whole


def parse_minor(text: str | Decimal | int, currency: str) -> int | None:
    """The amount in minor units, or None when it is finer than the currency's minor unit.

    ``text`` is a plain decimal (``-12.50``). Raises AmendsError when it is no decimal at all.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise AmendsError(Problem("error", f"{text!r} is not an amount.", "Write it as 1234.56."))
    sign, digits, scale = value.as_tuple()
    shift: int = int(scale) + exponent(currency)
    if shift > 40 or len(digits) + max(shift, 0) > 40:
        raise AmendsError(Problem("error", "The amount is too long.", "At most 40 digits."))
    whole = int("".join(map(str, digits)) or "0")
    if shift < 0:
        whole, rest = divmod(whole, 10 ** min(-shift, 60))
        if rest:
            return None
    else:
        whole *= int("1" + "0" * shift)
    return -whole if sign else whole


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A sum of money: ``minor`` whole minor units (cents for EUR, yen for JPY) of ``currency``."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        ensure(type(self.minor) is int, "money is counted in whole minor units")
        exponent(self.currency)

    @classmethod
    def parse(cls, text: str | Decimal | int, currency: str) -> Money:
        """Money from a plain decimal; AmendsError if it is finer than the minor unit."""
        minor = parse_minor(text, currency)
        if minor is None:
            raise AmendsError(
                Problem("error", f"{text} is finer than the minor unit of {currency}.",
                        f"Use at most {exponent(currency)} decimals.")
            )
        return cls(minor, currency)

    def _same(self, other: Money) -> None:
        ensure(self.currency == other.currency,
               f"{self.currency} and {other.currency} cannot be put together without a rate")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Shares in the proportion of ``weights`` (non-negative integers); every unit returned.

        The units left over by rounding down go to the largest remainders, the first on a tie.
        """
        total = sum(weights)
        ensure(total > 0 and min(weights) >= 0, "an allocation needs positive weights")
        size, sign = abs(self.minor), 1 if self.minor >= 0 else -1
        shares = [size * weight // total for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
        for i in order[: size - sum(shares)]:
            shares[i] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def decimal(self) -> str:
        """Plain decimal text with the currency's digits: ``-1234.50``."""
        digits = exponent(self.currency)
        text = str(abs(self.minor)).rjust(digits + 1, "0")
        text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
        return f"-{text}" if self.minor < 0 else text

    def figure(self) -> str:
        """The figure for people: thousands grouped, true minus sign: ``−1,234.50``."""
        sign, text = ("−", self.decimal()[1:]) if self.minor < 0 else ("", self.decimal())
        whole, dot, part = text.partition(".")
        return f"{sign}{int(whole):,}{dot}{part}"

    def __str__(self) -> str:
        return f"{self.figure()} {self.currency}"
