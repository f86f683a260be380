"""Where the money trail's lanes, nodes and links stand, for a template to draw as SVG.

Lanes are columns; a step takes the row of the step it follows where that is free, so that one
chain reads as one line. Refunds and disputes leave the main line and stand under it. ``as_list``
is the text equal of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.casework.trace_links import day, money
from amends.casework.trace_shape import (
    LANE_WORDS,
    LANES,
    Lane,
    Link,
    LinkState,
    Side,
    Step,
    StepState,
    Trace,
)
from amends.money import Money

NODE_WIDTH, NODE_HEIGHT = 176, 92
GAP_X, GAP_Y = 48, 64
MARGIN, HEAD = 24, 92
CARD_HEIGHT = 150
_SIDE_LANES = (Lane.REFUND, Lane.DISPUTE)
_SOURCES = {Side.LEDGER: "Ledger", Side.PROCESSOR: "Processor", Side.BANK: "Bank statement"}


@dataclass(frozen=True, slots=True)
class LaneColumn:
    """One lane: its band and its head."""

    lane: Lane
    title: str
    source: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Node:
    """One step as a card: place, words, state."""

    step_id: str
    x: int
    y: int
    width: int
    height: int
    title: str
    when: str
    figure: str
    currency: str
    fact: str
    state: StepState
    entry_id: str | None
    file_sha256: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Wire:
    """One link as a line through ``points``; its disc stands at ``mark``.

    The words stand at ``label``; ``anchor`` is ``start`` or ``middle``, as SVG's text-anchor.
    """

    left: str
    right: str
    points: tuple[tuple[int, int], ...]
    mark: tuple[int, int]
    label: tuple[int, int]
    anchor: str
    state: LinkState
    words: str

    @property
    def path(self) -> str:
        """The points for the ``points`` attribute of an SVG polyline."""
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Card:
    """Where the sentence that says what broke can stand without covering a node."""

    x: int
    y: int
    width: int
    height: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole trail, in pixels from the top left."""

    width: int
    height: int
    lanes: tuple[LaneColumn, ...]
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    card: Card | None


def draw(trace: Trace) -> Picture:
    """The picture of a trace: the same trace gives the same picture; empty without steps."""
    present = [lane for lane in LANES if any(step.lane is lane for step in trace.steps)]
    column = {lane: number for number, lane in enumerate(present)}
    rows = _rows(trace)
    nodes = {step.id: _node(step, column[step.lane], rows[step.id]) for step in trace.steps}
    wires = tuple(_wire(link, nodes) for link in trace.links)
    lanes = tuple(_lane(lane, number, trace.steps) for lane, number in column.items())
    card = _card(trace, nodes)
    bottom = max([node.y + node.height for node in nodes.values()]
                 + ([card.y + card.height] if card else []), default=HEAD)
    width = 2 * MARGIN + len(present) * (NODE_WIDTH + GAP_X) - (GAP_X if present else 0)
    return Picture(width, bottom + MARGIN, lanes, tuple(nodes.values()), wires, card)


def as_list(trace: Trace) -> tuple[str, ...]:
    """The trail as sentences, one a step, with what breaks after the step it breaks at."""
    lines: list[str] = []
    for step in trace.steps:
        where = f", line {step.line:,}" if step.line else ""
        amount = f" {money(step.amount_minor, step.currency)}" if step.amount_minor else ""
        fact = f" {step.text}." if step.text else ""
        if step.state is StepState.MISSING:
            lines.append(f"{LANE_WORDS[step.lane]}: {step.title}.{fact}")
        else:
            lines.append(f"{day(step.on)}, {LANE_WORDS[step.lane].lower()}: {step.title}{amount}"
                         f"{where}.{fact}")
        lines += [f"Broken: {link.sentence}" for link in trace.broken_links
                  if link.right == step.id]
    return tuple(lines)


def _rows(trace: Trace) -> dict[str, int]:
    """A row for each step: that of the step before it, else the next that is free in its lane."""
    taken: set[tuple[Lane, int]] = set()
    rows: dict[str, int] = {}
    before: dict[str, list[Link]] = {}
    for link in trace.links:
        before.setdefault(link.right, []).append(link)
    for step in sorted(trace.steps, key=lambda step: LANES.index(step.lane)):
        tied = [rows[link.left] for link in before.get(step.id, ())
                if link.left in rows and link.state is not LinkState.BROKEN]
        row = max(min(tied, default=0), 1 if step.lane in _SIDE_LANES else 0)
        while (step.lane, row) in taken:
            row += 1
        taken.add((step.lane, row))
        rows[step.id] = row
    return rows


def _x(column: int) -> int:
    return MARGIN + column * (NODE_WIDTH + GAP_X)


def _node(step: Step, column: int, row: int) -> Node:
    figure = "" if step.amount_minor is None else (
        Money(abs(step.amount_minor), step.currency).figure() if step.currency
        else str(abs(step.amount_minor)))
    when = f"{step.on.day} {step.on:%b}" if step.on and step.state is not StepState.MISSING else ""
    if when and isinstance(step.at, datetime):
        when += f" {step.at:%H:%M}"
    return Node(step.id, _x(column), HEAD + row * (NODE_HEIGHT + GAP_Y), NODE_WIDTH, NODE_HEIGHT,
                step.title, when, figure, step.currency if figure else "", step.text, step.state,
                step.entry_id, step.file_sha256, step.line)


def _lane(lane: Lane, column: int, steps: Sequence[Step]) -> LaneColumn:
    sides = dict.fromkeys(_SOURCES[step.side] for step in steps if step.lane is lane)
    return LaneColumn(lane, LANE_WORDS[lane], ", ".join(sides), _x(column) - GAP_X // 2,
                      NODE_WIDTH + GAP_X)


def _wire(link: Link, nodes: dict[str, Node]) -> Wire:
    left, right = nodes[link.left], nodes[link.right]
    points = _points(left, right, list(nodes.values()))
    mark = _middle(points)
    if len(points) == 2 and points[0][1] == points[1][1]:  # too short for words beside the disc
        label, anchor = (mark[0], left.y - 10), "middle"
    elif points[0][1] == points[1][1]:
        label, anchor = (mark[0], mark[1] - 14), "middle"
    else:
        label, anchor = (mark[0] + 16, mark[1] + 4), "start"
    return Wire(link.left, link.right, points, mark, label, anchor, link.state, link.words)


def _points(left: Node, right: Node, nodes: Sequence[Node]) -> tuple[tuple[int, int], ...]:
    """Level along a free row; down or up where the way is free; else through the gap below."""
    middle_left, middle_right = left.y + left.height // 2, right.y + right.height // 2
    if left.x == right.x:
        x = left.x + left.width // 2
        upper, lower = sorted((left, right), key=lambda node: node.y)
        return ((x, upper.y + upper.height), (x, lower.y))
    if left.x > right.x:
        left, right = right, left
        middle_left, middle_right = middle_right, middle_left
    between = [node for node in nodes if left.x < node.x < right.x and node.y == right.y]
    if left.y == right.y and not between:
        return ((left.x + left.width, middle_left), (right.x, middle_right))
    level = [node for node in nodes if left.x < node.x < right.x and node.y == left.y]
    gutter = right.x - GAP_X // 2
    if left.y > right.y and not level:
        return ((left.x + left.width, middle_left), (gutter, middle_left),
                (gutter, middle_right), (right.x, middle_right))
    x = left.x + left.width // 2
    if left.y < right.y and not between and not any(
            node.x == left.x and left.y < node.y <= right.y for node in nodes):
        return ((x, left.y + left.height), (x, middle_right), (right.x, middle_right))
    across = left.y + left.height + GAP_Y // 2
    return ((x, left.y + left.height), (x, across), (gutter, across), (gutter, middle_right),
            (right.x, middle_right))


def _middle(points: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The middle of the line's first stretch, where its disc does not touch a node."""
    (x0, y0), (x1, y1) = points[0], points[1]
    return ((x0 + x1) // 2, (y0 + y1) // 2)


def _card(trace: Trace, nodes: dict[str, Node]) -> Card | None:
    """Left of the first broken step, under what stands there."""
    if not trace.broken_links:
        return None
    broken = nodes[trace.broken_links[0].right]
    columns = max((broken.x - MARGIN) // (NODE_WIDTH + GAP_X), 1)
    width = min(columns, 2) * (NODE_WIDTH + GAP_X) - GAP_X
    bottom = max(node.y + node.height for node in nodes.values() if node.x < MARGIN + width)
    return Card(MARGIN, bottom + GAP_Y // 2, width, CARD_HEIGHT, trace.broken_links[0].sentence)
