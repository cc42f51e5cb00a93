"""Questions for all models or many pairs at once have the answers of the single ones."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from modeltree import Derivation, Lineage, Model, UnknownModelError
from modeltree.graph.counts import Growth
from modeltree.records import PartialDate, Relation
from strategies import examples, lineages
from test_columns import of_columns


@settings(max_examples=examples(80), deadline=None)
@given(lineages())
def test_batches_are_many_single_questions(lineage: Lineage) -> None:
    for one in (lineage, of_columns(lineage)):
        ids = list(one)
        pairs = list(product(ids, ids))
        above, below = [a for a, _ in pairs], [b for _, b in pairs]
        assert one.positions(ids).tolist() == list(range(len(ids)))
        for relations in (None, "weights"):
            assert one.are_ancestors(above, below, relations).tolist() == [
                one.is_ancestor(a, b, relations) for a, b in pairs
            ]
            assert one.descendant_counts(relations).tolist() == [len(one.descendants(id, relations)) for id in ids]
            assert one.ancestor_counts(relations).tolist() == [len(one.ancestors(id, relations)) for id in ids]
            assert one.depths(relations).tolist() == [one.depth(id, relations) for id in ids]
            assert one.heights(relations).tolist() == [one.height(id, relations) for id in ids]
            assert one.most_recent_common_ancestors_of(pairs, relations) == [
                one.most_recent_common_ancestors(a, b, relations=relations) for a, b in pairs
            ]
            roots = set(one.roots(relations))
            assert one.root_counts(relations).tolist() == [
                len(roots & {id, *one.ancestors(id, relations)}) for id in ids
            ]
            labels = one.family_labels("base", relations)
            assert [ids[label] for label in labels] == [one.family(id, relations=relations).root for id in ids]
            connected = one.family_labels("component", relations)
            assert [ids[label] for label in connected] == [
                one.family(id, "component", relations).members[0] for id in ids
            ]


@settings(max_examples=examples(80), deadline=None)
@given(lineages())
def test_growth_counts_everything_once(lineage: Lineage) -> None:
    for grain in ("year", "quarter", "month", "day"):
        rows = lineage.growth(grain)
        assert [row.date for row in rows] == [period.date for period in lineage.timeline(grain)]
        assert [row.models for row in rows] == [len(period.ids) for period in lineage.timeline(grain)]
        assert sum(row.roots for row in rows) == len(lineage.roots())
        counted = sum((Counter(row.derivations) for row in rows), Counter())
        assert counted == Counter(step.relation for step in lineage.derivations)


def test_growth_by_the_year() -> None:
    lineage = Lineage(
        [
            Model(id="a", name="A", released="2022"),
            Model(id="b", name="B", released="2023-05"),
            Model(id="c", name="C"),
        ],
        [Derivation(parent="a", child="b", relation="finetune"), Derivation(parent="b", child="c", relation="merge")],
    )
    first, second, none = lineage.growth("year")
    assert first == Growth(PartialDate(2022), 1, 1, {})
    assert second == Growth(PartialDate(2023), 1, 0, {Relation.FINETUNE: 1})
    assert none == Growth(None, 1, 0, {Relation.MERGE: 1})
    assert lineage.growth("month")[0].date == PartialDate(2022), "a date is not made more precise than it is"
    assert [row.roots for row in lineage.growth("year", relations="finetune")] == [1, 0, 1]
    with pytest.raises(ValueError, match="'week' is no grain; there are year, quarter, month, day"):
        lineage.growth("week")  # type: ignore[arg-type]


def test_answers_do_not_change_and_names_are_checked() -> None:
    lineage = Lineage([Model(id="a", name="Ä"), Model(id="b", name="B")])
    assert lineage.positions(["b", "Ä"]).tolist() == [1, 0]
    with pytest.raises(UnknownModelError, match="no model goes by 'c'"):
        lineage.positions(["c"])
    with pytest.raises(ValueError, match="read-only"):
        lineage.depths()[0] = 7
    assert lineage.family_labels() is lineage.family_labels()
    assert lineage.family_labels().dtype == np.int64
    with pytest.raises(ValueError, match="no labels by 'organization': say 'base' or 'component'"):
        lineage.family_labels("organization")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="1 ancestors and 2 descendants are no pairs"):
        lineage.are_ancestors(["a"], ["a", "b"])
