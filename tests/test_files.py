"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from modeltree._util.files import write_together, write_whole


def test_text_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "α"
    write_whole(path, "α\r\n")
    assert path.read_bytes() == "α\r\n".encode()
    write_whole(str(path), b"\xff")
    assert path.read_bytes() == b"\xff"
    assert list(tmp_path.iterdir()) == [path]


def test_a_long_name(tmp_path: Path) -> None:
    path = tmp_path / ("智" * 85)
    write_whole(path, "x")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")
def test_permissions_are_as_open_would_leave_them(tmp_path: Path) -> None:
    new, old, plain = tmp_path / "new", tmp_path / "old", tmp_path / "plain"
    plain.touch()
    old.touch()
    old.chmod(0o640)
    write_whole(new, "x")
    write_whole(old, "x")
    assert stat.S_IMODE(new.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")
def test_a_link_keeps_pointing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to("there/file")
    (tmp_path / "there" / "file").touch()
    dangling.symlink_to("there/new")
    write_whole(link, "x")
    write_whole(dangling, "y")
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert ((tmp_path / "there" / "file").read_text(), (tmp_path / "there" / "new").read_text()) == ("x", "y")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names as POSIX has them")
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, "through")
    reader.join()
    assert read == [b"through"]
    assert pipe.is_fifo()


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path, error in ((tmp_path / "no" / "file", FileNotFoundError), (tmp_path, IsADirectoryError)):
        with pytest.raises(error) as raised:
            write_whole(path, "x")
        assert raised.value.filename == str(path)


def test_a_write_protected_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(PermissionError) as raised:
        write_whole(path, "new")
    assert raised.value.filename == str(path)
    assert path.read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")
def test_an_unfinished_file_is_no_more_readable_than_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    path = tmp_path / "file"
    path.touch(0o600)
    monkeypatch.setattr(os, "fsync", lambda descriptor: modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode)))
    write_whole(path, "x")
    assert modes == [0o600]


def test_what_a_killed_save_left_goes_with_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "a[b]*"
    names = (".a[b]*.0123456789abcdef.tmp", ".a[b]*.0123456789abcdee.tmp", ".b.0123456789abcdef.tmp")
    old, young, other = (tmp_path / name for name in names)
    for unfinished in (old, young, other):
        unfinished.touch()
    for unfinished in (old, other):
        os.utime(unfinished, (0, 0))
    write_whole(path, "x")
    assert set(tmp_path.iterdir()) == {path, young, other}


def test_several_files_of_threads_are_of_one_thread_each(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abc"]

    def save(number: int) -> None:
        for _ in range(20):
            write_together({path: str(number) for path in paths})

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({path.read_text() for path in paths}) == 1
    assert set(tmp_path.iterdir()) == set(paths)


@pytest.mark.parametrize("failing", [0, 1, 2])
@pytest.mark.parametrize("links", [True, False])
def test_several_files_are_all_written_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, links: bool
) -> None:
    paths = [tmp_path / name for name in "abc"]
    for path in paths[:2]:
        path.write_text("old")
    replace = Path.replace

    def interrupted(new: Path, target: Path) -> Path:
        if target == paths[failing] and new.read_text() == "new":
            raise KeyboardInterrupt
        return replace(new, target)

    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", interrupted)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(KeyboardInterrupt):
        write_together(dict.fromkeys(paths, "new"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


@pytest.mark.parametrize("failure", [OSError("full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    def fail(descriptor: int) -> None:
        raise failure

    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(failure)):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
