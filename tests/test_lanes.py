"""Lanes: nothing lies on anything else, no branch passes what is taken, and families keep apart."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.layout.family_tree.lanes import Lanes, Span, fewest_lanes, lanes_of
from work import growth

GAP, BRANCH = 0.6, 0.9


@st.composite
def forests(draw: st.DrawFn, max_size: int = 14) -> list[Span]:
    """Forests in any order: at few places, so that many are equal, or at any; labels of any lengths."""
    count = draw(st.integers(1, max_size))
    places = draw(st.sampled_from([st.just(0.0), st.integers(0, 3).map(float), st.floats(0, 3), st.floats(0, 60)]))
    starts = sorted(draw(st.lists(places, min_size=count, max_size=count)))
    lengths = draw(st.lists(st.sampled_from([1.5, 4.0, 20.0]), min_size=count, max_size=count))
    parents = [draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(count)]
    order = draw(st.permutations(range(count)))
    at = {old: new for new, old in enumerate(order)}
    return [
        Span(starts[old], starts[old] + lengths[old], None if (up := parents[old]) is None else at[up]) for old in order
    ]


def root_of(spans: list[Span], node: int) -> int:
    while (parent := spans[node].parent) is not None:
        node = parent
    return node


def check(spans: list[Span], lanes: Lanes) -> None:
    """All that holds for lanes, by looking at each pair."""
    nodes = range(len(spans))
    assert set(lanes.rows) <= set(range(lanes.count))
    assert lanes.count >= fewest_lanes(lanes.taken)
    children = defaultdict(list)
    for node in nodes:
        if (parent := spans[node].parent) is not None:
            children[parent].append(node)
    for node in nodes:
        last = max((lanes.branches[child] for child in children[node]), default=spans[node].end)
        assert lanes.ends[node] == max(spans[node].end, last)
        assert lanes.branches[node] < spans[node].start
    for one, other in itertools.combinations(nodes, 2):
        if lanes.rows[one] == lanes.rows[other]:
            (_, end), (next_start, next_end) = sorted([lanes.taken[one], lanes.taken[other]])
            assert end <= next_start, (one, other)
            assert next_end >= end
            first, second = sorted([one, other], key=lambda node: spans[node].start)
            assert spans[second].start >= spans[first].end + GAP
    for child in nodes:
        parent = spans[child].parent
        if parent is None:
            continue
        assert lanes.branches[child] > lanes.branches[parent]
        low, high = sorted((lanes.rows[child], lanes.rows[parent]))
        for other in nodes:
            if low < lanes.rows[other] < high and other != child:
                # Its drawing begins with its branch, and a branch of the same parent may lie on it.
                begin, end = lanes.branches[other], lanes.ends[other]
                same = spans[other].parent == parent and begin == lanes.branches[child]
                assert same or not begin <= lanes.branches[child] <= end, (child, other)
            up = spans[other].parent
            if up not in (None, parent) and lanes.branches[other] == lanes.branches[child]:
                first, last = sorted((lanes.rows[other], lanes.rows[up]))
                assert last <= low or high <= first, (child, other)


def check_families(spans: list[Span], lanes: Lanes) -> None:
    """At each instant the rows of a family have none of another between them."""
    turns = sorted({turn for taken in lanes.taken for turn in taken})
    for start, end in itertools.pairwise(turns):
        now = (start + end) / 2
        rows = defaultdict(list)
        for node, (first, last) in enumerate(lanes.taken):
            if first <= now < last:
                rows[root_of(spans, node)].append(lanes.rows[node])
        for one, other in itertools.permutations(rows, 2):
            assert not any(min(rows[one]) <= row <= max(rows[one]) for row in rows[other])
    for slab in lanes.slabs:
        for node, row in enumerate(lanes.rows):
            if slab.first <= row < slab.stop and root_of(spans, node) != slab.root:
                assert lanes.taken[node][1] <= slab.start or slab.end <= lanes.taken[node][0]


@settings(max_examples=250)
@given(forests())
def test_what_holds_for_all_lanes(spans: list[Span]) -> None:
    lanes = lanes_of(spans, GAP, BRANCH)
    check(spans, lanes)
    check_families(spans, lanes)
    assert lanes == lanes_of(spans, GAP, BRANCH)


@settings(max_examples=60)
@given(forests(), st.data())
def test_ties_change_no_rule(spans: list[Span], data: st.DataObject) -> None:
    nodes = st.integers(0, len(spans) - 1)
    ties = data.draw(st.lists(st.tuples(nodes, nodes), max_size=5))
    lanes = lanes_of(spans, GAP, BRANCH, ties)
    check(spans, lanes)
    check_families(spans, lanes)
    assert lanes.count <= lanes_of(spans, GAP, BRANCH).count


@settings(max_examples=60)
@given(forests(8), st.data())
def test_labels_of_several_rows(spans: list[Span], data: st.DataObject) -> None:
    rows = [data.draw(st.integers(1, 4)) for _ in spans]
    spans = [Span(one.start, one.end, one.parent, row) for one, row in zip(spans, rows, strict=True)]
    lanes = lanes_of(spans, 1.1, BRANCH)
    check([Span(one.start, one.end, one.parent) for one in spans], lanes)
    for one, other in itertools.combinations(range(len(spans)), 2):
        both = {*range(lanes.rows[one], lanes.rows[one] + rows[one])} & {
            *range(lanes.rows[other], lanes.rows[other] + rows[other])
        }
        assert not both or not (spans[one].start < spans[other].end and spans[other].start < spans[one].end)


@pytest.mark.parametrize("step", [0.0, 0.3, 1.0, 9.0])
def test_all_small_forests(step: float) -> None:
    """Every forest of up to five models at every order of dates, equal ones among them."""
    for count in range(1, 6):
        patterns = itertools.product((0, 1), repeat=count - 1)
        for pattern, parents in itertools.product(
            patterns, itertools.product(*[[None, *range(place)] for place in range(count)])
        ):
            starts = [step * place for place in itertools.accumulate(pattern, initial=0)]
            spans = [Span(at, at + 3.0, parent) for at, parent in zip(starts, parents, strict=True)]
            check(spans, lanes_of(spans, GAP, BRANCH))


def test_the_last_child_goes_on_in_the_row_of_its_parent() -> None:
    spans = [Span(0, 3), Span(5, 8, 0), Span(9, 12, 0)]
    lanes = lanes_of(spans, GAP, BRANCH)
    assert lanes.rows[2] == lanes.rows[0] != lanes.rows[1]
    assert lanes.ends == (9 - BRANCH, 8, 12)
    assert lanes.count == 2


def test_a_branch_touches_nothing_that_begins_or_ends_where_it_passes() -> None:
    starts = [0, 6, 12, 12, 14, 14, 14, 16, 16]
    ends = [3, 9, 17, 13, 17, 19, 15, 17, 19]
    parents = [None, 0, 1, 0, 2, 4, 5, 2, 1]
    spans = [Span(start, end, up) for start, end, up in zip(starts, ends, parents, strict=True)]
    check(spans, lanes_of(spans, GAP, BRANCH))


def test_rows_are_used_again() -> None:
    chain = [Span(5.0 * place, 5.0 * place + 3) for place in range(50)]
    assert lanes_of(chain, GAP, BRANCH).count == 1


def test_tied_families_lie_nearer() -> None:
    spans = [Span(0, 10) for _ in range(12)]
    lanes = lanes_of(spans, GAP, BRANCH, [(0, 11)])
    assert abs(lanes.rows[0] - lanes.rows[11]) < 11


def test_nothing() -> None:
    assert lanes_of([], GAP, BRANCH) == Lanes((), (), (), (), (), 0)
    assert fewest_lanes([]) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=9))
def test_the_fewest_lanes_by_brute_force(pairs: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in pairs]
    assert fewest_lanes(spans) == max((sum(start <= now < end for start, end in spans) for now in range(20)), default=0)


def chain(count: int, apart: float) -> list[Span]:
    return [Span(apart * place, apart * place + 3, place - 1 if place else None) for place in range(count)]


def star(count: int, apart: float) -> list[Span]:
    return [Span(0, 3), *(Span(apart * place, apart * place + 3, 0) for place in range(count))]


@pytest.mark.parametrize("apart", [0.0, 0.1, 5.0])
def test_a_long_chain(apart: float) -> None:
    count = 3000 if apart == 5.0 else 300
    lanes = lanes_of(chain(count, apart), GAP, BRANCH)
    assert lanes.count == (1 if apart == 5.0 else lanes.count)
    assert lanes.count >= fewest_lanes(lanes.taken)
    assert all(lanes.branches[place] < lanes.branches[place + 1] for place in range(count - 1))


@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_a_star_of_many(apart: float) -> None:
    lanes = lanes_of(star(1500, apart), GAP, BRANCH)
    assert lanes.count >= fewest_lanes(lanes.taken)


def test_a_chain_with_room_takes_work_in_proportion() -> None:
    assert growth(lambda count: partial(lanes_of, chain(count, 5.0), GAP, BRANCH), 50) < 2.5


@pytest.mark.parametrize("made", [chain, star])
@pytest.mark.parametrize("apart", [0.0, 0.1, 1.0])
def test_lanes_without_room_take_at_most_the_square(made: Callable[[int, float], list[Span]], apart: float) -> None:
    """Each label tries places past those before it."""
    assert growth(lambda count: partial(lanes_of, made(count, apart), GAP, BRANCH), 50) < 4.5


def test_a_large_forest_keeps_the_rules() -> None:
    chance = random.Random(0)
    starts = sorted(float(chance.randint(0, 200)) for _ in range(200))
    spans = [
        Span(start, start + chance.randint(2, 12), chance.randrange(place) if chance.random() * place > 0.2 else None)
        for place, start in enumerate(starts)
    ]
    lanes = lanes_of(spans, GAP, BRANCH)
    check(spans, lanes)
    check_families(spans, lanes)
