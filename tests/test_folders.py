"""Folders of models: which files are found, and which model each belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.model_files import files_below, model_id


def _files(root: Path, *names: str) -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")


def _found(root: Path, claims: Claims | None = None, name: str = "README.md") -> list[str]:
    return [file.relative_to(root).as_posix() for file in files_below(root, lambda other: other == name, claims)]


@pytest.mark.parametrize(
    ("file", "id"),
    [
        ("hub/models--meta-llama--Llama-2-7b/snapshots/01c7f73/README.md", "meta-llama/Llama-2-7b"),
        ("hub/models--gpt2/snapshots/607a30d/README.md", "gpt2"),
        ("hub/models--gpt2/snapshots/607a30d/onnx/model.safetensors", "gpt2"),
        ("org/name/README.md", "org/name"),
        ("name/README.md", "name"),
        ("README.md", "the-root"),
        ("a/b/c/README.md", "b/c"),
        ("my org/a\tname/README.md", "my-org/a-name"),
        ("a\x01b/README.md", "a-b"),
        ("a\udcffb/README.md", "a-b"),
        ("models--/README.md", "models--"),
    ],
)
def test_a_file_belongs_to_the_model_that_its_path_names(tmp_path: Path, file: str, id: str) -> None:
    root = tmp_path / "the root"
    assert model_id(root / file, root) == id


def test_a_path_may_be_relative_or_have_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours").mkdir()
    monkeypatch.chdir(tmp_path / "ours")
    assert model_id(Path("README.md"), Path()) == "ours"
    assert model_id(Path("name/README.md"), Path()) == "name"
    assert model_id(Path("../ours/name/README.md"), Path("../ours")) == "name"
    assert model_id(tmp_path / "ours" / "README.md", tmp_path / "ours" / "README.md") == "ours"


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    _files(tmp_path, "b/README.md", "a/z/README.md", "README.md", "a/README.md", "a/other.md", "B/README.md")
    assert _found(tmp_path) == ["B/README.md", "README.md", "a/README.md", "a/z/README.md", "b/README.md"]


def test_a_file_is_found_itself(tmp_path: Path) -> None:
    _files(tmp_path, "any.txt")
    assert list(files_below(tmp_path / "any.txt", lambda name: False)) == [tmp_path / "any.txt"]
    with pytest.raises(FileNotFoundError):
        list(files_below(tmp_path / "none", lambda name: True))


def test_hidden_folders_are_left_out_but_the_root_may_be_one(tmp_path: Path) -> None:
    _files(tmp_path, ".cache/a/README.md", ".cache/.no_exist/README.md")
    assert _found(tmp_path) == []
    assert _found(tmp_path / ".cache") == ["a/README.md"]


def test_folders_that_are_too_deep_are_reported(tmp_path: Path) -> None:
    deepest = "/".join(["d"] * limits.FOLDER_DEPTH)
    _files(tmp_path, f"{deepest}/README.md", f"{deepest}/e/README.md", f"{deepest}/e/f/README.md")
    claims = Claims()
    assert _found(tmp_path, claims) == [f"{deepest}/README.md"]
    [finding] = claims.findings
    assert (finding.kind, str(finding.position)) == ("ignored", str(tmp_path / deepest / "e"))


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "root-but-outside"
    _files(outside, "README.md")
    _files(root, "a/README.md")
    (root / "link").symlink_to(outside)
    (root / "b").mkdir()
    (root / "b" / "README.md").symlink_to(outside / "README.md")
    (root / "c").mkdir()
    (root / "c" / "README.md").symlink_to(root / "a" / "README.md")
    (root / "c" / "other.md").symlink_to(outside / "README.md")  # nobody asked for it
    claims = Claims()
    assert _found(root, claims) == ["a/README.md", "c/README.md"]
    assert [(finding.kind, finding.position.path.name) for finding in claims.findings if finding.position] == [
        ("ignored", "README.md"),
        ("ignored", "link"),
    ]


def test_links_in_a_circle_and_to_nothing_do_no_harm(tmp_path: Path) -> None:
    _files(tmp_path, "a/README.md")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "README.md").symlink_to(tmp_path / "README.md")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "README.md").symlink_to(tmp_path / "gone")
    claims = Claims()
    assert _found(tmp_path, claims) == ["a/README.md"]
    assert [finding.kind for finding in claims.findings] == ["unreadable", "unreadable"]


def test_pipes_and_folders_with_a_wanted_name_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "README.md")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "README.md").symlink_to(tmp_path / "README.md")
    _files(tmp_path, "a/README.md/README.md")
    assert _found(tmp_path) == ["a/README.md/README.md"]


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _files(tmp_path, "a/README.md", "b/README.md")
    listed = os.scandir

    def scandir(path: str | Path) -> object:
        if os.fspath(path).endswith("a"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    claims = Claims()
    assert _found(tmp_path, claims) == ["b/README.md"]
    [finding] = claims.findings
    assert finding.kind == "unreadable"
    assert "Permission denied" in finding.message


def test_a_snapshot_in_the_cache_of_the_hub_is_made_of_links(tmp_path: Path) -> None:
    repository = tmp_path / "models--acme--llama"
    _files(repository, "blobs/0123")
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").symlink_to("../../blobs/0123")
    for root in (tmp_path, repository, snapshot):
        claims = Claims()
        assert len(_found(root, claims)) == 1
        assert not claims.findings
    _files(tmp_path, "secret")
    (snapshot / "README.md").unlink()
    (snapshot / "README.md").symlink_to(tmp_path / "secret")
    assert _found(snapshot) == []
