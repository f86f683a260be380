"""The bank accounts: payouts arriving, sellers paid, rent and fees, with balances that go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from amends.clocks.calendars import calendar
from amends.sample.books import Books, Break
from amends.sample.company import CURRENCIES, accounts, iban
from amends.sample.faults import Fault
from amends.sample.payouts import Payout
from amends.sample.plan import CALENDARS, Plan, next_open

KESTREL = "KESTREL PAYMENTS BV"
# Money that has nothing to do with payouts: day of the month, who, words, minor units.
_STANDING = (
    (1, "GRACHTHUIS VASTGOED", "RENT OFFICE {month} CONTRACT 20417", -680_000),
    (3, "SKYLARK CLOUD LTD", "INVOICE SC-{year}{number} HOSTING", -214_390),
    (12, "STADSENERGIE NV", "ELECTRICITY {month}", -38_412),
    (25, "PAYROLL RUN", "SALARIES {month}", -4_812_200),
    (28, "NORTHWIND BANK", "ACCOUNT FEES AND CHARGES {month}", -1_495),
)
_OPENING = {"EUR": 21_402_250, "GBP": 14_980_010, "USD": 12_204_655, "SEK": 48_210_000}


@dataclass(slots=True, eq=False)
class BankLine:
    """One line of a bank statement; a credit is positive."""

    account: str
    booked_on: date
    amount_minor: int
    counterparty: str
    counterparty_account: str
    text: str
    end_to_end: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class StatementDay:
    """One account on one business day."""

    account: str
    currency: str
    on: date
    number: int
    opening_minor: int
    closing_minor: int
    lines: tuple[BankLine, ...] = ()
    opened_on: date = field(default=date.min)


@dataclass(slots=True)
class Bank:
    """All bank lines, and which payouts went wrong on the way."""

    lines: list[BankLine]
    faults: list[Fault]


def receive(plan: Plan, books: Books, payouts: list[Payout], *, missing: int, short: int,
            spared: frozenset[str]) -> Bank:
    """The bank lines of all payouts and of everything else; some payouts lost or short.

    Payouts that hold one of the ``spared`` orders arrive whole.
    """
    stream = plan.stream("bank")
    bank = Bank([], [])
    wrong = _chosen(plan, payouts, missing + short, spared, stream)
    lost = frozenset(payout.id for payout in wrong[:missing])
    cut = {payout.id: stream.choice((1200, 1500, 1750, 2500)) for payout in wrong[missing:]}
    for payout in payouts:
        if payout.id in lost or payout.id in cut:
            bank.faults.append(_fault(payout, cut.get(payout.id, 0), books))
    arriving = [payout for payout in payouts if payout.id not in lost]
    bank.lines += _arrivals(plan, arriving, cut, stream)
    bank.lines += _other_lines(plan, stream)
    bank.lines += _to_sellers(plan, arriving, stream)
    bank.lines.sort(key=lambda line: (line.booked_on, line.account, -line.amount_minor, line.text))
    for number, line in enumerate(bank.lines, 1):
        line.reference = f"NB{line.booked_on:%y%m%d}K{number:06}"
    return bank


def statements(plan: Plan, bank: Bank, currency: str) -> dict[date, list[StatementDay]]:
    """By business day, the statement of every account of a currency, balances going on."""
    by_account: dict[tuple[str, date], list[BankLine]] = defaultdict(list)
    for line in bank.lines:
        by_account[line.account, line.booked_on].append(line)
    open_days = [day for day in plan.dates if calendar(CALENDARS[currency]).is_open(day)]
    found: dict[date, list[StatementDay]] = defaultdict(list)
    for place, account in enumerate(accounts(currency)):
        balance = _OPENING[currency] // (1 + 6 * place) + 103_711 * place
        before = plan.first - timedelta(days=1)
        for number, day in enumerate(open_days, 1 + plan.first.timetuple().tm_yday):
            lines = tuple(by_account.get((account, day), ()))
            closing = balance + sum(line.amount_minor for line in lines)
            found[day].append(StatementDay(account, currency, day, number, balance, closing,
                                           lines, before))
            balance, before = closing, day
    return found


def _chosen(plan: Plan, payouts: list[Payout], count: int, spared: frozenset[str],
            stream: Random) -> list[Payout]:
    """Payouts to go wrong: of sellers with an account of their own, old enough to be missed."""
    own = {account for currency in CURRENCIES for account in accounts(currency)[1:]
           if currency != "SEK"}
    near = [payout for payout in payouts
            if payout.account in own and payout.amount_minor > 9_000
            and plan.first + timedelta(days=3) <= payout.on <= plan.until - timedelta(days=7)
            and not payout.orders & spared]
    return stream.sample(near, min(count, len(near)))


def _fault(payout: Payout, cut: int, books: Books) -> Fault:
    kind, delta = ("bank_short", -cut) if cut else ("payout_missing", -payout.amount_minor)
    books.breaks.append(Break(kind, None, None, payout.id, delta, payout.currency))
    finding, cause = (("payout_short_at_bank", "bank_fee_deducted") if cut
                      else ("payout_not_at_bank", "payout_rejected"))
    amount = cut or payout.amount_minor
    return Fault(finding, cause, amount, amount, payout.currency, payout.on + timedelta(days=4),
                 None, payout.id, "", payout.account,
                 {"paid_on": payout.on.isoformat(), "whole": str(payout.amount_minor)})


def _arrivals(plan: Plan, payouts: Iterable[Payout], cut: dict[str, int],
              stream: Random) -> list[BankLine]:
    """Bank lines of payouts: mostly one each; some split in two, some two in one."""
    lines: list[BankLine] = []
    held: dict[str, Payout] = {}
    for payout in payouts:
        on = payout.on
        if stream.random() < 0.1 and payout.on <= plan.until - timedelta(days=6):
            on = next_open(payout.currency, payout.on)
        before = held.pop(payout.account, None)
        if before:
            both = [before, payout]
            lines.append(_credit(both, on, sum(p.amount_minor for p in both), stream))
        elif payout.id in cut:
            lines.append(_credit([payout], on, payout.amount_minor - cut[payout.id], stream))
        elif stream.random() < 0.012 and payout.amount_minor > 50_000:
            part = payout.amount_minor * 3 // 5
            lines += [_credit([payout], on, amount, stream)
                      for amount in (part, payout.amount_minor - part)]
        elif stream.random() < 0.012 and payout.on.weekday() < 3 and payout.on < (
                plan.until - timedelta(days=6)):
            held[payout.account] = payout
        else:
            lines.append(_credit([payout], on, payout.amount_minor, stream))
    for payout in held.values():
        on = next_open(payout.currency, payout.on)
        lines.append(_credit([payout], on, payout.amount_minor, stream))
    return lines


def _credit(payouts: list[Payout], on: date, amount: int, stream: Random) -> BankLine:
    """A credit whose words name the payouts, a little mangled, as banks do."""
    ids = " ".join(payout.id for payout in payouts)
    bare = ids.replace("-", "")
    spaced = ids.replace("-", " ")
    text = stream.choice((
        f"KESTREL {ids} NORTHWIND", f"KESTREL PAYMENTS BV {spaced} SETTLEMENT",
        f"Kestrel payout {bare.lower()}", f"{bare} KESTRELPAY", f"/RFB/{ids} NORTHWIND PAY",
        f"SETTLEMENT {ids}"))
    end_to_end = payouts[0].id if len(payouts) == 1 and stream.random() < 0.7 else ""
    return BankLine(payouts[0].account, on, amount, KESTREL,
                    iban("EUR", 990 + len(payouts[0].currency)), text, end_to_end)


def _other_lines(plan: Plan, stream: Random) -> list[BankLine]:
    lines: list[BankLine] = []
    for currency in CURRENCIES:
        account = accounts(currency)[0]
        for day in plan.dates:
            for of_month, who, words, amount in _STANDING:
                on = next_open(currency, day - timedelta(days=1))
                if day.day != of_month or on > plan.until:
                    continue
                text = words.format(month=f"{day:%b %Y}".upper(), year=day.year,
                                    number=f"{day.month:02}")
                scale = 10 if currency == "SEK" else 1
                drift = stream.randint(-400, 400) if of_month == 12 else 0
                lines.append(BankLine(account, on, (amount + drift) * scale, who,
                                      iban("EUR", 800 + of_month), text))
    return lines


def _to_sellers(plan: Plan, payouts: list[Payout], stream: Random) -> list[BankLine]:
    """Every Thursday each account passes on what came in during the week before, less a part."""
    due: dict[tuple[str, str, date], int] = defaultdict(int)
    for payout in payouts:
        thursday = payout.on + timedelta(days=(3 - payout.on.weekday()) % 7 + 7)
        due[payout.currency, payout.account, thursday] += payout.amount_minor
    lines = []
    for (currency, account, thursday), amount in sorted(due.items()):
        on = next_open(currency, thursday - timedelta(days=1))
        if on <= plan.until:
            share = amount * stream.randint(88, 93) // 100
            lines.append(BankLine(account, on, -share, "NORTHWIND SELLER PAYMENTS",
                                  iban("EUR", 700), f"SELLER PAYMENTS WEEK {thursday:%V}"))
    return lines
