"""Badges that stand for organizations: a monogram on the organization's own colour.

Brand icons are trademarks, so none ships with the library.
"""

from __future__ import annotations

import colorsys
import hashlib
import re
from dataclasses import dataclass

__all__ = ["Badge", "badge", "contrast", "monogram"]

# Of white letters on a badge: WCAG 2.2, level AA.
_LEAST_CONTRAST = 4.5
_SMALL_WORDS = frozenset({"and", "for", "of", "the"})


@dataclass(frozen=True, slots=True)
class Badge:
    """A monogram and its colours."""

    text: str
    fill: str
    ink: str


def badge(name: str, lightness: float = 0.4) -> Badge:
    """The badge of an organization: the same for the same name, always.

    Parameters
    ----------
    name : str
        What the organization is called.
    lightness : float
        Of its colour, from 0 to 1; it is darker where white letters would not be readable on it.

    Examples
    --------
    >>> badge("OpenAI").text
    'OA'
    """
    first, second, third, *_ = hashlib.sha256(name.encode()).digest()
    fill = _readable(first / 256, lightness * (0.72 + 0.56 * second / 255), 0.35 + 0.5 * third / 255)
    return Badge(monogram(name), fill, "#ffffff")


def monogram(name: str) -> str:
    """One or two letters for a name.

    Examples
    --------
    >>> [monogram(name) for name in ("Tsinghua University", "DeepMind", "Meta", "AI2", "UC Berkeley")]
    ['TU', 'DM', 'Me', 'A2', 'UB']
    """
    words = [word for word in re.split(r"[\s\-_/.&()]+", name) if word and word.lower() not in _SMALL_WORDS]
    if not words:
        return "?"
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    word = words[0]
    later = re.search(r"(?<=[a-z])[A-Z]|[0-9]", word[1:])
    if later:
        return (word[0] + later.group()).upper()
    return word[:2] if word.isupper() else word[0].upper() + word[1:2].lower()


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> contrast("#ffffff", "#000000")
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _readable(hue: float, lightness: float, saturation: float) -> str:
    """A colour of a hue, as light as wanted or less, on which white letters can be read."""
    lightness = min(lightness, 1.0)
    while True:
        parts = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = "#" + "".join(f"{round(255 * part):02x}" for part in parts)
        if contrast(colour, "#ffffff") >= _LEAST_CONTRAST:
            return colour
        lightness = max(lightness - 0.02, 0.0)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
