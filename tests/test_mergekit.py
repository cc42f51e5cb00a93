"""Recipes of merges list what was merged, in all their forms; the method is kept, and nothing is guessed."""

from __future__ import annotations

import tempfile
import textwrap
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Relation
from modeltree.findings import Position, SourceError
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.weights import add_parents
from modeltree.formats.weights.configurations import mergekit_claims, read_mergekit
from strategies import examples
from work import growth

GENERAL = {"license-missing", "missing-date", "missing-parent"}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Reading:
    return read_mergekit(write(folder / "blend.yml", text))


def kinds(reading: Reading) -> list[str]:
    return [finding.kind for finding in reading.findings if finding.kind not in GENERAL]


def parents(reading: Reading, child: str = "blend") -> dict[str, str | None]:
    """The parents of a merge, each with the note on how it was used."""
    steps = [step for step in reading.lineage.derivations if step.child == child]
    assert all(step.relation == Relation.MERGE for step in steps)
    return {step.parent: step.note for step in steps}


# The forms

MODELS = """\
models:
  - model: acme/a
    parameters: {weight: 0.5}
  - model: acme/b@v2
merge_method: ties
base_model: acme/base
"""


def test_models_with_a_base(tmp_path: Path) -> None:
    reading = read(tmp_path, MODELS)
    assert parents(reading) == {
        "acme/a": "merge method: ties",
        "acme/b": "merge method: ties; revision: v2",
        "acme/base": "merge method: ties; base model",
    }
    assert reading.lineage["blend"].note == "merge method: ties"
    assert kinds(reading) == []
    assert [str(f.position).rpartition("/")[2] for f in reading.findings if f.kind == "missing-parent"] == [
        "blend.yml:2:12",
        "blend.yml:4:12",
        "blend.yml:6:13",
    ]


def test_another_recipe_may_name_a_merge_as_it_is_called_in_its_own(tmp_path: Path) -> None:
    write(tmp_path / "one.yml", f"name: first\n{MODELS}")
    write(tmp_path / "two.yml", "merge_method: linear\nmodels: [{model: first}, {model: acme/one}]\n")
    reading = modeltree.read(tmp_path)
    assert set(parents(reading, "two")) == {"one", "acme/one"}
    assert "faulty-markup" not in kinds(reading)


def test_slices_name_a_model_many_times(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        """\
        slices:
          - sources:
              - {model: acme/a, layer_range: [0, 16]}
              - {model: acme/b, layer_range: [0, 16]}
            base_model: acme/c
          - sources:
              - {model: acme/a, layer_range: [8, 24]}
        merge_method: slerp
        """,
    )
    assert parents(reading) == {
        "acme/a": "merge method: slerp",
        "acme/b": "merge method: slerp",
        "acme/c": "merge method: slerp; base model",
    }
    assert kinds(reading) == []


def test_modules_have_slices_or_models(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        """\
        modules:
          text_decoder:
            slices: [{sources: [{model: acme/a}, {model: acme/b}]}]
          vision:
            models: [{model: acme/c}]
        merge_method: linear
        """,
    )
    assert set(parents(reading)) == {"acme/a", "acme/b", "acme/c"}


def test_a_mixture_of_experts(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        """\
        base_model: acme/base
        gate_mode: hidden
        experts:
          - source_model: acme/a
            positive_prompts: ["2 + 2"]
          - source_model: acme/base
        shared_experts:
          - source_model: acme/b
        """,
    )
    how = "mixture of experts, gate mode: hidden"
    assert reading.lineage["blend"].note == how
    assert parents(reading) == {
        "acme/a": f"{how}; expert",
        "acme/base": f"{how}; expert; base model",
        "acme/b": f"{how}; shared expert",
    }


@pytest.mark.parametrize(
    "reference",
    [
        "acme/a@main+acme/lora",
        "{model: {path: acme/a, revision: main}, lora: {path: acme/lora}, override_architecture: X}",
        "{model: acme/a@main, lora: acme/lora}",
    ],
)
def test_a_model_with_an_adapter(tmp_path: Path, reference: str) -> None:
    reading = read(tmp_path, f"models:\n- model: {reference}\nmerge_method: linear\n")
    applied = "acme/a" if reference.startswith("{model: {") else "acme/a@main"
    assert parents(reading) == {
        "acme/a": "merge method: linear; revision: main",
        "acme/lora": f"merge method: linear; adapter applied to {applied}",
    }


SEVERAL = """\
# first this
---
name: first merge
models: [{model: acme/a}, {model: acme/b}]
merge_method: linear
# and now
---
models:
  - model: first merge
  - model: acme/c
    note: |
      a line
merge_method: ties
...
# the end
"""


def test_of_several_documents_each_named_one_is_a_model(tmp_path: Path) -> None:
    reading = read(tmp_path, SEVERAL)
    assert parents(reading) == {"blend#first-merge": "merge method: ties", "acme/c": "merge method: ties"}
    assert parents(reading, "blend#first-merge") == {"acme/a": "merge method: linear", "acme/b": "merge method: linear"}
    assert reading.lineage["blend#first-merge"].name == "first merge"
    lines = {f.message.split("'")[1]: f.position.line for f in reading.findings if f.kind == "missing-parent"}  # type: ignore[union-attr]
    assert lines == {"acme/a": 4, "acme/b": 4, "acme/c": 10}


def test_documents_with_paths_for_names(tmp_path: Path) -> None:
    text = "models: [{model: a/a}, {model: a/b}]\nout_path: ./m/one\n---\nmodels: [{model: ./m/one}, {model: a/c}]\n"
    reading = read(tmp_path, text)
    assert set(parents(reading)) == {"blend#./m/one", "a/c"}
    assert kinds(reading) == []


def test_a_file_of_named_merges_alone_has_no_model_of_its_own(tmp_path: Path) -> None:
    text = "name: x\nmodels: [{model: a/a}, {model: a/b}]\n---\nname: y\nmodels: [{model: x}, {model: a/c}]\n"
    reading = read(tmp_path, text)
    assert "blend" not in reading.lineage
    assert set(parents(reading, "blend#y")) == {"blend#x", "a/c"}
    assert kinds(reading) == ["unknown-base"]


def test_a_line_of_hyphens_ends_a_document_in_a_block_of_text_too(tmp_path: Path) -> None:
    text = "models: [{model: a/a}, {model: a/b}]\nname: x\nnote: |\n  ---\n---\nmodels: [{model: x}, {model: a/c}]\n"
    reading = read(tmp_path, text)
    assert set(parents(reading)) == {"blend#x", "a/c"}
    assert kinds(reading) == []


def test_two_merges_of_one_name_and_two_without(tmp_path: Path) -> None:
    one = "name: x\nmodels: [{model: a/a}, {model: a/b}]\n"
    reading = read(
        tmp_path,
        f"{one}---\n{one}---\nmodels: [{{model: x}}, {{model: a/c}}]\n---\nbase_model: a/d\nmodels: [{{model: a/e}}]\n",
    )
    assert kinds(reading) == ["duplicate-id", "missing-key"]
    assert set(parents(reading)) == {"blend#x", "a/c", "a/d", "a/e"}


# What is worth knowing, and what is wrong


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("tokenizer_source: acme/tok", ["ignored"]),
        ("tokenizer_source: model:acme/tok", ["ignored"]),
        ("tokenizer_source: acme/a", []),
        ("tokenizer_source: union", []),
        ("tokenizer: {source: base}", []),
        ("tokenizer: {source: {model: {path: acme/tok}}}", ["ignored"]),
        (
            "tokenizer: {tokens: {x: {source: {kind: model_token, model: acme/tok}}, y: {source: {kind: zero}}}}",
            ["ignored"],
        ),
    ],
)
def test_a_model_that_gives_its_tokenizer_is_no_parent(tmp_path: Path, lines: str, expected: list[str]) -> None:
    reading = read(tmp_path, f"{MODELS}{lines}\n")
    assert kinds(reading) == expected
    assert set(parents(reading)) == {"acme/a", "acme/b", "acme/base"}


def test_a_merge_of_one_model_is_unlikely(tmp_path: Path) -> None:
    stack = "slices: [{sources: [{model: a/a, layer_range: [0, 9]}]}, {sources: [{model: a/a, layer_range: [5, 9]}]}]\n"
    reading = read(tmp_path, f"{stack}merge_method: passthrough\n")
    assert parents(reading) == {"a/a": "merge method: passthrough"}
    assert kinds(reading) == ["unlikely-relation"]


@pytest.mark.parametrize(
    ("text", "expected", "kept"),
    [
        ("models: [{model: a+b+c}, {model: x/y}, {model: x/z}]", ["bad-value"], {"x/y", "x/z"}),
        ("models: [{model: a@b@c}, {model: x/y}, {model: x/z}]", ["bad-value"], {"x/y", "x/z"}),
        ("models: [{model: [a]}, {model: x/y}, {model: x/z}]", ["wrong-type"], {"x/y", "x/z"}),
        ("models: [{weight: 1}, {model: x/y}, {model: x/z}]", ["missing-key"], {"x/y", "x/z"}),
        ("models: [x/y, {model: x/z}]", ["wrong-type"], {"x/y", "x/z"}),
        ("slices: [x, {sources: [{model: x/y}]}, {sources: 7}]\nbase_model: x/z", ["wrong-type"] * 2, {"x/y", "x/z"}),
        ("merge_method: [ties]\nmodels: [{model: x/y}, {model: x/z}]", ["wrong-type"], {"x/y", "x/z"}),
        ("modules: {a: 7, b: {models: [{model: x/y}, {model: x/z}]}}", ["wrong-type"], {"x/y", "x/z"}),
        ("tokenizer: {tokens: {x: 1}}\nmodels: [{model: {path: x/y}}, {model: x/z}]", [], {"x/y", "x/z"}),
        ("merge_method: ties\nmodules: 3", ["unknown-base", "wrong-type"], set()),
        ("base_model: &b x/y\nmodels: [{model: *b}, {model: x/z}]", [], {"x/y", "x/z"}),
        ("models: [{model: ./out/one}, {model: x/y}, {model: x/z}]", ["local-path-parent"], {"x/y", "x/z"}),
        ("models: [{model: x/y}, {model: x/z}, {model: blend}]", ["self-loop"], {"x/y", "x/z"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_rest_kept(
    tmp_path: Path, text: str, expected: list[str], kept: set[str]
) -> None:
    reading = read(tmp_path, text)
    assert sorted(kinds(reading)) == expected
    assert set(parents(reading)) == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("# nothing\n---\n", "the file is empty"),
        ("- model: a\n", "a list is no mapping"),
        ("models: [{id: llama, name: LLaMA}]", "none of 'models', 'slices', 'modules', 'experts' is in it"),
        ("genome: {models: [a/a, a/b], merge_method: ties}\ntasks: [{name: x}]", "a search for one"),
        ("models: [", "no YAML"),
        ("a: " + "[" * 100, "nested more than 50 deep"),
        ("#" * (limits.RECIPE_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_recipe_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(tmp_path, text)


def test_a_broken_document_leaves_the_others(tmp_path: Path) -> None:
    reading = read(tmp_path, f"models: [\n---\n{MODELS}")
    assert set(parents(reading)) == {"acme/a", "acme/b", "acme/base"}
    assert kinds(reading) == ["syntax"]


def test_a_folder_has_recipes_among_other_files(tmp_path: Path) -> None:
    write(tmp_path / "acme" / "one" / "mergekit_config.yml", MODELS)
    write(tmp_path / "acme" / "bad" / "mergekit_moe_config.yml", "experts: [")
    write(tmp_path / "two.yaml", MODELS.replace("acme/a", "acme/one"))
    write(tmp_path / "ci.yml", "on: push\n")
    reading = read_mergekit(tmp_path)
    assert set(parents(reading, "two")) == {"acme/one", "acme/b", "acme/base"}
    assert "acme/bad" in reading.lineage
    assert "ci" not in reading.lineage
    assert sorted(kinds(reading)) == ["missing-key", "syntax"]


def test_a_card_is_told_what_its_sibling_declares(tmp_path: Path) -> None:
    claims = Claims()
    child = claims.add("acme/me", Position(tmp_path))
    path = write(tmp_path / "mergekit_config.yml", SEVERAL)
    assert add_parents(mergekit_claims(path), claims, child) == ("first merge", "acme/c")
    assert [(step.child, step.parent) for step in claims.derivations] == [
        (1, "acme/a"),
        (1, "acme/b"),
        (child, "acme/me#first-merge"),
        (child, "acme/c"),
    ]


# Hostile files


def refuse(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, text)


MANY_DOCUMENTS = [("---\n", 200_000), ("a: 1\n---\n", 100_000), ("...\n", 200_000), ("#\n", 400_000)]


@pytest.mark.parametrize(("line", "times"), MANY_DOCUMENTS)
def test_a_file_of_many_documents_is_refused(tmp_path: Path, line: str, times: int) -> None:
    refuse(tmp_path, line * times)


@pytest.mark.parametrize("line", [line for line, _ in MANY_DOCUMENTS])
def test_many_documents_take_work_in_proportion(tmp_path: Path, line: str) -> None:
    assert growth(lambda size: partial(refuse, tmp_path, line * size), 400) < 2.5


PIECES = st.lists(
    st.sampled_from(
        [
            *MODELS.splitlines(keepends=True),
            *SEVERAL.splitlines(keepends=True),
            *("modules:\n", "  x:\n", "    slices:\n", "slices:\n", "- sources:\n", "experts:\n", "---\n", "...\n"),
            *("- model: {model: a, lora: b}\n", "&a\n", "\x00", "%YAML 1.2\n", "- *a\n", "name: [1]\n"),
            *("tokenizer: {tokens: {a: 1}}\n", "- model: a+@\n", "base_model: {}\n"),
        ]
    ),
    max_size=12,
).map(lambda lines: "".join(lines).encode())


@settings(max_examples=examples(200))
@given(content=st.binary(max_size=100) | PIECES)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blend.yml"
        path.write_bytes(content)
        try:
            reading = read_mergekit(path)
        except SourceError:
            return
        assert len(reading.lineage)
