"""An interactive page in one HTML file: figures, the data of each model, and the scripts that show them.

A display list becomes SVG elements, with classes instead of colors and numbers instead of ids. Nothing is fetched, and
nothing may be: the page says so itself, in its Content-Security-Policy. Scripts and styles are allowed by their hashes;
what comes from data is escaped in markup, and is text and nothing else to the scripts.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby, pairwise
from string import Template
from typing import get_args

from modeltree._util.languages import ENGLISH, Words
from modeltree.draw.display import (
    Circle,
    Colors,
    Image,
    Item,
    Layer,
    Line,
    Look,
    Polygon,
    Primitive,
    Rectangle,
    Text,
    display_list,
    line_width,
    link_stroke,
    month_type,
)
from modeltree.draw.fonts import BOLD, FAMILY, REGULAR, Typeface, family_list
from modeltree.draw.icons import pixels, placed
from modeltree.draw.theme import Paint, Theme
from modeltree.layout.geometry import Layout
from modeltree.layout.plane import Point

_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of models and derivations in a page; their ids could be any text."""

    models: Mapping[str, int]
    derivations: Mapping[tuple[str, str], int]  # by parent and child


class Palette:
    """A CSS class for each set of colors, and its colors in each theme."""

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._labels: dict[tuple[Paint, ...], str] = {}
        self._limbs: dict[Colors, str] = {}
        self._badges: dict[tuple[object, ...], str] = {}
        self._colors: dict[str, tuple[str, ...]] = {}
        self._rules: list[str] = []
        self._pictures: dict[bytes, str] = {}
        names = ("page", "ink", "quiet", "axis", "leader", "link", "panel", "year_fill", "year_text", "band", "guide",
                 "descent", "output", "idea", "strong", "icon_ground")  # fmt: skip
        for name in names:
            self._colors[name.replace("_", "-")] = tuple(getattr(theme, name) for theme in themes)

    def label(self, paints: tuple[Paint, ...]) -> str:
        """The class of labels, or samples, with these colors in each theme."""
        if paints not in self._labels:
            name = self._labels[paints] = f"p{len(self._labels)}"
            self._colors[f"{name}f"] = tuple(paint.fill for paint in paints)
            self._colors[f"{name}e"] = tuple(paint.edge for paint in paints)
            self._colors[f"{name}t"] = tuple(paint.text for paint in paints)
            self._rules.append(f".{name}>rect{{fill:var(--{name}f);stroke:var(--{name}e)}}")
            self._rules.append(f".{name}>:is(text,path){{fill:var(--{name}t)}}")
        return self._labels[paints]

    def limb(self, colors: Colors) -> str:
        """The class of what is on a trunk of this color; its color is the custom property ``--limb``."""
        if colors not in self._limbs:
            name = self._limbs[colors] = f"t{len(self._limbs)}"
            self._colors[name] = colors
            self._rules.append(f".{name}{{--limb:var(--{name})}}")
        return self._limbs[colors]

    def badge(self, circle: Circle, text: Text) -> str:
        """The class of a badge."""
        key = (text.content, circle.fill, text.color, circle.edge)
        if key not in self._badges:
            name = self._badges[key] = f"o{len(self._badges)}"
            self._colors[f"{name}f"] = circle.fill
            self._colors[f"{name}t"] = text.color
            ring = ""
            if circle.edge:
                self._colors[f"{name}r"] = circle.edge
                ring = f";stroke:var(--{name}r)"
            self._rules.append(f"circle.{name}{{fill:var(--{name}f){ring}}}")
            self._rules.append(f".m>text.{name}{{fill:var(--{name}t)}}")
        return self._badges[key]

    def picture(self, png: bytes) -> str:
        """The id of an icon from a file; `pictures` has each once."""
        return self._pictures.setdefault(png, f"i{len(self._pictures)}")

    def pictures(self) -> Iterator[str]:
        """The icons as ``image`` elements, each one unit wide or high, centered on the origin."""
        from PIL import Image as Picture

        for png, name in self._pictures.items():
            image, buffer = pixels(png), io.BytesIO()
            left, right, bottom, top = placed(image, (0.0, 0.0), 1.0)
            Picture.fromarray(image).save(buffer, "png", optimize=True)
            source = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
            yield (
                f'<image id="{name}" x="{left:.4f}" y="{top:.4f}" width="{right - left:.4f}" '
                f'height="{bottom - top:.4f}" href="{source}"/>'
            )

    def colors(self, theme: int) -> str:
        """The colors of one theme, as declarations of custom properties."""
        return ";".join(f"--{name}:{colors[theme]}" for name, colors in self._colors.items())

    def rules(self) -> str:
        """The classes as CSS rules."""
        return "\n".join(self._rules)


def figure_markup(
    layout: Layout, looks: Sequence[Look], palette: Palette, numbers: Numbers, key: str, name: str
) -> str:
    """A layout as an ``svg`` element that is called ``name``, with a look for each theme of the palette."""
    # Labels are groups of the class ``m`` with the id ``<key>-<number of the model>``, lanes ``<key>-lane-<number>``
    # and links ``<key>-link-<number of the derivation>``.
    drawn = _Markup(layout, looks[0], palette, numbers, key).drawn(display_list(layout, looks))
    width, height = _number(layout.page.width), _number(layout.page.height)
    attributes = f'class="figure" viewBox="0 0 {width} {height}" role="group" aria-label="{escape(name)}"'
    data = f'data-width="{width}" data-height="{height}" data-type="{_number(layout.font_size)}"'
    return f'<svg id="{key}" {attributes} {data}>\n<g class="world">\n{drawn}</g>\n</svg>'


def link_sample(kind: str, width: float = 1.4) -> str:
    """A short line as links of a kind have it, as an ``svg`` element for a legend; the width is in pixels."""
    stroke, _ = link_stroke(kind)
    line = f'<path d="M0 6 28 6"{_dashed(stroke.dashes, width * stroke.width)}/>'
    return f'<svg class="sample {_link_class(kind)}" width="28" height="12" aria-hidden="true">{line}</svg>'


@dataclass(frozen=True, slots=True)
class _Shared:
    """The attributes of a group, which its elements inherit."""

    width: float | None = None
    size: float | None = None
    weight: int | None = None

    def attributes(self) -> str:
        size = "" if self.size is None else f' font-size="{_number(self.size)}" font-weight="{self.weight}"'
        return size + ("" if self.width is None else f' stroke-width="{_number(self.width)}"')


class _Markup:
    """Writes the items of one layout."""

    def __init__(self, layout: Layout, look: Look, palette: Palette, numbers: Numbers, key: str) -> None:
        self.layout, self.theme, self.typeface = layout, look.theme, look.typeface
        self.palette, self.numbers, self.key = palette, numbers, key

    def drawn(self, items: Iterable[Item]) -> str:
        """All layers, from back to front."""
        layers: dict[Layer, list[Item]] = {layer: [] for layer in get_args(Layer)}
        for item in items:
            layers[item.layer].append(item)
        size, edge = self.layout.font_size, line_width(self.theme.edge_width, self.layout.font_size, self.theme)
        shared = {
            **{layer: _Shared(_first_width(layers[layer])) for layer in ("guide", "axis", "leader")},
            "tick": _Shared(None, month_type(size), BOLD),
            "models": _Shared(edge, size, BOLD),
            "sample": _Shared(edge),
        }
        groups = (
            self._links(of_layer) if layer == "link" else self._group(layer, of_layer, shared.get(layer, _Shared()))
            for layer, of_layer in layers.items()
        )
        return "".join(groups)

    def _group(self, name: str, items: Iterable[Item], shared: _Shared) -> str:
        content = "\n".join(self._item(item, shared) for item in items)
        return f'<g class="{name}"{shared.attributes()}>\n{content}\n</g>\n' if content else ""

    def _links(self, items: Iterable[Item]) -> str:
        """The links of each kind as one group; those by which ideas pass, which recede, behind all others."""

        def rank(item: Item) -> tuple[bool, str, bool]:
            stroke, _ = link_stroke(item.kind)
            return (stroke.kind != "idea", item.kind, len(item.parts) == 1)

        groups = []
        for _, of_kind in groupby(sorted(items, key=rank), key=rank):
            links = list(of_kind)
            content = "\n".join(self._item(item, _Shared()) for item in links)
            groups.append(f"{self._link_group(links[0])}\n{content}\n</g>\n")
        return "".join(groups)

    def _link_group(self, item: Item) -> str:
        """The start of a group of links that look like this one."""
        line = item.parts[0]
        assert isinstance(line, Line)
        return f'<g class="{_link_class(item.kind)}"{_dashed(line.dashes, line.width)}>'

    def _item(self, item: Item, shared: _Shared) -> str:
        content = "".join(self._element(part, item, shared) for part in item.parts)
        match item.layer:
            case "band":
                return f'<g class="{item.kind}">{content}</g>'
            case "lane":
                kind = f"{_link_class(item.kind)} {self.palette.limb(item.tint)}"
                dashes = "".join(_dashed(line.dashes, line.width) for line in item.parts if isinstance(line, Line))
                return (
                    f'<g id="{self.key}-lane-{self.numbers.models[item.ids[0]]}" class="{kind}"{dashes}>{content}</g>'
                )
            case "link":
                parent, child = item.ids
                number = self.numbers.derivations.get((parent, child))
                id = "" if number is None else f' id="{self.key}-link-{number}"'
                if not item.tint:
                    return f"<g{id}>{content}</g>"
                line = item.parts[0]
                assert isinstance(line, Line)
                limb = f'class="limb {self.palette.limb(item.tint)}" stroke-width="{_number(line.width)}"'
                return f"<g{id} {limb}>{content}</g>"
            case "leader" if (number := self.numbers.models.get(item.ids[0])) is not None:
                return content.replace("<path", f'<path id="{self.key}-leader-{number}"', 1)
            case "tick":
                return f'<g class="{item.kind}">{content}</g>'
            case "models":
                name, kind = escape(item.name or self._label(item)), self.palette.label(item.paints)
                if item.tint:
                    kind += f" {self.palette.limb(item.tint)}"
                number = self.numbers.models.get(item.ids[0])
                if number is None:  # it stands for several, and has no card
                    return f'<g class="{kind}" role="img" aria-label="{name}">{content}</g>'
                id = f"{self.key}-{number}"
                return f'<g id="{id}" class="m {kind}" role="button" aria-label="{name}">{content}</g>'
            case "sample" if item.paints:
                return f'<g class="{self.palette.label(item.paints)}">{content}</g>'
            case "sample":
                return f"{self._link_group(item)}{content}</g>"
        return content

    def _label(self, item: Item) -> str:
        return next(part.content for part in item.parts if isinstance(part, Text))

    def _element(self, part: Primitive, item: Item, shared: _Shared) -> str:
        match part:
            case Line():
                return f'<path d="{_path(part.points)}"/>'
            case Polygon():
                kind = {"link": ' class="head"', "lane": ' class="trunk"'}.get(item.layer, "")
                return f'<path{kind} d="{"".join(f"{_path(ring)}z" for ring in part.rings)}"/>'
            case Rectangle():
                return _rectangle(part, shared)
            case Text():
                return _text(part, shared, self.typeface, f' class="{item.kind}"' if item.layer == "words" else "")
            case Circle():
                return self._circle(part, item, shared)
            case Image():
                x, y = part.center
                transform = f"translate({_number(x)} {_number(y)}) scale({_number(part.diameter)})"
                return f'<use href="#{self.palette.picture(part.png)}" transform="{transform}"/>'

    def _circle(self, part: Circle, item: Item, shared: _Shared) -> str:
        x, y, radius = map(_number, (*part.center, part.radius))
        edge = f' stroke-width="{_number(part.width)}"' if part.edge else ""
        kind = "dot" if item.layer == "words" else "node" if item.tint and part.fill == item.tint else "ground"
        text = ""
        if part.text:
            kind = self.palette.badge(part, part.text)
            text = _text(part.text, shared, self.typeface, f' class="{kind}"')
        return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"{edge}/>{text}'


def _first_width(items: Iterable[Item]) -> float | None:
    """The width of lines that all have the same."""
    return next((part.width for item in items for part in item.parts if isinstance(part, Line)), None)


def _rectangle(part: Rectangle, shared: _Shared) -> str:
    x, y, width, height = map(_number, (part.box.x, part.box.y, part.box.width, part.box.height))
    radius = f' rx="{_number(part.radius)}"' if part.radius else ""
    own = f' stroke-width="{_number(part.width)}"' if shared.width not in (None, part.width) else ""
    if part.dashes:
        own += f' stroke-dasharray="{" ".join(_number(length * part.width) for length in part.dashes)}"'
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}"{radius}{own}/>'


def _text(part: Text, shared: _Shared, typeface: Typeface, attributes: str) -> str:
    x, y = part.x, part.middle + typeface.half_capital * part.size
    anchor = _ANCHORS[part.align]
    weight = BOLD if part.bold else REGULAR
    if part.size != shared.size:
        attributes += f' font-size="{_number(part.size)}"'
    if weight != shared.weight:
        attributes += f' font-weight="{weight}"'
    if len(typeface.font(part.content, part.size, part.bold).get_family()) > 1:
        # Letters that the page's typeface lacks may have any width on the reader's machine; the text keeps its length.
        length = typeface.measure(part.content, part.bold)[0] * part.size
        attributes += f' textLength="{_number(length)}" lengthAdjust="spacingAndGlyphs"'
    content = escape(part.content, quote=False)
    return f'<text x="{_number(x)}" y="{_number(y)}"{anchor}{attributes}>{content}</text>'


def _link_class(kind: str) -> str:
    """The class that says in which color links of a kind are."""
    _, role = link_stroke(kind)
    return "link" if role == "link" else f"link {role}"


def _dashed(dashes: Sequence[float], width: float) -> str:
    lengths = " ".join(_number(width * length) for length in dashes)
    return f' stroke-width="{_number(width)}"' + (f' stroke-dasharray="{lengths}"' if lengths else "")


def _path(points: Sequence[Point]) -> str:
    """Lines from point to point, each said from the last one: that is half as long."""
    hundredths = [(round(100 * x), round(100 * y)) for x, y in points]
    steps = [(x - last_x, y - last_y) for (last_x, last_y), (x, y) in pairwise(hundredths)]
    (x, y) = hundredths[0]
    return f"M{_number(x / 100)} {_number(y / 100)}" + (f"l{' '.join(map(_step, steps))}" if steps else "")


def _step(step: tuple[int, int]) -> str:
    along, across = (_number(length / 100).replace("0.", ".", 1 if abs(length) < 100 else 0) for length in step)
    return f"{along}{across}" if across.startswith("-") else f"{along} {across}"


def _number(value: float) -> str:
    """A length to a hundredth of a point, without trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


# The document

_FOLDER = files("modeltree.draw") / "page"
_STYLES = ("base.css", "figure.css", "controls.css", "card.css", "table.css", "print.css")
# In order of use: later files call earlier ones. They share one scope, which nothing else sees.
_SCRIPTS = (
    "data.js", "elements.js", "state.js", "stage.js", "color.js", "gestures.js", "light.js", "card.js", "kinship.js",
    "filters.js", "search.js", "time.js", "overview.js", "table.js", "export.js", "main.js",
)  # fmt: skip
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; font-src data:; img-src data:; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# Escaped in JSON: characters that could end the element or a line of a script.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A figure of a page."""

    key: str  # a word for it, in addresses and ids
    title: str  # what its tab says
    layout: Layout
    looks: tuple[Look, Look]  # on light and on dark ground
    legend: tuple[tuple[str, str], ...] = ()  # keys of styles, and what they mean
    notes: tuple[str, ...] = ()
    description: str = ""  # what a screen reader says of the whole


@dataclass(frozen=True, slots=True)
class Coloring:
    """What color may say in a page: groups with their colors on light and on dark ground, and the one of each model."""

    key: str
    title: str
    groups: tuple[tuple[str, tuple[Paint, Paint]], ...] = ()  # none where the figures have them
    members: tuple[int, ...] = ()


def page_document(
    title: str,
    counts: Sequence[str],
    figures: Sequence[PageFigure],
    data: Mapping[str, object],
    numbers: Numbers,
    words: Words = ENGLISH,
    colorings: Sequence[Coloring] = (Coloring("drawn", ""),),
    theme: str = "",
    view: str = "",
) -> str:
    """A whole HTML document: a title with counts below it, figures, and plain data for the scripts.

    It begins with a view, by default the first figure, and a theme, by default that of the system.
    """
    if not figures:
        raise ValueError("a page needs at least one figure")
    first = next((figure.key for figure in figures if figure.key == view), figures[0].key)
    palette = Palette([look.theme for look in figures[0].looks])
    panels = [_panel(figure, palette, numbers, figure.key == first) for figure in figures]
    notes = [_notes(figure, palette, words, figure.key == first) for figure in figures]
    # What the scripts may say: the texts in them, and the words that models have.
    said = "\n".join([*map(_read, _SCRIPTS), json.dumps(data, ensure_ascii=False)]) if words.table else ""
    parts = {
        "title": escape(title),
        "counts": " · ".join(f"<span>{escape(count)}</span>" for count in counts),
        "tabs": "\n".join(map(_tab, figures)),
        "figures": "\n".join(panels),
        "notes": "\n".join(notes),
        "pictures": "".join(palette.pictures()),
        "data": _island({
            **data,
            "theme": theme,
            "view": view,
            "words": {text: other for text, other in words.table.items() if f'"{text}"' in said},
            "figures": [figure.key for figure in figures],
            "colors": [
                [each.key, each.title, [[palette.label(paints), text] for text, paints in each.groups], each.members]
                for each in colorings
            ],
        }),
    }  # fmt: skip
    script = "\n".join(["(() => {", '"use strict";', *map(_read, _SCRIPTS), "})();"])
    texts = re.sub(r"\[\[(.*?)\]\]", lambda text: escape(words(text[1])), _read("page.html"))
    body = Template(texts)
    # The typeface has the letters of the document and of the data.
    letters = set(body.template + script + "".join(parts.values()) + json.dumps(dict(data), ensure_ascii=False))
    typeface = figures[0].looks[0].typeface
    faces = [rule for weight in (REGULAR, BOLD) for rule in typeface.rules(letters, weight)]
    names = family_list((*typeface.asked, FAMILY))  # DejaVu Sans and others are the reader's own
    style = "\n".join([*faces, f":root{{--face:{names}}}", _themed(palette), *map(_read, _STYLES)])
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    start = {"language": words.name or "en", "theme": f' data-theme="{theme}"' if theme else ""}
    return body.substitute(parts, script=script, style=style, policy=policy, **start)


def _themed(palette: Palette) -> str:
    """The colors: light, also on paper, unless the system or the reader asks for dark ones."""
    light, dark = palette.colors(0), palette.colors(1)
    return "\n".join([
        f":root{{color-scheme:light;{light}}}",
        f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{color-scheme:dark;{dark}}}}}',
        f'@media screen{{:root[data-theme="dark"]{{color-scheme:dark;{dark}}}}}',
        palette.rules(),
    ])  # fmt: skip


def _tab(figure: PageFigure) -> str:
    attributes = f'id="tab-{figure.key}" role="tab" data-figure="{figure.key}" aria-controls="panel-{figure.key}"'
    return f'<button type="button" {attributes}>{escape(figure.title)}</button>'


def _panel(figure: PageFigure, palette: Palette, numbers: Numbers, shown: bool) -> str:
    """A figure; what is not shown is laid out only when its tab is opened."""
    name = figure.description or figure.title
    svg = figure_markup(figure.layout, figure.looks, palette, numbers, figure.key, name)
    content, hidden = (svg, "") if shown else (f"<template>{svg}</template>", " hidden")
    attributes = f'id="panel-{figure.key}" role="tabpanel" aria-labelledby="tab-{figure.key}"'
    return f'<div class="base" {attributes} data-figure="{figure.key}"{hidden}>{content}</div>'


def _notes(figure: PageFigure, palette: Palette, words: Words, shown: bool) -> str:
    entries = "".join(
        f"<li{_group(key)}>{_sample(figure, key, palette)}{escape(text)}</li>" for key, text in figure.legend
    )
    name = escape(words("Legend"))
    legend = f'<ul class="legend" aria-label="{name}">{entries}</ul>' if entries else ""
    paragraphs = "".join(f"<p>{escape(note)}</p>" for note in figure.notes)
    notes = (
        f"<details><summary>{escape(words('Notes'))}</summary><div>{paragraphs}</div></details>" if paragraphs else ""
    )
    hidden = "" if shown else " hidden"
    return f'<div class="about" data-figure="{figure.key}"{hidden}>{legend}{notes}</div>'


def _group(key: str) -> str:
    """The attribute of entries of a legend that say what a color means."""
    return "" if key.startswith("link:") or key in ("folded", "inferred") else ' class="group"'


def _sample(figure: PageFigure, key: str, palette: Palette) -> str:
    if key.startswith("link:"):
        return link_sample(key.removeprefix("link:"))
    styles = [look.swatches[key] for look in figure.looks]
    paints = tuple(style.drawn_paint for style in styles)
    dashes = ' stroke-dasharray="3 2"' if styles[0].dashed else ""
    rect = f'<rect x=".5" y=".5" width="19" height="11" rx="2.5"{dashes}/>'
    return f'<svg class="sample {palette.label(paints)}" width="20" height="12" aria-hidden="true">{rect}</svg>'


def _island(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _read(name: str) -> str:
    """A part of the page without comments, indents and spaces, which browsers need not read."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"(?<=[{};:,])\s+|\s+(?=[{}])", "", text)
    lines = map(str.strip, text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
