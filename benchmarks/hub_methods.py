"""Every question of a lineage and every command, once, at the size of the Hugging Face Hub.

    python benchmarks/hub_methods.py                        # 2 million models: some minutes
    python benchmarks/hub_methods.py --size 20000           # seconds
    python benchmarks/hub_methods.py --only to_records tree # rows whose names contain one of these

The lineage is that of `hub_scale.py`, read from Parquet. Each public method of `Lineage` is called once, in one process
and in this order, so that a call may find what earlier ones have made; each command runs in a process of its own, of
which reading the tables takes most. Seconds are of processor time; memory is how much more was held at the peak.
What takes too many seconds is stopped, as Ctrl-C does; without models to begin with, `crawl` asks no Hub.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import contextlib
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from hub_measure import memory
from hub_shape import made, write_tables

COMMANDS = (
    "tree {model} --data MODELS", "tree {root} --max-depth 2 --data MODELS", "ancestors {model} --data MODELS",
    "descendants {root} --data MODELS", "path {model} {root} --data MODELS", "mrca {model} {root} --data MODELS",
    "show {root} --data MODELS", "families --min-size 1000 --data MODELS", "impact {model} --data MODELS",
    "diff --from 2025-05 --data MODELS", "list --organization org-5 --data MODELS",
    "check MODELS", "convert MODELS OUT.csv", "convert MODELS OUT.parquet", "convert MODELS OUT.jsonl",
    "convert MODELS OUT.yaml --organization org-5", "convert MODELS OUT.json",
    "union MODELS MODELS -o OUT.parquet", "corrections --data MODELS",
    "licenses --data MODELS", "licenses {model} --data MODELS", "descendants {root} --json --data MODELS",
    "impact {root} --data MODELS -o OUT.txt", "list --data MODELS", "growth --data MODELS -o OUT.svg",
    "family-sizes --data MODELS -o OUT.svg", "largest-families --data MODELS -o OUT.svg",
    "evolution --data MODELS -o OUT.svg", "family-tree --data MODELS -o OUT.svg", "diagram --data MODELS -o OUT.dot",
    "page --data MODELS -o OUT.html", "table --data MODELS -o OUT.tex", "draw punchcard --data MODELS -o OUT.svg",
    "crawl -o OUT.csv", "formats", "schema", "template OUT-new.csv",
)  # fmt: skip


class _TooLongError(Exception):
    """A call was stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2_000_000, metavar="N", help="how many models")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[""], metavar="ROW", help="rows whose names contain one of these")
    parser.add_argument("--limit", type=int, default=120, metavar="S", help="seconds of processor time for a call")
    parser.add_argument("--parts", nargs="+", choices=("methods", "commands"), default=("methods", "commands"))
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="with hub.parquet of an earlier run")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        table = folder / "hub.parquet"
        if not table.exists():
            write_tables(made(options.size, options.seed), table)
        if "methods" in options.parts:
            _methods(table, options)
        if "commands" in options.parts:
            _commands(table, options)
    return 0


def _methods(table: Path, options: argparse.Namespace) -> None:
    import modeltree

    start = time.process_time()
    lineage = modeltree.load(table)
    print(f"{len(lineage):,} models, {len(lineage.derivations):,} derivations, read in", end=" ")
    taken = time.process_time() - start
    print(f"{taken:.3g} s; {memory('VmRSS'):,.0f} MB, and {memory('VmHWM'):,.0f} MB at most\n", flush=True)
    print("| | answer | s | more memory, MB |\n|---|---|---:|---:|")
    for name, call in calls(lineage, table.parent):
        if any(part in name for part in options.only):
            print(_row(name, call, options.limit), flush=True)


def _row(name: str, call: Callable[[], Any], limit: int) -> str:
    """A call, what it gave, and what it took."""
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    start = time.process_time()
    try:
        answer = _told(call())
    except _TooLongError:
        answer = "stopped"
    except (ValueError, KeyError) as error:
        answer = f"{type(error).__name__}: {str(error)[:100]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - start
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return f"| {name} | {answer} | {_seconds(seconds)} | {max(int(peak.split()[1]) / 1024 - before, 0):,.0f} |"


def _stop(number: int, frame: FrameType | None) -> None:
    raise _TooLongError


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}"


def _told(answer: Any) -> str:
    if isinstance(answer, bool | int | float):
        return f"{answer:,}"
    if isinstance(answer, str):
        return f"{len(answer):,} characters"
    with contextlib.suppress(TypeError):
        return f"{len(answer):,} of a {type(answer).__name__}"
    return type(answer).__name__


def calls(lineage: Any, folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:  # noqa: PLR0915
    """Every public method and property of a lineage, and what goes through all of it."""
    import networkx

    import modeltree
    from modeltree.graph.store import Columns

    ids = lineage.ids
    model, root = ids[-1], ids[0]
    yield "ancestors of one, the first question", lambda: lineage.ancestors(model)
    model = lineage.derivations[len(lineage.derivations) - 1].child
    parent = lineage.parents(model)[0]
    some = [ids[node] for node in range(0, len(ids), max(len(ids) // 1000, 1))]
    organization = next(iter(lineage.organizations))
    yield "len, ids", lambda: (len(lineage), lineage.ids)
    yield "is_directed, is_multigraph", lambda: (lineage.is_directed(), lineage.is_multigraph())
    yield "repr", lambda: repr(lineage)
    yield "_repr_html_", lineage._repr_html_
    yield "about, organizations", lambda: (lineage.about, lineage.organizations)
    yield "models[:1000]", lambda: lineage.models[:1000]
    yield "derivations[:1000]", lambda: lineage.derivations[:1000]
    yield "an id", lambda: lineage[root].id
    yield "a name, written otherwise", lambda: lineage[root.upper()].id
    yield "a mistyped name", lambda: lineage[root.replace("model-", "modle")]
    yield "the same again", lambda: lineage[root.replace("model-", "moddel")]
    yield "in", lambda: "no such model" in lineage
    yield "derivation", lambda: lineage.derivation(parent, model).parent
    yield "organization", lambda: lineage.organization(organization).id
    for name in ("parents", "children", "siblings", "ancestors", "descendants"):
        yield f"{name} of a leaf", lambda name=name: getattr(lineage, name)(model)  # type: ignore[misc]
        yield f"{name} of a large root", lambda name=name: getattr(lineage, name)(root)  # type: ignore[misc]
    yield "is_ancestor", lambda: lineage.is_ancestor(parent, model)
    yield "common_ancestors", lambda: lineage.common_ancestors(parent, model)
    yield "most_recent_common_ancestors", lambda: lineage.most_recent_common_ancestors(parent, model)
    yield "the first of paths", lambda: len(next(lineage.paths(parent, model)))
    yield "shortest_path", lambda: lineage.shortest_path(parent, model)
    yield "kinship", lambda: lineage.kinship(parent, model).through
    yield "roots", lineage.roots
    yield "leaves", lineage.leaves
    yield "merges", lineage.merges
    yield "generations", lineage.generations
    yield "depth", lineage.depth
    yield "height", lineage.height
    yield "depths", lineage.depths
    yield "heights", lineage.heights
    yield "families()[:10]", lambda: lineage.families()[:10]
    yield "members of these", lambda: sum(len(family.members) for family in lineage.families()[:10])
    yield "families().sizes", lambda: lineage.families().sizes
    yield "families('component')[:10]", lambda: lineage.families("component")[:10]
    yield "families('organization')[:10]", lambda: lineage.families("organization")[:10]
    yield "families(function)[:10]", lambda: lineage.families(lambda each: each.license and each.license.name)[:10]
    yield "family of one", lambda: lineage.family(model)
    yield "timeline", lineage.timeline
    yield "positions of 1,000", lambda: lineage.positions(some)
    yield "are_ancestors of 1,000", lambda: lineage.are_ancestors(some, some[::-1])
    yield "descendant_counts", lineage.descendant_counts
    yield "ancestor_counts", lineage.ancestor_counts
    yield "root_counts", lineage.root_counts
    yield "family_labels", lineage.family_labels
    yield "family_labels('component')", lambda: lineage.family_labels("component")
    pairs = list(pairwise(some))
    yield "most_recent_common_ancestors_of 1,000", lambda: lineage.most_recent_common_ancestors_of(pairs)
    yield "growth", lineage.growth
    yield "subgraph of 1,000", lambda: lineage.subgraph(some)
    yield "clade of a large root", lambda: lineage.clade(root)
    yield "ancestry of 1,000", lambda: lineage.ancestry(*some)
    yield "select by date", lambda: lineage.select(since="2024")
    yield "select by organization", lambda: lineage.select(organization=organization)
    yield "select by relations", lambda: lineage.select(relations="adapter")
    yield "select by openness", lambda: lineage.select(openness="open")
    yield "select by a function", lambda: lineage.select(lambda each: each.license is not None)
    yield "as_of", lambda: lineage.as_of("2024")
    yield "simplify to 1,000", lambda: lineage.simplify(some)
    early, late = lineage.as_of("2024-12"), lineage.as_of("2025-01")
    yield "diff over a month", lambda: modeltree.diff(early, late).models_added
    yield "diff(…).apply", lambda: modeltree.diff(early, late).apply(early)
    yield "union of two months", lambda: modeltree.union(early, late).lineage
    yield "impact of a large root", lambda: modeltree.impact(lineage, root).affected
    yield "to_records()[:1000]", lambda: lineage.to_records()[:1000]
    yield "all of to_records()", lambda: sum(1 for _ in lineage.to_records())
    yield "derivations_to_records()[:1000]", lambda: lineage.derivations_to_records()[:1000]
    yield "all of derivations_to_records()", lambda: sum(1 for _ in lineage.derivations_to_records())
    yield "pyarrow.table(to_records())", lambda: _arrow(lineage.to_records())
    yield "tree of a leaf", lambda: lineage.tree(model)
    yield "tree of a large root", lambda: lineage.tree(root)
    yield "tree", lineage.tree
    yield "graph", lambda: lineage.graph
    yield "networkx.descendants(graph)", lambda: networkx.descendants(lineage.graph, root)
    yield "all models", lambda: sum(1 for _ in lineage.models)
    yield "all derivations", lambda: sum(1 for _ in lineage.derivations)
    kept = folder / "methods"
    kept.mkdir(exist_ok=True)
    for suffix in ("parquet", "csv", "tsv", "jsonl", "dot", "graphml", "json", "cdx.json", "yaml"):
        path = kept / f"saved.{suffix}"
        yield f"save as {suffix}", lambda path=path: modeltree.save(lineage, path)  # type: ignore[misc]
    yield "pickle", lambda: len(pickle.dumps(lineage, protocol=5))
    yield "pickle, and back", lambda: pickle.loads(pickle.dumps(lineage, protocol=5))  # noqa: S301
    yield "hash", lambda: isinstance(hash(lineage), int)
    yield "==, with what was saved", lambda: lineage == modeltree.load(kept / "saved.parquet")
    edges = lineage._edges
    columns = Columns(
        ids=list(ids), dates=lineage._nodes.dates, parent=edges.parent, child=edges.child, relation=edges.relation
    )
    yield "from_columns", lambda: modeltree.Lineage.from_columns(columns)
    yield "from_checked_columns", lambda: modeltree.Lineage.from_checked_columns(columns)
    yield "from_networkx(graph)", lambda: modeltree.Lineage.from_networkx(lineage.graph)
    yield "Lineage(models, derivations)", lambda: modeltree.Lineage(lineage.models, lineage.derivations)


def _arrow(rows: Any) -> Any:
    import pyarrow

    return pyarrow.table(rows)


def _commands(table: Path, options: argparse.Namespace) -> None:
    from pyarrow import parquet

    edges = parquet.read_table(table.with_suffix(".edges.parquet"), columns=["child"])["child"]
    model = edges[len(edges) - 1].as_py()
    root = parquet.read_table(table, columns=["id"])["id"][0].as_py()
    print("\n| command | its last line | s | memory, MB |\n|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            if any(part in command for part in options.only):
                print(_command(command, table, Path(folder), model, root, options.limit), flush=True)


def _command(command: str, table: Path, folder: Path, model: str, root: str, limit: int) -> str:
    words = command.format(model=model, root=root).replace("MODELS", str(table)).replace("OUT", str(folder / "out"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _CHILD, str(limit), *words.split()], capture_output=True, text=True, check=False
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    *lines, peak = done.stdout.splitlines() or ["0"]
    written = done.stderr.splitlines() or [line for line in lines if line] or ["nothing"]
    last = written[-1].replace(str(table.parent), "").replace(str(folder), "")
    return f"| {command} | {last[:100]} | {_seconds(seconds)} | {peak} |"


_CHILD = """
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
from modeltree.cli.main import main
try:
    code = main(sys.argv[1:])
finally:
    lines = open("/proc/self/status").read().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM")).split()[1]
    print(f"\\n{int(peak) / 1024:,.0f}")
sys.exit(code)
"""


if __name__ == "__main__":
    sys.exit(main())
