"""What the processor pays out: the net of one account's settlement lines, one payout a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from amends.sample.books import Books, LineRow
from amends.sample.plan import Plan
from amends.sample.teller import moment

_FIRST_NUMBER = 81_001


@dataclass(slots=True, eq=False)
class Payout:
    """One payout: ``amount_minor`` is the net of its lines, positive."""

    id: str
    on: date
    account: str
    currency: str
    amount_minor: int
    orders: frozenset[str] = field(default_factory=frozenset)


def pay_out(books: Books, plan: Plan) -> list[Payout]:
    """Puts each settlement line into a payout and adds the payout's own line to the books.

    A day on which an account owes the processor money is carried to the next day that pays.
    """
    stream = plan.stream("payouts")
    made: list[Payout] = []
    waiting: dict[str, list[LineRow]] = defaultdict(list)
    by_day: dict[tuple[date, str], list[LineRow]] = defaultdict(list)
    for line in books.lines:
        if line.settled_on <= plan.until:
            by_day[line.settled_on, line.account].append(line)
    for (on, account), lines in sorted(by_day.items(), key=lambda item: item[0]):
        waiting[account] += lines
        owed = sum(line.net_minor for line in waiting[account])
        if owed <= 0:
            continue
        paid = waiting.pop(account)
        payout = Payout(f"PO-{_FIRST_NUMBER + len(made)}", on, account, paid[0].currency, owed,
                        frozenset(line.order for line in paid))
        for line in paid:
            line.payout = payout.id
        books.lines.append(LineRow(moment(on, 6, stream), on, "payout", "", "", -owed, 0,
                                   payout.currency, account, "", "", payout.id))
        made.append(payout)
    return made
