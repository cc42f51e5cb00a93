"""Families against brute force, and the rule of the primary one."""

from __future__ import annotations

import copy
import pickle
from collections import defaultdict
from collections.abc import Hashable
from functools import partial

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.findings import UnknownModelError
from modeltree.graph.families import Family
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Organization, PartialDate, Relation, relation_set
from strategies import lineages
from work import growth

CHOICES = st.sampled_from(["weights", "ideas", None, "finetune", ["merge", "adapter"]])


def chosen(lineage: Lineage, relations: object = "weights") -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(lineage)
    wanted = relation_set(relations)
    graph.add_edges_from((step.parent, step.child) for step in lineage.derivations if step.relation in wanted)
    return graph


def primary_root(lineage: Lineage, graph: nx.DiGraph, id: str) -> str:
    """The stated rule, word by word: relation, then the date released last, then the id."""
    parents = sorted(graph.predecessors(id))
    if not parents:
        return id
    order = list(Relation)
    first = min(order.index(lineage.derivation(parent, id).relation) for parent in parents)
    parents = [parent for parent in parents if lineage.derivation(parent, id).relation == order[first]]
    dates = [lineage[parent].released for parent in parents if lineage[parent].released]
    return primary_root(lineage, graph, next(p for p in parents if not dates or lineage[p].released == max(dates)))


def check(lineage: Lineage, graph: nx.DiGraph, families: tuple[Family, ...], members: dict[Hashable, set[str]]) -> None:
    """What holds of families however they were grouped, given who should be in them."""
    assert {family.key: set(family.members) for family in families} == members
    assert [(-family.size, list(lineage).index(family.members[0])) for family in families] == sorted(
        (-family.size, list(lineage).index(family.members[0])) for family in families
    )
    primary = [id for family in families for id in family.primary]
    assert sorted(primary) == sorted(lineage)
    for family in families:
        within = graph.subgraph(family.members)
        roots = [id for id, above in within.in_degree if not above]
        dates = sorted(lineage[id].released for id in family if lineage[id].released)
        assert family.size == len(family) == len(family.members)
        assert set(family.primary) <= set(family.members)
        assert list(family.members) == [id for id in lineage if id in family]
        assert list(family.primary) == [id for id in lineage if id in family.primary]
        assert family.root == (roots[0] if len(roots) == 1 else None)
        assert family.depth == nx.dag_longest_path_length(within)
        assert family.span == ((dates[0], dates[-1]) if dates else None)
        assert set(family.organizations) == {name for id in family for name in lineage[id].organizations}
        assert len(set(family.organizations)) == len(family.organizations)


@given(lineages(), CHOICES)
def test_base_families_are_roots_with_all_that_descends(lineage: Lineage, relations: object) -> None:
    graph = chosen(lineage, relations)
    members = {root: {root, *nx.descendants(graph, root)} for root, above in graph.in_degree if not above}
    families = lineage.families(relations=relations)
    check(lineage, graph, families, members)
    for family in families:
        assert family.root == family.key
        assert family.name == lineage[family.root].name
        for id in family.primary:
            assert primary_root(lineage, graph, id) == family.root
            assert lineage.family(id, relations=relations) is family
        for id in family.members:
            # A merge belongs to every family that it has a parent in.
            above = {root for parent in graph.predecessors(id) for root in members if parent in members[root]}
            assert above == {one.root for one in families if id in one} or not above


@given(lineages(), CHOICES)
def test_components_are_connected_in_any_way(lineage: Lineage, relations: object) -> None:
    graph = chosen(lineage, relations)
    parts = [[id for id in lineage if id in part] for part in nx.weakly_connected_components(graph)]
    families = lineage.families("component", relations)
    check(lineage, graph, families, {part[0]: set(part) for part in parts})
    assert all(family.primary == family.members for family in families)
    assert all(family.name == lineage[family.key].name for family in families)


@given(lineages())
def test_organizations_have_what_they_took_part_in(lineage: Lineage) -> None:
    members = defaultdict(set)
    for model in lineage.models:
        for name in model.organizations or [None]:
            members[name].add(model.id)
    families = lineage.families("organization")
    check(lineage, chosen(lineage), families, members)
    for family in families:
        assert family.name == (family.key or "no organization")
        for id in family.primary:
            assert (lineage[id].organizations or (None,))[0] == family.key


@given(lineages())
def test_a_function_groups_by_what_it_says(lineage: Lineage) -> None:
    def decade(model: Model) -> int | None:
        return model.released.year // 10 * 10 if model.released else None

    members = defaultdict(set)
    for model in lineage.models:
        members[decade(model)].add(model.id)
    families = lineage.families(decade)
    check(lineage, chosen(lineage), families, members)
    for family in families:
        assert family.name == str(family.key)
        assert all(lineage.family(id, decade) == family for id in family)


def family_of_merge(*parents: tuple[str, str, object]) -> str | None:
    """The primary family of a model with parents: their ids, relations and dates."""
    models = [Model(id=id, name=id, released=date) for id, _, date in parents]
    steps = [Derivation(parent=id, child="merge", relation=relation) for id, relation, _ in parents]
    return Lineage([*models, Model(id="merge", name="Merge")], steps).family("merge").root


@pytest.mark.parametrize(
    ("parents", "root"),
    [
        # By relation, in the order of the vocabulary …
        ([("a", "component", "2023"), ("b", "finetune", "2022")], "b"),
        ([("a", "distillation", "2023"), ("b", "component", "2022")], "b"),
        ([("a", "finetune", None), ("b", "adapter", "2024")], "a"),
        # … then by date: the last, where a year is before its months, and no date before any …
        ([("a", "merge", "2022"), ("b", "merge", "2023")], "b"),
        ([("a", "merge", "2023-06"), ("b", "merge", "2023")], "a"),
        ([("a", "merge", "2023"), ("b", "merge", "2023-01")], "b"),
        ([("a", "merge", None), ("b", "merge", "1999")], "b"),
        # … then by id.
        ([("b", "merge", "2023"), ("a", "merge", "2023")], "a"),
        ([("b", "merge", None), ("a", "merge", None)], "a"),
    ],
)
def test_the_rule_of_the_primary_family(parents: list[tuple[str, str, object]], root: str) -> None:
    assert family_of_merge(*parents) == root


META = Organization(id="meta", name="Meta AI", country="US")
LMSYS = Organization(id="lmsys", name="LMSYS")
SMALL = Lineage(
    [
        Model(id="llama", name="LLaMA", released="2023-02", organizations=["meta"]),
        Model(id="vicuna", name="Vicuna", released="2023-03", organizations=["lmsys"]),
        Model(id="clip", name="CLIP", released="2021"),
        Model(id="llava", name="LLaVA", released="2023-04-17", organizations=["lmsys", "meta"]),
        Model(id="bert", name="BERT"),
    ],
    [
        Derivation(parent="llama", child="vicuna", relation="finetune"),
        Derivation(parent="vicuna", child="llava", relation="finetune"),
        Derivation(parent="clip", child="llava", relation="component"),
        Derivation(parent="bert", child="clip", relation="architecture"),
    ],
    [META, LMSYS],
)


def test_a_family_says_who_it_is() -> None:
    llama, clip, bert = SMALL.families()
    assert llama == Family(
        key="llama",
        name="LLaMA",
        root="llama",
        members=("llama", "vicuna", "llava"),
        primary=("llama", "vicuna", "llava"),
        depth=2,
        span=(PartialDate(2023, 2), PartialDate(2023, 4, 17)),
        organizations=("meta", "lmsys"),
    )
    assert (clip.members, clip.primary) == (("clip", "llava"), ("clip",))
    assert [str(family) for family in (llama, clip, bert)] == [
        "LLaMA: 3 models, 2023-02 to 2023-04-17", "CLIP: 2 models, 2021 to 2023-04-17", "BERT: 1 model",
    ]  # fmt: skip
    assert hash(llama) == hash(SMALL.families()[0])
    assert SMALL.family("LLaVA").name == "LLaMA"


def test_what_a_family_has_is_worked_out_when_asked_for() -> None:
    (llama, _, _) = families = SMALL.families()
    fresh = pickle.loads(pickle.dumps(SMALL)).families()[0]
    assert (str(families.sizes), fresh.size, fresh.name, fresh.root) == ("[3, 2, 1]", 3, "LLaMA", "llama")
    assert not {"members", "primary", "depth", "span", "organizations"} & fresh.__dict__.keys()
    assert pickle.loads(pickle.dumps(fresh)) == copy.deepcopy(fresh) == fresh == llama
    assert {"members", "primary", "depth", "span", "organizations"} <= fresh.__dict__.keys()
    with pytest.raises(AttributeError):
        fresh.parents  # noqa: B018
    with pytest.raises(AttributeError):
        fresh.members = ()


def test_other_groupings() -> None:
    assert [(f.name, f.members, f.primary) for f in SMALL.families("organization")] == [
        ("no organization", ("clip", "bert"), ("clip", "bert")),
        ("Meta AI", ("llama", "llava"), ("llama",)),
        ("LMSYS", ("vicuna", "llava"), ("vicuna", "llava")),
    ]
    assert [(f.name, f.root) for f in SMALL.families("component")] == [("CLIP", None), ("BERT", "bert")]
    assert [(f.name, f.root) for f in SMALL.families("component", None)] == [("CLIP", None)]
    assert [f.root for f in SMALL.families(relations="ideas")] == ["bert", "llama", "vicuna", "llava"]


def test_keys_that_equal_nothing_are_families_of_their_own() -> None:
    nan = float("nan")
    (family,) = SMALL.families(lambda _: nan)
    assert family.size == len(family.primary) == 5
    assert SMALL.family("llama", lambda _: nan).size == 5
    assert len(SMALL.families(lambda _: float("nan"))) == 5


def test_what_cannot_be_grouped_by_is_refused() -> None:
    message = "^cannot group by 'size': say 'base', 'component', 'organization' or give a function$"
    with pytest.raises(ValueError, match=message):
        SMALL.families("size")
    with pytest.raises(UnknownModelError):
        SMALL.family("gpt")
    assert Lineage([]).families() == Lineage([]).families("component") == Lineage([]).families("organization") == ()


def one_family(size: int) -> Lineage:
    models = [Model(id=f"m{number}", name=f"m{number}", organizations=["o"]) for number in range(size)]
    steps = [Derivation(parent=f"m{number // 2}", child=f"m{number}", relation="finetune") for number in range(1, size)]
    return Lineage(models, steps)


def ask_for_families(lineage: Lineage) -> None:
    for by in ("base", "component", "organization", lambda model: model.released):
        assert [family.size for family in lineage.families(by)] == [len(lineage)]
    assert {lineage.family(id).root for id in lineage} == {"m0"}


def test_thousands_of_models_are_grouped() -> None:
    ask_for_families(one_family(10_000))


def test_a_family_asked_for_each_of_its_models_takes_work_in_proportion() -> None:
    assert growth(lambda size: partial(ask_for_families, one_family(size)), 200) < 2.5
