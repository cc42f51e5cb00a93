"""Sources as people have them: cards with faults, other tables, headers that are missing, macros of papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import modeltree
from modeltree import Reading
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.yamltree import parse_fields, parse_yaml

Write = Callable[[str, str | bytes], Reading]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def read(name: str, content: str | bytes) -> Reading:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return modeltree.read(tmp_path if name.endswith("README.md") else path)

    return read


def kinds(reading: Reading) -> set[str]:
    return {finding.kind for finding in reading.findings}


# Cards


@pytest.mark.parametrize(
    "fault",
    [
        b'title: "Chat \\uD83D\\uDE80"', b'title: "a \\q b"', b"title: a: b: c", b"title:\n\t- a", b"title: Jos\xe9",
        b"title: [a, b", b'title: "open', b"title: {a: b", b"title: @x", b"title: a\x07b",
        b"title: *nowhere",
    ],
)  # fmt: skip
def test_a_fault_costs_one_key_of_a_card(write: Write, fault: bytes) -> None:
    known = b"license: mit\nbase_model: beta/base\n"
    for content in (known + fault + b"\ntags: [x]\n", fault + b"\n" + known):
        reading = write("acme/tuned/README.md", b"---\n" + content + b"---\n")
        assert reading.lineage.parents("acme/tuned") == ("beta/base",)
        assert reading.lineage["acme/tuned"].license is not None
        assert kinds(reading) & {"syntax", "encoding", "alias"}


@pytest.mark.parametrize(
    ("key", "right"),
    [
        *[(key, "license") for key in ("licence", "License", "licenses", "lisence")],
        *[(key, "base_model") for key in ("base_models", "base-model", "baseModel", "base model", "base_mdoel")],
    ],
)  # fmt: skip
def test_a_misspelt_key_is_a_finding_with_the_right_word(write: Write, key: str, right: str) -> None:
    other = "base_model: beta/base" if right == "license" else "license: mit"
    value = "mit" if right == "license" else "beta/base"
    reading = write("acme/tuned/README.md", f"---\n{key}: {value}\n{other}\n---\n")
    [finding] = [finding for finding in reading.findings if finding.kind == "unknown-key"]
    assert (finding.hint, finding.position and finding.position.line) == (f"write {right!r}", 2)
    assert reading.lineage.parents("acme/tuned") == ("beta/base",)
    assert reading.lineage["acme/tuned"].license is not None


def test_a_card_has_data_sets_and_no_link_that_nothing_says(write: Write) -> None:
    lineage = write("acme/tuned/README.md", "---\ndatasets:\n- acme/text\nbase_model: N/A\n---\n").lineage
    assert lineage.parents("acme/tuned", relations="data") == ("datasets/acme/text",)
    assert str(lineage["datasets/acme/text"].kind) == "dataset"
    assert lineage["acme/tuned"].links.weights is None


def test_a_new_version_never_displaces_weights(write: Write, tmp_path: Path) -> None:
    (tmp_path / "acme/one").mkdir(parents=True)
    (tmp_path / "acme/one/README.md").write_text("---\nnew_version: acme/two\nlicense: mit\n---\n")
    reading = write("acme/two/README.md", "---\nbase_model: acme/one\nbase_model_relation: finetune\n---\n")
    [edge] = reading.lineage.derivations
    assert (edge.parent, edge.child, str(edge.relation)) == ("acme/one", "acme/two", "finetune")
    assert "repeated-derivation" in kinds(reading)
    # Where the two contradict each other, the weights stay too.
    reading = write("acme/two/README.md", "---\nnew_version: acme/one\nbase_model: acme/one\n---\n")
    assert ("acme/one", "acme/two", "finetune") in {
        (e.parent, e.child, str(e.relation)) for e in reading.lineage.derivations
    }


# YAML


def test_aliases_are_expanded_within_bounds() -> None:
    text = b"a: &a [x, y]\nb: *a\nc: &c {k: v}\nd: {<<: *c, e: f}\n"
    tree = parse_yaml(text, Path("x.yaml"), aliases=True)
    assert tree.data == {"a": ["x", "y"], "b": ["x", "y"], "c": {"k": "v"}, "d": {"k": "v", "e": "f"}}
    assert not tree.problems
    lines = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    bomb = "\n".join(["license: mit", "a0: &a0 x", *lines]).encode()
    tree = parse_fields(bomb, Path("x.yaml"))
    assert tree.whole
    assert tree.data["license"] == "mit"
    assert {problem.kind for problem in tree.problems} <= {"too-large", "alias"}
    assert tree.problems
    assert str(limits.EXPANDED)[:2] in tree.problems[0].message


def test_an_alias_names_a_parent_in_a_merge(write: Write) -> None:
    text = "x-base: &b acme/gamma\nmodels:\n- model: acme/alpha\n- model: *b\nmerge_method: ties\nbase_model: *b\n"
    assert set(write("mix.yml", text).lineage.parents("mix")) == {"acme/alpha", "acme/gamma"}


# Printed tables

OTHER_TABLES = """\
| Language Model | Release Date | Params (B) |
|---|---|---|
| Alpha | 2023/04 | 7 |

## {heading}

| {headers} |
|{dashes}|
| {cells} |
"""


@pytest.mark.parametrize(
    ("heading", "headers", "cells"),
    [
        ("Open datasets", "Name | Release Date | Dataset | Tokens (T) | License", "Pile | 2023/04 | data | 1.2 | MIT"),
        ("Instruction corpora", "Name | Release Date | License", "Dolly-15k | 2023/04 | MIT"),
        ("Surveys", "Date | Name | Publication", "2024.02 | A Survey | [paper](https://arxiv.org/abs/2402.00001)"),
        ("Benchmarks", "Name | Developer | License", "MMLU | Berkeley | MIT"),
        ("Results", "Model | MMLU | GSM8K", "Beta | 57.1 | 14.6"),
    ],
)
def test_tables_of_other_things_are_passed_by(write: Write, heading: str, headers: str, cells: str) -> None:
    dashes = "|".join(["---"] * (headers.count("|") + 1))
    reading = write("x.md", OTHER_TABLES.format(heading=heading, headers=headers, dashes=dashes, cells=cells))
    assert list(reading.lineage) == ["Alpha"]
    assert any(finding.kind == "ignored" and "table 2" in finding.message for finding in reading.findings)


def test_a_column_without_a_header_has_the_models(write: Write) -> None:
    text = "|  | Release date | Developer |\n|---|---|---|\n| [Alpha](https://x.org/a) | 2023-02 | Acme |\n"
    assert list(write("x.md", text).lineage) == ["Alpha"]


def test_marks_of_footnotes_are_no_part_of_names(write: Write) -> None:
    rows = ["| Name | Release date[a] | Developer | License[c] |", "|---|---|---|---|"]
    model = write("x.md", "\n".join([*rows, "| Beta[71] | March 2023 | Lab[72] | MIT[4] |"])).lineage["Beta"]
    assert (str(model.released), model.organizations) == ("2023-03", ("Lab",))
    assert model.license is not None
    assert model.license.name == "MIT"


PAPER = r"""
\newcommand{\ours}{Vicuna\xspace}
\def\base{\textsc{LLaMA}}
\newcommand{\sized}[1]{\textbf{#1}-7B}
\newcommand{\endless}{\endless\endless}
\begin{longtblr}[caption={Models}]{colspec={lll},row{1}={font=\bfseries}}
\toprule
Model & Base model & Size \\
\midrule
\base & - & 7B \\
\ours & \base & \SetCell[c=1]{c} 13B \\
\SetRow{blue} \sized{Dolly} & \ours{} & 12B \\
\bottomrule
\end{longtblr}
"""


def test_the_macros_of_a_paper_and_tabularray(write: Write) -> None:
    lineage = write("x.tex", PAPER).lineage
    assert {model.name: lineage.parents(model.id) for model in lineage.models} == {
        "LLaMA": (), "Vicuna": ("LLaMA",), "Dolly-7B": ("Vicuna",),
    }  # fmt: skip
    assert [str(size) for size in lineage["Vicuna"].sizes] == ["13B"]
    endless = PAPER.replace(r"\sized{Dolly}", r"\endless{}")
    assert len(write("x.tex", endless).lineage) >= 2
