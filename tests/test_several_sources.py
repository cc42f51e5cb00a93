"""Several files and folders as one lineage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Lineage, Model, Policy, SourceError
from modeltree.cli.main import main
from modeltree.values.words import is_missing
from strategies import examples
from strategies_records import lineages


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def card(folder: Path, front: str) -> Path:
    return write(folder / "README.md", f"---\n{front}\n---\n")


def adapter(folder: Path, base: str) -> Path:
    return write(folder / "adapter_config.json", json.dumps({"base_model_name_or_path": base, "peft_type": "LORA"}))


def kinds(reading: modeltree.Reading) -> set[str]:
    return {finding.kind for finding in reading.findings if finding.severity != "note"}


CATALOG = """\
about: {title: Bases, date: 2024-01-02}
models:
  - {id: acme/base, name: Base, released: 2023-01, license: mit, organizations: [acme]}
organizations:
  - {id: acme, name: Acme, country: FR}
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return write(tmp_path / "bases.yaml", CATALOG)


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    card(tmp_path / "cards" / "me" / "chat", "base_model: acme/base\nlicense: mit")
    return tmp_path / "cards"


@pytest.mark.parametrize("how", [lambda a, b: (a, b), lambda a, b: ([a, b],), lambda a, b: (str(b), str(a))])
def test_cards_and_a_catalogue_of_their_bases(
    how: Callable[[Path, Path], tuple[Any, ...]], cards: Path, catalog: Path
) -> None:
    reading = modeltree.read(*how(cards, catalog))
    assert reading.lineage.parents("me/chat") == ("acme/base",)
    assert str(reading.lineage["acme/base"].released) == "2023-01"
    assert reading.lineage.organizations["acme"].country == "FR"
    assert reading.lineage.about.title == "Bases"
    assert len(reading.lineage) == 2
    assert not kinds(reading)
    assert modeltree.load(*how(cards, catalog)) == reading.lineage


def test_what_none_of_them_lists_is_missing(cards: Path, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "id,parent\nx,me/chat\ny,nowhere\n")
    reading = modeltree.read(cards, table)
    missing = [finding for finding in reading.findings if finding.kind == "missing-parent"]
    assert [(finding.position.path, finding.position.line) for finding in missing if finding.position] == [
        (cards / "me" / "chat" / "README.md", 2),
        (table, 3),
    ]
    assert set(reading.lineage) == {"me/chat", "acme/base", "x", "y", "nowhere"}
    dropped = modeltree.read(cards, table, policy=Policy(missing_parent="drop"))
    assert set(dropped.lineage) == {"me/chat", "x", "y"}
    with pytest.raises(SourceError) as caught:
        modeltree.read(cards, table, policy=Policy(missing_parent="refuse"))
    assert [problem.kind for problem in caught.value.problems] == ["missing-parent", "missing-parent"]


def test_a_parent_may_be_named_by_the_name_that_another_source_has(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "id,name\nllama-7b,LLaMA 7B\n")
    tree = write(tmp_path / "t.json", json.dumps({"nodes": [{"name": "Chat"}], "links": [["LLaMA 7B", "Chat"]]}))
    reading = modeltree.read(table, tree)
    assert reading.lineage.parents("Chat") == ("llama-7b",)


def test_what_both_say_of_a_model_is_put_together(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", "id,license\nx,mit\n")
    second = write(tmp_path / "b.csv", "id,released,name\nx,2023,The X\n")
    reading = modeltree.read(first, second)
    model = reading.lineage["x"]
    assert (model.name, str(model.released), model.license and model.license.name) == ("The X", "2023", "mit")
    assert not kinds(reading)
    assert {finding.kind for finding in reading.findings} == {"read-as"}
    third = write(tmp_path / "c.csv", "id,license\nx,apache-2.0\n")
    differing = modeltree.read(first, third)
    assert kinds(differing) == {"duplicate-id"}
    assert differing.lineage["x"].license == modeltree.License(name="mit", spdx="MIT")
    last = modeltree.read(first, third, policy=Policy(duplicate_id="last")).lineage["x"]
    assert last.license == modeltree.License(name="apache-2.0", spdx="Apache-2.0")
    same = modeltree.read(first, write(tmp_path / "d.csv", "id,license\nx,mit\n"))
    assert not [finding for finding in same.findings if finding.kind in ("read-as", "duplicate-id")]


def test_lists_of_cards_are_read_as_in_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = card(tmp_path / "acme" / "base", "license: mit")
    chat = card(tmp_path / "acme" / "chat", "base_model: acme/base\nlicense: mit")
    lora = adapter(tmp_path / "me" / "lora", "acme/chat")
    own = adapter(tmp_path / "acme" / "chat" / "french", "acme/chat")
    for paths in ((base, chat), (chat, base), (base, chat, lora), (base, chat, lora, own)):
        reading = modeltree.read(paths)
        assert reading.lineage.parents("acme/chat") == ("acme/base",)
        assert not kinds(reading)
    assert set(reading.lineage) == {"acme/base", "acme/chat", "me/lora", "acme/chat/french"}
    monkeypatch.chdir(tmp_path)
    assert set(modeltree.read("acme/base/README.md", "acme/chat/README.md").lineage) == {"acme/base", "acme/chat"}
    monkeypatch.chdir(tmp_path / "acme")
    # From there they are "base" and "chat", which name no base of that name: the folder around tells.
    assert set(modeltree.read("base/README.md", "chat/README.md").lineage) >= {"chat", "acme/base"}


def test_a_card_and_the_adapter_beside_it_are_one_model(tmp_path: Path) -> None:
    folder = tmp_path / "acme" / "lora"
    reading = modeltree.read(card(folder, "base_model: a/b\nlicense: mit"), adapter(folder, "a/b"))
    assert set(reading.lineage) == {"lora", "a/b"}
    assert reading.lineage.derivation("a/b", "lora").relation == "adapter"


def test_adapters_alone_are_read_together(tmp_path: Path) -> None:
    files = [adapter(tmp_path / "acme" / name, base) for name, base in (("a", "x/y"), ("b", "acme/a"))]
    reading = modeltree.read(files)
    assert reading.lineage.parents("acme/b") == ("acme/a",)
    assert reading.lineage.parents("acme/a") == ("x/y",)


def test_a_path_twice_is_read_once(cards: Path) -> None:
    assert modeltree.read(cards, cards, str(cards)) == modeltree.read(cards)


def test_faults_of_all_are_reported(cards: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a.yaml", "models: [{id: a, nam: A}]\n")
    second = write(tmp_path / "b.csv", "")
    with pytest.raises(SourceError) as caught:
        modeltree.read(cards, first, second)
    paths = {problem.position.path for problem in caught.value.problems if problem.position}
    assert {first, second} <= paths


def test_paths_are_checked(tmp_path: Path, cards: Path) -> None:
    with pytest.raises(ValueError, match="there is no path"):
        modeltree.read()
    with pytest.raises(ValueError, match="there is no path"):
        modeltree.read([])
    with pytest.raises(ValueError, match="an empty path"):
        modeltree.read(cards, "")
    with pytest.raises(FileNotFoundError):
        modeltree.read(cards, tmp_path / "none")
    with pytest.raises(ValueError, match="write format="):
        modeltree.read(cards, "csv")
    with pytest.raises(ValueError, match="no ids that are made of paths"):
        modeltree.read(write(tmp_path / "a.csv", "id\nx\n"), write(tmp_path / "b.csv", "id\ny\n"), prefix="acme")
    with pytest.raises(ValueError, match="whose ids are not made of paths"):
        modeltree.read(tmp_path / "a.csv", prefix="acme")


def test_check_reads_several_paths_as_one(
    cards: Path, catalog: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["check", str(cards)]) == 0
    assert "missing-parent" in capsys.readouterr().out
    assert main(["check", "--strict", str(cards), str(catalog)]) == 0
    out = capsys.readouterr().out
    assert "missing-parent" not in out
    assert f"{cards}: " in out
    assert f"{catalog}: " in out
    bad = write(tmp_path / "bad.csv", "")
    assert main(["check", "--json", str(cards), str(catalog), str(bad)]) == 1
    sources = json.loads(capsys.readouterr().out)["sources"]
    assert [source["path"] for source in sources] == [str(cards), str(catalog), str(bad)]
    assert ["models" in source for source in sources] == [True, True, False]


def test_every_command_reads_several_as_one(cards: Path, catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    several = ["--data", str(cards), "--data", str(catalog)]
    assert main(["check", str(cards), str(catalog), "--format", "json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert main(["list", "--json", *several]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == len(modeltree.read(cards, catalog).lineage)
    assert checked["ok"]
    assert main(["tree", *several]) == 0
    assert main(["list", "--data", "survey", "--data", str(catalog)]) == 0
    assert main(["list", "--data", str(catalog), "--data", "nowhere"]) == 2


def test_a_base_of_models_in_another_source_needs_none(cards: Path, catalog: Path) -> None:
    policy = Policy(missing_base=True)
    assert "missing-base" in {finding.kind for finding in modeltree.read(catalog, policy=policy).findings}
    assert "missing-base" not in {finding.kind for finding in modeltree.read(cards, catalog, policy=policy).findings}
    card(cards / "me" / "alone", "license: mit")
    found = modeltree.read(cards, catalog, policy=policy).findings
    assert [finding.ids for finding in found if finding.kind == "missing-base"] == [("me/alone",)]
    assert main(["check", str(cards), str(catalog), "--error", "missing-base"]) == 1


def test_several_are_converted_as_one(cards: Path, catalog: Path, tmp_path: Path) -> None:
    output = tmp_path / "x.cdx.json"
    assert main(["convert", str(cards), str(catalog), str(output)]) == 0
    assert modeltree.read(output).lineage.parents("me/chat") == ("acme/base",)


def test_check_has_a_prefix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card(tmp_path / "base", "license: mit")
    card(tmp_path / "chat", "base_model: acme/base\nlicense: mit")
    assert main(["check", "--strict", str(tmp_path)]) == 1
    assert main(["check", "--strict", "--prefix", "acme", str(tmp_path)]) == 0
    assert main(["convert", "--prefix", "acme", str(tmp_path), str(tmp_path / "x.csv")]) == 0
    assert "acme/base" in (tmp_path / "x.csv").read_text()
    assert main(["list", "--prefix", "acme", "--data", str(tmp_path)]) == 0
    assert "acme/base" in capsys.readouterr().out
    assert main(["list", "--prefix", "acme", "--data", str(tmp_path / "x.csv")]) == 2
    assert main(["check", "--prefix", "acme", "survey"]) == 2
    assert "--prefix is for ids that are made of paths" in capsys.readouterr().err


def test_graphs_without_nodes_are_read(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, '{"nodes": [], "edges": []}') for name in ("a.json", "b.json")]
    assert len(modeltree.read(paths[0]).lineage) == len(modeltree.read(*paths).lineage) == 0


@settings(max_examples=examples(30), deadline=None)
@given(lineage=lineages(), data=st.data())
def test_the_parts_of_a_lineage_are_the_lineage(
    lineage: Lineage, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(not any(map(is_missing, lineage.ids)))  # a parent in another file that is called "-" is none
    folder = tmp_path_factory.mktemp("parts")
    models = [Model.model_validate(model.model_dump(exclude={"aliases", "corrections"})) for model in lineage.models]
    chosen = {model.id for model in models if data.draw(st.booleans())}
    paths = []
    for number, ids in enumerate((chosen, {model.id for model in models} - chosen)):
        rows = [{"id": model.id, "name": model.name, "note": model.note} for model in models if model.id in ids]
        edges = [edge for edge in lineage.derivations if edge.child in ids]
        links = [{"source": edge.parent, "target": edge.child, "relation": str(edge.relation)} for edge in edges]
        paths.append(write(folder / f"{number}.json", json.dumps({"nodes": rows, "edges": links})))
    union = modeltree.read(*paths).lineage
    assert {model.id: (model.name, model.note) for model in union.models} == {
        model.id: (model.name, model.note) for model in models
    }
    assert {(edge.parent, edge.child, edge.relation) for edge in union.derivations} == {
        (edge.parent, edge.child, edge.relation) for edge in lineage.derivations
    }
