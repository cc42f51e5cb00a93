"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import dis
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import FrameType
from typing import Any

import pytest

import modeltree
from modeltree._util import files
from modeltree._util.files import bytes_of, write_together, write_whole
from modeltree.cli.main import main
from modeltree.formats.repair.policy import read_aliases


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


def test_bytes_are_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert [bytes_of(path, most) for most in (0, 9, 10, 11)] == [b"0", *[b"0123456789"] * 3]
    if Path("/proc/self/stat").exists():  # says that it has no bytes
        assert len(bytes_of(Path("/proc/self/stat"), 20)) == 21


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_small_files_take_little_memory(tmp_path: Path) -> None:
    paths = [
        tmp_path / f"x.{ending}" for ending in ("yaml", "csv", "json", "jsonl", "parquet", "graphml", "md", "toml")
    ]
    for path in paths:
        path.write_bytes(b"[" * 100)
    script = """
        import resource, sys
        import pyarrow.parquet
        import modeltree
        from modeltree.formats.registry import FORMATS
        [one.reader for one in FORMATS if one.reads]
        with open("/proc/self/statm") as file:
            most = int(file.read().split()[0]) * resource.getpagesize() + 2**27
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        for path in sys.argv[1:]:
            try:
                modeltree.read(path)
            except modeltree.SourceError:
                pass
            except MemoryError:
                sys.exit(path)
    """
    subprocess.run([sys.executable, "-c", dedent(script), *paths], check=True, timeout=100)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard, also where a shell started the tests in the background, which then do not hear it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_in_the_end_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in "abc"]
    write_together(dict.fromkeys(paths, "old"))
    unlink = Path.unlink

    def interrupted(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Path, "unlink", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_together(dict.fromkeys(paths, "new"))
    assert {path.read_text() for path in paths} == {"new"}
    assert set(tmp_path.iterdir()) == set(paths)


@contextlib.contextmanager
def interrupted_after(count: int) -> Iterator[list[int]]:
    """An interrupt by a signal after so many steps in the module; what is left of them."""
    left = [count]

    def step(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != files.__file__:
            return None
        frame.f_trace_opcodes = True
        # Python handles no signal between the lines, where the compiler has a NOP that no exception can leave well.
        left[0] -= event == "opcode" and frame.f_code.co_code[frame.f_lasti] != dis.opmap["NOP"]
        if left[0] == 0:
            left[0] = -1
            signal.raise_signal(signal.SIGINT)
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        yield left
    finally:
        sys.settrace(before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_at_any_step_leaves_old_files_or_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "fsync", lambda _: None)  # which takes long
    paths = [tmp_path / name for name in "ab"]
    old, new = (dict.fromkeys("ab", content) for content in (b"old", b"new"))
    interrupts = 0
    for count in range(1, 100_000):
        for path in paths:
            path.write_bytes(b"old")
        done = False
        try:
            with interrupted_after(count) as left:
                files.write_together(dict.fromkeys(paths, "new"))
                done = True
        except KeyboardInterrupt:
            interrupts += 1
        found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert found in (old, new), count
        assert signal.getsignal(signal.SIGINT) == signal.default_int_handler, count
        if done and left[0] > 0:
            break
    assert found == new
    assert interrupts > 500


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


# Pipes, descriptors and the folders of others


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
@pytest.mark.parametrize("name", ["a.yaml", "a.csv", "a.json", "a.md", "a.jsonl", "a.parquet", "a.xlsx", "a.gguf", "a"])
def test_a_pipe_with_a_writer_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    other = os.open(path, os.O_RDWR)  # somebody who may write, one day
    try:
        for read in (modeltree.read, modeltree.load, modeltree.read_table, read_aliases):
            with pytest.raises(OSError, match="a pipe or device is not read"):
                read(path)
        for words in (["check", str(path)], ["list", "--data", str(path)], ["check", "survey", "--aliases", str(path)]):
            assert main(words) in (1, 2), words
    finally:
        os.close(other)


def test_the_folder_of_nobody_is_an_os_error(capsys: pytest.CaptureFixture[str]) -> None:
    lineage = modeltree.Lineage([modeltree.Model(id="a", name="A")])
    for call in (modeltree.read, modeltree.load, modeltree.read_table, lambda path: modeltree.save(lineage, path)):
        with pytest.raises(FileNotFoundError, match="there is no such user"):
            call("~no-such-user/x.csv")
    for words in (["check", "~no-such-user/x.csv"], ["convert", "survey", "~no-such-user/x.csv"]):
        assert main(words) == 1
    assert main(["schema", "-o", "~no-such-user/x.csv"]) == 2
    assert capsys.readouterr().err.count("there is no such user") == 3


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
@pytest.mark.parametrize("format", ["csv", "parquet", "jsonl", "catalog", "graphml"])
@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/fd/1"])
def test_what_goes_to_standard_output_is_data_alone(
    tmp_path: Path, format: str, output: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    command = ["convert", "survey-table1", output, "--to", format]
    if format == "catalog":  # once as it is at a shell, with a pipe
        process = subprocess.run([sys.executable, "-m", "modeltree", *command], capture_output=True, check=True)
        written, said = process.stdout, process.stderr
    else:
        assert main(command) == 0
        written, said = capfdbinary.readouterr()
    assert b"wrote /dev/" in said
    path, kept = tmp_path / "out", os.dup(1)
    with path.open("wb") as file:  # as a shell does for >>
        file.write(b"before\n")
        file.flush()
        os.dup2(file.fileno(), 1)
        try:
            assert main(command) == 0
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        file.write(b"after\n")
    assert path.read_bytes() == b"before\n" + written + b"after\n"
    assert not list(Path("/dev").glob("*.edges*"))
    path.write_bytes(written)
    again = modeltree.read(path, format=format).lineage
    lineage = modeltree.datasets.load("survey-table1")
    assert [(e.parent, e.child, e.relation) for e in again.derivations] == [
        (e.parent, e.child, e.relation) for e in lineage.derivations
    ]
    assert again.models == lineage.models


def test_tsv_has_tabs(tmp_path: Path) -> None:
    lineage = modeltree.datasets.load("survey-table1")
    path = tmp_path / "models.tsv"
    for _ in range(2):  # what is there is ours
        modeltree.save(lineage, path)
    for name in ("models.tsv", "models.edges.tsv"):
        header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert header.count("\t") >= 3
        assert "," not in header
    again = modeltree.read(path).lineage
    assert (again.models, again.derivations) == (lineage.models, lineage.derivations)
