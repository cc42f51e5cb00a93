"""The charts of growth and of family sizes: bars, areas, curves and scales by matplotlib, and the words around them."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, Locator, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from modeltree._util.languages import ENGLISH, Words
from modeltree.draw.artists import Group, artists_of, draw_layout, drawing_style
from modeltree.draw.display import Line, Look, Primitive, Rectangle, Text, line_width
from modeltree.draw.fonts import INTER, Typeface
from modeltree.draw.theme import Theme, contrast, mixed
from modeltree.findings import LayoutError
from modeltree.graph.counts import PER_YEAR
from modeltree.layout.geometry import Layout, Page
from modeltree.layout.plane import Box, Point
from modeltree.layout.serpentine.rows import fit_in_order
from modeltree.layout.sheet import MARGIN, TitleBlock, set_title_block
from modeltree.layout.ticks import tick_label
from modeltree.records import Grain, PartialDate, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

# In ems: from one line of words to the next, a panel's caption, and from a panel to the words beside it.
_PITCH, _CAPTION, _BESIDE = 1.45, 2.3, 0.6
# A page of this width has type of this size, in points; type goes with the root of the width, down to the least.
_FULL_WIDTH, _TYPE, _LEAST_TYPE = 1008.0, 10.5, 6.0
# The least side of a panel, in ems; lines, in points for type of 12 points; the share of the page in pale colors.
_LEAST_SIDE, _AXIS, _GRID, _LEADER, _CURVE, _MEDIAN, _EDGE, _PALE = 4.0, 0.9, 0.6, 0.6, 1.7, 1.9, 0.5, 0.45


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Positions nearest to those wanted, at least a pitch apart; where there is no room for all, from `low` on."""
    most = max(high - (len(wanted) - 1) * pitch, low)
    return fit_in_order(wanted, [index * pitch for index in range(len(wanted))], [(low, most)] * len(wanted))


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """Axes for values, and their box on the sheet."""

    axes: Axes
    box: Box

    def point(self, x: float, y: float) -> Point:
        """Where a value is on the sheet."""
        right, up = (self.axes.transScale + self.axes.transLimits).transform((x, y))
        return (self.box.x + float(right) * self.box.width, self.box.bottom - float(up) * self.box.height)

    def name(self, artists: Sequence[Artist], key: str, name: str) -> None:
        """Group artists under a name for screen readers."""
        for artist in artists:
            artist.remove()
            artist.set_clip_on(False)
        group = Group(self.axes, artists, key, name)
        group.set_zorder(artists[0].get_zorder())
        self.axes.add_artist(group)


class ChartSheet:
    """A page with a title and a footnote, on which panels and words are put; all in points."""

    def __init__(
        self, ax: Axes, theme: Theme, page: tuple[float, float], title_block: TitleBlock, font_size: float | None,
        typeface: Typeface, words: Words,
    ) -> None:  # fmt: skip
        self.typeface, self.words = typeface, words
        self.width, self.height = page
        self.ax, self.theme, self.margin = ax, theme, MARGIN
        share = min(self.width / _FULL_WIDTH, self.height / _FULL_WIDTH / 0.6) ** 0.5
        self.em = font_size or max(_TYPE * share, _LEAST_TYPE)
        frame = set_title_block(title_block, typeface.measure, self.width, MARGIN)
        self.top, self.bottom = max(frame.header, MARGIN), self.height - max(frame.footer, MARGIN)
        # The words around a chart are drawn as those around a layout.
        layout = Layout(page=Page(*page), font_size=self.em, boxes=(), icons=(), leaders=(), axis=(), ticks=(),
                        texts=frame.lines(self.height))  # fmt: skip
        draw_layout(layout, ax, Look(theme, {}, {}, typeface=typeface))

    def ems(self, length: float) -> float:
        """A length in points."""
        return length * self.em

    def room(self, text: str, bold: bool = False) -> float:
        """The width of some words."""
        return self.typeface.measure(text, bold)[0] * self.em

    def line_width(self, width: float) -> float:
        """The width of a line that is so wide for type of 12 points."""
        return line_width(width, self.em, self.theme)

    def require(self, *lengths: float) -> None:
        """Refuse panels of which a side would be too short."""
        if min(lengths) < self.ems(_LEAST_SIDE):
            size = f"{self.width:g} × {self.height:g} pt"
            raise LayoutError(f"a page of {size} leaves no room for a chart in type of {self.em:.3g} pt")

    def panel(self, caption: str, left: float, top: float, right: float, height: float) -> ChartPanel:
        """Axes with a line below and a grid, and a caption above them at the left of the page."""
        self.write(self.shortened(caption, self.width - 2 * self.margin, bold=True), self.margin,
                   top - self.ems(_CAPTION - _PITCH / 2), bold=True)  # fmt: skip
        box = Box(x=left, y=top, width=right - left, height=height)
        axes = self.ax.inset_axes(
            (left / self.width, 1 - box.bottom / self.height, box.width / self.width, height / self.height)
        )
        axes.set(facecolor="none", axisbelow=True)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.spines["bottom"].set(color=self.theme.axis, linewidth=self.line_width(_AXIS))
        axes.grid(color=self.theme.guide, linewidth=self.line_width(_GRID))
        axes.tick_params(length=0, pad=self.ems(_BESIDE), labelsize=self.em, labelcolor=self.theme.quiet,
                         labelfontfamily=self.typeface.font("0", self.em).get_family())  # fmt: skip
        return ChartPanel(axes, box)

    def add(self, part: Primitive, zorder: float = 6) -> None:
        """Put a primitive over the panels."""
        for artist in artists_of(part, self.ax, self.typeface):
            artist.set(clip_on=False, zorder=zorder)
            self.ax.add_artist(artist)

    def write(
        self, text: str, x: float, y: float, *, align: Literal["left", "center", "right"] = "left",
        bold: bool = False, color: str | None = None,
    ) -> None:  # fmt: skip
        """Put a line of words at a place, with its middle at the height ``y``."""
        self.add(Text(text, x, y, self.em, (color or self.theme.ink,), bold, align), zorder=8)

    def leader(self, panel: ChartPanel, *points: Point) -> None:
        """Draw a line from a panel to words beside it, over the grid and under all else."""
        for artist in artists_of(Line(points, (self.theme.quiet,), self.line_width(_LEADER)), self.ax, self.typeface):
            artist.set(clip_on=False, zorder=1, transform=self.ax.transData)
            panel.axes.add_artist(artist)

    def shortened(self, text: str, room: float, bold: bool = False) -> str:
        """As much of a text as there is room for."""
        if self.room(text, bold) <= room:
            return text
        end = next((end for end in range(len(text) - 1, 0, -1) if self.room(f"{text[:end]}…", bold) <= room), 1)
        return f"{text[:end].rstrip()}…"


_SHARED = {Relation.PRUNING, Relation.APPLICATION, Relation.DATA, Relation.GENERATED}
NAMED_RELATIONS = tuple(relation for relation in Relation if relation not in _SHARED)
"""The relations that have a color and a name of their own; all others share one."""

# Growth. In ems: the room for years, for months, below these, and above the highest bar.
_YEARS, _MONTHS, _SPACE, _ABOVE = 1.8, 1.5, 1.5, 1.6
# The upper panel's part of the height; the width of a bar, of a period; the most ticks, and the least ems for each.
_UPPER_GROWTH, _BAR, _TICKS, _TICK_PITCH = 0.58, 0.88, 5, 2.0

# Sizes. In ems: the scale below the upper panel, the longest name, and the space and samples at the right.
_SCALE, _NAME, _GUTTER, _SAMPLE = 2.4, 23.0, 2.4, 2.2
_UPPER_SIZES = 0.66
# Ratios: how far scales reach beyond their ends, the gap after a bar, of its width, and half the height of a depth.
_BEYOND, _GAP, _STEP = 1.35, 0.08, 1.12
_UNIT = "models in the family"
_FAMILY_BARS = "Models in each family of two or more"
_NEW = {
    "year": "New models in each year", "quarter": "New models in each quarter", "month": "New models in each month",
}  # fmt: skip
_DEPTHS = ("least to greatest", "the middle half", "median")
_STEPS = "{families} families, the largest of {models} models"
_BOX = "{families} of {low} to {high} models: median {depth}"
# Up to so many sizes are marked one by one.
_FEW = 40
MOST_BARS = 40
"""Up to so many families of two models or more are drawn as a bar each."""


class ChartTable(ABC):
    """The counts that a chart shows."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, object]:
        """Plain lists, dictionaries, strings and numbers."""

    def to_json(self, indent: int | None = 1) -> str:
        """The table as JSON, ending in a newline."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent) + "\n"


@dataclass(frozen=True, slots=True)
class GrowthTable(ChartTable):
    """How many models of each sort became public in each period."""

    grain: Grain  # how long a period is
    first: int  # the number of the first period: years, quarters or months since the year 0
    sorts: tuple[tuple[str, str], ...]  # a key for the color of each, and its name, from the lowest band up
    counts: Sequence[Sequence[int]]  # for each period the count of each sort
    incomplete: bool  # whether the last period was not over when the data were collected
    since: str | None = None  # from when on is counted, if not from the beginning

    @property
    def names(self) -> tuple[str, ...]:
        """What the sorts are called."""
        return tuple(name for _, name in self.sorts)

    def year(self, period: int) -> int:
        """The year that a period is in."""
        return (self.first + period) // PER_YEAR[self.grain]

    def date(self, period: int) -> PartialDate:
        """A period as a date; of a quarter, its first month."""
        per_year = PER_YEAR[self.grain]
        part = (self.first + period) % per_year
        return PartialDate(self.year(period), None if per_year == 1 else part * 12 // per_year + 1)

    def label(self, period: int, words: Words = ENGLISH) -> str:
        """What a period is called."""
        date = self.date(period)
        return words.date(date.year, date.month, quarter=self.grain == "quarter")

    def to_dict(self) -> dict[str, object]:
        """Plain lists, dictionaries, strings and numbers."""
        return {
            "chart": "growth",
            "grain": self.grain,
            "since": self.since,
            "incomplete": self.incomplete,
            "sorts": [{"key": key, "name": name} for key, name in self.sorts],
            "periods": [
                {"date": str(self.date(period)), "counts": list(row)} for period, row in enumerate(self.counts)
            ],
        }


@dataclass(frozen=True, slots=True)
class DepthBox:
    """The depths (least, quartiles and median, greatest) of families of `low` models or more, but fewer than `high`."""

    low: int
    high: int
    families: int
    depths: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class SizeTable(ChartTable):
    """How many families there are of at least each size, and how deep they are."""

    survivors: Sequence[tuple[int, int]]  # the sizes, ascending, and how many families are at least as large
    boxes: Sequence[DepthBox]  # the depths
    largest: Sequence[tuple[str, int]]  # the names and sizes of the largest families, the largest first

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the largest families."""
        return tuple(name for name, _ in self.largest)

    def to_dict(self) -> dict[str, object]:
        """Plain lists, dictionaries, strings and numbers."""
        return {
            "chart": "family sizes",
            "survivors": [{"size": size, "families": families} for size, families in self.survivors],
            "depths": [asdict(box) for box in self.boxes],
            "largest": [{"name": name, "size": size} for name, size in self.largest],
        }


def draw_chart(
    table: GrowthTable | SizeTable,
    ax: Axes,
    theme: Theme,
    page: tuple[float, float],
    title_block: TitleBlock,
    font_size: float | None = None,
    typeface: Typeface = INTER,
    words: Words = ENGLISH,
) -> None:
    """Draw a chart on axes that are as large as a page, in points."""
    with drawing_style():
        sheet = ChartSheet(ax, theme, page, title_block, font_size, typeface, words)
        (_draw_growth if isinstance(table, GrowthTable) else _draw_sizes)(sheet, table)  # type: ignore[arg-type]


def _labels(words: Words, locator: Locator, low: float, high: float) -> list[str]:
    """The labels at the ticks between two values."""
    return [words.number(tick) for tick in locator.tick_values(low, high) if low <= tick <= high]


def _fills(theme: Theme) -> Mapping[str, str]:
    """The color of each sort of models."""
    named = zip(map(str, NAMED_RELATIONS), (paint.fill for paint in theme.categories), strict=False)
    quiet = {"none": mixed(theme.page, theme.ink, 0.17), "other": mixed(theme.page, theme.ink, 0.3)}
    return {**dict(named), **quiet, str(Relation.UNSPECIFIED): mixed(theme.page, theme.ink, 0.42)}


# Growth


def _draw_growth(sheet: ChartSheet, table: GrowthTable) -> None:
    """A bar for each period, and below them the shares of all models up to then."""
    ems, room, words, count = sheet.ems, sheet.room, sheet.words, len(table.counts)
    counts = np.array(table.counts).T
    totals, sums = counts.sum(axis=0), counts.cumsum(axis=1)
    numbers = max(room(words.number(total)) for total in sums[:, -1])
    right = sheet.width - sheet.margin - max(room(name, bold=True) for _, name in table.sorts) - numbers - ems(2.8)
    least_left = sheet.margin + room("100 %") + ems(_BESIDE)
    marks = [tick_label(table.date(period), table.grain, words) for period in range(count)]
    if table.grain == "year" or max(map(room, marks)) + ems(0.4) > (right - least_left) / count:
        marks = []
    strip = ems(_YEARS + (_MONTHS if marks else 0.0))
    height = sheet.bottom - sheet.top - ems(2 * _CAPTION + _SPACE + _PITCH / 2) - strip
    least = ems(_PITCH * len(table.sorts))  # the words beside the lower panel
    lower = min(max((1 - _UPPER_GROWTH) * height, least), 0.55 * height)
    sheet.require(height - lower, lower, lower - least + ems(_LEAST_SIDE))
    most, upper = int(totals.max()), height - lower
    steps = int((upper - ems(_ABOVE)) / ems(_TICK_PITCH))
    locator = MaxNLocator(max(min(steps, _TICKS), 1), integer=True, steps=[1, 2, 5, 10])
    top = most * (1 + ems(_ABOVE) / max(upper - ems(_ABOVE), 1.0))
    left = max(least_left, sheet.margin + max(map(room, _labels(words, locator, 0, top))) + ems(_BESIDE))
    sheet.require(right - left)

    bars = sheet.panel(words(_NEW[table.grain]), left, sheet.top + ems(_CAPTION), right, upper)
    bars.axes.set(xlim=(0, count), ylim=(0, top))
    bars.axes.yaxis.set(major_locator=locator, major_formatter=FuncFormatter(lambda value, _: words.number(value)))
    _draw_bars(sheet, bars, table, counts)
    _draw_time(sheet, bars, table, marks)
    _draw_latest(sheet, bars, table)
    below = bars.box.bottom + strip + ems(_SPACE + _CAPTION)
    since = "All models since {since}, in shares" if table.since else "All models so far, in shares"
    shares = sheet.panel(words(since, since=table.since), left, below, right, lower)
    _draw_shares(sheet, shares, table, sums)


def _draw_bars(sheet: ChartSheet, panel: ChartPanel, table: GrowthTable, counts: NDArray[np.int64]) -> None:
    """The bars, stacked by sort, and the total of the highest."""
    theme, fills = sheet.theme, _fills(sheet.theme)
    bases = counts.cumsum(axis=0) - counts
    for (key, name), row, base in zip(table.sorts, counts, bases, strict=True):
        periods = np.flatnonzero(row)
        if not len(periods):
            continue
        pale = table.incomplete & (periods == counts.shape[1] - 1)
        colors = [mixed(fills[key], theme.page, _PALE) if faint else fills[key] for faint in pale]
        drawn = panel.axes.bar(
            periods + 0.5, row[periods], _BAR, base[periods], color=colors, edgecolor=theme.page,
            linewidth=sheet.line_width(_EDGE), label=name,
        )  # fmt: skip
        panel.name(drawn.patches, f"bars-{key}", f"{name}: {sheet.words.number(row.sum())}")
    totals = counts.sum(axis=0)
    highest = int(totals.argmax())
    number, (x, y) = sheet.words.number(totals[highest]), panel.point(highest + 0.5, totals[highest])
    half = sheet.room(number, bold=True) / 2
    if 2 * half <= panel.box.width:
        middle = min(max(x, panel.box.x + half), panel.box.right - half)
        sheet.write(number, middle, y - sheet.ems(_PITCH / 2), align="center", bold=True)


def _draw_time(sheet: ChartSheet, panel: ChartPanel, table: GrowthTable, marks: Sequence[str]) -> None:
    """The time axis: the periods, if there is room for their marks, and the years with a tick where each begins."""
    axes, theme, count = panel.axes, sheet.theme, len(table.counts)
    pad = sheet.ems(0.5)
    years = list(_years(sheet, table, panel.box.width / count))
    axes.set_xticks([start for start, _, _ in years], [""] * len(years))
    axes.set_xticks([middle for _, middle, _ in years], [text for _, _, text in years], minor=True, color=theme.ink,
                    fontproperties=sheet.typeface.font("2020", sheet.em, bold=True))  # fmt: skip
    axes.tick_params(axis="x", which="minor", length=0, pad=pad + sheet.ems(_MONTHS if marks else 0.0))
    axes.tick_params(axis="x", which="major", length=sheet.ems(_YEARS + (_MONTHS if marks else 0.0)), color=theme.guide,
                     width=sheet.line_width(_AXIS))  # fmt: skip
    axes.grid(visible=False, axis="x")
    if marks:
        periods = axes.secondary_xaxis(0.0)
        periods.spines[:].set_visible(False)
        periods.set_xticks([period + 0.5 for period in range(count)], marks, color=theme.ink,
                           fontproperties=sheet.typeface.font("".join(marks), sheet.em))  # fmt: skip
        periods.tick_params(length=0, pad=pad)


def _years(sheet: ChartSheet, table: GrowthTable, period: float) -> Iterator[tuple[int, float, str]]:
    """The years that have a tick: where each begins, the middle of its label, and the label, empty without room."""
    count = len(table.counts)
    starts = [0, *(start for start in range(1, count) if table.year(start) != table.year(start - 1))]
    bounds = list(pairwise([*starts, count]))
    room = max(sheet.room(str(table.year(start)), bold=True) for start in starts)
    whole = max(end - start for start, end in bounds) * period
    step = next(years for years in (1, 2, 5, 10, 20, 50, 100, 1000, 10000) if years * whole >= room + sheet.ems(0.8))
    free, half = -math.inf, room / 2 / period
    for start, end in bounds:
        year = table.year(start)
        middle = min(max((start + end) / 2, half), count - half)
        fits = step > 1 or (end - start) * period >= room + sheet.ems(0.2)
        if year % step == 0 and middle - half >= free:
            yield start, middle, str(year) if fits else ""
            free = middle + half + sheet.ems(0.4) / period if fits else free


def _draw_latest(sheet: ChartSheet, panel: ChartPanel, table: GrowthTable) -> None:
    """A legend beside the bars, with the counts of the last complete period."""
    ems, fills = sheet.ems, _fills(sheet.theme)
    over = len(table.counts) - 1 - (table.incomplete and len(table.counts) > 1)
    if ems(_PITCH) * (len(table.sorts) + 1) > panel.box.height:
        return
    start, end, y = panel.box.right + ems(1.6), sheet.width - sheet.margin, panel.box.y + ems(_PITCH / 2)
    sheet.write(table.label(over, sheet.words), end, y, align="right", color=sheet.theme.quiet)
    for (key, name), count in reversed(list(zip(table.sorts, table.counts[over], strict=True))):
        y += ems(_PITCH)
        sample = Box(x=start - ems(1.25), y=y - ems(0.42), width=ems(0.85), height=ems(0.84))
        sheet.add(Rectangle(sample, (fills[key],)))
        sheet.write(name, start, y)
        sheet.write(sheet.words.number(count), end, y, align="right", color=sheet.theme.quiet)


def _draw_shares(sheet: ChartSheet, panel: ChartPanel, table: GrowthTable, sums: NDArray[np.int64]) -> None:
    """The shares as areas, each with its name and count at its right."""
    theme, fills, ems = sheet.theme, _fills(sheet.theme), sheet.ems
    axes, count = panel.axes, len(table.counts)
    axes.set(xlim=(0, count), ylim=(0, 1), xticks=[], yticks=[0, 0.5, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0, " %"))
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    shares = sums / np.maximum(sums.sum(axis=0), 1)
    shares = np.hstack([shares[:, :1], shares])  # each period is at its end, and so is the first at its beginning
    areas = axes.stackplot(
        range(count + 1), shares, colors=[fills[key] for key, _ in table.sorts], edgecolor=theme.page,
        linewidth=sheet.line_width(_EDGE), labels=[name for _, name in table.sorts],
    )  # fmt: skip
    for area, (key, name) in zip(areas, table.sorts, strict=True):
        panel.name([area], f"shares-{key}", sheet.words("{name}, share", name=name))
    tops = shares[:, -1].cumsum()
    middles = [panel.point(count, middle)[1] for middle in tops - shares[:, -1] / 2]
    pitch, right, start = ems(_PITCH), panel.box.right, panel.box.right + ems(1.6)
    heights = spread(middles[::-1], pitch, panel.box.y + pitch / 2, panel.box.bottom - pitch / 2)[::-1]
    for (_, name), total, middle, y in zip(table.sorts, sums[:, -1], middles, heights, strict=True):
        sheet.leader(panel, (right + ems(0.1), middle), (right + ems(0.35), middle), (start - ems(0.65), y),
                     (start - ems(0.3), y))  # fmt: skip
        sheet.write(name, start, y, bold=True)
        sheet.write(sheet.words.number(total), sheet.width - sheet.margin, y, align="right", color=theme.quiet)


# Sizes of families


def _draw_sizes(sheet: ChartSheet, table: SizeTable) -> None:
    """A bar for each family where there are few, and their numbers where there are many."""
    kin = next((families for size, families in table.survivors if size > 1), 0)
    height = sheet.bottom - sheet.top - sheet.ems(_CAPTION)
    if kin == len(table.largest) <= MOST_BARS and kin * sheet.ems(_PITCH) <= height:
        _draw_families(sheet, table, height)
    else:
        _draw_counts(sheet, table)


def _draw_families(sheet: ChartSheet, table: SizeTable, height: float) -> None:
    """A bar for each family of two models or more, the largest on top, with its name and size."""
    ems, theme, words, count = sheet.ems, sheet.theme, sheet.words, len(table.largest)
    names = min(max(sheet.room(name) for name, _ in table.largest), ems(_NAME))
    left = sheet.margin + names + ems(_BESIDE)
    numbers = max(sheet.room(words.number(size), bold=True) for _, size in table.largest)
    right = sheet.width - sheet.margin - numbers - ems(1)
    sheet.require(right - left)
    panel = sheet.panel(words(_FAMILY_BARS), left, sheet.top + ems(_CAPTION), right, height)
    panel.axes.set(xlim=(0, table.largest[0][1]), ylim=(count, 0), xticks=[], yticks=[])
    panel.axes.spines[:].set_visible(False)
    for rank, (name, size) in enumerate(table.largest):
        bar = panel.axes.barh(rank + 0.5, size, 0.72, color=theme.quiet, linewidth=0)
        panel.name(bar.patches, f"family-{rank + 1}", f"{name}: {sheet.words.number(size)}")
        x, y = panel.point(size, rank + 0.5)
        sheet.write(sheet.shortened(name, names), left - ems(_BESIDE), y, align="right")
        sheet.write(words.number(size), x + ems(_BESIDE), y, bold=True)
    if table.survivors[0][0] == 1:
        alone = table.survivors[0][1] - count
        text = words.count(alone, "{count} more is a single model", "{count} more are a single model")
        if sheet.room(words(_FAMILY_BARS), bold=True) + sheet.room(text) + ems(2) <= sheet.width - 2 * sheet.margin:
            y = panel.box.y - ems(_CAPTION - _PITCH / 2)
            sheet.write(text, sheet.width - sheet.margin, y, align="right", color=theme.quiet)


def _draw_counts(sheet: ChartSheet, table: SizeTable) -> None:
    """The number of families of at least each size, and below it the depths of families of each size."""
    ems, room, words = sheet.ems, sheet.room, sheet.words
    shown = FuncFormatter(lambda value, _: words.number(value))
    most, families = table.survivors[-1][0], table.survivors[0][1]
    # A depth of 0, of models that only an application joins, is drawn as 1, too.
    deepest = max((1, *(box.depths[-1] for box in table.boxes)))
    numbers = max(room(words.number(size)) for _, size in table.largest)
    names = min(max(room(name, bold=True) for name, _ in table.largest), ems(_NAME)) + ems(1.0) + numbers
    samples = max(ems(_SAMPLE) + room(text) for text in map(words, _DEPTHS[:2]))
    beside = sheet.width - sheet.margin - max(names, room(words(_UNIT)), samples)
    height = sheet.bottom - sheet.top - ems(2 * _CAPTION + _SCALE)
    lines = ems(_PITCH * len(table.largest))  # beside the upper panel
    sheet.require((1 - _UPPER_SIZES) * height, _UPPER_SIZES * height - lines + ems(_LEAST_SIDE))
    up, deep, across = ((1 / _BEYOND**part, end * _BEYOND) for part, end in ((1, families), (1, deepest), (0.5, most)))
    levels = _log_locator(*up, _UPPER_SIZES * height, ems(_PITCH))
    depths = _log_locator(*deep, (1 - _UPPER_SIZES) * height, ems(_PITCH))
    left = sheet.margin + max(map(room, (*_labels(words, levels, *up), *_labels(words, depths, *deep)))) + ems(_BESIDE)
    right = beside - ems(_GUTTER)
    sheet.require(right - left)
    widest = max(room(words.number(label)) for label in (most, most * _BEYOND)) + ems(0.8)
    sizes = _log_locator(*across, right - left, widest)

    def panel(caption: str, top: float, height: float, ends: tuple[float, float], locator: Locator) -> ChartPanel:
        made = sheet.panel(caption, left, top, right, height)
        made.axes.set(xscale="log", yscale="log", xlim=across, ylim=ends)
        for axis, ticks in ((made.axes.xaxis, sizes), (made.axes.yaxis, locator)):
            axis.set(major_locator=ticks, minor_locator=NullLocator(), major_formatter=shown)
        return made

    caption = words("Families of at least so many models")
    upper = panel(caption, sheet.top + ems(_CAPTION), _UPPER_SIZES * height, up, levels)
    _draw_survivors(sheet, upper, table)
    _draw_largest(sheet, upper, table, beside, numbers)
    end = [tick for tick in sizes.tick_values(*across) if across[0] <= tick <= across[1]][-1]
    last = upper.point(end, 1)[0] + room(words.number(end)) / 2
    if last + ems(0.6) <= beside:
        sheet.write(words(_UNIT), beside, upper.box.bottom + ems(1.15), color=sheet.theme.quiet)
    below = upper.box.bottom + ems(_SCALE + _CAPTION)
    caption = words("How deep these are, in steps from the first model to the deepest")
    lower = panel(caption, below, (1 - _UPPER_SIZES) * height, deep, depths)
    lower.axes.tick_params(labelbottom=False)
    _draw_depths(sheet, lower, table, beside)


def _log_locator(low: float, high: float, length: float, pitch: float) -> LogLocator:
    """Ticks at powers of ten, and at 2 and 5 times these on short scales with room for them."""
    decades = math.log10(high / low)
    fine = decades < 2.3 and length / decades * math.log10(2) >= pitch
    return LogLocator(subs=(1.0, 2.0, 5.0) if fine else (1.0,), numticks=max(int(length / pitch), 2))


def _draw_survivors(sheet: ChartSheet, panel: ChartPanel, table: SizeTable) -> None:
    """The staircase: it drops right after each size."""
    axes, theme = panel.axes, sheet.theme
    sizes, counts = zip(*table.survivors, strict=True)
    (lowest, _), (floor, _) = axes.get_xlim(), axes.get_ylim()
    curve = axes.step([lowest, *sizes, sizes[-1]], [counts[0], *counts, floor], where="pre", color=theme.ink,
                      linewidth=sheet.line_width(_CURVE), solid_capstyle="butt", solid_joinstyle="miter")  # fmt: skip
    panel.name(curve, "families", sheet.words(_STEPS, families=counts[0], models=sizes[-1]))
    if len(sizes) <= _FEW:
        axes.plot(sizes, counts, **_dots(sheet, 0.32))
    if len(sizes) > 1 and sizes[0] == 1:
        alone = counts[0] - counts[1]
        text = sheet.words.count(alone, "{count} is a single model", "{count} are a single model")
        (x, top), (_, bottom) = panel.point(1, counts[0]), panel.point(1, counts[1])
        x += sheet.ems(_BESIDE)
        if bottom - top > sheet.ems(1.2 * _PITCH) and x + sheet.room(text) < panel.box.right:
            sheet.write(text, x, (top + bottom) / 2, color=theme.quiet)


def _dots(sheet: ChartSheet, diameter: float) -> dict[str, Any]:
    """The look of marked points, with a diameter in ems."""
    edge = sheet.line_width(_EDGE)
    return {"linestyle": "", "marker": "o", "color": sheet.theme.ink, "markeredgecolor": sheet.theme.page,
            "markeredgewidth": edge, "markersize": sheet.ems(diameter), "clip_on": False}  # fmt: skip


def _draw_largest(sheet: ChartSheet, panel: ChartPanel, table: SizeTable, start: float, numbers: float) -> None:
    """Name the largest families at the right of the curve, each tied to its place on it."""
    ems, pitch, end = sheet.ems, sheet.ems(_PITCH), sheet.width - sheet.margin
    dots = [panel.point(size, rank) for rank, (_, size) in enumerate(table.largest, 1)]
    wanted = [y for _, y in dots]
    heights = spread(wanted[::-1], pitch, panel.box.y + pitch / 2, panel.box.bottom - pitch / 2)[::-1]
    for rank, ((name, size), (x, dot), y) in enumerate(zip(table.largest, dots, heights, strict=True), 1):
        bend = panel.box.right + ems(0.3)
        sheet.leader(panel, (x, dot), (bend, dot), (start - ems(0.8), y), (start - ems(0.35), y))
        dots_drawn = panel.axes.plot(size, rank, **_dots(sheet, 0.56))
        panel.name(dots_drawn, f"family-{rank}", f"{name}: {sheet.words.number(size)}")
        shown = sheet.shortened(name, end - numbers - ems(0.9) - start, bold=True)
        sheet.write(shown, start, y, bold=True)
        sheet.write(sheet.words.number(size), end, y, align="right", color=sheet.theme.quiet)


def _draw_depths(sheet: ChartSheet, panel: ChartPanel, table: SizeTable, beside: float) -> None:
    """The depths of families of about each size: their range, their middle half and their median."""
    axes, theme = panel.axes, sheet.theme
    ground = theme.year_fill if contrast(theme.year_fill, theme.page) < 3 else theme.guide
    colors = (ground, mixed(ground, theme.ink, 0.35))
    width = sheet.line_width(_MEDIAN)
    for box in table.boxes:
        left = box.low * (box.high / box.low) ** (_GAP / 2)
        right = min(box.high * (box.low / box.high) ** (_GAP / 2), axes.get_xlim()[1])
        least, lower, median, upper, greatest = (max(depth, 1) for depth in box.depths)
        parts: list[Artist] = []
        for low, high, color in zip((least, lower), (greatest, upper), colors, strict=True):
            bottom = low / _STEP
            parts += axes.bar(left, high * _STEP - bottom, right - left, bottom, align="edge", color=color).patches
        parts += axes.plot([left, right], [median, median], color=theme.ink, linewidth=width, solid_capstyle="butt")
        text = sheet.words(_BOX, families=box.families, low=box.low, high=box.high - 1, depth=box.depths[2])
        panel.name(parts, f"depths-{box.low}", text)
    samples = [*(Patch(color=color, linewidth=0) for color in colors), Line2D([], [], color=theme.ink, linewidth=width)]
    names = [*map(sheet.words, _DEPTHS)]
    axes.legend(
        samples, names, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=((beside - panel.box.x) / panel.box.width, 1.0), frameon=False, labelcolor=theme.ink,
        prop=sheet.typeface.font("".join(names), sheet.em), handlelength=_SAMPLE - 0.6, handletextpad=0.6,
        labelspacing=_PITCH - 1.21,
    )  # fmt: skip
