"""The whole company, made in order: people, purchases, what goes wrong, payouts, bank."""

from __future__ import annotations

from dataclasses import dataclass

from amends.sample.bank import Bank, receive
from amends.sample.books import Books
from amends.sample.cast import Cast, Role, cast
from amends.sample.courses import COURSES
from amends.sample.faults import FAULTS, Fault
from amends.sample.orders import Sale, sales
from amends.sample.payouts import pay_out
from amends.sample.people import Customer, customers
from amends.sample.plan import Plan
from amends.sample.rates import Rates, daily
from amends.sample.slips import SLIPS
from amends.sample.teller import Teller

_SILENT_PAYOUTS = 2


@dataclass(slots=True)
class World:
    """Everything that the files are written from."""

    plan: Plan
    people: list[Customer]
    sales: list[Sale]
    cast: Cast
    books: Books
    rates: Rates
    bank: Bank
    faults: dict[int, Fault]

    def fault_of(self, role: Role) -> Fault | None:
        """The fault behind a role; None where no purchase stands behind it."""
        return self.faults.get(role.sale.number) if role.sale else None


def build(plan: Plan) -> World:
    """The company of a plan; AmendsError when the plan cannot be made."""
    plan.check()
    people = customers(plan)
    bought = sales(plan, people)
    roles = cast(plan, bought)
    rates = daily(plan)
    books, faults = _tell(plan, bought, rates)
    payouts = pay_out(books, plan)
    spared = frozenset(fault.sale.order for fault in faults.values()
                       if fault.sale and fault.finding in ("paid_in_full", "fee_above_schedule"))
    bank = receive(
        plan, books, payouts, spared=spared,
        missing=roles.count("payout_not_at_bank") + _SILENT_PAYOUTS,
        short=roles.count("payout_short_at_bank") + _SILENT_PAYOUTS)
    books.close(plan.until)
    return World(plan, people, bought, roles, books, rates, bank, faults)


def _tell(plan: Plan, bought: list[Sale], rates: Rates) -> tuple[Books, dict[int, Fault]]:
    """The rows of every purchase, and the faults by the purchase's number."""
    teller = Teller(Books(), rates, plan.stream("courses"))
    faults: dict[int, Fault] = {}
    for sale in bought:
        if sale.story in FAULTS:
            faults[sale.number] = FAULTS[sale.story](teller, sale)
        elif sale.story in SLIPS:
            SLIPS[sale.story](teller, sale)
        else:
            COURSES[sale.story](teller, sale)
    return teller.books, faults
