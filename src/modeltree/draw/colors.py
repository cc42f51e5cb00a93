"""Colors as CSS writes them, ``#rrggbb``: how well one is read on another, and what lies between two."""

from __future__ import annotations

__all__ = ["READABLE", "contrast", "mixed", "readable"]

READABLE = 4.5
"""The contrast of text that can be read: WCAG 2.2, level AA."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, from 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> contrast("#ffffff", "#000000")
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The first color with a share of the second, from 0 to 1, mixed in.

    Examples
    --------
    >>> mixed("#000000", "#ffffff", 0.2)
    '#333333'
    """
    parts = ((1 - share) * _part(one, place) + share * _part(other, place) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def readable(text: str, ground: str, ink: str) -> str:
    """A color for text, with as much of an ink mixed in as it takes to be read on a ground, or else that ink."""
    candidates = (mixed(text, ink, tenths / 10) for tenths in range(10))
    return next((color for color in candidates if contrast(color, ground) >= READABLE), ink)


def _part(color: str, place: int) -> int:
    return int(color[place : place + 2], 16)


def _luminance(color: str) -> float:
    parts = (_part(color, place) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
