"""The methods that are compared: each is given the same boxes and says where they go.

What the others are given comes from the library's own layout of the same models: the page, the sizes of the boxes with
their icons, and, where they place labels around points, the serpentine with its ticks.
"""  # noqa: INP001

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from checker import Drawing, Icon, Label, Leader, Point
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from modeltree import Lineage
from modeltree.draw.fonts import INTER
from modeltree.layout.geometry import Layout

__all__ = ["METHODS", "Given", "from_layout"]

_CURVE_STEPS = 8
# Of adjustText, whose own limit is a second by the clock, so that it would never end the same.
_ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class Given:
    """What a method is given.

    Parameters
    ----------
    lineage : Lineage
        Its dated models are to be drawn.
    layout : Layout
        The library's own, of these models or of all but a few.
    share : float
        The size of the type, as a share of that in the layout.
    """

    lineage: Lineage
    layout: Layout
    share: float = 1.0

    @property
    def page(self) -> Point:
        """Width and height."""
        return (self.layout.page.width, self.layout.page.height)

    @property
    def ticks(self) -> dict[str, Point]:
        """The middle of each tick."""
        return {tick.id: tick.center for tick in self.layout.ticks}

    def labels(self) -> list[Label]:
        """The label of each model with a box at the origin, in date order."""
        size = self.layout.font_size
        ends = [box.right - box.text_x - INTER.measure(box.label, bold=True)[0] * size for box in self.layout.boxes]
        starts = {self._icons_of(box.id): box.text_x - box.x for box in self.layout.boxes}
        height = self.layout.boxes[0].height * self.share
        ticks = self.ticks
        labels = []
        for model in self.lineage.models:
            start, text = starts[len(model.organizations)], INTER.measure(model.name, bold=True)[0] * size
            width = (start + text + min(ends)) * self.share
            date = str(model.released)
            tick = next(date[:length] for length in (10, 7, 4) if date[:length] in ticks)
            labels.append(
                Label(
                    id=model.id, tick=tick, date=date, x=0.0, y=0.0, width=width, height=height, needed=width,
                    text=(start * self.share, (start + text) * self.share),
                )
            )  # fmt: skip
        return labels

    def _icons_of(self, model: str) -> int:
        return len(self.lineage[model].organizations)

    def drawing(
        self,
        labels: Sequence[Label],
        leaders: Sequence[Leader],
        *,
        axis: Sequence[Point] | None = None,
        ticks: dict[str, Point] | None = None,
        scale: float = 1.0,
    ) -> Drawing:
        """What a method made: its labels, at their places and by now scaled by so much, with their icons."""
        return Drawing(
            page=self.page,
            font_size=self.layout.font_size * self.share * scale,
            labels=tuple(labels),
            icons=tuple(self._icons(labels, self.share * scale)),
            leaders=tuple(leaders),
            axis=tuple(self.layout.axis if axis is None else axis),
            ticks=self.ticks if ticks is None else ticks,
        )

    def _icons(self, labels: Sequence[Label], scale: float) -> Iterator[Icon]:
        """Icons lie in their labels as they do in the layout."""
        boxes = {box.id: box for box in self.layout.boxes}
        patterns: dict[int, list[tuple[float, float, float]]] = {}
        found = defaultdict(list)
        for icon in self.layout.icons:
            found[icon.id].append((icon.x - boxes[icon.id].x, icon.y - boxes[icon.id].y, icon.width))
        for model, places in found.items():
            patterns.setdefault(self._icons_of(model), places)
        for label in labels:
            for x, y, side in patterns.get(self._icons_of(label.id), ()):
                yield Icon(
                    id=label.id, x=label.x + x * scale, y=label.y + y * scale, width=side * scale, height=side * scale
                )


def _placed(label: Label, x: float, y: float, scale: float = 1.0) -> Label:
    """A label with its top left corner here, and so much larger."""
    return Label(
        id=label.id, tick=label.tick, date=label.date, x=x, y=y, width=label.width * scale,
        height=label.height * scale, needed=label.needed * scale,
        text=(float(x + label.text[0] * scale), float(x + label.text[1] * scale)),
    )  # fmt: skip


def from_layout(lineage: Lineage, layout: Layout) -> Drawing:
    """The library's own layout, to be measured like the others."""
    given = Given(lineage, layout)
    needed = {label.id: label.width for label in given.labels()}
    labels = tuple(
        Label(
            id=box.id, tick=box.tick, date=str(lineage[box.id].released), x=box.x, y=box.y, width=box.width,
            height=box.height, needed=needed[box.id],
            text=(box.text_x, box.text_x + INTER.measure(box.label, bold=True)[0] * layout.font_size),
        )
        for box in layout.boxes
    )  # fmt: skip
    return Drawing(
        page=given.page,
        font_size=layout.font_size,
        labels=labels,
        icons=tuple(
            Icon(id=icon.id, x=icon.x, y=icon.y, width=icon.width, height=icon.height) for icon in layout.icons
        ),
        leaders=tuple(Leader(leader.tick, leader.ids, leader.points) for leader in layout.leaders),
        axis=layout.axis,
        ticks=given.ticks,
    )


class _BoxText(Text):
    """A text that takes as much room as a label's box, its icons included."""

    box: tuple[float, float] = (0.0, 0.0)

    def get_window_extent(self, renderer: Any = None, dpi: float | None = None) -> Bbox:
        """The box around the middle of the text, which is where it stands."""
        x, y = self.get_transform().transform(self.get_position())
        width, height = self.box
        return Bbox.from_bounds(x - width / 2, y - height / 2, width, height)


class _BoxAxes(Axes):
    """Axes as large as the page, a point of which is one unit and one pixel; y grows upward."""

    boxes: dict[str, tuple[float, float]]

    @classmethod
    def of_page(cls, page: Point, labels: Sequence[Label]) -> _BoxAxes:
        figure = Figure(figsize=(page[0] / 72, page[1] / 72), dpi=72)
        FigureCanvasAgg(figure)
        axes = cls(figure, (0.0, 0.0, 1.0, 1.0))
        axes.boxes = {label.id: (label.width, label.height) for label in labels}
        figure.add_axes(axes)
        axes.set_axis_off()
        axes.set_xlim(0, page[0])
        axes.set_ylim(0, page[1])
        return axes

    def text(self, x: float, y: float, s: str, fontdict: Any = None, **words: Any) -> Text:
        """Put the text of a label, named by its id, with its middle here."""
        text = _BoxText(x, y, s, ha="center", va="center")
        text.box = self.boxes[s]
        self.add_artist(text)
        return text


def _adjust_text(given: Given) -> Drawing:
    """adjustText: labels begin at their ticks and are pushed away from each other and from the ticks."""
    library = importlib.import_module("adjustText")
    labels, ticks, page = given.labels(), given.ticks, given.page
    axes = _BoxAxes.of_page(page, labels)
    texts = [axes.text(ticks[label.tick][0], page[1] - ticks[label.tick][1], label.id) for label in labels]
    library.adjust_text(texts, ax=axes, iter_lim=_ITERATIONS)
    placed = []
    for label, text in zip(labels, texts, strict=True):
        x, y = text.get_position()
        placed.append(_placed(label, x - label.width / 2, page[1] - y - label.height / 2))
    # Its arrows run to the middle of the text and are cut off at the edge.
    leaders = [
        Leader(label.tick, (label.id,), points)
        for label in placed
        if (points := _cut_at_box(ticks[label.tick], label))
    ]  # fmt: skip
    return given.drawing(placed, leaders)


def _cut_at_box(start: Point, label: Label) -> tuple[Point, ...]:
    """The way from a point to the middle of a label as far as its edge; nothing from a point within."""
    run = (label.x + label.width / 2 - start[0], label.y + label.height / 2 - start[1])
    beyond = max(abs(run[0]) / (label.width / 2), abs(run[1]) / (label.height / 2))
    if beyond <= 1:
        return ()
    share = 1 - 1 / beyond
    return (start, (start[0] + share * run[0], start[1] + share * run[1]))


def _textalloc(given: Given) -> Drawing:
    """textalloc: each label in turn gets the nearest of many places that is free, with its line."""
    library = importlib.import_module("textalloc")
    labels, ticks, page = given.labels(), given.ticks, given.page
    axes = _BoxAxes.of_page(page, labels)
    height = labels[0].height
    corners = [(x, page[1] - y) for x, y in given.layout.axis]
    points = [(x, page[1] - y) for x, y in ticks.values()]
    positions, lines, _, _ = library.allocate(
        axes,
        [ticks[label.tick][0] for label in labels],
        [page[1] - ticks[label.tick][1] for label in labels],
        [label.id for label in labels],
        x_scatter=[x for x, _ in points], y_scatter=[y for _, y in points],
        x_lines=[[x for x, _ in corners]], y_lines=[[y for _, y in corners]],
        margin=0.15 * height / page[0], min_distance=0.5 * height / page[0], max_distance=0.3, nbr_candidates=300,
        avoid_crossing_label_lines=True, auto_ha=False,
    )  # fmt: skip
    placed, leaders = [], []
    for label, position, line in zip(labels, positions, lines, strict=True):
        if position is None:
            continue
        box = _placed(label, position[0], page[1] - position[1] - label.height)
        placed.append(box)
        if line is not None:
            (x_near, x), (y_near, y), _ = line
            leaders.append(Leader(label.tick, (label.id,), ((x, page[1] - y), (x_near, page[1] - y_near))))
    return given.drawing(placed, leaders)


def _labella(given: Given) -> Drawing:
    """labella: two time lines, above and below, for each row of the serpentine; the largest type that fits."""
    labels = given.labels()
    best: Drawing | None = None
    low, high = 0.02, 1.5
    for _ in range(7):
        scale = (low + high) / 2
        drawing, height = _labella_rows(given, labels, scale)
        if height <= given.page[1]:
            best, low = drawing, scale
        else:
            high = scale
    return best or _labella_rows(given, labels, low)[0]


def _labella_rows(given: Given, labels: Sequence[Label], scale: float) -> tuple[Drawing, float]:
    """All rows, one below the other, with labels so much larger, and how high they are."""
    rows: dict[float, list[str]] = defaultdict(list)
    for tick, (_, y) in given.ticks.items():
        rows[round(y)].append(tick)
    members: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        members[label.tick].append(label)
    width, em = given.page[0], given.layout.font_size * given.share * scale
    placed: list[Label] = []
    leaders: list[Leader] = []
    ticks: dict[str, Point] = {}
    axis: list[Point] = []
    bottom = 0.0
    for number, row in enumerate(rows[y] for y in sorted(rows)):
        where = {tick: given.ticks[tick][0] for tick in row}
        above = [label for tick in row for label in members[tick][: len(members[tick]) // 2]]
        below = [label for tick in row for label in members[tick][len(members[tick]) // 2 :]]
        up = _Timeline(above, where, width, scale, direction="up")
        down = _Timeline(below, where, width, scale, direction="down")
        y = bottom + max(up.height, em)
        bottom = y + max(down.height, em) + em / 2
        for timeline in (up, down):
            placed += timeline.labels(y)
            leaders += timeline.leaders(y)
        ticks |= {tick: (x, y) for tick, x in where.items()}
        axis += [(0.0, y), (width, y)][:: 1 if number % 2 == 0 else -1]
    return given.drawing(placed, leaders, axis=axis, ticks=ticks, scale=scale), bottom


class _Timeline:
    """labella's own way: nodes on a line, spread over layers so that none overlap, each with a path from the line."""

    def __init__(
        self, labels: Sequence[Label], where: dict[str, float], width: float, scale: float, direction: str
    ) -> None:
        self._scale, self._up = scale, direction == "up"
        self._nodes: list[Any] = []
        self.height = 0.0
        if not labels:
            return
        node = importlib.import_module("labella.node").Node
        self._label_height = labels[0].height * scale
        gap = 1.2 * self._label_height
        nodes = [node(where[label.tick], label.width * scale, data=label) for label in labels]
        force = importlib.import_module("labella.force").Force(
            {"minPos": 0, "maxPos": width, "nodeSpacing": 0.3 * self._label_height, "lineSpacing": 1, "stubWidth": 0.5}
        )
        force.nodes(nodes)
        force.compute()
        options = {"direction": direction, "layerGap": gap, "nodeHeight": self._label_height}
        self._renderer = importlib.import_module("labella.renderer").Renderer(options)
        self._nodes = self._renderer.layout(nodes)
        self.height = (1 + max(node.layerIndex for node in nodes)) * (gap + self._label_height)

    def labels(self, axis: float) -> Iterator[Label]:
        """Where they are, given where the line is."""
        for node in self._nodes:
            yield _placed(node.data, node.x - node.dx / 2, axis + node.y, self._scale)

    def leaders(self, axis: float) -> Iterator[Leader]:
        """Their paths: S-curves between layers, straight through a layer."""
        for node in self._nodes:
            (start,), *hops = self._renderer.getWayPoints(node)
            points: list[Point] = [tuple(start)]
            for place, (enter, leave) in enumerate(hops):
                points += _s_curve(points[-1], tuple(enter))
                if place < len(hops) - 1:
                    points.append(tuple(leave))
            # upward, a layer is entered at the edge that is nearer to the line as well
            yield Leader(node.data.tick, (node.data.id,), tuple((x, axis + y) for x, y in points))


def _s_curve(start: Point, end: Point) -> list[Point]:
    middle = (start[1] + end[1]) / 2
    return _bezier([start, (start[0], middle), (end[0], middle), end])


def _bezier(knots: Sequence[Point]) -> list[Point]:
    """Points on a cubic Bézier curve, without its first."""
    points = []
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        points.append(
            (
                sum(weight * x for weight, (x, _) in zip(weights, knots, strict=True)),
                sum(weight * y for weight, (_, y) in zip(weights, knots, strict=True)),
            )
        )
    return points


def _dot(given: Given) -> Drawing:
    """Graphviz dot: ticks in a chain, the labels of a tick on one rank below it, all scaled to the page."""
    labels = given.labels()
    ticks = [tick.id for tick in given.layout.ticks]
    inch = given.layout.font_size * given.share / 72
    lines = ["digraph {", f"nodesep={0.3 * inch:.4f}; ranksep={0.8 * inch:.4f}; edge [dir=none];"]
    lines.append('node [shape=box, fixedsize=true, label=""];')
    lines += [
        f'"tick {tick.id}" [width={tick.width / 72 * given.share:.4f}, height={tick.height / 72 * given.share:.4f}];'
        for tick in given.layout.ticks
    ]
    lines += [f'"tick {tick}" -> "tick {later}" [weight=100];' for tick, later in pairwise(ticks)]
    members = defaultdict(list)
    for label in labels:
        members[label.tick].append(label.id)
        lines.append(f'"{label.id}" [width={label.width / 72:.4f}, height={label.height / 72:.4f}];')
        lines.append(f'"tick {label.tick}" -> "{label.id}";')
    lines += ["{rank=same; " + " ".join(f'"{name}";' for name in names) + "}" for names in members.values()]
    nodes, edges, size = _plain_dot("\n".join([*lines, "}"]))
    scale = min(given.page[0] / size[0], given.page[1] / size[1])
    placed = [
        _placed(label, (x - label.width / 2) * scale, (y - label.height / 2) * scale, scale)
        for label in labels
        for x, y in [nodes[label.id]]
    ]
    middles = {tick: (nodes[f"tick {tick}"][0] * scale, nodes[f"tick {tick}"][1] * scale) for tick in ticks}
    by_id = {label.id: label for label in labels}
    axis: list[Point] = []
    leaders = []
    for tail, head, knots in edges:
        points = [knots[0]]
        for start in range(0, len(knots) - 1, 3):
            points += _bezier(knots[start : start + 4])
        scaled = tuple((x * scale, y * scale) for x, y in points)
        if head in by_id:
            leaders.append(Leader(by_id[head].tick, (head,), scaled))
        else:
            axis += [middles[tail.removeprefix("tick ")], *scaled]
    axis.append(middles[ticks[-1]])
    return given.drawing(placed, leaders, axis=axis, ticks=middles, scale=scale)


_Edge = tuple[str, str, list[Point]]


def _plain_dot(source: str) -> tuple[dict[str, Point], list[_Edge], Point]:
    """Where dot puts nodes and edges, in points from the top left, and the size of its drawing."""
    try:
        graph = importlib.import_module("pygraphviz").AGraph(string=source)
    except ImportError:
        if not (program := shutil.which("dot")):
            raise
        text = subprocess.run(  # noqa: S603 (the source is ours)
            [program, "-Tplain"], input=source, capture_output=True, check=True, text=True
        ).stdout
    else:
        text = graph.draw(format="plain", prog="dot").decode()
    height = 0.0
    size = (1.0, 1.0)
    nodes: dict[str, Point] = {}
    edges: list[_Edge] = []
    for line in text.replace("\\\n", "").splitlines():
        kind, *words = _words(line)
        if kind == "graph":
            height = 72 * float(words[2])
            size = (72 * float(words[1]), height)
        elif kind == "node":
            nodes[words[0]] = (72 * float(words[1]), height - 72 * float(words[2]))
        elif kind == "edge":
            numbers = [72 * float(word) for word in words[3 : 3 + 2 * int(words[2])]]
            knots = [(x, height - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            edges.append((words[0], words[1], knots))
    order = {name: place for place, name in enumerate(nodes)}
    edges.sort(key=lambda edge: (nodes[edge[0]][1], order[edge[1]]))
    return nodes, edges, size


def _words(line: str) -> list[str]:
    """The words of a line, some of them in quotation marks; no name here has one inside."""
    words: list[str] = []
    for place, part in enumerate(line.split('"')):
        words += [part] if place % 2 else part.split()
    return words


METHODS: dict[str, Callable[[Given], Drawing]] = {
    "adjustText": _adjust_text,
    "textalloc": _textalloc,
    "labella": _labella,
    "dot": _dot,
}
"""All but the library's own, by name."""
