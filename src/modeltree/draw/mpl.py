"""A layout as matplotlib artists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from modeltree.colours import contrast, mixed, readable
from modeltree.draw.fonts import HALF_CAPITAL, font, measure
from modeltree.draw.groups import Group
from modeltree.draw.pictures import Picture, pixels, placed
from modeltree.icons import Badge
from modeltree.layout.geometry import Box, IconBox, LabelBox, Layout, Leader, Link, TextLine, TickBox
from modeltree.theme import FAINT, Paint, Theme

__all__ = ["Look", "Style", "draw_layout", "drawing_style"]

# What is drawn over what.
_PANELS, _LINKS, _AXIS, _LEADERS, _TICKS, _BOXES, _TEXT = range(7)

# In the text of a tick's box or of a label, per its height or the type's size.
_MONTH_TYPE = 0.9
_LABEL_CORNER, _PANEL_CORNER = 0.22, 0.5
# Of a badge's diameter: how high its letters' type is, and how wide they may be at the most.
_MONOGRAM_TYPE, _MONOGRAM_WIDTH = 0.47, 0.76
# The head of a link, in ems.
_HEAD_LENGTH, _HEAD_WIDTH = 0.42, 0.34
# A badge of less contrast to its label than this has a ring around it, so wide in points for type of 12 points.
_ALIKE, _RING = 1.5, 0.6
# Of the usual width: that of a link between models that stand out.
_STRONG_LINK = 2.2


@dataclass(frozen=True, slots=True)
class Style:
    """How one label looks and what it is to those who cannot see it.

    Parameters
    ----------
    paint : Paint
        Its colours.
    width : float
        Of its edge, in points, for type of 12 points.
    name : str
        What a screen reader says.
    url : str, optional
        Where it leads to.
    faint, strong : bool
        Whether it recedes, or stands out.
    """

    paint: Paint
    width: float
    name: str = ""
    url: str | None = None
    faint: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """All that a layout does not say of how it is drawn.

    Parameters
    ----------
    theme : Theme
        Colours and widths.
    labels, swatches : mapping of str to Style
        How each model and each entry of the legend looks.
    marks : mapping of str to Badge or bytes
        What stands for each organization, by its id: a badge, or a picture as PNG.
    """

    theme: Theme
    labels: Mapping[str, Style]
    swatches: Mapping[str, Style]
    marks: Mapping[str, Badge | bytes] = field(default_factory=dict)


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
            style = look.swatches[swatch.key]
            ink.add(ink.rounded(swatch, _LABEL_CORNER * swatch.height, style, swatch.height / 18), zorder=_BOXES)
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
        colour = self._faint(self._theme.leader) if faint else self._theme.leader
        width = self._width(self._theme.leader_width)
        self.add(Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle="butt"), zorder=_LEADERS)

    def link(self, link: Link, number: int) -> None:
        """The curve from a parent to its child, with a head at the child."""
        parent, child = (self._look.labels[id] for id in (link.parent, link.child))
        faint = parent.faint or child.faint
        colour = self._faint(self._theme.link) if faint else self._theme.link
        strength = _STRONG_LINK if parent.strong and child.strong else 1.0
        line = PathPatch(Curve(link.points), fill=False, edgecolor=colour)
        line.set(
            linewidth=self._width(strength * self._theme.link_width), capstyle="butt", joinstyle="round", clip_on=False
        )
        head = Polygon(
            _head(link, strength**0.5 * self._font_size), closed=True, facecolor=colour, linewidth=0, clip_on=False
        )
        group = Group(self._ax, [line, head], f"link-{number}", f"{parent.name} → {child.name}")
        self.add(group, zorder=_LINKS + (0.0 if faint else 0.5))

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
        ground.set_gid(f"box-{box.id}")
        parts = [ground]
        for icon in icons:
            parts += self._icon(icon, style)
        name = _text(box.label, box, self._font_size, style.paint.text, bold=True, left=box.text_x)
        name.set_gid(f"label-{box.id}")
        extent = (box.x, box.right, box.bottom, box.y)
        self.add(Group(self._ax, [*parts, name], f"model-{box.id}", style.name, style.url, extent), zorder=_BOXES)

    def _icon(self, icon: IconBox, style: Style) -> list[Artist]:
        """The badge of an organization, or its picture on a disc."""
        mark = self._look.marks[icon.organization or ""]
        centre, theme = icon.centre, self._theme
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
        return patch

    def add(self, artist: Artist, **settings: Any) -> None:
        """Put an artist on the axes."""
        artist.set(clip_on=False, **settings)
        self._ax.add_artist(artist)

    def _width(self, width: float) -> float:
        return max(width * self._scale, self._theme.hairline)

    def _faint(self, colour: str) -> str:
        return mixed(colour, self._theme.page, FAINT)


def _text(text: str, box: Box, size: float, ink: str, *, bold: bool, left: float | None = None) -> Text:
    """A text half way down a box, that begins at a given place or else stands in the middle."""
    x = box.centre[0] if left is None else left
    properties = font(text, size, bold)
    baseline = box.centre[1] + HALF_CAPITAL * properties.get_size()
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
