"""Figures as files: the same file each time, written whole or not at all; SVG embeds its typeface."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from modeltree._util.files import write_whole
from modeltree.draw.artists import drawing_style
from modeltree.draw.fonts import (
    BOLD,
    FAMILY,
    INTER,
    LAST_FAMILY,
    OWN,
    REGULAR,
    Typeface,
    font_file,
    is_bidirectional,
    letters_of,
    real_name,
)

DIRECTION = "text{unicode-bidi:plaintext}"
"""The CSS rule by which a text runs in the direction of its first letter that has one."""

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

_TEXT = re.compile(rf"""<text style="([^"]*'{OWN}[^"]*)"([^>]*)>([^<]+)</text>""")
_IS_BOLD = re.compile(rf"font-weight: {BOLD}\b")
_SIZE = re.compile(r"font-size: ([0-9.]+)px")
_FAMILIES = re.compile("font-family: ([^;]*)")
# A picture, as matplotlib writes it; its id is a hash of what it shows.
_IMAGE = re.compile(r'<image xlink:href="([^"]*)"((?: opacity="[^"]*")?) id="(image[0-9a-f]+)"([^>]*?) style="[^"]*"/>')
_SIZES = re.compile(r' (?:width|height)="[^"]*"')
# Of OS/2's fsType: a license that forbids it.
_NO_EMBEDDING = 2
# For programs that ignore the embedded typeface.
_OTHERS = "Inter, 'Helvetica Neue', Arial, sans-serif"


class LayoutFigure(Figure):
    """A figure that is the same file each time it is saved, with text that can be selected and searched."""

    summary: tuple[str, str] = ("", "")
    """Title and description for those who cannot see it."""
    typeface: Typeface = INTER
    """What its text is set in."""

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
            has = (family for family in families if ord(letter) in letters_of(family, weight))
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

    svg = _IMAGE.sub(used, _TEXT.sub(fitted, svg))
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


def family_list(families: Iterable[str]) -> str:
    """Families as CSS names them: what is embedded first, then what may be installed."""
    names = (name for family in families for name in dict.fromkeys((family, real_name(family))))
    return ", ".join([*(f"'{name}'" for name in names if name != "Inter"), _OTHERS])


@lru_cache(maxsize=32)
def typeface_rule(family: str, weight: int, characters: frozenset[str], name: str = "") -> str:
    """The CSS rule that embeds the glyphs of some characters; nothing where the makers of a font forbid it."""
    options = subset.Options(hinting=False, notdef_outline=True)
    if family == FAMILY:
        options.layout_features = ["kern", "ccmp", "mark", "mkmk"]
    options.recalc_timestamp = False
    options.drop_tables += ["FFTM"]  # of the program that made it; fontTools would warn of it
    file = font_file(family, weight)
    buffer = io.BytesIO()
    with TTFont(file, fontNumber=file.face_index, recalcTimestamp=False, lazy=True) as typeface:
        if typeface["OS/2"].fsType & 0xF == _NO_EMBEDDING:
            return ""
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(characters)))
        subsetter.subset(typeface)
        typeface.flavor = "woff"
        typeface.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face{{font-family:'{name or family}';font-weight:{weight};src:{source}}}"
