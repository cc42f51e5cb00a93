"""The display list: a layout and how it looks, as a flat sequence of drawing primitives in the order of painting.

It is made once and drawn by renderers that decide nothing: `modeltree.draw.artists` with matplotlib,
`modeltree.draw.page_html` as SVG elements of a page. Lengths are points from the page's top left corner, y grows
downward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from modeltree.draw.fonts import INTER, Typeface
from modeltree.draw.icons import Badge
from modeltree.draw.theme import FAINT, Paint, Stroke, Theme, contrast, mixed, readable
from modeltree.findings import Finding
from modeltree.layout.geometry import (
    DOT,
    Arrow,
    Band,
    Guide,
    IconBox,
    LabelBox,
    Lane,
    Layout,
    Leader,
    Link,
    Stub,
    Swatch,
    TextLine,
    TickBox,
)
from modeltree.layout.plane import Box, Point
from modeltree.records import IDEAS, OUTPUTS, WEIGHTS


@dataclass(frozen=True, slots=True)
class Style:
    """How one label looks and what it is to those who cannot see it."""

    paint: Paint
    width: float  # of its edge, in points, for type of 12 points
    name: str = ""  # what a screen reader says
    url: str | None = None
    faint: bool = False
    strong: bool = False
    dashed: bool = False  # what it stands for is not known for certain
    limb: str = ""  # the color of its trunk and its dot; by default that of descent

    @property
    def drawn_paint(self) -> Paint:
        """Its colors as drawn: a dashed edge is stronger, to be seen in spite of its gaps."""
        if not self.dashed:
            return self.paint
        return Paint(self.paint.fill, mixed(self.paint.edge, self.paint.text, 0.5), self.paint.text)


@dataclass(frozen=True, slots=True)
class Look:
    """How all parts of a layout look."""

    theme: Theme
    labels: Mapping[str, Style]  # by the model's id
    swatches: Mapping[str, Style]  # by the key of the legend's entry; samples of links, "link:<kind>", need none
    marks: Mapping[str, Badge | bytes] = field(default_factory=dict)  # by the organization's id; a picture is PNG
    typeface: Typeface = INTER
    findings: tuple[Finding, ...] = ()  # what does not look as it should


# The size of months and days on the curve, in ems; and the least of any type, in points, where labels have that.
_MONTH_TYPE, _LEAST_TYPE = 0.9, 6.0

# The radius of corners: of a label, of its height; of a panel, in ems.
_LABEL_CORNER, _PANEL_CORNER = 0.22, 0.5
# Of a badge's diameter: the size of its type, and the greatest width of its letters.
_MONOGRAM_TYPE, _MONOGRAM_WIDTH = 0.47, 0.76
# The width of letters that would else be too small: they may come nearer to the edge.
_TIGHT_WIDTH = 0.86
# A badge with less contrast to its label has a ring, this wide in points for type of 12 points.
_LOW_CONTRAST, _RING = 1.5, 0.6
# The head of a link, in ems; a link with a relation has a smaller one, of the usual size.
_HEAD_LENGTH, _HEAD_WIDTH, _SMALL_HEAD = 0.42, 0.34, 0.85
# The line width of a link between models that stand out, of the usual one.
_STRONG_LINK = 3.4
# The arrow before the name of a further parent, its head and its shaft, in ems of that name.
_ARROW, _ARROW_HEAD, _SHAFT = 0.85, 0.42, 0.1
# How links of a tree are drawn, by what they pass on; what is stated of none passes on something.
_CLASSES = {"weights": WEIGHTS, "outputs": OUTPUTS, "ideas": IDEAS}
_CLASS_OF = {str(relation): name for name, members in _CLASSES.items() for relation in members}
_STROKES = {
    "weights": Stroke(width=1.8),
    "outputs": Stroke(width=1.1, kind="idea"),
    "ideas": Stroke((1.1, 1.7), width=1.1, kind="idea"),
    "unspecified": Stroke((4.0, 2.0), kind="idea"),
}
# The head that says which way time runs, in ems: its tip, its barbs and its notch along the curve, half its width.
_ARROW_ON_CURVE = (0.42, 0.38, 0.16, 0.34)
# The line at a date, in points for type of 12 points; the line in a sample, of its height.
_GUIDE, _SAMPLE_LINE = 0.5, 0.085
_DASHED_EDGE = (3.0, 2.0)
# The height of a sample whose edge is as wide as that of a label in type of 12 points.
_SAMPLE_HEIGHT = 18.0
# The centers of the three dots after the axis, of the width of their room.
_DOTS = (1 / 6, 1 / 2, 5 / 6)

Colors = tuple[str, ...]
"""One color for each look, as ``#rrggbb``."""

Layer = Literal["band", "guide", "panel", "link", "lane", "axis", "leader", "tick", "models", "sample", "words"]


@dataclass(frozen=True, slots=True)
class Line:
    """An open line; the lengths of dashes and gaps are in widths of it."""

    points: tuple[Point, ...]
    color: Colors
    width: float
    dashes: tuple[float, ...] = ()
    cap: Literal["butt", "round", "projecting"] = "butt"
    join: Literal["miter", "round"] = "miter"


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled shape of one or several rings."""

    rings: tuple[tuple[Point, ...], ...]
    fill: Colors


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled box with an edge around it, half of which lies outside."""

    box: Box
    fill: Colors
    edge: Colors = ()
    width: float = 0.0
    radius: float = 0.0
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text that is aligned to ``x``, with the middle of its capitals at ``middle``."""

    content: str
    x: float
    middle: float
    size: float
    color: Colors
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Circle:
    """A filled circle, with a text in it if it is a badge."""

    center: Point
    radius: float
    fill: Colors
    edge: Colors = ()
    width: float = 0.0
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, as PNG, on a circle."""

    png: bytes
    center: Point
    diameter: float
    faint: bool = False


Primitive = Line | Polygon | Rectangle | Text | Circle | Image


@dataclass(frozen=True, slots=True)
class Item:
    """Primitives that are one thing on the page; the first is drawn first."""

    layer: Layer
    parts: tuple[Primitive, ...]
    key: str = ""  # its id in a file; decoration has none
    ids: tuple[str, ...] = ()  # the models that it stands for; of a link the parent and the child
    kind: str = ""  # the relation of a link or of its sample, the role of a text, "year" or "date" of a tick
    name: str = ""  # what a screen reader says
    url: str | None = None
    box: Box | None = None  # what can be clicked
    paints: tuple[Paint, ...] = ()  # of a label or a sample, in each look
    faint: bool = False
    tint: Colors = ()  # of the limb that it is, or is on


def display_list(layout: Layout, looks: Sequence[Look]) -> tuple[Item, ...]:
    """Everything on a page, from back to front; widths are those of the first look."""
    return tuple(_Display(layout, looks).items())


def month_type(em: float) -> float:
    """The size of months and days on the curve, by that of the labels."""
    return max(_MONTH_TYPE * em, min(_LEAST_TYPE, em))


def line_width(width: float, font_size: float, theme: Theme) -> float:
    """The width of a line, in points, from its width for type of 12 points."""
    return max(width * font_size / 12.0, theme.hairline)


def link_stroke(kind: str | None) -> tuple[Stroke, Literal["link", "descent", "output", "idea"]]:
    """How links of a relation, or of a class of these, are drawn, and which of the theme's colors they have."""
    known = _STROKES.get(_CLASS_OF.get(kind, kind)) if kind else None
    return (known, known.kind) if known else (Stroke(), "link")


class _Display:
    """Makes the display list of one layout."""

    def __init__(self, layout: Layout, looks: Sequence[Look]) -> None:
        self._layout, self._looks = layout, tuple(looks)
        self._look, self._theme, self._em = looks[0], looks[0].theme, layout.font_size

    def items(self) -> Iterator[Item]:
        """All items, in the order of painting."""
        layout = self._layout
        yield from map(self._band, layout.bands)
        yield from map(self._guide, layout.guides)
        for panel in layout.panels:
            yield Item("panel", (Rectangle(panel, self._color("panel"), radius=_PANEL_CORNER * self._em),))
        yield from (self._link(link, number) for number, link in enumerate(layout.links, 1))
        yield from map(self._lane, layout.lanes)
        if layout.axis:
            width = self._width(self._theme.axis_width)
            axis = Line(tuple(layout.axis), self._color("axis"), width, cap="round", join="round")
            yield Item("axis", (axis, *map(self._arrow, layout.arrows)), "axis")
        yield from map(self._leader, layout.leaders)
        yield from map(self._tick, layout.ticks)
        icons: dict[str, list[IconBox]] = {}
        for icon in layout.icons:
            icons.setdefault(icon.id, []).append(icon)
        stubs: dict[str, list[Stub]] = {}
        for stub in layout.stubs:
            stubs.setdefault(stub.id, []).append(stub)
        yield from (self._label(box, icons.get(box.id, ()), stubs.get(box.id, ())) for box in layout.boxes)
        yield from map(self._swatch, layout.swatches)
        yield from (self._text_line(line, number) for number, line in enumerate(layout.texts, 1))

    def _band(self, band: Band) -> Item:
        """A month, or a year, of the strip along an axis; each second one is darker."""
        odd = int(band.id[-2:]) % 2 == 1
        return Item("band", (Rectangle(band, self._color("quiet" if odd else "guide")),), kind="odd" if odd else "even")

    def _guide(self, guide: Guide) -> Item:
        line = Line(guide.points, self._color("guide"), self._width(_GUIDE), cap="projecting", join="round")
        return Item("guide", (line,))

    def _arrow(self, arrow: Arrow) -> Polygon:
        """A head on the curve; a larger one where it ends."""
        (x, y), (dx, dy) = arrow.point, arrow.heading
        size = self._em * (1.25 if arrow.end else 1.0)
        ahead, back, notch, half = (share * size for share in _ARROW_ON_CURVE)
        outline = ((ahead, 0.0), (-back, half), (-notch, 0.0), (-back, -half))
        points = tuple((x + along * dx - across * dy, y + along * dy + across * dx) for along, across in outline)
        return Polygon((points,), self._color("axis"))

    def _leader(self, leader: Leader) -> Item:
        faint = all(self._look.labels[id].faint for id in leader.ids)
        line = Line(leader.points, self._color("leader", faint), self._width(self._theme.leader_width), join="round")
        return Item("leader", (line,), ids=leader.ids, faint=faint)

    def _lane(self, lane: Lane) -> Item:
        """The trunk on which a model goes on, which tapers, and the line on which it goes on from there."""
        faint = self._look.labels[lane.id].faint
        stroke, role = link_stroke(lane.kind)
        width, limb = self._width(stroke.width * self._theme.link_width), self._limb(lane.id, faint)
        trunk = sum(map(bool, lane.widths))
        parts: list[Primitive] = []
        if trunk > 1:
            upright = len({x for x, _ in self._layout.axis}) == 1
            parts.append(Polygon((_tapering(lane.points[:trunk], lane.widths, upright),), limb))
        if trunk < len(lane.points):
            parts.append(Line(lane.points[max(trunk - 1, 0) :], self._color(role, faint), width, stroke.dashes))
        return Item("lane", tuple(parts), f"lane-{lane.id}", (lane.id,), lane.kind or "", faint=faint, tint=limb)

    def _link(self, link: Link, number: int) -> Item:
        """The curve from a parent to its child; with a head at the child if it is no branch of a tree."""
        parent, child = (self._look.labels[id] for id in (link.parent, link.child))
        faint = parent.faint or child.faint
        strength = _STRONG_LINK if parent.strong and child.strong else 1.0
        stroke, role = link_stroke(link.kind)
        color = self._limb(link.child, faint) if link.width else self._color(role, faint)
        width = link.width or self._width(strength * stroke.width * self._theme.link_width)
        parts: list[Primitive] = [Line(link.points, color, width, stroke.dashes, join="round")]
        if not link.tree:
            size = strength**0.5 * self._em * (_SMALL_HEAD if link.kind else 1.0)
            parts.append(Polygon((_head(link, size),), color))
        name = f"{parent.name} → {child.name}" + (f", {link.kind}" if link.kind else "")
        ends, tint = (link.parent, link.child), color if link.width else ()
        return Item("link", tuple(parts), f"link-{number}", ends, link.kind or "", name, faint=faint, tint=tint)

    def _tick(self, tick: TickBox) -> Item:
        """A date on the curve: years in a box, all others on the bare page."""
        year = tick.kind == "year"
        goes_on = tick.repeated and bool(self._layout.arrows)  # a year that began in the row before
        edge = (self._color("year_fill"), self._width(self._theme.edge_width)) if goes_on else ((), 0.0)
        ground = Rectangle(tick, self._color("year_fill" if year and not goes_on else "page"), *edge)
        color = self._color("quiet" if goes_on else "year_text" if year else "ink")
        text = _centered(tick.label, tick, self._em if year else month_type(self._em), color)
        return Item("tick", (ground, text), kind="year" if year else "date")

    def _label(self, box: LabelBox, icons: Iterable[IconBox], stubs: Iterable[Stub]) -> Item:
        """The box of a model, its icons and its name, as one thing, with its dot and the names of further parents."""
        styles = [look.labels[box.id] for look in self._looks]
        style, paints = styles[0], tuple(style.drawn_paint for style in styles)
        parts: list[Primitive] = [self._rounded(box, style, paints, self._em / 12.0)]
        for icon in icons:
            parts += self._icon(icon, styles)
        text = tuple(paint.text for paint in paints)
        limb = self._limb(box.id, style.faint) if box.dot else ()
        if box.dot:
            ring = self._width(_RING)
            parts.append(Circle(box.dot, DOT * self._em - ring / 2, limb, self._color("page"), ring))
        for stub in stubs:
            parts += self._stub(stub, text)
        parts.append(Text(box.label, box.text_x, box.center[1], box.size or self._em, text, bold=True))
        id = box.id.replace(" ", "_")  # what is folded has a blank in its id, and no id of XML has
        return Item(
            "models", tuple(parts), id, (box.id,), name=style.name, url=style.url, box=box, paints=paints,
            faint=style.faint, tint=limb,
        )  # fmt: skip

    def _stub(self, stub: Stub, color: Colors) -> Iterator[Primitive]:
        """An arrow and the name of a further parent."""
        (_, y), size = stub.center, stub.size
        half, shaft, head = _ARROW_HEAD * size / 2, _SHAFT * size / 2, stub.x + _ARROW_HEAD * size
        end = stub.x + _ARROW * size
        upper = ((stub.x, y), (head, y - half), (head, y - shaft), (end, y - shaft))
        yield Polygon(((*upper, *((x, 2 * y - at) for x, at in reversed(upper[1:]))),), color)
        yield Text(stub.text, stub.text_x, y, size, color)

    def _icon(self, icon: IconBox, styles: Sequence[Style]) -> Iterator[Primitive]:
        """The badge of an organization, or its picture on a disc."""
        marks = [look.marks[icon.organization or ""] for look in self._looks]
        badges = [mark for mark in marks if isinstance(mark, Badge)]
        if len(badges) == len(marks):
            yield self._badge(icon, badges, styles)
            return
        png = next(mark for mark in marks if not isinstance(mark, Badge))
        yield Circle(icon.center, icon.width / 2, self._color("icon_ground"))
        yield Image(png, icon.center, icon.width, styles[0].faint)

    def _badge(self, icon: IconBox, badges: Sequence[Badge], styles: Sequence[Style]) -> Circle:
        fills, letters, rings, alike = [], [], [], []
        for badge, style, look in zip(badges, styles, self._looks, strict=True):
            theme, fill, ink = look.theme, badge.fill, badge.ink
            if style.faint:
                fill = mixed(fill, theme.page, FAINT)
                ink = readable(ink, fill, theme.ink)
            alike.append(contrast(fill, style.paint.fill) < _LOW_CONTRAST)
            fills.append(fill)
            letters.append(ink)
            rings.append(mixed(style.paint.fill, style.paint.text, 0.5) if alike[-1] else fill)
        ring = self._width(_RING) if any(alike) else 0.0
        text, size = self._monogram(badges[0].text, icon.height)
        return Circle(
            icon.center, (icon.width - ring) / 2, tuple(fills), tuple(rings) if ring else (), ring,
            _centered(text, icon, size, tuple(letters)) if text else None,
        )  # fmt: skip

    def _monogram(self, text: str, diameter: float) -> tuple[str, float]:
        """The letters of a badge and their size: one or none where more would be too small to be read."""
        least = min(_LEAST_TYPE, self._em)
        for letters in (text, text[:1]):
            width = max(self._look.typeface.measure(letters, bold=True)[0], 1e-3)
            size = min(_MONOGRAM_TYPE, _MONOGRAM_WIDTH / width) * diameter
            if size >= least:
                return letters, size
            if least * width <= _TIGHT_WIDTH * diameter:
                return letters, least
        return "", least

    def _swatch(self, swatch: Swatch) -> Item:
        """A sample of the legend: a box, or a line where it stands for links."""
        if swatch.key.startswith("link:"):
            kind = swatch.key.removeprefix("link:")
            stroke, role = link_stroke(kind)
            points = ((swatch.x, swatch.center[1]), (swatch.right, swatch.center[1]))
            width = stroke.width * _SAMPLE_LINE * swatch.height
            return Item("sample", (Line(points, self._color(role), width, stroke.dashes),), kind=kind)
        styles = [look.swatches[swatch.key] for look in self._looks]
        paints = tuple(style.drawn_paint for style in styles)
        ground = self._rounded(swatch, styles[0], paints, swatch.height / _SAMPLE_HEIGHT)
        return Item("sample", (ground,), paints=paints)

    def _text_line(self, line: TextLine, number: int) -> Item:
        """A line of title, legend or footnote, or the dots after the curve."""
        if line.role == "continuation":
            y = line.y + line.height / 2
            dots = (Circle((line.x + x * line.width, y), 0.1 * line.size, self._color("axis")) for x in _DOTS)
            return Item("words", tuple(dots), kind=line.role)
        color = self._color("quiet" if line.role in ("footnote", "relation") else "ink")
        text = Text(line.text, line.x, line.center[1], line.size, color, line.bold)
        return Item("words", (text,), f"{line.role}-{number}", kind=line.role)

    def _rounded(self, box: Box, style: Style, paints: Sequence[Paint], scale: float) -> Rectangle:
        """A box with round corners whose edge lies inside it."""
        width = max(style.width * scale, self._theme.hairline) if style.width else 0.0
        inside = Box(x=box.x + width / 2, y=box.y + width / 2, width=box.width - width, height=box.height - width)
        fills, edges = (tuple(getattr(paint, part) for paint in paints) for part in ("fill", "edge"))
        radius = _LABEL_CORNER * box.height - width / 2
        return Rectangle(inside, fills, edges, width, radius, _DASHED_EDGE if style.dashed else ())

    def _color(self, role: str, faint: bool = False) -> Colors:
        """A color of the theme by its name."""
        return self._receding((getattr(look.theme, role) for look in self._looks), faint)

    def _limb(self, id: str, faint: bool) -> Colors:
        """The color of the trunk that a model is on."""
        return self._receding((look.labels[id].limb or look.theme.descent for look in self._looks), faint)

    def _receding(self, colors: Iterable[str], faint: bool) -> Colors:
        pairs = zip(colors, self._looks, strict=True)
        return tuple(mixed(color, look.theme.page, FAINT) if faint else color for color, look in pairs)

    def _width(self, width: float) -> float:
        return line_width(width, self._em, self._theme)


def _centered(text: str, box: Box, size: float, color: Colors) -> Text:
    x, y = box.center
    return Text(text, x, y, size, color, bold=True, align="center")


def _tapering(points: Sequence[Point], widths: Sequence[float], upright: bool) -> tuple[Point, ...]:
    """The outline of a line that is so wide at each of its points, across the axis of time."""
    across = (0.5, 0.0) if upright else (0.0, 0.5)
    sides = [(x, y, across[0] * width, across[1] * width) for (x, y), width in zip(points, widths, strict=False)]
    return (*((x + right, y + down) for x, y, right, down in sides),
            *((x - right, y - down) for x, y, right, down in reversed(sides)))  # fmt: skip


def _head(link: Link, size: float) -> tuple[Point, ...]:
    """The triangle at the end of a link, which points along its last piece."""
    (x, y), (tip_x, tip_y) = link.points[-2:]
    length = ((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5 or 1.0
    along_x, along_y = (tip_x - x) / length, (tip_y - y) / length
    back, half = _HEAD_LENGTH * size, _HEAD_WIDTH * size / 2
    base_x, base_y = tip_x - back * along_x, tip_y - back * along_y
    return (
        (tip_x, tip_y), (base_x - half * along_y, base_y + half * along_x),
        (base_x + half * along_y, base_y - half * along_x),
    )  # fmt: skip
