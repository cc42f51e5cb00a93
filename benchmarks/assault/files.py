"""Saves that are killed, run against each other, or have no room; paths that are pipes, devices or nonsense; broken indexes.

    python benchmarks/assault/files.py --count 20000

Whatever writes or reads runs in a process of its own, forked from this one, which has a time limit. What a killed save
leaves is either of the two lineages, or refused as of two saves; after an interrupt it is either of the two.
"""

from __future__ import annotations

import importlib
import itertools
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tally import Tally, lineage_of, options

import modeltree
from modeltree import Lineage, ModelTreeError
from modeltree.findings import IndexFileError
from modeltree.formats.registry import FORMATS
from modeltree.graph.index import AncestryIndex

FORK = multiprocessing.get_context("fork")
ENDINGS = ("csv", "tsv", "parquet", "yaml", "jsonl", "json", "graphml", "cdx.json", "dot")
TOGETHER = ("csv", "tsv", "parquet")
"""Formats of several files."""
READ = tuple(ending for ending in ENDINGS if ending != "dot")
LIMIT = 20
"""How many seconds a process may take."""


def apart(call: Callable[[], Any], limit: int = LIMIT) -> Any:
    """What a call returns in a process of its own, or a text that says how it failed."""
    here, there = FORK.Pipe(duplex=False)

    def run() -> None:
        signal.alarm(limit)
        try:
            there.send(call())
        except BaseException as error:
            there.send(f"{type(error).__name__}: {error} at {traceback.extract_tb(error.__traceback__)[-1][:2]}")

    process = FORK.Process(target=run)
    process.start()
    there.close()
    try:
        said = here.recv()
    except EOFError:
        said = f"no answer, ended with {process.exitcode}"
    process.join()
    return said


def saving(lineages: Iterator[Lineage], path: Path, seconds: float) -> None:
    """Save one lineage after the other to a path, until it is time or the process is interrupted."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            modeltree.save(next(lineages), path)
    except KeyboardInterrupt:
        pass


def which(path: Path, lineages: tuple[Lineage, Lineage]) -> str:
    """Which lineage is read from a path."""
    try:
        found = modeltree.read(path).lineage
    except ModelTreeError as error:
        return "mixed-save" if "mixed-save" in str(vars(error)) else f"refused: {error}"
    for name, lineage in zip("ab", lineages, strict=True):
        if found.models == lineage.models and found.derivations == lineage.derivations:
            return name
    return f"neither: {len(found)} models, {len(found.derivations)} derivations"


def kills(tally: Tally, lineages: tuple[Lineage, Lineage], ending: str, folder: Path) -> None:
    """Interrupt or kill a process that saves two lineages by turns."""
    name = ("SIGINT", "SIGKILL")[tally.random.randrange(2)]
    path = folder / f"x.{ending}"
    apart(lambda: modeltree.save(lineages[0], path))
    process = FORK.Process(target=saving, args=(itertools.cycle(lineages[::-1]), path, LIMIT))
    process.start()
    time.sleep(0.05 + tally.random.random() * 0.3)
    os.kill(process.pid or 0, getattr(signal, name))
    process.join()
    found = apart(lambda: which(path, lineages)) if ending in READ else "a"
    right = ("a", "b", "mixed-save") if name == "SIGKILL" and ending in TOGETHER else ("a", "b")
    tally.check(found in right, f"{name} {ending}", found)
    if found == "mixed-save":
        tally.counts["(refused as mixed)"] += 1
    left = [each.name for each in folder.iterdir() if each.name.endswith(".tmp")]
    tally.check(name == "SIGKILL" or not left, f"{name} leaves nothing", left)


def races(tally: Tally, lineages: tuple[Lineage, Lineage], ending: str, folder: Path) -> None:
    """Two processes that save two lineages to one path."""
    path = folder / f"x.{ending}"
    both = [FORK.Process(target=saving, args=(itertools.repeat(each), path, 0.5)) for each in lineages]
    for process in both:
        process.start()
    for process in both:
        process.join()
    found = apart(lambda: which(path, lineages)) if ending in READ else "a"
    tally.check(found in ("a", "b"), f"two save {ending}", found)
    left = [each.name for each in folder.iterdir() if each.name.endswith(".tmp")]
    tally.check(not left, "two leave nothing", left)


@contextmanager
def small_disk(size: int) -> Iterator[Path | None]:
    """A folder with so much room, where one may be mounted."""
    place = Path(tempfile.mkdtemp())
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=False)
        place.rmdir()


def full(tally: Tally, lineages: tuple[Lineage, Lineage], ending: str, folder: Path) -> None:
    """No room: the error is told, and the old files stay."""

    def limited(path: Path, bytes: int | None) -> Any:
        def save() -> str:
            if bytes is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))
            try:
                modeltree.save(lineages[1], path)
            except OSError:
                return "OSError"
            return "saved"

        return apart(save)

    def check(path: Path, bytes: int | None, kind: str) -> None:
        said = limited(path, bytes)
        found = apart(lambda: which(path, lineages)) if ending in READ else ("a" if said == "OSError" else "b")
        right = {"OSError": "a", "saved": "b"}.get(said)
        tally.check(found == right, f"{kind} {ending}", (said, found))
        left = [each.name for each in path.parent.iterdir() if each.name.endswith(".tmp")]
        tally.check(not left, f"{kind} leaves nothing", left)

    path = folder / f"x.{ending}"
    apart(lambda: modeltree.save(lineages[0], path))
    check(path, tally.random.choice((0, 1, 100, 4096, 8192, 20_000)), "limit")
    apart(lambda: modeltree.save(lineages[0], path))
    size = sum(each.stat().st_size for each in folder.iterdir())
    with small_disk(int(size * 1.1) + 8192) as disk:
        if disk:
            shutil.copytree(folder, disk, dirs_exist_ok=True)
            check(disk / path.name, None, "full disk")


def read_only(tally: Tally, lineages: tuple[Lineage, Lineage], ending: str, folder: Path) -> None:
    """Files and folders that must not be written to, by somebody who is not root."""
    path = folder / f"x.{ending}"
    apart(lambda: modeltree.save(lineages[0], path))
    for mode_of_file, mode_of_folder in ((0o444, 0o777), (0o666, 0o555)):
        for each in folder.iterdir():
            each.chmod(mode_of_file)
        folder.chmod(mode_of_folder)

        def save() -> str:
            with tempfile.TemporaryDirectory() as elsewhere:  # what is imported late
                for _ in range(2):
                    modeltree.save(lineages[1], Path(elsewhere, path.name))
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            try:
                modeltree.save(lineages[1], path)
            except PermissionError:
                return "PermissionError"
            return "saved"

        said = apart(save)
        folder.chmod(0o777)
        found = apart(lambda: which(path, lineages)) if ending in READ else "a"
        tally.check((said, found) == ("PermissionError", "a"), f"read-only {ending}", (said, found))


def odd_paths(tally: Tally, lineages: tuple[Lineage, Lineage], folder: Path) -> None:
    """Pipes with and without a writer, devices, folders, circles of links, names that are none."""
    pipe, circle, nothing, inside = (
        folder / "pipe.csv",
        folder / "circle.csv",
        folder / "nothing.csv",
        folder / "folder.csv",
    )
    os.mkfifo(pipe)
    circle.symlink_to(circle)
    nothing.symlink_to(folder / "nowhere")
    inside.mkdir()
    paths = [
        pipe,
        circle,
        nothing,
        inside,
        "/dev/zero",
        "/dev/random",
        "/dev/full",
        "/dev/null",
        "/dev/tty",
        "/dev/fd/99",
    ]
    paths += [
        "",
        ".",
        "/dev",
        "x" * 300 + ".csv",
        "\0.csv",
        "~nouser/x.csv",
        "\ud800.csv",
        "/proc/self/mem",
        "/proc/self/fd",
        "-",
    ]
    allowed = (ModelTreeError, OSError, ValueError)
    for path in paths:
        for format in (None, *(one.name for one in FORMATS)):
            for verb in ("read", "save") if tally else ():
                if verb == "save" and path in (pipe, "/dev/tty", "/dev/zero", "/dev/random", "/dev", "."):
                    continue

                def call(verb: str = verb, path: Any = path, format: str | None = format) -> str:
                    writer = (
                        os.open(path, os.O_RDWR) if path == pipe else None
                    )  # a pipe that has a writer who says nothing
                    try:
                        with open(os.devnull, "w") as quiet:  # noqa: PTH123
                            os.dup2(quiet.fileno(), 1)
                            if verb == "read":
                                modeltree.read(path, format=format)
                            else:
                                modeltree.save(lineages[0], path, format)
                    except allowed:
                        return "refused"
                    finally:
                        if writer is not None:
                            os.close(writer)
                    return "done"

                here = os.getcwd()  # noqa: PTH109
                os.chdir(folder)
                said = apart(call)
                os.chdir(here)
                tally.check(said in ("refused", "done"), f"odd path, {verb}", (path, format, said))
    tally.check(not Path("/dev/null.edges").exists() and not Path("/dev/full.edges").exists(), "nothing in /dev")


def broken_indexes(tally: Tally, folder: Path, count: int) -> None:
    """Index files with other bytes: refused, or the very same index."""
    chance, path = tally.random, folder / "index"
    edges = [(number // 3, number) for number in range(1, 200)] + [(number // 5, number) for number in range(6, 200)]
    index = AncestryIndex.from_edges(200, *zip(*edges, strict=True))
    index.save(path)
    whole = path.read_bytes()
    for _ in range(count):
        content = bytearray(whole)
        match chance.randrange(4):
            case 0:
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            case 1:
                del content[chance.randrange(len(content)) :]
            case 2:
                content[chance.randrange(len(content)) : chance.randrange(len(content))] = chance.randbytes(
                    chance.randint(0, 9)
                )
            case _:
                start = chance.randrange(0, len(content) - 8)
                content[start : start + 8] = chance.choice((0, -1, 2**31 - 1, 2**31, 2**63 - 1)).to_bytes(
                    8, "little", signed=True
                )
        path.write_bytes(content)
        loaded = tally.attempt("index", lambda: AncestryIndex.load(path), (IndexFileError,), bytes(content) == whole)
        if isinstance(loaded, AncestryIndex):
            tally.check(
                list(loaded.generation) == list(index.generation)
                and all(list(mine) == list(theirs) for mine, theirs in zip(loaded.parents, index.parents, strict=True)),
                "index same",
                "another index",
            )


def main() -> int:
    """Go through all that can happen to files until there are enough checks."""
    tally = Tally("files", options(__doc__, count=20_000, seconds=1800))
    for one in FORMATS:  # imported once, and not in each process
        importlib.import_module(one.module, "modeltree.formats")
    importlib.import_module("pyarrow.parquet")
    ids = [[f"{letter}{number}" for number in range(400)] for letter in "ab"]
    lineages = (lineage_of(tally.random, ids[0]), lineage_of(tally.random, ids[1]))
    parts: tuple[Callable[..., None], ...] = (kills, kills, kills, races, full, read_only)
    once = True
    while tally:
        for part, ending in itertools.product(parts, ENDINGS):
            if tally and tally.bounds.only in part.__name__:
                with tempfile.TemporaryDirectory() as place:
                    Path(place).chmod(0o777)
                    part(tally, lineages, ending, Path(place))
        with tempfile.TemporaryDirectory() as place:
            if tally and once and tally.bounds.only in "odd_paths":
                odd_paths(tally, lineages, Path(place))
            once = False
            if tally and tally.bounds.only in "broken_indexes":
                broken_indexes(tally, Path(place), 500)
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())
