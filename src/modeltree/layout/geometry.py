"""What a layout is made of, and how it is checked and stored.

All lengths are points (1/72 inch); the origin is the page's top left corner and y grows downward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Literal, Protocol

from modeltree.layout.plane import Box, Point, distance_along, line_length, lines_meet, overlapping, struck

__all__ = [
    "Box",
    "IconBox",
    "LabelBox",
    "Layout",
    "Leader",
    "Link",
    "Measure",
    "Page",
    "Panel",
    "Point",
    "Swatch",
    "TextLine",
    "TextRole",
    "TickBox",
]

TextRole = Literal["title", "legend", "footnote", "continuation"]

# Lengths are kept to a thousandth of a point, so that a layout is the same on every machine.
_DECIMALS = 3


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
    tick: str
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


@dataclass(frozen=True, slots=True)
class Leader:
    """The line that ties the models of a tick, on one side of the axis, to it."""

    tick: str
    ids: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """The curve from a parent's label to a child's, straight from point to point.

    Parameters
    ----------
    parent, child : str
        The ids of the models.
    points : tuple of (float, float)
        From the edge of the one label to that of the other.
    kind : str, optional
        What sort of derivation it stands for.
    """

    parent: str
    child: str
    points: tuple[Point, ...]
    kind: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything in a figure goes.

    Parameters
    ----------
    page : Page
        The sheet.
    font_size : float
        Of the labels, in points.
    boxes : tuple of LabelBox
        The models, in time order.
    icons : tuple of IconBox
        Their organizations' icons.
    leaders : tuple of Leader
        Ties from ticks to models.
    axis : tuple of (float, float)
        The curve of time, from its beginning to its end.
    ticks : tuple of TickBox
        The dates on it, in time order.
    panels : tuple of Panel
        Grounds behind labels that belong together.
    texts : tuple of TextLine
        Title, legend and footnote.
    swatches : tuple of Swatch
        The legend's samples.
    links : tuple of Link
        Curves from parents to children.
    """

    page: Page
    font_size: float
    boxes: tuple[LabelBox, ...]
    icons: tuple[IconBox, ...]
    leaders: tuple[Leader, ...]
    axis: tuple[Point, ...]
    ticks: tuple[TickBox, ...]
    panels: tuple[Panel, ...] = ()
    texts: tuple[TextLine, ...] = ()
    swatches: tuple[Swatch, ...] = ()
    links: tuple[Link, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dictionaries, strings and numbers."""
        return {"unit": "pt", **_plain(asdict(self))}

    def to_json(self, indent: int | None = 1) -> str:
        """The layout as JSON, ending in a newline."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        if data.pop("unit", None) != "pt":
            raise ValueError("this is no layout in points: the unit is not 'pt'")
        parts: dict[str, Any] = {"boxes": LabelBox, "icons": IconBox, "ticks": TickBox, "texts": TextLine,
                                 "swatches": Swatch, "panels": Panel}  # fmt: skip
        for name, kind in parts.items():
            data[name] = tuple(kind(**entry) for entry in data.get(name, []))
        data["page"] = Page(**data["page"])
        data["axis"] = tuple((x, y) for x, y in data["axis"])
        data["leaders"] = tuple(
            Leader(entry["tick"], tuple(entry["ids"]), tuple((x, y) for x, y in entry["points"]))
            for entry in data["leaders"]
        )
        data["links"] = tuple(
            Link(entry["parent"], entry["child"], tuple((x, y) for x, y in entry["points"]), entry.get("kind"))
            for entry in data.get("links", [])
        )
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    @property
    def fill(self) -> float:
        """The share of the page that labels cover."""
        return sum(box.width * box.height for box in self.boxes) / (self.page.width * self.page.height)

    @property
    def leader_lengths(self) -> tuple[float, ...]:
        """The length of each leader, in label heights."""
        height = self.boxes[0].height if self.boxes else 1.0
        return tuple(line_length(leader.points) / height for leader in self.leaders)

    def faults(self) -> tuple[str, ...]:
        """What breaks the rules of a good figure; a layout that this library makes has none.

        - No two labels, ticks, icons, lines of text or samples overlap, and no panel covers another one or a label
          of another tick.
        - Nothing leaves the page, no icon its label, and text begins within its label.
        - Each label is tied to its tick by one leader, which begins at the tick and ends at one of its labels.
        - No two leaders meet, no leader runs through a tick or a label, and the axis runs through no label.
        - Models are in the order of their ticks, and ticks in order along the axis.
        - Each link leads from the edge of its parent's label to that of its child's, and runs through no label, tick,
          line of text or sample.
        """
        checks = (
            self._overlaps, self._strays, self._bad_icons, self._bad_ties, self._struck, self._disorder,
            self._bad_links,
        )  # fmt: skip
        return tuple(fault for check in checks for fault in check())

    def _overlaps(self) -> Iterator[str]:
        solid: list[Box] = [*self.boxes, *self.ticks, *self.texts, *self.swatches]
        for group in (solid, self.icons, self.panels):
            for one, other in overlapping(group):
                yield f"{_name(one)} overlaps {_name(other)}"
        for one, other in overlapping([*self.panels, *self.boxes]):
            panel, label = (one, other) if isinstance(one, Panel) else (other, one)
            if isinstance(panel, Panel) and isinstance(label, LabelBox) and panel.tick != label.tick:
                yield f"{_name(panel)} covers {_name(label)}"

    def _strays(self) -> Iterator[str]:
        sheet = Box(x=0, y=0, width=self.page.width, height=self.page.height)
        for box in (*self.boxes, *self.ticks, *self.texts, *self.swatches, *self.panels):
            if not sheet.contains(box):
                yield f"{_name(box)} leaves the page"
        for name, points in (*self._lines(), *((_name(link), link.points) for link in self.links)):
            if not all(sheet.touches(point) for point in points):
                yield f"{name} leaves the page"
        for label in self.boxes:
            if not label.x <= label.text_x <= label.right:
                yield f"the text of {_name(label)} begins outside it"

    def _bad_icons(self) -> Iterator[str]:
        labels = {label.id: label for label in self.boxes}
        for icon in self.icons:
            if icon.id not in labels:
                yield f"{_name(icon)} has no label"
            elif not labels[icon.id].contains(icon):
                yield f"{_name(icon)} leaves its label"

    def _bad_ties(self) -> Iterator[str]:
        ticks = {tick.id: tick for tick in self.ticks}
        labels = {label.id: label for label in self.boxes}
        ties: dict[str, list[str]] = {label.id: [] for label in self.boxes}
        for leader in self.leaders:
            for model in leader.ids:
                ties.setdefault(model, []).append(leader.tick)
            if leader.tick not in ticks or not ticks[leader.tick].touches(leader.points[0]):
                yield f"{_name(leader)} does not begin at its tick"
            if not any(labels[model].touches(leader.points[-1]) for model in leader.ids if model in labels):
                yield f"{_name(leader)} ends at no label of its own"
        for model, tied_to in ties.items():
            if model not in labels:
                yield f"a leader is tied to {model}, which has no label"
            elif tied_to != [labels[model].tick]:
                yield f"label {model} is tied to {', '.join(tied_to) or 'nothing'}, not to {labels[model].tick} alone"

    def _struck(self) -> Iterator[str]:
        obstacles: list[Box] = [*self.boxes, *self.ticks]
        for name, points in self._lines():
            for _, box in struck(self.boxes if name == "axis" else obstacles, pairwise(points)):
                yield f"{name} runs through {_name(box)}"
        spans = [_Span.around(leader) for leader in self.leaders]
        for one, other in overlapping(spans):
            if lines_meet(one.leader.points, other.leader.points):
                yield f"{_name(one.leader)} meets {_name(other.leader)}"

    def _disorder(self) -> Iterator[str]:
        places = {tick.id: place for place, tick in enumerate(self.ticks)}
        for label in self.boxes:
            if label.tick not in places:
                yield f"{_name(label)} has no tick {label.tick}"
        for label, later in pairwise(label for label in self.boxes if label.tick in places):
            if places[label.tick] > places[later.tick]:
                yield f"{_name(later)} comes after {_name(label)}"
        for tick, following in pairwise(self.ticks):
            if distance_along(self.axis, tick.centre) >= distance_along(self.axis, following.centre):
                yield f"{_name(following)} is not after {_name(tick)} along the axis"

    def _bad_links(self) -> Iterator[str]:
        labels = {label.id: label for label in self.boxes}
        obstacles: list[Box] = [*self.boxes, *self.ticks, *self.texts, *self.swatches]
        for link in self.links:
            for model, verb, end in ((link.parent, "begin", 0), (link.child, "end", -1)):
                if model not in labels:
                    yield f"{_name(link)} is tied to {model}, which has no label"
                elif not link.points or not labels[model].touches(link.points[end]):
                    yield f"{_name(link)} does not {verb} at {_name(labels[model])}"
            hit = {id(box): box for _, box in struck(obstacles, pairwise(link.points))}
            for box in hit.values():
                yield f"{_name(link)} runs through {_name(box)}"

    def _lines(self) -> Iterator[tuple[str, Sequence[Point]]]:
        """The axis and the leaders."""
        yield "axis", self.axis
        yield from ((_name(leader), leader.points) for leader in self.leaders)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span(Box):
    """The room that a leader takes, and a hair more: a straight line alone has no inside."""

    leader: Leader

    @classmethod
    def around(cls, leader: Leader) -> _Span:
        xs, ys = zip(*leader.points, strict=True)
        left, top = min(xs) - 0.01, min(ys) - 0.01
        return cls(x=left, y=top, width=max(xs) + 0.01 - left, height=max(ys) + 0.01 - top, leader=leader)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


_KINDS = {
    LabelBox: "label", IconBox: "icon of", TickBox: "tick", Panel: "panel of", Leader: "leader of", TextLine: "text",
    Swatch: "sample",
}  # fmt: skip


def _name(part: Box | Leader | Link) -> str:
    if isinstance(part, Link):
        return f"link {part.parent} → {part.child}"
    names = (getattr(part, attribute, None) for attribute in ("id", "text", "key", "tick"))
    return f"{_KINDS[type(part)]} {next(name for name in names if name is not None)}"
