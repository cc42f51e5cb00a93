"""The chart of growth: what became public in each period, and below it of what all that there was then consisted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from modeltree.layout.chart import LEADING, Area, Canvas, Chart, Panel, Rule, even_ticks, rectangle, spread, thousands
from modeltree.layout.geometry import Measure
from modeltree.layout.plane import Point
from modeltree.layout.ticks import tick_label
from modeltree.layout.title_block import TitleBlock
from modeltree.records import Grain, PartialDate

__all__ = ["GrowthTable", "growth_chart"]

_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
# In ems: the bands of years and of months, from a panel to them and from them to what follows; what is above a panel,
# and from a panel to the words beside it; the pitch of the words at the right.
_YEARS, _MONTHS, _APART, _SPACE, _CAPTION, _BESIDE, _PITCH = 1.7, 1.5, 0.5, 1.0, 2.3, 0.6, LEADING
# Of the width of a period: the gap after its bar. Above the highest bar there is room of so many ems.
_GAP, _ABOVE = 0.12, 1.6
# The upper panel has at most so many steps of values, each at least so many ems high.
_TICKS, _TICK_PITCH = 5, 2.0
# The upper panel's part of the height.
_UPPER = 0.58


@dataclass(frozen=True, slots=True)
class GrowthTable:
    """How many models of each sort became public in each period.

    Parameters
    ----------
    grain : {"year", "quarter", "month"}
        How long a period is.
    first : int
        The number of the first period: years, quarters or months since the year 0.
    sorts : tuple of (str, str)
        A key for the color of each sort and what it is called, from the lowest band to the highest.
    counts : sequence of sequence of int
        For each period the number of each sort.
    incomplete : bool
        Whether the last period was not over when the data were collected.
    since : str, optional
        From when on is counted, if not from the beginning.
    """

    grain: Grain
    first: int
    sorts: tuple[tuple[str, str], ...]
    counts: Sequence[Sequence[int]]
    incomplete: bool
    since: str | None = None

    def year(self, period: int) -> int:
        """The year that a period is in."""
        return (self.first + period) // _PER_YEAR[self.grain]

    def date(self, period: int) -> PartialDate:
        """A period as a date; of a quarter, its first month."""
        per_year = _PER_YEAR[self.grain]
        part = (self.first + period) % per_year
        return PartialDate(self.year(period), None if per_year == 1 else part * 12 // per_year + 1)


def growth_chart(
    table: GrowthTable,
    measure: Measure,
    *,
    page: tuple[float, float | None],
    font_size: float | None = None,
    furniture: TitleBlock | None = None,
) -> Chart:
    """Lay out a chart of growth.

    Parameters
    ----------
    table : GrowthTable
        What is counted.
    measure : Measure
        The size of a text.
    page : (float, float or None)
        Width and height, in points.
    font_size : float, optional
        By default it goes with the page.
    furniture : TitleBlock, optional
        Title and footnote.

    Raises
    ------
    LayoutError
        When there is no room for it.
    """
    canvas = Canvas.of(page, font_size, furniture or TitleBlock(), measure)
    return _Grown(canvas, table).chart()


class _Grown:
    """Puts a chart of growth together."""

    def __init__(self, canvas: Canvas, table: GrowthTable) -> None:
        self.canvas, self.table = canvas, table
        self.totals = [sum(row) for row in table.counts]
        self.sums = [list(accumulate(column)) for column in zip(*table.counts, strict=True)]
        ems, room = canvas.ems, canvas.room_for
        highest = [thousands(even_ticks(max(self.totals), count)[-1]) for count in range(1, _TICKS + 1)]
        self.left = canvas.margin + max(map(room, (*highest, "100 %"))) + ems(_BESIDE)
        names = max(room(name, bold=True) for _, name in table.sorts)
        self.numbers = max(room(thousands(sums[-1])) for sums in self.sums)
        self.right = canvas.width - canvas.margin - names - self.numbers - ems(_BESIDE + 2.2)
        canvas.require(self.right - self.left)
        self.period = (self.right - self.left) / len(table.counts)
        months = [table.date(period) for period in range(len(table.counts))]
        marks = [tick_label(date, table.grain) for date in months]
        self.marks = marks if table.grain != "year" and max(map(room, marks)) + ems(0.4) <= self.period else []

    def chart(self) -> Chart:
        """The whole."""
        canvas, ems = self.canvas, self.canvas.ems
        strip = ems(_YEARS + (_MONTHS if self.marks else 0.0))
        height = canvas.bottom - canvas.top - 2 * ems(_CAPTION) - strip - ems(_APART + _SPACE + LEADING / 2)
        least = ems(_PITCH * len(self.table.sorts))  # the words beside the lower panel
        lower = min(max((1 - _UPPER) * height, least), 0.55 * height)
        canvas.require(height - lower, lower, lower - least + ems(4))
        upper = self._bars(canvas.top + ems(_CAPTION), height - lower)
        self._strip(upper.bottom + ems(_APART), upper.bottom + ems(_APART) + strip)
        shares = self._shares(upper.bottom + ems(_APART + _SPACE + _CAPTION) + strip, lower)
        return canvas.chart(upper, shares)

    def _bars(self, top: float, height: float) -> Panel:
        """The upper panel: a bar for each period."""
        canvas, table, ems = self.canvas, self.table, self.canvas.ems
        most = max(self.totals) * (1 + ems(_ABOVE) / max(height - ems(_ABOVE), 1.0))
        panel = Panel(x=self.left, y=top, width=self.right - self.left, height=height,
                      across=(0.0, len(table.counts)), up=(0.0, most))  # fmt: skip
        canvas.head(f"New models in each {table.grain}", top - ems(_CAPTION))
        steps = int((height - ems(_ABOVE)) / ems(_TICK_PITCH))
        for tick in even_ticks(max(self.totals), max(min(steps, _TICKS), 1)):
            self._level(panel, tick, thousands(tick))
        last = len(table.counts) - 1
        for place, (key, name) in enumerate(table.sorts):
            rings: dict[bool, list[tuple[Point, ...]]] = {False: [], True: []}
            for period, row in enumerate(table.counts):
                if row[place]:
                    base = sum(row[:place])
                    left = panel.at_x(period + _GAP / 2)
                    ring = rectangle(left, panel.at_y(base + row[place]), panel.at_x(period + 1 - _GAP / 2),
                                     panel.at_y(base))  # fmt: skip
                    rings[table.incomplete and period == last].append(ring)
            said = f"{name}: {thousands(self.sums[place][-1])}"
            canvas.areas += [Area(key, tuple(found), said, faint) for faint, found in rings.items() if found]
        self._peak(panel)
        self._latest(panel)
        canvas.rules.append(Rule("axis", ((panel.x, panel.bottom), (panel.right, panel.bottom))))
        return panel

    def _peak(self, panel: Panel) -> None:
        """Write its number above the highest bar."""
        highest = max(range(len(self.totals)), key=self.totals.__getitem__)
        number = thousands(self.totals[highest])
        half = self.canvas.room_for(number, bold=True) / 2
        if 2 * half > panel.width:
            return
        middle = min(max(panel.at_x(highest + 0.5), panel.x + half), panel.right - half)
        y = panel.at_y(self.totals[highest]) - self.canvas.ems(LEADING / 2)
        self.canvas.write(number, middle, y, align="middle", bold=True)

    def _latest(self, panel: Panel) -> None:
        """Beside the upper panel: the colors, and the numbers of the last period that is over."""
        canvas, table, ems = self.canvas, self.table, self.canvas.ems
        over = len(table.counts) - 1 - (table.incomplete and len(table.counts) > 1)
        if ems(_PITCH) * (len(table.sorts) + 1) > panel.height:
            return
        end, y = canvas.width - canvas.margin, panel.y + ems(_PITCH / 2)
        canvas.write(self._called(over), end, y, align="right", tone="quiet")
        start = panel.right + ems(1.6)
        for place in reversed(range(len(table.sorts))):
            y += ems(_PITCH)
            key, name = table.sorts[place]
            canvas.box(key, start - ems(1.25), y - ems(0.42), start - ems(0.4), y + ems(0.42))
            canvas.write(name, start, y)
            canvas.write(thousands(table.counts[over][place]), end, y, align="right", tone="quiet")

    def _called(self, period: int) -> str:
        """What a period is called."""
        date = self.table.date(period)
        return str(date.year) if date.month is None else f"{tick_label(date, self.table.grain)} {date.year}"

    def _level(self, panel: Panel, value: float, text: str) -> None:
        """A line across a panel, and the value that it stands for."""
        y = panel.at_y(value)
        if value > panel.up[0]:
            self.canvas.rules.append(Rule("guide", ((panel.x, y), (panel.right, y))))
        self.canvas.write(text, panel.x - self.canvas.ems(_BESIDE), y, align="right", tone="quiet")

    def _strip(self, top: float, bottom: float) -> None:
        """The time that both panels have in common: months where there is room, and years."""
        canvas, table, ems = self.canvas, self.table, self.canvas.ems
        for period, mark in enumerate(self.marks):
            canvas.write(mark, self._x(period + 0.5), top + ems(_MONTHS / 2), align="middle")
        top = bottom - ems(_YEARS)
        starts = [0, *(at for at in range(1, len(table.counts)) if table.year(at) != table.year(at - 1))]
        bounds = [*starts, len(table.counts)]
        widest = max(canvas.room_for(str(table.year(start)), bold=True) for start in starts)
        whole = max(end - start for start, end in pairwise(bounds)) * self.period
        step = next(years for years in (1, 2, 5, 10, 20, 50, 100, 1000, 10000) if years * whole >= widest + ems(0.8))
        free = -math.inf
        for start, end in pairwise(bounds):
            year, gap = table.year(start), min(ems(0.1), 0.1 * self.period)
            canvas.box("year", self._x(start) + gap, top, self._x(end) - gap, bottom)
            room = self._x(end) - self._x(start)
            if year % step == 0 and (step > 1 or room >= canvas.room_for(str(year), bold=True) + ems(0.2)):
                half = canvas.room_for(str(year), bold=True) / 2
                middle = min(max(self._x((start + end) / 2), self.left + half), self.right - half)
                if middle - half >= free:
                    canvas.write(str(year), middle, (top + bottom) / 2, align="middle", bold=True, tone="year")
                    free = middle + half + ems(0.4)

    def _shares(self, top: float, height: float) -> Panel:
        """The lower panel: of what all models up to then consist, and how many of each sort there are in the end."""
        canvas, table, ems = self.canvas, self.table, self.canvas.ems
        panel = Panel(x=self.left, y=top, width=self.right - self.left, height=height,
                      across=(0.0, len(table.counts)), up=(0.0, 1.0))  # fmt: skip
        since = f"since {table.since}" if table.since else "so far"
        canvas.head(f"All models {since}, in shares", top - ems(_CAPTION))
        stacked = [list(accumulate(column, initial=0)) for column in zip(*self.sums, strict=True)]
        for place, (key, name) in enumerate(table.sorts):
            bounds = []
            for edge in (place, place + 1):
                shares = [column[edge] / column[-1] if column[-1] else 0.0 for column in stacked]
                line = [(panel.at_x(period + 1), panel.at_y(share)) for period, share in enumerate(shares)]
                bounds.append([(panel.x, line[0][1]), *line])
            if self.sums[place][-1]:
                canvas.areas.append(Area(key, ((*bounds[1], *reversed(bounds[0])),), f"{name}, share"))
        for share in (0.0, 0.5, 1.0):
            self._level(panel, share, f"{share:.0%}".replace("%", " %"))
        self._names(panel, stacked[-1])
        return panel

    def _names(self, panel: Panel, ends: Sequence[int]) -> None:
        """Name the bands of the lower panel at its right, each with its number."""
        canvas, table, ems = self.canvas, self.table, self.canvas.ems
        wanted = [panel.at_y((low + high) / 2 / ends[-1]) for low, high in pairwise(ends)]
        pitch = ems(_PITCH)
        middles = spread(wanted[::-1], pitch, panel.y + pitch / 2, panel.bottom - pitch / 2)[::-1]
        start = panel.right + ems(1.6)
        for (_, name), sums, y, band in zip(table.sorts, self.sums, middles, wanted, strict=True):
            bend = panel.right + ems(0.35)
            canvas.rules.append(Rule("leader", ((panel.right + ems(0.1), band), (bend, band),
                                                (start - ems(0.65), y), (start - ems(0.3), y))))  # fmt: skip
            canvas.write(name, start, y, bold=True)
            canvas.write(thousands(sums[-1]), canvas.width - canvas.margin, y, align="right", tone="quiet")

    def _x(self, period: float) -> float:
        return self.left + period * self.period
