"""Links: from a parent's label to a child's, around all that stands on the page."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout, Link
from modeltree.layout.plane import Box, Point

__all__ = ["with_links"]

_Costs = NDArray[np.int64]
# Whether one came along a column, and the row and the column where one is.
_State = tuple[bool, int, int]
# A crossing from which a stub leads to a child's label: the place of the child among others, whether the stub is
# upright, the row and the column, what the stub costs, and where the edge of the label is.
_End = tuple[int, bool, tuple[int, int], int, float]

# Lengths in ems of the label type: between two lanes; from any obstacle, at the least; from a label's corner to where
# a link may begin; the radius of corners; how far around its ends a link is looked for at first.
_PITCH, _CLEAR, _INSET, _RADIUS, _AROUND = 0.36, 0.06, 0.45, 1.1, 6.0
# What something costs, as so much of a way more, in ems: a bend, and to cross another link, a leader, the axis.
_BEND, _CROSS_LINK, _CROSS_LEADER, _CROSS_AXIS = 2.4, 1.0, 0.5, 0.3
# Per cent that a way costs more: as near to an obstacle as this, in ems; along the axis or a leader; along a link.
_NEAR = ((0.9, 40), (0.5, 120), (0.25, 300))
_ALONG, _SHARED = 2000, 350
_ALONG_WITHIN = 0.3
# Per cent that the ways to a parent's other children cost as far as they are together.
_TRUNK = 50
# Of a way off the middle of a label's edge, in per cent.
_OFF_MIDDLE = 20
_UNIT = 1000  # of a point, so that costs are whole numbers and sums of them exact
_BLOCKED = 10**12
_NEVER = 10**15
# So many links at the most are routed twice.
_MOST_TWICE = 400
_ARC_STEPS = 10
_SAME = 1e-6  # of a point


def with_links(layout: Layout, pairs: Iterable[tuple[str, str]]) -> Layout:
    """The layout with a curve from parent to child for each pair of which it has both labels.

    Links run in lanes between the labels, straight and with round corners, and hit no label, tick, text or sample.
    They keep to the open corridors, and apart from each other, where there is room. Those of one parent run
    together as far as they go the same way.

    The method is orthogonal connector routing (Wybrow, Marriott and Stuckey 2010,
    doi:10.1007/978-3-642-11805-0_22) on a grid of lanes: a shortest way, where bends, crossings, nearness and company
    cost extra. It is found for the children of a parent one after the other, each of which may branch off the ways to
    those before it, by sweeps over the grid that each allow one more bend; then, unless there are very many, all are
    routed anew with the others known, as printed circuits are (McMurchie and Ebeling 1995,
    doi:10.1145/201310.201328). Time grows with the number of links times the grid around each parent and its
    children: at worst, where all lie far apart, with links times labels. The result does not depend on the pairs'
    order.

    Parameters
    ----------
    layout : Layout
        Links that it has already are replaced.
    pairs : iterable of (str, str)
        The ids of parent and child. Pairs of which the layout lacks a label are left out.

    Returns
    -------
    Layout
        With links in the order of the pairs.

    Raises
    ------
    LayoutError
        When there is no way between two labels, or a model is its own parent.
    """
    boxes = {box.id: box for box in layout.boxes}
    wanted = [pair for pair in dict.fromkeys(pairs) if boxes.keys() >= set(pair)]
    children: dict[str, list[str]] = {}
    for parent, child in sorted(wanted):
        if parent == child:
            raise LayoutError(f"{parent} cannot be linked to itself")
        children.setdefault(parent, []).append(child)
    if not wanted:
        return replace(layout, links=())
    grid = _Grid(layout)

    def reach(parent: str) -> tuple[float, str]:
        return max(math.dist(boxes[parent].center, boxes[child].center) for child in children[parent]), parent

    routes: dict[str, dict[str, _Route]] = {}
    for _ in range(2 if len(wanted) <= _MOST_TWICE else 1):
        for parent in sorted(children, key=reach):
            for route in routes.get(parent, {}).values():
                grid.mark(route, -1)
            found = grid.routes(boxes[parent], [boxes[child] for child in children[parent]])
            routes[parent] = dict(zip(children[parent], found, strict=True))
            for route in found:
                grid.mark(route, 1)
    links = (Link(parent, child, grid.rounded(routes[parent][child])) for parent, child in wanted)
    return replace(layout, links=tuple(links))


@dataclass(frozen=True, slots=True)
class _Route:
    """A way over the grid: from an edge of a label over the columns and rows of some crossings to that of another.

    Parameters
    ----------
    ends : (Point, Point)
        Where it leaves the parent and meets the child.
    nodes : tuple of (int, int)
        Row and column of each crossing of lanes that it runs over.
    """

    ends: tuple[Point, Point]
    nodes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Port:
    """Crossings of lanes beside one edge of a label: from each a stub leads straight to the label.

    Parameters
    ----------
    upright : bool
        Whether the stubs are.
    place : (slice, slice)
        Rows and columns of the crossings.
    inner : (slice, slice)
        The pieces of lane that begin there and end within the label.
    edge : float
        Where the edge of the label is.
    middle : float
        Of the edge, along it.
    """

    upright: bool
    place: tuple[slice, slice]
    inner: tuple[slice, slice]
    edge: float
    middle: float


class _Lanes:
    """The lanes in one direction.

    Parameters
    ----------
    at : sequence of float
        Where they are, in ascending order.
    """

    def __init__(self, at: Sequence[float]) -> None:
        self.at = np.array(at)
        self.lengths: _Costs = np.maximum(1, np.rint(np.diff(self.at) * _UNIT)).astype(np.int64)

    def within(self, least: float, most: float) -> slice:
        """The lanes strictly between two places."""
        return slice(int(np.searchsorted(self.at, least, "right")), int(np.searchsorted(self.at, most, "left")))

    def pieces(self, least: float, most: float) -> slice:
        """The pieces from each lane to the next of which some lies strictly between two places."""
        lanes = self.within(least, most)
        return slice(max(lanes.start - 1, 0), max(lanes.stop, 0))


class _Grid:
    """The lanes between the obstacles of a layout, and what it costs to go along each piece of them.

    Arrays have rows (from top to bottom) first, then columns. Pieces of rows are numbered by the crossing at their
    left end, pieces of columns by that at their upper end.
    """

    def __init__(self, layout: Layout) -> None:
        self.em = em = layout.font_size
        self.obstacles: list[Box] = [*layout.boxes, *layout.ticks, *layout.texts, *layout.swatches]
        sides = [(box.x, box.right, box.y, box.bottom) for box in self.obstacles]
        tops = [(top, bottom, left, right) for left, right, top, bottom in sides]
        self.columns = _Lanes(_lanes(sides, layout.page.width, _PITCH * em))
        self.rows = _Lanes(_lanes(tops, layout.page.height, _PITCH * em))
        self.corners = np.array(sides)
        shape = (len(self.rows.at), len(self.columns.at))
        self.taken = np.zeros(shape, dtype=bool)
        # For pieces of rows and of columns: per cent that they cost more, and what they cost besides. There is one
        # piece more than there are between lanes, or crossings would have to be told from them everywhere.
        self.dear: dict[bool, _Costs] = {upright: np.zeros(shape, dtype=np.int64) for upright in (False, True)}
        self.toll: dict[bool, _Costs] = {upright: np.zeros(shape, dtype=np.int64) for upright in (False, True)}
        self._fence()
        near = {upright: np.zeros(shape, dtype=np.int64) for upright in (False, True)}
        width, height = layout.page.width, layout.page.height
        page_edges = [Box(x=x, y=0, width=0, height=height) for x in (0, width)]
        page_edges += [Box(x=0, y=y, width=width, height=0) for y in (0, height)]
        for distance, extra in _NEAR:
            for box in (*self.obstacles, *page_edges):
                for upright, place in self._pieces(box, distance * em):
                    np.maximum(near[upright][place], extra, out=near[upright][place])
        for upright, extra_here in near.items():
            self.dear[upright] += extra_here
        for line, cost in ((layout.axis, _CROSS_AXIS), *((leader.points, _CROSS_LEADER) for leader in layout.leaders)):
            for start, end in pairwise(line):
                self._draw(start, end, cost)

    def routes(self, parent: Box, children: Sequence[Box]) -> list[_Route]:
        """The cheapest way to each child, looked for nearby first, then everywhere."""
        ends = [parent, *children]
        around = _AROUND * self.em
        left, right = min(box.x for box in ends) - around, max(box.right for box in ends) + around
        top, bottom = min(box.y for box in ends) - around, max(box.bottom for box in ends) + around
        window = (self.rows.within(top, bottom), self.columns.within(left, right))
        everywhere = (slice(0, len(self.rows.at)), slice(0, len(self.columns.at)))
        for place in (window, everywhere):
            found = _Search(self, place, parent).routes(children)
            if len(found) == len(children):
                return [found[place] for place in range(len(children))]
        lost = next(child for place, child in enumerate(children) if place not in found)
        raise LayoutError(f"there is no way between the labels {_id(parent)} and {_id(lost)}")

    def ports(self, box: Box) -> Iterator[_Port]:
        """Where links may leave a label."""
        clear, inset = _CLEAR * self.em, _INSET * self.em
        across = self.columns.within(box.x + min(inset, box.width / 4), box.right - min(inset, box.width / 4))
        down = self.rows.within(box.y + min(inset, box.height / 4), box.bottom - min(inset, box.height / 4))
        x, y = box.center
        above = int(np.searchsorted(self.rows.at, box.y - clear, "right")) - 1
        below = int(np.searchsorted(self.rows.at, box.bottom + clear, "left"))
        before = int(np.searchsorted(self.columns.at, box.x - clear, "right")) - 1
        behind = int(np.searchsorted(self.columns.at, box.right + clear, "left"))
        for row, inner, edge in ((above, above, box.y), (below, below - 1, box.bottom)):
            if 0 <= row < len(self.rows.at):
                yield _Port(True, (_only(row), across), (_only(inner), across), edge, x)
        for column, inner, edge in ((before, before, box.x), (behind, behind - 1, box.right)):
            if 0 <= column < len(self.columns.at):
                yield _Port(False, (down, _only(column)), (down, _only(inner)), edge, y)

    def mark(self, route: _Route, times: int) -> None:
        """Make what a route takes dearer for others: to run along it or near to it, and to cross it."""
        width, cross = 0.95 * _PITCH * self.em, round(_CROSS_LINK * self.em * _UNIT) * times
        for start, end in pairwise(_corners(self._points(route))):
            upright = start[0] == end[0]
            (near, far), at = sorted((start, end)), start[0] if upright else start[1]
            if upright:
                lanes, pieces = self.columns.within(at - width, at + width), self.rows.pieces(near[1], far[1])
                self.dear[True][pieces, lanes] += _SHARED * times
                crossed = self.rows.within(near[1], far[1])
                column = int(np.searchsorted(self.columns.at, at))
                self.toll[False][crossed, max(column - 1, 0) : column + 1] += cross // 2
            else:
                lanes, pieces = self.rows.within(at - width, at + width), self.columns.pieces(near[0], far[0])
                self.dear[False][lanes, pieces] += _SHARED * times
                crossed = self.columns.within(near[0], far[0])
                row = int(np.searchsorted(self.rows.at, at))
                self.toll[True][max(row - 1, 0) : row + 1, crossed] += cross // 2

    def rounded(self, route: _Route) -> tuple[Point, ...]:
        """The points of a route with round corners.

        A corner is rounded as far as its legs allow and no obstacle is cut: where the nearest corner of one lies a
        and b from the bend along its legs, a quarter circle that touches both legs passes outside it if its radius
        is a + b + √(2ab) at the most.
        """
        corners = _corners(self._points(route))
        legs = [math.dist(start, end) for start, end in pairwise(corners)]
        points = [corners[0]]
        for number, corner in enumerate(corners[1:-1], 1):
            before, after = legs[number - 1], legs[number]
            radius = min(
                _RADIUS * self.em,
                before * (0.5 if number > 1 else 0.8),
                after * (0.5 if number < len(legs) - 1 else 0.8),
            )
            points += self._bend(corners[number - 1], corner, corners[number + 1], radius)
        points.append(corners[-1])
        # Where two bends meet half way, both have the point there.
        return (points[0], *(point for last, point in pairwise(points) if math.dist(last, point) > _SAME))

    def _bend(self, before: Point, corner: Point, after: Point, radius: float) -> Iterator[Point]:
        to, fro = (
            ((end[0] > corner[0]) - (end[0] < corner[0]), (end[1] > corner[1]) - (end[1] < corner[1]))
            for end in (before, after)
        )
        inward = (to[0] + fro[0], to[1] + fro[1])
        left, right, top, bottom = self.corners.T
        xs = np.sort([(left - corner[0]) * inward[0], (right - corner[0]) * inward[0]], axis=0)
        ys = np.sort([(top - corner[1]) * inward[1], (bottom - corner[1]) * inward[1]], axis=0)
        margin = _CLEAR / 2 * self.em
        there = (xs[1] > -margin) & (ys[1] > -margin)
        a, b = np.maximum(xs[0][there] - margin, 0.0), np.maximum(ys[0][there] - margin, 0.0)
        radius = float(np.min(a + b + np.sqrt(2 * a * b), initial=radius))
        if radius < 0.05:
            yield corner
            return
        for step in range(_ARC_STEPS + 1):
            angle = math.pi / 2 * step / _ARC_STEPS
            back, on = radius * (1 - math.sin(angle)), radius * (1 - math.cos(angle))
            yield (corner[0] + to[0] * back + fro[0] * on, corner[1] + to[1] * back + fro[1] * on)

    def _points(self, route: _Route) -> list[Point]:
        inner = [(float(self.columns.at[column]), float(self.rows.at[row])) for row, column in route.nodes]
        return [route.ends[0], *inner, route.ends[1]]

    def _fence(self) -> None:
        """Close what runs through an obstacle or too near to it."""
        clear = _CLEAR * self.em
        for box in self.obstacles:
            for upright, place in self._pieces(box, clear):
                self.toll[upright][place] = _BLOCKED
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
        (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
        toll, beside = round(cost * self.em * _UNIT), _ALONG_WITHIN * self.em
        if right - left >= bottom - top:
            row = int(np.searchsorted(self.rows.at, (top + bottom) / 2)) - 1
            self.toll[True][max(row, 0), self.columns.within(left, right)] += toll
            along = (self.rows.within(top - beside, bottom + beside), self.columns.pieces(left, right))
            self.dear[False][along] += _ALONG
        else:
            column = int(np.searchsorted(self.columns.at, (left + right) / 2)) - 1
            self.toll[False][self.rows.within(top, bottom), max(column, 0)] += toll
            along = (self.rows.pieces(top, bottom), self.columns.within(left - beside, right + beside))
            self.dear[True][along] += _ALONG


class _Search:
    """The cheapest ways from a parent's label to all crossings of lanes in a window of the grid."""

    def __init__(self, grid: _Grid, place: tuple[slice, slice], parent: Box) -> None:
        self.grid, self.place = grid, place
        self.offset = (place[0].start, place[1].start)
        rows = slice(place[0].start, max(place[0].stop - 1, place[0].start))
        columns = slice(place[1].start, max(place[1].stop - 1, place[1].start))
        across, down = (place[0], columns), (rows, place[1])
        self.costs = {
            False: grid.columns.lengths[None, columns] * (100 + grid.dear[False][across]) // 100
            + grid.toll[False][across],
            True: grid.rows.lengths[rows, None] * (100 + grid.dear[True][down]) // 100 + grid.toll[True][down],
        }
        self.bend = round(_BEND * grid.em * _UNIT)
        shape = (place[0].stop - place[0].start, place[1].stop - place[1].start)
        self.begin = {upright: np.full(shape, _NEVER, dtype=np.int64) for upright in (False, True)}
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

    def routes(self, children: Sequence[Box]) -> dict[int, _Route]:
        """The way to each child that has one, by its place: the nearest first, so that others may branch off it."""
        ends = [(place, *port) for place, child in enumerate(children) for port in self._ports(child)]
        found: dict[int, _Route] = {}
        while ends:
            cost, best = self._sweep(ends)
            if cost >= _BLOCKED:
                break
            place, upright, here, _, edge = ends[best]
            states = self._way((upright, *here))
            nodes = [(row + self.offset[0], column + self.offset[1]) for _, row, column in states]
            start = self._end(states[0], self.edges[states[0]])
            found[place] = _Route((start, self._end(states[-1], edge)), tuple(dict.fromkeys(nodes)))
            self._grow(states)
            ends = [end for end in ends if end[0] != place]
        return found

    def _sweep(self, ends: Sequence[_End]) -> tuple[int, int]:
        """Find what it costs to come to the nearest of some crossings, and which one it is.

        Every crossing that costs less than that is then known exactly: whatever leads there costs less too.
        """
        along, down = self.reached[False], self.reached[True]
        _, uprights, places, costs, _ = zip(*ends, strict=True)
        upright, stubs = np.array(uprights), np.array(costs)
        rows, columns = np.array(places).T
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
        """Let the ways that are still to be found begin on one that is, for less than it costs alone.

        What is new of it is discounted once, so that costs still rise on the way from the parent.
        """
        paid = before = 0
        for number, (upright, row, column) in enumerate(states):
            cost = int(self.reached[upright][row, column])
            if (upright, row, column) in self.tree:
                paid = cost
            else:
                paid += (cost - before) * _TRUNK // 100 + 1
                self.tree[upright, row, column] = states[: number + 1]
                self.begin[upright][row, column] = self.reached[upright][row, column] = paid
            before = cost

    def _way(self, last: _State) -> list[_State]:
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
        grid = self.grid
        for port in grid.ports(box):
            dear = grid.dear[port.upright][port.inner]
            rows, columns = (range(*places.indices(len(lanes.at))) for places, lanes in
                             zip(port.place, (grid.rows, grid.columns), strict=True))  # fmt: skip
            for down, row in enumerate(rows):
                for across, column in enumerate(columns):
                    here = (row - self.offset[0], column - self.offset[1])
                    if grid.taken[row, column] or not self._holds(row, column):
                        continue
                    x, y = grid.columns.at[column], grid.rows.at[row]
                    stub = abs((y if port.upright else x) - port.edge)
                    off = abs((x if port.upright else y) - port.middle)
                    company = max(0, int(dear[down, across]) - max(extra for _, extra in _NEAR))
                    cost = stub + off * _OFF_MIDDLE / 100 + grid.em * company / 200
                    yield port.upright, here, round(cost * _UNIT), port.edge

    def _holds(self, row: int, column: int) -> bool:
        rows, columns = self.place
        return bool(rows.start <= row < rows.stop and columns.start <= column < columns.stop)

    def _end(self, state: tuple[bool, int, int], edge: float) -> Point:
        upright, row, column = state
        x = float(self.grid.columns.at[column + self.offset[1]])
        y = float(self.grid.rows.at[row + self.offset[0]])
        return (x, edge) if upright else (edge, y)


def _spread(costs: _Costs, sums: _Costs, axis: int) -> None:
    """Let costs spread along the rows or columns, given the sums of what the pieces cost from the first on."""
    forth, back = (costs - sums, costs + sums)
    backward = (slice(None), slice(None, None, -1)) if axis else (slice(None, None, -1), slice(None))
    np.minimum.accumulate(forth, axis=axis, out=forth)
    back = np.minimum.accumulate(back[backward], axis=axis)[backward]
    np.minimum(costs, forth + sums, out=costs)
    np.minimum(costs, back - sums, out=costs)
    costs[costs >= _BLOCKED] = _NEVER


def _lanes(sides: Sequence[tuple[float, float, float, float]], end: float, pitch: float) -> list[float]:
    """Where lanes run: in the middle of narrow gaps, in wide ones at a fixed pitch, and over each obstacle's middle.

    Each obstacle has its first and last place in the direction across the lanes, and those along them.
    """
    lanes: list[float] = []
    wanted: list[float]
    for start, stop in sorted(_gaps(sides, end), key=lambda gap: (gap[1] - gap[0], gap)):
        gap = stop - start
        if gap > 6 * pitch:
            begin, finish = math.ceil((start + 1.6 * pitch) / pitch), math.floor((stop - 1.6 * pitch) / pitch)
            wanted, near = [pitch * number for number in range(begin, finish + 1)], 0.3 * pitch
        else:
            parts = max(2, int(gap / pitch))
            wanted, near = [start + gap * part / parts for part in range(1, parts)], 0.1 * gap / parts
        for place in wanted:
            _add(lanes, place, near)
    for first, last, *_ in sides:
        _add(lanes, (first + last) / 2, min(0.6 * pitch, (last - first) / 6))
    return lanes


def _add(lanes: list[float], place: float, near: float) -> None:
    """Add a lane, unless there is one as near as that."""
    number = bisect_left(lanes, place - near)
    if number == len(lanes) or lanes[number] > place + near:
        insort(lanes, place)


def _gaps(sides: Sequence[tuple[float, float, float, float]], end: float) -> Iterator[tuple[float, float]]:
    """The free ways from each obstacle to those it faces, and to the edges of the page."""
    walls = [(-1.0, 0.0, -math.inf, math.inf), *sides, (end, end + 1.0, -math.inf, math.inf)]
    walls.sort()
    for number, (_, start, first, last) in enumerate(walls):
        open_faces = [(first, last)]
        for stop, _, low, high in walls[number + 1 :]:
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


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points less those on a straight way between others."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and any(kept[-2][axis] == kept[-1][axis] == point[axis] for axis in (0, 1)):
            kept.pop()
        kept.append(point)
    return kept


def _only(number: int) -> slice:
    return slice(number, number + 1)


def _id(box: Box) -> str:
    return str(getattr(box, "id", box))
