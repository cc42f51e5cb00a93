"""An interactive page in one HTML file: figures, the data of each model, and the scripts that show them.

Nothing is fetched, and nothing may be: the page says so itself, in its Content-Security-Policy. Scripts and styles are
allowed by their hashes; what comes from data is escaped in markup, and is text and nothing else to the scripts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from modeltree._util.languages import ENGLISH, Words
from modeltree.draw.display import Look
from modeltree.draw.figure import family_list, typeface_rule
from modeltree.draw.fonts import BOLD, FAMILY, REGULAR, Typeface, letters_of
from modeltree.draw.markup import Numbers, Palette, figure_markup, link_sample
from modeltree.draw.theme import Paint
from modeltree.layout.geometry import Layout

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
    first = next((index for index, figure in enumerate(figures) if figure.key == view), 0)
    palette = Palette([look.theme for look in figures[0].looks])
    drawn = [
        figure_markup(figure.layout, figure.looks, palette, numbers, figure.key, figure.description or figure.title)
        for figure in figures
    ]
    # What the scripts may say: the texts in them, and the words that models have.
    said = "\n".join([*map(_read, _SCRIPTS), json.dumps(data, ensure_ascii=False)]) if words.table else ""
    parts = {
        "title": escape(title),
        "counts": " · ".join(f"<span>{escape(count)}</span>" for count in counts),
        "tabs": "\n".join(map(_tab, figures)),
        "figures": "\n".join(
            _panel(figure, _hidden(index != first), _inert(svg, index != first))
            for index, (figure, svg) in enumerate(zip(figures, drawn, strict=True))
        ),
        "notes": "\n".join(
            _notes(figure, palette, words, _hidden(index != first)) for index, figure in enumerate(figures)
        ),
        "pictures": "".join(palette.pictures()),
        "data": _island(
            {
                **data,
                "theme": theme,
                "view": view,
                "words": {text: other for text, other in words.table.items() if f'"{text}"' in said},
                "figures": [figure.key for figure in figures],
                "colors": [
                    [
                        each.key,
                        each.title,
                        [[palette.label(paints), text] for text, paints in each.groups],
                        each.members,
                    ]
                    for each in colorings
                ],
            }
        ),
    }
    script = "\n".join(["(() => {", '"use strict";', *map(_read, _SCRIPTS), "})();"])
    texts = re.sub(r"\[\[(.*?)\]\]", lambda text: escape(words(text[1])), _read("page.html"))
    body = Template(texts)
    # The typeface has the letters of the document and of the data.
    letters = set(body.template + script + "".join(parts.values()) + json.dumps(dict(data), ensure_ascii=False))
    typeface = figures[0].looks[0].typeface
    style = "\n".join([*_faces(typeface, letters), _themed(palette), *map(_read, _STYLES)])
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    start = {"language": words.name or "en", "theme": f' data-theme="{theme}"' if theme else ""}
    return body.substitute(parts, script=script, style=style, policy=policy, **start)


def _faces(typeface: Typeface, letters: set[str]) -> Iterator[str]:
    """The typefaces, each with the letters that those before it lack; DejaVu Sans and others are the reader's own."""
    families = (*typeface.asked, FAMILY)
    for weight in (REGULAR, BOLD):
        rest = set(letters)
        for family in families:
            known = {letter for letter in rest if ord(letter) in letters_of(family, weight)}
            rest -= known
            if known:
                yield typeface_rule(family, weight, frozenset(known))
    yield f":root{{--face:{family_list(families)}}}"


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


def _panel(figure: PageFigure, hidden: str, content: str) -> str:
    attributes = f'id="panel-{figure.key}" role="tabpanel" aria-labelledby="tab-{figure.key}"'
    return f'<div class="base" {attributes} data-figure="{figure.key}"{hidden}>{content}</div>'


def _hidden(hidden: bool) -> str:
    """The attribute that hides all figures but one."""
    return " hidden" if hidden else ""


def _inert(svg: str, inert: bool) -> str:
    """A figure; all but one are laid out only when their tabs are opened."""
    return f"<template>{svg}</template>" if inert else svg


def _notes(figure: PageFigure, palette: Palette, words: Words, hidden: str) -> str:
    entries = "".join(
        f"<li{_group(key)}>{_sample(figure, key, palette)}{escape(text)}</li>" for key, text in figure.legend
    )
    name = escape(words("Legend"))
    legend = f'<ul class="legend" aria-label="{name}">{entries}</ul>' if entries else ""
    paragraphs = "".join(f"<p>{escape(note)}</p>" for note in figure.notes)
    notes = (
        f"<details><summary>{escape(words('Notes'))}</summary><div>{paragraphs}</div></details>" if paragraphs else ""
    )
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
