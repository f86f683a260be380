"""Charts for a page, drawn on the server: each mark a link, each chart also words and a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from amends.insight.contribution import Contribution, Part
from amends.insight.control import ControlChart, Point, Reading, control_chart
from amends.insight.drawing import (
    ACCENT,
    BAD,
    BAD_SOFT,
    GOOD,
    INK,
    INK_2,
    INK_3,
    LINE,
    SUNKEN,
    SURFACE,
    WARN,
    Chart,
    figure,
    linked,
    mark,
    number,
    picture,
    ticks,
    words,
)

WIDTH, HEIGHT = 720.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 92.0, 30.0, 28.0
_SERIES = (ACCENT, INK_3, GOOD, WARN, BAD, INK_2)
_LABELS_MAX = 6

__all__ = ["Chart", "contribution_chart", "control_picture", "outcome_chart", "sparkline"]


def day(on: date) -> str:
    """``2 Nov``, as axes write it."""
    return f"{on.day} {on:%b}"


def control_picture(chart: ControlChart, *, title: str, subtitle: str,
                    link: Callable[[Point], str]) -> Chart:
    """The control chart: expected range as a band, limits and mean named at the line, round dots
    inside, red diamonds outside, and a dashed line where the level shifted."""
    share = chart.kind == "p"
    scale = _Scale(chart)
    parts = _grid_lines(scale, share)
    shift = chart.shifted_on
    moved = next((i for i, point in enumerate(chart.points) if point.on == shift), 0)
    parts += _phase(chart, scale, (0, moved or len(chart.points)), share)
    if moved:
        since = _since(chart, moved)
        parts += [*_shift(day(chart.points[moved].on), scale.x(moved) - scale.step / 2),
                  *_phase(since, scale, (moved, len(chart.points)), share, new=True)]
    path = " ".join(f"{number(scale.x(i))},{number(scale.y(point.level))}"
                    for i, point in enumerate(chart.points))
    parts.append(mark("polyline", points=path, fill="none", stroke=INK_2, stroke_width=1.25))
    parts.extend(linked(link(point), _says(point, share), _dot(point, scale.x(i),
                                                               scale.y(point.level)))
                 for i, point in enumerate(chart.points))
    parts.extend(_day_labels([point.on for point in chart.points], scale.x))
    summary = _control_summary(chart, share)
    return Chart(
        title, subtitle, picture(parts, WIDTH, HEIGHT, name="control chart", says=summary), summary,
        ("From", "Level", "Count", "Base", "Expected", "Signal"),
        tuple((point.on.isoformat(), figure(point.level, share=share), figure(point.count),
               figure(point.base), f"{figure(point.lower, share=share)} to "
               f"{figure(point.upper, share=share)}", point.signal) for point in chart.points),
        tuple(link(point) for point in chart.points))


class _Scale:
    """Where a point lies on the picture."""

    def __init__(self, chart: ControlChart) -> None:
        highest = max((max(point.level, point.upper) for point in chart.points), default=1.0)
        self.count = len(chart.points)
        self.ticks = ticks(highest)
        lowest = min((min(point.level, point.lower) for point in chart.points), default=0.0)
        self.low, self.high = min(lowest, 0.0), self.ticks[-1]
        self.step = (WIDTH - _LEFT - _RIGHT) / max(len(chart.points) - 1, 1)

    def x(self, i: int) -> float:
        """Across, for the i-th point."""
        return _LEFT + i * self.step

    def y(self, level: float) -> float:
        """Down, for a level."""
        height = HEIGHT - _TOP - _BOTTOM
        return HEIGHT - _BOTTOM - (level - self.low) / (self.high - self.low) * height


def _grid_lines(scale: _Scale, share: bool) -> list[str]:
    parts = []
    for tick in scale.ticks:
        y = scale.y(tick)
        parts.append(mark("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, stroke=LINE))
        parts.append(words(_LEFT - 8, y + 4, figure(tick, share=share), anchor="end"))
    return parts


def _since(chart: ControlChart, first: int) -> ControlChart:
    """The chart of the points from ``first`` on, judged by themselves."""
    return control_chart([Reading(point.on, point.count, point.base)
                          for point in chart.points[first:]], chart.kind)


def _phase(chart: ControlChart, scale: _Scale, span: tuple[int, int], share: bool, *,
           new: bool = False) -> list[str]:
    """The expected range of a stretch of points as a band, with its mean; limits and mean are
    named at the right edge where the stretch reaches it, else inside its left."""
    first, last = span
    points = chart.points if new else chart.points[first:last]
    if not points:
        return []
    edges = [(max(scale.x(first + i) - scale.step / 2, _LEFT),
              min(scale.x(first + i) + scale.step / 2, WIDTH - _RIGHT))
             for i in range(len(points))]
    upper = [(x, scale.y(point.upper)) for pair, point in zip(edges, points, strict=True)
             for x in pair]
    lower = [(x, scale.y(point.lower)) for pair, point in zip(edges, points, strict=True)
             for x in pair]
    outline = " ".join(f"{number(x)},{number(y)}" for x, y in (*upper, *reversed(lower)))
    y = scale.y(chart.mean)
    ink = BAD if new else INK_2
    parts = [mark("polygon", points=outline, fill=BAD_SOFT if new else SUNKEN),
             mark("line", x1=edges[0][0], x2=edges[-1][1], y1=y, y2=y, stroke=ink)]
    if last == scale.count:
        return parts + _edge_labels(chart.mean, points[-1], scale, share, ink)
    says = (f"Expected range {figure(points[0].lower, share=share)} to "
            f"{figure(points[0].upper, share=share)}, mean {figure(chart.mean, share=share)}")
    below = scale.y(min(point.lower for point in points)) + 14
    above = scale.y(max(point.upper for point in points)) - 6
    return [*parts, words(_LEFT + 6, below if below < HEIGHT - _BOTTOM - 2 else above, says)]


def _edge_labels(mean: float, last: Point, scale: _Scale, share: bool, ink: str) -> list[str]:
    x, y = WIDTH - _RIGHT + 6, scale.y(mean)
    parts = [words(x, y + 4, f"Mean {figure(mean, share=share)}", fill=ink, weight="600")]
    for limit in (last.upper, last.lower):
        if abs(scale.y(limit) - y) >= 14:
            parts.append(words(x, scale.y(limit) + 4, f"{figure(limit, share=share)} limit"))
    return parts


def _shift(label: str, x: float) -> list[str]:
    late = x > WIDTH / 2
    return [mark("line", x1=x, x2=x, y1=_TOP - 12, y2=HEIGHT - _BOTTOM, stroke=INK,
                 stroke_dasharray="3 3"),
            words(x - 8 if late else x + 8, _TOP - 8, f"Shift from {label}",
                  anchor="end" if late else "start", fill=INK, weight="600")]


def _dot(point: Point, x: float, y: float) -> str:
    """A round dot inside the range, a red diamond outside, over a wide target for the hand."""
    target = mark("circle", cx=x, cy=y, r=12, fill="transparent")
    if not point.signal:
        return target + mark("circle", cx=x, cy=y, r=3, fill=INK_2)
    shape = f"M{number(x)} {number(y - 5)}l5 5l-5 5l-5-5z"
    return target + mark("path", d=shape, fill=BAD, stroke=SURFACE)


def _says(point: Point, share: bool) -> str:
    expected = f"{figure(point.lower, share=share)} to {figure(point.upper, share=share)}"
    head = f"From {day(point.on)}: {figure(point.level, share=share)}, expected {expected}"
    return f"{head}; {point.signal}" if point.signal else head


def _day_labels(days: Sequence[date], x: Callable[[int], float]) -> list[str]:
    every = max(1, -(-len(days) // _LABELS_MAX))
    return [words(x(i), HEIGHT - 8, day(on), anchor="middle")
            for i, on in enumerate(days) if i % every == 0]


def _control_summary(chart: ControlChart, share: bool) -> str:
    if not chart.enough:
        return f"{len(chart.points)} readings, too few to set an expected range."
    signals = chart.signals
    told = f"{len(signals)} of {len(chart.points)} points outside" if signals else \
        f"all {len(chart.points)} points inside"
    shift = f" The level shifted from {day(chart.shifted_on)}." if chart.shifted_on else ""
    return f"Mean {figure(chart.mean, share=share)}; {told} the expected range.{shift}"


def contribution_chart(change: Contribution, *, title: str, subtitle: str,
                       link: Callable[[Part], str], top: int = 8) -> Chart:
    """What the change is made of: a bar from zero for each part, the largest in accent; parts
    beyond ``top`` are in the table only."""
    shown = change.parts[:top]
    height = 34.0 + 30.0 * len(shown)
    falls = -min((part.change for part in shown if part.change < 0), default=0)
    most = falls + max((part.change for part in shown if part.change > 0), default=0) or 1
    zero, room = 310.0 + 240.0 * falls / most, 240.0
    parts = [words(0, 14, change.dimension), words(620, 14, "Change", anchor="end"),
             words(WIDTH, 14, "Share", anchor="end")]
    for i, part in enumerate(shown):
        y = 34.0 + 30.0 * i
        width = max(abs(part.change) / most * room, 1.0)
        left = zero if part.change >= 0 else zero - width
        row = mark("rect", x=0, y=y - 6, width=WIDTH, height=28, fill="transparent")
        row += words(0, y + 12, part.value[:44], fill=INK, size=13)
        row += mark("rect", x=left, y=y + 3, width=width, height=10, rx=2,
                    fill=ACCENT if i == 0 else INK_3)
        row += words(620, y + 12, _signed(part.change), anchor="end", fill=INK, size=13)
        row += words(WIDTH, y + 12, _percent(part), anchor="end", size=13)
        parts.append(linked(link(part), _part_says(part), row))
        parts.append(mark("line", x1=0, x2=WIDTH, y1=y + 22, y2=y + 22, stroke=LINE))
    parts.append(mark("line", x1=zero, x2=zero, y1=24, y2=height, stroke=INK_3))
    summary = (f"From {change.before:,} to {change.after:,}, {_signed(change.change)}. "
               + "; ".join(_part_says(part) for part in shown[:3]))
    return Chart(
        title, subtitle, picture(parts, WIDTH, height, name="contribution chart", says=summary),
        summary, (change.dimension, "Before", "After", "Change", "Share"),
        tuple((part.value, f"{part.before:,}", f"{part.after:,}", _signed(part.change),
               _percent(part)) for part in change.parts),
        tuple(link(part) for part in change.parts))


def _signed(value: int) -> str:
    return f"+{value:,}" if value > 0 else f"{value:,}".replace("-", "\u2212")


def _percent(part: Part) -> str:
    if part.share is None:
        return "\u2013"
    return f"{round(part.share * 100)}%".replace("-", "\u2212")


def _part_says(part: Part) -> str:
    return f"{part.value} {_signed(part.change)}"


def outcome_chart(rows: Sequence[tuple[str, Mapping[str, int]]], outcomes: Sequence[str], *,
                  title: str, subtitle: str, link: Callable[[str, str], str]) -> Chart:
    """How cases ended, one bar a bucket: segments in the order of ``outcomes``, each a link with
    its count, named at the foot in the order they are stacked."""
    most = max((sum(counts.values()) for _, counts in rows), default=1) or 1
    height = 46.0 + 28.0 * len(rows)
    parts = _foot(outcomes, height)
    for i, (bucket, counts) in enumerate(rows):
        y, x = 4.0 + 28.0 * i, 110.0
        parts.append(words(100, y + 14, bucket, anchor="end", fill=INK_2))
        for outcome in outcomes:
            count = counts.get(outcome, 0)
            if not count:
                continue
            width = count / most * (WIDTH - 170.0)
            segment = mark("rect", x=x, y=y, width=width, height=20, stroke=SURFACE,
                           fill=_SERIES[outcomes.index(outcome) % len(_SERIES)])
            parts.append(linked(link(bucket, outcome), f"{bucket}, {outcome}: {count:,}", segment))
            x += width
        parts.append(words(x + 6, y + 14, f"{sum(counts.values()):,}", fill=INK))
    totals = {outcome: sum(counts.get(outcome, 0) for _, counts in rows) for outcome in outcomes}
    summary = "; ".join(f"{outcome} {count:,}" for outcome, count in totals.items()) + "."
    return Chart(
        title, subtitle, picture(parts, WIDTH, height, name="outcome chart", says=summary),
        summary, ("", *outcomes),
        tuple((bucket, *(f"{counts.get(outcome, 0):,}" for outcome in outcomes))
              for bucket, counts in rows),
        tuple(link(bucket, "") for bucket, _ in rows))


def _foot(outcomes: Sequence[str], height: float) -> list[str]:
    parts, x = [], 110.0
    for i, outcome in enumerate(outcomes):
        parts.append(mark("rect", x=x, y=height - 22, width=10, height=10, rx=2,
                          fill=_SERIES[i % len(_SERIES)]))
        parts.append(words(x + 15, height - 13, outcome, fill=INK_2))
        x += 32 + 6.2 * len(outcome)
    return parts


def sparkline(levels: Sequence[float], *, says: str, fixed_at: int | None = None,
              bad: bool = False) -> str:
    """A line the size of a word, its last point marked; ``fixed_at`` is the index at which a fix
    came, drawn as a dotted line. Returns SVG."""
    width, height, low, high = 104.0, 24.0, min(levels, default=0.0), max(levels, default=1.0)
    step = (width - 8) / max(len(levels) - 1, 1)
    spots = [(4 + i * step, height - 4 - (level - low) / ((high - low) or 1.0) * (height - 8))
             for i, level in enumerate(levels)]
    line = " ".join(f"{number(x)},{number(y)}" for x, y in spots)
    parts = [mark("polyline", points=line, fill="none", stroke=INK_2, stroke_width=1.25)]
    if fixed_at is not None and 0 <= fixed_at < len(spots):
        x = spots[fixed_at][0]
        parts.append(mark("line", x1=x, x2=x, y1=0, y2=height, stroke=GOOD,
                          stroke_dasharray="2 2"))
    if spots:
        parts.append(mark("circle", cx=spots[-1][0], cy=spots[-1][1], r=2.5,
                          fill=BAD if bad else INK_2))
    return picture(parts, width, height, name="sparkline", says=says)
