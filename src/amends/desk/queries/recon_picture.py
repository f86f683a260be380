"""The waterfall that opens: each bar enlarges what the one above left over. Geometry only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1160, 186
_BAR, _STEP, _GAP = 34, 74, 3
_CHARACTER = 6.9


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a bar: where it is, how many, its words, and what it opens."""

    x: float
    y: int
    width: float
    count: int
    words: str
    more: str
    css: str
    href: str

    @property
    def text_x(self) -> float:
        """Where its words begin."""
        return self.x + 12

    @property
    def text_y(self) -> int:
        """The baseline of its words."""
        return self.y + 22


@dataclass(frozen=True, slots=True)
class Picture:
    """The bars, the wedges between them, and everything in words."""

    width: int
    height: int
    pieces: tuple[Piece, ...]
    wedges: tuple[tuple[str, str], ...]
    bars: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece says, before it has a place."""

    count: int
    words: str
    more: str
    css: str
    href: str = ""


def picture(states: Mapping[str, int], *, settled: int,
            open_kinds: Sequence[tuple[str, str, int]]) -> Picture:
    """The picture of a run: ``states`` counts entries, ``open_kinds`` has kind, title, breaks.

    ``settled`` entries stood in breaks that people have explained or excluded since.
    """
    total, exact = states["total"], states.get("exact", 0)
    broken = max(0, states.get("breaks", 0) - settled)
    breaks = sum(count for _, _, count in open_kinds)
    share = f"{exact * 100 / total:.1f}%" if total else ""
    bars = [
        [Part(exact, "tied by reference", share, "tied"),
         Part(total - exact, "left", "", "left")],
        [Part(states.get("repaired", 0), "tied by rule", "damaged references", "rule"),
         Part(states.get("grouped", 0), "in groups", "parts, payouts at the bank", "rule"),
         Part(states.get("proposed", 0), "proposed", "", "maybe"),
         Part(states.get("carried", 0) + settled, "explained", "in transit", "explained",
              "?kind=timing_cutoff"),
         Part(states.get("excluded", 0), "apart", "no payout", "apart"),
         Part(broken, f"in {breaks} open break{'' if breaks == 1 else 's'}", "", "open")],
        _kinds(open_kinds),
    ]
    placed, wedges = [], []
    for number, bar in enumerate(bars):
        pieces = _placed([part for part in bar if part.count], 1 + number * _STEP)
        if not pieces:
            break
        placed.append(pieces)
        if number < 2 and any(part.count for part in bars[number + 1]):
            wedges.append(_wedge(pieces[-1], ("left", "open")[number]))
    height = _BAR + 2 + (len(placed) - 1) * _STEP if placed else 0
    return Picture(WIDTH, height, tuple(p for bar in placed for p in bar),
                   tuple(wedges[: max(0, len(placed) - 1)]), tuple(placed))


def _kinds(open_kinds: Sequence[tuple[str, str, int]]) -> list[Part]:
    """The most frequent kinds as far as their words fit; the others together."""
    shown: list[Part] = []
    room = WIDTH - 160.0
    for place, (kind, title, count) in enumerate(open_kinds):
        need = 24 + _GAP + _CHARACTER * len(f"{count:,} {title}")
        if need > room:
            rest = open_kinds[place:]
            return [*shown, Part(sum(n for _, _, n in rest), f"of {len(rest)} other kinds", "",
                                 "kind", "#breaks")]
        room -= need
        shown.append(Part(count, title.lower(), "", "kind", f"?kind={kind}"))
    return shown


def _placed(parts: Sequence[Part], y: int) -> tuple[Piece, ...]:
    """Widths by count, but never less than the words need as long as there is room."""
    room = WIDTH - 2 - _GAP * (len(parts) - 1)
    needs = [24 + _CHARACTER * len(f"{part.count:,} {part.words}") for part in parts]
    if sum(needs) > room:
        needs = [need * room / sum(needs) for need in needs]
    total = sum(part.count for part in parts)
    spare = room - sum(needs)
    wanted = [max(0.0, part.count * room / total - need)
              for part, need in zip(parts, needs, strict=True)]
    scale = spare / sum(wanted) if sum(wanted) else 0
    x, pieces = 1.0, []
    for part, need, want in zip(parts, needs, wanted, strict=True):
        width = need + want * scale
        more = part.more if width > 30 + _CHARACTER * (
            len(f"{part.count:,} {part.words} {part.more}")) else ""
        pieces.append(Piece(round(x, 1), y, round(width, 1), part.count, _cut(part, width), more,
                            part.css, part.href))
        x += width + _GAP
    return tuple(pieces)


def _cut(part: Part, width: float) -> str:
    """The words, cut where they would not fit."""
    room = int((width - 20) / _CHARACTER) - len(f"{part.count:,} ")
    if room >= len(part.words):
        return part.words
    return part.words[: room - 1].rstrip() + "…" if room > 2 else ""


def _wedge(piece: Piece, css: str) -> tuple[str, str]:
    top, bottom = piece.y + _BAR, piece.y + _STEP
    points = ((piece.x, top), (piece.x + piece.width, top), (WIDTH - 1, bottom), (1, bottom))
    return css, " ".join(f"{x:.1f},{y}" for x, y in points)
