"""Finishing an SVG file: the typeface goes with it, and those who cannot see it are told what it shows."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from html import unescape
from xml.sax.saxutils import escape

from fontTools import subset
from fontTools.ttLib import TTFont

from modeltree.draw.fonts import BOLD, FAMILY, REGULAR, font_file, measure

__all__ = ["finished_svg", "typeface_rule"]

_TEXT = re.compile(rf"""<text style="([^"]*'{FAMILY}'[^"]*)"([^>]*)>([^<]+)</text>""")
# Matplotlib 3.10 writes `font: 700 12px …`, later ones `font-weight: 700; font-size: 12px`.
_IS_BOLD = re.compile(rf"font(?:-weight)?: (?:[^;]* )?{BOLD}\b")
_SIZE = re.compile(r"font(?:-size)?: (?:[^;]* )?([0-9.]+)px")
# A picture, as matplotlib writes it; its id hangs on what it shows.
_IMAGE = re.compile(r'<image xlink:href="([^"]*)"((?: opacity="[^"]*")?) id="(image[0-9a-f]+)"([^>]*?) style="[^"]*"/>')
_SIZES = re.compile(r' (?:width|height)="[^"]*"')
# What is used by programs that take no typeface from the file.
_OTHERS = "Inter, 'Helvetica Neue', Arial, sans-serif"


def finished_svg(svg: str, title: str = "", description: str = "") -> str:
    """The SVG with the glyphs that it uses embedded, and with a title and a description.

    Parameters
    ----------
    svg : str
        As matplotlib writes it.
    title, description : str
        What screen readers say.
    """
    written: dict[int, set[str]] = {}

    def fitted(match: re.Match[str]) -> str:
        style, rest, content = match.groups()
        weight = BOLD if _IS_BOLD.search(style) else REGULAR
        text = unescape(content)
        written.setdefault(weight, set()).update(text)
        size = _SIZE.search(style)
        assert size is not None
        # Another typeface, if it comes to that, is set to the same width: nothing leaves its box.
        length = measure(text, bold=weight == BOLD)[0] * float(size.group(1))
        style = re.sub(rf"('{FAMILY}'[^;]*)", rf"\1, {_OTHERS}", style)
        rest = re.sub(r' transform="rotate\(-?0 [^"]*"', "", rest)
        return f'<text style="{style}"{rest} textLength="{length:.2f}" lengthAdjust="spacingAndGlyphs">{content}</text>'

    pictures: dict[str, str] = {}

    def used(match: re.Match[str]) -> str:
        source, opacity, id, rest = match.groups()
        sizes = "".join(_SIZES.findall(rest))
        pictures.setdefault(id, f'<image id="{id}"{sizes} xlink:href="{source}"/>')
        return f'<use xlink:href="#{id}"{opacity}{_SIZES.sub("", rest)}/>'

    svg = _IMAGE.sub(used, _TEXT.sub(fitted, svg))
    faces = "".join(typeface_rule(weight, characters) for weight, characters in sorted(written.items()))
    opening = re.search(r"<svg [^>]*>", svg)
    assert opening is not None
    # Not an image, whose inside is hidden from screen readers: there are names and links in it.
    tag = opening.group()[:-1] + ' role="graphics-document document">'
    head = f"\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>" if title else ""
    style = f"\n <style>{faces}</style>" if faces else ""
    if pictures:  # each once, however often it is seen
        style += "\n <defs>" + "".join(f"\n  {picture}" for picture in pictures.values()) + "\n </defs>"
    return svg[: opening.start()] + tag + head + style + svg[opening.end() :]


def typeface_rule(weight: int, characters: Iterable[str]) -> str:
    """The CSS rule that has the glyphs for some characters in it."""
    options = subset.Options(layout_features=["kern", "ccmp", "mark", "mkmk"], hinting=False, notdef_outline=True)
    options.recalc_timestamp = False
    typeface = TTFont(font_file(weight), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(typeface)
    typeface.flavor = "woff"
    buffer = io.BytesIO()
    typeface.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:{source}}}"
