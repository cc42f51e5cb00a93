"""What ships: the published tables and the published figure as published, and the curated lineage."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

from modeltree import UnknownModelError, datasets
from modeltree.findings import UnknownDatasetError
from modeltree.formats.catalog import catalog_lineage
from modeltree.formats.parsing import yamltree

with (Path(__file__).parent / "data" / "survey_names.csv").open(encoding="utf-8", newline="") as file:
    PRINTED = [(row["source"], row["name"], row["id"]) for row in csv.DictReader(file)]

CORRECTED = {
    "baize": ["links", "organizations"],
    "bard": ["kind", "released"],
    "belle": ["derived_from", "sizes"],
    "biogpt": ["links", "organizations", "released"],
    "chatglm": ["derived_from", "organizations"],
    "chatglm2": ["derived_from", "organizations"],
    "chatrwkv": ["kind", "released"],
    "chinchilla": ["organizations"],
    "codegeex": ["organizations", "released"],
    "codex": ["released"],
    "falcon": ["released", "training_data"],
    "gpt-j": ["released"],
    "gpt-neox-20b": ["name", "released"],
    "internlm": ["released"],
    "llama": ["training_data"],
    "llava": ["organizations"],
    "multimodal-gpt": ["name", "organizations", "released"],
    "pangu-alpha": ["released"],
    "plug": ["released"],
    "sparrow": ["organizations"],
    "stablevicuna": ["released"],
    "ultralm": ["organizations", "sizes"],
    "vpgtrans": ["organizations"],
    "wizardlm": ["organizations", "released"],
    "xverse": ["released"],
    "yuan-1.0": ["released"],
}


def test_names_and_paths() -> None:
    assert datasets.names() == ("atlas", "survey", "survey-figure2", "survey-table1")
    assert datasets.path("survey").is_dir()
    assert datasets.path("survey-table1").name == "survey-table1.yaml"


@pytest.mark.parametrize("name", ["survy", "", "..", "survey/about", "catalog.schema"])
def test_unknown_names(name: str) -> None:
    for action in (datasets.load, datasets.path):
        with pytest.raises(UnknownDatasetError) as caught:
            action(name)
        assert str(caught.value).startswith(f"no data set is called {name!r}; there are 'atlas', 'survey'")


def test_printed_names_say_what_is_in_each() -> None:
    lines = str(datasets.names()).splitlines()
    assert lines[0].split() == ["NAME", "TITLE", "DATE", "MODELS", "DERIVATIONS", "LICENSE"]
    survey = datasets.load("survey")
    row = next(line for line in lines if line.startswith("survey "))
    for word in (survey.about.title, "2023-08", len(survey), len(survey.derivations), "BSD-3-Clause"):
        assert str(word) in row


def test_a_data_set_is_read_once() -> None:
    assert datasets.load("survey") is datasets.load("survey")


def test_table_1_as_published() -> None:
    table = datasets.load("survey-table1")
    assert (len(table), len(table.derivations)) == (42, 21)
    assert {name for source, name, _ in PRINTED if source == "table1"} == {model.name for model in table.models}
    assert not any(model.corrections for model in table.models)


def test_figure_2_as_published() -> None:
    figure = datasets.load("survey-figure2")
    assert (len(figure), len(figure.derivations)) == (92, 0)
    assert Counter(model.openness for model in figure.models) == {"open": 65, "closed": 27}
    assert Counter(name for source, name, _ in PRINTED if source == "figure2") == Counter(
        model.name for model in figure.models
    )
    assert not any(model.corrections for model in figure.models)


def test_every_derivation_of_the_curated_lineage_has_a_reference() -> None:
    assert [step for step in datasets.load("survey").derivations if not step.references] == []


@pytest.mark.parametrize(("source", "name", "id"), PRINTED)
def test_every_printed_name_is_found(source: str, name: str, id: str) -> None:
    survey = datasets.load("survey")
    assert id in survey
    if (source, name) == ("table16", "Otter"):
        # The product; the name alone means the model, which bears it too.
        assert survey[name].id == "otter"
    else:
        assert survey[name].id == id


@pytest.mark.parametrize("id", CORRECTED)
def test_what_the_survey_got_wrong_is_corrected(id: str) -> None:
    corrections = datasets.load("survey")[id].corrections
    assert set(CORRECTED[id]) <= {correction.field for correction in corrections}
    assert all(correction.references for correction in corrections)
    assert all(correction.source.startswith("survey-") for correction in corrections)


def test_corrections_say_something_else_than_the_record() -> None:
    for model in datasets.load("survey").models:
        for correction in model.corrections:
            held = {"released": str(model.released), "name": model.name}.get(correction.field)
            assert correction.printed != held, f"{model.id}: {correction}"


@pytest.mark.parametrize("name", ["survey-figure2", "survey-table1"])
def test_what_differs_from_the_printed_value_is_corrected(name: str) -> None:
    survey, published = datasets.load("survey"), datasets.load(name)
    source = name.removeprefix("survey-")
    found = []
    for model in published.models:
        held = survey[next(id for where, printed, id in PRINTED if (where, printed) == (source, model.name))]
        makers = {
            lineage: {lineage.organizations[id].name for id in record.organizations}
            for lineage, record in ((published, model), (survey, held))
        }
        differs = {
            "released": model.released and not str(held.released).startswith(str(model.released)),
            "organizations": model.organizations and makers[published] != makers[survey],
            "openness": model.openness and model.openness != held.openness,
            "sizes": model.sizes and model.sizes != held.sizes,
            "kind": model.kind != held.kind,
        }
        said = {correction.field for correction in held.corrections if correction.source == name}
        found += [f"{held.id}: {field}" for field, wrong in differs.items() if wrong and field not in said]
    assert found == []


def test_a_name_that_no_source_has_is_not_found() -> None:
    with pytest.raises(UnknownModelError, match="did you mean 'vicuna'"):
        datasets.load("survey")["Vicunna"]


# The atlas is read from its compact form, and takes Python's own parser 20 s.
@pytest.mark.parametrize("name", [name for name in datasets.names() if name != "atlas"])
def test_data_sets_are_the_same_without_libyaml(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamltree, "_LOADER", yaml.SafeLoader)
    assert catalog_lineage(datasets.path(name)) == datasets.load(name)
