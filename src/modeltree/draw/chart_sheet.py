"""The sheet of a chart: a page with a title and a footnote, axes for values, and words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from modeltree._util.languages import Words
from modeltree.draw.artists import Group, artists_of, draw_layout
from modeltree.draw.display import Line, Look, Primitive, Text, line_width
from modeltree.draw.fonts import Typeface
from modeltree.draw.theme import Theme
from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, Page
from modeltree.layout.plane import Box, Point
from modeltree.layout.serpentine.rows import fit_in_order
from modeltree.layout.title_block import TitleBlock, set_title_block

PITCH, CAPTION, BESIDE = 1.45, 2.3, 0.6
"""In ems: from one line of words to the next, a panel's caption, and from a panel to the words beside it."""

_MARGIN = 14.0
# A page of this width has type of this size, in points; type goes with the root of the width, down to the least.
_FULL_WIDTH, _TYPE, _LEAST_TYPE = 1008.0, 10.5, 6.0
# The least side of a panel, in ems; lines, in points for type of 12 points.
_LEAST_SIDE, _AXIS, _GRID, _LEADER = 4.0, 0.9, 0.6, 0.6


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
        self.ax, self.theme, self.margin = ax, theme, _MARGIN
        share = min(self.width / _FULL_WIDTH, self.height / _FULL_WIDTH / 0.6) ** 0.5
        self.em = font_size or max(_TYPE * share, _LEAST_TYPE)
        frame = set_title_block(title_block, typeface.measure, self.width, _MARGIN)
        self.top, self.bottom = max(frame.header, _MARGIN), self.height - max(frame.footer, _MARGIN)
        notes = (replace(line, y=line.y + self.height - frame.footer) for line in frame.notes)
        # The words around a chart are drawn as those around a layout.
        layout = Layout(page=Page(*page), font_size=self.em, boxes=(), icons=(), leaders=(), axis=(), ticks=(),
                        texts=(*frame.texts, *notes))  # fmt: skip
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
                   top - self.ems(CAPTION - PITCH / 2), bold=True)  # fmt: skip
        box = Box(x=left, y=top, width=right - left, height=height)
        axes = self.ax.inset_axes(
            (left / self.width, 1 - box.bottom / self.height, box.width / self.width, height / self.height)
        )
        axes.set(facecolor="none", axisbelow=True)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.spines["bottom"].set(color=self.theme.axis, linewidth=self.line_width(_AXIS))
        axes.grid(color=self.theme.guide, linewidth=self.line_width(_GRID))
        axes.tick_params(
            length=0,
            pad=self.ems(BESIDE),
            labelsize=self.em,
            labelcolor=self.theme.quiet,
            labelfontfamily=self.typeface.font("0", self.em).get_family(),
        )
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
