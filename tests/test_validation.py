"""What is wrong with records is found all at once, and said with ids and places."""

from __future__ import annotations

from functools import partial

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.findings import CycleError, Finding, LineageError
from modeltree.graph.validation import problems_of
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Organization
from strategies import lineages
from work import growth


def model(id: str, **fields: object) -> Model:
    return Model(id=id, name=fields.pop("name", id.upper()), **fields)


def step(parent: str, child: str, relation: str = "finetune") -> Derivation:
    return Derivation(parent=parent, child=child, relation=relation)


A, B, C = model("llama"), model("vicuna"), model("alpaca")
META = Organization(id="meta", name="Meta")


@pytest.mark.parametrize(
    ("records", "kind", "message", "ids", "at"),
    [
        pytest.param(
            ([A, B, model("llama", name="Llama")],),
            "duplicate-id",
            "duplicate id 'llama': 'LLAMA' has it already; give each its own id",
            ("llama",),
            ("models", 2, "id"),
            id="duplicate model",
        ),
        pytest.param(
            ([A], [], [META, Organization(id="meta", name="Facebook")]),
            "duplicate-id",
            "duplicate id 'meta': 'Meta' has it already; give each its own id",
            ("meta",),
            ("organizations", 1, "id"),
            id="duplicate organization",
        ),
        pytest.param(
            ([A, model("vicuna", aliases=["v", "llama"])],),
            "ambiguous-alias",
            "alias 'llama' of 'vicuna' also names the model 'llama'; drop it from one of them",
            ("vicuna", "llama"),
            ("models", 1, "aliases", 1),
            id="alias is an id",
        ),
        pytest.param(
            ([*(model(id, name="GLM") for id in "zyxwv"), model("glm", aliases=["GLM"])],),
            "ambiguous-alias",
            "alias 'GLM' of 'glm' also names the model 'v'; drop it from one of them",
            ("glm", "v", "w", "x", "y", "z"),
            ("models", 5, "aliases", 0),
            id="alias is the name of several",
        ),
        pytest.param(
            ([], [], [META, Organization(id="fair", name="FAIR", aliases=["Meta"])]),
            "ambiguous-alias",
            "alias 'Meta' of 'fair' also names the organization 'meta'; drop it from one of them",
            ("fair", "meta"),
            ("organizations", 1, "aliases", 0),
            id="alias is a name",
        ),
        pytest.param(
            ([model("llama", organizations=["metta"])], [], [META]),
            "unknown-organization",
            "unknown organization 'metta' of 'llama'; did you mean 'meta'?",
            ("llama",),
            ("models", 0, "organizations", 0),
            id="unknown organization",
        ),
        pytest.param(
            ([A, B], [step("lama", "vicuna")]),
            "missing-parent",
            "missing parent 'lama' of 'vicuna'; did you mean 'llama'?",
            ("vicuna",),
            ("derivations", 0, "parent"),
            id="missing parent",
        ),
        pytest.param(
            ([A, B], [step("llama", "vicuna"), step("llama", "koala")]),
            "missing-child",
            "missing child 'koala' of 'llama'",
            ("llama",),
            ("derivations", 1, "child"),
            id="missing child",
        ),
        pytest.param(
            ([A], [step("llama", "llama")]),
            "self-loop",
            "self-loop: 'llama' is derived from itself; name another parent",
            ("llama",),
            ("derivations", 0, "parent"),
            id="self-loop",
        ),
        pytest.param(
            ([A, B], [step("llama", "vicuna"), step("llama", "vicuna", "merge")]),
            "duplicate-derivation",
            "'vicuna' is derived from 'llama' twice: finetune, merge; "
            "a pair of models has one derivation with one relation",
            ("llama", "vicuna"),
            ("derivations", 1, "parent"),
            id="duplicate derivation",
        ),
        pytest.param(
            ([A, B, C], [step("vicuna", "alpaca"), step("llama", "vicuna"), step("alpaca", "llama")]),
            "cycle",
            "cycle: alpaca -> llama -> vicuna -> alpaca; one of these derivations is wrong",
            ("alpaca", "llama", "vicuna"),
            ("derivations", 0, "parent"),
            id="cycle",
        ),
    ],
)
def test_each_problem(
    records: tuple[list[object], ...], kind: str, message: str, ids: tuple[str, ...], at: tuple[object, ...]
) -> None:
    with pytest.raises(LineageError) as caught:
        Lineage(*records)
    assert str(caught.value) == message
    (problem,) = caught.value.problems
    assert (problem.kind, problem.ids, problem.at) == (kind, ids, at)
    assert isinstance(caught.value, CycleError) == (kind in {"cycle", "self-loop"})


def test_everything_is_found_at_once() -> None:
    models = [A, model("vicuna", aliases=["llama"]), A]
    steps = [
        step("x", "llama"),
        step("llama", "llama"),
        step("llama", "vicuna"),
        step("vicuna", "llama"),
        step("x", "y"),
    ]
    with pytest.raises(LineageError) as caught:
        Lineage(models, steps)
    assert type(caught.value) is LineageError
    assert [problem.kind for problem in caught.value.problems] == [
        "duplicate-id", "ambiguous-alias", "missing-parent", "self-loop", "missing-parent", "missing-child", "cycle",
    ]  # fmt: skip
    assert str(caught.value).startswith("7 problems:\nduplicate id 'llama'")


def test_models_may_share_a_display_name_and_organizations_may_be_implicit() -> None:
    assert problems_of([model("glm", name="GLM"), model("glm-2", name="GLM", organizations=["thu"])], []) == []
    assert problems_of([model("glm", aliases=["GLM"])], []) == []


def test_cycles_apart_are_all_found() -> None:
    models = [model(id) for id in "abcdef"]
    steps = [step("a", "b"), step("b", "a"), step("c", "d"), step("d", "e"), step("e", "c"), step("e", "f")]
    with pytest.raises(CycleError) as caught:
        Lineage(models, steps)
    assert [problem.ids for problem in caught.value.problems] == [("a", "b"), ("c", "d", "e")]


@given(lineages(min_models=2), st.data())
def test_a_lineage_closed_to_a_cycle_is_refused(lineage: Lineage, data: st.DataObject) -> None:
    """Any derivation turned round and added: what is found are cycles of the graph."""
    if not lineage.derivations:
        return
    turned = data.draw(st.sampled_from(lineage.derivations))
    steps = [*lineage.derivations, step(turned.child, turned.parent)]
    graph = nx.DiGraph([(one.parent, one.child) for one in steps])
    with pytest.raises(CycleError) as caught:
        Lineage(lineage.models, steps)
    for problem in caught.value.problems:
        assert nx.is_path(graph, (*problem.ids, problem.ids[0]))
        place = steps[problem.at[1]]
        assert (place.parent, place.child) == (problem.ids[-1], problem.ids[0])


@given(lineages(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(lineage: Lineage, random: object) -> None:
    models, steps = list(lineage.models), list(lineage.derivations)
    random.shuffle(models)
    random.shuffle(steps)
    assert problems_of(models, steps) == []
    again = Lineage(models, steps)
    assert again == lineage
    assert (again.models, again.derivations) == (lineage.models, lineage.derivations)


def much_that_is_wrong(size: int) -> tuple[list[Model], list[Derivation]]:
    """Each model descends from one that there is not, and in a circle from its neighbour."""
    models = [model(f"m{number}") for number in range(size)]
    steps = [step(f"mm{number + 1000}", f"m{number}") for number in range(size)]
    return models, [*steps, *(step(f"m{number}", f"m{number ^ 1}") for number in range(size))]


def test_problems_take_work_in_proportion_to_their_number() -> None:
    assert growth(lambda size: partial(problems_of, *much_that_is_wrong(size)), 1000) < 2.3


def test_thousands_of_problems_are_found() -> None:
    """A hint compares a name with all others: only the first problems have one."""
    problems: list[Finding] = problems_of(*much_that_is_wrong(5000))
    assert sum(problem.kind == "missing-parent" for problem in problems) == 5000
    assert sum(problem.kind == "cycle" for problem in problems) == 2500
    assert [place for place, problem in enumerate(problems) if problem.kind == "missing-parent" and problem.hint] == (
        list(range(20))
    )
