"""A layout as SVG elements for a page: classes instead of colors, numbers instead of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from modeltree.draw.fonts import BOLD, FAMILY, HALF_CAPITAL, REGULAR, font, measure
from modeltree.draw.icons import Badge
from modeltree.draw.palette import Palette
from modeltree.draw.style import Look, Style
from modeltree.draw.theme import Stroke, Theme
from modeltree.layout.geometry import Box, Guide, IconBox, LabelBox, Lane, Layout, Leader, Link, Point, Swatch, TextLine

__all__ = ["Numbers", "figure_markup", "link_sample"]

# In the text of a tick's box, per the type's size, and of corners, per the height of a label or the type's size.
_MONTH_TYPE = 0.9
_LABEL_CORNER, _PANEL_CORNER = 0.22, 0.5
# Of a badge's diameter: how high its letters' type is, and how wide they may be at the most.
_MONOGRAM_TYPE, _MONOGRAM_WIDTH = 0.47, 0.76
_HEAD_LENGTH, _HEAD_WIDTH = 0.42, 0.34
# How wide the ring around a badge is that is like its label, in points for type of 12 points.
_RING = 0.6
# The dashes of an edge and the gaps between them, in widths of it.
_DASH, _GAP = 3.0, 2.0
# Of the usual width: that of the lines of a tree; of the usual size: the head of a link that is no branch; and how wide
# a line at a date is, in points for type of 12 points.
_LANE, _SMALL_HEAD, _GUIDE = 1.5, 0.85, 0.5
# Of the height of a sample in the legend: how wide a line in it is.
_SAMPLE_LINE = 0.085


@dataclass(frozen=True, slots=True)
class Numbers:
    """What stands for models and derivations in a page, where their ids might be anything.

    Parameters
    ----------
    models : mapping of str to int
        By the model's id.
    steps : mapping of (str, str) to int
        By parent and child.
    """

    models: Mapping[str, int]
    steps: Mapping[tuple[str, str], int]


def figure_markup(
    layout: Layout, looks: Sequence[Look], palette: Palette, numbers: Numbers, key: str, name: str
) -> str:
    """A layout as an ``svg`` element.

    Labels are groups of the class ``m`` with the id ``<key>-<number of the model>``, lanes ``<key>-lane-<number>``
    and links ``<key>-link-<number of the derivation>``. Whether labels recede or stand out is not drawn: the page
    itself says so, of whatever is pointed at.

    Parameters
    ----------
    layout : Layout
        Where everything goes.
    looks : sequence of Look
        How it looks in each theme of the palette.
    palette : Palette
        What gives out classes.
    numbers : Numbers
        What stands for models and derivations.
    key : str
        What the ids in the figure begin with.
    name : str
        What a screen reader says of the whole.
    """
    pen = _Pen(layout, looks, palette, numbers, key)
    size = f"0 0 {_number(layout.page.width)} {_number(layout.page.height)}"
    attributes = f'class="figure" viewBox="{size}" role="group" aria-label="{escape(name)}"'
    data = f'data-width="{_number(layout.page.width)}" data-height="{_number(layout.page.height)}"'
    type_size = f'data-type="{_number(layout.font_size)}"'
    return f'<svg id="{key}" {attributes} {data} {type_size}>\n<g class="world">\n{pen.drawn()}</g>\n</svg>'


def link_sample(kind: str, theme: Theme, width: float = 1.4) -> str:
    """A short line as links of a kind have it, as an ``svg`` element for a legend.

    Parameters
    ----------
    kind : str
        As in `modeltree.layout.geometry.Link`.
    theme : Theme
        What says how it is drawn.
    width : float
        Of a usual line, in pixels.
    """
    stroke, name = _stroke(theme, kind)
    line = f'<path d="M0 6 28 6"{_dashes(stroke, width * stroke.width)}/>'
    return f'<svg class="{f"sample link {name}".strip()}" width="28" height="12" aria-hidden="true">{line}</svg>'


class _Pen:
    """Writes the parts of one layout."""

    def __init__(self, layout: Layout, looks: Sequence[Look], palette: Palette, numbers: Numbers, key: str) -> None:
        self._layout = layout
        self._looks = tuple(looks)
        self._palette = palette
        self._numbers = numbers
        self._key = key
        self._scale = layout.font_size / 12.0
        self._theme = looks[0].theme

    def drawn(self) -> str:
        """Everything, what is behind first."""
        corner = _PANEL_CORNER * self._layout.font_size
        parts = [
            self._group("band", self._bands()),
            self._group("guide", map(self._line, self._layout.guides), self._stroke(_GUIDE)),
            self._group("panel", (self._rounded(panel, corner) for panel in self._layout.panels)),
            self._group("lane", map(self._lane, self._layout.lanes), self._stroke(_LANE * self._theme.link_width)),
            *self._links(),
            self._group("axis", self._axis(), self._stroke(self._theme.axis_width)),
            self._group("leader", map(self._line, self._layout.leaders), self._stroke(self._theme.leader_width)),
            self._group("tick", self._ticks(), self._type(_MONTH_TYPE * self._layout.font_size, BOLD)),
            self._group("models", self._labels(), self._type(self._layout.font_size, BOLD)
                        + self._stroke(self._theme.edge_width)),
            self._group("sample", map(self._swatch, self._layout.swatches), self._stroke(self._theme.edge_width)),
            self._group("words", map(self._text_line, self._layout.texts)),
        ]  # fmt: skip
        return "".join(parts)

    def _group(self, name: str, parts: Iterable[str], attributes: str = "") -> str:
        content = "\n".join(part for part in parts if part)
        return f'<g class="{name}"{attributes}>\n{content}\n</g>\n' if content else ""

    def _stroke(self, width: float) -> str:
        return f' stroke-width="{_number(self._width(width))}"'

    def _type(self, size: float, weight: int = REGULAR) -> str:
        return f' font-size="{_number(size)}" font-weight="{weight}"'

    def _width(self, width: float) -> float:
        return max(width * self._scale, self._theme.hairline)

    def _bands(self) -> Iterator[str]:
        """The grounds of families, each of one piece: between several there would be seams."""
        pieces: dict[str, list[str]] = {}
        for band in self._layout.bands:
            corners = ((band.x, band.y), (band.right, band.y), (band.right, band.bottom), (band.x, band.bottom))
            pieces.setdefault(band.id, []).append(_path(corners) + "z")
        for drawn in pieces.values():
            yield f'<path d="{"".join(drawn)}"/>'

    def _line(self, line: Leader | Guide) -> str:
        return f'<path d="{_path(line.points)}"/>'

    def _lane(self, lane: Lane) -> str:
        return f'<path id="{self._key}-lane-{self._numbers.models[lane.id]}" d="{_path(lane.points)}"/>'

    def _axis(self) -> Iterator[str]:
        if self._layout.axis:
            yield f'<path d="{_path(self._layout.axis)}"/>'

    def _links(self) -> Iterator[str]:
        """The links of each kind as one group; those by which ideas pass, which recede, behind all others."""

        def rank(link: Link) -> tuple[bool, str, bool]:
            return (not _stroke(self._theme, link.kind)[0].quiet, link.kind or "", link.tree)

        for (_, kind, tree), links in groupby(sorted(self._layout.links, key=rank), key=rank):
            stroke, name = _stroke(self._theme, kind)
            width = self._width(stroke.width * self._theme.link_width * (_LANE if tree else 1.0))
            yield self._group(f"link {name}".strip(), map(self._link, links), _dashes(stroke, width))

    def _link(self, link: Link) -> str:
        number = self._numbers.steps.get((link.parent, link.child))
        id = "" if number is None else f' id="{self._key}-link-{number}"'
        size = self._layout.font_size * (_SMALL_HEAD if link.kind else 1.0)
        head = "" if link.tree else f'<path class="head" d="{_head(link, size)}"/>'
        return f'<g{id}><path d="{_path(link.points)}"/>{head}</g>'

    def _ticks(self) -> Iterator[str]:
        for tick in self._layout.ticks:
            ground = f"<rect{_extent(tick)}/>"
            size = f' font-size="{_number(self._layout.font_size)}"' if tick.kind == "year" else ""
            own = self._layout.font_size * (1.0 if tick.kind == "year" else _MONTH_TYPE)
            text = self._text(tick.label, tick, own, bold=True, attributes=size)
            yield f'<g class="{"year" if tick.kind == "year" else "date"}">{ground}{text}</g>'

    def _labels(self) -> Iterator[str]:
        icons: dict[str, list[IconBox]] = {}
        for icon in self._layout.icons:
            icons.setdefault(icon.id, []).append(icon)
        for box in self._layout.boxes:
            yield self._label(box, icons.get(box.id, ()))

    def _label(self, box: LabelBox, icons: Iterable[IconBox]) -> str:
        styles = [look.labels[box.id] for look in self._looks]
        parts = [self._rounded(box, _LABEL_CORNER * box.height, styles[0])]
        parts += [self._icon(icon, styles) for icon in icons]
        parts.append(self._text(box.label, box, self._layout.font_size, bold=True, left=box.text_x))
        name, kind = escape(styles[0].name or box.label), self._palette.label(styles)
        number = self._numbers.models.get(box.id)
        if number is None:  # it stands for several, and has no card
            return f'<g class="{kind}" role="img" aria-label="{name}">{"".join(parts)}</g>'
        return f'<g id="{self._key}-{number}" class="m {kind}" role="button" aria-label="{name}">{"".join(parts)}</g>'

    def _icon(self, icon: IconBox, styles: Sequence[Style]) -> str:
        marks = [look.marks[icon.organization or ""] for look in self._looks]
        x, y = icon.center
        badges = [mark for mark in marks if isinstance(mark, Badge)]
        if len(badges) == len(marks):
            kind, has_ring = self._palette.badge(badges, styles)
            ring = self._width(_RING) if has_ring else 0.0
            edge = f' stroke-width="{_number(ring)}"' if has_ring else ""
            text = badges[0].text
            size = min(_MONOGRAM_TYPE, _MONOGRAM_WIDTH / max(measure(text, bold=True)[0], 1e-3)) * icon.height
            letters = self._text(text, icon, size, bold=True, attributes=f' class="{kind}" font-size="{_number(size)}"')
            radius = _number((icon.width - ring) / 2)
            return f'<circle class="{kind}" cx="{_number(x)}" cy="{_number(y)}" r="{radius}"{edge}/>{letters}'
        png = next(mark for mark in marks if not isinstance(mark, Badge))
        place = f"translate({_number(x)} {_number(y)}) scale({_number(icon.width)})"
        ground = f'<circle class="ground" cx="{_number(x)}" cy="{_number(y)}" r="{_number(icon.width / 2)}"/>'
        return f'{ground}<use href="#{self._palette.picture(png)}" transform="{place}"/>'

    def _swatch(self, swatch: Swatch) -> str:
        kind = swatch.key.removeprefix("link:")
        if kind != swatch.key:
            stroke, name = _stroke(self._theme, kind)
            line = _path(((swatch.x, swatch.center[1]), (swatch.right, swatch.center[1])))
            width = _SAMPLE_LINE * swatch.height * stroke.width
            return f'<g class="{f"link {name}".strip()}"{_dashes(stroke, width)}><path d="{line}"/></g>'
        styles = [look.swatches[swatch.key] for look in self._looks]
        ground = self._rounded(swatch, _LABEL_CORNER * swatch.height, styles[0])
        return f'<g class="{self._palette.label(styles)}">{ground}</g>'

    def _text_line(self, line: TextLine) -> str:
        if line.role == "continuation":
            y = _number(line.y + line.height / 2)
            dots = (_number(line.x + share * line.width) for share in (1 / 6, 1 / 2, 5 / 6))
            radius = _number(0.1 * line.size)
            return "".join(f'<circle class="dot" cx="{x}" cy="{y}" r="{radius}"/>' for x in dots)
        attributes = f' class="{line.role}"{self._type(line.size, BOLD if line.bold else REGULAR)}'
        return self._text(line.text, line, line.size, bold=line.bold, left=line.x, attributes=attributes)

    def _text(
        self, text: str, box: Box, size: float, *, bold: bool, left: float | None = None, attributes: str = ""
    ) -> str:
        """A text half way down a box, that begins at a given place or else stands in the middle."""
        x, y = box.center[0] if left is None else left, box.center[1] + HALF_CAPITAL * size
        anchor = ' text-anchor="middle"' if left is None else ""
        length = ""
        if list(font(text, size, bold).get_family()) != [FAMILY]:
            # Letters that the page's typeface lacks may be of any width where it is read; the text keeps its place.
            length = f' textLength="{_number(measure(text, bold)[0] * size)}" lengthAdjust="spacingAndGlyphs"'
        return f'<text x="{_number(x)}" y="{_number(y)}"{anchor}{attributes}{length}>{escape(text, quote=False)}</text>'

    def _rounded(self, box: Box, radius: float, style: Style | None = None) -> str:
        """A box with round corners whose edge is drawn inside it."""
        usual = self._width(self._theme.edge_width)
        edge = 0.0 if style is None or not style.width else self._width(style.width)
        inset = Box(x=box.x + edge / 2, y=box.y + edge / 2, width=box.width - edge, height=box.height - edge)
        own = f' stroke-width="{_number(edge)}"' if style is not None and edge != usual else ""
        if style is not None and style.dashed:
            own += f' stroke-dasharray="{_number(_DASH * edge)} {_number(_GAP * edge)}"'
        return f'<rect{_extent(inset)} rx="{_number(radius - edge / 2)}"{own}/>'


def _stroke(theme: Theme, kind: str | None) -> tuple[Stroke, str]:
    """How links of a kind are drawn, and the class that says in which color."""
    if not kind or kind not in theme.strokes:
        return Stroke(), ""
    stroke = theme.strokes[kind]
    return stroke, "idea" if stroke.quiet else "descent"


def _dashes(stroke: Stroke, width: float) -> str:
    lengths = " ".join(_number(width * length) for length in stroke.dashes)
    return f' stroke-width="{_number(width)}"' + (f' stroke-dasharray="{lengths}"' if lengths else "")


def _extent(box: Box) -> str:
    x, y, width, height = map(_number, (box.x, box.y, box.width, box.height))
    return f' x="{x}" y="{y}" width="{width}" height="{height}"'


def _path(points: Sequence[Point]) -> str:
    return "M" + " ".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _head(link: Link, size: float) -> str:
    """The triangle at the end of a link, which points along its last piece."""
    (x, y), (tip_x, tip_y) = link.points[-2:]
    length = ((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5 or 1.0
    along_x, along_y = (tip_x - x) / length, (tip_y - y) / length
    back, half = _HEAD_LENGTH * size, _HEAD_WIDTH * size / 2
    base_x, base_y = tip_x - back * along_x, tip_y - back * along_y
    corners = (
        (tip_x, tip_y), (base_x - half * along_y, base_y + half * along_x),
        (base_x + half * along_y, base_y - half * along_x),
    )  # fmt: skip
    return _path(corners) + "z"


def _number(value: float) -> str:
    """A length to a hundredth of a point, as briefly as can be."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
