"""Which format a path is in, by its ending and by what stands in it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import modeltree
from modeltree.findings import FindingsWarning, SourceError, UnknownFormatError
from modeltree.formats import detection
from modeltree.formats.detection import format_of
from modeltree.formats.registry import FORMATS, format_named, format_to_write

BOM = "\ufeff"


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.yaml", "models:\n  - id: a\n    name: A\n", "catalog"),
        ("a.yml", "", "catalog"),
        ("a.yml", "models:\n  - model: a/b\n  - model: c/d\nmerge_method: ties\n", "mergekit"),
        ("a.yml", "slices:\n- sources:\n  - model: a/b\n", "mergekit"),
        ("a.yml", "base_model: a/b\nexperts:\n  - source_model: c/d\n", "mergekit"),
        ("a.yaml", "- name: A\n  type: model\n  dependencies: []\n", "ecosystem-graphs"),
        ("a.json", '{"directed": true, "nodes": [], "edges": []}', "node-link"),
        ("a.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6"}', "cyclonedx"),
        ("a.cdx.json", "", "cyclonedx"),
        ("a.json", '{"elements": {"nodes": []}}', "cytoscape"),
        ("adapter_config.json", '{"base_model_name_or_path": "a/b"}', "peft"),
        ("a.csv", "parent,child\n", "csv"),
        ("a.csv", f"{BOM}\nModel,Domain,Organization,Publication date,Base model\n", "epoch"),
        ("a.csv", "type,name,created_date,dependencies\n", "ecosystem-graphs"),
        ("a.csv", "", "csv"),
        ("A.PARQUET", "", "parquet"),
        ("README.md", f"{BOM}---\nlicense: mit\n---\n", "model-cards"),
        ("README.md", "# Models\n\n| model |\n|---|\n", "markdown"),
        ("a.tex", "", "latex"),
        ("a.gguf", "", "gguf"),
        ("a.graphml", "", "graphml"),
    ],
)
def test_files(name: str, content: str, format: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert format_of(path).name == format


@pytest.mark.parametrize(
    ("files", "format"),
    [
        ({"a.yaml": "models: []\n"}, "catalog"),
        ({"a.yaml": "- name: A\n  type: model\n"}, "ecosystem-graphs"),
        ({"org/name/README.md": "---\nlicense: mit\n---\n"}, "model-cards"),
        ({"models--org--name/refs/main": "abc"}, "model-cards"),
        ({"name/adapter_config.json": "{}"}, "model-cards"),
        ({"a.yaml": "models: []\n", "README.md": "# How to edit these files\n"}, "catalog"),
    ],
)
def test_folders(files: dict[str, str], format: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert format_of(tmp_path).name == format


def test_folders_and_files_of_nothing_known(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no catalogue, no model cards"):
        format_of(tmp_path)
    (tmp_path / "a.xyz").write_text("", encoding="utf-8")
    with pytest.raises(UnknownFormatError):
        format_of(tmp_path / "a.xyz")


def test_formats_have_names_of_their_own_and_functions_that_are_there() -> None:
    assert len({format.name for format in FORMATS}) == len(FORMATS)
    for format in FORMATS:
        assert format_named(format.name) is format
        if format.reads:
            assert callable(format.reader)
            assert format.reads in vars(importlib.import_module(format.module, "modeltree.formats"))
        if format.writes:
            assert callable(format.writer)
        assert format.reads or format.writes
    with pytest.raises(ValueError, match="'cvs' is no format; there is csv"):
        format_named("cvs")
    with pytest.raises(ValueError, match="a Mermaid flowchart is not read"):
        _ = format_named("mermaid").reader


@pytest.mark.parametrize(
    ("name", "format"), [("a.cdx.json", "cyclonedx"), ("a.json", "node-link"), ("a.YML", "catalog"), ("a.dot", "dot")]
)
def test_what_is_written_is_told_by_the_ending(name: str, format: str) -> None:
    assert format_to_write(Path(name)).name == format


def test_loading_warns_of_what_is_found(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("---\nbase_model: org/base\n---\n", encoding="utf-8")
    with pytest.warns(FindingsWarning, match="1 finding, the first: .*missing parent 'org/base'"):
        assert len(modeltree.load(path)) == 2


def test_a_catalogue_has_a_policy_for_missing_parents_alone() -> None:
    path = modeltree.datasets.path("survey-table1")
    for options in ({"policy": modeltree.Policy(duplicate_id="last")}, {"aliases": {"a": "b"}}):
        with pytest.raises(ValueError, match="is a catalogue, which is taken as it stands"):
            modeltree.read(path, **options)


def test_recipes_in_folders_below(tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "a.yml").write_text("merge_method: linear\nmodels:\n- model: a/b\n")
    assert format_of(tmp_path).name == "mergekit"


def test_folders_of_several_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("merge_method: linear\nmodels:\n- model: a/b\n")
    (tmp_path / "b.yaml").write_text("models: []\n")
    with pytest.raises(SourceError, match=r"several formats: catalog \(b\.yaml\), mergekit \(a\.yml\)"):
        format_of(tmp_path)


def test_folders_of_files_that_are_read_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"bomFormat": "CycloneDX"}')
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SourceError, match="a folder of files that are read one by one: cyclonedx; name a file"):
        format_of(tmp_path)


def test_files_that_a_folder_leaves_alone_are_told_of(tmp_path: Path) -> None:
    import modeltree

    (tmp_path / "a.yaml").write_text("models: [{id: a, name: A}]\n")
    (tmp_path / "b.csv").write_text("id\nb\n")
    (tmp_path / "config.json").write_text("{}")
    lineage, findings = modeltree.read(tmp_path)
    assert list(lineage) == ["a"]
    assert [str(finding) for finding in findings if finding.kind == "ignored"] == [
        f"{tmp_path}: read as a catalogue, which leaves 'b.csv' alone; read them by name; they are not read"
    ]


def test_one_long_line(tmp_path: Path) -> None:
    """One that is matched again from each of its letters would take hours."""
    (tmp_path / "a.csv").write_bytes(b"x" * 2_000_000)
    assert format_of(tmp_path / "a.csv").name == "csv"


def test_however_many_models_there_are_in_a_folder_they_are_read(tmp_path: Path) -> None:
    entry_limit = detection._MOST_ENTRIES
    for count in (2, 20):
        folder = tmp_path / str(count)
        for number in range(count):
            (folder / f"m{number}").mkdir(parents=True)
            (folder / f"m{number}" / "README.md").write_text("---\nlicense: mit\n---\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(detection, "_MOST_ENTRIES", count)
            assert detection.format_of(folder).name == "model-cards"
    assert entry_limit >= 10_000


def test_cards_behind_very_many_other_files_are_found_by_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "_MOST_ENTRIES", 5)
    for number in range(10):
        (tmp_path / f"a{number}").mkdir()
        (tmp_path / f"a{number}" / "notes.txt").write_text("")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "README.md").write_text("---\nlicense: mit\n---\n")
    assert list(modeltree.read(tmp_path).lineage) == ["model"]
