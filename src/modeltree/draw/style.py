"""How the parts of a layout look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modeltree.draw.icons import Badge
from modeltree.draw.theme import Paint, Theme, mixed

__all__ = ["Look", "Style"]


@dataclass(frozen=True, slots=True)
class Style:
    """How one label looks and what it is to those who cannot see it.

    Parameters
    ----------
    paint : Paint
        Its colors.
    width : float
        Of its edge, in points, for type of 12 points.
    name : str
        What a screen reader says.
    url : str, optional
        Where it leads to.
    faint, strong : bool
        Whether it recedes, or stands out.
    dashed : bool
        Whether its edge is dashed, since it stands for something that is not known for certain.
    """

    paint: Paint
    width: float
    name: str = ""
    url: str | None = None
    faint: bool = False
    strong: bool = False
    dashed: bool = False

    @property
    def drawn_paint(self) -> Paint:
        """Its colors as drawn: a dashed edge is stronger, so that it is seen in spite of its gaps."""
        if not self.dashed:
            return self.paint
        return Paint(self.paint.fill, mixed(self.paint.edge, self.paint.text, 0.5), self.paint.text)


@dataclass(frozen=True, slots=True)
class Look:
    """How all parts of a layout look.

    Parameters
    ----------
    theme : Theme
        Colors and widths, and how links of each kind are drawn.
    labels, swatches : mapping of str to Style
        How each model and each entry of the legend looks; samples of links have the link's kind as their key, after
        ``link:``, and need no style.
    marks : mapping of str to Badge or bytes
        What stands for each organization, by its id: a badge, or a picture as PNG.
    """

    theme: Theme
    labels: Mapping[str, Style]
    swatches: Mapping[str, Style]
    marks: Mapping[str, Badge | bytes] = field(default_factory=dict)
