"""The parts of a layout: boxes and lines, each by what it stands for. All lengths are points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from modeltree.layout.plane import Box, Point

__all__ = [
    "Band", "Guide", "IconBox", "LabelBox", "Lane", "Leader", "Link", "Measure", "Page", "Panel", "Swatch", "TextLine",
    "TextRole", "TickBox",
]  # fmt: skip

TextRole = Literal["title", "legend", "footnote", "continuation"]


class Measure(Protocol):
    """How wide and high a text is, in ems: multiply by the font size to get points."""

    def __call__(self, text: str, bold: bool = False) -> tuple[float, float]:
        """Width and height of a line of text."""


@dataclass(frozen=True, slots=True)
class Page:
    """The size of the sheet."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelBox(Box):
    """The box of a model: its icons, its text and the padding around them."""

    id: str
    label: str
    tick: str | None
    """The date that a leader ties it to; None where the box itself begins at its date."""
    text_x: float
    """Where the text begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IconBox(Box):
    """The icon of one organization at the left of a model's box."""

    id: str
    organization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickBox(Box):
    """A date on the axis."""

    id: str
    label: str
    kind: Literal["year", "quarter", "month", "day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Box):
    """The ground behind labels of one tick that stand side by side, so that they are seen to belong together."""

    tick: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Box):
    """The ground behind a family: all labels in it are of the family whose first model has this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A line across the figure at a date."""

    tick: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """The line of a model's life: from its label on to its last child."""

    id: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Leader:
    """The line that ties the models of a tick, on one side of the axis, to it."""

    tick: str
    ids: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """The curve from a parent's label, or its lane, to a child's label, straight from point to point.

    Parameters
    ----------
    parent, child : str
        The ids of the models.
    points : tuple of (float, float)
        From the edge of the one label, or from the lane, to the edge of the other.
    kind : str, optional
        What sort of derivation it stands for.
    tree : bool
        Whether it is a branch of a family tree: no two of these cross. All others may.
    """

    parent: str
    child: str
    points: tuple[Point, ...]
    kind: str | None = None
    tree: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine(Box):
    """A line of text that is no label: title, legend or footnote, or the dots after the curve."""

    role: TextRole
    text: str
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch(Box):
    """The sample of a style in the legend."""

    key: str
