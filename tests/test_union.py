"""Several lineages as one: joined field by field, in any grouping, and with a finding for everything that is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Derivation, License, Lineage, Model, Organization, Policy, SourceError
from modeltree.formats.repair.record_findings import PLACEHOLDER
from modeltree.graph.csr import CsrRows, in_cycles
from modeltree.graph.validation import find_cycles
from modeltree.records import About, Links
from strategies import examples, full_lineages, lineages

OPTIONAL = ("released", "openness", "domain", "license", "training_data", "architecture")


@st.composite
def parts(draw: st.DrawFn, count: int = 3) -> tuple[Lineage, list[Lineage]]:
    """A lineage, and some that have parts of it: of models and derivations, and of what is known of them."""
    whole = draw(lineages(min_models=1) | full_lineages())
    found = []
    for _ in range(count):
        models = [
            model.model_copy(update=dict.fromkeys(draw(st.lists(st.sampled_from(OPTIONAL), max_size=3))))
            for model in whole.models
            if draw(st.booleans())
        ]
        ids = {model.id for model in models}
        edges = [edge for edge in whole.derivations if {edge.parent, edge.child} <= ids and draw(st.booleans())]
        found.append(Lineage(models, edges))
    return whole, found


@settings(max_examples=examples(60))
@given(parts())
def test_parts_of_one_are_joined_alike_in_any_grouping(drawn: tuple[Lineage, list[Lineage]]) -> None:
    whole, (a, b, c) = drawn
    union = modeltree.union(a, b, c).lineage
    assert modeltree.union(modeltree.union(a, b).lineage, c).lineage == union
    assert modeltree.union(a, modeltree.union(b, c).lineage).lineage == union
    assert set(union) == {*a, *b, *c}
    assert {edge for each in (a, b, c) for edge in each.derivations} == set(union.derivations)
    for model in union.models:
        for name in OPTIONAL:
            said = [getattr(each[model.id], name) for each in (a, b, c) if model.id in each.ids]
            assert getattr(model, name) == next((value for value in said if value is not None), None)
            assert getattr(model, name) in (None, getattr(whole[model.id], name))


@settings(max_examples=examples(60))
@given(full_lineages())
def test_a_lineage_and_itself_or_nothing_are_the_lineage(lineage: Lineage) -> None:
    assert modeltree.union(lineage) == (lineage, ())
    assert modeltree.union(lineage, lineage) == (lineage, ())
    assert modeltree.union(Lineage([]), lineage).lineage == lineage
    assert modeltree.union(lineage, Lineage([])).lineage == lineage


@settings(max_examples=examples(60))
@given(lineages(), lineages(), st.sampled_from(["first", "last"]))
def test_nothing_is_lost_without_a_finding(one: Lineage, other: Lineage, which: Any) -> None:
    union, findings = modeltree.union(one, other, policy=Policy(duplicate_id=which))
    told = {id for finding in findings if finding.severity == "error" for id in finding.ids}
    assert set(union) == {*one, *other}
    for each in (one, other):
        for model in each.models:
            assert model.id in told or set(model.organizations) <= set(union[model.id].organizations)
            for name in ("openness", "domain"):
                assert model.id in told or getattr(model, name) in (None, getattr(union[model.id], name))
        for edge in each.derivations:
            assert edge in union.derivations or told & {edge.child, edge.parent} or findings


def one_model(**fields: Any) -> Lineage:
    return Lineage([Model(**{"id": "x", "name": "X", **fields})])


@pytest.mark.parametrize(
    ("one", "other", "field", "joined"),
    [
        ({"released": 2023}, {"released": "2023-03"}, "released", "2023-03"),
        ({"aliases": ("a",)}, {"aliases": ("b", "a")}, "aliases", ("a", "b")),
        ({"sizes": ("7B",)}, {"sizes": ("7B", "13B")}, "sizes", (7_000_000_000, 13_000_000_000)),
        ({"name": "X one"}, {"name": "X two"}, "aliases", ("X two",)),
        ({"note": "first"}, {"note": "second"}, "note", "first\nsecond"),
        ({"license": "mit"}, {"license": {"name": "mit", "spdx": "MIT"}}, "license", License(name="mit", spdx="MIT")),
        ({"links": {"paper": "https://a.b"}}, {"links": {"code": "https://c.d"}}, "links",
         Links(paper="https://a.b", code="https://c.d")),
        ({}, {"kind": "dataset"}, "kind", "dataset"),
    ],
)  # fmt: skip
def test_what_says_more_stays(one: dict[str, Any], other: dict[str, Any], field: str, joined: Any) -> None:
    lineage, findings = modeltree.union(one_model(**one), one_model(**other))
    value = getattr(lineage["x"], field)
    assert (str(value) if field == "released" else value) == joined
    assert not [finding for finding in findings if finding.severity != "note"]


def test_what_differs_is_a_finding_and_the_policy_decides() -> None:
    one, other = (one_model(license=word, released=2023) for word in ("mit", "gpl"))
    lineage, (finding,) = modeltree.union(one, other, names=["one.yaml", "other.yaml"])
    assert lineage["x"].license == License(name="mit")
    assert str(finding) == (
        "other.yaml: model 'x' stands in one.yaml already, with other license; "
        "what is said first is kept: license 'mit' and not 'gpl'"
    )
    last = modeltree.union(one, other, policy=Policy(duplicate_id="last"))
    assert last.lineage["x"].license == License(name="gpl")
    assert "said last is kept: license 'gpl' and not 'mit'" in str(last.findings[0])
    with pytest.raises(SourceError, match="with other content"):
        modeltree.union(one, other, policy=Policy(duplicate_id="refuse"))


def test_an_alias_table_says_what_is_the_same() -> None:
    one = Lineage([Model(id="llama-2", name="Llama 2"), Model(id="x", name="X")])
    other = Lineage(
        [Model(id="LLaMA2-base", name="LLaMA2 base", released=2023), Model(id="v", name="V")],
        [Derivation(parent="LLaMA2-base", child="v", relation="finetune")],
    )
    assert len(modeltree.union(one, other).lineage) == 4
    # What stands for a model that there is not, or is another's name, does nothing.
    table = {"LLaMA2 base": "Llama 2", "y": "z", "x": "llama-2"}
    for aliases in (table, {"llama-2": "LLaMA2-base"}):
        for pair, id in (((one, other), "llama-2"), ((other, one), "LLaMA2-base")):
            lineage = modeltree.union(*pair, aliases=aliases).lineage
            assert len(lineage) == 3
            assert lineage.parents("v") == (id,)
            assert str(lineage[id].released) == "2023"


def test_models_are_the_same_by_alias_and_by_name() -> None:
    one = Lineage([Model(id="llama", name="LLaMA", aliases=["llama-65b"]), Model(id="bert", name="BERT")])
    other = Lineage(
        [Model(id="llama-65b", name="LLaMA 65B"), Model(id="BERT-large", name="BERT"), Model(id="v", name="V")],
        [Derivation(parent="llama-65b", child="v", relation="finetune")],
    )
    lineage, findings = modeltree.union(one, other)
    assert set(lineage) == {"llama", "bert", "v"}
    assert lineage.parents("v") == ("llama",)
    assert lineage["LLaMA 65B"].id == lineage["llama-65b"].id == "llama"
    assert lineage["BERT-large"].id == "bert"
    assert [str(finding).partition(": ")[2] for finding in findings if "is 'llama' of" in finding.message] == [
        "'llama-65b' is 'llama' of lineage 1, by its alias"
    ]


def test_models_of_one_name_stay_apart_where_it_tells_nothing() -> None:
    names = [("meta/llama", "LLaMA"), ("someone/llama", "LLaMA")]
    union = modeltree.union(*(Lineage([Model(id=id, name=name)]) for id, name in names))
    assert set(union.lineage) == {"meta/llama", "someone/llama"}
    alpaca = modeltree.union(one_model(name="Alpaca"), Lineage([Model(id="y", name="Alpaca", kind="dataset")]))
    assert set(alpaca.lineage) == {"x", "y"}
    two = Lineage([Model(id="y", name="X"), Model(id="z", name="X")])
    assert len(modeltree.union(one_model(), two).lineage) == 3
    close = modeltree.union(one_model(name="Vicuna 7B"), Lineage([Model(id="y", name="vicuna-7b")]))
    assert [finding.kind for finding in close.findings] == ["possible-same"]


def test_an_alias_that_the_other_gives_to_another_model_is_dropped_with_a_finding() -> None:
    one = Lineage([Model(id="a", name="A", aliases=["the model"])])
    other = Lineage([Model(id="b", name="the model", kind="dataset")])
    lineage, findings = modeltree.union(one, other)
    assert {finding.kind for finding in findings} == {"ambiguous-alias"}
    assert lineage["the model"].id == "b"
    Lineage(lineage.models, lineage.derivations)


def test_placeholders_give_way_to_who_describes_them() -> None:
    cards = modeltree.read_table([{"id": "me/chat", "parent": "acme/base"}, {"id": "y", "parent": "lost/base"}]).lineage
    assert cards["acme/base"].note == PLACEHOLDER
    bases = Lineage([Model(id="acme/base", name="Base", released=2023)])
    for pair in ((cards, bases), (bases, cards)):
        lineage, findings = modeltree.union(*pair)
        assert lineage["acme/base"] == bases["acme/base"]
        assert lineage.parents("me/chat") == ("acme/base",)
        assert lineage["lost/base"].note == PLACEHOLDER
        assert [finding.kind for finding in findings] == ["missing-parent"]
    assert "lost/base" not in modeltree.union(cards, bases, policy=Policy(missing_parent="drop")).lineage


def test_a_cycle_that_only_both_make_is_broken_by_the_policy() -> None:
    def step(parent: str, child: str) -> Lineage:
        models = [Model(id=id, name=id) for id in ("a", "b", "c")]
        return Lineage(models, [Derivation(parent=parent, child=child, relation="merge")])

    lineage, findings = modeltree.union(step("a", "b"), step("b", "c"), step("c", "a"))
    assert len(lineage.derivations) == 2
    assert {finding.kind for finding in findings} == {"cycle"}
    with pytest.raises(SourceError, match="cycle"):
        modeltree.union(step("a", "b"), step("b", "a"), policy=Policy(cycle="refuse"))


def test_derivations_are_joined_too() -> None:
    def step(**fields: Any) -> Lineage:
        models = [Model(id=id, name=id) for id in ("a", "b")]
        return Lineage(models, [Derivation(**{"parent": "a", "child": "b", "relation": "merge", **fields})])

    one, other = step(references=["arxiv:2302.13971"]), step(references=["https://a.b"], note="so")
    (edge,) = modeltree.union(one, other).lineage.derivations
    assert (edge.references, edge.note) == (("arxiv:2302.13971", "https://a.b"), "so")
    (edge,) = modeltree.union(step(relation="unspecified"), one).lineage.derivations
    assert edge.relation == "merge"
    conflict = modeltree.union(step(relation="finetune"), step(relation="adapter"))
    assert [finding.kind for finding in conflict.findings] == ["conflicting-relation"]


def test_organizations_are_the_same_by_name() -> None:
    one = Lineage([Model(id="a", name="A", organizations=["meta"])], (), [Organization(id="meta", name="Meta")])
    other = Lineage(
        [Model(id="b", name="B", organizations=["Meta"]), Model(id="c", name="C", organizations=["new"])], (),
        [Organization(id="Meta", name="Meta", country="US"), Organization(id="new", name="New")],
    )  # fmt: skip
    lineage = modeltree.union(one, other).lineage
    assert lineage["b"].organizations == ("meta",)
    assert {id: each.country for id, each in lineage.organizations.items()} == {"meta": "US", "new": None}


def test_what_the_whole_is() -> None:
    abouts = [About(title="A", references=["https://a.b"]), About(title="B", date=2023), About(title="A")]
    sources = [Lineage([], about=about) for about in abouts]
    assert modeltree.union(*sources).lineage.about == About(date=2023, references=["https://a.b"])
    assert modeltree.union(sources[0], sources[2]).lineage.about == abouts[0]


def test_it_takes_one_at_least() -> None:
    with pytest.raises(TypeError, match="at least one"):
        modeltree.union()


@given(st.lists(st.lists(st.integers(0, 7), max_size=3, unique=True).map(sorted), min_size=8, max_size=8))
def test_cycles_are_among_what_is_left(parents: list[list[int]]) -> None:
    left = set(in_cycles(CsrRows.of_lists(parents)).tolist())
    in_one = {node for cycle in find_cycles(parents) for node in cycle.nodes}
    assert in_one <= left
    assert bool(in_one) == bool(left)


@pytest.mark.parametrize("policy", ["first", "last"])
@pytest.mark.parametrize(
    ("one", "other", "first", "last"),
    [
        (
            {"openness": "open"},
            {"openness": "closed", "access": "unreleased"},
            ("open", None),
            ("closed", "unreleased"),
        ),
        ({"openness": "open"}, {"access": "api-only"}, ("open", None), (None, "api-only")),
        (
            {"access": "open-weights", "openness": "open"},
            {"openness": "closed"},
            ("open", "open-weights"),
            ("closed", None),
        ),
        (
            {"access": "api-only"},
            {"openness": "open", "access": "open-weights"},
            (None, "api-only"),
            ("open", "open-weights"),
        ),
        ({"access": "gated"}, {"openness": "open"}, ("open", "gated"), ("open", "gated")),
    ],
)
def test_openness_and_access_that_contradict_each_other_are_told_and_one_stays(
    one: dict[str, str], other: dict[str, str], first: tuple[str | None, ...], last: tuple[str | None, ...], policy: str
) -> None:
    sides = [Lineage([Model.model_validate({"id": "a", "name": "A", **fields})]) for fields in (one, other)]
    lineage, findings = modeltree.union(*sides, policy=modeltree.Policy(duplicate_id=policy))
    stays = last if policy == "last" else first
    assert (lineage["a"].openness, lineage["a"].access) == stays
    kinds = [finding.kind for finding in findings]
    assert "bad-value" not in kinds
    assert ("duplicate-id" in kinds) == (None in stays or one.keys() & other.keys() != set())
