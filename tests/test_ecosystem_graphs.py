"""Ecosystem Graphs: three kinds of assets, values with and without explanations, and dependencies without a word."""

from __future__ import annotations

import csv
import io
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree import Lineage
from modeltree.findings import Finding, SourceError
from modeltree.formats import trackers
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.trackers import read_ecosystem_graphs
from modeltree.records import Kind, License, Relation
from strategies import examples

GAPS = {"license-missing", "missing-date", "missing-relation", "missing-parent"}


def read(folder: Path, text: str, **options: Any) -> Reading:
    file = folder / "assets.yaml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_ecosystem_graphs(file, **options)


def said(findings: tuple[Finding, ...], folder: Path) -> list[str]:
    """The findings but those of what is not said, without the way to the file."""
    return [str(finding).replace(f"{folder}/", "") for finding in findings if finding.kind not in GAPS]


def relations(lineage: Lineage) -> set[tuple[str, str, str]]:
    return {(step.parent, step.child, str(step.relation)) for step in lineage.derivations}


FAMILY = """\
- name: The Pile
  type: dataset
  size: 825 GB
  url: https://arxiv.org/pdf/2101.00027.pdf
  datasheet: https://arxiv.org/pdf/2201.07311.pdf
  access: open
  dependencies: []
- name: GPT-J
  type: model
  organization: EleutherAI
  created_date: {value: 2021-06-04, explanation: The day of the post.}
  access: {value: open, explanation: On GitHub.}
  license: Apache 2.0
  modality: text; text
  size: 6B parameters (dense)
  url: https://arankomatsuzaki.wordpress.com/2021/06/04/gpt-j/
  model_card: https://huggingface.co/EleutherAI/gpt-j-6b
  dependencies: [The Pile, {value: [Mesh Transformer, null], explanation: Its code.}]
- name: GPT-J chat
  type: model
  organization: EleutherAI, Acme
  size: 14B parameters with 2.7B parameters for activation (MoE)
  access: limited
  modality: image, text; text
  dependencies: [GPT-J, GPT-J instructions]
- name: GPT-J instructions
  type: dataset
  dependencies: [GPT-J]
- name: GooseAI
  type: application
  access: open
  dependencies: [GPT-J chat]
- name: Judge
  type: model
  modality: code
  dependencies: [GooseAI]
"""


def test_the_fields_of_assets(tmp_path: Path) -> None:
    lineage, findings = read(tmp_path, FAMILY)
    model = lineage["GPT-J"]
    assert (str(model.released), str(model.openness), str(model.domain)) == ("2021-06-04", "open", "language")
    assert model.license == License(name="Apache 2.0", spdx="Apache-2.0")
    assert [str(size) for size in model.sizes] == ["6B"]
    assert (model.note, model.kind) == (None, Kind.MODEL)
    assert model.links.weights == "https://huggingface.co/EleutherAI/gpt-j-6b"
    assert model.links.website == "https://arankomatsuzaki.wordpress.com/2021/06/04/gpt-j/"
    chat = lineage["GPT-J chat"]
    assert [lineage.organizations[id].name for id in chat.organizations] == ["EleutherAI", "Acme"]
    assert [str(size) for size in chat.sizes] == ["14B"]
    assert (chat.openness, str(chat.domain)) == (None, "multimodal")
    assert chat.note == (
        "access in the source: limited; "
        "size in the source: 14B parameters with 2.7B parameters for activation (MoE)"
    )  # fmt: skip
    pile = lineage["The Pile"]
    assert (pile.kind, str(pile.openness), pile.sizes, pile.note) == (
        Kind.DATASET, "open", (), "size in the source: 825 GB",
    )  # fmt: skip
    assert pile.references == ("arxiv:2101.00027", "arxiv:2201.07311")
    application = lineage["GooseAI"]
    assert (application.kind, application.openness) == (Kind.APPLICATION, None)
    assert application.note == "access in the source: open"
    assert str(lineage["Judge"].domain) == "code"
    assert said(findings, tmp_path) == []


def test_how_is_told_by_the_types_alone(tmp_path: Path) -> None:
    lineage, findings = read(tmp_path, FAMILY)
    assert relations(lineage) == {
        ("The-Pile", "GPT-J", "data"),
        ("Mesh-Transformer", "GPT-J", "unspecified"),
        ("GPT-J", "GPT-J-chat", "unspecified"),
        ("GPT-J-instructions", "GPT-J-chat", "data"),
        ("GPT-J", "GPT-J-instructions", "data"),
        ("GPT-J-chat", "GooseAI", "application"),
        ("GooseAI", "Judge", "unspecified"),
    }
    unsaid = [finding for finding in findings if finding.kind == "missing-relation"]
    assert [(finding.position.line, finding.ids[0]) for finding in unsaid if finding.position] == [
        (18, "GPT-J"), (25, "GPT-J-chat"), (36, "Judge"),
    ]  # fmt: skip
    missing = next(finding for finding in findings if finding.kind == "missing-parent")
    assert (missing.position and missing.position.line, missing.done) == (18, "a placeholder is kept")


def test_a_relation_can_be_chosen_for_models_that_depend_on_models(tmp_path: Path) -> None:
    lineage, _ = read(tmp_path, FAMILY, relation="finetune")
    assert [step for step in relations(lineage) if step[2] == "finetune"] == [("GPT-J", "GPT-J-chat", "finetune")]
    assert ("Mesh-Transformer", "GPT-J", "unspecified") in relations(lineage)
    with pytest.raises(ValueError, match="'fork' is no relation; there are continued-pretraining"):
        read(tmp_path, FAMILY, relation="fork")


def test_names_are_exact_unless_an_alias_says_otherwise(tmp_path: Path) -> None:
    text = """\
        - {name: Command R, type: model, dependencies: []}
        - {name: Command R+, type: model, dependencies: [command r]}
        - {name: Llama 2, type: dataset, dependencies: []}
        - {name: Chat, type: model, dependencies: [LLaMA 2]}
        """
    lineage, findings = read(tmp_path, text)
    assert {"Command-R", "Command-R+", "command-r", "Llama-2", "LLaMA-2", "Chat"} == {m.id for m in lineage.models}
    assert sorted(finding.kind for finding in findings if finding.kind not in GAPS) == ["possible-same"] * 2
    lineage, _ = read(tmp_path, text, aliases={"LLaMA 2": "Llama 2", "command r": "Command R"})
    assert relations(lineage) == {("Command-R", "Command-R+", "unspecified"), ("Llama-2", "Chat", "data")}


def test_several_assets_of_one_name_are_told_apart(tmp_path: Path) -> None:
    text = """\
        - {name: Dragonfly, type: model, organization: OpenAI, dependencies: []}
        - {name: Dragonfly, type: dataset, organization: Together, dependencies: []}
        - {name: Dragonfly, type: model, organization: OpenAI, dependencies: []}
        - {name: Child, type: model, dependencies: [Dragonfly]}
        """
    lineage, findings = read(tmp_path, text)
    assert [(model.id, str(model.kind)) for model in lineage.models if model.name == "Dragonfly"] == [
        ("Dragonfly", "model"), ("Dragonfly-2", "dataset"),
    ]  # fmt: skip
    assert relations(lineage) == {("Dragonfly", "Child", "unspecified")}
    kinds = [finding.kind for finding in findings if finding.kind not in GAPS]
    assert kinds == ["same-name", "duplicate-id", "ambiguous-parent"]


def test_organizations_are_several_where_one_is_known_by_itself(tmp_path: Path) -> None:
    text = """\
        - {name: a, type: model, organization: Runway AI}
        - {name: b, type: model, organization: "Runway AI, Inc."}
        - {name: c, type: model, organization: "Adobe, Runway AI, Adobe"}
        - {name: d, type: model, organization: "University of Maryland, College Park"}
        - {name: e, type: model, organization: Unknown}
        """
    lineage, findings = read(tmp_path, text)
    names = {m.id: [lineage.organizations[id].name for id in m.organizations] for m in lineage.models}
    assert names == {
        "a": ["Runway AI"],
        "b": ["Runway AI, Inc."],
        "c": ["Adobe", "Runway AI"],
        "d": ["University of Maryland, College Park"],
        "e": [],
    }
    assert [line.split(":")[1] for line in said(findings, tmp_path)] == ["2", "4"]
    assert said(findings, tmp_path)[0] == (
        "assets.yaml:2:40: organization 'Runway AI, Inc.' of asset 'b' has a comma; several are told by one of them "
        "that stands alone elsewhere; it is taken for one name"
    )


def test_the_first_link_of_a_kind_stays_but_for_the_model_card(tmp_path: Path) -> None:
    lineage, _ = read(
        tmp_path,
        """\
        - {name: a, type: dataset, url: "https://a.org/data", datasheet: "https://a.org/sheet"}
        - {name: b, type: model, url: "https://huggingface.co/a/b", model_card: "https://a.org/card"}
        """,
    )
    assert lineage["a"].links.website == "https://a.org/data"
    assert lineage["b"].links.weights == "https://a.org/card"


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("text; text", "language"), ("text", "language"), ("code; code", "code"), ("text; code, text", "None"),
        ("text; image", "multimodal"), ("audio, text; text", "multimodal"), ("image; image", "None"),
        ("text; protein sequence", "None"), ("unknown", "None"), ("{value: 'text;text'}", "language"),
    ],
)  # fmt: skip
def test_the_domain_is_told_where_it_is_clear(tmp_path: Path, written: str, domain: str) -> None:
    written = written if written.startswith("{") else f'"{written}"'
    lineage, _ = read(tmp_path, f"- {{name: a, type: model, modality: {written}}}")
    assert str(lineage["a"].domain) == domain


@pytest.mark.parametrize(
    ("written", "size", "note"),
    [
        ("7B parameters (dense)", ["7B"], None),
        ("13B parameters", ["13B"], None),
        ("200M parameters (dense model)", ["200M"], None),
        ("306M", ["306M"], None),
        ("1.75T Parameters", ["1.75T"], None),
        ("61B parameters (sparse); 6.6B active", ["61B"], "size in the source: 61B parameters (sparse); 6.6B active"),
        ("5.5B (text, image) pairs", [], "size in the source: 5.5B (text, image) pairs"),
        ("unknown", [], None),
    ],
)
def test_sizes(tmp_path: Path, written: str, size: list[str], note: str | None) -> None:
    lineage, findings = read(tmp_path, f"- {{name: a, type: model, size: '{written}'}}")
    assert ([str(count) for count in lineage["a"].sizes], lineage["a"].note) == (size, note)
    bad = [finding for finding in findings if finding.kind == "bad-size"]
    assert [str(finding.position) for finding in bad] == ([] if size or not note else [f"{tmp_path}/assets.yaml:1:32"])


# What is wrong


def test_all_that_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    lineage, findings = read(
        tmp_path,
        """\
        - name: a
          type: modle
          created_date: sometime
          access: sometimes
          url: goose.ai
          license: {explanation: None is given.}
          sise: 7B
          dependencies: [{name: b}, a]
        - name: b
          created_date: {explanation: In June.}
          value: 2024-06-20
          organization: [Acme]
          dependencies: c
        - type: model
        - just a text
        """,
    )
    assert said(findings, tmp_path) == [
        "assets.yaml:2:9: kind of model 'a': 'modle' is no kind; did you mean 'model'?; it is left out",
        "assets.yaml:3:17: released of model 'a': 'sometime' is no date; write YYYY, YYYY-MM or YYYY-MM-DD; "
        "it is left out",
        "assets.yaml:4:11: openness of model 'a': 'sometimes' is no openness; there are open, closed; it is left out",
        "assets.yaml:5:8: links.website of model 'a': 'goose.ai' is no web address; write https://…; it is left out",
        "assets.yaml:6:12: license of asset 'a' has 'explanation' and no 'value'; add 'value: …'; it is left out",
        "assets.yaml:7:3: unknown key 'sise' in asset 'a'; did you mean 'size'?",
        "assets.yaml:8:18: a dependency of asset 'a': a mapping is no name; write the name of an asset",
        "assets.yaml:8:29: self-loop: 'a' is derived from itself; the derivation is left out",
        "assets.yaml:9:3: asset 'b' has no 'type'; add 'type: model', dataset or application; it is taken for a model",
        "assets.yaml:10:17: created_date of asset 'b' has 'explanation' and no 'value'; add 'value: …'; it is left out",
        "assets.yaml:11:3: unknown key 'value' in asset 'b'; did you mean 'failures'?",
        "assets.yaml:12:17: organization of asset 'b': a list is no text; write a text; it is left out",
        "assets.yaml:14:3: an asset without a name; add 'name: …'; it is left out",
        "assets.yaml:15:3: an asset: 'just a text' is no mapping; write 'key: value' lines",
    ]
    assert relations(lineage) == {("c", "b", "unspecified")}


def test_a_cycle_is_cut_where_time_contradicts_it(tmp_path: Path) -> None:
    text = """\
        - {name: Interface, type: application, created_date: 2022-04-12, dependencies: [Model]}
        - {name: Feedback, type: dataset, created_date: 2022-04-12, dependencies: [Interface]}
        - {name: Model, type: model, created_date: 2022-05-01, dependencies: [Feedback]}
        """
    lineage, findings = read(tmp_path, text)
    assert relations(lineage) == {("Interface", "Feedback", "data"), ("Feedback", "Model", "data")}
    assert sorted({finding.kind for finding in findings}) == ["cycle", "license-missing"]
    with pytest.raises(SourceError, match="cycle: "):
        read(tmp_path, text, policy=Policy(cycle="refuse"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{models: []}", "assets.yaml:1:1: a mapping where a list of assets should be; begin each asset with '- '"),
        ("", "assets.yaml:1:1: nothing where a list of assets should be; begin each asset with '- '"),
        ("[]", "no assets in "),
        ("- {name: 'a}", "assets.yaml:1:13: no YAML: found unexpected end of stream"),
    ],
)
def test_a_file_without_assets_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value).replace(f"{tmp_path}/", "")


def test_a_folder_is_read_as_far_as_its_files_can_be(tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "a.yaml").write_text("- {name: a, type: model, dependencies: [b]}\n", encoding="utf-8")
    (folder / "b.yml").write_text("- {name: b, type: model, dependencies: []}\n", encoding="utf-8")
    (folder / "broken.yaml").write_text("- {name: 'c\n", encoding="utf-8")
    (folder / "notes.txt").write_text("- {name: d, type: model}\n", encoding="utf-8")
    (tmp_path / "schemas.yaml").write_text("model: []\n", encoding="utf-8")
    for root in (tmp_path, folder):
        lineage, findings = read_ecosystem_graphs(root)
        assert relations(lineage) == {("b", "a", "unspecified")}
        assert [finding.kind for finding in findings if finding.kind not in GAPS] == ["syntax"]


def test_nothing_outside_of_a_folder_is_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("- {name: secret, type: model}\n", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.yaml").write_text("- {name: a, type: model}\n", encoding="utf-8")
    (folder / "link.yaml").symlink_to(outside)
    (folder / "assets").symlink_to(tmp_path, target_is_directory=True)
    lineage, findings = read_ecosystem_graphs(folder)
    assert [model.id for model in lineage.models] == ["a"]
    assert "ignored" in {finding.kind for finding in findings}


def test_what_is_not_there(tmp_path: Path) -> None:
    for name in ("none.yaml", "none.csv", "none"):
        with pytest.raises(FileNotFoundError):
            read_ecosystem_graphs(tmp_path / name)
    with pytest.raises(SourceError, match="no assets in "):
        read_ecosystem_graphs(tmp_path)


# As CSV


def as_csv(assets: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(key for asset in assets for key in asset))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(assets)
    return file.getvalue()


def plain(value: Any) -> Any:
    """A value without its explanation, lists in lists laid flat."""
    if isinstance(value, dict):
        return plain(value.get("value"))
    if isinstance(value, list):
        items = [plain(item) for item in value]
        return [item for part in items for item in (part if isinstance(part, list) else [part]) if item]
    return value


def test_the_table_gives_what_the_files_give(tmp_path: Path) -> None:
    assets = [{key: plain(value) for key, value in asset.items()} for asset in yaml.safe_load(FAMILY)]
    file = tmp_path / "all_assets.csv"
    file.write_text(as_csv(assets), encoding="utf-8")
    from_files, from_table = read(tmp_path, FAMILY), read_ecosystem_graphs(file)
    assert from_table.lineage == from_files.lineage
    assert [f.kind for f in from_table.findings] == [f.kind for f in from_files.findings]


@pytest.mark.parametrize(
    ("written", "parents"),
    [
        ("[]", ()),
        ("", ()),
        ("['b', \"c's\", None]", ("b", "c's")),
        ("[ 'b' , ]", ("b",)),
        (r"['a\nb']", ("a-b",)),
        ("['b'", None),
        ("b", None),
        ("[['b']]", None),
        ("[" * 5000 + "]" * 5000, None),
        ("__import__('os')", None),
        ("[1]", None),
        (r"['\x41']", None),
    ],
)
def test_dependencies_in_a_table(tmp_path: Path, written: str, parents: tuple[str, ...] | None) -> None:
    file = tmp_path / "assets.csv"
    file.write_text(as_csv([{"name": "x", "type": "model", "dependencies": written}]), encoding="utf-8")
    lineage, findings = read_ecosystem_graphs(file)
    assert lineage.parents("x") == (parents or ())
    wrong = [str(finding.position) for finding in findings if finding.kind == "wrong-type"]
    assert wrong == ([] if parents is not None else [f"{file}:2:9"])


def test_what_is_wrong_with_a_table(tmp_path: Path) -> None:
    file = tmp_path / "assets.csv"
    file.write_text("name,type\na,model\n", encoding="utf-8")
    with pytest.raises(SourceError, match="1:1: the table has no column 'dependencies'; there are name, type"):
        read_ecosystem_graphs(file)
    file.write_text("name,type,dependencies,sise\n,model,,\nb,model,,\n", encoding="utf-8")
    lineage, findings = read_ecosystem_graphs(file)
    assert [model.id for model in lineage.models] == ["b"]
    assert said(findings, tmp_path) == [
        "assets.csv:1:24: unknown key 'sise' in the header; did you mean 'size'?",
        "assets.csv:2:1: an asset without a name; add 'name: …'; it is left out",
    ]


# How much is read, and hostile files


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRACKED_MODELS", 5)
    with pytest.raises(SourceError, match="the source is too large: more than 5 models"):
        read(tmp_path, FAMILY)
    monkeypatch.setattr(limits, "TRACKED_MODELS", 6)
    monkeypatch.setattr(limits, "RECORDS", 6)
    with pytest.raises(SourceError, match="more than 6 derivations"):
        read(tmp_path, FAMILY)


WORDS = st.sampled_from(
    ["a", "b", "model", "dataset", "unknown", "2023-01-01", "7B", "text; text", "", "x, y", "[[", "\t"]
)
DATA = st.recursive(
    st.none() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "explanation", "a"]), inner),
    max_leaves=6,
)
KEYS = st.sampled_from([*trackers._KEYS, "value", "odd"])


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.dictionaries(KEYS, DATA, max_size=6) | DATA, max_size=4))
def test_no_data_does_harm(assets: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.yaml")
        file.write_text(yaml.safe_dump(assets, allow_unicode=True), encoding="utf-8")
        harmless(file)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.binary(max_size=60)
    | st.lists(
        st.sampled_from(["name,", "type,", "dependencies", "\n", "a,", "model,", "\"['b']\"", '"', "[", ",", "\0"])
    )
    .map("".join)
    .map(str.encode),
    st.sampled_from(["a.yaml", "a.csv"]),
)
def test_no_bytes_do_harm(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        harmless(file)


def harmless(file: Path) -> None:
    try:
        lineage, findings = read_ecosystem_graphs(file)
    except SourceError:
        return
    assert len(lineage)
    assert all(str(finding) for finding in findings)
    types = {Relation.APPLICATION, Relation.DATA, Relation.UNSPECIFIED}
    assert {step.relation for step in lineage.derivations} <= types
