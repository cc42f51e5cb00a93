"""How fast questions of descent are at the size of the Hugging Face Hub, here and in other libraries.

    python benchmarks/hub_scale.py                          # 2 million models: the table of docs/hub_scale.md
    python benchmarks/hub_scale.py --sizes 20000 200000     # smaller ones
    python benchmarks/hub_scale.py --libraries modeltree rustworkx

Every library runs in a process of its own on the same made-up lineage, see `hub_shape.py`. The answers are compared:
where two libraries differ, that is an error, and there is no table.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hub_peers import PEERS, ModelTree, Peer
from hub_shape import Shape, made, write_tables

OURS = "modeltree"
ROWS = {
    "build from names": "s", "build from arrays": "s", "memory": "MB",
    "ancestors, median": "µs", "ancestors, p99": "µs", "descendants, median": "µs", "descendants, p99": "µs",
    "descendants of the 10 largest roots": "ms", "is_ancestor": "µs", "is_ancestor, a pair of many": "µs",
    "connected components": "s", "families of all": "s", "generations of all": "s", "descendant counts of all": "s",
    "most recent common ancestors, median": "µs", "most recent common ancestors, p99": "µs",
    "cycle check": "s", "save": "s", "load": "s",
}  # fmt: skip
AIMS = {
    "descendants of the 10 largest roots": 20, "is_ancestor, a pair of many": 100, "descendant counts of all": 5,
    "families of all": 3, "save": 20, "load": 20,
}  # fmt: skip
"""How many times faster than the best of the others; elsewhere at least as fast."""
WITHIN = {"Parquet to the first answer": (4, "s"), "Parquet to the first answer, memory": (1200, "MB")}
NAMED = {"ancestors by name, median": (5, "µs"), "descendants by name, median": (5, "µs")}

_QUERIES, _SLOW_QUERIES = 20_000, 2_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000_000], metavar="N", help="how many models")
    parser.add_argument("--libraries", nargs="+", choices=PEERS, default=list(PEERS), help="which ones; all by default")
    parser.add_argument("--runs", type=int, default=3, help="of each measurement the median of so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hard", action="store_true", help="the worst cases of modeltree besides")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        _child(json.loads(options.child))
        return 0
    growth = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            shape = made(size, options.seed)
            found = {name: _run(name, Path(folder), shape, options.runs) for name in options.libraries}
        _compare(found)
        print(table(size, len(shape.parent), found), end="\n\n", flush=True)
        growth.append((size, found.get(OURS, {})))
    if len(growth) > 1:
        print(cost_growth(growth), end="\n\n")
    if options.hard:
        print(hard_cases())
    return 0


def _run(name: str, folder: Path, shape: Shape, runs: int) -> dict[str, Any]:
    """What a library finds, in a process of its own."""
    if not (folder / "arrays.npz").exists():
        np.savez(folder / "arrays.npz", parent=shape.parent, child=shape.child, count=shape.count)
        (folder / "ids.txt").write_text("\n".join(shape.ids()))
    task = json.dumps({"library": name, "folder": str(folder), "runs": runs})
    found: dict[str, Any] = {}
    tasks = [task]
    if name == OURS:
        try:
            write_tables(shape, folder / "hub.parquet")
            tasks.append(json.dumps({"library": "parquet", "folder": str(folder), "runs": runs}))
        except ImportError as error:
            found["failure of parquet"] = str(error)
    for one in tasks:
        process = subprocess.run(  # noqa: S603 (this very script)
            [sys.executable, __file__, "--child", one], capture_output=True, text=True, check=False
        )
        for line in process.stdout.splitlines():
            found |= json.loads(line)
        if process.returncode:
            complaint = (process.stderr.strip().splitlines() or ["it ended without a word"])[-1]
            found["failure"] = complaint
            print(f"{name}: {complaint}", file=sys.stderr)
    return found


def _child(task: dict[str, Any]) -> None:
    folder = Path(task["folder"])
    if task["library"] == "parquet":
        _from_parquet(folder)
        return
    with np.load(folder / "arrays.npz") as arrays:
        count, parent, child = int(arrays["count"]), arrays["parent"], arrays["child"]
    peer = PEERS[task["library"]]()
    measure = Measure(peer, task["runs"])
    before = _resident()
    measure.time("build from arrays", lambda: peer.build(count, parent, child), runs=1)
    measure.queries(count, parent, child)
    measure.tell("memory", (_resident() - before) / 2**20)
    measure.wholes(count)
    measure.files(folder / peer.name)
    ids = (folder / "ids.txt").read_text().split("\n")
    above, below = ([ids[node] for node in nodes.tolist()] for nodes in (parent, child))
    del peer.__dict__["graph" if "graph" in peer.__dict__ else "index"]
    measure.time("build from names", lambda: _named(peer, ids, above, below), runs=1)


def _named(peer: Peer, ids: list[str], above: list[str], below: list[str]) -> None:
    """Make a graph from names; only NetworkX has them as nodes, the others need them numbered."""
    if peer.name.startswith("networkx"):
        graph = peer.nx.DiGraph()  # type: ignore[attr-defined]
        graph.add_nodes_from(ids)
        graph.add_edges_from(zip(above, below, strict=True))
        return
    place = dict(zip(ids, range(len(ids)), strict=True))
    ends = (np.fromiter(map(place.__getitem__, names), np.int32, len(names)) for names in (above, below))
    peer.build(len(ids), *ends)


class Measure:
    """The measurements of one library, told line by line."""

    def __init__(self, peer: Peer, runs: int) -> None:
        self.peer, self.runs = peer, runs

    @staticmethod
    def tell(what: str, value: Any) -> None:
        """Say what was found."""
        print(json.dumps({what: value}), flush=True)

    def check(self, what: str, value: Any) -> None:
        """Say something that is the same in all libraries."""
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.tell(f"answer: {what}", hashlib.sha256(content).hexdigest()[:16])

    def time(self, row: str, work: Callable[[], Any], runs: int | None = None, parts: int = 1) -> Any:
        """Tell the median time of some work, and give what it gave last; it is not done again if it takes long."""
        taken: list[float] = []
        result = None
        for _ in range(runs or self.runs):
            start = time.perf_counter()
            result = work()
            taken.append(time.perf_counter() - start)
            if sum(taken) > 20:
                break
        scale = {"s": 1, "ms": 1e3, "µs": 1e6}[ROWS[row]] / parts
        self.tell(row, statistics.median(taken) * scale)
        return result

    def single(self, row: str, ask: Callable[..., Any], questions: list[Any]) -> None:
        """Tell the median and the 99th percentile of single questions."""
        taken = np.empty(len(questions))
        for place, question in enumerate(questions):
            start = time.perf_counter_ns()
            ask(*question)
            taken[place] = time.perf_counter_ns() - start
        self.tell(f"{row}, median", float(np.median(taken)) / 1e3)
        self.tell(f"{row}, p99", float(np.percentile(taken, 99)) / 1e3)

    def queries(self, count: int, parent: Any, child: Any) -> None:
        """The questions about one node or two."""
        peer, generator = self.peer, np.random.default_rng(7)
        nodes = [(node,) for node in generator.integers(0, count, _QUERIES).tolist()]
        fast = isinstance(peer, ModelTree)
        few = nodes if fast else nodes[: _QUERIES // 4]
        peer.ancestors(int(child[-1]))
        peer.descendants(int(parent[-1]))
        self.single("ancestors", peer.ancestors, few)
        self.single("descendants", peer.descendants, few)
        some = [node for (node,) in nodes[:_SLOW_QUERIES]]
        self.check("ancestors", [sorted(map(int, peer.ancestors(node))) for node in some])
        self.check("descendants", [sorted(map(int, peer.descendants(node))) for node in some])
        # Half of the pairs are related more likely than not: a parent of a model, and a model above it.
        above, below = generator.integers(0, count, 2 * _QUERIES), generator.integers(0, count, 2 * _QUERIES)
        kin = generator.integers(0, len(child), _QUERIES)
        above[::2], below[::2] = parent[kin], child[kin]
        pairs = list(zip(above.tolist(), below.tolist(), strict=True))[: _QUERIES if fast else _QUERIES // 4]
        self.time("is_ancestor", lambda: [peer.is_ancestor(*pair) for pair in pairs], parts=len(pairs))
        many = 1_000_000 if fast else len(pairs)
        ends = [np.tile(nodes, many // len(nodes) + 1)[:many] for nodes in (above[: len(pairs)], below[: len(pairs)])]
        self.time("is_ancestor, a pair of many", lambda: peer.are_ancestors(*ends), parts=many)
        answers = peer.are_ancestors(above[:_SLOW_QUERIES], below[:_SLOW_QUERIES])
        self.check("is_ancestor", [bool(answer) for answer in answers])
        self.single("most recent common ancestors", peer.common, pairs[:_SLOW_QUERIES])
        self.check("common", [sorted(map(int, peer.common(*pair))) for pair in pairs[: _SLOW_QUERIES // 4]])

    def wholes(self, count: int) -> None:
        """The questions about all nodes."""
        peer = self.peer
        components = self.time("connected components", peer.components, runs=1)
        first = np.full(count, count, dtype=np.int64)
        np.minimum.at(first, components, np.arange(count))
        self.check("components", np.asarray(first[components], dtype=np.int64).tobytes())
        depth = self.time("generations of all", peer.generations, runs=1)
        self.check("generations", np.asarray(depth, dtype=np.int64).tobytes())
        counts = self.time("descendant counts of all", peer.counts, runs=1)
        self.check("counts", np.asarray(counts, dtype=np.int64).tobytes())
        roots = np.flatnonzero(np.asarray(depth) == 0)
        largest = roots[np.argsort(-np.asarray(counts)[roots], kind="stable")[:10]].tolist()
        work: Callable[[], Any] = lambda: [peer.descendants(root) for root in largest]  # noqa: E731
        if isinstance(peer, ModelTree):
            work = lambda: [peer.index.descendants(root, ordered=False) for root in largest]  # noqa: E731
        found = self.time("descendants of the 10 largest roots", work)
        self.check("largest", [sorted(map(int, nodes)) for nodes in found])
        bearing = [int(root) for root in roots if counts[root]]
        families = self.time("families of all", lambda: peer.families(bearing), runs=1)
        self.check("families", np.asarray(families, dtype=np.int64).tobytes())
        self.time("cycle check", peer.is_acyclic, runs=1)  # igraph keeps the answer

    def files(self, path: Path) -> None:
        """Writing and reading."""
        self.time("save", lambda: self.peer.save(path), runs=1)
        self.time("load", lambda: self.peer.load(path), runs=1)
        self.check("ancestors again", [sorted(map(int, self.peer.ancestors(node))) for node in range(500)])


def _from_parquet(folder: Path) -> None:
    """From a file to the first answer, and questions by name."""
    start = time.perf_counter()
    import modeltree

    lineage = modeltree.load(folder / "hub.parquet")
    last = lineage.ids[-1]
    lineage.ancestors(last)
    Measure.tell("Parquet to the first answer", time.perf_counter() - start)
    Measure.tell("Parquet to the first answer, memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
    generator = np.random.default_rng(8)
    names = [(lineage.ids[node],) for node in generator.integers(0, len(lineage), _QUERIES).tolist()]
    lineage.descendants(last)
    measure = Measure(ModelTree(), 1)
    measure.single("ancestors by name", lineage.ancestors, names)
    measure.single("descendants by name", lineage.descendants, names)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _compare(found: dict[str, dict[str, Any]]) -> None:
    """Refuse answers that are not the same in all libraries."""
    for what in sorted({what for said in found.values() for what in said if what.startswith("answer: ")}):
        answers = {name: said[what] for name, said in found.items() if what in said}
        if len(set(answers.values())) > 1:
            raise SystemExit(f"the libraries differ in {what.removeprefix('answer: ')}: {answers}")


def table(size: int, edges: int, found: dict[str, dict[str, Any]]) -> str:
    """The measurements beside each other, in Markdown."""
    names = [name for name in found if "build from arrays" in found[name]]
    peers = [name for name in names if name != OURS]
    lines = [
        f"{size:,} models, {edges:,} derivations",
        "",
        "| | " + " | ".join(names) + " | times as fast as the best other | aim |",
        "|---|" + "---:|" * (len(names) + 2),
    ]
    for row, unit in ROWS.items():
        values = [found[name].get(row) for name in names]
        others = [found[name][row] for name in peers if row in found[name]]
        ours = found.get(OURS, {}).get(row)
        ratio = f"{min(others) / ours:,.1f}" if others and ours else ""
        aim = "" if row == "memory" else f"{AIMS.get(row, 1)}"
        cells = ["–" if value is None else _shown(value) for value in values]
        lines.append(f"| {row}, {unit} | {' | '.join(cells)} | {ratio} | {aim} |")
    own = found.get(OURS, {})
    lines += [
        f"| {row}, {unit} | {_shown(own[row])} |{' |' * (len(names) - 1)} | < {aim:,} |"
        for row, (aim, unit) in {**WITHIN, **NAMED}.items()
        if row in own
    ]
    return "\n".join(lines)


def cost_growth(found: list[tuple[int, dict[str, Any]]]) -> str:
    """How costs grow with the size, in Markdown."""
    rows = [row for row in (*ROWS, *NAMED) if all(row in said for _, said in found)]
    units = ROWS | {row: unit for row, (_, unit) in NAMED.items()}
    lines = ["| | " + " | ".join(f"{size:,}" for size, _ in found) + " |", "|---|" + "---:|" * len(found)]
    lines += [f"| {row}, {units[row]} | " + " | ".join(_shown(said[row]) for _, said in found) + " |" for row in rows]
    return "\n".join(lines)


def hard_cases() -> str:
    """What the index takes where it is at its worst."""
    from modeltree import AncestryIndex

    count = 100_000
    line, steps = np.arange(count - 1), np.arange(1, count)
    half = made(200_000, derived=0.95, merges=0.5)
    small = made(20_000, derived=0.95, merges=0.5)
    cases: dict[str, tuple[int, Any, Any]] = {
        "a chain of 100,000": (count, line, steps),
        "a ladder of 100,000": (count, np.concatenate([line, line[:-1]]), np.concatenate([steps, steps[1:]])),
        "half of 20,000 are merges": (small.count, small.parent, small.child),
        "half of 200,000 are merges": (half.count, half.parent, half.child),
    }
    names = "build, s", "runs, s", "kept", "ancestors, µs", "descendants, µs", "is_ancestor, µs", "counts of all, s"
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for name, (size, parent, child) in cases.items():
        start = time.perf_counter()
        index: Any = AncestryIndex.from_edges(size, parent, child)
        built = time.perf_counter()
        kept = index.runs is not None
        cells = [_shown(built - start), _shown(time.perf_counter() - built), "yes" if kept else "no"]
        pairs = np.random.default_rng(0).integers(0, size, (300, 2)).tolist()
        for ask, ends in ((index.ancestors, 1), (index.descendants, 1), (index.is_ancestor, 2)):
            start = time.perf_counter()
            for pair in pairs:
                ask(*pair[:ends])
            cells.append(_shown((time.perf_counter() - start) / len(pairs) * 1e6))
        start = time.perf_counter()
        index.descendant_counts()
        lines.append(f"| {name} | {' | '.join(cells)} | {_shown(time.perf_counter() - start)} |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
