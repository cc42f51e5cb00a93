"""A layout as matplotlib artists."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Curve

from modeltree.draw.fonts import HALF_CAPITAL, font, measure
from modeltree.icons import badge
from modeltree.layout.geometry import Box, IconBox, LabelBox, Layout, TextLine, TickBox
from modeltree.theme import Paint, Theme

__all__ = ["draw_layout", "drawing_style"]

# What is drawn over what.
_PANELS, _AXIS, _LEADERS, _TICKS, _BOXES, _ICONS, _TEXT = range(7)

# In the text of a tick's box or of a label, per its height or the type's size.
_MONTH_TYPE = 0.9
_LABEL_CORNER, _PANEL_CORNER = 0.22, 0.5
# Of a badge's diameter: how high its letters' type is, and how wide they may be at the most.
_MONOGRAM_TYPE, _MONOGRAM_WIDTH = 0.47, 0.76


def drawing_style(settings: Mapping[str, Any] | None = None) -> AbstractContextManager[None]:
    """Matplotlib's own defaults, whatever this machine's are, so that a figure is the same everywhere."""
    return matplotlib.style.context(["default", dict(settings or {})])


def draw_layout(
    layout: Layout,
    ax: Axes,
    theme: Theme,
    paints: Mapping[str, Paint],
    swatches: Mapping[str, Paint],
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> None:
    """Draw a layout on axes whose box is the layout's page.

    Parameters
    ----------
    layout : Layout
        Where everything goes.
    ax : matplotlib.axes.Axes
        What to draw on; its limits are set to the page, in points.
    theme : Theme
        How it looks.
    paints, swatches : mapping of str to Paint
        The colours of each model and of each entry of the legend.
    names : mapping of str to str
        What the organizations are called, by id.
    links : mapping of str to str
        Where each model's label leads to.
    """
    ax.set(xlim=(0, layout.page.width), ylim=(layout.page.height, 0))
    ax.set_axis_off()
    with drawing_style():
        ink = _Ink(ax, theme, layout.font_size)
        for panel in layout.panels:
            ground = Paint(theme.panel, theme.panel, theme.ink)
            ink.rounded(panel, _PANEL_CORNER * layout.font_size, ground, 0.0, zorder=_PANELS)
        ink.lines(layout)
        for tick in layout.ticks:
            ink.tick(tick)
        for box in layout.boxes:
            ink.label(box, paints[box.id], links.get(box.id))
        for icon in layout.icons:
            name = icon.organization or ""
            ink.icon(icon, names.get(name, name), links.get(icon.id))
        for swatch in layout.swatches:
            ink.rounded(swatch, _LABEL_CORNER * swatch.height, swatches[swatch.key], theme.edge_width, zorder=_BOXES)
        for number, line in enumerate(layout.texts, 1):
            ink.text_line(line, number)


class _Ink:
    """Draws the parts of a layout.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        On which.
    theme : Theme
        How they look.
    font_size : float
        Of the labels, in points; lines are as thick as goes with it.
    """

    def __init__(self, ax: Axes, theme: Theme, font_size: float) -> None:
        self._ax = ax
        self._theme = theme
        self._font_size = font_size
        self._scale = font_size / 12.0

    def lines(self, layout: Layout) -> None:
        """The curve of time and the leaders."""
        if layout.axis:
            width = self._theme.axis_width * self._scale
            curve = PathPatch(Curve(layout.axis), fill=False, edgecolor=self._theme.axis, linewidth=width)
            curve.set(capstyle="round", joinstyle="round")
            self._add(curve, gid="axis", zorder=_AXIS)
        for leader in layout.leaders:
            xs, ys = zip(*leader.points, strict=True)
            width = self._theme.leader_width * self._scale
            self._add(Line2D(xs, ys, color=self._theme.leader, linewidth=width, solid_capstyle="butt"), zorder=_LEADERS)

    def tick(self, tick: TickBox) -> None:
        """A date on the curve: years in a box, all others on the bare page."""
        theme = self._theme
        fill, ink, size = (
            (theme.year_fill, theme.year_text, self._font_size)
            if tick.kind == "year"
            else (theme.page, theme.ink, _MONTH_TYPE * self._font_size)
        )
        self._add(Rectangle((tick.x, tick.y), tick.width, tick.height, facecolor=fill, linewidth=0), zorder=_TICKS)
        self._write(tick.label, tick, size, ink, bold=True)

    def label(self, box: LabelBox, paint: Paint, url: str | None) -> None:
        """The box of a model and its name."""
        edge = self._theme.edge_width * self._scale
        self.rounded(box, _LABEL_CORNER * box.height, paint, edge, gid=f"model-{box.id}", url=url, zorder=_BOXES)
        self._write(
            box.label, box, self._font_size, paint.text, bold=True, left=box.text_x, gid=f"label-{box.id}", url=url
        )

    def icon(self, icon: IconBox, name: str, url: str | None) -> None:
        """The badge of an organization."""
        mark = badge(name, self._theme.badge_lightness)
        centre = (icon.x + icon.width / 2, icon.y + icon.height / 2)
        self._add(Circle(centre, icon.width / 2, facecolor=mark.fill, linewidth=0), url=url, zorder=_ICONS)
        width, _ = measure(mark.text, bold=True)
        size = min(_MONOGRAM_TYPE, _MONOGRAM_WIDTH / max(width, 1e-3)) * icon.height
        self._write(mark.text, icon, size, mark.ink, bold=True, url=url)

    def text_line(self, line: TextLine, number: int) -> None:
        """A line of title, legend or footnote, or the dots after the curve."""
        if line.role == "continuation":
            for share in (1 / 6, 1 / 2, 5 / 6):
                centre = (line.x + share * line.width, line.y + line.height / 2)
                self._add(Circle(centre, 0.1 * line.size, facecolor=self._theme.axis, linewidth=0), zorder=_TICKS)
            return
        ink = self._theme.quiet if line.role == "footnote" else self._theme.ink
        self._write(line.text, line, line.size, ink, bold=line.bold, left=line.x, gid=f"{line.role}-{number}")

    def rounded(self, box: Box, radius: float, paint: Paint, edge: float, **settings: Any) -> None:
        """A box with round corners whose edge, of a width in points, is drawn inside it."""
        inset = edge / 2
        corners = f"round,pad=0,rounding_size={radius - inset:.4f}"
        patch = FancyBboxPatch((box.x + inset, box.y + inset), box.width - edge, box.height - edge, boxstyle=corners)
        patch.set(facecolor=paint.fill, edgecolor=paint.edge, linewidth=edge)
        self._add(patch, **settings)

    def _write(
        self,
        text: str,
        box: Box,
        size: float,
        ink: str,
        *,
        bold: bool,
        left: float | None = None,
        **settings: Any,
    ) -> None:
        """A text half way down a box, that begins at a given place or else stands in the middle."""
        x = box.x + box.width / 2 if left is None else left
        properties = font(text, size, bold)
        baseline = box.y + box.height / 2 + HALF_CAPITAL * properties.get_size()
        self._ax.text(
            x, baseline, text, color=ink, ha="center" if left is None else "left", va="baseline",
            fontproperties=properties, parse_math=False, zorder=_TEXT, **settings,
        )  # fmt: skip

    def _add(self, artist: Artist, **settings: Any) -> None:
        artist.set(clip_on=False, **settings)
        self._ax.add_artist(artist)
