"""What is owed, what of it is on hold because it is disputed, and what we must not do.

A disputed amount is not collected while the dispute is open; the rest stays due. The duties are
those of 12 CFR 1026.13(d) and (g) for credit, and of 12 CFR 1006 for debt collectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from amends.casework.claims import Need
from amends.problems import ensure


class Product(StrEnum):
    """What kind of account the debt stands on."""

    CREDIT = "credit"
    DEPOSIT = "deposit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Debt:
    """One amount owed by the party; positive minor units."""

    reference: str
    amount_minor: int
    currency: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Held:
    """One debt with the part of it that is on hold."""

    debt: Debt
    on_hold_minor: int
    overdue: bool

    @property
    def collectable_minor(self) -> int:
        """What of the debt may be asked for now."""
        return self.debt.amount_minor - self.on_hold_minor


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing we must or must not do, and by which rule."""

    sentence: str
    citation: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a party owes in one currency, what is on hold, and the duties that follow."""

    currency: str
    owed_minor: int
    on_hold_minor: int
    debts: tuple[Held, ...]
    duties: tuple[Duty, ...]

    @property
    def collectable_minor(self) -> int:
        """What may be asked for now."""
        return self.owed_minor - self.on_hold_minor


def standing(debts: Sequence[Debt], disputed: Mapping[str, int], *, as_of: date, product: Product,
             third_party_collector: bool = False, needs: Sequence[Need] = ()) -> Standing:
    """The standing over debts of one currency; ``disputed`` maps a reference to minor units.

    Only the disputed part of each debt is on hold, and never more than the debt.
    """
    currencies = {debt.currency for debt in debts}
    ensure(len(currencies) <= 1, "a standing has one currency")
    held = tuple(
        Held(debt, min(max(disputed.get(debt.reference, 0), 0), debt.amount_minor),
             debt.due_on < as_of)
        for debt in debts)
    on_hold = sum(one.on_hold_minor for one in held)
    return Standing(next(iter(currencies), ""), sum(debt.amount_minor for debt in debts), on_hold,
                    held, _duties(product, on_hold > 0, third_party_collector, needs))


def _duties(product: Product, disputed: bool, third_party: bool,
            needs: Sequence[Need]) -> tuple[Duty, ...]:
    duties: list[Duty] = []
    if disputed and product is Product.CREDIT:
        duties += [
            Duty("Do not collect the disputed amount or charges on it while the dispute is open; "
                 "what is not disputed stays due.", "12 CFR 1026.13(d)(1)"),
            Duty("Do not report the disputed amount as late, and do not close or speed up the "
                 "account because of the dispute.", "12 CFR 1026.13(d)(2), (3)"),
            Duty("If no error is found, say what is owed and when, and give the usual time to pay.",
                 "12 CFR 1026.13(g)"),
        ]
    if disputed and third_party:
        duties.append(Duty("Stop collecting the disputed part until verification has been sent.",
                           "12 CFR 1006.38(d)(2)"))
    if third_party:
        duties += [
            Duty("At most seven calls about one debt in seven days in a row, and none within seven "
                 "days after a conversation.", "12 CFR 1006.14(b)(2)"),
            Duty("Contact only between 8:00 and 21:00 where the consumer is.", "12 CFR 1006.6(b)"),
        ]
    if disputed and product is not Product.CREDIT and not third_party:
        duties.append(Duty("Hold the disputed part as good practice; the rest stays due.",
                           "Amends policy, collections"))
    if Need.FINANCIAL_HARDSHIP in needs:
        duties.append(Duty("Hold collection and offer a plan: the party told us of hardship.",
                           "Amends policy, hardship"))
    return tuple(duties)
