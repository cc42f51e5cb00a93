"""Links between labels: each there, none through a label, always the same."""

from __future__ import annotations

import itertools
import json
import math
import os
import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import item_lists, make_items, stub_measure
from modeltree import datasets, evolution
from modeltree.findings import LayoutError
from modeltree.layout.geometry import LabelBox, Layout, Leader, Link, Page, TickBox
from modeltree.layout.links import with_links
from modeltree.layout.serpentine import serpentine
from modeltree.layout.sheet import TitleBlock
from strategies import examples
from work import growth

Survey = tuple[Layout, list[tuple[str, str]]]

TITLE_BLOCK = TitleBlock(
    title="Title", legend=(("open", "open"), ("closed", "closed")), footnote=("Some words. " * 20,)
)


def label(id: str, x: float, y: float, width: float = 60.0, height: float = 20.0) -> LabelBox:
    return LabelBox(id=id, label=id, tick="2023", text_x=x, x=x, y=y, width=width, height=height)


def page_of(*boxes: LabelBox, width: float = 300.0, height: float = 200.0) -> Layout:
    """Labels tied to one tick, which stands out of the way."""
    tick = TickBox(id="2023", label="2023", kind="year", x=0, y=height - 12, width=30, height=12)
    leader = Leader("2023", tuple(box.id for box in boxes), ((10, height - 12), (boxes[0].x, boxes[0].bottom)))
    axis = ((0.0, height - 6), (40.0, height - 6))
    return Layout(
        page=Page(width, height), font_size=12.0, boxes=boxes, icons=(), leaders=(leader,), axis=axis, ticks=(tick,)
    )


def random_pairs(layout: Layout, count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Pairs from earlier to later models, near ones and far ones."""
    chance = random.Random(seed)
    order = [box.id for box in layout.boxes]
    if len(order) < 2:
        return []
    drawn = (sorted(chance.sample(range(len(order)), 2)) for _ in range(count))
    return list(dict.fromkeys((order[first], order[second]) for first, second in drawn))


# The independent check: nothing but points and boxes in the JSON.


def hits(layout: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Each point of a link, and those between at a quarter of a point, that lies strictly in a box or off the page."""
    found = set()
    solid = [box for group in ("boxes", "ticks", "texts", "swatches") for box in layout[group]]
    for link in layout["links"]:
        for start, end in itertools.pairwise(link["points"]):
            steps = max(1, math.ceil(4 * math.dist(start, end)))
            for step in range(steps + 1):
                x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
                if not (0 <= x <= layout["page"]["width"] and 0 <= y <= layout["page"]["height"]):
                    found.add((link["parent"], link["child"], "page"))
                found |= {
                    (link["parent"], link["child"], box.get("id") or box.get("text") or box["key"])
                    for box in solid
                    if box["x"] + 0.01 < x < box["x"] + box["width"] - 0.01
                    and box["y"] + 0.01 < y < box["y"] + box["height"] - 0.01
                }
    return sorted(found)


def sharpest_turn(link: Link) -> float:
    """The greatest angle between two pieces of a link, in degrees."""
    angles = [math.atan2(end[1] - start[1], end[0] - start[0]) for start, end in itertools.pairwise(link.points)]
    turns = (abs(math.remainder(after - before, 2 * math.pi)) for before, after in itertools.pairwise(angles))
    return math.degrees(max(turns, default=0.0))


def check_links(layout: Layout, pairs: list[tuple[str, str]]) -> None:
    assert layout.faults() == ()
    assert [(link.parent, link.child) for link in layout.links] == pairs
    text = layout.to_json()
    assert hits(json.loads(text)) == []
    again = Layout.from_json(text)
    assert again.to_json() == text
    assert again.faults() == ()
    for link in layout.links:
        assert sharpest_turn(link) < 90.1  # no link turns back


@settings(max_examples=examples(25), deadline=None)
@given(item_lists(max_size=60), st.integers(0, 25), st.integers(0, 2**16), st.booleans())
def test_links_hit_nothing(items: list[Any], count: int, seed: int, words: bool) -> None:
    layout = serpentine(items, stub_measure, title_block=TITLE_BLOCK if words else None)
    pairs = random_pairs(layout, count, seed)
    check_links(with_links(layout, pairs), pairs)


def test_the_result_depends_on_nothing_but_layout_and_pairs() -> None:
    layout = serpentine(make_items(60), stub_measure)
    pairs = random_pairs(layout, 40)
    linked = with_links(layout, pairs)
    assert with_links(layout, pairs).to_json() == linked.to_json()
    assert with_links(linked, pairs) == linked
    backward = with_links(layout, pairs[::-1] + pairs)  # twice the same is once
    assert backward.links == linked.links[::-1]
    assert layout.links == ()
    assert replace(linked, links=()) == layout


def test_a_pair_without_both_labels_is_left_out() -> None:
    layout = serpentine(make_items(5), stub_measure)
    one, two = layout.boxes[0].id, layout.boxes[1].id
    linked = with_links(layout, [(one, "elsewhere"), (one, two), ("elsewhere", "nowhere")])
    assert [(link.parent, link.child) for link in linked.links] == [(one, two)]
    assert with_links(linked, []).links == ()


def test_a_model_cannot_be_linked_to_itself() -> None:
    with pytest.raises(LayoutError, match="a cannot be linked to itself"):
        with_links(page_of(label("a", 100, 100)), [("a", "a")])


def test_a_label_that_is_walled_in_is_an_error() -> None:
    walls = [label("top", 80, 60, 140, 20), label("bottom", 80, 120, 140, 20)]
    walls += [label("left", 80, 80, 30, 40), label("right", 190, 80, 30, 40)]
    layout = page_of(label("inside", 120, 90), *walls, label("outside", 120, 10))
    with pytest.raises(LayoutError, match="no way between the labels inside and outside"):
        with_links(layout, [("inside", "outside")])


def test_neighbors_are_linked_straight() -> None:
    layout = page_of(label("a", 100, 40), label("b", 100, 100), label("c", 200, 40))
    under, beside = with_links(layout, [("a", "b"), ("a", "c")]).links
    assert len(under.points) == len(beside.points) == 2
    assert under.points[0][0] == under.points[1][0]
    assert (under.points[0][1], under.points[1][1]) == (60, 100)
    assert beside.points[0][1] == beside.points[1][1]
    assert (beside.points[0][0], beside.points[1][0]) == (160, 200)


def test_a_link_goes_around_a_label_that_is_in_its_way_in_round_bends() -> None:
    layout = page_of(label("a", 20, 60), label("wall", 110, 20, 60, 100), label("b", 200, 60))
    (link,) = with_links(layout, [("a", "b")]).links
    assert hits(json.loads(replace(layout, links=(link,)).to_json())) == []
    assert len(link.points) > 20
    assert sharpest_turn(link) < 15


def test_children_of_a_parent_share_the_way_and_strangers_keep_apart() -> None:
    boxes = [label("a", 20, 20), label("b", 20, 50), *(label(f"c{n}", 20 + 70 * n, 160) for n in range(1, 4))]
    layout = page_of(*boxes, label("wall", 95, 60, 205, 80))
    one, two, other = with_links(layout, [("a", "c2"), ("a", "c3"), ("b", "c1")]).links
    shared = set(one.points) & set(two.points)
    assert len(shared) > 5
    assert not set(other.points) & (set(one.points) | set(two.points))


@pytest.fixture(scope="module")
def survey() -> Survey:
    """The survey with all its links, and which these are."""
    lineage = datasets.load("survey")
    layout = evolution(lineage).layout
    there = {box.id for box in layout.boxes}
    pairs = [pair for pair in lineage.graph.edges if there.issuperset(pair)]
    return with_links(layout, list(lineage.graph.edges)), pairs


def test_all_links_of_the_survey_hit_nothing(survey: Survey) -> None:
    layout, pairs = survey
    assert len(pairs) > 100
    check_links(layout, pairs)


def test_links_of_the_survey_have_few_bends_and_few_detours(survey: Survey) -> None:
    layout, _ = survey
    ratios, bends = [], []
    for link in layout.links:
        (x, y), (to_x, to_y) = link.points[0], link.points[-1]
        way = sum(math.dist(*piece) for piece in itertools.pairwise(link.points))
        ratios.append(way / (abs(to_x - x) + abs(to_y - y)))
        bends.append(
            sum(
                (before[0] == start[0] or before[1] == start[1]) and not (start[0] == end[0] or start[1] == end[1])
                for before, start, end in zip(link.points, link.points[1:], link.points[2:], strict=False)
            )
        )
    assert sorted(ratios)[len(ratios) // 2] < 1.3
    assert sum(bends) / len(bends) < 7


def test_links_of_different_parents_run_apart(survey: Survey) -> None:
    layout, _ = survey
    users: dict[tuple[bool, int, int], set[str]] = {}  # of each piece of two points, level or upright
    for link in layout.links:
        for start, end in itertools.pairwise(link.points):
            upright = start[0] == end[0]
            pieces = max(1, round(math.dist(start, end) / 2))
            for piece in range(pieces):
                x, y = (a + (b - a) * (piece + 0.5) / pieces for a, b in zip(start, end, strict=True))
                place = (upright, round(x if upright else x / 2), round(y / 2 if upright else y))
                users.setdefault(place, set()).add(link.parent)
    assert sum(len(parents) > 1 for parents in users.values()) / len(users) < 0.08


def neighbours(count: int) -> tuple[Layout, list[tuple[str, str]]]:
    """Labels, and for each a link from one that is not long before it."""
    layout = serpentine(make_items(count), stub_measure)
    order = [box.id for box in layout.boxes]
    chance = random.Random(1)
    far = (int(chance.expovariate(1 / 40)) for _ in range(1, count))
    return layout, [(order[max(0, place - 1 - back)], order[place]) for place, back in enumerate(far, 1)]


@pytest.mark.scale
@pytest.mark.skipif("MODELTREE_SCALE" not in os.environ, reason="takes minutes; needs MODELTREE_SCALE=1")
def test_links_of_a_thousand_labels_have_no_faults() -> None:
    assert with_links(*neighbours(1000)).faults() == ()


def test_links_between_neighbours_take_work_in_proportion() -> None:
    """With far ones the grid around them grows as well."""
    assert growth(lambda count: partial(with_links, *neighbours(count)), 50) < 3


# What `Layout.faults` says of links.


def linked_by(*points: tuple[float, float], child: str = "b") -> Layout:
    layout = page_of(label("a", 20, 60), label("b", 200, 60), label("wall", 110, 60))
    return replace(layout, links=(Link("a", child, points, "finetune"),))


@pytest.mark.parametrize(
    ("layout", "fault"),
    [
        (linked_by((80, 70), (200, 70)), "link a → b runs through label wall"),
        (linked_by((50, 70), (50, 90), (230, 90), (230, 80)), "link a → b runs through label a"),
        (linked_by((50, 80), (50, 90), (230, 90), (230, 70)), "link a → b runs through label b"),
        (linked_by((50, 60), (50, -5), (230, -5), (230, 60)), "link a → b leaves the page"),
        (linked_by((50, 85), (230, 85), (230, 80)), "link a → b does not begin at label a"),
        (linked_by((50, 80), (50, 90), (230, 90)), "link a → b does not end at label b"),
        (linked_by(), "link a → b does not end at label b"),
        (linked_by((50, 80), (50, 195), (10, 195), (10, 150), (230, 80)), "link a → b runs through tick 2023"),
        (linked_by((50, 80), (50, 90), child="c"), "link a → c is tied to c, which has no label"),
    ],
)
def test_faults_of_links_are_seen(layout: Layout, fault: str) -> None:
    assert fault in layout.faults()


def test_a_good_link_has_no_faults_and_survives_json() -> None:
    layout = linked_by((50, 80), (50, 90), (230, 90), (230, 80))
    assert not [fault for fault in layout.faults() if "link" in fault]
    assert Layout.from_json(layout.to_json()) == layout
    assert Layout.from_json(layout.to_json()).links[0].kind == "finetune"
    older = {name: part for name, part in layout.to_dict().items() if name != "links"}
    assert Layout.from_json(json.dumps(older)).links == ()


def test_the_independent_check_sees_hits() -> None:
    layout = linked_by((80, 70), (200, 70))
    assert hits(json.loads(layout.to_json())) == [("a", "b", "wall")]
    assert hits(json.loads(linked_by((50, 60), (50, -5)).to_json())) == [("a", "b", "page")]
