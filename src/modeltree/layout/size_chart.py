"""The chart of families: how many there are of at least each size, and below it how deep those of each size are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from modeltree.layout.chart import (
    LEADING,
    Canvas,
    Chart,
    Dot,
    Panel,
    Rule,
    log_ticks,
    spread,
    steps_down,
    thousands,
)
from modeltree.layout.geometry import Measure
from modeltree.layout.title_block import TitleBlock

__all__ = ["DepthBox", "SizeTable", "size_chart"]

# In ems: what is above a panel, the words below the upper one, from a panel to the words beside it, from one line of
# these to the next, and how wide the names of the largest families may be; from the panels to the words at their right,
# and a sample of a color.
_CAPTION, _SCALE, _BESIDE, _PITCH, _NAME, _GUTTER, _SAMPLE = 2.3, 2.4, 0.6, LEADING, 23.0, 2.4, 2.2
_UPPER = 0.66
# How much of a bar's width is the gap to the next; a depth is drawn so high, as a ratio up and down.
_GAP, _STEP = 0.08, 1.12
# The scales reach so much beyond their ends, as a ratio.
_BEYOND = 1.35
_UNIT = "models in the family"
_PARTS = (("range", "least to greatest"), ("quartiles", "the middle half"), ("median", "median"))
# So many sizes are marked one by one.
_FEW = 40


@dataclass(frozen=True, slots=True)
class DepthBox:
    """The depths of families of about one size: from ``low`` up to, but without, ``high`` models.

    ``depths`` are the least, the lower quartile, the median, the upper quartile and the greatest.
    """

    low: int
    high: int
    families: int
    depths: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class SizeTable:
    """What a chart of families shows.

    Parameters
    ----------
    survivors : sequence of (int, int)
        The sizes that occur, ascending, and how many families are at least as large as each.
    boxes : sequence of DepthBox
        The depths.
    largest : sequence of (str, int)
        The names and sizes of the largest families, the largest first.
    """

    survivors: Sequence[tuple[int, int]]
    boxes: Sequence[DepthBox]
    largest: Sequence[tuple[str, int]]


def size_chart(
    table: SizeTable,
    measure: Measure,
    *,
    page: tuple[float, float | None],
    font_size: float | None = None,
    furniture: TitleBlock | None = None,
) -> Chart:
    """Lay out a chart of the sizes and depths of families; the parameters are as for `growth_chart`.

    Raises
    ------
    LayoutError
        When there is no room for it.
    """
    canvas = Canvas.of(page, font_size, furniture or TitleBlock(), measure)
    return _Sized(canvas, table).chart()


class _Sized:
    """Puts a chart of sizes and depths together."""

    def __init__(self, canvas: Canvas, table: SizeTable) -> None:
        self.canvas, self.table = canvas, table
        ems, room = canvas.ems, canvas.room_for
        self.most = table.survivors[-1][0]
        self.families = table.survivors[0][1]
        # Of models that only an application joins none descends from another: these are drawn as of depth 1, too.
        self.deepest = max((1, *(box.depths[-1] for box in table.boxes)))
        self.left = canvas.margin + room(thousands(max(log_ticks(1, self.families * _BEYOND)))) + ems(_BESIDE)
        self.numbers = max(room(thousands(size)) for _, size in table.largest)
        names = min(max(room(name, bold=True) for name, _ in table.largest), ems(_NAME)) + ems(1.0) + self.numbers
        words = max(room(_UNIT), *(ems(_SAMPLE) + room(text) for _, text in _PARTS))
        self.beside = canvas.width - canvas.margin - max(names, words)
        self.right = self.beside - ems(_GUTTER)

    def chart(self) -> Chart:
        """The whole."""
        canvas, ems = self.canvas, self.canvas.ems
        height = canvas.bottom - canvas.top - 2 * ems(_CAPTION) - ems(_SCALE)
        words = ems(_PITCH * len(self.table.largest))  # beside the upper panel
        canvas.require(self.right - self.left, (1 - _UPPER) * height, _UPPER * height - words + ems(4))
        upper = self._sizes(canvas.top + ems(_CAPTION), _UPPER * height)
        self._scale(upper.bottom + ems(0.95))
        lower = self._depths(upper.bottom + ems(_SCALE + _CAPTION), (1 - _UPPER) * height)
        return canvas.chart(upper, lower)

    def _panel(self, top: float, height: float, up: tuple[float, float], log: bool = True) -> Panel:
        across = (1 / _BEYOND**0.5, self.most * _BEYOND)
        return Panel(x=self.left, y=top, width=self.right - self.left, height=height, across=across, up=up,
                     log=(True, log))  # fmt: skip

    def _ground(self, panel: Panel, caption: str, levels: Sequence[int]) -> None:
        """Lines at round values, and what is drawn."""
        canvas, ems = self.canvas, self.canvas.ems
        canvas.head(caption, panel.y - ems(_CAPTION))
        for size in log_ticks(*panel.across):
            x = panel.at_x(size)
            canvas.rules.append(Rule("guide", ((x, panel.y), (x, panel.bottom))))
        lowest = math.inf
        for level in levels:
            y = panel.at_y(level)
            if y > lowest - ems(_PITCH):
                continue
            lowest = y
            canvas.rules.append(Rule("guide", ((panel.x, y), (panel.right, y))))
            canvas.write(thousands(level), panel.x - ems(_BESIDE), y, align="right", tone="quiet")

    def _sizes(self, top: float, height: float) -> Panel:
        """The upper panel: families of at least each size."""
        canvas, ems, table = self.canvas, self.canvas.ems, self.table
        panel = self._panel(top, height, (1 / _BEYOND, self.families * _BEYOND))
        self._ground(panel, "Families of at least so many models", log_ticks(*panel.up))
        corners = [(panel.at_x(size), panel.at_y(count)) for size, count in table.survivors]
        staircase = tuple(steps_down(corners))
        end = staircase[-1][0]
        name = f"{thousands(self.families)} families, the largest of {thousands(self.most)} models"
        canvas.rules.append(Rule("curve", ((panel.x, staircase[0][1]), *staircase, (end, panel.bottom)), name))
        if len(corners) <= _FEW:
            canvas.dots += [Dot(corner, ems(0.16)) for corner in corners]
        self._alone(panel)
        self._largest(panel)
        canvas.rules.append(Rule("axis", ((panel.x, panel.bottom), (panel.right, panel.bottom))))
        return panel

    def _alone(self, panel: Panel) -> None:
        """Say beside the first step how many models are in no family with another."""
        if len(self.table.survivors) < 2 or self.table.survivors[0][0] > 1:
            return
        (size, every), (_, rest) = self.table.survivors[:2]
        top, bottom = panel.at_y(every), panel.at_y(rest)
        text = f"{thousands(every - rest)} {'is' if every - rest == 1 else 'are'} a single model"
        x = panel.at_x(size) + self.canvas.ems(_BESIDE)
        if bottom - top > self.canvas.ems(1.2 * LEADING) and x + self.canvas.room_for(text) < panel.right:
            self.canvas.write(text, x, (top + bottom) / 2, tone="quiet")

    def _largest(self, panel: Panel) -> None:
        """Name the largest families at the right of the curve, each tied to its place on it."""
        canvas, ems = self.canvas, self.canvas.ems
        pitch = ems(_PITCH)
        places = [panel.at_y(rank) for rank in range(1, len(self.table.largest) + 1)]
        lowest = panel.bottom - pitch / 2
        middles = spread(places[::-1], pitch, panel.y + pitch / 2, lowest)[::-1]
        start, end = self.beside, canvas.width - canvas.margin
        for (name, size), place, y in zip(self.table.largest, places, middles, strict=True):
            dot = (panel.at_x(size), place)
            bend = panel.right + ems(0.3)
            canvas.rules.append(Rule("leader", (dot, (bend, place), (start - ems(0.8), y), (start - ems(0.35), y))))
            canvas.dots.append(Dot(dot, ems(0.28), f"{name}: {thousands(size)}"))
            shown = canvas.shortened(name, end - self.numbers - ems(0.9) - start, bold=True)
            canvas.write(shown, start, y, bold=True)
            canvas.write(thousands(size), end, y, align="right", tone="quiet")

    def _scale(self, y: float) -> None:
        """The sizes, between the two panels."""
        canvas, ems = self.canvas, self.canvas.ems
        panel = self._panel(0.0, 1.0, (1.0, 2.0))
        free = -math.inf
        for size in log_ticks(*panel.across):
            text = thousands(size)
            half = canvas.room_for(text) / 2
            if panel.at_x(size) - half >= free:
                free = canvas.write(text, panel.at_x(size), y, align="middle", tone="quiet").right + ems(0.6)
        if free <= self.beside:
            canvas.write(_UNIT, self.beside, y, tone="quiet")

    def _depths(self, top: float, height: float) -> Panel:
        """The lower panel: how deep families of about each size are."""
        canvas, table = self.canvas, self.table
        panel = self._panel(top, height, (1 / _BEYOND, self.deepest * _BEYOND))
        levels = log_ticks(*panel.up)
        self._ground(panel, "How deep these are, in steps from the first model to the deepest", levels)
        for box in table.boxes:
            left = panel.at_x(box.low * (box.high / box.low) ** (_GAP / 2))
            right = min(panel.at_x(box.high * (box.low / box.high) ** (_GAP / 2)), panel.right)
            least, lower, median, upper, greatest = (max(depth, 1) for depth in box.depths)
            said = f"{thousands(box.families)} of {box.low:,} to {box.high - 1:,} models: median {box.depths[2]}"
            canvas.box("range", left, panel.at_y(greatest * _STEP), right, panel.at_y(least / _STEP), said)
            canvas.box("quartiles", left, panel.at_y(upper * _STEP), right, panel.at_y(lower / _STEP))
            canvas.rules.append(Rule("median", ((left, panel.at_y(median)), (right, panel.at_y(median)))))
        canvas.rules.append(Rule("axis", ((panel.x, panel.bottom), (panel.right, panel.bottom))))
        self._samples(panel)
        return panel

    def _samples(self, panel: Panel) -> None:
        """What the parts of a bar are, beside the lower panel."""
        canvas, ems = self.canvas, self.canvas.ems
        for number, (key, text) in enumerate(_PARTS):
            y = panel.y + ems(_PITCH) * (number + 0.5)
            left, right = self.beside, self.beside + ems(_SAMPLE - 0.6)
            if key == "median":
                canvas.rules.append(Rule(key, ((left, y), (right, y))))
            else:
                canvas.box(key, left, y - ems(0.45), right, y + ems(0.45))
            canvas.write(text, self.beside + ems(_SAMPLE), y)
