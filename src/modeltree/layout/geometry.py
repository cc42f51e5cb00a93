"""A layout: boxes and lines, each by what it stands for; how it is checked and stored.

All lengths are points (1/72 inch); the origin is the page's top left corner and y grows downward.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, Protocol

from modeltree.layout.plane import (
    Box,
    Point,
    Segment,
    crossing,
    distance_along,
    line_length,
    lines_meet,
    overlapping,
    struck,
)

# Lengths are kept to a thousandth of a point, so that a layout is the same on every machine.
_DECIMALS = 3

DOT = 0.3
"""The radius of the dot of a model, in ems of the label type."""

TextRole = Literal["title", "legend", "footnote", "continuation", "relation"]


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
    tick: str | None  # the date that a leader ties it to; None where the box itself begins at its date
    text_x: float  # where the text begins
    size: float | None = None  # of its text, where that is not the size of the layout
    dot: Point | None = None  # the point at its date, where its branch ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub(Box):
    """The name of further parents at the label of a model, instead of a line to theirs."""

    id: str
    parents: tuple[str, ...]
    text: str
    text_x: float
    size: float


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
    repeated: bool = False  # whether it is there a second time, at the other end of its guide


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Box):
    """The ground behind labels of one tick that stand side by side, so that they are seen to belong together."""

    tick: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Box):
    """A month or a year on the strip along an axis whose days are not all as wide."""

    id: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A line across the figure at a date."""

    tick: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """Which way time runs at a point of the curve."""

    point: Point  # where it is
    heading: Point  # the direction, of length one
    end: bool = False  # whether it is the end of the curve


@dataclass(frozen=True, slots=True)
class Lane:
    """The line of a model's life: from its label on to its last child."""

    id: str  # of the model
    points: tuple[Point, ...]  # from its dot, or the edge of its label, to where the last child leaves
    widths: tuple[float, ...] = ()  # of the trunk that it is, at each point; none of a thin line
    kind: str | None = None  # what sort of derivation leads on from it


@dataclass(frozen=True, slots=True)
class Leader:
    """The line that ties the models of a tick, on one side of the axis, to it."""

    tick: str
    ids: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """The curve from a parent's label, or its lane, to a child's label, straight from point to point."""

    parent: str
    child: str
    points: tuple[Point, ...]  # from the edge of the one label, or from the lane, to the edge of the other
    kind: str | None = None  # what sort of derivation it stands for
    tree: bool = False  # whether it is a branch of a family tree: no two of these cross; all others may
    width: float = 0.0  # of the limb that it is; 0 of a thin line


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine(Box):
    """A line of text that is no label: title, legend, footnote, the dots after the curve, or a word at a branch."""

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

    Examples
    --------
    >>> empty = Layout(page=Page(100, 50), font_size=12.0, boxes=(), icons=(), leaders=(), axis=(), ticks=())
    >>> empty
    <Layout: 0 labels in type of 12 pt on 100 × 50 pt>
    >>> Layout.from_json(empty.to_json()) == empty, empty.faults()
    (True, ())
    """

    page: Page  # the sheet
    font_size: float  # of the labels, in points
    boxes: tuple[LabelBox, ...]  # the models, in time order
    icons: tuple[IconBox, ...]  # their organizations' icons
    leaders: tuple[Leader, ...]  # ties from ticks to models
    axis: tuple[Point, ...]  # the curve of time, from its beginning to its end
    ticks: tuple[TickBox, ...]  # the dates on it, in time order, after the years repeated where a row begins
    panels: tuple[Panel, ...] = ()  # grounds behind labels that belong together
    texts: tuple[TextLine, ...] = ()  # title, legend and footnote
    swatches: tuple[Swatch, ...] = ()  # the legend's samples
    links: tuple[Link, ...] = ()  # curves from parents to children
    bands: tuple[Band, ...] = ()  # the strips of months or years along the axis
    guides: tuple[Guide, ...] = ()  # lines at dates
    lanes: tuple[Lane, ...] = ()  # lines of models that have children
    stubs: tuple[Stub, ...] = ()  # names of further parents
    arrows: tuple[Arrow, ...] = ()  # which way time runs

    @property
    def solid(self) -> tuple[Box, ...]:
        """All boxes with something written or drawn in them: none may lie on another, and no line on them."""
        return (*self.boxes, *self.ticks, *self.texts, *self.swatches)

    def __repr__(self) -> str:
        size = f"{self.page.width:.0f} × {self.page.height:.0f} pt"
        return f"<Layout: {len(self.boxes)} labels in type of {self.font_size:g} pt on {size}>"

    def to_dict(self) -> dict[str, object]:
        """The unit (``"pt"``) and the parts by name, as plain lists and numbers, with lengths to a thousandth of it."""
        return {"unit": "pt", **_rounded(asdict(self))}

    def to_json(self, indent: int | None = 1) -> str:
        """The layout as JSON, ending in a newline; with an indent of None, all in one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """Read what `to_json` wrote, but for unknown keys; a ValueError where it is no JSON or not in points."""
        data = json.loads(text)
        if data.pop("unit", None) != "pt":
            raise ValueError("this is no layout in points: the unit is not 'pt'")
        parts = {name: tuple(part(**_tuples(entry)) for entry in data.get(name, ())) for name, part in _PARTS.items()}
        axis = tuple(map(tuple, data["axis"]))
        return cls(page=Page(**data["page"]), font_size=data["font_size"], axis=axis, **parts)

    @property
    def fill(self) -> float:
        """The share of the page that labels cover."""
        return sum(box.width * box.height for box in self.boxes) / (self.page.width * self.page.height)

    @property
    def leader_lengths(self) -> tuple[float, ...]:
        """The length of each leader, in label heights."""
        height = self.boxes[0].height if self.boxes else 1.0
        return tuple(line_length(leader.points) / height for leader in self.leaders)

    @property
    def crossings(self) -> int:
        """How many times links that are not branches cross lanes, branches and each other.

        Links of one parent count as one line where they run together.
        """
        counted = {id(link) for link in self.links if not link.tree}
        owned: list[tuple[str, Lane | Link]] = [(lane.id, lane) for lane in self.lanes]
        owned += [(link.parent, link) for link in self.links]
        points = set()
        for one, other in overlapping(_pieces(owned)):
            if one.owner != other.owner and not counted.isdisjoint((id(one.line), id(other.line))):
                point = crossing(one.start, one.end, other.start, other.end)
                if point is not None:
                    owners = sorted((str(one.owner), str(other.owner)))
                    points.add((*owners, round(point[0], 1), round(point[1], 1)))
        return len(points)

    def faults(self) -> tuple[str, ...]:
        """What breaks the rules of a good figure, in words; a layout that this library makes has no fault.

        - No two labels, ticks, icons, lines of text or samples overlap, no panel covers a panel or a label of
          another tick, and no two bands overlap.
        - Nothing leaves the page, no icon and no stub its label, and text begins within its label.
        - Each label that has a tick is tied to it by one leader, which begins at the tick and ends at one of its
          labels.
        - No two leaders meet, no leader runs through a tick or a label, and the axis runs through no label.
        - Models are in the order of their ticks, and ticks in order along the axis.
        - Each link leads from its parent's label or lane to its child's label, and runs through no label, tick, line
          of text or sample; nor does any lane, which begins at its model's label.
        - No lane or branch of a family tree meets that of another parent.
        """
        checks = (
            self._overlaps, self._strays, self._bad_icons, self._bad_ties, self._struck, self._disorder,
            self._bad_links, self._bad_lanes, self._crossed_branches,
        )  # fmt: skip
        return tuple(fault for check in checks for fault in check())

    def _overlaps(self) -> Iterator[str]:
        for group in (self.solid, (*self.icons, *self.stubs), self.bands):
            for one, other in overlapping(group):
                yield f"{_name(one)} overlaps {_name(other)}"
        for ground, second in overlapping(self.panels):
            if ground.tick != second.tick:  # the lines of one date may have a panel each
                yield f"{_name(ground)} overlaps {_name(second)}"
        for one, other in overlapping([*self.panels, *self.boxes]):
            panel, label = (one, other) if isinstance(one, Panel) else (other, one)
            if isinstance(panel, Panel) and isinstance(label, LabelBox) and panel.tick != label.tick:
                yield f"{_name(panel)} covers {_name(label)}"

    def _strays(self) -> Iterator[str]:
        sheet = Box(x=0, y=0, width=self.page.width, height=self.page.height)
        for box in (*self.solid, *self.panels, *self.bands):
            if not sheet.contains(box):
                yield f"{_name(box)} leaves the page"
        drawn: tuple[Link | Lane | Guide, ...] = (*self.links, *self.lanes, *self.guides)
        for name, points in (*self._lines(), *((_name(line), line.points) for line in drawn)):
            if not all(sheet.touches(point) for point in points):
                yield f"{name} leaves the page"
        for label in self.boxes:
            if not label.x <= label.text_x <= label.right:
                yield f"the text of {_name(label)} begins outside it"

    def _bad_icons(self) -> Iterator[str]:
        labels = {label.id: label for label in self.boxes}
        inside: tuple[IconBox | Stub, ...] = (*self.icons, *self.stubs)
        for part in inside:
            if part.id not in labels:
                yield f"{_name(part)} has no label"
            elif not labels[part.id].contains(part):
                yield f"{_name(part)} leaves its label"

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
            elif (tick := labels[model].tick) and tied_to != [tick]:
                yield f"label {model} is tied to {', '.join(tied_to) or 'nothing'}, not to {tick} alone"
            elif tied_to and not tick:
                yield f"label {model} is tied to {', '.join(tied_to)}, and should be to nothing"

    def _struck(self) -> Iterator[str]:
        obstacles: list[Box] = [*self.boxes, *self.ticks]
        for name, points in self._lines():
            for _, box in struck(self.boxes if name == "axis" else obstacles, pairwise(points)):
                yield f"{name} runs through {_name(box)}"
        yield from _meetings(enumerate(self.leaders))

    def _disorder(self) -> Iterator[str]:
        index = {tick.id: index for index, tick in enumerate(self.ticks)}
        tied = [(label, label.tick) for label in self.boxes if label.tick is not None]
        for label, tick_id in tied:
            if tick_id not in index:
                yield f"{_name(label)} has no tick {tick_id}"
        for (label, one), (later, other) in pairwise(entry for entry in tied if entry[1] in index):
            if index[one] > index[other]:
                yield f"{_name(later)} comes after {_name(label)}"
        for tick, following in pairwise(tick for tick in self.ticks if not tick.repeated):
            if distance_along(self.axis, tick.center) >= distance_along(self.axis, following.center):
                yield f"{_name(following)} is not after {_name(tick)} along the axis"

    def _bad_links(self) -> Iterator[str]:
        labels = {label.id: label for label in self.boxes}
        lanes = {lane.id: [Box.around(piece) for piece in pairwise(lane.points)] for lane in self.lanes}
        for link in self.links:
            for model, verb, end in ((link.parent, "begin", 0), (link.child, "end", -1)):
                if model not in labels:
                    yield f"{_name(link)} is tied to {model}, which has no label"
                    continue
                ends: list[Box] = [*self._held(labels[model]), *(lanes.get(model, ()) if verb == "begin" else ())]
                if not link.points or not any(box.touches(link.points[end]) for box in ends):
                    yield f"{_name(link)} does not {verb} at {_name(labels[model])}"
        yield from self._hits(self.links)

    def _bad_lanes(self) -> Iterator[str]:
        labels = {label.id: label for label in self.boxes}
        for lane in self.lanes:
            if lane.id not in labels or not any(box.touches(lane.points[0]) for box in self._held(labels[lane.id])):
                yield f"{_name(lane)} does not begin at its label"
        yield from self._hits(self.lanes)

    def _held(self, label: LabelBox) -> tuple[Box, ...]:
        """Where lines of a model begin and end: at its label, or the dot beside it."""
        return (label,) if label.dot is None else (label, Box.around([label.dot], DOT * self.font_size))

    def _hits(self, lines: Sequence[Link | Lane]) -> Iterator[str]:
        """Solid boxes that lines run through."""
        owners: dict[Segment, list[Link | Lane]] = {}
        for line in lines:
            for segment in pairwise(line.points):
                owners.setdefault(segment, []).append(line)
        hits = struck(self.solid, owners)
        pairs = dict.fromkeys((_name(line), _name(box)) for segment, box in hits for line in owners[segment])
        for line_name, box_name in pairs:
            yield f"{line_name} runs through {box_name}"

    def _crossed_branches(self) -> Iterator[str]:
        branches: list[tuple[str, Lane | Link]] = [(lane.id, lane) for lane in self.lanes]
        yield from _meetings([*branches, *((link.parent, link) for link in self.links if link.tree)])

    def _lines(self) -> Iterator[tuple[str, Sequence[Point]]]:
        """The axis and the leaders."""
        yield "axis", self.axis
        yield from ((_name(leader), leader.points) for leader in self.leaders)


_PARTS: dict[str, Any] = {
    "boxes": LabelBox, "icons": IconBox, "leaders": Leader, "ticks": TickBox, "panels": Panel, "texts": TextLine,
    "swatches": Swatch, "links": Link, "bands": Band, "guides": Guide, "lanes": Lane, "stubs": Stub,
    "arrows": Arrow,
}  # fmt: skip
_NAMES = {
    LabelBox: "label", IconBox: "icon of", TickBox: "tick", Panel: "panel of", Leader: "leader of", TextLine: "text",
    Swatch: "sample", Band: "band of", Lane: "lane of", Guide: "guide at", Stub: "stub of",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece(Box):
    """A straight piece of a line, with a hair around it: a straight line alone has no inside."""

    start: Point
    end: Point
    owner: Hashable
    line: Lane | Link | Leader


def _pieces(owned: Iterable[tuple[Hashable, Lane | Link | Leader]]) -> Iterator[_Piece]:
    for owner, line in owned:
        for start, end in pairwise(line.points):
            box = Box.around((start, end), 0.01)
            yield _Piece(
                x=box.x, y=box.y, width=box.width, height=box.height, start=start, end=end, owner=owner, line=line
            )


def _meetings(owned: Iterable[tuple[Hashable, Lane | Link | Leader]]) -> Iterator[str]:
    """Lines of different owners that share a point, each pair once."""
    seen = set()
    for one, other in overlapping(_pieces(owned)):
        pair = (_name(one.line), _name(other.line))
        meet = one.owner != other.owner and lines_meet((one.start, one.end), (other.start, other.end))
        if meet and pair not in seen:
            seen.add(pair)
            yield f"{pair[0]} meets {pair[1]}"


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _tuples(entry) for name, entry in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    return [_rounded(entry) for entry in value] if isinstance(value, list | tuple) else value


def _name(part: Box | Leader | Link | Lane | Guide) -> str:
    if isinstance(part, Link):
        return f"link {part.parent} → {part.child}"
    names = (getattr(part, attribute, None) for attribute in ("id", "text", "key", "tick"))
    return f"{_NAMES[type(part)]} {next(name for name in names if name is not None)}"
