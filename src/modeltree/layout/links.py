"""Links from a parent's label to a child's, around all that stands on the page, and words beside branches."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, repeat
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from modeltree.findings import LayoutError
from modeltree.layout.geometry import DOT, LabelBox, Lane, Layout, Leader, Link, Measure, TextLine
from modeltree.layout.plane import Box, Point, bend, overlapping, struck
from modeltree.layout.sheet import MARGIN

_Costs = NDArray[np.int64]

_Index = TypeVar("_Index", slice, int)
# Whether one came along a column, and the row and the column where one is.
_State = tuple[bool, int, int]
# A crossing from which a stub leads to a child's label: the index of the child among others, whether the stub is
# upright, the row and the column, what the stub costs, and where the edge of the label is.
_End = tuple[int, bool, tuple[int, int], int, float]

# Lengths in ems of the label type: between two lanes; from any obstacle, at the least; from a label's corner to where
# a link may begin; the radius of corners; how far around its ends a link is looked for at first.
_PITCH, _CLEAR, _INSET, _RADIUS, _AROUND = 0.36, 0.06, 0.45, 1.1, 6.0
# What something costs, as so much more to go, in ems: a bend, and to cross another link, a leader, the axis.
_BEND, _CROSS_LINK, _CROSS_LEADER, _CROSS_AXIS = 2.4, 1.0, 0.5, 0.3
# Per cent that a path costs more: as near to an obstacle as this, in ems; along the axis or a leader; along a link.
_NEAR = ((0.9, 40), (0.5, 120), (0.25, 300))
_ALONG, _SHARED = 2000, 350
_ALONG_WITHIN = 0.3
# Per cent that the paths to a parent's other children cost as far as they are together.
_TRUNK = 50
# Off the middle of a label's edge, in per cent.
_OFF_MIDDLE = 20
_UNIT = 1000  # of a point, so that costs are whole numbers and sums of them exact
_BLOCKED = 10**12
_NEVER = 10**15
# So many links at the most are routed twice.
_MOST_TWICE = 400
_ARC_STEPS = 10
_SAME = 1e-6  # of a point
# An array from its end along an axis; faster than `numpy.flip`, in the innermost loop.
_BACKWARD = ((slice(None, None, -1),), (slice(None), slice(None, None, -1)))


def with_links(layout: Layout, pairs: Iterable[tuple[str, str]]) -> Layout:
    """The layout with a curve from parent to child, besides its branches, for each pair of which it has both labels.

    Links run in lanes between the labels, straight and with round corners, and hit no label, tick, text or sample.
    They keep to the open corridors, and apart from each other, where there is room. Those of one parent run
    together as far as they go the same way.

    The method is orthogonal connector routing (Wybrow, Marriott and Stuckey 2010,
    doi:10.1007/978-3-642-11805-0_22) on a grid of lanes: a shortest path, where bends, crossings, nearness and company
    cost extra. It is found for the children of a parent one after the other, each of which may branch off the paths to
    those before it, by sweeps over the grid that each allow one more bend; then, unless there are very many, all are
    routed anew with the others known, as printed circuits are (McMurchie and Ebeling 1995,
    doi:10.1145/201310.201328). Time grows with the number of links times the grid around each parent and its
    children: at worst, where all lie far apart, with links times labels. The result does not depend on the pairs'
    order.
    """
    boxes = {box.id: box for box in layout.boxes}
    wanted = [pair for pair in dict.fromkeys(pairs) if boxes.keys() >= set(pair)]
    children: dict[str, list[str]] = {}
    for parent, child in sorted(wanted):
        if parent == child:
            raise LayoutError(f"{parent} cannot be linked to itself")
        children.setdefault(parent, []).append(child)
    branches = tuple(link for link in layout.links if link.tree)
    if not wanted:
        return replace(layout, links=branches)
    grid = _Grid(layout)

    def reach(parent: str) -> tuple[float, str]:
        return max(math.dist(boxes[parent].center, boxes[child].center) for child in children[parent]), parent

    routes: dict[str, dict[str, _Route]] = {}
    for _ in range(2 if len(wanted) <= _MOST_TWICE else 1):
        for parent in sorted(children, key=reach):
            for route in routes.get(parent, {}).values():
                grid.mark(route, -1)
            new = grid.routes(boxes[parent], [boxes[child] for child in children[parent]])
            routes[parent] = dict(zip(children[parent], new, strict=True))
            for route in new:
                grid.mark(route, 1)
    links = (Link(parent, child, grid.rounded(routes[parent][child])) for parent, child in wanted)
    return replace(layout, links=(*branches, *links))


@dataclass(frozen=True, slots=True)
class _Route:
    """A path over the grid, by the rows and columns of crossings of lanes, between the edges of two labels."""

    ends: tuple[Point, Point]
    nodes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Port:
    """Crossings of lanes beside one edge of a label: from each a stub leads straight to the label."""

    upright: bool  # whether the stubs are
    crossings: tuple[slice, slice]  # their rows and columns
    inner: tuple[slice, slice]  # the pieces of lane that begin there and end within the label
    edge: float
    middle: float  # of the edge, along it


class _GridLines:
    """The lanes in one direction, in ascending order."""

    def __init__(self, at: Sequence[float]) -> None:
        self.at = np.array(at)
        self.lengths: _Costs = np.maximum(1, np.rint(np.diff(self.at) * _UNIT)).astype(np.int64)

    def __len__(self) -> int:
        return len(self.at)

    def first(self, position: float) -> int:
        """The first lane at a position or after it."""
        return int(np.searchsorted(self.at, position, "left"))

    def within(self, least: float, most: float) -> slice:
        """The lanes strictly between two positions."""
        return slice(int(np.searchsorted(self.at, least, "right")), self.first(most))

    def pieces(self, least: float, most: float) -> slice:
        """The pieces from each lane to the next of which some lies strictly between two positions."""
        lanes = self.within(least, most)
        return slice(max(lanes.start - 1, 0), max(lanes.stop, 0))


def _indices(upright: bool, lanes: _Index, along: slice) -> tuple[slice | _Index, slice | _Index]:
    """Rows and columns, from some lanes of one direction and what lies along them."""
    return (along, lanes) if upright else (lanes, along)


class _Grid:
    """The lanes between the obstacles of a layout, and what it costs to go along each piece of them."""

    # Arrays have rows (from top to bottom) first, then columns. Pieces of rows are numbered by the crossing at their
    # left end, pieces of columns by that at their upper end.

    def __init__(self, layout: Layout) -> None:
        self.em = em = layout.font_size
        self.obstacles = layout.solid
        sides = [(box.x, box.right, box.y, box.bottom) for box in self.obstacles]
        tops = [(top, bottom, left, right) for left, right, top, bottom in sides]
        width, height = layout.page.width, layout.page.height
        self.columns = _GridLines(_grid_lines(sides, width, _PITCH * em))
        self.rows = _GridLines(_grid_lines(tops, height, _PITCH * em))
        self.lanes = {True: self.columns, False: self.rows}
        self.corners = np.array(sides)
        shape = (len(self.rows), len(self.columns))
        self.taken = np.zeros(shape, dtype=bool)
        # For pieces of rows and of columns: per cent that they cost more, and what they cost besides. There is one
        # piece more than there are between lanes, or crossings would have to be told from them everywhere.
        self.dear: dict[bool, _Costs] = {upright: np.zeros(shape, dtype=np.int64) for upright in (False, True)}
        self.toll: dict[bool, _Costs] = {upright: np.zeros(shape, dtype=np.int64) for upright in (False, True)}
        self._fence()
        page_edges = [Box(x=x, y=0, width=0, height=height) for x in (0, width)]
        page_edges += [Box(x=0, y=y, width=width, height=0) for y in (0, height)]
        for distance, extra in _NEAR:
            for box in (*self.obstacles, *page_edges):
                for upright, part in self._pieces(box, distance * em):
                    np.maximum(self.dear[upright][part], extra, out=self.dear[upright][part])
        drawn: tuple[Leader | Lane | Link, ...] = (
            *layout.leaders,
            *layout.lanes,
            *(link for link in layout.links if link.tree),
        )
        for line, cost in ((layout.axis, _CROSS_AXIS), *((line.points, _CROSS_LEADER) for line in drawn)):
            for start, end in pairwise(line):
                self._draw(start, end, cost)

    def routes(self, parent: LabelBox, children: Sequence[LabelBox]) -> list[_Route]:
        """The cheapest path to each child, looked for nearby first, then everywhere."""
        ends, around = [parent, *children], _AROUND * self.em
        left, right = min(box.x for box in ends) - around, max(box.right for box in ends) + around
        top, bottom = min(box.y for box in ends) - around, max(box.bottom for box in ends) + around
        window = (self.rows.within(top, bottom), self.columns.within(left, right))
        for part in (window, (slice(0, len(self.rows)), slice(0, len(self.columns)))):
            routes = _Search(self, part, parent).routes(children)
            if len(routes) == len(children):
                return [routes[index] for index in range(len(children))]
        lost = next(child for index, child in enumerate(children) if index not in routes)
        raise LayoutError(f"there is no way between the labels {parent.id} and {lost.id}")

    def ports(self, box: Box) -> Iterator[_Port]:
        """Where links may leave a label: at its upper and lower edge, then at its left and right one."""
        clear, (x, y) = _CLEAR * self.em, box.center
        sides = {True: (box.y, box.bottom), False: (box.x, box.right)}
        for upright, middle in ((True, x), (False, y)):
            (low, high), (begin, end) = sides[upright], sides[not upright]
            inset = min(_INSET * self.em, (box.width if upright else box.height) / 4)
            along, lanes = self.lanes[upright].within(begin + inset, end - inset), self.lanes[not upright]
            before, behind = int(np.searchsorted(lanes.at, low - clear, "right")) - 1, lanes.first(high + clear)
            for index, inner, edge in ((before, before, low), (behind, behind - 1, high)):
                if 0 <= index < len(lanes):
                    crossings, inside = (_indices(not upright, slice(at, at + 1), along) for at in (index, inner))
                    yield _Port(upright, crossings, inside, edge, middle)

    def mark(self, route: _Route, times: int) -> None:
        """Make what a route takes dearer for others: to run along it or near to it, and to cross it."""
        width, cross = 0.95 * _PITCH * self.em, round(_CROSS_LINK * self.em * _UNIT) * times
        for start, end in pairwise(self._corners(route)):
            upright = start[0] == end[0]
            at, (near, far) = start[not upright], sorted((start[upright], end[upright]))
            lanes, across = self.lanes[upright], self.lanes[not upright]
            beside = _indices(upright, lanes.within(at - width, at + width), across.pieces(near, far))
            self.dear[upright][beside] += _SHARED * times
            index = lanes.first(at)
            crossed = _indices(upright, slice(max(index - 1, 0), index + 1), across.within(near, far))
            self.toll[not upright][crossed] += cross // 2

    def rounded(self, route: _Route) -> tuple[Point, ...]:
        """The points of a route with round corners."""
        # A corner is rounded as far as its legs allow and no obstacle is cut: where the nearest corner of one lies a
        # and b from the bend along its legs, a quarter circle that touches both legs passes outside it if its radius is
        # a + b + √(2ab) at the most.
        corners = self._corners(route)
        legs = [math.dist(start, end) for start, end in pairwise(corners)]
        points = [corners[0]]
        for index, (before, corner, after) in enumerate(zip(corners, corners[1:], corners[2:], strict=False)):
            first, last = index == 0, index == len(legs) - 2
            room = min(legs[index] * (0.8 if first else 0.5), legs[index + 1] * (0.8 if last else 0.5))
            radius = self._free_radius(before, corner, after, min(_RADIUS * self.em, room))
            points += [corner] if radius < 0.05 else bend(before, corner, after, radius, _ARC_STEPS)
        points.append(corners[-1])
        # Where two bends meet half way, both have the point there.
        return (points[0], *(point for last, point in pairwise(points) if math.dist(last, point) > _SAME))

    def _free_radius(self, before: Point, corner: Point, after: Point, most: float) -> float:
        inward = [math.copysign(1.0, before[axis] - corner[axis] + after[axis] - corner[axis]) for axis in (0, 1)]
        left, right, top, bottom = self.corners.T
        xs = np.sort([(left - corner[0]) * inward[0], (right - corner[0]) * inward[0]], axis=0)
        ys = np.sort([(top - corner[1]) * inward[1], (bottom - corner[1]) * inward[1]], axis=0)
        margin = _CLEAR / 2 * self.em
        there = (xs[1] > -margin) & (ys[1] > -margin)
        a, b = np.maximum(xs[0][there] - margin, 0.0), np.maximum(ys[0][there] - margin, 0.0)
        return float(np.min(a + b + np.sqrt(2 * a * b), initial=most))

    def _corners(self, route: _Route) -> list[Point]:
        """The points of a route less those on a straight line between others."""
        inner = [(float(self.columns.at[column]), float(self.rows.at[row])) for row, column in route.nodes]
        corners: list[Point] = []
        for point in (route.ends[0], *inner, route.ends[1]):
            if corners and point == corners[-1]:
                continue
            if len(corners) > 1 and any(corners[-2][axis] == corners[-1][axis] == point[axis] for axis in (0, 1)):
                corners.pop()
            corners.append(point)
        return corners

    def _fence(self) -> None:
        """Close what runs through an obstacle or too near to it."""
        clear = _CLEAR * self.em
        for box in self.obstacles:
            for upright, part in self._pieces(box, clear):
                self.toll[upright][part] = _BLOCKED
            self.taken[
                self.rows.within(box.y - clear, box.bottom + clear),
                self.columns.within(box.x - clear, box.right + clear),
            ] = True

    def _pieces(self, box: Box, around: float) -> Iterator[tuple[bool, tuple[slice, slice]]]:
        """The pieces of rows and of columns that come nearer to a box than so much."""
        left, right, top, bottom = box.x - around, box.right + around, box.y - around, box.bottom + around
        yield False, (self.rows.within(top, bottom), self.columns.pieces(left, right))
        yield True, (self.rows.pieces(top, bottom), self.columns.within(left, right))

    def _draw(self, start: Point, end: Point, cost: float) -> None:
        """Let pieces that cross a line cost a little more, and those along it much."""
        sides = [sorted((start[axis], end[axis])) for axis in (0, 1)]
        upright = sides[0][1] - sides[0][0] < sides[1][1] - sides[1][0]
        (low, high), (near, far), beside = sides[not upright], sides[upright], _ALONG_WITHIN * self.em
        lanes, across = self.lanes[upright], self.lanes[not upright]
        crossed = _indices(upright, max(lanes.first((low + high) / 2) - 1, 0), across.within(near, far))
        self.toll[not upright][crossed] += round(cost * self.em * _UNIT)
        along = _indices(upright, lanes.within(low - beside, high + beside), across.pieces(near, far))
        self.dear[upright][along] += _ALONG


class _Search:
    """The cheapest paths from a parent's label to all crossings of lanes in a window of the grid."""

    def __init__(self, grid: _Grid, window: tuple[slice, slice], parent: LabelBox) -> None:
        self.grid = grid
        self.offset = (window[0].start, window[1].start)
        rows = slice(window[0].start, max(window[0].stop - 1, window[0].start))
        columns = slice(window[1].start, max(window[1].stop - 1, window[1].start))
        across, down = (window[0], columns), (rows, window[1])
        self.costs = {
            False: grid.columns.lengths[None, columns] * (100 + grid.dear[False][across]) // 100
            + grid.toll[False][across],
            True: grid.rows.lengths[rows, None] * (100 + grid.dear[True][down]) // 100 + grid.toll[True][down],
        }
        self.bend = round(_BEND * grid.em * _UNIT)
        self.shape = (window[0].stop - window[0].start, window[1].stop - window[1].start)
        self.begin = {upright: np.full(self.shape, _NEVER, dtype=np.int64) for upright in (False, True)}
        self.edges: dict[_State, float] = {}
        for upright, (row, column), cost, edge in self._ports(parent):
            if cost < self.begin[upright][row, column]:
                self.begin[upright][row, column] = cost
                self.edges[upright, row, column] = edge
        self.reached = {upright: costs.copy() for upright, costs in self.begin.items()}
        self.tree: dict[_State, list[_State]] = {}
        self.sums = {
            upright: np.cumsum(np.insert(costs, 0, 0, axis=1 - upright), axis=1 - upright)
            for upright, costs in self.costs.items()
        }

    def routes(self, children: Sequence[LabelBox]) -> dict[int, _Route]:
        """The route to each child that has one, by its index: the nearest first, so that others may branch off it."""
        ends = [(index, *port) for index, child in enumerate(children) for port in self._ports(child)]
        routes: dict[int, _Route] = {}
        while ends:
            cost, best = self._sweep(ends)
            if cost >= _BLOCKED:
                break
            index, upright, here, _, edge = ends[best]
            states = self._path((upright, *here))
            nodes = [(row + self.offset[0], column + self.offset[1]) for _, row, column in states]
            start = self._end(states[0], self.edges[states[0]])
            routes[index] = _Route((start, self._end(states[-1], edge)), tuple(dict.fromkeys(nodes)))
            self._grow(states)
            ends = [end for end in ends if end[0] != index]
        return routes

    def _sweep(self, ends: Sequence[_End]) -> tuple[int, int]:
        """Find what it costs to come to the nearest of some crossings, and which one it is."""
        # Every crossing that costs less than that is then known exactly: whatever leads there costs less too.
        along, down = self.reached[False], self.reached[True]
        _, uprights, crossings, costs, _ = zip(*ends, strict=True)
        upright, stubs = np.array(uprights), np.array(costs)
        rows, columns = np.array(crossings).T
        while True:
            before = down.copy()
            np.minimum(along, down + self.bend, out=along)
            _spread(along, self.sums[False], 1)
            np.minimum(down, along + self.bend, out=down)
            _spread(down, self.sums[True], 0)
            totals = np.where(upright, down[rows, columns], along[rows, columns]) + stubs
            best = int(np.argmin(totals))
            if not np.any((down < before) & (down < totals[best])):
                return int(totals[best]), best

    def _grow(self, states: list[_State]) -> None:
        """Let the paths that are still to be found begin on one that is, for less than it costs alone."""
        # What is new of it is discounted once, so that costs still rise along it.
        paid = before = 0
        for index, (upright, row, column) in enumerate(states):
            cost = int(self.reached[upright][row, column])
            if (upright, row, column) in self.tree:
                paid = cost
            else:
                paid += (cost - before) * _TRUNK // 100 + 1
                self.tree[upright, row, column] = states[: index + 1]
                self.begin[upright][row, column] = self.reached[upright][row, column] = paid
            before = cost

    def _path(self, last: _State) -> list[_State]:
        """From the parent to a crossing: where each cost came from."""
        upright, row, column = last
        states: list[_State] = []
        while True:
            states.append((upright, row, column))
            cost = self.reached[upright][row, column]
            if cost == self.begin[upright][row, column]:
                return [*self.tree.get(states[-1], states[-1:]), *reversed(states[:-1])]
            if cost == self.reached[not upright][row, column] + self.bend:
                upright = not upright
                continue
            costs, reached = self.costs[upright], self.reached[upright]
            step = (1, 0) if upright else (0, 1)
            back = (row - step[0], column - step[1])
            if min(back) >= 0 and reached[back] + costs[back] == cost:
                row, column = back
            else:
                row, column = row + step[0], column + step[1]

    def _ports(self, box: Box) -> Iterator[tuple[bool, tuple[int, int], int, float]]:
        """The crossings in the window from which a stub leads to a label, what that costs, and to which edge."""
        grid, (height, width) = self.grid, self.shape
        for port in grid.ports(box):
            dear = grid.dear[port.upright][port.inner]
            rows, columns = (range(*lanes.indices(count)) for lanes, count in
                             zip(port.crossings, grid.taken.shape, strict=True))  # fmt: skip
            for down, row in enumerate(rows):
                for across, column in enumerate(columns):
                    here = (row - self.offset[0], column - self.offset[1])
                    if grid.taken[row, column] or not (0 <= here[0] < height and 0 <= here[1] < width):
                        continue
                    x, y = grid.columns.at[column], grid.rows.at[row]
                    stub = abs((y if port.upright else x) - port.edge)
                    off = abs((x if port.upright else y) - port.middle)
                    company = max(0, int(dear[down, across]) - max(extra for _, extra in _NEAR))
                    cost = stub + off * _OFF_MIDDLE / 100 + grid.em * company / 200
                    yield port.upright, here, round(cost * _UNIT), port.edge

    def _end(self, state: tuple[bool, int, int], edge: float) -> Point:
        upright, row, column = state
        x = float(self.grid.columns.at[column + self.offset[1]])
        y = float(self.grid.rows.at[row + self.offset[0]])
        return (x, edge) if upright else (edge, y)


def _spread(costs: _Costs, sums: _Costs, axis: int) -> None:
    """Let costs spread along the rows or columns, given the sums of what the pieces cost from the first on."""
    backward = _BACKWARD[axis]
    back = np.minimum.accumulate((costs + sums)[backward], axis=axis)[backward] - sums
    forth = np.minimum.accumulate(costs - sums, axis=axis) + sums
    np.minimum(costs, np.minimum(forth, back), out=costs)
    costs[costs >= _BLOCKED] = _NEVER


def _grid_lines(sides: Sequence[tuple[float, float, float, float]], end: float, pitch: float) -> list[float]:
    """Where lanes run: in the middle of narrow gaps, in wide ones at a fixed pitch, and over each obstacle's middle."""
    # `sides` has for each obstacle its first and last position across the lanes, and those along them.
    lanes: list[float] = []
    wanted: list[float]
    for start, stop in sorted(_gaps(sides, end), key=lambda gap: (gap[1] - gap[0], gap)):
        gap = stop - start
        if gap > 6 * pitch:
            begin, finish = math.ceil((start + 1.6 * pitch) / pitch), math.floor((stop - 1.6 * pitch) / pitch)
            wanted, near = [pitch * multiple for multiple in range(begin, finish + 1)], 0.3 * pitch
        else:
            parts = max(2, int(gap / pitch))
            wanted, near = [start + gap * part / parts for part in range(1, parts)], 0.1 * gap / parts
        for position in wanted:
            _add(lanes, position, near)
    for first, last, *_ in sides:
        _add(lanes, (first + last) / 2, min(0.6 * pitch, (last - first) / 6))
    return lanes


def _add(lanes: list[float], position: float, near: float) -> None:
    """Add a lane, unless there is one as near as that."""
    index = bisect_left(lanes, position - near)
    if index == len(lanes) or lanes[index] > position + near:
        insort(lanes, position)


def _gaps(sides: Sequence[tuple[float, float, float, float]], end: float) -> Iterator[tuple[float, float]]:
    """The free space from each obstacle to those it faces, and to the edges of the page."""
    walls = [(-1.0, 0.0, -math.inf, math.inf), *sides, (end, end + 1.0, -math.inf, math.inf)]
    walls.sort()
    for index, (_, start, first, last) in enumerate(walls):
        open_faces = [(first, last)]
        for stop, _, low, high in walls[index + 1 :]:
            if stop < start:
                continue
            left = [
                part
                for least, most in open_faces
                for part in ((least, min(most, low)), (max(least, high), most))
                if part[0] < part[1]
            ]
            if left != open_faces:
                if stop > start:
                    yield start, stop
                open_faces = left
                if not left:
                    break


# Words beside branches

# The type, in ems of the labels, its least size in points, and its greatest share of that of the labels.
_WORD_TYPE, _WORD_LEAST, _WORD_MOST = 0.68, 6.0, 0.85
# In ems of the labels: from a word to its line or label, and around it.
_BESIDE, _WORD_AROUND = 0.3, 0.12
_WORD_HEIGHT = 1.15


def with_branch_words(layout: Layout, words: Mapping[str, str], measure: Measure) -> Layout:
    """A family tree with words beside the branches to some models, by their ids, where nothing is in the way."""
    em = layout.font_size
    size = max(_WORD_TYPE * em, _WORD_LEAST)
    if size > _WORD_MOST * em:
        return layout
    waiting = {box.id: box for box in layout.boxes if box.id in words and box.dot}
    drawn: tuple[Link | Lane, ...] = (*layout.links, *layout.lanes)
    lines = [piece for line in drawn for piece in pairwise(line.points)]
    taken: list[Box] = [*layout.solid, *layout.bands]
    taken += [Box.around([box.dot], DOT * em) for box in layout.boxes if box.dot]
    for lane in layout.lanes:
        widths = chain(lane.widths, repeat(0.0))
        taken += [Box.around(piece, width / 2) for piece, width in zip(pairwise(lane.points), widths, strict=False)]
    page = Box(x=0.0, y=0.0, width=layout.page.width, height=layout.page.height).padded(-MARGIN)
    placed: list[TextLine] = []
    for place in range(2):
        tried: dict[str, Box] = {}
        for model, box in waiting.items():
            spot = _spots(box, measure(words[model])[0] * size, _WORD_HEIGHT * size, em)[place]
            if page.contains(spot):
                tried[model] = spot.padded(_WORD_AROUND * em)
        models = {id(box): model for model, box in tried.items()}
        hit = {models[id(box)] for _, box in struck(list(tried.values()), lines)}
        for one, other in overlapping([*tried.values(), *taken]):
            pair = [models[id(box)] for box in (one, other) if id(box) in models]
            hit.update(pair[-1:])  # of two words the first stays
        for model in tried.keys() - hit:
            spot = tried[model].padded(-_WORD_AROUND * em)
            placed.append(TextLine(role="relation", text=words[model], x=spot.x, y=spot.y, width=spot.width,
                                   height=spot.height, size=size))  # fmt: skip
            taken.append(tried[model])
            del waiting[model]
    placed.sort(key=lambda line: (line.y, line.x))
    return replace(layout, texts=(*layout.texts, *placed))


def _spots(box: LabelBox, width: float, height: float, em: float) -> Sequence[Box]:
    """Where a word may stand: above the line that leads to the dot, or after the label."""
    assert box.dot is not None
    (x, y), gap = box.dot, _BESIDE * em
    before, after = x - (DOT * em + gap) - width, box.right + gap
    middle = box.center[1] - height / 2
    corners = ((before, y - gap - height), (after, middle))
    return [Box(x=left, y=top, width=width, height=height) for left, top in corners]
