"""What changed from one lineage to another: it is complete, for applying it gives the other, and it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
import strategies
import strategies_records
from modeltree import Derivation, License, Lineage, Model, ParameterCount, Relation
from modeltree.analysis.difference import Change, Renaming, Reparenting, ValueChange
from modeltree.records import Kind, Links

pairs_of = (strategies.lineages(), strategies.full_lineages(), strategies_records.lineages(any_words=True))


@st.composite
def edited(draw: st.DrawFn) -> tuple[Lineage, Lineage]:
    """A lineage and one that was made from it by hand."""
    old = draw(strategies.lineages(min_models=1))
    names = {model.id: draw(st.sampled_from([model.id] * 3 + [f"new-{model.id}"])) for model in old.models}
    kept = [model for model in old.models if draw(st.integers(0, 4))]
    models = [model.model_copy(update={"id": names[model.id]} | draw(st.sampled_from(EDITS))) for model in kept]
    ids = {model.id for model in models}
    edges = [
        edge.model_copy(
            update={"parent": names[edge.parent], "child": names[edge.child]} | draw(st.sampled_from(NOTES))
        )
        for edge in old.derivations
        if draw(st.integers(0, 4))
    ]
    return old, Lineage(models, [edge for edge in edges if {edge.parent, edge.child} <= ids])


EDITS: list[dict[str, Any]] = [{}, {}, {"license": License(name="mit")}, {"released": None}, {"openness": None}]
NOTES: list[dict[str, Any]] = [{}, {}, {"note": "so it is said"}, {"relation": Relation.MERGE}]


@given(st.one_of(edited(), *(st.tuples(lineages, lineages) for lineages in pairs_of)))
def test_applied_to_the_old_one_it_gives_the_new_one(pair: tuple[Lineage, Lineage]) -> None:
    old, new = pair
    difference = modeltree.diff(old, new)
    assert difference.apply(old) == new
    assert modeltree.diff(new, old).apply(new) == old
    assert bool(difference) == (old != new)
    json.dumps(difference.to_dict())
    assert str(difference)
    assert difference.to_markdown("Changes")


@given(strategies_records.lineages())
def test_a_lineage_does_not_differ_from_itself(lineage: Lineage) -> None:
    difference = modeltree.diff(lineage, lineage)
    assert not difference
    assert str(difference) == "Nothing differs."


def two() -> Lineage:
    return Lineage(
        [
            Model(id="a", name="A"),
            Model(id="b", name="B", aliases=("b-7b",), links={"paper": "https://x.org"}, sizes=("7B",)),
        ],
        [Derivation(parent="a", child="b", relation="finetune")],
    )


def with_model(lineage: Lineage, **fields: Any) -> Lineage:
    models = [model.model_copy(update=fields) if model.id == "b" else model for model in lineage.models]
    edges = [edge.model_copy(update={"child": fields.get("id", "b")}) for edge in lineage.derivations]
    return Lineage(models, edges)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"id": "b-7b", "name": "Else", "aliases": ()}, "alias"),
        ({"id": "c", "name": "C", "aliases": ("b",)}, "alias"),
        ({"id": "c", "aliases": ()}, "name"),
        ({"id": "c", "name": "C", "aliases": ()}, "links"),
    ],
)
def test_a_model_that_was_renamed(fields: dict[str, Any], why: str) -> None:
    new = with_model(two(), **fields)
    difference = modeltree.diff(two(), new)
    assert difference.renamed == (Renaming("b", fields["id"], why),)  # type: ignore[arg-type]
    for what in ("models_added", "models_removed", "derivations_added", "derivations_removed"):
        assert not getattr(difference, what)
    assert difference.apply(two()) == new


@pytest.mark.parametrize(
    "new",
    [
        with_model(two(), id="c", name="C", aliases=(), links=Links()),
        with_model(two(), id="c", kind=Kind.DATASET),
        Lineage([*two().models[:1], *(Model(id=id, name="B") for id in ("c", "d"))]),
        with_model(two(), id="c", name="C", aliases=(), sizes=(ParameterCount(13),)),
    ],
    ids=["nothing alike", "another kind", "two of the name", "of another size"],
)
def test_a_model_that_is_another_one(new: Lineage) -> None:
    difference = modeltree.diff(two(), new)
    assert not difference.renamed
    assert [model.id for model in difference.models_removed] == ["b"]
    assert difference.apply(two()) == new


def test_repositories_of_one_name_are_others() -> None:
    old, new = (modeltree.read_table([{"id": f"{who}/llama", "name": "LLaMA"}]).lineage for who in ("meta", "someone"))
    assert not modeltree.diff(old, new).renamed


def test_each_kind_of_change_has_its_name() -> None:
    base = [Model(id=id, name=id.upper()) for id in ("p", "q")]
    old = Lineage(
        [*base, Model(id="m", name="M", released=2023, license=License(name="mit"), note="x")],
        [Derivation(parent="p", child="m", relation="finetune")],
    )
    m = Model(id="m", name="M", released="2023-03", license=License(name="Llama 2"), note="y")
    moved = modeltree.diff(old, Lineage([*base, m], [Derivation(parent="q", child="m", relation="finetune")]))
    assert moved.reparented == (Reparenting("m", ("p",), ("q",)),)
    assert [(each.old, each.new) for each in moved.relicensed] == [(License(name="mit"), License(name="Llama 2"))]
    assert [str(each.new) for each in moved.redated] == ["2023-03"]
    assert moved.changes[-1] == ValueChange("m", "note", "x", "y")
    (edge,) = old.derivations
    other = edge.model_copy(update={"relation": Relation.ADAPTER})
    changed = modeltree.diff(old, Lineage(old.models, [other]))
    assert changed.relations_changed == changed.derivations_changed == (Change(edge, other),)
    noted = modeltree.diff(old, Lineage(old.models, [edge.model_copy(update={"note": "n"})]))
    assert not noted.relations_changed
    assert len(noted.derivations_changed) == 1
    text = str(moved)
    for title in ("re-parented (1)", "relicensed (1)", "date corrected (1)", "other fields (1)"):
        assert title in text


def test_one_that_does_not_fit_is_refused() -> None:
    old, new = two(), with_model(two(), note="now")
    difference = modeltree.diff(old, new)
    with pytest.raises(ValueError, match="note of 'b' is 'now' and not None"):
        difference.apply(new)
    with pytest.raises(ValueError, match="no model 'b'"):
        modeltree.diff(old, Lineage(old.models[:1])).apply(Lineage(old.models[:1]))
    without = Lineage(old.models)
    with pytest.raises(ValueError, match="no derivation of 'b' from 'a'"):
        modeltree.diff(old, without).apply(without)


def test_columns_and_records_differ_alike() -> None:
    old = modeltree.datasets.load("survey")
    new = old.select(since=2021)
    expected = modeltree.diff(old, new)
    in_columns: Callable[[Lineage], Lineage] = lambda each: modeltree.diff(Lineage([]), each).apply(Lineage([]))  # noqa: E731
    found = modeltree.diff(in_columns(old), in_columns(new))
    assert found == expected
    assert found.apply(in_columns(old)) == new


def test_the_report_of_a_period_fits_and_counts() -> None:
    survey = modeltree.datasets.load("survey")
    march, june = survey.as_of("2023-03"), survey.as_of("2023-06")
    difference = modeltree.diff(march, june)
    assert len(june) - len(march) == len(difference.models_added)
    for what in ("models_removed", "changes", "renamed"):
        assert not getattr(difference, what)
    assert max(map(len, str(difference).splitlines())) <= 100
    assert str(difference).splitlines()[4].split()[:2] == ["moss-moon-003-base", "moss-moon-003-base"]


# As it was


def test_as_of_is_the_inverse_of_growth() -> None:
    survey = modeltree.datasets.load("survey")
    months = [row for row in survey.growth("month") if row.date and row.date.grain == "month"]
    for month in months:
        assert month.date
        before = survey.as_of(month.date)
        assert all(model.released and model.released.upper <= month.date.upper for model in before.models)
        assert before == survey.select(until=month.date)
    day = survey.as_of("2023-03-14")
    assert "gpt-4" in day
    assert "gpt-4" not in survey.as_of("2023-03-13")
    assert len(survey.as_of(9999)) == sum(model.released is not None for model in survey.models)
