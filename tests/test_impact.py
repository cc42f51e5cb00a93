"""What descends from some models: against brute force, in totals, and by records that are made when asked for."""

from __future__ import annotations

from collections import Counter

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
from modeltree import Derivation, Finding, Lineage, Model, UnknownModelError
from modeltree.analysis.impact import Affected, Impact, missing_parents
from modeltree.records import CLASSES_BY_STRENGTH, Relation, relation_set
from strategies import lineages

CHOICES = [None, "weights", "outputs", ["weights", "outputs"], "finetune"]


@st.composite
def questions(draw: st.DrawFn) -> tuple[Lineage, list[str], object]:
    lineage = draw(lineages(min_models=1))
    return (
        lineage,
        draw(st.lists(st.sampled_from(list(lineage)), min_size=1, max_size=3)),
        draw(st.sampled_from(CHOICES)),
    )


def graph_of(lineage: Lineage, relations: frozenset[Relation]) -> networkx.DiGraph:
    graph = networkx.DiGraph()
    graph.add_nodes_from(lineage)
    graph.add_edges_from((edge.parent, edge.child) for edge in lineage.derivations if edge.relation in relations)
    return graph


def steps(graph: networkx.DiGraph, origins: set[str]) -> dict[str, int]:
    return dict(networkx.multi_source_dijkstra_path_length(graph, origins))


@given(questions())
def test_as_by_brute_force(question: tuple[Lineage, list[str], object]) -> None:
    lineage, models, relations = question
    chosen, origins = relation_set(relations), set(models)  # type: ignore[arg-type]
    found = modeltree.impact(lineage, *models, relations=relations)  # type: ignore[arg-type]
    whole = graph_of(lineage, chosen)
    hit = set(steps(whole, origins))
    by_class = [(name, steps(graph_of(lineage, chosen & known), origins)) for name, known in CLASSES_BY_STRENGTH]
    assert [each.id for each in found.affected] == [id for id in lineage if id in hit - origins]
    assert found.origins == tuple(id for id in lineage if id in origins)
    for each in found.affected:
        passes, by = next((name, by) for name, by in by_class if each.id in by)
        assert (each.passes, each.distance) == (passes, by[each.id])
        assert len(each.path) == each.distance
        assert each.path[0].parent in origins
        assert each.path[-1].child == each.id
        assert all(one.child == other.parent for one, other in zip(each.path, each.path[1:], strict=False))
        assert all(step in lineage.derivations and step.relation in chosen for step in each.path)
        assert each.all_parents == hit.issuperset(whole.predecessors(each.id))
        up = networkx.single_source_shortest_path_length(whole.reverse(), each.id)
        clean = {id: far for id, far in up.items() if id not in hit}
        if each.clean_ancestor is None:
            assert not clean
        else:
            assert clean[each.clean_ancestor] == min(clean.values())
    assert found.all_parents == sum(each.all_parents for each in found.affected)
    assert bool(found) == bool(found.affected)
    assert totals(lineage, found.affected) == totals_of(found)


def totals(lineage: Lineage, affected: list[Affected]) -> list[Counter[str]]:
    models = [lineage[each.id] for each in affected]
    return [
        Counter(str(each.passes or "unknown") for each in affected),
        Counter(str(each.distance) for each in affected),
        Counter(name for model in models for name in model.organizations or ["unknown"]),
        Counter(model.license.name if model.license else "unknown" for model in models),
        Counter(f"{model.released.year:04d}" if model.released else "unknown" for model in models),
    ]


def totals_of(found: Impact) -> list[Counter[str]]:
    return [
        Counter(dict(each))
        for each in (found.by_class, found.by_distance, found.by_organization, found.by_license, found.by_year)
    ]


def chain(*relations: str, kinds: dict[int, str] | None = None) -> Lineage:
    models = [Model(id=f"m{n}", name=f"M{n}", kind=(kinds or {}).get(n, "model")) for n in range(len(relations) + 1)]
    return Lineage(models, [Derivation(parent=f"m{n}", child=f"m{n + 1}", relation=r) for n, r in enumerate(relations)])


def test_a_path_passes_on_what_its_weakest_step_does() -> None:
    found = modeltree.impact(chain("finetune", "distillation", "merge", "successor", "unspecified"), "m0")
    assert [each.passes for each in found.affected] == ["weights", "outputs", "outputs", "ideas", None]
    assert found.by_class == {"weights": 1, "outputs": 2, "ideas": 1, "unknown": 1}


def test_a_longer_path_that_passes_weights_on_counts_for_more() -> None:
    lineage = Lineage(
        [Model(id=id, name=id) for id in "abc"],
        [
            Derivation(parent="a", child="b", relation="finetune"),
            Derivation(parent="b", child="c", relation="merge"),
            Derivation(parent="a", child="c", relation="successor"),
        ],
    )
    last = modeltree.impact(lineage, "a").affected[-1]
    assert (last.passes, last.distance, [step.parent for step in last.path]) == ("weights", 2, ["a", "b"])


def test_who_learned_from_a_data_set() -> None:
    found = modeltree.impact(chain("data", "finetune", kinds={0: "dataset"}), "M0")
    assert [(each.id, each.passes) for each in found.affected] == [("m1", "outputs"), ("m2", "outputs")]


def test_one_starts_again_from_a_model_rather_than_from_a_data_set_that_is_as_near() -> None:
    models = [
        Model(id="d", name="D", kind="dataset", released=2020),
        Model(id="base", name="Base", released=2021),
        Model(id="bad", name="Bad", kind="dataset"),
        Model(id="c", name="C"),
    ]
    words = {"base": "finetune", "d": "data", "bad": "data"}
    edges = [Derivation(parent=parent, child="c", relation=word) for parent, word in words.items()]
    lineage = Lineage(models, edges)
    assert modeltree.impact(lineage, "bad").affected[0].clean_ancestor == "base"


def test_several_of_one_descent() -> None:
    found = modeltree.impact(chain("finetune", "finetune", "finetune"), "m2", "m0", "m2")
    assert found.origins == ("m0", "m2")
    assert [(each.id, each.distance) for each in found.affected] == [("m1", 1), ("m3", 1)]


def test_nothing_is_affected() -> None:
    found = modeltree.impact(chain("finetune"), "m1")
    assert not found
    assert str(found) == "0 models descend from m1."
    assert found.to_markdown("Impact") == "# Impact\n\n0 models descend from m1."


def test_what_cannot_be_asked() -> None:
    with pytest.raises(UnknownModelError):
        modeltree.impact(chain("merge"), "nobody")
    with pytest.raises(TypeError):
        modeltree.impact(chain("merge"))


def test_a_long_chain_ends() -> None:
    count = 3000
    found = modeltree.impact(chain(*["finetune"] * count), "m0")
    order = sorted(f"m{number}" for number in range(1, count + 1))
    last = found.affected[order.index(f"m{count}")]
    assert (last.id, last.distance, last.clean_ancestor) == (f"m{count}", count, None)


def test_text_is_aligned_and_fits() -> None:
    survey = modeltree.datasets.load("survey")
    found = modeltree.impact(survey, "GPT-3")
    lines = str(found).splitlines()
    assert max(map(len, lines)) <= 100
    header = lines.index(next(line for line in lines if line.startswith("MODEL")))
    at = lines[header].index("STEPS")
    assert all(
        line[at - 1] == " " and line[at].isdigit() for line in lines[header + 1 : header + 1 + len(found.affected)]
    )


def test_plain_values_have_everything() -> None:
    found = modeltree.impact(modeltree.datasets.load("survey"), "BLOOM", relations="weights")
    plain = found.to_dict()
    assert plain["origins"] == ["bloom"]
    assert plain["affected"][-1] == {
        "id": "belle",
        "distance": 2,
        "path": [step.model_dump(mode="json", exclude_defaults=True) for step in found.affected[-1].path],
        "passes": "weights",
        "all_parents": False,
        "clean_ancestor": "llama",
    }
    assert plain["by_distance"] == {"1": 3, "2": 1}


def test_parents_that_are_not_there_by_what_rests_on_them() -> None:
    rows = [
        {"id": "a", "parent": "lost/base"},
        {"id": "b", "parent": "a"},
        {"id": "c", "parent": "lost/other"},
        {"id": "here"},
        {"id": "d", "parent": "here"},
    ]
    reading = modeltree.read_table(rows)
    findings = [*reading.findings, Finding("gone", "…", ids=("here",)), Finding("renamed", "…", ids=("no such",))]
    missing = missing_parents(reading.lineage, findings)
    assert [(each.id, each.why, each.children, each.descendants) for each in missing.parents] == [
        ("lost/base", "placeholder", 1, 2),
        ("lost/other", "placeholder", 1, 1),
        ("here", "gone", 1, 1),
    ]
    assert str(missing).startswith("3 parents are not there.\n\nmissing parents (3)\nPARENT")
    assert not missing_parents(modeltree.datasets.load("survey"))
