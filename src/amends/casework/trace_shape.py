"""The trace of one payment as values: steps in lanes, links between them, positions, sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from amends.problems import Problem


class Lane(StrEnum):
    """The stations of a payment, in the order in which money passes them."""

    ORDER = "order"
    AUTHORISATION = "authorisation"
    CAPTURE = "capture"
    REFUND = "refund"
    DISPUTE = "dispute"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"
    BANK = "bank"


class Side(StrEnum):
    """Whose record a step comes from."""

    LEDGER = "ledger"
    PROCESSOR = "processor"
    BANK = "bank"


class StepState(StrEnum):
    """Plain; broken (the record that should not be so); missing (expected, and not found)."""

    PLAIN = "plain"
    BROKEN = "broken"
    MISSING = "missing"


class LinkState(StrEnum):
    """How two steps go together."""

    TIE = "tie"
    BROKEN = "broken"
    EXPLAINED = "explained"


LANES = tuple(Lane)
LANE_WORDS: dict[Lane, str] = {
    Lane.ORDER: "Order",
    Lane.AUTHORISATION: "Authorisation",
    Lane.CAPTURE: "Capture",
    Lane.REFUND: "Refund",
    Lane.DISPUTE: "Dispute",
    Lane.SETTLEMENT: "Settlement",
    Lane.PAYOUT: "Payout",
    Lane.BANK: "Bank",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the payment: an entry of a file, or what was expected there.

    ``amount_minor`` is signed as in the file (None when it is not known). ``share_minor`` is what
    of a payout or bank line belongs to this payment, one of ``of_lines`` lines.
    """

    id: str
    lane: Lane
    side: Side
    kind: str
    at: datetime | date | None
    amount_minor: int | None
    currency: str
    title: str
    text: str = ""
    state: StepState = StepState.PLAIN
    entry_id: str | None = None
    file_sha256: str | None = None
    line: int | None = None
    references: tuple[tuple[str, str], ...] = ()
    fee_minor: int | None = None
    net_minor: int | None = None
    share_minor: int | None = None
    of_lines: int | None = None
    account: str = ""
    code_scheme: str = ""
    code: str = ""

    @property
    def on(self) -> date | None:
        """The day of the step."""
        return self.at.date() if isinstance(self.at, datetime) else self.at

    @property
    def size_minor(self) -> int:
        """The amount without its sign; 0 when unknown."""
        return abs(self.amount_minor or 0)

    @property
    def is_direct(self) -> bool:
        """Whether it is a bank line of the payment itself, not of a payout that holds it."""
        return self.lane is Lane.BANK and not self.ref("paid_by")

    def ref(self, kind: str) -> str:
        """The first reference of this kind, or empty text."""
        return next((value for name, value in self.references if name == kind), "")

    def as_json(self) -> dict[str, Any]:
        """The step as ``amends trace --json`` prints it."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "lane": self.lane.value, "side": self.side.value, "kind": self.kind,
            "amount_minor": self.amount_minor, "currency": self.currency,
            "entry_id": self.entry_id, "file_sha256": self.file_sha256, "line": self.line,
            "id": self.id, "title": self.title, "text": self.text, "state": self.state.value,
            "fee_minor": self.fee_minor, "net_minor": self.net_minor,
            "share_minor": self.share_minor, "of_lines": self.of_lines,
            "code_scheme": self.code_scheme or None, "code": self.code or None,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """Two steps (by id) and how they go together; ``words`` on the line, ``sentence`` in full."""

    left: str
    right: str
    state: LinkState
    words: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Who is up (positive) or down against what should be, in minor units."""

    holder: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SideRow:
    """One row of the three sides; None is "not seen here", never 0."""

    what: str
    ledger: int | None
    processor: int | None
    bank: int | None
    difference: int | None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """What the entries add up to for the one who paid, in positive minor units.

    ``paid`` is the larger of captured and settled, less what went back. ``owed`` is what the ledger
    says should have been paid in the end.
    """

    ordered: int = 0
    owed: int = 0
    captured: int = 0
    settled: int = 0
    refund_booked: int = 0
    refunded: int = 0
    charged_back: int = 0
    charge_back_booked: int = 0
    fees: int = 0
    fees_expected: int = 0
    paid_out: int = 0
    at_bank: int = 0

    @property
    def paid(self) -> int:
        """What the customer has paid in the end."""
        return max(self.captured, self.settled) - self.refunded - self.charged_back


@dataclass(frozen=True, slots=True)
class Trace:
    """The ordered story of one payment across order, processor and bank."""

    reference: str
    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()
    positions: tuple[Position, ...] = ()
    sides: tuple[SideRow, ...] = ()
    totals: Totals = Totals()
    currency: str = ""
    difference_minor: int = 0
    sentence: str = ""
    problems: tuple[Problem, ...] = ()
    read_until: tuple[tuple[str, date], ...] = ()

    @property
    def broken_links(self) -> tuple[Link, ...]:
        """The links that do not tie and have no explanation."""
        return tuple(link for link in self.links if link.state is LinkState.BROKEN)

    def step(self, step_id: str) -> Step:
        """The step with this id; KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def of(self, *kinds: str, side: Side | None = None) -> tuple[Step, ...]:
        """The steps of these kinds that were found (not the missing ones), in time order."""
        return tuple(
            step for step in self.steps
            if step.kind in kinds and step.state is not StepState.MISSING
            and side in (None, step.side)
        )

    def until(self, kind: str) -> date | None:
        """The last day that the imported entries of ``kind`` reach; None without any."""
        return dict(self.read_until).get(kind)

    def as_json(self) -> dict[str, Any]:
        """The shape of ``amends trace --json``; what design names first, the rest after it."""
        return {
            "reference": self.reference,
            "steps": [step.as_json() for step in self.steps],
            "broken_links": [
                {"between": [link.left, link.right], "what": link.words, "sentence": link.sentence}
                for link in self.broken_links
            ],
            "difference_minor": self.difference_minor,
            "currency": self.currency or None,
            "sentence": self.sentence,
            "links": [
                {"between": [link.left, link.right], "state": link.state.value, "what": link.words}
                for link in self.links
            ],
            "positions": [
                {"holder": position.holder, "amount_minor": position.amount_minor}
                for position in self.positions
            ],
            "sides": [
                {"what": row.what, "ledger": row.ledger, "processor": row.processor,
                 "bank": row.bank, "difference": row.difference, "counted": row.counted}
                for row in self.sides
            ],
            "problems": [problem.as_json() for problem in self.problems],
        }
