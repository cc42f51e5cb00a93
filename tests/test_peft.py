"""Configurations of adapters name the model that they were trained on; what they do not say is reported."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree import Relation
from modeltree.findings import Position, SourceError
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.weights import add_parents
from modeltree.formats.weights.configurations import peft_claims, read_peft
from strategies import examples

GENERAL = {"license-missing", "missing-date"}


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
    return path


def kinds(reading: Reading) -> list[str]:
    return [finding.kind for finding in reading.findings if finding.kind not in GENERAL]


def test_an_adapter_derives_from_its_base(tmp_path: Path) -> None:
    config = {"base_model_name_or_path": "acme/base", "peft_type": "LORA", "revision": "v2", "r": 8}
    reading = read_peft(write(tmp_path / "tuned" / "adapter_config.json", config))
    (step,) = reading.lineage.derivations
    assert (step.parent, step.child, step.relation, step.note) == (
        "acme/base",
        "tuned",
        Relation.ADAPTER,
        "revision: v2",
    )
    assert reading.lineage["tuned"].note == "PEFT type: LORA"
    assert [str(f.position) for f in reading.findings if f.kind == "missing-parent"] == [
        f"{tmp_path / 'tuned' / 'adapter_config.json'}:2:30"
    ]


def test_an_adapter_of_adapterhub_names_its_model_otherwise(tmp_path: Path) -> None:
    config = {
        "config": {"original_ln_after": True},
        "model_name": "bert-base-uncased",
        "model_type": "bert",
        "name": "x",
    }
    reading = read_peft(write(tmp_path / "a" / "adapter_config.json", {**config, "peft_type": None}))
    assert reading.lineage.parents("a") == ("bert-base-uncased",)


@pytest.mark.parametrize(
    ("config", "kind", "words"),
    [
        ({"base_model_name_or_path": None, "peft_type": "LORA"}, "unknown-base", "base_model_name_or_path is empty"),
        ({"base_model_name_or_path": "  "}, "unknown-base", "base_model_name_or_path is empty"),
        ({"peft_type": "LORA"}, "unknown-base", "an adapter without 'base_model_name_or_path'"),
        ({"base_model_name_or_path": ["acme/a"]}, "wrong-type", "a list is no text"),
        ({"base_model_name_or_path": 7}, "wrong-type", "7 is no text"),
        ({"base_model_name_or_path": "/root/llama"}, "local-path-parent", "'/root/llama'"),
        ({"base_model_name_or_path": "acme/b", "revision": 5}, "wrong-type", "revision: 5 is no text"),
        ('{"base_model_name_or_path": "a/b", "base_model_name_or_path": "a/c"}', "duplicate-key", "duplicate key"),
    ],
)
def test_what_is_wrong_is_said_and_the_adapter_kept(tmp_path: Path, config: Any, kind: str, words: str) -> None:
    reading = read_peft(write(tmp_path / "x.adapter_config.json", config))
    found = [finding for finding in reading.findings if finding.kind == kind]
    assert found
    assert words in found[0].message
    assert found[0].position
    assert found[0].position.path.name == "x.adapter_config.json"
    assert "x" in reading.lineage


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[]", "wrong-type"),
        ("{}", "missing-key"),
        ('{"r": 8}', "missing-key"),
        ("{", "syntax"),
        ("", "syntax"),
        ("\x00", "syntax"),
        ("[" * 1000, "too-deep"),
        (" " * (limits.PRINTED_BYTES + 1), "too-large"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_peft(write(tmp_path / "adapter_config.json", text))
    assert [finding.kind for finding in caught.value.problems] == [kind]


def test_a_folder_is_read_with_all_below(tmp_path: Path) -> None:
    write(tmp_path / "acme" / "one" / "adapter_config.json", {"base_model_name_or_path": "acme/two"})
    write(tmp_path / "acme" / "two" / "adapter_config.json", {"base_model_name_or_path": "x/y"})
    write(tmp_path / "acme" / "bad" / "adapter_config.json", "{")
    write(tmp_path / "three.adapter_config.json", {"base_model_name_or_path": "acme/one"})
    write(tmp_path / "config.json", {"base_model_name_or_path": "no/no"})
    reading = read_peft(tmp_path)
    assert {(step.child, step.parent) for step in reading.lineage.derivations} == {
        ("acme/one", "acme/two"),
        ("acme/two", "x/y"),
        ("three", "acme/one"),
    }
    assert "acme/bad" in reading.lineage
    assert kinds(reading) == ["syntax", "missing-parent"]


def test_a_folder_without_any_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file of this format"):
        read_peft(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_peft(tmp_path / "nothing")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside.json", {"base_model_name_or_path": "secret/model"})
    write(tmp_path / "in" / "a" / "adapter_config.json", {"base_model_name_or_path": "acme/base"})
    (tmp_path / "in" / "b").mkdir()
    (tmp_path / "in" / "b" / "adapter_config.json").symlink_to(outside)
    reading = read_peft(tmp_path / "in")
    assert {step.parent for step in reading.lineage.derivations} == {"acme/base"}
    assert "ignored" in kinds(reading)


def test_a_card_is_told_what_its_sibling_declares(tmp_path: Path) -> None:
    claims = Claims()
    child = claims.add("me", Position(tmp_path))
    path = write(tmp_path / "adapter_config.json", {"base_model_name_or_path": "acme/base"})
    assert add_parents(peft_claims(path), claims, child) == ("acme/base",)
    assert add_parents(peft_claims(path), claims, child) == ("acme/base",)
    assert [(step.child, step.parent, step.word) for step in claims.derivations] == [
        (child, "acme/base", Relation.ADAPTER)
    ]
    assert add_parents(peft_claims(write(tmp_path / "adapter_config.json", "[")), claims, child) == ()
    assert [(finding.kind, finding.ids) for finding in claims.findings] == [("syntax", ("me",))]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["base_model_name_or_path", "revision", "peft_type", "model_name", "r"])


@settings(max_examples=examples(150))
@given(content=st.binary(max_size=100) | st.dictionaries(KEYS, VALUES).map(lambda data: json.dumps(data).encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.adapter_config.json"
        path.write_bytes(content)
        try:
            reading = read_peft(path)
        except SourceError:
            return
        assert "x" in reading.lineage
