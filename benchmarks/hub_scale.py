"""How fast questions of descent are at the size of the Hugging Face Hub, here and in other libraries.

    python benchmarks/hub_scale.py                                  # everything, of 2 million models: minutes
    python benchmarks/hub_scale.py --size 20000                     # seconds
    python benchmarks/hub_scale.py --parts growth --sizes 20000 200000 2000000
    python benchmarks/hub_scale.py --parts table --libraries modeltree rustworkx --only counts ancestors

Every library runs in a process of its own on the same made-up lineage, see `hub_shape.py`. The answers are compared:
where two libraries differ, that is an error, and there is no table. The parts are the shape of the lineage, the table
of all libraries, one of 150 models, how costs grow, where modeltree is at its worst, and what reading tables from files
costs beside a plain polars script.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hub_measure import BY_NAME, OURS, PAIRS, QUERIES, ROWS, UNITS, measure_all, measure_parquet
from hub_peers import PEERS
from hub_shape import Shape, figures, hard_shapes, made, questions, write_tables
from hub_tables import TASKS, measure_tables, tables_table, write_full_tables

KEPT = ("generations of all",)
"""What modeltree has in its index: there is nothing to measure."""
AIMS = {
    "descendants of the 10 largest roots": 20, "is_ancestor, a pair of many": 100, "descendant counts of all": 5,
    "families of all": 3, "save": 20, "load, to the first answer": 20,
}  # fmt: skip
"""How many times faster than the best of the others; elsewhere at least as fast."""
WITHIN = {
    "ancestors by name, median": 5, "descendants by name, median": 5, "Parquet to the first answer": 4,
    "Parquet to the first answer, memory": 1200,
}  # fmt: skip
"""What it may take at 2 million models, whatever others do."""
_CHECKED, _SMALL = 1_000, 150
_HARD_ROWS = (
    "build from arrays, to the first answers", "made once for many questions", "memory", "ancestors, median",
    "ancestors, p99", "descendants, median", "descendants, p99", "is_ancestor", "is_ancestor, a pair of many",
    "descendant counts of all",
)  # fmt: skip
_COUNTED = {OURS: 200_000, "rustworkx": 20_000}
"""Up to how many models all descendants are counted in the worst cases: beyond, it takes many minutes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parts = {"shape": _shape, "table": _table, "small": _small, "growth": _growth, "worst": _worst, "files": _files}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--size", type=int, default=2_000_000, metavar="N", help="how many models; 2,000,000 by default"
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", metavar="N", help="of growth: a 100th, a 10th and all of --size"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3, help="of each measurement the median of so many; 3 by default")
    parser.add_argument("--only", nargs="+", default=[""], metavar="ROW", help="rows whose names contain one of these")
    parser.add_argument("--libraries", nargs="+", choices=PEERS, default=list(PEERS), help="which ones; all by default")
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts), help="what to print; all by default")
    parser.add_argument("--seconds", type=float, default=5.0, help="after which work is not done again; 5 by default")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        task = json.loads(options.child)
        {"parquet": measure_parquet, "files": measure_tables}.get(task["library"], measure_all)(task)
        return 0
    options.sizes = options.sizes or [max(options.size // part, _SMALL) for part in (100, 10, 1)]
    if min(options.size, *options.sizes) < _SMALL:
        parser.error(f"of fewer than {_SMALL} models there is little to measure")
    options.found = {}
    for name in options.parts:
        print(parts[name](options), end="\n\n", flush=True)
    return 0


def _shape(options: argparse.Namespace) -> str:
    lines = [f"The shape of {options.size:,} models", "", "| | wanted | | here | |", "|---|---:|---|---:|---|"]
    for figure in figures(made(options.size, options.seed)):
        span = f"{_shown(figure.least)} to {_shown(figure.most)}"
        source, verdict = "published" if figure.published else "assumed", "" if figure.met else "missed"
        lines.append(f"| {figure.what} | {span} | {source} | {_shown(figure.found)} | {verdict} |")
    return "\n".join(lines)


def _table(options: argparse.Namespace) -> str:
    shape = made(options.size, options.seed)
    found = measured(shape, dict.fromkeys(options.libraries, options.only), options)
    options.found[options.size] = found.get(OURS)
    return table(f"{options.size:,} models, {len(shape.parent):,} derivations", found)


def _small(options: argparse.Namespace) -> str:
    shape = made(_SMALL, options.seed)
    names = [name for name in options.libraries if name in (OURS, "networkx")]
    found = measured(shape, dict.fromkeys(names, options.only), options)
    return table(f"{_SMALL} models, {len(shape.parent)} derivations", found, aims={})


def _growth(options: argparse.Namespace) -> str:
    growth = []
    for size in options.sizes:
        known = options.found.get(size)
        growth.append((size, known or measured(made(size, options.seed), {OURS: options.only}, options)[OURS]))
    return cost_growth(growth)


def _worst(options: argparse.Namespace) -> str:
    names = [name for name in options.libraries if name in _COUNTED]
    head = [f"{row}, {ROWS[row]}" for row in _HARD_ROWS]
    lines = [f"| | | {' | '.join(head)} |", "|---|---|" + "---:|" * len(head)]
    options = argparse.Namespace(**{**vars(options), "runs": 1, "seconds": options.seconds / 5})
    for case, shape in hard_shapes(options.size, options.seed):
        rows = {name: _HARD_ROWS[: None if shape.count <= _COUNTED[name] else -1] for name in names}
        for name, said in measured(shape, rows, options, checked=50).items():
            lines.append(f"| {case} | {name} | {' | '.join(_cell(said, row) for row in _HARD_ROWS)} |")
    return "\n".join(lines)


def _files(options: argparse.Namespace) -> str:
    shape = made(options.size, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        write_full_tables(shape, Path(folder))
        found = {what: _said({"library": "files", "folder": folder, "what": what}) for what in TASKS}
    return f"{options.size:,} models, {len(shape.parent):,} derivations, from files\n\n{tables_table(found)}"


def measured(
    shape: Shape, rows: Mapping[str, Sequence[str]], options: argparse.Namespace, checked: int = _CHECKED
) -> dict[str, dict[str, Any]]:
    """What each library says of a lineage, in a process of its own.

    Parameters
    ----------
    shape : Shape
        The lineage.
    rows : mapping of str to sequence of str
        For each library, parts of the names of the rows that are measured.
    options : argparse.Namespace
        How often (``runs``) and for how many seconds at most (``seconds``).
    checked : int
        Of how many questions the answers are compared.

    Raises
    ------
    SystemExit
        When two libraries differ in an answer.
    """
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "asked.npz", **questions(shape, QUERIES, PAIRS))
        (folder / "ids.txt").write_text("\n".join(shape.ids()))
        for library, only in rows.items():
            task = {"library": library, "folder": name, "only": only, "checked": checked}
            task |= {"runs": options.runs, "enough": options.seconds}
            found[library] = _said(task)
            if library == OURS and any(part in row for part in only for row in BY_NAME):
                try:
                    write_tables(shape, folder / "hub.parquet")
                except ImportError as error:
                    print(f"what is asked by name is left out: {error}", file=sys.stderr)
                else:
                    found[library] |= _said(task | {"library": "parquet"})
    compare(found)
    return found


def _said(task: dict[str, Any]) -> dict[str, Any]:
    """What a process says, line by line."""
    process = subprocess.run(  # noqa: S603 (this very script)
        [sys.executable, __file__, "--child", json.dumps(task)], capture_output=True, text=True, check=False
    )
    found: dict[str, Any] = {}
    for line in process.stdout.splitlines():
        found |= json.loads(line)
    if process.returncode:
        found["failure"] = (process.stderr.strip().splitlines() or [f"it ended with {process.returncode}"])[-1]
        print(f"{task['library']}: {found['failure']}", file=sys.stderr)
    return found


def compare(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse answers that are not the same in all libraries."""
    for what in sorted({what for said in found.values() for what in said if what.startswith("answer: ")}):
        answers = {name: said[what] for name, said in found.items() if what in said}
        if len(set(answers.values())) > 1:
            raise SystemExit(f"the libraries differ in {what.removeprefix('answer: ')}: {answers}")


def table(title: str, found: Mapping[str, Mapping[str, Any]], aims: Mapping[str, int] = AIMS) -> str:
    """The measurements beside each other, in Markdown."""
    names = list(found)
    head = "| | " + " | ".join(names) + " | times as fast as the best other | aim | |"
    lines = [title, "", head, "|---|" + "---:|" * (len(names) + 2) + "---|"]
    for row, unit in UNITS.items():
        others = [said[row] for name, said in found.items() if name != OURS and row in said]
        ours = found.get(OURS, {}).get(row)
        if ours is None and not others:
            continue
        cells = [_cell(found[name], row) for name in names]
        ratio, aim, met = "", "", True
        if row in KEPT and ours is not None:
            cells[names.index(OURS)] = "kept"
        elif ours and others:
            ratio, aim, met = f"{min(others) / ours:,.2f}", "", True
            if row != "memory":
                aim, met = f"{aims.get(row, 1)}", min(others) / ours >= aims.get(row, 1)
        if row in WITHIN and ours is not None:
            aim, met = f"{aim + ', ' if aim else ''}< {WITHIN[row]:,} {unit}", met and ours < WITHIN[row]
        lines.append(f"| {row}, {unit} | {' | '.join(cells)} | {ratio} | {aim} | {'' if met else 'missed'} |")
    return "\n".join(lines)


def cost_growth(found: Sequence[tuple[int, Mapping[str, Any]]]) -> str:
    """How costs of modeltree grow with the size, in Markdown."""
    rows = [row for row in UNITS if row not in KEPT and all(row in said for _, said in found)]
    sizes = [size for size, _ in found]
    lines = ["| | " + " | ".join(f"{size:,}" for size in sizes) + " | grows by |", "|---|" + "---:|" * (len(sizes) + 1)]
    lines[0] = lines[0].replace("grows by", f"grows by, where the size does by {sizes[-1] / sizes[0]:,.0f}")
    for row in rows:
        cells, growth = [_cell(said, row) for _, said in found], found[-1][1][row] / max(found[0][1][row], 1e-9)
        lines.append(f"| {row}, {UNITS[row]} | {' | '.join(cells)} | {_shown(growth)} |")
    return "\n".join(lines)


def _cell(said: Mapping[str, Any], row: str) -> str:
    return _shown(said[row]) if row in said else "–"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.001 or not value else f"{value:.6f}"


if __name__ == "__main__":
    sys.exit(main())
