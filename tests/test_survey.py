"""The curated lineage of the survey: every fact has a source, and its records agree with each other."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from modeltree import Derivation, Lineage, Model, datasets
from modeltree.records import IDEAS, OUTPUTS, WEIGHTS, Access, Kind, Openness, Reference, Relation, relation_set

DATA = Path(__file__).parent / "data"
SURVEY = datasets.load("survey")
MODELS = SURVEY.models
DATA_SETS = [model for model in MODELS if model.kind == Kind.DATASET]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WRITTEN = {
    "alpaca-52k": ["text-davinci-003"], "belle-1.5m": ["chatgpt"], "codeexercises": ["gpt-3.5"],
    "gpt-4-llm": ["chatgpt", "gpt-3.5", "gpt-4", "opt-iml"], "gpt4all": ["chatgpt"], "hc3": ["chatgpt"],
    "prm800k": ["gpt-4"], "self-instruct-52k": ["gpt-3"], "sharegpt": ["chatgpt"], "sharegpt-90k": ["chatgpt"],
    "sharegpt-vicuna-70k": ["chatgpt"], "ultrachat": ["chatgpt"],
}  # fmt: skip
LINKS = [(row["id"], row["address"]) for row in rows("survey_links.csv")]


def same(address: str) -> str:
    """An address without what does not matter: scheme, final slash, the main branch, the form of a paper on arXiv."""
    address = re.sub(r"^https?://(www\.)?", "", address)
    address = re.sub(r"^arxiv\.org/pdf/([0-9.]+?)(\.pdf)?$", r"arxiv.org/abs/\1", address)
    return re.sub(r"(/tree/main|\.git|/)$", "", address).lower()


def addresses(model: Model) -> set[str]:
    printed = [correction.printed for correction in model.corrections if correction.field == "links"]
    links = [address for _, address in model.links if address]
    return {same(address) for address in (*links, *printed, *(reference.url for reference in model.references))}


def disordered(lineage: Lineage, relations: str) -> list[str]:
    """The steps whose child was public on a day before the first possible day of its parent."""
    found = []
    for step in lineage.derivations:
        parent, child = lineage[step.parent].released, lineage[step.child].released
        if step.relation in relation_set(relations) and parent and child and child.upper < parent.lower:
            found.append(f"{step.parent} ({parent}) -> {step.child} ({child})")
    return found


def unlicensed(models: tuple[Model, ...]) -> list[str]:
    """The open models that have no license and do not say why."""
    silent = [model for model in models if model.openness == Openness.OPEN and not model.license]
    return [model.id for model in silent if not re.search(r"\bno license\b", model.note or "")]


def untrained(lineage: Lineage) -> list[str]:
    """Models that speak of a data set in their training data or in a note, and do not come from it."""
    wanted = {
        name: model.id
        for model in lineage.models
        if model.kind == Kind.DATASET
        for name in (model.name, *model.aliases)
    }
    notes: dict[str, list[str]] = {}
    for step in lineage.derivations:
        notes.setdefault(step.child, []).append(step.note or "")
    found = []
    for model in lineage.models:
        if model.kind != Kind.MODEL:
            continue
        said = " ".join([model.training_data or "", model.note or "", *notes.get(model.id, ())])
        known = lineage.ancestors(model.id, relations=["weights", "outputs"])
        for name, id in wanted.items():
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) and id not in known:
                found.append(f"{model.id}: {name}")
    return found


# Sources


def test_every_derivation_has_a_reference_of_valid_form() -> None:
    assert [step for step in SURVEY.derivations if not step.references] == []
    for step in SURVEY.derivations:
        assert [Reference(str(reference)) for reference in step.references] == list(step.references)


def test_every_record_and_every_correction_has_a_reference() -> None:
    assert [model.id for model in MODELS if not model.references] == []
    assert [model.id for model in MODELS for correction in model.corrections if not correction.references] == []


@pytest.mark.parametrize(("id", "address"), LINKS)
def test_every_link_of_the_lists_is_in_the_record(id: str, address: str) -> None:
    assert same(address) in addresses(SURVEY[id])


def test_the_lists_have_91_links() -> None:
    assert len(LINKS) == 91


def test_every_printed_name_is_a_name_of_its_record() -> None:
    for row in rows("survey_names.csv"):
        model = SURVEY[row["id"]]
        printed = [correction.printed for correction in model.corrections if correction.field == "name"]
        assert row["name"].casefold() in {name.casefold() for name in (model.name, *model.aliases, *printed)}, row


def test_versions_of_record_stand_beside_arxiv() -> None:
    published = {model.id: model.links for model in MODELS if model.links.published}
    assert {"mt5", "glm-130b", "flamingo", "molxpt", "molt5", "biogpt"} <= set(published)
    for id, links in published.items():
        assert links.paper, id
        assert links.paper != links.published, id


# Dates


def test_no_child_is_older_than_its_parent_by_weights() -> None:
    assert disordered(SURVEY, "weights") == []


def test_no_data_set_is_older_than_the_model_that_made_it() -> None:
    assert disordered(SURVEY, "generated") == []


def test_a_child_that_is_older_than_its_parent_is_found() -> None:
    lineage = Lineage(
        models=[Model(id="a", name="A", released="2023-03"), Model(id="b", name="B", released="2023-02-28")],
        derivations=[Derivation(parent="a", child="b", relation="finetune")],
    )
    assert disordered(lineage, "weights") == ["a (2023-03) -> b (2023-02-28)"]


@pytest.mark.parametrize("relations", [None, "weights", "outputs", "ideas"])
def test_nothing_descends_from_itself(relations: str | None) -> None:
    for model in MODELS:
        assert model.id not in SURVEY.ancestors(model.id, relations=relations)


# Records that agree


def test_an_open_model_has_a_license_or_says_why_not() -> None:
    assert unlicensed(MODELS) == []


def test_an_open_model_that_is_silent_on_its_license_is_found() -> None:
    silent = Model(id="a", name="A", openness="open", note="Its license is free.")
    assert unlicensed((silent, Model(id="b", name="B", openness="open", note="There is no license."))) == ["a"]


def test_products_are_closed_and_say_nothing_of_weights() -> None:
    products = {model.id: model for model in MODELS if model.kind == Kind.APPLICATION}
    open_ones = {id for id, model in products.items() if model.openness == Openness.OPEN}
    assert "bard" in products
    assert open_ones == {"chatrwkv"}
    assert [id for id, model in products.items() if id not in open_ones and model.access] == []
    assert [id for id, model in products.items() if model.openness is None] == []


def test_a_product_rests_on_models_by_application_alone() -> None:
    kinds = {model.id: model.kind for model in MODELS}
    steps = [step for step in SURVEY.derivations if Kind.APPLICATION in (kinds[step.child], kinds[step.parent])]
    assert {step.relation for step in steps} == {Relation.APPLICATION}
    assert {kinds[step.child] for step in SURVEY.derivations if step.relation == Relation.APPLICATION} == {
        Kind.APPLICATION
    }


def test_closed_models_are_not_to_be_had() -> None:
    allowed = {None, Access.API_ONLY, Access.UNRELEASED}
    assert [model.id for model in MODELS if model.openness == Openness.CLOSED and model.access not in allowed] == []
    assert SURVEY["palm"].access == Access.UNRELEASED


# Classes of relations


def test_each_relation_is_of_one_class() -> None:
    assert (
        relation_set(["continued-pretraining", "finetune", "adapter", "quantized", "pruning", "merge", "component"])
        == WEIGHTS
    )
    assert relation_set(["distillation", "data", "generated"]) == OUTPUTS
    assert relation_set(["successor", "replication", "architecture", "application"]) == IDEAS
    assert set(Relation) - WEIGHTS - OUTPUTS - IDEAS == {Relation.UNSPECIFIED}
    assert len(WEIGHTS) + len(OUTPUTS) + len(IDEAS) == len(Relation) - 1


def test_classes_and_words_make_unions() -> None:
    assert relation_set("outputs") == OUTPUTS
    assert relation_set(["weights", "ideas"]) == WEIGHTS | IDEAS
    assert relation_set(["outputs", "merge", Relation.SUCCESSOR]) == OUTPUTS | {Relation.MERGE, Relation.SUCCESSOR}
    with pytest.raises(ValueError, match="there are weights, outputs, ideas, continued-pretraining"):
        relation_set(["weights", "outputts"])


def test_distillation_passes_no_weights() -> None:
    assert SURVEY.parents("Vicuna", relations="weights") == ("llama",)
    assert SURVEY.parents("Vicuna", relations="outputs") == ("chatgpt", "sharegpt-vicuna-70k")


# Data sets


def test_the_survey_names_some_thirty_data_sets() -> None:
    assert len(DATA_SETS) == 33
    assert [model.id for model in DATA_SETS if not model.released or model.sizes or model.openness] == []


def test_only_data_sets_are_trained_on_and_generated() -> None:
    kinds = {model.id: model.kind for model in MODELS}
    for step in SURVEY.derivations:
        if step.relation == Relation.DATA:
            assert kinds[step.parent] == Kind.DATASET, step
        elif kinds[step.parent] == Kind.DATASET:
            raise AssertionError(f"a data set passes on data: {step}")
        if step.relation == Relation.GENERATED:
            assert (kinds[step.parent], kinds[step.child]) == (Kind.MODEL, Kind.DATASET), step


def test_every_data_set_is_used_or_says_that_it_is_not() -> None:
    used = {step.parent for step in SURVEY.derivations if step.relation == Relation.DATA}
    unused = [model for model in DATA_SETS if model.id not in used]
    assert [model.id for model in unused] == ["self-instruct-52k", "prm800k"]
    assert all("No model of this lineage was trained on it" in (model.note or "") for model in unused)


def test_who_wrote_which_data_set() -> None:
    made: dict[str, list[str]] = {}
    for step in SURVEY.derivations:
        if step.relation == Relation.GENERATED:
            made.setdefault(step.child, []).append(step.parent)
    assert {child: sorted(parents) for child, parents in made.items()} == WRITTEN


def test_who_has_the_data_of_a_model_descends_from_it_by_outputs() -> None:
    made = [step for step in SURVEY.derivations if step.relation == Relation.GENERATED]
    assert made
    for step in made:
        heirs = SURVEY.descendants(step.parent, relations="outputs")
        users = SURVEY.descendants(step.child, relations="data")
        assert {step.child, *users} <= set(heirs), step


def test_who_speaks_of_a_data_set_comes_from_it() -> None:
    assert untrained(SURVEY) == []


def test_a_record_that_speaks_of_a_data_set_without_a_step_is_found() -> None:
    lineage = Lineage(models=[
        Model(id="hc3", name="HC3", kind="dataset"), Model(id="a", name="A", note="Tuned on HC3."),
        Model(id="b", name="B", note="Tuned on HC30 and xHC3."),
    ])  # fmt: skip
    assert untrained(lineage) == ["a: HC3"]


def test_what_rests_on_the_outputs_of_openai_is_one_query() -> None:
    makers = [model.id for model in MODELS if "openai" in model.organizations]
    heirs = {heir for maker in makers for heir in SURVEY.descendants(maker, relations="outputs")}
    assert {"alpaca", "dolly", "vicuna", "baize", "koala", "belle", "wizardlm", "ultralm", "phi-1"} <= heirs
    assert {"stablelm-tuned-alpha", "stablevicuna", "mpt-7b-chat", "moss-moon-003-sft", "yulan-chat"} <= heirs
    assert {"llava", "minigpt-4", "mplug-owl", "multimodal-gpt", "vpgtrans"} <= heirs
    assert not {"llama", "dolly-v2", "goat", "lima", "openchatkit", "falcon"} & heirs
