"""The measurements of `hub_scale.py`, in the process of one library."""  # noqa: INP001

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import importlib
import json
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from hub_peers import PEERS, Peer

__all__ = [
    "BY_NAME",
    "OURS",
    "PAIRS",
    "QUERIES",
    "ROWS",
    "UNITS",
    "Measure",
    "measure_all",
    "measure_parquet",
    "memory",
]

OURS = "modeltree"
ROWS = {
    "build from names": "s", "build from arrays": "s", "build from arrays, to the first answers": "s",
    "made once for many questions": "s", "memory": "MB",
    "ancestors, median": "µs", "ancestors, p99": "µs", "descendants, median": "µs", "descendants, p99": "µs",
    "ancestors by name, median": "µs", "ancestors by name, p99": "µs",
    "descendants by name, median": "µs", "descendants by name, p99": "µs",
    "descendants of the 10 largest roots": "ms", "descendants of the 10 largest roots, as ids": "ms",
    "is_ancestor": "µs", "is_ancestor, a pair of many": "µs",
    "connected components": "s", "members of all families": "s", "families of all": "s", "generations of all": "s",
    "descendant counts of all": "s",
    "most recent common ancestors, median": "µs", "most recent common ancestors, p99": "µs",
    "cycle check": "s", "save": "s", "load, to the first answer": "s",
    "save edges as arrays": "s", "load edges as arrays, to the first answer": "s",
}  # fmt: skip
UNITS = ROWS | {"Parquet to the first answer": "s", "Parquet to the first answer, memory": "MB"}
BY_NAME = tuple(row for row in UNITS if "by name" in row or "as ids" in row or "Parquet" in row)
"""Rows, in what they are measured; the last two have no peers."""
QUERIES, PAIRS = 20_000, 1_000_000

_SCALES = {"s": 1.0, "ms": 1e3, "µs": 1e6}
_LEAST = 0.03
"""Seconds until which work is done again."""


class Measure:
    """The measurements of one library, told line by line.

    Parameters
    ----------
    peer : Peer
        The library.
    task : dict
        How often it is measured (``runs``), for how many seconds at most (``enough``), parts of the names of the rows
        (``only``), and how many answers are compared (``checked``).
    asked : dict
        What `hub_shape.questions` gives.
    """

    def __init__(self, peer: Peer, task: dict[str, Any], asked: dict[str, Any]) -> None:
        self.peer, self.asked = peer, asked
        self.runs, self.only, self.checked, self.enough = (task[key] for key in ("runs", "only", "checked", "enough"))

    def wanted(self, *rows: str) -> bool:
        """Whether one of some rows is to be measured."""
        return any(part in row for part in self.only for row in rows)

    @staticmethod
    def tell(what: str, value: Any) -> None:
        """Say what was found."""
        print(json.dumps({what: value}), flush=True)

    def check(self, what: str, answers: Iterable[Iterable[Any]]) -> None:
        """Say something that is the same in all libraries, in whatever order each answer is."""
        digest = hashlib.sha256()
        for answer in answers:
            listed = sorted(answer)
            digest.update(json.dumps(listed).encode() if listed[:1] and isinstance(listed[0], str) else _bytes(listed))
        self.tell(f"answer: {what}", digest.hexdigest()[:16])

    def whole(self, what: str, values: Any) -> None:
        """The same of an array."""
        self.tell(f"answer: {what}", hashlib.sha256(_bytes(values)).hexdigest()[:16])

    def time(self, row: str, work: Callable[[], Any], *, parts: int = 1, once: bool = False, before: Any = None) -> Any:
        """Tell the median time of some work, if it is wanted, and give what it gave last."""
        if not self.wanted(row):
            return None
        taken: list[float] = []
        result, begin = None, time.perf_counter()
        while not taken or (not once and self._again(len(taken), time.perf_counter() - begin)):
            result = None
            if before:
                before()
            start = time.perf_counter()
            result = work()
            taken.append(time.perf_counter() - start)
        self.tell(row, statistics.median(taken) * _SCALES[ROWS[row]] / parts)
        return result

    def _again(self, runs: int, seconds: float) -> bool:
        """Whether to do it once more, after so many runs in so many seconds: what takes little is done often."""
        return seconds < self.enough and (runs < self.runs or seconds < _LEAST)

    def single(self, row: str, ask: Callable[..., Any], asked: Iterable[tuple[Any, ...]]) -> None:
        """Tell the median and the 99th percentile of single questions, of as many as fit in the time."""
        if not self.wanted(f"{row}, median", f"{row}, p99"):
            return
        taken: list[int] = []
        end = time.perf_counter() + 2 * self.enough
        for question in asked:
            start = time.perf_counter_ns()
            ask(*question)
            taken.append(time.perf_counter_ns() - start)
            if len(taken) % 100 == 0 and time.perf_counter() > end:
                break
        self.tell(f"{row}, median", float(np.median(taken)) / 1e3)
        self.tell(f"{row}, p99", float(np.percentile(taken, 99)) / 1e3)

    def building(self) -> None:
        """Building, all that the first questions wait for besides, and the memory that is held then."""
        peer, asked = self.peer, self.asked
        count, parent, child, first = (asked[name] for name in ("count", "parent", "child", "first"))
        node, taken = int(first), list[tuple[float, float]]()
        importlib.import_module(peer.name.split(",")[0])
        for size in (10, 1000):  # imports what is only imported then
            peer.build(size, np.arange(size - 1), np.arange(1, size))
            self._first_answers(size - 1, 0)
        begin = time.perf_counter()
        while not taken or self._again(len(taken), time.perf_counter() - begin):
            peer.release()
            before = memory("VmRSS")
            start = time.perf_counter()
            peer.build(int(count), parent, child)
            built = time.perf_counter()
            self._first_answers(node, 0)
            taken.append((built - start, time.perf_counter() - start))
            if len(taken) == 1:
                settled = time.perf_counter()
                peer.settle()
                self._first_answers(node, 0)
                if peer.name == OURS:
                    self.tell("made once for many questions", time.perf_counter() - settled)
                self.tell("memory", memory("VmRSS") - before)
        peer.settle()
        for row, times in zip(
            ("build from arrays", "build from arrays, to the first answers"), zip(*taken, strict=True), strict=True
        ):
            self.tell(row, statistics.median(times))

    def _first_answers(self, node: int, other: int) -> None:
        """Ask one question of each kind: what a library works out when it is first asked is worked out then."""
        peer = self.peer
        peer.ancestors(node)
        peer.descendants(node)
        peer.is_ancestor(node, other)
        peer.are_ancestors(np.array([node]), np.array([other]))
        peer.common(node, other)

    def queries(self) -> None:
        """The questions about one node or two."""
        peer, asked, checked = self.peer, self.asked, self.checked
        nodes, some = [(node,) for node in asked["nodes"].tolist()], asked["nodes"][:checked].tolist()
        above, below = asked["above"], asked["below"]
        pairs = list(zip(above[:QUERIES].tolist(), below[:QUERIES].tolist(), strict=True))
        for row, ask in (("ancestors", peer.ancestors), ("descendants", peer.descendants)):
            self.single(row, ask, nodes)
            if self.wanted(f"{row}, median", f"{row}, p99"):
                self.check(row, map(ask, some))
        if self.wanted("is_ancestor"):
            few = pairs[
                : self._affordable(lambda number: [peer.is_ancestor(*pair) for pair in pairs[:number]], QUERIES)
            ]
            self.time("is_ancestor", lambda: [peer.is_ancestor(*pair) for pair in few], parts=len(few))
            self.whole("is_ancestor", [peer.is_ancestor(*pair) for pair in pairs[:checked]])
        if self.wanted("is_ancestor, a pair of many"):
            most = len(above) if peer.name == OURS else QUERIES  # the others have no batches: more says nothing more
            many = self._affordable(lambda number: peer.are_ancestors(above[:number], below[:number]), most)
            work = lambda: peer.are_ancestors(above[:many], below[:many])  # noqa: E731
            self.time("is_ancestor, a pair of many", work, parts=many)
            self.whole("is_ancestor of many", peer.are_ancestors(above[:checked], below[:checked]))
        self.single("most recent common ancestors", peer.common, pairs[: QUERIES // 4])
        if self.wanted("most recent common ancestors, median", "most recent common ancestors, p99"):
            self.check("most recent common ancestors", (peer.common(*pair) for pair in pairs[:checked]))

    def _affordable(self, work: Callable[[int], Any], most: int) -> int:
        """Of how many pairs questions fit in the time."""
        start = time.perf_counter()
        work(self.checked)
        return min(most, max(int(self.checked * self.enough / 3 / (time.perf_counter() - start)), self.checked))

    def wholes(self) -> None:
        """The questions about all nodes, or very many."""
        peer, bearing, largest = self.peer, self.asked["bearing"].tolist(), self.asked["largest"].tolist()
        works: dict[str, Callable[[], Any]] = {
            "connected components": peer.components, "generations of all": peer.generations,
            "descendant counts of all": peer.counts, "families of all": lambda: peer.families(bearing),
        }  # fmt: skip
        for row, work in works.items():
            found = self.time(row, work)
            if row == "connected components" and found is not None:
                first = np.full(len(found), len(found), dtype=np.int64)
                np.minimum.at(first, found, np.arange(len(found)))
                found = first[found]
            if found is not None:
                self.whole(row, found)
        row = "descendants of the 10 largest roots"
        if (found := self.time(row, lambda: [peer.unordered(root) for root in largest])) is not None:
            self.check(row, found)
        found = self.time("members of all families", lambda: sum(len(peer.unordered(root)) for root in bearing))
        self.tell("answer: members of all families", found)
        self.time("cycle check", peer.is_acyclic, once=True)  # igraph keeps the answer

    def files(self, folder: Path) -> None:
        """Writing and reading: as each library does, and of nothing but the edges."""
        peer, first = self.peer, int(self.asked["first"])
        forms = {
            ("save", "load, to the first answer"): (peer.save, peer.load),
            ("save edges as arrays", "load edges as arrays, to the first answer"): (peer.save_edges, peer.load_edges),
        }
        for number, ((saved, loaded), (save, load)) in enumerate(forms.items()):
            path = folder / f"{peer.name}-{number}"
            self.time(saved, partial(save, path))
            if self.wanted(loaded):
                if not path.exists():
                    save(path)
                self.time(loaded, partial(self._load, load, path, first))
                self.check("ancestors, again", map(peer.ancestors, self.asked["nodes"][: self.checked].tolist()))

    def _load(self, load: Callable[[Path], None], path: Path, first: int) -> None:
        load(path)
        self.peer.ancestors(first)

    def names(self, ids: list[str]) -> None:
        """Building from names, and questions by name."""
        peer, asked = self.peer, self.asked
        if not self.wanted("build from names", *BY_NAME):
            return
        above, below, nodes, largest = (
            [ids[node] for node in asked[name].tolist()] for name in ("parent", "child", "nodes", "largest")
        )
        if self.wanted("build from names"):
            self.time("build from names", lambda: peer.build_named(ids, above, below), before=peer.release)
        if peer.name == OURS:
            return
        if not self.wanted("build from names"):
            peer.build_named(ids, above, below)
        self.by_name(peer.ancestors_named, peer.descendants_named, nodes, largest)

    def by_name(self, ancestors: Any, descendants: Any, nodes: list[str], largest: list[str]) -> None:
        """Questions by name, answered in names."""
        for row, ask in (("ancestors by name", ancestors), ("descendants by name", descendants)):
            self.single(row, ask, ((name,) for name in nodes))
            if self.wanted(f"{row}, median", f"{row}, p99"):
                self.check(row, map(ask, nodes[: self.checked]))
        row = "descendants of the 10 largest roots, as ids"
        if (found := self.time(row, lambda: [descendants(name) for name in largest])) is not None:
            self.check(row, found)


def memory(what: str) -> float:
    """The resident memory of this process, in MB: now (``VmRSS``), without what is free, or at its peak (``VmHWM``)."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024


def _bytes(values: Any) -> bytes:
    return np.asarray(values, dtype=np.int64).tobytes()


def measure_all(task: dict[str, Any]) -> None:
    """Measure a library, `task["library"]`, in the folder that has its questions; see `Measure` for the others."""
    folder = Path(task["folder"])
    with np.load(folder / "asked.npz") as arrays:
        asked = {name: arrays[name] for name in arrays.files}
    measure = Measure(PEERS[task["library"]](), task, asked)
    measure.building()
    measure.queries()
    measure.wholes()
    measure.files(folder)
    measure.names((folder / "ids.txt").read_text().split("\n"))


def measure_parquet(task: dict[str, Any]) -> None:
    """Measure from a file to the first answer, and questions by name: what is asked of a `Lineage`."""
    folder = Path(task["folder"])
    start = time.perf_counter()
    import modeltree

    lineage = modeltree.load(folder / "hub.parquet")
    lineage.ancestors(lineage.ids[-1])
    measure = Measure(PEERS[OURS](), task, {})
    measure.tell("Parquet to the first answer", time.perf_counter() - start)
    measure.tell("Parquet to the first answer, memory", memory("VmHWM"))
    ids = (folder / "ids.txt").read_text().split("\n")
    with np.load(folder / "asked.npz") as arrays:
        nodes, largest = ([ids[node] for node in arrays[name].tolist()] for name in ("nodes", "largest"))
    lineage.descendant_counts()  # many questions follow: what is made for these is there
    measure.by_name(lineage.ancestors, lineage.descendants, nodes, largest)
