"""A layout as matplotlib artists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from modeltree.draw.colors import contrast, mixed, readable
from modeltree.draw.fonts import HALF_CAPITAL, font, measure
from modeltree.draw.groups import Group
from modeltree.draw.icons import Badge
from modeltree.draw.pictures import Picture, pixels, placed
from modeltree.draw.style import Look, Style
from modeltree.draw.theme import FAINT, Paint, Stroke
from modeltree.layout.geometry import (
    Band,
    Box,
    Guide,
    IconBox,
    LabelBox,
    Lane,
    Layout,
    Leader,
    Link,
    Swatch,
    TextLine,
    TickBox,
)

__all__ = ["draw_layout", "drawing_style"]

# What is drawn over what.
_BANDS, _GUIDES, _PANELS, _LINKS, _AXIS, _LEADERS, _TICKS, _BOXES, _TEXT = range(9)

# In the text of a tick's box or of a label, per its height or the type's size.
_MONTH_TYPE = 0.9
_LABEL_CORNER, _PANEL_CORNER = 0.22, 0.5
# Of a badge's diameter: how high its letters' type is, and how wide they may be at the most.
_MONOGRAM_TYPE, _MONOGRAM_WIDTH = 0.47, 0.76
# The head of a link, in ems.
_HEAD_LENGTH, _HEAD_WIDTH = 0.42, 0.34
# A badge of less contrast to its label than this has a ring around it, so wide in points for type of 12 points.
_ALIKE, _RING = 1.5, 0.6
# Of the usual width: that of a link between models that stand out, and of the lines of a tree.
_STRONG_LINK, _LANE = 2.2, 1.5
# The head of a link that is no branch, of the usual size; the line of a sample, per its height; a dashed edge.
_SMALL_HEAD, _SAMPLE_LINE, _DASHED = 0.85, 0.085, (3.0, 2.0)


def drawing_style(settings: Mapping[str, Any] | None = None) -> AbstractContextManager[None]:
    """Matplotlib's own defaults, whatever this machine's are, so that a figure is the same everywhere."""
    return matplotlib.style.context(["default", dict(settings or {})])


def draw_layout(layout: Layout, ax: Axes, look: Look) -> None:
    """Draw a layout on axes whose box is the layout's page.

    Parameters
    ----------
    layout : Layout
        Where everything goes.
    ax : matplotlib.axes.Axes
        What to draw on; its limits are set to the page, in points.
    look : Look
        How it looks.
    """
    theme = look.theme
    ax.set(xlim=(0, layout.page.width), ylim=(layout.page.height, 0))
    ax.set_axis_off()
    with drawing_style():
        ink = _Ink(ax, look, layout.font_size)
        ground = Style(Paint(theme.panel, theme.panel, theme.ink), 0.0)
        for panel in layout.panels:
            ink.add(ink.rounded(panel, _PANEL_CORNER * layout.font_size, ground), zorder=_PANELS)
        ink.bands(layout.bands)
        for guide in layout.guides:
            ink.guide(guide)
        for lane in layout.lanes:
            ink.lane(lane)
        for number, link in enumerate(layout.links, 1):
            ink.link(link, number)
        ink.axis(layout)
        for leader in layout.leaders:
            ink.leader(leader)
        for tick in layout.ticks:
            ink.tick(tick)
        icons: dict[str, list[IconBox]] = {}
        for icon in layout.icons:
            icons.setdefault(icon.id, []).append(icon)
        for box in layout.boxes:
            ink.label(box, icons.get(box.id, ()))
        for swatch in layout.swatches:
            ink.swatch(swatch)
        for number, line in enumerate(layout.texts, 1):
            ink.text_line(line, number)


class _Ink:
    """Draws the parts of a layout.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        On which.
    look : Look
        How they look.
    font_size : float
        Of the labels, in points; lines are as thick as goes with it.
    """

    def __init__(self, ax: Axes, look: Look, font_size: float) -> None:
        self._ax = ax
        self._look = look
        self._theme = look.theme
        self._font_size = font_size
        self._scale = font_size / 12.0

    def axis(self, layout: Layout) -> None:
        """The curve of time."""
        if layout.axis:
            width = self._width(self._theme.axis_width)
            curve = PathPatch(Curve(layout.axis), fill=False, edgecolor=self._theme.axis, linewidth=width)
            curve.set(capstyle="round", joinstyle="round")
            self.add(curve, gid="axis", zorder=_AXIS)

    def leader(self, leader: Leader) -> None:
        """The tie of a tick to its models."""
        xs, ys = zip(*leader.points, strict=True)
        faint = all(self._look.labels[id].faint for id in leader.ids)
        color = self._faint(self._theme.leader) if faint else self._theme.leader
        width = self._width(self._theme.leader_width)
        self.add(Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="butt"), zorder=_LEADERS)

    def bands(self, bands: Iterable[Band]) -> None:
        """The grounds of families, each of one piece."""
        grounds: dict[str, list[Curve]] = {}
        for band in bands:
            corners = [(band.x, band.y), (band.right, band.y), (band.right, band.bottom), (band.x, band.bottom)]
            grounds.setdefault(band.id, []).append(Curve([*corners, corners[0]], closed=True))
        for id, pieces in grounds.items():
            ground = PathPatch(Curve.make_compound_path(*pieces), facecolor=self._theme.band, linewidth=0)
            self.add(ground, gid=f"band-{id}", zorder=_BANDS)

    def guide(self, guide: Guide) -> None:
        """The line at a date."""
        xs, ys = zip(*guide.points, strict=True)
        width = max(0.5 * self._scale, self._theme.hairline)
        self.add(Line2D(xs, ys, color=self._theme.guide, linewidth=width), zorder=_GUIDES)

    def lane(self, lane: Lane) -> None:
        """The line of a model's life."""
        faint = self._look.labels[lane.id].faint
        color = self._faint(self._theme.descent) if faint else self._theme.descent
        line = PathPatch(Curve(lane.points), fill=False, edgecolor=color, capstyle="butt")
        line.set_linewidth(self._width(_LANE * self._theme.link_width))
        self.add(line, gid=f"lane-{lane.id}", zorder=_LINKS + (0.0 if faint else 0.5))

    def link(self, link: Link, number: int) -> None:
        """The curve from a parent to its child; with a head at the child if it is no branch of a tree."""
        parent, child = (self._look.labels[id] for id in (link.parent, link.child))
        faint = parent.faint or child.faint
        strength = _STRONG_LINK if parent.strong and child.strong else 1.0
        stroke, color = self._stroke(link.kind)
        color = self._faint(color) if faint else color
        line = PathPatch(Curve(link.points), fill=False, edgecolor=color)
        width = self._width(strength * stroke.width * self._theme.link_width * (_LANE if link.tree else 1.0))
        line.set(linewidth=width, capstyle="butt", joinstyle="round", clip_on=False)
        if stroke.dashes:
            line.set_linestyle((0, stroke.dashes))
        parts: list[Artist] = [line]
        if not link.tree:
            size = strength**0.5 * self._font_size * (_SMALL_HEAD if link.kind else 1.0)
            parts.append(Polygon(_head(link, size), closed=True, facecolor=color, linewidth=0, clip_on=False))
        name = f"{parent.name} → {child.name}" + (f", {link.kind}" if link.kind else "")
        self.add(Group(self._ax, parts, f"link-{number}", name), zorder=_LINKS + (0.0 if faint else 0.5))

    def swatch(self, swatch: Swatch) -> None:
        """A sample of the legend: a box, or a line where it stands for one."""
        if swatch.key.startswith("link:"):
            stroke, color = self._stroke(swatch.key.removeprefix("link:"))
            middle = swatch.center[1]
            line = PathPatch(Curve([(swatch.x, middle), (swatch.right, middle)]), fill=False, edgecolor=color)
            line.set(linewidth=stroke.width * _SAMPLE_LINE * swatch.height, capstyle="butt")
            if stroke.dashes:
                line.set_linestyle((0, stroke.dashes))
            self.add(line, zorder=_BOXES)
            return
        style = self._look.swatches[swatch.key]
        self.add(self.rounded(swatch, _LABEL_CORNER * swatch.height, style, swatch.height / 18), zorder=_BOXES)

    def _stroke(self, kind: str | None) -> tuple[Stroke, str]:
        """How a link is drawn, and in which color."""
        theme = self._theme
        if kind is None or kind not in theme.strokes:
            return Stroke(), theme.link
        stroke = theme.strokes[kind]
        return stroke, theme.idea if stroke.quiet else theme.descent

    def tick(self, tick: TickBox) -> None:
        """A date on the curve: years in a box, all others on the bare page."""
        theme = self._theme
        fill, ink, size = (
            (theme.year_fill, theme.year_text, self._font_size)
            if tick.kind == "year"
            else (theme.page, theme.ink, _MONTH_TYPE * self._font_size)
        )
        self.add(Rectangle((tick.x, tick.y), tick.width, tick.height, facecolor=fill, linewidth=0), zorder=_TICKS)
        self.add(_text(tick.label, tick, size, ink, bold=True), zorder=_TEXT)

    def label(self, box: LabelBox, icons: Iterable[IconBox]) -> None:
        """The box of a model, its icons and its name, as one thing."""
        style = self._look.labels[box.id]
        ground = self.rounded(box, _LABEL_CORNER * box.height, style, self._scale)
        id = box.id.replace(" ", "_")  # what is folded has a blank in its id, and no id of XML has
        ground.set_gid(f"box-{id}")
        parts = [ground]
        for icon in icons:
            parts += self._icon(icon, style)
        name = _text(box.label, box, self._font_size, style.paint.text, bold=True, left=box.text_x)
        name.set_gid(f"label-{id}")
        extent = (box.x, box.right, box.bottom, box.y)
        self.add(Group(self._ax, [*parts, name], f"model-{id}", style.name, style.url, extent), zorder=_BOXES)

    def _icon(self, icon: IconBox, style: Style) -> list[Artist]:
        """The badge of an organization, or its picture on a disc."""
        mark = self._look.marks[icon.organization or ""]
        centre, theme = icon.center, self._theme
        if isinstance(mark, Badge):
            fill = mixed(mark.fill, theme.page, FAINT) if style.faint else mark.fill
            ink = readable(mark.ink, fill, theme.ink) if style.faint else mark.ink
            size = min(_MONOGRAM_TYPE, _MONOGRAM_WIDTH / max(measure(mark.text, bold=True)[0], 1e-3)) * icon.height
            alike = contrast(fill, style.paint.fill) < _ALIKE
            ring = self._width(_RING) if alike else 0.0
            badge = Circle(centre, (icon.width - ring) / 2, facecolor=fill, linewidth=ring, clip_on=False)
            badge.set_edgecolor(mixed(style.paint.fill, style.paint.text, 0.5))
            return [badge, _text(mark.text, icon, size, ink, bold=True)]
        image = pixels(mark)
        picture = Picture(
            self._ax, extent=placed(image, centre, icon.width), origin="upper", resample=True, clip_on=False
        )
        picture.set_data(image)
        picture.set_alpha(1.0 - FAINT if style.faint else None)
        ground = Circle(centre, icon.width / 2, facecolor=theme.icon_ground, linewidth=0, clip_on=False)
        return [ground, picture]

    def text_line(self, line: TextLine, number: int) -> None:
        """A line of title, legend or footnote, or the dots after the curve."""
        if line.role == "continuation":
            for share in (1 / 6, 1 / 2, 5 / 6):
                centre = (line.x + share * line.width, line.y + line.height / 2)
                self.add(Circle(centre, 0.1 * line.size, facecolor=self._theme.axis, linewidth=0), zorder=_TICKS)
            return
        ink = self._theme.quiet if line.role == "footnote" else self._theme.ink
        text = _text(line.text, line, line.size, ink, bold=line.bold, left=line.x)
        self.add(text, gid=f"{line.role}-{number}", zorder=_TEXT)

    def rounded(self, box: Box, radius: float, style: Style, scale: float = 1.0) -> Artist:
        """A box with round corners whose edge is drawn inside it."""
        edge = max(style.width * scale, self._theme.hairline) if style.width else 0.0
        inset = edge / 2
        corners = f"round,pad=0,rounding_size={radius - inset:.4f}"
        patch = FancyBboxPatch((box.x + inset, box.y + inset), box.width - edge, box.height - edge, boxstyle=corners)
        patch.set(facecolor=style.paint.fill, edgecolor=style.paint.edge, linewidth=edge, clip_on=False)
        if style.dashed:
            patch.set(edgecolor=mixed(style.paint.edge, style.paint.text, 0.5), linestyle=(0, _DASHED))
        return patch

    def add(self, artist: Artist, **settings: Any) -> None:
        """Put an artist on the axes."""
        artist.set(clip_on=False, **settings)
        self._ax.add_artist(artist)

    def _width(self, width: float) -> float:
        return max(width * self._scale, self._theme.hairline)

    def _faint(self, color: str) -> str:
        return mixed(color, self._theme.page, FAINT)


def _text(text: str, box: Box, size: float, ink: str, *, bold: bool, left: float | None = None) -> Text:
    """A text half way down a box, that begins at a given place or else stands in the middle."""
    x = box.center[0] if left is None else left
    properties = font(text, size, bold)
    baseline = box.center[1] + HALF_CAPITAL * properties.get_size()
    return Text(
        x, baseline, text, color=ink, ha="center" if left is None else "left", va="baseline",
        fontproperties=properties, parse_math=False, clip_on=False,
    )  # fmt: skip


def _head(link: Link, size: float) -> list[tuple[float, float]]:
    """The triangle at the end of a link, which points along its last piece."""
    (x, y), (tip_x, tip_y) = link.points[-2:]
    length = ((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5 or 1.0
    along_x, along_y = (tip_x - x) / length, (tip_y - y) / length
    back, half = _HEAD_LENGTH * size, _HEAD_WIDTH * size / 2
    base_x, base_y = tip_x - back * along_x, tip_y - back * along_y
    return [
        (tip_x, tip_y), (base_x - half * along_y, base_y + half * along_x),
        (base_x + half * along_y, base_y - half * along_x),
    ]  # fmt: skip
