"""Connectors of further parents: upright across lanes, through no label; and the tracks in gaps."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.layout.family_tree.connectors import Connector, Run, connectors_of, tracks_of
from modeltree.layout.family_tree.lanes import Lanes, Span, lanes_of


def scene(count: int, wide: bool, seed: int) -> tuple[list[Span], Lanes, list[tuple[int, int]], float]:
    """Models in lanes, pairs that are no branches, and the length of the axis."""
    chance = random.Random(seed)
    starts = sorted(1.6 + chance.random() * chance.choice([1, 10, 40]) for _ in range(count))
    spans = [
        Span(
            start,
            start + (1.5 if wide else chance.randint(2, 9)),
            chance.randrange(place) if place and chance.random() < 0.6 else None,
            chance.randint(2, 9) if wide else 1,
        )
        for place, start in enumerate(starts)
    ]
    pairs = [(one, other) for one, other in itertools.combinations(range(count), 2) if spans[other].parent != one]
    chance.shuffle(pairs)
    pairs = [pair if chance.random() < 0.8 else pair[::-1] for pair in pairs[:10]]
    lanes = lanes_of(spans, 1.1 if wide else 0.6, 0.9, pairs)
    return spans, lanes, pairs, max(span.end for span in spans) + 0.9


def crossed(way: Connector, spans: list[Span], lanes: Lanes) -> list[tuple[int, float]]:
    """The rows that a connector crosses, each with where."""
    begin = lanes.rows[way.parent]
    gap = begin if way.low[0] else begin + 1
    gaps = [run.gap for run in way.runs]
    end = lanes.rows[way.child]
    last = end if way.low[1] else end + spans[way.child].rows
    if not way.low[0] and way.start <= spans[way.parent].end + 1e-9:
        gap = begin + spans[way.parent].rows
    found, at = [], way.start
    for number, then in enumerate([*gaps, last]):
        rows = range(gap, then) if then >= gap else range(then, gap)
        found += [(row, at) for row in rows]
        gap = then
        if number < len(gaps):
            assert abs(way.runs[number].start - at) < 1e-9
            at = way.runs[number].end
    assert abs(at - way.end) < 1e-9
    return found


@settings(max_examples=60)
@given(st.integers(2, 16), st.booleans(), st.integers(0, 2**16))
def test_no_connector_runs_through_a_label(count: int, wide: bool, seed: int) -> None:
    spans, lanes, pairs, extent = scene(count, wide, seed)
    ways = connectors_of(pairs, spans, lanes, extent)
    assert [(way.parent, way.child) for way in ways] == pairs
    assert ways == connectors_of(pairs, spans, lanes, extent)
    for way in ways:
        parent, child = spans[way.parent], spans[way.child]
        assert parent.start <= way.start <= lanes.ends[way.parent]
        assert child.start <= way.end <= child.end
        for row, at in crossed(way, spans, lanes):
            for node, span in enumerate(spans):
                if lanes.rows[node] <= row < lanes.rows[node] + span.rows:
                    assert not span.start - 0.2 < at < span.end + 0.2, (way, node)
        for run in way.runs:
            low, high = sorted((run.start, run.end))
            assert 0 < low < high < extent
            assert 0 <= run.track < run.tracks
            for node, span in enumerate(spans):  # a gap within a label of several rows is no way
                if lanes.rows[node] < run.gap < lanes.rows[node] + span.rows:
                    assert high < span.start or span.end < low


def test_a_straight_way_is_taken_where_there_is_one() -> None:
    spans = [Span(2, 6), Span(2, 6)]
    (way,) = connectors_of([(0, 1)], spans, lanes_of(spans, 0.6, 0.9), 8)
    assert way.runs == ()
    assert way.start == way.end


def test_none() -> None:
    assert connectors_of([], [], lanes_of([], 0.6, 0.9), 1.0) == []


def test_a_connector_goes_round_what_is_in_the_way() -> None:
    spans = [Span(2, 6), Span(1.7, 12), Span(2, 6)]
    lanes = replace(lanes_of(spans, 0.6, 0.9), rows=(0, 1, 2))
    (way,) = connectors_of([(0, 2)], spans, lanes, 14)
    assert way.runs
    assert all(not 1.7 <= at <= 12 for row, at in crossed(way, spans, lanes) if row == 1)


# Tracks


def test_runs_that_are_apart_have_one_track() -> None:
    (one,), (other,) = tracks_of([[(0, Run(1, 0, 4))], [(1, Run(1, 5, 9))]])
    assert (one.track, one.tracks, other.track, other.tracks) == (0, 1, 0, 1)


def test_runs_of_one_parent_lie_on_each_other() -> None:
    (one,), (other,), (third,) = tracks_of([[(0, Run(1, 0, 4))], [(0, Run(1, 2, 9))], [(1, Run(1, 3, 5))]])
    assert (one.track, one.tracks) == (other.track, other.tracks) != (third.track, third.tracks)


@pytest.mark.parametrize("nested", [True, False])
def test_nested_runs_do_not_cross(nested: bool) -> None:
    """Of two that come from above and leave downward, the inner is where it crosses the other least."""
    outer, inner = Run(1, 0, 9, (True, True)), Run(1, 3, 5, (nested, nested))
    (first,), (second,) = tracks_of([[(0, outer)], [(1, inner)]])
    assert (second.track < first.track) == nested


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 9), st.integers(0, 9),
                          st.booleans(), st.booleans()), max_size=9))  # fmt: skip
def test_runs_beside_each_other_have_tracks_of_their_own(drawn: list[tuple[int, int, int, int, bool, bool]]) -> None:
    ways = [[(parent, Run(gap, start, end, (come, leave)))] for parent, gap, start, end, come, leave in drawn]
    made = tracks_of(ways)
    assert [[replace(run, track=0, tracks=1) for run in way] for way in made] == [
        [run for _, run in way] for way in ways
    ]
    for (one, (first,)), (other, (second,)) in itertools.combinations(zip(drawn, made, strict=True), 2):
        low, high = sorted(one[2:4])
        start, end = sorted(other[2:4])
        assert first.track < first.tracks
        if one[0] != other[0] and one[1] == other[1] and low <= end and start <= high:
            assert first.track != second.track
