"""Model cards of the Hugging Face Hub: what is read from them, what is wrong with them, and how they are written."""

from __future__ import annotations

import contextlib
import json
import os
import string
import struct
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
import strategies_records
from modeltree import Derivation, Lineage, Model, datasets
from modeltree.findings import KINDS, Finding, SourceError
from modeltree.formats.cards import model_card_text, read_model_cards, write_model_cards
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.model_files import read_front_matter
from modeltree.formats.repair.policy import Policy
from modeltree.formats.weights.configurations import read_peft
from modeltree.records import License, Relation
from modeltree.values.addresses import hub_url
from modeltree.values.hub_words import hub_license, license_of
from strategies import examples

COMMON = {"missing-parent", "license-missing", "missing-date", "missing-child"}
"""Kinds of findings that most of these small files have, and that are tested elsewhere."""


def card(folder: Path, id: str, front: str, body: str = "# A model\n") -> Path:
    file = folder / id / "README.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\n{textwrap.dedent(front)}---\n{body}", encoding="utf-8")
    return file


def read(folder: Path, front: str, id: str = "acme/llama") -> Reading:
    """The reading of a folder with one card."""
    card(folder, id, front)
    return read_model_cards(folder)


def steps(lineage: Lineage) -> set[tuple[str, str, str]]:
    return {(step.child, str(step.relation), step.parent) for step in lineage.derivations}


def told(reading: Reading, *kinds: str) -> list[str]:
    """The kinds, lines and files of the findings."""
    return [
        f"{finding.kind}:{finding.position.line if finding.position else ''}"
        for finding in reading.findings
        if (finding.kind in kinds if kinds else finding.kind not in COMMON)
    ]


def finding_of(reading: Reading, kind: str) -> Finding:
    [finding] = [finding for finding in reading.findings if finding.kind == kind]
    return finding


# What is read


def test_a_card_has_all_its_fields(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        """\
        language: no
        license: apache-2.0
        library_name: transformers
        base_model: meta-llama/Llama-2-7b
        base_model_relation: finetune
        date: 2023-07-18
        """,
    )
    model = reading.lineage["acme/llama"]
    assert (model.name, model.organizations, str(model.released)) == ("llama", ("acme",), "2023-07-18")
    assert model.license == License(name="Apache 2.0", spdx="Apache-2.0")
    assert model.links.weights is None  # nothing says that it is on the Hub
    assert model.openness is None
    assert steps(reading.lineage) == {("acme/llama", "finetune", "meta-llama/Llama-2-7b")}
    assert told(reading) == []
    assert finding_of(reading, "missing-parent").position.line == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "parents"),
    [
        ("base_model: a/b", ["a/b"]),
        ("base_model: '  a/b '", ["a/b"]),
        ("base_model: [a/b, c/d]", ["a/b", "c/d"]),
        ("base_model: a/b, c/d", ["a/b", "c/d"]),
        ("base_model: a/b; c/d", ["a/b", "c/d"]),
        ("base_model:\n- a/b\n-\n- ''\n- c/d", ["a/b", "c/d"]),
        ("base_model:", []),
        ("base_model: []", []),
        ("base_model: ''", []),
        ("base_model: https://huggingface.co/a/b", ["a/b"]),
        ("base_model: https://www.huggingface.co/a/b/tree/main", ["a/b"]),
        ("base_model: hf.co/gpt2", ["gpt2"]),
        ("base_model: https://huggingface.co/gpt2/blob/main/README.md?x=1", ["gpt2"]),
        ("base_model: https://example.org/a/b", ["https://example.org/a/b"]),
        ("base_model: https://huggingface.co/datasets/a/b", ["https://huggingface.co/datasets/a/b"]),
        ("tags: ['base_model:finetune:a/b', 'base_model:a/b', chat]", ["a/b"]),
        ("tags: ['base_model:a/b']", ["a/b"]),
        ("tags: 'base_model:https://huggingface.co/a/b'", ["a/b"]),
        ("tags: ['base_model:', 'base_model:finetune:']", []),
        ("base_model: a/b and c/d", ["a/b", "c/d"]),
        ("base_model: a/b + c/d, e/f", ["a/b", "c/d", "e/f"]),
    ],
)
def test_parents_are_read_in_every_form(tmp_path: Path, written: str, parents: list[str]) -> None:
    lineage = read(tmp_path, f"{written}\n").lineage
    assert sorted(step.parent for step in lineage.derivations) == parents


def test_a_path_to_another_model_of_the_folder_is_that_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "ours"
    card(root, "base", "license: mit\n")
    card(root, "chat", "base_model: ../base\n")
    card(root, "quant", f"base_model:\n- {root / 'chat'}\n- ../base/model.safetensors\n")
    card(root, "own", "base_model: [., ../own, ../nowhere, ../../base]\n")
    (root / "merge").mkdir()
    (root / "merge" / "mergekit_config.yml").write_text(
        "merge_method: slerp\nslices: [{sources: [{model: ../base}, {model: ../chat/}]}]\n"
    )
    (root / "chat" / "de").mkdir()
    (root / "chat" / "de" / "adapter_config.json").write_text(
        '{"base_model_name_or_path": "./../", "peft_type": "LORA"}'
    )
    (root / "chat" / "fr").mkdir()
    (root / "chat" / "fr" / "adapter_config.json").write_text(
        '{"base_model_name_or_path": "../../base", "peft_type": "LORA"}'
    )
    expected = {
        ("chat", "finetune", "base"), ("quant", "merge", "chat"), ("quant", "merge", "base"),
        ("merge", "merge", "base"), ("merge", "merge", "chat"),
        ("chat/de", "adapter", "chat"), ("chat/fr", "adapter", "base"),
    }  # fmt: skip
    reading = read_model_cards(root)
    assert steps(reading.lineage) == expected
    lost = [finding.message for finding in reading.findings if finding.kind == "local-path-parent"]
    assert lost == [
        f"parent {path!r} of 'own' is a path of somebody's computer" for path in ("../own", "../nowhere", "../../base")
    ]
    monkeypatch.chdir(root)
    assert read_model_cards(".").lineage == reading.lineage


def test_front_matter_in_toml_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat" / "README.md").write_text('+++\nbase_model = "acme/base"\n+++\n# Ours\n')
    finding = finding_of(read_model_cards(tmp_path), "syntax")
    assert str(finding.position).endswith("README.md:1")
    with pytest.raises(SourceError, match="TOML"):
        read_model_cards(tmp_path / "chat" / "README.md")
    (tmp_path / "chat" / "README.md").write_text("+++ news +++\n# Ours\n")
    assert [finding.kind for finding in read_model_cards(tmp_path).findings if finding.kind == "syntax"] == []


def test_a_revision_is_kept_in_the_note(tmp_path: Path) -> None:
    reading = read(tmp_path, "base_model: [a/b@v1.0, 'https://huggingface.co/c/d/tree/abc', e/f@main]\n")
    assert {step.parent: step.note for step in reading.lineage.derivations} == {
        "a/b": "revision: v1.0",
        "c/d": "revision: abc",
        "e/f": None,
    }
    assert finding_of(reading, "read-as").done == "it is read as 'c/d'"


def test_names_that_are_listed_or_have_an_alias_are_taken_as_they_stand(tmp_path: Path) -> None:
    card(tmp_path, "acme/llama", "base_model: ['x/y@z', none, 'https://huggingface.co/a/b']\n")
    card(tmp_path, "one", "modeltree_id: x/y@z\n")
    card(tmp_path, "two", "modeltree_id: none\n")
    lineage, _ = read_model_cards(tmp_path, aliases={"https://huggingface.co/a/b": "none"})
    assert lineage.parents("acme/llama") == ("none", "x/y@z")


@pytest.mark.parametrize("word", ["None", "null", "N/A"])
def test_a_word_for_nothing_is_no_parent(tmp_path: Path, word: str) -> None:
    reading = read(tmp_path, f"base_model: '{word}'\n")
    assert not reading.lineage.derivations
    assert told(reading) == ["ignored:2"]


@pytest.mark.parametrize(
    ("front", "relation", "rule"),
    [
        ("base_model: a\n", "finetune", "one base model"),
        ("base_model: [a, b]\n", "merge", "2 base models"),
        ("base_model: a\nlibrary_name: peft\n", "adapter", "'peft'"),
        ("base_model: a\ntags: [LoRA]\n", "adapter", "'lora'"),
        ("base_model: [a, b]\nlibrary_name: peft\n", "adapter", "'peft'"),
        ("base_model: a\nlibrary_name: gguf\n", "quantized", "'gguf'"),
        ("base_model: a\ntags: [merge, awq]\n", "quantized", "'awq'"),
        ("base_model: a\ntags: [merge]\nquantized_by: me\n", "quantized", "'quantized_by'"),
        ("base_model: a\ntags: [mergekit]\n", "merge", "'mergekit'"),
        ("base_model: a\nbase_model_relation:\n", "finetune", "one base model"),
        ("tags: ['base_model:a', 'base_model:b']\n", "merge", "2 base models"),
    ],
)
def test_a_relation_that_is_not_said_is_inferred_with_its_rule(
    tmp_path: Path, front: str, relation: str, rule: str
) -> None:
    reading = read(tmp_path, front)
    assert {step.relation for step in reading.lineage.derivations} == {Relation(relation)}
    finding = finding_of(reading, "inferred-relation")
    assert repr(relation) in str(finding.done)
    assert rule in str(finding.done)


@pytest.mark.parametrize(
    ("front", "relations"),
    [
        ("base_model: a\nbase_model_relation: [merge]\n", {"a": "merge"}),
        ("base_model: a\nbase_model_relation: distillation\n", {"a": "distillation"}),
        ("base_model: [a, b]\ntags: ['base_model:adapter:a', 'base_model:merge:b']\n", {"a": "adapter", "b": "merge"}),
        ("base_model: a\nbase_model_relation: merge\ntags: ['base_model:merge:a']\n", {"a": "merge"}),
    ],
)
def test_a_relation_that_is_said_is_taken(tmp_path: Path, front: str, relations: dict[str, str]) -> None:
    reading = read(tmp_path, front)
    assert {step.parent: str(step.relation) for step in reading.lineage.derivations} == relations
    assert told(reading) == []


def test_contradictions_within_a_card_are_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "base_model: a\nbase_model_relation: finetune\ntags:\n- base_model:merge:a\n")
    assert steps(reading.lineage) == {("acme/llama", "finetune", "a")}
    assert told(reading) == ["conflicting-relation:2"]
    reading = read(tmp_path, "base_model: a\ntags: ['base_model:finetune:a', 'base_model:finetune:b']\n")
    assert steps(reading.lineage) == {("acme/llama", "finetune", "a"), ("acme/llama", "finetune", "b")}
    assert told(reading) == ["incomplete-parents:2"]


def test_a_word_that_is_no_relation_and_a_relation_to_nothing_are_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, "base_model: a\nbase_model_relation: fork\n")
    assert steps(reading.lineage) == {("acme/llama", "unspecified", "a")}
    assert told(reading) == ["unknown-relation:2"]
    assert told(read(tmp_path, "base_model_relation: merge\n")) == ["unknown-base:2"]
    assert told(read(tmp_path, "base_model: a\nbase_model_relation: [merge, adapter]\n"), "wrong-type") == [
        "wrong-type:3"
    ]


def test_a_merge_that_is_rather_a_composition_is_reported(tmp_path: Path) -> None:
    front = "base_model: [a, b]\nbase_model_relation: merge\npipeline_tag: image-text-to-text\n"
    assert told(read(tmp_path, front)) == ["unlikely-relation:3"]
    assert told(read(tmp_path, front + "tags: [mergekit]\n")) == []
    file = card(tmp_path, "acme/llama", front)
    (file.parent / "mergekit_config.yml").write_text("merge_method: linear\nmodels: [{model: a}, {model: b}]\n")
    assert told(read_model_cards(tmp_path), "unlikely-relation") == []


def test_a_new_version_is_a_successor(tmp_path: Path) -> None:
    reading = read(tmp_path, "new_version: https://huggingface.co/acme/llama-2\n")
    assert steps(reading.lineage) == {("acme/llama-2", "successor", "acme/llama")}


def test_dates_of_release_are_read_and_others_are_not(tmp_path: Path) -> None:
    def released(front: str) -> str:
        return str(read(tmp_path, front).lineage["acme/llama"].released)

    assert released("created_at: 2023-07-18T17:20:01.000Z\ndate: 2023-06\nrelease_date: 2023\n") == "2023"
    assert released("created_at: 2023-07-18T17:20:01.000Z\ndate: 2023-06\n") == "2023-06"
    assert released("created_at: 2023-07-18T17:20:01.000Z\n") == "2023-07-18"
    assert released("last_modified: 2023-07-18\n") == "None"
    assert told(read(tmp_path, "license: mit\ndate: soon\n")) == ["bad-date:3"]


def test_data_sets_are_read_when_asked_for(tmp_path: Path) -> None:
    card(tmp_path, "acme/llama", "datasets: [imdb, acme/llama]\n")
    card(tmp_path, "acme/alpaca", "datasets: imdb\n")
    assert not read_model_cards(tmp_path, datasets=False).lineage.derivations
    lineage, _ = read_model_cards(tmp_path, datasets=True)
    assert steps(lineage) == {
        ("acme/llama", "data", "datasets/imdb"),
        ("acme/llama", "data", "datasets/acme/llama"),
        ("acme/alpaca", "data", "datasets/imdb"),
    }
    assert {str(lineage[id].kind) for id in lineage if id.startswith("datasets/")} == {"dataset"}


def test_values_of_the_wrong_type_are_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    reading = read(tmp_path, "base_model:\n- {a: b}\n- c\nlicense: {x: y}\nnew_version: [[d]]\ntags: {a: b}\n")
    assert told(reading, "wrong-type") == ["wrong-type:3", "wrong-type:5", "wrong-type:6"]
    assert steps(reading.lineage) == {("acme/llama", "finetune", "c")}


# Licenses


@pytest.mark.parametrize(
    ("front", "name", "spdx"),
    [
        ("license: mit\n", "MIT", "MIT"),
        ("license: [mit]\n", "MIT", "MIT"),
        ("license: CC-BY-NC-SA-4.0\n", "CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("license: gpl-3.0\n", "GPL-3.0", "GPL-3.0-only"),
        ("license: llama3.1\n", "Llama 3.1 Community License", None),
        ("license: other\nlicense_name: flux-1-dev\n", "flux-1-dev", None),
        ("license: other\n", "other", None),
        ("license_name: ours\n", "ours", None),
        ("license: [mit, gemma, none-such]\n", "MIT, Gemma Terms of Use, none-such", None),
    ],
)
def test_licenses_are_read(tmp_path: Path, front: str, name: str, spdx: str | None) -> None:
    assert read(tmp_path, front).lineage["acme/llama"].license == License(name=name, spdx=spdx)


def test_a_license_that_is_unknown_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, "license: unknown\n").lineage["acme/llama"].license is None


def test_the_link_of_a_license_is_a_reference(tmp_path: Path) -> None:
    front = "license: other\nlicense_link: https://example.org/license\n"
    assert read(tmp_path, front).lineage["acme/llama"].references == ("https://example.org/license",)
    assert read(tmp_path, "license: other\nlicense_link: LICENSE.md\n").lineage["acme/llama"].references == ()


@pytest.mark.parametrize(
    "word", ["apache-2.0", "cc0-1.0", "bsd-3-clause-clear", "llama2", "openrail++", "gfdl", "wtfpl"]
)
def test_a_word_of_the_hub_comes_back(word: str) -> None:
    license = License.model_validate(license_of(word))
    assert hub_license(license) == word


# Front matter


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"---\nlicense: mit\n---\n", {"license": "mit"}),
        (b"\xef\xbb\xbf---\r\nlicense: mit\r\n---\r\nText", {"license": "mit"}),
        (b"---\rlicense: mit\r---\rText", {"license": "mit"}),
        (b"\n \n---  \t\nlicense: mit\n--- \t", {"license": "mit"}),
        (b"---\nlicense: mit\nx: a --- b\ny: '---'\n----: 1\n---\n---\nz: 1\n---", None),
        (b"---\n---\n", {}),
        (b"---\n# nothing\n---\n", {}),
    ],
)
def test_front_matter_is_found(tmp_path: Path, content: bytes, fields: dict[str, str] | None) -> None:
    (tmp_path / "README.md").write_bytes(content)
    front = read_front_matter(tmp_path / "README.md")
    assert front.present
    assert front.whole
    assert not front.problems
    if fields is None:
        fields = {"license": "mit", "x": "a --- b", "y": "---", "----": "1"}
    assert front.fields == fields


@pytest.mark.parametrize(
    "content", [b"", b"# Title\n---\nlicense: mit\n---\n", b"----\n", b"--- a\n---\n", b" " * 10**6]
)
def test_a_card_without_front_matter_is_a_model_without_fields(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "llama").mkdir()
    (tmp_path / "llama" / "README.md").write_bytes(content)
    reading = read_model_cards(tmp_path)
    assert list(reading.lineage) == ["llama"]
    reading = read_model_cards(tmp_path / "llama" / "README.md")
    assert list(reading.lineage) == ["llama"]
    assert told(reading) == ["ignored:1"]


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        (b"---\nlicense: mit\n", "syntax", 1),
        (b"\n\n---\nlicense: mit\n", "syntax", 3),
        (b"---\n" + b"#" * limits.HEAD_BYTES + b"\n---\n", "too-large", 1),
        (b"---\nlicense: mit\nbase_model: [a\n---\n", "syntax", 4),
        (b"\xef\xbb\xbf\n---\r\nlicense: mit\r\nbase_model: @a\r\n---\r\n", "syntax", 4),
        (b"---\nlicense: mit\nname: \xff\n---\n", "encoding", 3),
        (b"---\n" + b"[" * 10**5 + b"\n---\n", "too-deep", 2),
        (b"---\na: &a [1]\nb: " + b"\nb: " * 0 + b"[*a\n---\n", "syntax", 4),
    ],
)
def test_broken_front_matter_is_reported_with_its_line(tmp_path: Path, content: bytes, kind: str, line: int) -> None:
    card(tmp_path, "acme/alpaca", "license: mit\n")
    file = card(tmp_path, "acme/llama", "")
    file.write_bytes(content)
    reading = read_model_cards(tmp_path)
    assert set(reading.lineage) == {"acme/alpaca", "acme/llama"}
    assert f"{kind}:{line}" in told(reading)
    if kind in ("syntax", "encoding") and line > 2 + content.startswith(b"\n\n"):  # only a field is lost
        assert f"{kind}:{line}" in told(read_model_cards(file))
        return
    with pytest.raises(SourceError) as caught:
        read_model_cards(file)
    assert {problem.position.path for problem in caught.value.problems if problem.position} == {file}


def test_front_matter_may_begin_after_much_that_is_blank(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"\n" * 2**17 + b"---\nlicense: mit\n---\n")
    assert read_front_matter(tmp_path / "README.md").position(("license",)).line == 2**17 + 2


def test_front_matter_that_is_no_mapping_is_reported(tmp_path: Path) -> None:
    assert told(read(tmp_path, "- a\n- b\n")) == ["wrong-type:2"]


def test_front_matter_longer_than_the_first_part_that_is_read_is_read(tmp_path: Path) -> None:
    for size in (2**16 - 20, 2**16 - 5, 2**16, 2**17):
        padding = "#" * size
        assert read(tmp_path, f"license: mit\n{padding}\nbase_model: a\n").lineage.parents("acme/llama") == ("a",)


# Folders


def test_a_folder_has_models_in_it_and_below(tmp_path: Path) -> None:
    root = tmp_path / "gpt-j"
    card(root, ".", "license: mit\n")
    card(root, "name", "base_model: gpt-j\n")
    card(root, "org/name", "base_model: name\n")
    lineage, _ = read_model_cards(root)
    assert set(lineage) == {"gpt-j", "name", "org/name"}
    assert lineage.ancestors("org/name") == ("gpt-j", "name")


def test_a_readme_about_a_folder_of_models_is_no_card(tmp_path: Path) -> None:
    card(tmp_path, "org/name", "license: mit\n")
    (tmp_path / "README.md").write_text("These are our models.")
    (tmp_path / "org" / "README.md").write_text("And these.")
    reading = read_model_cards(tmp_path)
    assert list(reading.lineage) == ["org/name"]
    assert told(reading) == ["ignored:0", "ignored:0"]


def test_a_readme_beside_a_configuration_is_a_model_though_models_are_below(tmp_path: Path) -> None:
    card(tmp_path, "acme/lora/checkpoint-1", "base_model: a/b\n")
    (tmp_path / "acme" / "lora" / "README.md").write_text("No front matter.")
    adapter(tmp_path / "acme" / "lora", "a/b")
    card(tmp_path, "acme/lora/other", "base_model: a/b\n")
    assert set(read_model_cards(tmp_path).lineage) == {"acme/lora", "lora/other", "a/b"}


def test_a_single_file_may_have_any_name(tmp_path: Path) -> None:
    card(tmp_path, "acme/llama", "license: mit\n").rename(tmp_path / "Llama-2.7b.md")
    lineage, _ = read_model_cards(str(tmp_path / "Llama-2.7b.md"))
    assert list(lineage) == ["Llama-2.7b"]
    (tmp_path / "notes.md").write_text("# No card\n")
    with pytest.raises(SourceError, match=r"notes\.md:1: the file has no front matter"):
        read_model_cards(tmp_path / "notes.md")


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no model card"):
        read_model_cards(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_model_cards(tmp_path / "none")


def cached(hub: Path, repository: str, snapshots: dict[str, str], main: str | None) -> None:
    """A repository in a cache, with the front matter of each of its snapshots."""
    for number, (revision, front) in enumerate(snapshots.items()):
        blob = hub / repository / "blobs" / f"{number}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_text(f"---\n{front}\n---\n")
        snapshot = hub / repository / "snapshots" / revision
        snapshot.mkdir(parents=True)
        (snapshot / "README.md").symlink_to(f"../../blobs/{number}")
    if main is not None:
        (hub / repository / "refs").mkdir()
        (hub / repository / "refs" / "main").write_text(main)


def test_a_cache_has_one_snapshot_of_each_repository(tmp_path: Path) -> None:
    cached(tmp_path, "models--acme--llama", {"abc": "license: mit", "def": "license: isc"}, "abc")
    cached(tmp_path, "models--gpt2", {"abc": "license: mit", "def": "license: isc"}, "gone")
    cached(tmp_path, "models--acme--alpaca", {"abc": "base_model: acme/llama"}, None)
    cached(tmp_path, "datasets--acme--text", {"abc": "license: mit"}, "abc")
    reading = read_model_cards(tmp_path)
    assert {id: str(reading.lineage[id].license) for id in reading.lineage} == {
        "acme/alpaca": "None",
        "acme/llama": "name='MIT' spdx='MIT'",
        "gpt2": "name='ISC' spdx='ISC'",
    }
    places = [finding.position for finding in reading.findings if finding.kind == "ignored"]
    assert [place.path.relative_to(tmp_path).as_posix() for place in places if place] == [
        "datasets--acme--text",
        "models--acme--llama/snapshots/def",
        "models--gpt2/snapshots/abc",
    ]
    for part in ("models--acme--llama", "models--acme--llama/snapshots/abc"):
        lineage, _ = read_model_cards(tmp_path / part)
        assert list(lineage) == ["acme/llama"]
        assert lineage["acme/llama"].license == License(name="MIT", spdx="MIT")


def test_refs_main_is_no_way_out(tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    cached(hub, "models--gpt2", {"abc": "license: mit", "def": "license: isc"}, "../../../abc")
    assert read_model_cards(hub).lineage["gpt2"].license == License(name="ISC", spdx="ISC")
    (tmp_path / "elsewhere").write_text("abc")
    (hub / "models--gpt2" / "refs" / "main").unlink()
    (hub / "models--gpt2" / "refs" / "main").symlink_to(tmp_path / "elsewhere")
    assert read_model_cards(hub).lineage["gpt2"].license == License(name="ISC", spdx="ISC")
    (hub / "models--gpt2" / "refs" / "main").unlink()
    (hub / "models--gpt2" / "refs").rmdir()
    (tmp_path / "main").write_text("abc")
    (hub / "models--gpt2" / "refs").symlink_to(tmp_path)
    assert read_model_cards(hub).lineage["gpt2"].license == License(name="ISC", spdx="ISC")
    (hub / "models--gpt2" / "refs").unlink()
    (hub / "models--gpt2" / "refs").mkdir()
    os.mkfifo(hub / "models--gpt2" / "refs" / "main")  # would be waited for
    assert read_model_cards(hub).lineage["gpt2"].license == License(name="ISC", spdx="ISC")


def test_five_hundred_cards_are_all_there(tmp_path: Path) -> None:
    for number in range(500):
        parent = f"base_model: org{(number - 1) % 7}/model-{number - 1}\n" if number else ""
        card(tmp_path, f"org{number % 7}/model-{number}", f"license: mit\n{parent}tags: [a, b]\n")
    lineage, findings = read_model_cards(tmp_path)
    assert len(lineage) == 500
    assert len(lineage.derivations) == 499
    assert lineage.height() == 499
    assert {finding.kind for finding in findings} == {"inferred-relation", "missing-date"}


# Files beside the card


def adapter(folder: Path, parent: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": parent, "peft_type": "LORA"}))


RECIPE = """\
slices:
  - sources:
      - model: a/b
        layer_range: [0, 32]
      - model: c/d
        layer_range: [0, 32]
      - model: e/f
        layer_range: [0, 32]
merge_method: model_stock
base_model: a/b
"""


def test_an_adapter_is_one_by_its_configuration(tmp_path: Path) -> None:
    adapter(card(tmp_path, "acme/llama", "base_model: a/b\n").parent, "a/b")
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "adapter", "a/b")}
    assert told(reading) == []  # said by the file, hence neither inferred nor repeated


def test_a_card_and_a_file_that_say_the_same_are_no_repetition(tmp_path: Path) -> None:
    adapter(card(tmp_path, "acme/llama", "base_model: a/b\nbase_model_relation: adapter\n").parent, "a/b")
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "adapter", "a/b")}
    assert told(reading) == []


def gguf(folder: Path, name: str, parent: str) -> None:
    """A GGUF file that names a base model, and says nothing of how the model was made from it."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    count = text("general.base_model.count") + struct.pack("<II", 4, 1)
    address = text("general.base_model.0.repo_url") + struct.pack("<I", 8) + text(f"https://huggingface.co/{parent}")
    (folder / name).write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + count + address)


def test_a_model_with_gguf_files_is_quantized(tmp_path: Path) -> None:
    file = card(tmp_path, "acme/llama", "base_model: a/b\n")
    for name in ("q4.gguf", "q8.gguf"):
        gguf(file.parent, name, "a/b")
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "quantized", "a/b")}
    assert told(reading) == ["inferred-relation:2"]
    file.write_text("No front matter.")
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "unspecified", "a/b")}
    assert told(reading) == ["missing-relation:0"]


def test_the_method_of_a_merge_is_kept_where_the_card_says_merge(tmp_path: Path) -> None:
    file = card(tmp_path, "acme/llama", "base_model: [a/b, c/d, e/f]\nbase_model_relation: merge\n")
    (file.parent / "mergekit_config.yml").write_text(RECIPE)
    reading = read_model_cards(tmp_path)
    assert reading.lineage.derivation("c/d", "acme/llama").note == "merge method: model_stock"
    assert told(reading) == []


def test_a_card_and_a_file_that_contradict_each_other_are_reported(tmp_path: Path) -> None:
    adapter(card(tmp_path, "acme/llama", "base_model: a/b\nbase_model_relation: merge\n").parent, "a/b")
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "merge", "a/b")}
    assert [kind.split(":")[0] for kind in told(reading)] == ["conflicting-relation"]


def test_a_card_with_fewer_parents_than_its_recipe_is_reported_and_all_are_kept(tmp_path: Path) -> None:
    file = card(tmp_path, "acme/llama", "license: mit\nbase_model:\n- a/b\ntags: [merge]\n")
    (file.parent / "mergekit_config.yml").write_text(RECIPE)
    reading = read_model_cards(tmp_path)
    assert steps(reading.lineage) == {("acme/llama", "merge", parent) for parent in ("a/b", "c/d", "e/f")}
    assert reading.lineage.derivation("c/d", "acme/llama").note == "merge method: model_stock"
    finding = finding_of(reading, "incomplete-parents")
    assert finding.position is not None
    assert (finding.position.path, finding.position.line) == (file, 4)
    assert finding.message == "the card of 'acme/llama' does not list 'c/d', 'e/f', which mergekit_config.yml does"


def test_a_recipe_with_fewer_parents_than_the_card_is_reported(tmp_path: Path) -> None:
    file = card(tmp_path, "acme/llama", "base_model: [a/b, c/d]\n")
    adapter(file.parent, "a/b")
    reading = read_model_cards(tmp_path)
    assert {step.parent for step in reading.lineage.derivations} == {"a/b", "c/d"}
    finding = finding_of(reading, "incomplete-parents")
    assert finding.position is not None
    assert finding.position.path.name == "adapter_config.json"


def test_a_folder_of_somebodys_computer_is_not_missed_in_the_card(tmp_path: Path) -> None:
    adapter(card(tmp_path, "acme/llama", "base_model: a/b\n").parent, "/root/models/llama")
    reading = read_model_cards(tmp_path)
    assert {step.parent for step in reading.lineage.derivations} == {"a/b"}
    assert "local-path-parent" in {finding.kind for finding in reading.findings}
    assert "incomplete-parents" not in {finding.kind for finding in reading.findings}


def test_a_folder_without_a_card_may_be_a_model_or_a_part_of_one(tmp_path: Path) -> None:
    adapter(tmp_path / "acme" / "lora", "a/b")
    card(tmp_path, "acme/llama", "base_model: a/b\n")
    adapter(tmp_path / "acme" / "llama" / "other", "e/f")
    gguf = tmp_path / "acme" / "llama" / "part" / "m.gguf"
    gguf.parent.mkdir()
    gguf.write_bytes(b"GGUF")
    card(tmp_path, "acme/llama/checkpoint-1", "base_model: a/b\n")
    lineage, _ = read_model_cards(tmp_path)
    assert set(lineage) == {"acme/lora", "acme/llama", "acme/llama/other", "a/b", "e/f"}


@pytest.mark.parametrize("readme", ["---\nlicense: mit\n---\n# Two adapters\n", "# Two adapters\n", None])
def test_adapters_in_folders_of_a_card_are_models(readme: str | None, tmp_path: Path) -> None:
    for name, base in (("french", "acme/base-7b"), ("sql", "acme/code-7b")):
        adapter(tmp_path / "acme" / "multi" / name, base)
    if readme:
        (tmp_path / "acme" / "multi" / "README.md").write_text(readme)
    is_card = bool(readme and readme.startswith("---"))
    lineage, findings = read_model_cards(tmp_path)
    start = "acme/multi/" if is_card else "multi/"
    assert {(edge.child, edge.parent, str(edge.relation)) for edge in lineage.derivations} == {
        (f"{start}french", "acme/base-7b", "adapter"),
        (f"{start}sql", "acme/code-7b", "adapter"),
    }
    assert ("acme/multi" in lineage) == is_card
    assert not [finding for finding in findings if finding.severity == "error"]


def test_adapters_in_a_cached_repository_are_models(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--acme--multi" / "snapshots" / "abc"
    for name, base in (("french", "acme/base-7b"), ("sql", "acme/code-7b")):
        adapter(snapshot / name, base)
    (snapshot / "README.md").write_text("---\nlicense: mit\n---\n")
    lineage, _ = read_model_cards(tmp_path)
    assert lineage.parents("acme/multi/french") == ("acme/base-7b",)
    assert lineage.parents("acme/multi/sql") == ("acme/code-7b",)


def test_the_only_adapter_of_the_base_of_a_card_is_its_model(tmp_path: Path) -> None:
    card(tmp_path, "acme/lora", "base_model: a/b\n")
    adapter(tmp_path / "acme" / "lora" / "adapter", "a/b")
    lineage, _ = read_model_cards(tmp_path)
    assert set(lineage) == {"acme/lora", "a/b"}
    assert lineage.derivation("a/b", "acme/lora").relation == "adapter"
    adapter(tmp_path / "acme" / "lora" / "second", "a/b")
    lineage, _ = read_model_cards(tmp_path)
    assert set(lineage) == {"acme/lora", "acme/lora/adapter", "acme/lora/second", "a/b"}


@pytest.mark.parametrize("read_folder", [read_model_cards, read_peft])
@pytest.mark.parametrize(
    "checkpoints",
    [
        ("checkpoint-500", "checkpoint-1000"),
        ("checkpoint-1000", "last-checkpoint"),
        ("checkpoints/checkpoint-9", "global_step10"),
        ("epoch_3", "step-1000"),
    ],
)
def test_checkpoints_are_parts_of_a_model(
    checkpoints: tuple[str, str], read_folder: Callable[[Path], Reading], tmp_path: Path
) -> None:
    run = tmp_path / "acme" / "run"
    for name, base in zip(checkpoints, ("old/base", "acme/base"), strict=True):
        adapter(run / name, base)
    reading = read_folder(tmp_path)
    assert reading.lineage.parents("acme/run") == ("acme/base",)
    assert set(reading.lineage) == {"acme/run", "acme/base"}
    assert "ignored" in {finding.kind for finding in reading.findings}
    adapter(run, "last/base")
    reading = read_folder(tmp_path)
    assert set(reading.lineage) == {"acme/run", "last/base"}
    noted = [finding for finding in reading.findings if finding.kind == "ignored"]
    assert [finding.message for finding in noted] == ["2 checkpoints of the model"]


def test_cards_may_lie_in_one_folder_under_the_names_of_their_models(tmp_path: Path) -> None:
    texts = {
        "base.md": "---\nlicense: mit\n---\n", "chat.md": "---\nbase_model: base\n---\n", "notes.md": "# Notes\n",
        "post.md": "---\nlayout: post\n---\n", "README.md": "# Our models\n",
        "deep/in/acme/tuned/modelcard.md": "---\nbase_model: chat\n---\n",
        "deep/in/acme/tuned/other.md": "---\nbase_model: base\n---\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    reading = modeltree.read(tmp_path)
    assert steps(reading.lineage) == {("chat", "finetune", "base"), ("acme/tuned", "finetune", "chat")}
    assert set(reading.lineage) == {"base", "chat", "acme/tuned"}
    assert reading.lineage["base"].license is not None


@pytest.mark.parametrize("readme", ["---\nlicense: mit\n---\n", "# Notes\n"])
def test_a_checkpoint_tells_the_parents_where_the_card_does_not(readme: str, tmp_path: Path) -> None:
    run = tmp_path / "acme" / "run"
    adapter(run / "checkpoint-500", "acme/base")
    (run / "checkpoint-500" / "README.md").write_text("---\nbase_model: acme/base\n---\n")
    (run / "README.md").write_text(readme)
    lineage, _ = read_model_cards(tmp_path)
    assert set(lineage) == {"acme/run", "acme/base"}
    assert lineage.derivation("acme/base", "acme/run").relation == "adapter"
    assert (lineage["acme/run"].license is not None) == readme.startswith("---")
    (run / "README.md").write_text("---\nbase_model: other/base\n---\n")
    assert set(read_model_cards(tmp_path).lineage) == {"acme/run", "other/base"}


def test_a_folder_that_is_read_itself_may_be_a_checkpoint(tmp_path: Path) -> None:
    adapter(tmp_path / "checkpoint-500", "acme/base")
    assert set(read_model_cards(tmp_path / "checkpoint-500").lineage) == {"checkpoint-500", "acme/base"}


@pytest.mark.parametrize("prefix", ["acme", "acme/"])
def test_ids_in_the_folder_of_an_organization_have_a_prefix(prefix: str, tmp_path: Path) -> None:
    card(tmp_path, "chat", "base_model: acme/base\n")
    card(tmp_path, "base", "license: mit\n")
    card(tmp_path, "own", "modeltree_id: other/own\n")
    card(tmp_path, "models--gpt2/snapshots/abc", "license: mit\n")
    adapter(tmp_path / "chat" / "french", "acme/chat")
    reading = modeltree.read(tmp_path, prefix=prefix)
    assert set(reading.lineage) == {"acme/chat", "acme/base", "other/own", "gpt2", "acme/chat/french"}
    assert reading.lineage.parents("acme/chat") == ("acme/base",)
    assert reading.lineage["acme/chat"].organizations == ("acme",)
    assert set(read_peft(tmp_path, prefix=prefix).lineage) == {"acme/chat/french", "acme/chat"}
    single = modeltree.read(tmp_path / "chat" / "README.md", prefix=prefix)
    assert "acme/chat" in single.lineage


@pytest.mark.parametrize("prefix", ["", "/", "/acme", "a b", 5])
def test_a_prefix_is_checked(prefix: Any, tmp_path: Path) -> None:
    card(tmp_path, "chat", "license: mit\n")
    with pytest.raises(ValueError, match="is no prefix of ids"):
        read_model_cards(tmp_path, prefix=prefix)


def test_a_broken_file_beside_a_card_is_reported_and_the_card_is_read(tmp_path: Path) -> None:
    file = card(tmp_path, "acme/llama", "base_model: a/b\n")
    (file.parent / "adapter_config.json").write_text("{")
    (file.parent / "mergekit_config.yml").write_text("models: [")
    (file.parent / "model.gguf").write_bytes(b"GGUF")
    (file.parent / "model.safetensors").write_bytes(b"\xff" * 9)
    reading = read_model_cards(tmp_path)
    assert lineage_parents(reading) == {"a/b"}
    paths = {finding.position.path.name for finding in reading.findings if finding.position}
    assert paths >= {"adapter_config.json", "mergekit_config.yml", "model.gguf", "model.safetensors"}


def lineage_parents(reading: Reading) -> set[str]:
    return {step.parent for step in reading.lineage.derivations}


# Writing


def test_a_card_is_written_as_the_hub_reads_it() -> None:
    lineage = Lineage(
        [
            Model(id="a/b", name="b", license={"name": "Apache License 2.0", "spdx": "Apache-2.0"}),
            Model(id="c", name="The *C*", license="Terms: ours"),
            Model(id="no", name="no"),
        ],
        [
            Derivation(parent="a/b", child="c", relation="finetune"),
            Derivation(parent="no", child="c", relation="distillation"),
            Derivation(parent="a/b", child="no", relation="successor"),
        ],
    )
    assert model_card_text(lineage, "c") == textwrap.dedent("""\
        ---
        base_model: [a/b, "no"]
        license: other
        license_name: "Terms: ours"
        tags: [base_model:finetune:a/b, base_model:distillation:no]
        ---

        # The \\*C\\*
        """)
    front = yaml.safe_load(model_card_text(lineage, lineage["a/b"]).split("---")[1])
    assert front == {"new_version": "no", "license": "apache-2.0", "license_name": "Apache License 2.0"}


@settings(deadline=None, max_examples=examples(25))
@given(lineage=strategies_records.lineages())
def test_reading_what_was_written_gives_the_same_descent(lineage: Lineage) -> None:
    _check_round_trip(lineage)


_HARD_IDS = [
    "..", ".", "/", "//", "a/", "/a", "a/b/c", "../../x", "C:\\x", "c:x", "nul", "CON.txt", "a\\b", "README.md", "-",
    "~", "a/README.md", "A/x", "a/x", "a/X", "a", "A", "a.", ".hidden", "---", "none", "null", "models--a--b",
    "datasets--a", "snapshots", "a/b@c", "https://huggingface.co/a/b", "finetune:a", "//x", "悟道", "%2e%2e",
    'a*?<>|"b', "e\u0301", "é", "x" * 300,
]  # fmt: skip


@settings(deadline=None, max_examples=examples(25))
@given(data=st.data())
def test_ids_that_are_no_paths_never_leave_the_folder(data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.sampled_from(_HARD_IDS), unique=True, max_size=8))
    pairs = [(parent, child) for place, child in enumerate(ids) for parent in ids[:place]]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=8)) if pairs else []
    relations = st.sampled_from(Relation)
    _check_round_trip(
        Lineage(
            [Model(id=id, name=id) for id in ids],
            [Derivation(parent=parent, child=child, relation=data.draw(relations)) for parent, child in edges],
        )
    )


def _check_round_trip(lineage: Lineage) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "cards"
        findings = write_model_cards(lineage, folder)
        assert [path.name for path in Path(parent).iterdir()] == ["cards"]
        written = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
        assert len({name.lower() for name in written}) == len(written)  # also where case does not count
        assert all(set(name) <= {*string.ascii_letters, *string.digits, *"-._/"} for name in written)
        if not len(lineage):
            return
        reading = read_model_cards(folder)
    assert {model.id for model in reading.lineage.models} == {model.id for model in lineage.models}
    assert steps(reading.lineage) == steps(lineage)
    lost = {id for finding in findings if "'license'" in finding.message for id in finding.ids}
    for model in lineage.models:
        assert (reading.lineage[model.id].license == model.license) == (model.id not in lost)
        assert model.id not in lost or (model.license and model.license.spdx == "0BSD")
    assert {finding.kind for finding in reading.findings} <= {"license-missing", "missing-date", "possible-same"}


def test_what_cards_cannot_hold_is_said_once_for_each_field(tmp_path: Path) -> None:
    lineage = Lineage(
        [
            Model(id="a/b", name="b", organizations=["a"], license={"name": "MIT", "spdx": "MIT"}),
            Model(
                id="c/d", name="The D", organizations=["x"], released="2023", license={"name": "0BSD", "spdx": "0BSD"}
            ),
            Model(id="e", name="E", links={"paper": "https://example.org"}),
        ],
        [Derivation(parent="a/b", child="c/d", relation="finetune", note="on texts")],
    )
    findings = write_model_cards(lineage, tmp_path)
    assert {finding.kind for finding in findings} == {"not-carried"}
    said = {finding.message.split("'")[1]: str(finding.done) for finding in findings}
    assert said.keys() == {"name", "organizations", "released", "license", "links", "note"}
    assert said["name"] == "left out for 2 models, the first is 'c/d'"
    assert write_model_cards(lineage.subgraph(["a/b"]), tmp_path) == ()


def test_cards_keep_what_is_not_said_anew(tmp_path: Path) -> None:
    lineage = Lineage(
        [Model(id=id, name=id, license="MIT" if id == "c" else None) for id in "abc"],
        [Derivation(parent="a", child="c", relation="finetune"), Derivation(parent="b", child="c", relation="merge")],
    )
    (tmp_path / "c").mkdir()
    card = tmp_path / "c" / "README.md"
    card.write_bytes(
        b"\xef\xbb\xbf---\r\nbase_model: old\r\nlicense: gpl-3.0\r\n# why\r\nlanguage:\r\n- en\r\n"
        b"tags:\r\n- mine\r\n- base_model:merge:old\r\nbase_model_relation: merge\r\n---\r\n\r\n# C\r\n--- \xff\r\n"
    )
    for _ in range(2):  # to write it again changes nothing
        write_model_cards(lineage, tmp_path)
        content = card.read_bytes()
        assert content.endswith(b"---\r\n\r\n# C\r\n--- \xff\r\n")
        front = content.split(b"---")[1]
        assert front.count(b"base_model: [a, b]\n") == front.count(b"license: other\n") == 1
        assert front.count(b"language:\r\n- en\r\n") == front.count(b"base_model:merge:b, mine]\n") == 1
        assert b"old" not in content
        assert b"gpl" not in content
        assert front.count(b"tags:") == 1
    again = read_model_cards(tmp_path).lineage
    assert again.derivations == lineage.derivations


def test_cards_without_front_matter_get_some_and_other_files_are_left_alone(tmp_path: Path) -> None:
    lineage = Lineage([Model(id="a/b", name="b")])
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "README.md").write_text("old")
    (tmp_path / "a" / "b" / "config.json").write_text("{}")
    write_model_cards(lineage, str(tmp_path))
    assert (tmp_path / "a" / "b" / "README.md").read_text() == "---\n---\n\nold"
    assert (tmp_path / "a" / "b" / "config.json").read_text() == "{}"


def test_a_link_out_of_the_folder_is_not_written_through(tmp_path: Path) -> None:
    folder, outside = tmp_path / "cards", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    lineage = Lineage([Model(id="a/b", name="b"), Model(id="0", name="0")])
    (folder / "a").symlink_to(outside)
    with pytest.raises(PermissionError, match="a link out of"):
        write_model_cards(lineage, folder)
    (folder / "a").unlink()
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "README.md").symlink_to(outside / "secret")
    with pytest.raises(PermissionError, match="a link out of"):
        write_model_cards(lineage, folder)
    assert list(outside.iterdir()) == []
    assert not (folder / "0").exists()  # nothing is written before all is known to be right


def test_the_survey_comes_back_with_its_descent_and_licenses(tmp_path: Path) -> None:
    lineage = datasets.load("survey-table1")
    write_model_cards(lineage, tmp_path)
    again, findings = read_model_cards(tmp_path)
    assert steps(again) == steps(lineage)
    assert {model.id: model.license for model in again.models} == {model.id: model.license for model in lineage.models}
    assert not [finding for finding in findings if KINDS[finding.kind][0] == "error"]


# Hostile input


@settings(deadline=None, max_examples=examples(100))
@given(
    content=st.binary(max_size=80) | st.text(alphabet="-:[]{}&*!|> \n\tabase_model'\"#@", max_size=120).map(str.encode)
)
def test_any_bytes_are_a_model_with_findings(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as parent:
        (Path(parent) / "m").mkdir()
        (Path(parent) / "m" / "README.md").write_bytes(b"---\nbase_model: " + content + b"\n---\n")
        lineage, _ = read_model_cards(parent)
        assert "m" in lineage
        with contextlib.suppress(SourceError):
            read_model_cards(Path(parent) / "m" / "README.md", policy=Policy.strict())


@pytest.mark.parametrize(
    "front",
    [
        "base_model: https://hf.co/a/tree/" + "x" * 500_000 + " y\n",
        "tags: [" + ", ".join(f"'base_model:w{number}:a'" for number in range(10_000)) + "]\n",
        "base_model: [" + ", ".join(f"a{number}" for number in range(5_000)) + "]\n",
        "base_model: a\n" * 20_000,
        "license: [" + "mit, " * 100_000 + "]\n",
    ],
    ids=["address", "words", "parents", "keys", "licenses"],
)
def test_a_card_that_is_made_to_take_long_does_not(tmp_path: Path, front: str) -> None:
    reading = read(tmp_path, front)  # takes minutes where anything is quadratic
    assert "acme/llama" in reading.lineage


def test_addresses_of_the_hub_are_of_ids_as_it_gives_them() -> None:
    assert hub_url("01-ai/Yi-34B") == "https://huggingface.co/01-ai/Yi-34B"
    assert [hub_url(id) for id in ("a", "a/b/c", "a--b/c", "a/..", "a/b.", "a/b c", "悟/道", "a/b?x")] == [None] * 8
