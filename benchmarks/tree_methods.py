"""The two methods that draw a genealogy: modeltree's family tree and Graphviz dot, each as a drawing to be measured."""  # noqa: INP001

from __future__ import annotations

import importlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from checker import Point
from tree_checker import Box, Line, TreeDrawing

from modeltree import Lineage
from modeltree.figures.family_tree import tree_contents
from modeltree.layout.family_tree import TreeItem
from modeltree.layout.geometry import LabelBox, Layout

__all__ = ["Genealogy", "dot_drawing", "from_layout", "on_page"]

# dot's gaps, in ems, and how many days have a rank: a quarter of a year.
_NODE_GAP, _RANK_GAP, _RANK_DAYS = 0.3, 0.8, 365.25 / 4
# What a descent in the tree weighs, by one from a further parent.
_TREE_WEIGHT = 2
_CURVE_STEPS = 8


@dataclass(frozen=True, slots=True)
class Genealogy:
    """What is to be drawn: models with their dates and parents."""

    items: tuple[TreeItem, ...]

    @classmethod
    def of(cls, lineage: Lineage) -> Genealogy:
        """What a family tree shows of a lineage."""
        return cls(tuple(tree_contents(lineage, title="").items))

    @property
    def ids(self) -> list[str]:
        """Of the models."""
        return [item.id for item in self.items]

    @property
    def tree(self) -> list[tuple[str, str]]:
        """Each model that has a parent, after the parent that it branches off from."""
        return [(self.items[item.parent].id, item.id) for item in self.items if item.parent is not None]

    @property
    def further(self) -> list[tuple[str, str]]:
        """All other parents with their children."""
        return [(self.items[parent].id, item.id) for item in self.items for parent, _ in item.further]


def from_layout(layout: Layout) -> TreeDrawing:
    """The library's own layout, to be measured like the other: a name of further parents stands for lines."""
    lines = [Line(parent=lane.id, child=None, tree=True, points=lane.points) for lane in layout.lanes]
    lines += [Line(parent=link.parent, child=link.child, tree=link.tree, points=link.points) for link in layout.links]
    label = {box.id: box for box in layout.boxes}
    lines += [
        Line(parent=parent, child=stub.id, tree=False, points=(), named=label[stub.id].contains(stub))
        for stub in layout.stubs
        for parent in stub.parents
    ]
    others = (*layout.icons, *layout.ticks, *layout.texts, *layout.swatches, *layout.bands)
    return TreeDrawing(
        page=(layout.page.width, layout.page.height),
        font_size=layout.font_size,
        labels=tuple(_label(box) for box in layout.boxes),
        lines=tuple(lines),
        others=tuple(Box(id="", x=box.x, y=box.y, width=box.width, height=box.height) for box in others),
    )


def _label(box: LabelBox) -> Box:
    return Box(id=box.id, x=box.x, y=box.y, width=box.width, height=box.height, dot=box.dot)


def dot_drawing(genealogy: Genealogy, layout: Layout) -> TreeDrawing:
    """Graphviz dot: time from left to right, a rank for each quarter of a year in which there is a model.

    Parameters
    ----------
    genealogy : Genealogy
        What is drawn.
    layout : Layout
        The library's own: from here come the sizes of the labels.
    """
    numbers = {name: str(number) for number, name in enumerate(genealogy.ids)}
    graph = importlib.import_module("pygraphviz").AGraph(string=_source(genealogy, layout, numbers))
    drawn = json.loads(graph.draw(format="json", prog="dot"))
    names = dict(zip(numbers.values(), numbers, strict=True))
    corners = {
        names[node["name"]]: [point for shape in node["_draw_"] for point in shape.get("points", ())]
        for node in drawn["objects"]
        if node["name"] in names
    }
    ids = {node["_gvid"]: names[node["name"]] for node in drawn["objects"] if node["name"] in names}
    tree = set(genealogy.tree)
    lines = []
    for edge in drawn["edges"]:
        if edge["tail"] in ids and edge["head"] in ids:
            pair = (ids[edge["tail"]], ids[edge["head"]])
            knots = [(x, -y) for shape in edge["_draw_"] if shape["op"] == "b" for x, y in shape["points"]]
            lines.append(Line(parent=pair[0], child=pair[1], tree=pair in tree, points=_curve(knots)))
    labels = []
    for name, points in corners.items():
        xs, ys = zip(*points, strict=True)
        labels.append(Box(id=name, x=min(xs), y=-max(ys), width=max(xs) - min(xs), height=max(ys) - min(ys)))
    return TreeDrawing(page=(1.0, 1.0), font_size=layout.font_size, labels=tuple(labels), lines=tuple(lines))


def _source(genealogy: Genealogy, layout: Layout, numbers: dict[str, str]) -> str:
    inch = layout.font_size / 72
    lines = ["digraph {", f"rankdir=LR; nodesep={_NODE_GAP * inch:.5f}; ranksep={_RANK_GAP * inch:.5f};"]
    lines.append('edge [dir=none]; node [shape=box, fixedsize=true, label=""];')
    lines += [f"{numbers[box.id]} [width={box.width / 72:.5f}, height={box.height / 72:.5f}];" for box in layout.boxes]
    lines += [f"{numbers[parent]} -> {numbers[child]} [weight={_TREE_WEIGHT}];" for parent, child in genealogy.tree]
    lines += [f"{numbers[parent]} -> {numbers[child]};" for parent, child in genealogy.further]
    ranks: defaultdict[int, list[str]] = defaultdict(list)
    for item in genealogy.items:
        ranks[int(item.day // _RANK_DAYS)].append(numbers[item.id])
    lines.append("node [style=invis, width=0.01, height=0.01]; edge [style=invis];")
    lines += [f"time{rank} -> time{later};" for rank, later in pairwise(sorted(ranks))]
    lines += [f"{{rank=same; time{rank}; {'; '.join(models)};}}" for rank, models in ranks.items()]
    return "\n".join([*lines, "}"])


def _curve(knots: Sequence[Point]) -> tuple[Point, ...]:
    """Points on cubic Bézier curves, each of which begins where the one before ends."""
    t = np.linspace(0.0, 1.0, _CURVE_STEPS + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
    points = list(knots[:1])
    for start in range(0, len(knots) - 1, 3):
        points += [(x, y) for x, y in (weights @ np.array(knots[start : start + 4])).tolist()]
    return tuple(points)


def on_page(drawing: TreeDrawing, page: Point) -> TreeDrawing:
    """A drawing scaled to a page, as large as it goes there."""
    places = [point for line in drawing.lines for point in line.points]
    places += [(label.x, label.y) for label in drawing.labels]
    places += [(label.x + label.width, label.y + label.height) for label in drawing.labels]
    xs, ys = zip(*places, strict=True)
    left, top = min(xs), min(ys)
    scale = min(page[0] / (max(xs) - left), page[1] / (max(ys) - top))

    def point(place: Point) -> Point:
        return ((place[0] - left) * scale, (place[1] - top) * scale)

    labels = []
    for label in drawing.labels:
        x, y = point((label.x, label.y))
        labels.append(Box(id=label.id, x=x, y=y, width=label.width * scale, height=label.height * scale))
    return TreeDrawing(
        page=page,
        font_size=drawing.font_size * scale,
        labels=tuple(labels),
        lines=tuple(
            Line(parent=line.parent, child=line.child, tree=line.tree, points=tuple(map(point, line.points)))
            for line in drawing.lines
        ),
    )
