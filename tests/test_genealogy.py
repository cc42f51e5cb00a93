"""Genealogies: when each model was, what it branches off from, and that folding loses nothing."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.figures.genealogy import Collapse, Genealogy, genealogy_of
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Relation
from strategies import examples, lineages

rules = st.builds(
    Collapse,
    smaller_than=st.integers(0, 5),
    only=st.frozensets(st.sampled_from(Relation), max_size=4),
    depth=st.none() | st.integers(0, 3),
)


def model(id: str, released: str | None = "2023-03", **fields: Any) -> Model:
    return Model(id=id, name=fields.pop("name", id.upper()), released=released, **fields)


def lineage_of(dates: dict[str, str | None], steps: str) -> Lineage:
    """Models with dates, and derivations such as ``"a>b a>c:quantized"``."""
    made = []
    for word in steps.split():
        pair, _, relation = word.partition(":")
        parent, child = pair.split(">")
        made.append(Derivation(parent=parent, child=child, relation=relation or "finetune"))
    return Lineage([model(id, date) for id, date in dates.items()], made)


def bounds(record: Model) -> tuple[float, float]:
    if record.released is None:
        return -math.inf, math.inf
    return record.released.lower.toordinal(), record.released.upper.toordinal()


def check(lineage: Lineage, genealogy: Genealogy) -> None:
    """All that holds for a genealogy, folded or not."""
    entries = genealogy.entries
    drawn = [record.id for entry in entries for record in entry.models]
    assert Counter(drawn) + Counter(record.id for record in genealogy.undated) == Counter(lineage)
    assert len({entry.id for entry in entries}) == len(entries)
    for place, entry in enumerate(entries):
        assert entry.folded == (len(entry.models) > 1)
        assert (entry.id in lineage) == (not entry.folded)
        assert (entry.parent is None) == (entry.relation is None)
        if entry.parent is not None:
            assert entries[entry.parent].at <= entry.at
        assert place not in {entry.parent, *(node for node, _ in entry.further)}
        assert entry.parent not in {node for node, _ in entry.further}
        assert len({node for node, _ in entry.further}) == len(entry.further)
        if entry.folded:
            assert f"{len(entry.models):,}" in entry.label
        else:
            assert (entry.id, entry.label) == (entry.models[0].id, entry.models[0].name)
            assert entry.inferred == (entry.models[0].released is None)
    shown = sum(entry.parent is not None for entry in entries) + sum(len(entry.further) for entry in entries)
    known = set(drawn)
    steps = [step for step in lineage.derivations if {step.parent, step.child} <= known]
    assert genealogy.hidden == len(steps) - shown


@settings(max_examples=examples(150))
@given(lineages())
def test_without_folds_each_model_and_each_derivation_is_there(lineage: Lineage) -> None:
    genealogy = genealogy_of(lineage)
    check(lineage, genealogy)
    entries = genealogy.entries
    assert genealogy.hidden == 0
    found = {(entries[entry.parent].id, entry.id) for entry in entries if entry.parent is not None}
    found |= {(entries[over].id, entry.id) for entry in entries for over, _ in entry.further}
    drawn = {entry.id for entry in entries}
    assert found == {(step.parent, step.child) for step in lineage.derivations if step.parent in drawn}
    dated = {record.id for record in lineage.models if record.released}
    assert drawn >= dated
    for id in set(lineage) - drawn:
        assert not dated & (nx.ancestors(lineage.graph, id) | nx.descendants(lineage.graph, id))


@settings(max_examples=examples(200))
@given(lineages())
def test_places_are_what_is_known(lineage: Lineage) -> None:
    genealogy = genealogy_of(lineage)
    at = {entry.id: entry.at for entry in genealogy.entries}
    for entry in genealogy.entries:
        first, last = bounds(entry.models[0])
        assert first <= entry.at <= last + 1
    graph = lineage.graph
    against = {(step.parent, step.child) for step in genealogy.against_time}
    for parent, child in graph.edges:
        if parent in at and child in at:
            assert ((parent, child) in against) == (at[parent] > at[child])
    for parent, child in against:  # then the data are so
        above = {parent, *nx.ancestors(graph, parent)}
        below = {child, *nx.descendants(graph, child)}
        assert any(bounds(lineage[one])[0] > bounds(lineage[other])[1] for one in above for other in below)


@settings(max_examples=examples(200))
@given(lineages(), rules)
def test_folding_loses_nothing(lineage: Lineage, rule: Collapse) -> None:
    genealogy = genealogy_of(lineage, collapse=rule)
    check(lineage, genealogy)
    plain = genealogy_of(lineage)
    at = {entry.id: entry.at for entry in plain.entries}
    above = {entry.id: None if entry.parent is None else plain.entries[entry.parent].id for entry in plain.entries}
    depth: dict[str, int] = {}
    size: Counter[str] = Counter()
    for id in at:
        line = [id]
        while (over := above[line[-1]]) is not None:
            line.append(over)
        depth[id] = len(line) - 1
        size.update(line)
    for entry in genealogy.entries:
        ids = {record.id for record in entry.models}
        assert entry.at == min(at[id] for id in ids)
        if entry.folded:
            tops = [id for id in ids if above[id] not in ids]
            assert len({above[id] for id in tops}) == 1, "what is folded at one parent"
            for id in tops:
                # Whole branches, each folded for a reason.
                reasons = size[id] < rule.smaller_than or (rule.depth is not None and depth[id] > rule.depth)
                assert reasons or rule.only
            assert len(ids) == sum(size[id] for id in tops)
        elif rule.depth is not None and depth[entry.id] > rule.depth:
            # Only one that nothing else could be folded with.
            siblings = [id for id in at if above[id] == above[entry.id]]
            assert size[entry.id] == 1
            assert len(siblings) == 1 or depth[entry.id] <= rule.depth + 1
    assert genealogy_of(lineage, collapse=Collapse()) == plain


TREE = {"a": "2020", "b": "2021", "c": "2021-06", "d": "2022", "e": "2022-02", "f": "2022-03", "z": "2019", "y": "2019"}
STEPS = "a>b a>c:quantized a>d:quantized b>e b>f"


def labels(words: str) -> list[str]:
    return [entry.label for entry in genealogy_of(lineage_of(TREE, STEPS), collapse=Collapse.parse(words)).entries]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["Y", "Z", "A", "B", "C", "D", "E", "F"]),
        ("quantized", ["Y", "Z", "A", "B", "A: 2 more", "E", "F"]),
        ("smaller=2", ["small families: 2 models", "A", "B", "A: 2 more", "B: 2 more"]),
        ("smaller=4", ["small families: 2 models", "A", "A: 5 more"]),
        ("smaller=99", ["small families: 8 models"]),
        ("depth=1", ["Y", "Z", "A", "B", "C", "D", "B: 2 more"]),
        ("depth=0", ["Y", "Z", "A", "A: 5 more"]),
        ("quantized, depth=1", ["Y", "Z", "A", "B", "A: 2 more", "B: 2 more"]),
    ],
)
def test_what_is_folded(words: str, expected: list[str]) -> None:
    assert sorted(labels(words)) == sorted(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Collapse()),
        (" , ", Collapse()),
        ("smaller=5,depth=3", Collapse(smaller_than=5, depth=3)),
        (" smaller = 5 , quantized ", Collapse(5, frozenset({Relation.QUANTIZED}))),
        ("quantized,adapter", Collapse(only=frozenset({Relation.QUANTIZED, Relation.ADAPTER}))),
        ("depth=0", Collapse(depth=0)),
    ],
)
def test_words_of_a_rule(words: str, expected: Collapse) -> None:
    assert Collapse.parse(words) == expected


@pytest.mark.parametrize("words", ["smaller", "smaller=", "smaller=x", "smaller=-1", "deep=3", "depth=²", "=3", "foo"])
def test_words_that_are_no_rule(words: str) -> None:
    with pytest.raises(ValueError, match=r"cannot fold by|relation|say"):
        Collapse.parse(words)


def test_ids_of_folds_are_no_model_s() -> None:
    found = genealogy_of(lineage_of({**TREE, "a:more": "2022"}, STEPS), collapse=Collapse.parse("smaller=4")).entries
    folded = {entry.id for entry in found if entry.folded}
    assert folded == {"a: more", "small families"}
    for id in folded:
        with pytest.raises(ValueError, match="pattern"):
            model(id)


def test_an_undated_model_is_half_way() -> None:
    genealogy = genealogy_of(lineage_of({"a": "2020-01-01", "b": None, "c": "2020-01-11"}, "a>b b>c"))
    first, between, last = (entry.at for entry in sorted(genealogy.entries, key=lambda entry: entry.id))
    assert (between - first, last - between) == (5, 5)


@pytest.mark.parametrize("steps", ["a>b", "b>a"])
def test_an_undated_model_with_one_kin_is_beside_it(steps: str) -> None:
    genealogy = genealogy_of(lineage_of({"a": "2020-01-01", "b": None}, steps))
    assert len({entry.at for entry in genealogy.entries}) == 1
    assert sum(entry.inferred for entry in genealogy.entries) == 1


def test_relations_choose_what_counts() -> None:
    lineage = lineage_of({"a": "2020", "b": None}, "a>b:successor")
    genealogy = genealogy_of(lineage, relations="finetune")
    assert [record.id for record in genealogy.undated] == ["b"]
    assert genealogy_of(Lineage([])) == Genealogy((), (), (), 0)


def test_a_later_parent_is_a_further_one() -> None:
    genealogy = genealogy_of(lineage_of({"a": "2023", "b": "2020", "c": "2019"}, "a>b c>b:merge"))
    entries = {entry.id: entry for entry in genealogy.entries}
    parent = entries["b"].parent
    assert parent is not None
    assert genealogy.entries[parent].id == "c"
    assert [genealogy.entries[node].id for node, _ in entries["b"].further] == ["a"]
    assert [(step.parent, step.child) for step in genealogy.against_time] == [("a", "b")]


def test_a_child_that_is_too_early_does_not_set_aside_what_others_say() -> None:
    genealogy = genealogy_of(lineage_of({"a": "2022", "early": "2019", "june": "2022-06-01"}, "a>early a>june"))
    at = {entry.id: entry.at for entry in genealogy.entries}
    assert at["early"] < at["a"] <= at["june"]
    assert [step.child for step in genealogy.against_time] == ["early"]


def test_a_long_chain() -> None:
    count = 2000
    steps = " ".join(f"m{place}>m{place + 1}" for place in range(count - 1))
    dates = {f"m{place}": "2020" if place in (0, count - 1) else None for place in range(count)}
    genealogy = genealogy_of(lineage_of(dates, steps), collapse=Collapse(depth=3))
    assert [len(entry.models) for entry in genealogy.entries if entry.folded] == [count - 4]
