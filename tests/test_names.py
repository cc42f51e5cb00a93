"""Whatever a record goes by finds it; what several go by, or none, is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.findings import AmbiguousNameError, UnknownModelError, UnknownOrganizationError
from modeltree.graph.name_lookup import NameTable
from modeltree.graph.store import Columns
from modeltree.lineage import Lineage
from modeltree.records import Model, Organization
from strategies import names

MODELS = [
    Model(id="llama", name="LLaMA", aliases=["LLaMA 1"]),
    Model(id="llama-2", name="LLAMA 2", aliases=["Llama 2", "LLaMA2"]),
    Model(id="glm", name="GLM"),
    Model(id="glm-130b", name="GLM", aliases=["GLM-130B"]),
    Model(id="command-r", name="Command R"),
    Model(id="command-r-plus", name="Command R+"),
    Model(id="GPT-4", name="the id comes first"),
    Model(id="gpt-4", name="GPT-4"),
    Model(id="opt", name="OPT"),
    Model(id="opt-iml", name="Opt"),
    Model(id="strasse", name="Straße"),
]
TABLE = NameTable(MODELS)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("llama", "llama"),
        ("LLaMA", "llama"),
        ("lLaMa", "llama"),
        ("LLaMA 1", "llama"),
        ("LLAMA 2", "llama-2"),
        ("llama 2", "llama-2"),
        ("LLAMA2", "llama-2"),
        ("LLAMA-2", "llama-2"),
        ("glm", "glm"),
        ("glm-130B", "glm-130b"),
        ("Command R", "command-r"),
        ("command r+", "command-r-plus"),
        ("GPT-4", "GPT-4"),
        ("gpt-4", "gpt-4"),
        ("OPT", "opt"),
        ("Opt", "opt-iml"),
        ("STRASSE", "strasse"),
    ],
)
def test_an_id_comes_first_then_the_exact_name_then_any_case(name: str, id: str) -> None:
    assert TABLE.find(name) == id
    assert TABLE.owners(name) == [id]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("GLM", ("glm", "glm-130b")),
        ("Glm", ("glm", "glm-130b")),
        ("oPT", ("opt", "opt-iml")),
        ("Gpt-4", ("GPT-4", "gpt-4")),
    ],
)
def test_a_name_of_several_is_ambiguous(name: str, ids: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousNameError) as caught:
        TABLE.find(name)
    assert caught.value.ids == ids
    assert str(caught.value) == f"{name!r} may mean {ids[0]!r} or {ids[1]!r}: use the id"
    assert tuple(TABLE.owners(name)) == ids


def test_a_miss_has_the_nearest_names() -> None:
    with pytest.raises(UnknownModelError) as caught:
        TABLE.find("comand r")
    assert str(caught.value) == "no model goes by 'comand r'; did you mean 'Command R', 'Command R+' or 'command-r'?"
    assert TABLE.owners("comand r") == []
    with pytest.raises(UnknownOrganizationError, match="^no organization goes by 'metta'; did you mean 'meta'"):
        NameTable([Organization(id="meta", name="Meta")], UnknownOrganizationError).find("metta")


@pytest.mark.parametrize("name", [5, None, b"llama"])
def test_a_name_is_a_text(name: object) -> None:
    with pytest.raises(TypeError, match=f"^a name is a str, not {name!r}$"):
        TABLE.find(name)


@given(st.lists(st.tuples(names, st.lists(names, max_size=2, unique=True)), max_size=4))
def test_a_name_finds_one_of_those_that_go_by_it(given_names: list[tuple[str, list[str]]]) -> None:
    records = [Model(id=f"m{number}", name=name, aliases=aliases) for number, (name, aliases) in enumerate(given_names)]
    table = NameTable(records)
    for record in records:
        assert table.find(record.id) == record.id
        for name in (record.name, *record.aliases):
            exact = [other.id for other in records if name in (other.name, *other.aliases)]
            assert table.owners(name) == ([name] if name in {other.id for other in records} else exact)
            spelled = name.upper().lower()
            same = name.casefold() == spelled.casefold()
            taken = any(spelled in (other.id, other.name, *other.aliases) for other in records)
            assert record.id in table.owners(spelled) or taken or not same


@pytest.mark.parametrize(
    "name", ["gpt-2", "GPT-2", "gpt 2", "Claude", "claude", "nothing", "LLAMA", "bert", "Bert", "command r+", ""]
)
def test_of_very_many_models_names_mean_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [
        Model(id="gpt-2", name="GPT-2", aliases=["gpt 2"]), Model(id="GPT-2", name="x"), Model(id="a", name="Claude"),
        Model(id="b", name="Claude"), Model(id="c", name="LLaMA"), Model(id="d", name="BERT"),
        Model(id="e", name="Command R+"), Model(id="f", name="bert-f", aliases=["Bert"]),
    ]  # fmt: skip
    few = Lineage(models)
    monkeypatch.setattr("modeltree.graph.name_lookup._MANY", 0)
    many = Lineage(models)
    found = []
    for lineage in (few, many):
        try:
            found.append(lineage[name].id)
        except AmbiguousNameError as error:
            found.append(str(error))
        except UnknownModelError:
            found.append("unknown")
    assert found[0] == found[1]
    assert (name in few) == (name in many)


def test_of_very_many_models_an_unknown_name_is_compared_with_those_that_have_its_parts() -> None:
    ids = [f"org-{number % 97}/model-{number}" for number in range(20_000)]
    lineage = Lineage.from_columns(
        Columns(
            ids=[*ids, "meta-llama/Llama-2-7b"], dates=np.zeros(20_001, dtype=np.int32),
            fields={"name": [*[None] * 20_000, "Llama Two"]}, parent=np.zeros(0, dtype=np.int32),
            child=np.zeros(0, dtype=np.int32), relation=np.zeros(0, dtype=np.uint8),
        )
    )  # fmt: skip
    for name, right in {
        "meta-lama/Llama-2-7b": "meta-llama/Llama-2-7b", "meta-llama/LLama-2-7": "meta-llama/Llama-2-7b",
        "lama two": "Llama Two", "org-5/modle-199": "org-5/model-199",
    }.items():  # fmt: skip
        with pytest.raises(UnknownModelError) as caught:
            lineage[name]
        assert right in caught.value.nearest
