"""Shapes in the plane, and that `Layout.faults` sees each fault there can be."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import cross, hard_zeros, overlap, through
from modeltree.layout.geometry import (
    Band,
    Guide,
    IconBox,
    LabelBox,
    Lane,
    Layout,
    Leader,
    Link,
    Page,
    Panel,
    Swatch,
    TextLine,
    TickBox,
)
from modeltree.layout.plane import Box, crossing, distance_along, line_length, lines_meet, overlapping, rounded, struck

SQUARE = Box(x=10, y=20, width=30, height=40)
# Whole numbers, so that whether shapes touch does not hang on rounding.
places = st.integers(-6, 6).map(float)
points = st.tuples(places, places)
boxes = st.builds(Box, x=places, y=places, width=st.integers(1, 6).map(float), height=st.integers(1, 6).map(float))


def as_json(box: Box) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def test_a_box_has_edges_and_a_middle() -> None:
    assert (SQUARE.right, SQUARE.bottom, SQUARE.center) == (40, 60, (25, 40))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Box(x=10, y=20, width=30, height=40), True),
        (Box(x=20, y=30, width=1, height=1), True),
        (Box(x=0, y=0, width=100, height=100), True),
        (Box(x=39, y=59, width=10, height=10), True),
        (Box(x=40, y=20, width=10, height=40), False),
        (Box(x=10, y=60, width=30, height=10), False),
        (Box(x=39, y=60, width=10, height=10), False),
    ],
)
def test_boxes_that_only_touch_do_not_overlap(other: Box, expected: bool) -> None:
    assert SQUARE.overlaps(other) is expected
    assert other.overlaps(SQUARE) is expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 40), (50, 40), True),
        ((25, 0), (25, 100), True),
        ((0, 0), (50, 80), True),
        ((15, 30), (20, 35), True),
        ((25, 40), (25, 40), True),  # a point inside
        ((0, 40), (10, 40), False),  # up to the edge
        ((10, 0), (10, 100), False),  # along the edge
        ((0, 20), (50, 20), False),
        ((0, 60), (50, 60), False),
        ((0, 40), (20, 0), False),  # through a corner
        ((0, 0), (5, 100), False),
        ((0, 70), (50, 61), False),
    ],
)
def test_a_line_that_only_touches_does_not_run_through(
    start: tuple[float, float], end: tuple[float, float], expected: bool
) -> None:
    assert SQUARE.crossed_by(start, end) is expected
    assert SQUARE.crossed_by(end, start) is expected


@given(boxes, points, points)
def test_lines_through_boxes_against_diagonals(box: Box, start: Any, end: Any) -> None:
    assert box.crossed_by(start, end) == through((start, end), as_json(box))


@given(st.lists(boxes, max_size=12))
def test_overlaps_against_all_pairs(several: list[Box]) -> None:
    expected = sum(overlap(as_json(a), as_json(b)) for i, a in enumerate(several) for b in several[:i])
    assert len(list(overlapping(several))) == expected


@given(st.lists(boxes, max_size=8), st.lists(st.tuples(points, points), max_size=8))
def test_struck_boxes_against_all_pairs(several: list[Box], segments: list[Any]) -> None:
    expected = sum(box.crossed_by(*segment) for box in several for segment in segments)
    assert len(list(struck(several, segments))) == expected


@given(points, points, points, points)
def test_lines_meet_as_the_formula_says(a: Any, b: Any, c: Any, d: Any) -> None:
    parallel = (b[0] - a[0]) * (d[1] - c[1]) == (b[1] - a[1]) * (d[0] - c[0])
    if not parallel:
        assert lines_meet((a, b), (c, d)) == cross(a, b, c, d)
    assert lines_meet((a, b), (c, d)) == lines_meet((d, c), (b, a))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([(0, 0), (10, 10)], [(0, 10), (10, 0)], True),
        ([(0, 0), (10, 0)], [(5, 0), (5, 10)], True),  # touch
        ([(0, 0), (10, 0)], [(5, 0), (15, 0)], True),  # one over the other
        ([(0, 0), (10, 0)], [(11, 0), (15, 0)], False),
        ([(0, 0), (10, 0)], [(0, 1), (10, 1)], False),
        ([(0, 0), (5, 5), (0, 10)], [(6, 0), (6, 10)], False),
        ([(0, 0), (7, 5), (0, 10)], [(6, 0), (6, 10)], True),
        ([(0, 0)], [(0, 0)], False),
    ],
)
def test_lines_that_meet(one: Any, other: Any, expected: bool) -> None:
    assert lines_meet(one, other) is expected


def test_length_and_way_along_a_line() -> None:
    line = [(0.0, 0.0), (3.0, 4.0), (3.0, 4.0), (3.0, 14.0)]
    assert line_length(line) == 15
    assert [distance_along(line, point) for point in [(-5.0, -5.0), (3.0, 4.0), (9.0, 9.0), (0.0, 99.0)]] == [
        0,
        5,
        10,
        15,
    ]
    assert (line_length([]), distance_along([], (1.0, 1.0))) == (0, 0)


@given(st.lists(points, min_size=2, max_size=5), points)
def test_the_way_along_is_to_the_nearest_place(line: list[Any], point: Any) -> None:
    way = distance_along(line, point)
    assert 0 <= way <= line_length(line) + 1e-9
    nearest = min(
        math.dist((a[0] + (b[0] - a[0]) * step / 50, a[1] + (b[1] - a[1]) * step / 50), point)
        for a, b in itertools.pairwise(line)
        for step in range(51)
    )
    reached = 0.0
    for start, end in itertools.pairwise(line):
        length = math.dist(start, end)
        if length and way <= reached + length + 1e-9:
            share = (way - reached) / length
            place = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            assert math.dist(place, point) <= nearest + 1e-9
            return
        reached += length


# A small layout without fault, and all the ways to spoil it.

MONTH = {"width": 40.0, "height": 20.0, "kind": "month"}
GOOD = Layout(
    page=Page(400, 300),
    font_size=12,
    boxes=(
        LabelBox(id="a", label="A", tick="2020-01", x=20, y=40, width=80, height=20, text_x=45),
        LabelBox(id="b", label="B", tick="2020-01", x=20, y=65, width=80, height=20, text_x=45),
        LabelBox(id="c", label="C", tick="2020-02", x=130, y=200, width=80, height=20, text_x=155),
        LabelBox(id="d", label="D", tick="2020-02", x=220, y=200, width=80, height=20, text_x=225),
    ),
    icons=tuple(
        IconBox(id=id, organization="o", x=x, y=y, width=16, height=16) for id, x, y in
        [("a", 25, 42), ("b", 25, 67), ("c", 135, 202)]
    ),
    leaders=(
        Leader("2020-01", ("b", "a"), ((60, 140), (60, 85))),
        Leader("2020-02", ("c", "d"), ((170, 160), (170, 200))),
    ),
    axis=((20, 150), (380, 150)),
    ticks=(
        TickBox(id="2020-01", label="Jan.", x=40, y=140, **MONTH),
        TickBox(id="2020-02", label="Feb.", x=150, y=140, **MONTH),
    ),
    panels=(Panel(tick="2020-02", x=125, y=195, width=180, height=30),),
    texts=(TextLine(role="title", text="Title", x=20, y=10, width=50, height=20, size=14),),
    swatches=(Swatch(key="open", x=300, y=10, width=20, height=12),),
    links=(
        Link("a", "c", ((100, 50), (120, 90), (120, 210), (130, 210)), "finetune"),
        Link("a", "b", ((60, 60), (60, 65))),
    ),
)  # fmt: skip


def move(group: str, place: int, **changes: Any) -> Callable[[Layout], Layout]:
    """A part of a layout made another."""

    def spoil(layout: Layout) -> Layout:
        parts = list(getattr(layout, group))
        parts[place] = replace(parts[place], **changes)
        return replace(layout, **{group: tuple(parts)})

    return spoil


def add(group: str, part: Any) -> Callable[[Layout], Layout]:
    return lambda layout: replace(layout, **{group: (*getattr(layout, group), part)})


def drop(group: str, place: int) -> Callable[[Layout], Layout]:
    return lambda layout: replace(
        layout, **{group: tuple(part for number, part in enumerate(getattr(layout, group)) if number != place)}
    )


FAULTS = {
    "label a overlaps label b": move("boxes", 0, y=60.0),
    "tick 2020-02 overlaps tick 2020-01": move("ticks", 1, x=70.0, y=139.0),
    "text Title overlaps label a": move("texts", 0, y=25.0),
    "sample open overlaps text Title": move("swatches", 0, x=30.0, y=9.0),
    "icon of a overlaps icon of b": move("icons", 0, y=55.0),
    "panel of 2020-02 overlaps panel of x": add("panels", Panel(tick="x", x=290, y=210, width=50, height=30)),
    "panel of 2020-02 covers label b": move("panels", 0, x=95.0, y=80.0, width=210.0, height=145.0),
    "label d leaves the page": move("boxes", 3, x=330.0, text_x=340.0),
    "tick 2020-01 leaves the page": move("ticks", 0, x=-1.0),
    "text Title leaves the page": move("texts", 0, y=-5.0),
    "sample open leaves the page": move("swatches", 0, x=390.0),
    "panel of 2020-02 leaves the page": move("panels", 0, width=300.0),
    "axis leaves the page": lambda layout: replace(layout, axis=((20, 150), (401, 150))),
    "leader of 2020-02 leaves the page": move("leaders", 1, points=((170, 160), (170, 301), (170, 200))),
    "the text of label a begins outside it": move("boxes", 0, text_x=101.0),
    "icon of e has no label": move("icons", 0, id="e"),
    "icon of a leaves its label": move("icons", 0, x=10.0),
    "leader of 2020-02 does not begin at its tick": move("leaders", 1, points=((195, 160), (195, 200))),
    "leader of 2020-03 does not begin at its tick": move("leaders", 1, tick="2020-03"),
    "leader of 2020-02 ends at no label of its own": move("leaders", 1, points=((170, 160), (170, 190))),
    "a leader is tied to e, which has no label": move("leaders", 0, ids=("b", "a", "e")),
    "label a is tied to nothing, not to 2020-01 alone": move("leaders", 0, ids=("b",)),
    "label a is tied to 2020-01, 2020-02, not to 2020-01 alone": move("leaders", 1, ids=("c", "d", "a")),
    "label a is tied to 2020-02, not to 2020-01 alone": lambda layout: move("leaders", 1, ids=("c", "d", "a"))(
        move("leaders", 0, ids=("b",))(layout)
    ),
    "leader of 2020-01 runs through label b": move("leaders", 0, points=((60, 140), (60, 60))),
    "leader of 2020-02 runs through tick 2020-01": move(
        "leaders", 1, points=((170, 160), (170, 170), (60, 145), (170, 180), (170, 200))
    ),
    "axis runs through label c": lambda layout: replace(layout, axis=((20, 150), (300, 150), (200, 210), (380, 150))),
    "leader of 2020-01 meets leader of 2020-02": move(
        "leaders", 1, points=((150, 140), (50, 120), (110, 120), (130, 200))
    ),
    "label c has no tick 2020-02": drop("ticks", 1),
    "label b comes after label c": lambda layout: replace(
        layout, boxes=tuple(layout.boxes[place] for place in (0, 2, 1, 3))
    ),
    "link a → c leaves the page": move("links", 0, points=((100, 50), (120, -1), (120, 210), (130, 210))),
    "link a → e is tied to e, which has no label": move("links", 0, child="e"),
    "link a → c does not begin at label a": move("links", 0, points=((110, 50), (120, 210), (130, 210))),
    "link a → c does not end at label c": move("links", 0, points=((100, 50), (120, 90), (120, 210))),
    "link a → c runs through tick 2020-02": move("links", 0, points=((100, 50), (160, 150), (135, 200))),
    "link a → c runs through label b": move("links", 0, points=((60, 60), (60, 90), (120, 210), (130, 210))),
    "link a → c runs through text Title": move("links", 0, points=((60, 40), (60, 20), (120, 20), (130, 200))),
    "link a → c does not begin at label a ": move("links", 0, points=()),
    "tick 2020-02 is not after tick 2020-01 along the axis": lambda layout: replace(layout, axis=layout.axis[::-1]),
}


def test_a_layout_without_fault() -> None:
    assert GOOD.faults() == ()
    assert hard_zeros(json.loads(GOOD.to_json()), ["a", "b", "c", "d"]) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_seen(fault: str) -> None:
    assert fault.rstrip() in FAULTS[fault](GOOD).faults()


def test_the_independent_checker_sees_what_is_spoilt() -> None:
    spoilt = {
        "label overlaps": FAULTS["label a overlaps label b"],
        "label over tick": move("boxes", 2, y=150.0),
        "tick overlaps": FAULTS["tick 2020-02 overlaps tick 2020-01"],
        "icon overlaps": FAULTS["icon of a overlaps icon of b"],
        "icon on another label": move("icons", 0, y=67.0),
        "leader crossings": FAULTS["leader of 2020-01 meets leader of 2020-02"],
        "leader through label": FAULTS["leader of 2020-01 runs through label b"],
        "axis through label": FAULTS["axis runs through label c"],
        "clipped": FAULTS["label d leaves the page"],
        "dropped": drop("boxes", 1),
        "out of date order": FAULTS["label b comes after label c"],
        "ticks out of order": FAULTS["tick 2020-02 is not after tick 2020-01 along the axis"],
        "not tied": FAULTS["label a is tied to nothing, not to 2020-01 alone"],
    }
    for name, spoil in spoilt.items():
        assert name in hard_zeros(json.loads(spoil(GOOD).to_json()), ["a", "b", "c", "d"]), name


# As JSON


def test_the_json_has_what_is_promised() -> None:
    layout = json.loads(GOOD.to_json())
    assert layout["unit"] == "pt"
    assert layout["page"] == {"width": 400, "height": 300}
    assert layout["boxes"][0] == {
        "id": "a", "label": "A", "x": 20, "y": 40, "width": 80, "height": 20, "tick": "2020-01", "text_x": 45,
        "size": None, "dot": None,
    }  # fmt: skip
    assert layout["icons"][0] == {"id": "a", "organization": "o", "x": 25, "y": 42, "width": 16, "height": 16}
    assert layout["leaders"][0] == {"tick": "2020-01", "ids": ["b", "a"], "points": [[60, 140], [60, 85]]}
    assert layout["links"][1] == {
        "parent": "a", "child": "b", "points": [[60, 60], [60, 65]], "kind": None, "tree": False, "width": 0.0,
    }  # fmt: skip
    assert layout["axis"] == [[20, 150], [380, 150]]
    assert layout["ticks"][0] == {
        "id": "2020-01", "label": "Jan.", "kind": "month", "x": 40, "y": 140, "width": 40, "height": 20,
        "repeated": False,
    }  # fmt: skip


def test_the_layout_comes_back_from_its_json() -> None:
    assert Layout.from_json(GOOD.to_json()) == GOOD
    assert Layout.from_json(GOOD.to_json(indent=None)) == GOOD
    assert GOOD.to_json().endswith("}\n")


def test_lengths_are_rounded_and_names_are_not_escaped() -> None:
    layout = move("boxes", 0, x=20 + 1 / 3, label="悟道")(GOOD)
    text = layout.to_json()
    assert '"x": 20.333,' in text
    assert "悟道" in text
    assert Layout.from_json(text).to_json() == text


def test_what_is_not_in_the_json_is_empty() -> None:
    data = {
        name: value for name, value in GOOD.to_dict().items() if name not in {"panels", "texts", "swatches", "links"}
    }
    assert Layout.from_json(json.dumps(data)) == replace(GOOD, panels=(), texts=(), swatches=(), links=())


def test_keys_that_are_not_known_do_no_harm() -> None:
    assert Layout.from_json(json.dumps({**GOOD.to_dict(), "made_by": "hand"})) == GOOD


@pytest.mark.parametrize("unit", [{}, {"unit": "px"}])
def test_json_in_another_unit_is_refused(unit: dict[str, str]) -> None:
    data = {name: value for name, value in GOOD.to_dict().items() if name != "unit"}
    with pytest.raises(ValueError, match="'pt'"):
        Layout.from_json(json.dumps({**data, **unit}))


# Measures


def test_fill_and_leader_lengths() -> None:
    assert GOOD.fill == pytest.approx(4 * 80 * 20 / (400 * 300))
    assert GOOD.leader_lengths == (55 / 20, 40 / 20)
    assert replace(GOOD, boxes=()).leader_lengths == (55, 40)


# Crossings and round corners


@given(points, points, points, points)
def test_lines_cross_where_both_have_their_ends_on_either_side(a: Any, b: Any, c: Any, d: Any) -> None:
    place = crossing(a, b, c, d)
    ends = any(lines_meet((a, b), (point, point)) for point in (c, d)) or any(
        lines_meet((c, d), (point, point)) for point in (a, b)
    )
    assert (place is not None) == (cross(a, b, c, d) and not ends)
    if place is not None:
        for start, end in ((a, b), (c, d)):
            assert math.dist(start, place) + math.dist(place, end) == pytest.approx(math.dist(start, end))


@given(st.lists(places, min_size=2, max_size=7, unique=True), st.sampled_from([0.1, 1.0, 9.0]))
def test_corners_are_rounded_within_their_legs(turns: list[float], radius: float) -> None:
    line = [(turns[place - place % 2], turns[place - 1 + place % 2]) for place in range(1, len(turns))]
    made = rounded(line, radius)
    assert (made[0], made[-1]) == (line[0], line[-1])
    assert line_length(made) <= line_length(line) + 1e-9
    for point in made:
        near = min(math.dist(point, start) + math.dist(point, end) - math.dist(start, end)
                   for start, end in itertools.pairwise(line)) if len(line) > 1 else 0.0  # fmt: skip
        assert near <= radius
    for start, end in itertools.pairwise(made):
        assert len(line) < 3 or math.dist(start, end) <= line_length(line)


def test_a_round_corner() -> None:
    made = rounded([(0, 0), (10, 0), (10, 10)], 2)
    assert (made[1], made[-2]) == ((pytest.approx(8), pytest.approx(0)), (pytest.approx(10), pytest.approx(2)))
    assert all(math.dist(point, (8, 2)) == pytest.approx(2) for point in made[1:-1])
    assert rounded([(0, 0), (5, 0), (10, 0)], 2) == ((0, 0), (5, 0), (10, 0)), "no corner"
    assert rounded([(0, 0), (0, 0), (0, 9)], 2)[-1] == (0, 9)


# A small family tree without fault: a has the children b and c, and e is a further parent of c.

TREE = Layout(
    page=Page(400, 300),
    font_size=12,
    boxes=(
        LabelBox(id="a", label="A", tick=None, x=20, y=40, width=60, height=20, text_x=25),
        LabelBox(id="e", label="E", tick=None, x=20, y=140, width=60, height=20, text_x=25),
        LabelBox(id="b", label="B", tick=None, x=150, y=70, width=60, height=20, text_x=155),
        LabelBox(id="c", label="C", tick=None, x=250, y=40, width=60, height=20, text_x=255),
    ),
    icons=(),
    leaders=(),
    axis=((20, 15), (380, 15)),
    ticks=(TickBox(id="2020", label="2020", kind="year", x=20, y=5, width=40, height=20),),
    links=(
        Link("a", "b", ((140, 50), (140, 80), (150, 80)), "finetune", tree=True),
        Link("a", "c", ((240, 50), (250, 50)), "finetune", tree=True),
        Link("e", "c", ((60, 140), (60, 100), (260, 100), (260, 60)), "merge"),
    ),
    bands=(
        Band(id="a", x=15, y=35, width=300, height=60),
        Band(id="e", x=15, y=135, width=70, height=30),
    ),
    guides=(Guide("2020", ((40, 15), (40, 200))),),
    lanes=(Lane("a", ((80, 50), (240, 50))),),
)

TREE_FAULTS = {
    "band of a overlaps band of e": move("bands", 1, y=90.0),
    "band of a leaves the page": move("bands", 0, width=390.0),
    "guide at 2020 leaves the page": move("guides", 0, points=((40, 15), (40, 301))),
    "lane of a leaves the page": move("lanes", 0, points=((80, 50), (401, 50))),
    "lane of a does not begin at its label": move("lanes", 0, points=((90, 50), (240, 50))),
    "lane of x does not begin at its label": move("lanes", 0, id="x"),
    "lane of a runs through label c": move("lanes", 0, points=((80, 50), (300, 50))),
    "link a → b does not begin at label a": move("lanes", 0, points=((80, 50), (130, 50))),
    "link e → c does not begin at label e": move("links", 2, points=((200, 50), (200, 100), (260, 100), (260, 60))),
    "link e → c runs through label b": move("links", 2, points=((60, 140), (60, 80), (260, 80), (260, 60))),
    "link e → c meets lane of a": move("links", 2, points=((60, 140), (60, 100), (220, 30), (255, 40)), tree=True),
    "link a → b meets link e → c": move("links", 2, points=((60, 140), (60, 75), (145, 75), (260, 60)), tree=True),
    "lane of e meets lane of a": add("lanes", Lane("e", ((80, 150), (120, 150), (120, 20)))),
    "label a is tied to 2020, and should be to nothing": add("leaders", Leader("2020", ("a",), ((30, 25), (30, 40)))),
}


def test_a_tree_without_fault() -> None:
    assert TREE.faults() == ()
    assert Layout.from_json(TREE.to_json()) == TREE


@pytest.mark.parametrize("fault", TREE_FAULTS)
def test_each_fault_of_a_tree_is_seen(fault: str) -> None:
    assert fault in TREE_FAULTS[fault](TREE).faults()


def test_branches_of_one_parent_may_lie_on_each_other() -> None:
    points = ((140, 50), (140, 120), (150, 120))
    more = LabelBox(id="d", label="D", tick=None, x=150, y=110, width=60, height=20, text_x=155)
    tree = replace(TREE, boxes=(*TREE.boxes, more), links=(*TREE.links[:2], Link("a", "d", points, tree=True)))
    assert tree.faults() == ()


def test_crossings_are_counted_once_each() -> None:
    assert TREE.crossings == 0
    across = ((60, 140), (60, 100), (120, 100), (120, 30), (260, 30), (260, 40))
    assert move("links", 2, points=across)(TREE).crossings == 1, "the lane"
    twice = replace(TREE, links=(*TREE.links[:2], Link("e", "c", across), Link("e", "b", across)))
    assert twice.crossings == 1, "lines of one parent are one where they run together"
    assert replace(TREE, links=(), lanes=()).crossings == 0


def test_the_json_has_the_parts_of_a_tree() -> None:
    data = json.loads(TREE.to_json())
    assert data["lanes"] == [{"id": "a", "points": [[80, 50], [240, 50]], "widths": [], "kind": None}]
    assert data["guides"] == [{"tick": "2020", "points": [[40, 15], [40, 200]]}]
    assert data["bands"][1] == {"id": "e", "x": 15, "y": 135, "width": 70, "height": 30}
    assert [link["tree"] for link in data["links"]] == [True, True, False]
    assert data["boxes"][0]["tick"] is None
