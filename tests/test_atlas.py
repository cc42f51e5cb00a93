"""The atlas: what ships is whole, cited and light, and a small one is built from small tables."""

from __future__ import annotations

import importlib
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import modeltree
from modeltree import Lineage, datasets
from modeltree.formats.catalog import COMPACT, catalog_lineage, compact_text
from modeltree.records import IDEAS, OUTPUTS, WEIGHTS

ROOT = Path(__file__).parents[1]
SOURCES = Path(__file__).parent / "data" / "atlas"
MODULAR = """
from ..llama.modeling_llama import LlamaMLP, LlamaDecoderLayer as Layer
from ..gemma.modeling_gemma import GemmaRotaryEmbedding, GemmaConvLayer
from ..llama.configuration_llama import LlamaConfig
from ..clip.image_processing_clip import CLIPImageProcessor
from ..sam.modeling_sam import SamVisionAttention, SamVisionLayer
class EmberConfig(LlamaConfig): ...
class EmberMLP(LlamaMLP): ...
class EmberDecoderLayer(Layer): ...
class EmberRotaryEmbedding(GemmaRotaryEmbedding): ...
class EmberConvLayer(GemmaConvLayer): ...
class EmberProcessor(CLIPImageProcessor): ...
class EmberVisionAttention(SamVisionAttention): ...
class EmberVisionLayer(SamVisionLayer): ...
"""
MOSTLY = """
from ..mistral.modeling_mistral import MistralModel, MistralForCausalLM, MistralAttention
from ..gemma.modeling_gemma import GemmaMLP
class EmberModel(MistralModel): ...
class EmberForCausalLM(MistralForCausalLM): ...
class EmberAttention(MistralAttention): ...
class EmberMLP(GemmaMLP): ...
"""


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    """The script that builds the atlas, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples")
        yield importlib.import_module("build_atlas")
        patch.delitem(sys.modules, "build_atlas")


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What people wrote: an alias table and one curated record, which corrects a derivation."""
    folder = tmp_path_factory.mktemp("hand")
    (folder / "aliases.yaml").write_text('ember-7b: ["helm:Ember (7B)", Ember]\nleft-out: ["llm-timeline:Orb 2"]\n')
    (folder / "curated").mkdir()
    (folder / "curated" / "2024.yaml").write_text(
        """
models:
  - id: ember-chat
    name: Ember Chat
    aliases: [Ember-Chat-7B]
    released: 2024-03-05
    domain: code
    references: [https://example.org/chat]
  - id: hibachi-ember
    name: Hibachi-Ember
    released: 2025-01
    references: [https://example.org/merge]
    derived_from: [{parent: llama-2, relation: merge, references: [https://example.org/merge]}]
    corrections:
      - {field: derived_from, printed: Ember-7B, source: awesome-japanese-llm, reason: It is Llama 2 itself.}
  - id: ember-3
    name: Ember 3
    released: 2025-04-01
    references: [https://example.org/3]
    derived_from: [{parent: ember-2, relation: successor, references: [https://example.org/3]}]
"""
    )
    return folder


@pytest.fixture(scope="module")
def small(build: ModuleType, hand: Path) -> tuple[Lineage, Any]:
    """A small atlas, and what was found when it was built."""
    atlas = build.Atlas(SOURCES, hand)
    atlas.settle()
    lineage, _ = build.united(atlas)
    return lineage, atlas.report.lines


def test_names_of_one_model_are_one_record(small: tuple[Lineage, Any]) -> None:
    lineage, report = small
    ember = lineage["ember-7b"]
    assert {id for id in lineage if id.startswith("ember")} == {
        "ember-7b", "ember-chat", "ember-2", "ember-2-pro", "ember-3",
    }  # fmt: skip
    assert str(ember.released) == "2024-02-01"
    assert ember.license
    assert ember.license.spdx == "Apache-2.0"
    assert ember.organizations == ("ember-labs",)
    assert lineage.organizations["ember-labs"].country == "FR"
    rows = [reference for reference in ember.references if "#" in reference]
    assert len(rows) == 4  # of Epoch, HELM, ModelForest and Open LLMs
    assert ember.note
    assert all(words in ember.note for words in ("From HELM (Apache-2.0).", "From ModelForest (MIT)."))
    assert "perceptron" not in lineage
    assert any("Perceptron" in line for line in report["left out: no date, or before 2017-06"])
    assert "orb-2" not in lineage  # by the alias table


def test_one_name_of_two_makers_is_two_models(small: tuple[Lineage, Any]) -> None:
    lineage, report = small
    assert [str(lineage[id].released) for id in ("orb", "orb-another-company")] == ["2024-03-01", "2020-05-05"]
    assert lineage["orb-another-company"].name == "Orb (orb-another-company)"
    assert [str(lineage[id].released) for id in ("kiln", "kiln-another-company")] == ["2024-02-20", "2024-04-01"]
    assert len(report["one name, several models"]) == 2


def test_the_day_of_a_conference_gives_way_to_the_month_of_the_paper(small: tuple[Lineage, Any]) -> None:
    lineage, _ = small
    assert str(lineage["cinder"].released) == "2024-01"
    (correction,) = lineage["cinder"].corrections
    assert (correction.field, correction.printed) == ("released", "2024-06-01")
    assert correction.references == ("arxiv:2401.00001",)
    assert str(lineage["cinder-2"].released) == "2024-09-01"  # which came after what the paper presents
    assert lineage["cinder-2"].corrections == ()
    assert str(lineage["kiln"].released) == "2024-02-20"  # weeks after the paper


def test_a_predecessor_by_hand_goes_before_that_of_a_table(small: tuple[Lineage, Any]) -> None:
    lineage, report = small
    assert lineage.parents("ember-3") == ("ember-2",)
    assert report["further predecessor"] == ["modelforest: ember-3 from ember-7b (successor)"]
    assert lineage.parents("ember-2-pro") == ()
    assert report["predecessor of the same day"] == ["modelforest: ember-2-pro from ember-2 (successor)"]


@pytest.mark.parametrize(
    ("child", "parent", "relation"),
    [
        ("hibachi-grpo", "hibachi", "finetune"),
        ("hibachi-med", "hibachi", "continued-pretraining"),
        ("hibachi-law", "hibachi", "continued-pretraining"),
        ("hibachi-tale", "hibachi", "finetune"),
        ("hibachi-exam", "llama-2", "finetune"),
        ("hibachi-wide", "llama-2", "continued-pretraining"),
        ("hibachi-eye", "spark-vl", "finetune"),
        ("hibachi-lora", "llama-2", "adapter"),
    ],
)
def test_the_base_that_the_training_data_name(
    small: tuple[Lineage, Any], child: str, parent: str, relation: str
) -> None:
    lineage, _ = small
    assert lineage.parents(child) == (parent,)
    assert lineage.derivation(parent, child).relation == relation


def test_the_form_of_a_company_is_no_company(small: tuple[Lineage, Any]) -> None:
    lineage, _ = small
    assert lineage["hibachi-grpo"].organizations == ("hibachi-co.-ltd.", "ember-labs")


def test_a_size_of_a_series_is_the_series(small: tuple[Lineage, Any]) -> None:
    lineage, _ = small
    assert not [id for id in lineage if id.startswith("llama-2-7")]
    assert lineage.derivation("llama-2", "ember-7b").relation == "finetune"
    assert lineage.derivation("llama-2", "hibachi").relation == "continued-pretraining"
    assert str(lineage["vit-22b"].released) == "2023-02-10"  # years after ViT, whose size it is not


def test_addresses_of_services_are_no_models(small: tuple[Lineage, Any]) -> None:
    assert {id for id in small[0] if id.startswith("orb-")} == {"orb-large", "orb-another-company"}


def test_what_has_several_bases_is_put_together_from_them(small: tuple[Lineage, Any]) -> None:
    lineage, _ = small
    assert {lineage.derivation(parent, "spark-vl").relation for parent in ("llama-2", "ember-7b")} == {"component"}
    parts = {edge.parent: edge.relation for edge in lineage.derivations if edge.child == "hibachi-vl"}
    assert parts == {"orb": "architecture", "hibachi": "component", "ember-7b": "component"}
    assert {edge.relation for edge in lineage.derivations if edge.child == "hibachi-tts"} == {"component"}


def test_how_a_model_was_asked_is_no_model(small: tuple[Lineage, Any]) -> None:
    lineage, _ = small
    assert [id for id in lineage if "spark" in id] == ["spark-vl"]


def test_what_sources_say_differently_is_kept(small: tuple[Lineage, Any]) -> None:
    lineage, report = small
    said = {(each.field, each.source): each.printed for each in lineage["ember-7b"].corrections}
    assert said == {
        ("released", "helm"): "2024-02-03",
        ("openness", "helm"): "closed",
        ("access", "helm"): "api-only",
        ("license", "open-llms"): "MIT",
    }
    assert len(report["other released"]) >= 1
    assert lineage["ember-chat"].domain == "code"
    assert "other domain" not in report  # a table that has no word for code says language


def test_derivations_say_where_they_are_from(small: tuple[Lineage, Any]) -> None:
    lineage, report = small
    edge = lineage.derivation("the-pile", "ember-7b")
    assert edge.relation == "data"
    assert edge.references == ("https://epoch.ai/data/all_ai_models.csv#Model=Ember-7B",)
    assert edge.note == "From Epoch AI, all models (CC-BY-4.0)."
    assert lineage.parents("orb") == ("dolly-15k", "llama-2")
    assert lineage.derivation("ember-7b", "ember-2").relation == "successor"
    assert lineage.parents("ember-chat") == ("ember-7b",)  # which is older than the curated record, not than the row
    assert lineage["ember-chat"].license.spdx == "Apache-2.0"
    assert report["derivation corrected by hand"] == ["awesome-japanese-llm: 'Hibachi-Ember' from 'Ember-7B'"]
    assert lineage.parents("hibachi-ember") == ("llama-2", "hibachi")


def test_survey_is_part_of_each_atlas(small: tuple[Lineage, Any]) -> None:
    survey = datasets.load("survey")
    for atlas in (small[0], datasets.load("atlas")):
        assert set(survey) <= set(atlas)
        pairs = {(edge.parent, edge.child) for edge in atlas.derivations}
        assert {(edge.parent, edge.child) for edge in survey.derivations} <= pairs


def test_the_same_bytes_again(build: ModuleType, hand: Path, tmp_path: Path) -> None:
    texts = []
    for _ in range(2):
        atlas = build.Atlas(SOURCES, hand)
        atlas.settle()
        texts.append(build.files_of(build.united(atlas)[0]))
    assert texts[0] == texts[1]
    assert {"about.yaml", "organizations.yaml", "models-2024.yaml"} <= set(texts[0])
    for name, text in texts[0].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    lineage, findings = modeltree.read(tmp_path)
    assert lineage["ember-7b"].id == "ember-7b"
    assert not [finding for finding in findings if finding.severity != "note"]


def test_whose_code_inherits_from_whose(build: ModuleType, tmp_path: Path) -> None:
    assert build.inherited(MODULAR, "ember") == {"llama": 2}  # the block that repeats, and no other part
    assert build.inherited(MOSTLY, "ember") == {"mistral": 3}  # two thirds of the classes
    path = tmp_path / "transformers-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("transformers/models/ember/modular_ember.py", MODULAR)
    source = next(source for source in build.SOURCES if source.id == "transformers")
    row = next(row for row in build.transformers(path, source) if row.id == "ember")
    assert [(parent.name, parent.relation) for parent in row.parents] == [("llama", "architecture")]
    assert row.reference.endswith("/v9.9.9/src/transformers/models/ember/modular_ember.py")


# What ships


def test_the_atlas_is_large_enough() -> None:
    atlas = datasets.load("atlas")
    passing = Counter(edge.relation in WEIGHTS | OUTPUTS for edge in atlas.derivations)
    assert len(atlas) >= 1200
    assert len(atlas.derivations) >= 1200
    assert passing[True] >= 700
    assert atlas.about.date
    assert f"{len(atlas.derivations)} derivations" in (atlas.about.description or "")


def test_everything_in_the_atlas_is_cited() -> None:
    atlas = datasets.load("atlas")
    assert [edge for edge in atlas.derivations if not edge.references] == []
    assert [model.id for model in atlas.models if not model.references] == []
    source = re.compile(r"Collected by hand \(BSD-3-Clause\)\.|From [^()]+ \((?:Apache-2\.0|CC-BY-4\.0|MIT)\)\.")
    assert [record for record in (*atlas.models, *atlas.derivations) if not source.search(record.note or "")] == []
    undated = [model.id for model in atlas.models if not model.released]
    assert set(undated) <= set(datasets.load("survey"))
    assert {edge.relation for edge in atlas.derivations} <= WEIGHTS | OUTPUTS | IDEAS | {modeltree.Relation.UNSPECIFIED}


def test_words_for_no_license_are_no_licenses_of_the_atlas() -> None:
    names = {model.license.name.casefold() for model in datasets.load("atlas").models if model.license}
    assert not names & {"proprietary", "？", "?", "component not include", "license not specified", "unknown"}
    assert not [name for name in names if name.endswith("(?)")]


def test_the_compact_form_of_the_atlas_is_that_of_its_files() -> None:
    folder = datasets.path("atlas")
    written = catalog_lineage(folder)
    assert written == datasets.load("atlas")
    assert compact_text(written) == (folder / COMPACT).read_text(encoding="utf-8")


def test_a_check_of_the_atlas_finds_no_faults() -> None:
    _, findings = modeltree.read(datasets.path("atlas"))
    assert [str(finding) for finding in findings if finding.severity == "error"] == []
    assert [str(finding) for finding in findings if finding.kind in ("parent-newer", "cycle")] == []


def test_the_sample_of_derivations_is_mended() -> None:
    text = (ROOT / "examples" / "atlas" / "sample.yaml").read_text(encoding="utf-8")
    sample = yaml.safe_load(text)["sample"]
    verdicts = Counter(row["verdict"] for row in sample)
    atlas = datasets.load("atlas")
    found = {f"{edge.child} {edge.relation} {edge.parent}" for edge in atlas.derivations}
    assert verdicts == {"right": 86, "wrong": 6, "other relation": 5, "wrong date": 1, "doubtful": 2}
    assert f"{verdicts['right']} were right" in text
    assert f"{verdicts['right']} were right" in (atlas.about.description or "")
    for row in sample:
        drawn = f"{row['child']} {row['relation']} {row['parent']}"
        now = row.get("now", drawn)
        assert (now in found) or (now == "left out" and drawn not in found), row
        assert (drawn in found) == (now == drawn) or row["verdict"] == "doubtful", row
        assert row["verdict"] in ("right", "wrong date", "doubtful") or now != drawn, row
        assert (row["verdict"] == "wrong date") == ("released" in row), row
        assert str(row.get("released", atlas[row["child"]].released)) == str(atlas[row["child"]].released), row
        assert row["evidence"]
