"""Saving is told of, can be interrupted at any time, and refuses what could not be read again."""

from __future__ import annotations

import contextlib
import itertools
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import modeltree
from modeltree import Derivation, Lineage, Model, SourceError
from modeltree.formats.parsing import limits
from modeltree.formats.registry import FORMATS

SUFFIXES = [suffix for format in FORMATS if format.writes for suffix in format.suffixes[:1]]
READ = [suffix for format in FORMATS if format.writes and format.reads for suffix in format.suffixes[:1]]


def chain(count: int) -> Lineage:
    models = [Model(id=f"m{number}", name=f"Model {number}", released="2024") for number in range(count)]
    ends = [(f"m{number}", f"m{number + 1}") for number in range(count - 1)]
    return Lineage(models, [Derivation(parent=one, child=other, relation="finetune") for one, other in ends])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Progress


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saving_tells_of_its_progress_and_ends_where_that_raises(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    modeltree.save(chain(2), path)
    before, told = contents(tmp_path), []

    def progress(what: str, done: int, of: int | None) -> None:
        told.append((what, done, of))
        if what == "write":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        modeltree.save(chain(30), path, progress=progress)
    assert contents(tmp_path) == before
    assert all(0 <= done <= (of or 0) for _, done, of in told)
    modeltree.save(chain(30), path, progress=lambda *_: None)
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    modeltree.save(chain(30), quiet / path.name)
    assert contents(quiet) == {name: path.read_bytes() for name in contents(quiet) for path in [tmp_path / name]}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".graphml", ".json"])
def test_a_long_save_is_told_of_often(tmp_path: Path, suffix: str) -> None:
    told: list[int] = []
    save = lambda what, done, of: told.append(done) if what == "write" else None  # noqa: E731
    modeltree.save(chain(40_000), tmp_path / f"x{suffix}", progress=save)
    assert max(after - before for before, after in itertools.pairwise(told)) <= 1 << 14
    assert max(told) > 20_000


def test_a_command_shows_the_progress_of_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    reporter = contextlib.contextmanager(lambda: (yield lambda what, *_: told.append(what)))
    monkeypatch.setattr("modeltree.cli.commands.progress_reporter", reporter)
    from modeltree.cli.main import main

    assert main(["convert", "survey-table1", str(tmp_path / "x.graphml")]) == 0
    assert main(["union", "survey-table1", "survey-table1", "-o", str(tmp_path / "x.csv")]) == 0
    assert told.count("write") == 3  # nodes of a graph; models and derivations of tables


# Interrupts


SCRIPT = """
    import os, random, signal, sys, threading, time
    from pathlib import Path
    import modeltree
    from modeltree import Derivation, Lineage, Model

    signal.signal(signal.SIGINT, signal.default_int_handler)
    def chain(count):
        models = [Model(id=f"m{n}", name=f"M {n}", released="2024", organizations=("o",)) for n in range(count)]
        ends = [(f"m{n}", f"m{n + 1}") for n in range(count - 1)]
        return Lineage(models, [Derivation(parent=one, child=other, relation="merge") for one, other in ends])
    old, new = chain(20), chain(1500)
    interrupts = 0
    for suffix in sys.argv[2:]:
        path = Path(sys.argv[1], suffix, f"x.{suffix}")
        path.parent.mkdir()
        modeltree.save(new, path)
        contents = lambda: {each.name: each.read_bytes() for each in path.parent.iterdir()}
        now = contents()
        start = time.monotonic()
        modeltree.save(old, path)
        before = contents()
        modeltree.save(new, path)
        took = time.monotonic() - start
        for _ in range(10):
            modeltree.save(old, path)
            timer = threading.Timer(random.uniform(0, took), os.kill, (os.getpid(), signal.SIGINT))
            begun = time.monotonic()
            try:
                timer.start()
                modeltree.save(new, path)
                timer.join()
                time.sleep(1)
            except KeyboardInterrupt:
                interrupts += 1
            timer.join()
            assert contents() in (before, now), (suffix, sorted(contents()))
    print(interrupts)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT of this kind")
def test_a_signal_at_any_time_leaves_old_files_or_new_ones(tmp_path: Path) -> None:
    suffixes = ["csv", "tsv", "parquet", "jsonl", "json", "graphml", "gexf", "yaml", "dot"]
    command = [sys.executable, "-c", dedent(SCRIPT), str(tmp_path), *suffixes]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) == 10 * len(suffixes)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT of this kind")
@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.json"])
def test_control_c_while_a_command_writes_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    modeltree.save(chain(2), path)
    before = contents(tmp_path)
    code = (
        "import os, signal, sys; from modeltree.cli.main import main;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # what runs in the background ignores it
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT);"
        "sys.exit(main(['convert', 'survey-table1', sys.argv[1]]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")
    assert contents(tmp_path) == before


# Limits


LIMITS = {
    ".yaml": ["YAML_BYTES"],
    ".csv": ["TEXT_BYTES", "ROWS", "VALUES"],
    ".jsonl": ["TABLE_BYTES", "LINES"],
    ".parquet": ["TABLE_BYTES", "PARQUET_ROWS", "PARQUET_VALUES", "PARQUET_UNPACKED"],
}


@pytest.mark.parametrize("suffix", READ)
def test_what_is_saved_can_be_read_again(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lineage = chain(9)
    path = tmp_path / f"x{suffix}"
    modeltree.save(lineage, path)
    sizes = {len(content) + more for content in contents(tmp_path).values() for more in (-1, 0)}
    for name in LIMITS.get(suffix, ["TEXT_BYTES", "RECORDS"]):
        saved, refused = 0, 0
        for most in sorted({*sizes, *range(8, 12), *range(16, 20), 27, 28, 44, 45, 100, 1000, 10_000}):
            for old in tmp_path.iterdir():
                old.unlink()
            with monkeypatch.context() as context:
                context.setattr(limits, name, most)
                try:
                    modeltree.save(lineage, path)
                except SourceError as error:
                    kinds = [problem.kind for problem in error.problems]
                else:
                    kinds = []
                if kinds:
                    refused += 1
                    assert (kinds, list(tmp_path.iterdir())) == (["too-large"], [])
                else:
                    saved += 1
                    assert modeltree.read(path).lineage.derivations == lineage.derivations, (name, most)
        assert saved
        assert refused


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("limit", ["CELL", "ITEMS", "COLUMN_TEXT"])
def test_what_one_model_says_can_be_read_again(
    tmp_path: Path, suffix: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = [Derivation(parent=f"p{number}", child="x", relation="merge") for number in range(8)]
    parents = [Model(id=edge.parent, name=edge.parent) for edge in merged]
    letters = list("abcdefgh")
    fields: list[dict[str, Any]] = [
        {"training_data": "é" * 60},
        {"aliases": letters},
        {"references": [f"https://example.org/{each}" for each in letters]},
    ]
    lineages = [Lineage([Model(id="x", name="x", **each)]) for each in fields]
    lineages.append(Lineage([Model(id="x", name="x"), *parents], merged))
    kinds = set()
    for lineage, most in itertools.product(lineages, range(1, 12) if limit == "ITEMS" else range(30, 330, 20)):
        monkeypatch.setattr(limits, limit, most)
        try:
            modeltree.save(lineage, tmp_path / f"x{suffix}")
        except SourceError as error:
            kinds |= {problem.kind for problem in error.problems}
            assert list(tmp_path.iterdir()) == []
        else:
            assert modeltree.read(tmp_path / f"x{suffix}").lineage == lineage
            for file in tmp_path.iterdir():
                file.unlink()
    applies = {".csv": ["CELL"], ".jsonl": ["CELL", "ITEMS"], ".parquet": ["ITEMS", "COLUMN_TEXT"]}
    assert kinds == ({"too-large"} if limit in applies[suffix] else set())


def test_what_is_too_large_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORDS", 10)
    told: list[str] = []
    for suffix in (".json", ".cyjs", ".graphml", ".gexf", ".cdx.json", ".spdx.json"):
        with pytest.raises(SourceError, match=r"x\S* would be too large: 11 models and derivations, and 10 are read"):
            modeltree.save(chain(6), tmp_path / f"x{suffix}", progress=lambda what, *_: told.append(what))
    assert told == []
    modeltree.save(chain(6), tmp_path / "x.dot")  # which is not read


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_what_goes_to_others_has_no_limit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(limits, "RECORDS", 10)
    monkeypatch.setattr(limits, "TEXT_BYTES", 10)
    modeltree.save(chain(6), "/dev/stdout", "graphml")
    assert capfd.readouterr().out.endswith("</graphml>\n")


def test_one_lineage_is_one_table_however_it_is_kept(tmp_path: Path) -> None:
    lineage = chain(5)
    modeltree.save(lineage, tmp_path / "x.parquet")
    table = modeltree.read_table(tmp_path / "x.parquet").lineage
    by_columns = Lineage.from_columns(
        modeltree.graph.store.Columns(  # type: ignore[attr-defined]
            ids=list(lineage.ids), dates=lineage._nodes.dates, fields={"name": lineage._nodes.field("name")},
            parent=lineage._edges.parent, child=lineage._edges.child, relation=lineage._edges.relation,
        )
    )  # fmt: skip
    assert table == by_columns == lineage
    for suffix in ("csv", "parquet"):
        modeltree.save(lineage, tmp_path / f"x.{suffix}")
        before = contents(tmp_path)
        modeltree.save(by_columns, tmp_path / f"x.{suffix}")
        assert contents(tmp_path) == before
