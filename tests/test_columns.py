"""A lineage of columns answers whatever a lineage of records answers, and the same."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree import CycleError, Derivation, Lineage, LineageError, Model, NoPathError, UnknownModelError, datasets
from modeltree.graph.store import Columns
from modeltree.records import Relation
from strategies import examples
from strategies_records import lineages

RELATIONS = list(Relation)


def columns_of(lineage: Lineage, order: list[int] | None = None, arrow: bool = False) -> Columns:
    """The records of a lineage as columns, in another order."""
    models = [lineage.models[row] for row in order or range(len(lineage))]
    rows = {model.id: row for row, model in enumerate(models)}
    dumped = [model.model_dump(mode="json", exclude_defaults=True) for model in models]
    names = {name for record in dumped for name in record} - {"id", "released"}
    steps = [step.model_dump(mode="json", exclude_defaults=True) for step in lineage.derivations]
    fields: dict[str, Any] = {name: [record.get(name) for record in dumped] for name in names}
    if arrow:
        plain = [name for name in ("note", "organizations", "aliases", "openness") if name in fields]
        fields |= {name: pyarrow.array(fields[name]) for name in plain}
    return Columns(
        ids=list(rows),
        dates=np.array([model.released.number if model.released else 0 for model in models], dtype=np.int32),
        fields=fields,
        parent=np.array([rows[step["parent"]] for step in steps], dtype=np.int32),
        child=np.array([rows[step["child"]] for step in steps], dtype=np.int32),
        relation=np.array([RELATIONS.index(step.relation) for step in lineage.derivations], dtype=np.uint8),
        edge_fields={name: [step.get(name) for step in steps] for name in ("note", "references")},
    )


def of_columns(lineage: Lineage, order: list[int] | None = None, arrow: bool = False) -> Lineage:
    return Lineage.from_columns(columns_of(lineage, order, arrow), lineage.organizations.values(), about=lineage.about)


QUESTIONS: dict[str, Any] = {
    "ids": lambda lineage: list(lineage.ids),
    "iter": list,
    "repr": repr,
    "graph": lambda lineage: nx.to_dict_of_dicts(lineage.graph),
    "nodes": lambda lineage: dict(lineage.graph.nodes(data=True)),
    "of graph": lambda lineage: lineage.graph.graph,
    "roots": lambda lineage: lineage.roots(),
    "leaves": lambda lineage: lineage.leaves(),
    "merges": lambda lineage: lineage.merges(),
    "generations": lambda lineage: lineage.generations("weights"),
    "families": lambda lineage: tuple(lineage.families()),
    "components": lambda lineage: tuple(lineage.families("component", relations=None)),
    "makers": lambda lineage: tuple(lineage.families("organization")),
    "by function": lambda lineage: tuple(lineage.families(lambda model: model.openness)),
    "timeline": lambda lineage: lineage.timeline("quarter"),
    "growth": lambda lineage: lineage.growth("year"),
    "rows": lambda lineage: list(lineage.to_records()),
    "tree": lambda lineage: lineage.tree(),
    "labels": lambda lineage: lineage.family_labels().tolist(),
    "depths": lambda lineage: lineage.depths().tolist(),
    "descendants": lambda lineage: [lineage.descendants(id) for id in lineage],
    "ancestors": lambda lineage: [lineage.ancestors(id, relations="weights") for id in lineage],
    "parents": lambda lineage: [lineage.parents(id) for id in lineage],
    "names": lambda lineage: [[name in lineage for name in (model.name, *model.aliases)] for model in lineage.models],
    "steps": lambda lineage: [lineage.derivation(step.parent, step.child) for step in lineage.derivations],
    "select": lambda lineage: lineage.select(openness="open"),
    "since": lambda lineage: [lineage.select(since=date, until=date) for date in ("2019", "2020-02", "2021-03-31")],
    "until": lambda lineage: [lineage.select(until=date) for date in ("2019", "2020-02-28", "2020-02", "2021-04-30")],
    "kinds": lambda lineage: [lineage.select(kind=kind) for kind in ("model", "application")],
    "domains": lambda lineage: lineage.select(domain=["code", "language"]),
    "of makers": lambda lineage: [lineage.select(organization=id) for id in lineage.organizations],
    "relations": lambda lineage: lineage.select(lambda model: len(model.id) % 2 == 0, relations="weights"),
    "clades": lambda lineage: [lineage.clade(id) for id in lineage],
}


@settings(max_examples=examples(60), deadline=None)
@given(lineages(), st.randoms(use_true_random=False), st.booleans())
def test_columns_answer_as_records_do(lineage: Lineage, random: Any, arrow: bool) -> None:
    order = list(range(len(lineage)))
    random.shuffle(order)
    other = of_columns(lineage, order, arrow)
    assert other == lineage
    assert lineage == other
    assert hash(other) == hash(lineage)
    for question, ask in QUESTIONS.items():
        assert ask(other) == ask(lineage), question
    assert pickle.loads(pickle.dumps(other)) == lineage
    assert copy.deepcopy(other) is other
    own = "a word that nothing else goes by"
    for field, value in (("note", own), ("aliases", (own,)), ("name", own)) if lineage.models else ():
        first, *rest = lineage.models
        changed = Lineage([first.model_copy(update={field: value}), *rest], lineage.derivations)
        assert (of_columns(changed, arrow=arrow) == other) == (changed == lineage) == (first == changed[first.id])


def small(**changes: Any) -> Columns:
    columns: dict[str, Any] = {
        "ids": ["b", "a"],
        "dates": np.array([20230300, 0], dtype=np.int32),
        "fields": {},
        "parent": np.array([1], dtype=np.int32),
        "child": np.array([0], dtype=np.int32),
        "relation": np.array([0], dtype=np.uint8),
        "edge_fields": {},
    }
    return Columns(**columns | changes)


def test_a_record_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    validate = Model.model_validate
    monkeypatch.setattr(
        Model, "model_validate", classmethod(lambda _, fields: made.append(fields["id"]) or validate(fields))
    )
    lineage = Lineage.from_columns(small())
    assert lineage.ancestors("b") == ("a",)
    assert lineage.select(since=2023).ids == ("b",)
    assert len(lineage.families()) == 1
    assert lineage.graph.nodes["b"] == {"name": "b", "label": "b", "released": "2023-03"}
    assert made == []
    assert lineage["b"] == Model(id="b", name="b", released="2023-03")
    assert lineage["b"] is lineage.models[0]
    assert lineage.models[:1] == (lineage["b"],)
    assert made == ["b"]
    assert repr(lineage.models) == "<2 records>"
    assert lineage.derivation("a", "b") == Derivation(parent="a", child="b", relation=RELATIONS[0])
    with pytest.raises(NoPathError, match="'a' is not derived from 'b' directly"):
        lineage.derivation("b", "a")
    with pytest.raises(UnknownModelError):
        lineage["c"]


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"ids": ["a", "a"]}, "duplicate-id", "duplicate id 'a': 2 models have it"),
        ({"dates": np.zeros(1, dtype=np.int32)}, "bad-value", "1 values of 'dates' for 2 models"),
        ({"fields": {"note": ["x"]}}, "bad-value", "1 values of 'note' for 2 models"),
        ({"edge_fields": {"note": []}}, "bad-value", "0 values of 'note' for 1 derivations"),
        ({"parent": np.array([2], dtype=np.int32)}, "missing-parent", "a derivation names row 2 of 2"),
        ({"child": np.array([-1], dtype=np.int32)}, "missing-parent", "a derivation names row -1 of 2"),
        ({"parent": np.array([0], dtype=np.int32)}, "self-loop", "self-loop: 'b' is derived from itself"),
        ({"relation": np.array([99], dtype=np.uint8)}, "unknown-relation", "there is no relation of number 99"),
        ({"relation": np.array([-1])}, "unknown-relation", "there is no relation of number -1"),
        ({"relation": np.array([0.5])}, "wrong-type", "'relation' is .*, and no array of integers"),
        ({"parent": [1]}, "wrong-type", "'parent' is .*, and no array of integers"),
        ({"ids": "ab"}, "wrong-type", "'ids' is 'ab', and no list or array"),
        ({"ids": None}, "wrong-type", "'ids' is None, and no list or array"),
        ({"fields": {"note": "xy"}}, "wrong-type", "'note' is 'xy', and no list or array"),
        ({"edge_fields": {"note": 5}}, "wrong-type", "'note' is 5, and no list or array"),
        ({"ids": ["a", "b c"]}, "bad-value", "a value does not fit its field id"),
        ({"ids": ["a", 7]}, "bad-value", "a value does not fit its field id"),
        ({"ids": ["a", None]}, "bad-value", "there is a model without an id"),
        ({"ids": ["a", ["b"]]}, "bad-value", "a value does not fit its field id"),
        ({"dates": np.array([20230014, 0])}, "bad-date", "20230014 is no date"),
        ({"dates": np.array([-1, 0])}, "bad-date", "-1 is no date"),
        ({"fields": {"note": ["x\0", None]}}, "bad-value", "a value does not fit its field note"),
        ({"fields": {"openness": ["ajar", None]}}, "bad-value", "a value does not fit its field openness"),
        ({"fields": {"aliases": [["x", "x"], None]}}, "bad-value", "a value stands twice in"),
        ({"fields": {"sizes": [[0.5], None]}}, "bad-value", "a value does not fit its field sizes"),
        ({"fields": {"parents": [None, None]}}, "unknown-key", "there is no column 'parents' of models"),
        ({"edge_fields": {"relation": [None]}}, "unknown-key", "there is no column 'relation' of derivations"),
        ({"fields": {"openness": ["open", None], "access": ["api-only", None]}}, "bad-value", "do not fit"),
    ],
)
def test_columns_that_make_no_lineage(changes: dict[str, Any], kind: str, message: str) -> None:
    with pytest.raises(LineageError, match=message) as caught:
        Lineage.from_columns(small(**changes))
    assert [problem.kind for problem in caught.value.problems] == [kind]


def test_two_derivations_and_circles_are_refused() -> None:
    rows = {name: np.array([1, 1], dtype=np.int32) for name in ("parent",)}
    twice = small(**rows, child=np.array([0, 0], dtype=np.int32), relation=np.zeros(2, dtype=np.uint8))
    for parent in (twice.parent, twice.parent.astype(np.uint64)):
        with pytest.raises(LineageError, match="'b' is derived from 'a' twice"):
            Lineage.from_columns(replace(twice, parent=parent))
    ends = {"parent": np.array([0, 1], dtype=np.int32), "child": np.array([1, 0], dtype=np.int32)}
    with pytest.raises(CycleError, match="models descend from themselves"):
        Lineage.from_columns(small(**ends, relation=np.zeros(2, dtype=np.uint8)))


def test_models_of_many_are_those_of_one() -> None:
    fields = {
        "license": ["mit", None], "organizations": [["x", "y"], ("x",)], "sizes": [["7B"], None],
        "links": [{"paper": "https://example.org"}, None], "name": [None, "A"],
    }  # fmt: skip
    lineage = Lineage.from_columns(small(fields=fields, edge_fields={"note": ["so"]}))
    single = [lineage.models[index] for index in range(2)]
    rows = lineage._nodes._several(slice(0, 2))
    assert rows == single == list(lineage.models)
    assert [row.__dict__.keys() for row in rows] == [model.__dict__.keys() for model in single]
    assert list(map(hash, rows)) == list(map(hash, single))
    assert list(map(repr, rows)) == list(map(repr, single))
    assert lineage._edges._several(slice(0, 1)) == list(lineage.derivations)


@pytest.mark.parametrize("arrow", [False, True])
def test_what_differs_in_any_field_is_not_equal(arrow: bool) -> None:
    survey = datasets.load("survey")
    held = of_columns(survey, arrow=arrow)
    assert held == survey
    assert survey == held
    for name, value in {"note": "other", "sizes": ["1B"], "released": "2001"}.items():
        first, *others = survey.models
        changed = [Model.model_validate(first.model_dump() | {name: value}), *others]
        other = Lineage(changed, survey.derivations, survey.organizations.values(), about=survey.about)
        assert held != other
        assert other != held
