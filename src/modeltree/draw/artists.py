"""matplotlib: a display list as artists, and a figure that is the same file each time it is saved."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import matplotlib
import matplotlib.style
from matplotlib import patches
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text as TextArtist
from matplotlib.transforms import Bbox

from modeltree._util.files import write_whole
from modeltree.draw.display import Circle, Image, Item, Line, Look, Polygon, Primitive, Rectangle, Text, display_list
from modeltree.draw.fonts import (
    BOLD,
    DIRECTION,
    INTER,
    LAST_FAMILY,
    OWN,
    REGULAR,
    Typeface,
    family_list,
    is_bidirectional,
    letters_of,
    typeface_rule,
)
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
_ABOVE_ALL = 8


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
        artist.set_zorder(_ABOVE_ALL if isinstance(artist, TextArtist) else order)
        yield artist


def artists_of(part: Primitive, ax: Axes, typeface: Typeface) -> Iterator[Artist]:
    """A primitive as artists for axes whose data are points."""
    match part:
        case Line():
            line = PathPatch(Outline(part.points), fill=False, edgecolor=part.color[0], linewidth=part.width)
            line.set(capstyle=part.cap, joinstyle=part.join)
            if part.dashes:
                line.set_linestyle((0, part.dashes))
            yield line
        case Polygon():
            rings = (Outline([*ring, ring[0]], closed=True) for ring in part.rings)
            yield PathPatch(Outline.make_compound_path(*rings), facecolor=part.fill[0], linewidth=0)
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
        self, ax: Axes, parts: Sequence[Artist], gid: str, name: str, url: str | None = None,
        extent: tuple[float, float, float, float] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()  # the extent is left, right, bottom and top of the link in PDF
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


# Figures as files

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "modeltree",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "text.hinting": "none",
    "image.composite_image": False,  # icons that are drawn one after the other stay several
}
# Metadata that would change from day to day, by format.
_UNDATED: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}
# The metadata field for the description, by format; SVG has an element for it.
_DESCRIPTION = {"pdf": "Subject", "png": "Description"}

_WRITTEN = re.compile(rf"""<text style="([^"]*'{OWN}[^"]*)"([^>]*)>([^<]+)</text>""")
_IS_BOLD = re.compile(rf"font-weight: {BOLD}\b")
_SIZE = re.compile(r"font-size: ([0-9.]+)px")
_FAMILIES = re.compile("font-family: ([^;]*)")
# A picture, as matplotlib writes it; its id is a hash of what it shows.
_IMAGE = re.compile(r'<image xlink:href="([^"]*)"((?: opacity="[^"]*")?) id="(image[0-9a-f]+)"([^>]*?) style="[^"]*"/>')
_SIZES = re.compile(r' (?:width|height)="[^"]*"')


class LayoutFigure(Figure):
    """A figure that is the same file each time it is saved, with text that can be selected and searched."""

    summary: tuple[str, str] = ("", "")  # title and description for those who cannot see it
    typeface: Typeface = INTER  # what its text is set in

    def __init__(self, *arguments: Any, **options: Any) -> None:
        with drawing_style():
            super().__init__(*arguments, **options)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as `matplotlib.figure.Figure.savefig` does; text stays text, a path is written whole or not at all."""
        if isinstance(fname, str | os.PathLike):
            path = Path(fname)
            kind = options.pop("format", None) or path.suffix[1:].lower() or matplotlib.rcParams["savefig.format"]
            buffer = io.BytesIO()
            self._save(buffer, kind, options)
            write_whole(path if path.suffix else path.with_suffix(f".{kind}"), buffer.getvalue())
        else:
            self._save(fname, options.pop("format", None) or matplotlib.rcParams["savefig.format"], options)

    def _save(self, file: Any, kind: str, options: dict[str, Any]) -> None:
        title, description = self.summary
        titles = {"Title": title, _DESCRIPTION[kind]: description} if title and kind in _DESCRIPTION else {}
        metadata = {**_UNDATED.get(kind, {}), **titles, **(options.pop("metadata", None) or {})}
        with drawing_style(_SETTINGS):
            if kind != "svg":
                super().savefig(file, format=kind, metadata=metadata or None, **options)
                return
            buffer = io.BytesIO()
            super().savefig(buffer, format=kind, metadata=metadata, **options)
        svg = finished_svg(buffer.getvalue().decode(), *self.summary, self.typeface)
        file.write(svg if isinstance(file, io.TextIOBase) else svg.encode())

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def finished_svg(svg: str, title: str = "", description: str = "", typeface: Typeface = INTER) -> str:
    """The SVG of matplotlib with the glyphs that it uses embedded, and a title and a description for screen readers."""
    written: dict[tuple[str, int], set[str]] = {}
    # As matplotlib has it, the first letter that has a direction decides about a text, not the one who reads it.
    direction = DIRECTION if is_bidirectional(svg) else ""

    def fitted(match: re.Match[str]) -> str:
        style, rest, content = match.groups()
        weight = BOLD if _IS_BOLD.search(style) else REGULAR
        text = unescape(content)
        size, given = _SIZE.search(style), _FAMILIES.search(style)
        assert size is not None
        assert given is not None
        # Boxes are for letters that a reader's machine may have.
        families = [family for family in given.group(1).replace("'", "").split(", ") if family != LAST_FAMILY]
        for letter in set(text):
            has = (family for family in families if ord(letter) in letters_of((family,), weight))
            written.setdefault((next(has, families[0]), weight), set()).add(letter)
        # A substitute typeface is set to the same width, so that nothing leaves its box.
        length = typeface.measure(text, bold=weight == BOLD)[0] * float(size.group(1))
        style = _FAMILIES.sub(f"font-family: {family_list(families)}", style)
        rest = re.sub(r' transform="rotate\(-?0 [^"]*"', "", rest)
        return f'<text style="{style}"{rest} textLength="{length:.2f}" lengthAdjust="spacingAndGlyphs">{content}</text>'

    pictures: dict[str, str] = {}

    def used(match: re.Match[str]) -> str:
        source, opacity, id, rest = match.groups()
        sizes = "".join(_SIZES.findall(rest))
        pictures.setdefault(id, f'<image id="{id}"{sizes} xlink:href="{source}"/>')
        return f'<use xlink:href="#{id}"{opacity}{_SIZES.sub("", rest)}/>'

    svg = _IMAGE.sub(used, _WRITTEN.sub(fitted, svg))
    faces = "".join(typeface_rule(*face, frozenset(characters)) for face, characters in sorted(written.items()))
    opening = re.search(r"<svg [^>]*>", svg)
    assert opening is not None
    # The role is not img, which would hide the names and links inside from screen readers.
    tag = opening.group()[:-1] + ' role="graphics-document document">'
    head = f"\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>" if title else ""
    style = f"\n <style>{direction}{faces}</style>" if faces else ""
    if pictures:  # each once, however often it is seen
        style += "\n <defs>" + "".join(f"\n  {picture}" for picture in pictures.values()) + "\n </defs>"
    return svg[: opening.start()] + tag + head + style + svg[opening.end() :]
