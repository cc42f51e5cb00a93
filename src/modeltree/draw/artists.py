"""A display list as matplotlib artists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import matplotlib.style
from matplotlib import patches
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text as TextArtist
from matplotlib.transforms import Bbox

from modeltree.draw.display import Circle, Image, Item, Line, Look, Polygon, Primitive, Rectangle, Text, display_list
from modeltree.draw.fonts import Typeface
from modeltree.draw.icons import pixels, placed
from modeltree.draw.theme import FAINT
from modeltree.layout.geometry import Layout

# What stands in an address as it is; the address of a link in a PDF is of ASCII.
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
# The order of painting; text is painted last, and faint links before others.
_ORDER = {
    "band": 0, "guide": 1, "panel": 2, "lane": 3, "link": 3, "axis": 4, "leader": 5, "tick": 6, "words": 6, "models": 7,
    "sample": 7,
}  # fmt: skip
_TEXT = 8


def drawing_style(settings: Mapping[str, Any] | None = None) -> AbstractContextManager[None]:
    """A context with matplotlib's defaults instead of this machine's, so that a figure is the same everywhere."""
    return matplotlib.style.context(["default", dict(settings or {})])


def draw_layout(layout: Layout, ax: Axes, look: Look) -> None:
    """Draw a layout on axes whose limits are set to its page, in points."""
    ax.set(xlim=(0, layout.page.width), ylim=(layout.page.height, 0))
    ax.set_axis_off()
    with drawing_style():
        figure = ax.get_figure(root=True)
        if figure and to_hex(figure.get_facecolor()) != look.theme.page:  # axes of others, on another ground
            ax.add_artist(patches.Rectangle((0, 0), 1, 1, facecolor=look.theme.page, transform=ax.transAxes, zorder=-1))
        for item in display_list(layout, [look]):
            for artist in _item_artists(item, ax, look.typeface):
                artist.set_clip_on(False)
                ax.add_artist(artist)


def _item_artists(item: Item, ax: Axes, typeface: Typeface) -> Iterator[Artist]:
    """The artists of an item; where it has a name, one group of them."""
    artists = [artist for part in item.parts for artist in artists_of(part, ax, typeface)]
    order = _ORDER[item.layer] + (0.5 if item.layer in ("lane", "link") and not item.faint else 0.0)
    if item.layer in ("models", "link"):
        key, extent = item.key, None
        if item.box is not None:
            artists[0].set_gid(f"box-{key}")
            artists[-1].set_gid(f"label-{key}")
            key, extent = f"model-{key}", (item.box.x, item.box.right, item.box.bottom, item.box.y)
        artists = [Group(ax, artists, key, item.name, item.url, extent)]
    elif item.key:
        artists[0].set_gid(item.key)
    for artist in artists:
        artist.set_zorder(_TEXT if isinstance(artist, TextArtist) else order)
        yield artist


def artists_of(part: Primitive, ax: Axes, typeface: Typeface) -> Iterator[Artist]:
    """A primitive as artists for axes whose data are points."""
    match part:
        case Line():
            line = PathPatch(Path(part.points), fill=False, edgecolor=part.color[0], linewidth=part.width)
            line.set(capstyle=part.cap, joinstyle=part.join)
            if part.dashes:
                line.set_linestyle((0, part.dashes))
            yield line
        case Polygon():
            rings = (Path([*ring, ring[0]], closed=True) for ring in part.rings)
            yield PathPatch(Path.make_compound_path(*rings), facecolor=part.fill[0], linewidth=0)
        case Rectangle():
            yield _rectangle(part)
        case Text():
            yield _text(part, typeface)
        case Circle():
            circle = patches.Circle(part.center, part.radius, facecolor=part.fill[0], linewidth=part.width)
            if part.edge:
                circle.set_edgecolor(part.edge[0])
            yield circle
            if part.text:
                yield _text(part.text, typeface)
        case Image():
            image = pixels(part.png)
            picture = _Picture(ax, extent=placed(image, part.center, part.diameter), origin="upper", resample=True)
            picture.set_data(image)
            picture.set_alpha(1.0 - FAINT if part.faint else None)
            yield picture


def _rectangle(part: Rectangle) -> patches.Patch:
    x, y, width, height = part.box.x, part.box.y, part.box.width, part.box.height
    if not part.radius:
        return patches.Rectangle((x, y), width, height, facecolor=part.fill[0], linewidth=0)
    corners = f"round,pad=0,rounding_size={part.radius:.4f}"
    patch = patches.FancyBboxPatch((x, y), width, height, boxstyle=corners)
    patch.set(facecolor=part.fill[0], edgecolor=(part.edge or part.fill)[0], linewidth=part.width)
    if part.dashes:
        patch.set_linestyle((0, part.dashes))
    return patch


def _text(part: Text, typeface: Typeface) -> TextArtist:
    properties = typeface.font(part.content, part.size, part.bold)
    baseline = part.middle + typeface.half_capital * properties.get_size()
    return TextArtist(
        part.x, baseline, part.content, color=part.color[0], ha=part.align, va="baseline",
        fontproperties=properties, parse_math=False,
    )  # fmt: skip


class _Picture(AxesImage):
    """An image that SVG and PDF embed unscaled, and that is resampled well for PNG."""

    def draw(self, renderer: RendererBase) -> None:
        self.set_interpolation("none" if renderer.option_scale_image() else "lanczos")
        super().draw(renderer)


class Group(Artist):
    """Several artists drawn as one: a named group in SVG, and a link in SVG and PDF."""

    def __init__(
        self,
        ax: Axes,
        parts: Sequence[Artist],
        gid: str,
        name: str,
        url: str | None = None,
        extent: tuple[float, float, float, float] | None = None,  # left, right, bottom and top of the link in PDF
    ) -> None:
        super().__init__()
        self.set(gid=gid, url=url)
        self.name, self._extent, self._parts = name, extent, tuple(parts)
        for part in self._parts:
            part.set_clip_on(False)
            part.set_figure(ax.figure)
            part.axes = ax
            if not part.is_transform_set():
                part.set_transform(ax.transData)

    def get_children(self) -> list[Artist]:
        """The parts."""
        return list(self._parts)

    def get_window_extent(self, renderer: RendererBase | None = None) -> Bbox:
        """The box around all parts."""
        return Bbox.union([part.get_window_extent(renderer) for part in self._parts])

    def draw(self, renderer: RendererBase) -> None:
        """Draw all parts."""
        if not self.get_visible():
            return
        # Only the SVG renderer has a writer; only that of PDF has annotations, and the last ones are those of the page.
        writer: Any = getattr(renderer, "writer", None)
        annotations = getattr(getattr(renderer, "file", None), "_annotations", None)
        if writer is not None:
            self._open(writer)
        for part in self._parts:
            part.draw(renderer)
        if writer is not None:
            if self.get_url():
                writer.end("a")
            writer.end("g")
        elif annotations:
            self._annotate(annotations[-1][1])
        self.stale = False

    def _open(self, writer: Any) -> None:
        name = {"aria-label": self.name}
        writer.start("g", attrib={"id": str(self.get_gid()), "role": "graphics-object", **name})
        writer.element("title", text=self.name)
        if self.get_url():
            writer.start("a", attrib={"xlink:href": str(self.get_url()), "target": "_blank", **name})

    def _annotate(self, annotations: list[Any]) -> None:
        """Add a link that covers the extent; matplotlib's own covers a text only."""
        from matplotlib.backends import backend_pdf

        name: Any = backend_pdf.Name
        if not self.get_url() or self._extent is None:
            return
        left, right, bottom, top = self._extent
        (x, y), (right, top) = self.get_transform().transform([(left, bottom), (right, top)])
        annotations.append({
            "Type": name("Annot"),
            "Subtype": name("Link"),
            "Rect": (x, y, right, top),
            "Border": [0, 0, 0],
            "Contents": self.name,
            "A": {"S": name("URI"), "URI": quote(str(self.get_url()), _IN_ADDRESSES)},
        })  # fmt: skip
