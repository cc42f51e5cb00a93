"""How the parts of a layout look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modeltree.draw.fonts import INTER, Typeface
from modeltree.draw.icons import Badge
from modeltree.draw.theme import Paint, Theme, mixed
from modeltree.findings import Finding


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
