"""Payouts tied to bank lines: by name, by amount, merged, split or short; pure.

A payout's name in the bank's text, even cut or mangled, is evidence; the sums must agree as well.
Where no name is left, an amount ties only if it fits one payout and one bank line in the window.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from amends.money import exponent
from amends.recon.rules import Rules
from amends.recon.subsets import run, subset

_LOOKALIKE = str.maketrans("OIL", "011")
_LEAST_CUT = 5


@dataclass(frozen=True, slots=True)
class Payout:
    """Net funds due at the bank.

    Where the report gives no payout id, ``lines`` and ``nets`` hold the lines of the day;
    ``joined`` are such lines that turned out to belong to a payout with an id.
    """

    key: str
    account: str
    currency: str
    settled_on: date
    net_minor: int
    lines: tuple[int, ...] = ()
    nets: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line of the bank statement."""

    id: int
    account: str
    currency: str
    value_on: date
    amount_minor: int
    counterparty: str
    text: str


@dataclass(frozen=True, slots=True)
class PayoutTie:
    """One payout paid (in whole or part) by one bank line."""

    payout: Payout
    bank_line: BankLine
    kind: str
    rule: str
    reason: str


@dataclass(slots=True)
class PayoutResult:
    """What the bank part of a run found; ``short`` gives what is missing at the bank."""

    ties: list[PayoutTie] = field(default_factory=list)
    proposed: list[PayoutTie] = field(default_factory=list)
    short: list[tuple[Payout, BankLine, int]] = field(default_factory=list)
    unpaid: list[Payout] = field(default_factory=list)

    @property
    def live(self) -> list[PayoutTie]:
        """Proposals between a payout and a bank line that are both still open."""
        payouts = {tie.payout for tie in self.ties}
        lines = {tie.bank_line.id for tie in self.ties}
        return [tie for tie in self.proposed
                if tie.payout not in payouts and tie.bank_line.id not in lines]


def bare(text: str | None) -> str:
    """Letters and digits only, upper case, look-alikes (O and 0, I, L and 1) made one."""
    return re.sub(r"[^0-9A-Z]", "", (text or "").upper().translate(_LOOKALIKE))


def tie_payouts(payouts: Iterable[Payout], bank_lines: Iterable[BankLine], rules: Rules,
                settled_before: date) -> PayoutResult:
    """Ties, proposals, shortfalls and unpaid payouts, account by account, in a fixed order.

    Where report and bank call their accounts differently, currency stands in for account.
    Bank lines from ``settled_before`` on are tied by name only: their rivals may still come.
    """
    due: dict[str, list[Payout]] = defaultdict(list)
    came: dict[str, list[BankLine]] = defaultdict(list)
    payouts, bank_lines = list(payouts), list(bank_lines)
    shared = {p.account for p in payouts} & {line.account for line in bank_lines}
    for payout in payouts:
        due[payout.account if shared else payout.currency].append(payout)
    for line in bank_lines:
        came[line.account if shared else line.currency].append(line)
    result = PayoutResult()
    for account in sorted(due):
        desk = _Account(sorted(due[account], key=lambda p: (p.settled_on, p.key, p.lines)),
                        sorted(came[account], key=lambda b: (b.value_on, b.id)), rules, result,
                        settled_before)
        desk.work()
    return result


class _Account:
    """The payouts and bank lines of one account, and which are still open."""

    def __init__(self, payouts: Sequence[Payout], lines: Sequence[BankLine], rules: Rules,
                 result: PayoutResult, settled_before: date) -> None:
        self.due = [payout for payout in payouts if payout.net_minor != 0]
        self.open = list(lines)
        self.rules, self.result, self.settled_before = rules, result, settled_before
        self.texts = {line.id: bare(line.text) for line in lines}
        self.payers: set[str] = set()

    def work(self) -> None:
        """Surest evidence first; what is tied leaves the search."""
        whole = (self._named, self._named_in_parts, self._same_amount, self._merged, self._split)
        for look in (*whole, self._complete, *whole, self._short, self._runs_of_lines):
            look()
        for line in self.open:
            if line.value_on >= self.settled_before:
                self._propose([p for p in self.due if self._fits(line, p)], line,
                              "The amount fits; another bank line may still come.")
        self.result.unpaid.extend(self.due)

    def _propose(self, payouts: Sequence[Payout], line: BankLine, why: str) -> None:
        self.result.proposed.extend(PayoutTie(p, line, "1:1", "amount", why) for p in payouts)

    def _names(self, line: BankLine, payout: Payout) -> bool:
        return bool(not payout.lines and bare(payout.key) in self.texts[line.id])

    def _hints(self, line: BankLine, payout: Payout) -> bool:
        """The text holds at least the beginning of the payout's name."""
        return not payout.lines and bare(payout.key)[:_LEAST_CUT + 2] in self.texts[line.id]

    def _in_window(self, line: BankLine, payout: Payout) -> bool:
        return -1 <= (line.value_on - payout.settled_on).days <= self.rules["bank_days"]

    def _tie(self, payouts: Sequence[Payout], lines: Sequence[BankLine], rule: str,
             reason: str) -> None:
        kind = "1:1" if len(payouts) == len(lines) == 1 else "1:n" if len(payouts) == 1 else "n:1"
        for payout in payouts:
            for line in lines:
                self.result.ties.append(PayoutTie(payout, line, kind, rule, reason))
        self.due = [payout for payout in self.due if payout not in payouts]
        self.open = [line for line in self.open if line not in lines]
        self.payers.update(line.counterparty for line in lines if line.counterparty)

    def _each_line(self) -> Iterator[BankLine]:
        for line in list(self.open):
            if line in self.open and line.value_on < self.settled_before:
                yield line

    def _named(self) -> None:
        for line in list(self.open):
            named = [p for p in self.due if self._names(line, p)]
            if named and sum(p.net_minor for p in named) == line.amount_minor:
                self._tie(named, [line], "named", "The bank's text names the payout, and the "
                          "amount agrees." if len(named) == 1 else "The bank's text names these "
                          "payouts, and their sum is the amount.")

    def _named_in_parts(self) -> None:
        for payout in list(self.due):
            lines = [b for b in self.open if self._names(b, payout)]
            if len(lines) > 1 and sum(b.amount_minor for b in lines) == payout.net_minor:
                self._tie([payout], lines, "named_parts",
                          "These bank lines name the payout and add up to it.")

    def _same_amount(self) -> None:
        for line in self._each_line():
            fits = [p for p in self.due if self._fits(line, p)]
            hinted = [p for p in fits if self._hints(line, p)]
            picked = hinted if len(hinted) == 1 else fits
            rivals = [b for b in self.open if len(picked) == 1 and self._fits(b, picked[0])]
            if len(picked) == 1 and (rivals == [line] or picked == hinted):
                self._tie(picked, [line], "amount", "The amount fits this payout and no other, "
                          "within the days that a transfer takes.")
            else:
                self._propose(picked, line, "The amount fits, but not only here.")

    def _fits(self, line: BankLine, payout: Payout) -> bool:
        return line.amount_minor == payout.net_minor and self._in_window(line, payout)

    def _merged(self) -> None:
        for line in self._each_line():
            near = [p for p in self.due if self._in_window(line, p)]
            must = [p for p in near if self._names(line, p)]
            amounts = [p.net_minor for p in near]
            found = run(amounts, line.amount_minor, most=self.rules["merged_most"])
            if not found.certain:
                found = subset(amounts, line.amount_minor, most=self.rules["merged_most"])
            picked = [near[place] for place in found.places or ()]
            hinted = any(self._hints(line, p) for p in picked)
            if len(picked) > 1 and all(p in picked for p in must) and (found.certain or hinted):
                self._tie(picked, [line], "merged",
                          f"{len(picked)} payouts add up to the amount of this bank line.")

    def _split(self) -> None:
        for payout in list(self.due):
            near = [b for b in self._each_line() if self._in_window(b, payout)
                    and (self._hints(b, payout) or b.counterparty in self.payers)]
            found = subset([b.amount_minor for b in near], payout.net_minor,
                           most=self.rules["split_most"])
            picked = [near[place] for place in found.places or ()]
            if len(picked) > 1 and found.certain:
                self._tie([payout], picked, "split",
                          f"{len(picked)} bank lines add up to the payout.")

    def _complete(self) -> None:
        """A payout that nothing fits takes in the lines of its day that lost their payout id."""
        for batch in [p for p in self.due if p.lines]:
            owners = [p for p in self.due if not p.lines and p.settled_on == batch.settled_on]
            if len(owners) == 1:
                self.due.remove(batch)
                self.due[self.due.index(owners[0])] = replace(
                    owners[0], net_minor=owners[0].net_minor + batch.net_minor,
                    joined=batch.lines)

    def _short(self) -> None:
        for line in self._each_line():
            most = self.rules["short_units"] * 10 ** exponent(line.currency)
            named = [p for p in self.due if self._names(line, p) or self._hints(line, p)]
            near = named or [p for p in self.due if self._in_window(line, p)
                             and line.counterparty in self.payers]
            short = [p for p in near if 0 < p.net_minor - line.amount_minor <= most]
            together = sum(p.net_minor for p in named) - line.amount_minor
            if len(named) > 1 and 0 < together <= most:
                self._cut_short(named, line, together)
            elif len(short) == 1:
                self._cut_short(short, line, short[0].net_minor - line.amount_minor)

    def _cut_short(self, payouts: Sequence[Payout], line: BankLine, missing: int) -> None:
        self._tie(payouts, [line], "short", "The bank line is this payout less a charge.")
        self.result.short.append((payouts[0], line, missing))

    def _runs_of_lines(self) -> None:
        """Lines without a payout id: neighbours in time whose net sum is a bank line's amount."""
        for line in self._each_line():
            near = [p for p in self.due if p.lines and self._in_window(line, p)]
            places = [(batch, at) for batch in near for at in range(len(batch.lines))]
            found = run([batch.nets[at] for batch, at in places], line.amount_minor)
            if found.certain and found.places:
                self._take([places[place] for place in found.places], line)

    def _take(self, taken: Sequence[tuple[Payout, int]], line: BankLine) -> None:
        """Cut the lines that were found out of their days, and tie them as one payout."""
        first = taken[0][0]
        for batch in {batch.key: batch for batch, _ in taken}.values():
            gone = {at for other, at in taken if other is batch}
            rest = [at for at in range(len(batch.lines)) if at not in gone]
            self.due.remove(batch)
            if rest:
                self.due.append(_of_lines(batch, [(batch, at) for at in rest]))
        self.due.sort(key=lambda p: (p.settled_on, p.key, p.lines))
        self._tie([_of_lines(first, taken)], [line], "run",
                  "These lines follow each other and their net sum is the amount.")


def _of_lines(like: Payout, places: Sequence[tuple[Payout, int]]) -> Payout:
    nets = tuple(batch.nets[at] for batch, at in places)
    return Payout(like.key, like.account, like.currency, like.settled_on, sum(nets),
                  tuple(batch.lines[at] for batch, at in places), nets)
