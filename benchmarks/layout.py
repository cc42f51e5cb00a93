"""How good a layout is, in numbers: modeltree's serpentine and four other libraries on the same models.

The models are those of Figure 2 of the survey (92), and enlargements of it. Each method runs in a process of its own,
with a limit on its time and its memory; what it draws is measured by one and the same checker. Out comes a table in
Markdown. See README.md beside this file for what each method is given and what each column says.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import inspect
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from checker import Measures, measures, moved
from enlargement import enlarged, insertions
from methods import METHODS, Given, from_layout

from modeltree import datasets
from modeltree.errors import LayoutError
from modeltree.figures import evolution_layout
from modeltree.layout.geometry import Layout

COLUMNS = (
    "n", "method", "label overlaps", "icon overlaps", "leader crossings", "lines through labels", "clipped",
    "dropped", "text out of box", "out of date order", "fill", "fill, as needed", "type, pt", "leader, mean",
    "leader, longest", "label to tick, mean", "bends", "rows", "nearest tick is own", "smallest gap",
    "moved by one more", "moved, given the former", "CPU s", "wall s",
)  # fmt: skip

_OURS = "modeltree"
_PAGE = (14.0, 13.5)
_A0 = (841 / 25.4, 1189 / 25.4)
_MEMORY = 4 << 30
# What a later layout may be given an earlier one as, so that little moves.
_PREVIOUS = ("like", "previous")
_LOST, _SLOW = "out of memory", "over {:g} s"


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the table.

    Parameters
    ----------
    count : int
        How many models.
    method : str
        Which of the methods.
    page : (float, float)
        In inches.
    where : str
        What the page is called, where it is not the usual one.
    """

    count: int
    method: str
    page: tuple[float, float] = _PAGE
    where: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of a run: measures and times, or a word on why there are none."""

    measures: Measures | None = None
    seconds: float = 0.0
    wall: float = 0.0
    moved: list[float] | None = None
    moved_like: list[float] | None = None
    lost: dict[str, float] | None = None
    failure: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and print the table."""
    options = _parser().parse_args(arguments)
    if options.child:
        _child(json.loads(options.child))
        return
    rows: list[tuple[Run, Outcome]] = []
    with tempfile.TemporaryDirectory() as folder:
        for count in options.n:
            layout = Path(folder) / f"{count}.json"
            for method in [_OURS, *(name for name in options.methods if name != _OURS)]:
                run = Run(count, method)
                if method != _OURS and not layout.exists():
                    rows.append((run, Outcome(failure=f"needs the layout of {_OURS}")))
                else:
                    rows.append((run, _in_a_process(run, layout, options)))
                print(f"{count} {method}: done", file=sys.stderr)
        if not options.no_poster and max(options.n) >= 3000 and _OURS in options.methods:
            rows.append(_on_a0(max(options.n), Path(folder) / "a0.json", options))
    rows = [(run, outcome) for run, outcome in rows if run.method in options.methods]
    print("\n".join(_table(rows)))
    if lost := [(run, outcome.lost) for run, outcome in rows if outcome.lost]:
        print("\n".join(["", *_lost_table(lost)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--n", type=int, nargs="+", default=[92, 300, 1000, 3000], metavar="N", help="how many models (%(default)s)"
    )
    parser.add_argument(
        "--methods", nargs="+", choices=[_OURS, *METHODS], default=[_OURS, *METHODS], metavar="METHOD",
        help="of %(choices)s; all by default",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=float, default=120.0, metavar="SECONDS",
        help="of processor time for each method and number (%(default)g); three times as much by the clock",
    )  # fmt: skip
    parser.add_argument(
        "--insertions", type=int, default=5, metavar="TIMES",
        help="how often a model is added to see what moves, as far as the time goes (%(default)d)",
    )  # fmt: skip
    parser.add_argument(
        "--share", type=float, default=1.0,
        help="the type that the other methods begin with, as a share of what modeltree finds (%(default)g)",
    )  # fmt: skip
    parser.add_argument("--no-poster", action="store_true", help="leave out 3,000 models on A0")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser


def _on_a0(count: int, file: Path, options: argparse.Namespace) -> tuple[Run, Outcome]:
    """The better of A0 upright and lying: that with the larger type."""
    quick = argparse.Namespace(**{**vars(options), "insertions": 0})
    tried = []
    for where, page in (("A0 upright", _A0), ("A0 lying", _A0[::-1])):
        run = Run(count, _OURS, page, where)
        tried.append((run, _in_a_process(run, file, quick)))
    return max(tried, key=lambda row: row[1].measures.font_size if row[1].measures else 0.0)


def _in_a_process(run: Run, layout: Path, options: argparse.Namespace) -> Outcome:
    """Run a method in a process that can be stopped, and read what it says line by line."""
    task = {
        "run": asdict(run), "layout": str(layout), "insertions": options.insertions, "share": options.share,
        "limit": options.limit,
    }  # fmt: skip
    command = [sys.executable, str(Path(__file__)), "--child", json.dumps(task)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    process = subprocess.Popen(  # noqa: S603 (this very script)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    late = False
    try:
        said, complaints = process.communicate(timeout=3 * options.limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, complaints = process.communicate()
        late = True
    outcome = _read(said)
    if outcome.measures is None and not outcome.failure:
        if late or process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            outcome.failure = _SLOW.format(options.limit)
        else:
            outcome.failure = (complaints.strip().splitlines() or [f"ended with {process.returncode}"])[-1]
    return outcome


def _read(said: str) -> Outcome:
    outcome = Outcome()
    for line in said.splitlines():
        if not line.startswith("{"):
            continue  # libraries talk
        news: dict[str, Any] = json.loads(line)
        if "measures" in news:
            news["measures"] = Measures(**news["measures"])
        outcome = replace(outcome, **news)
    return outcome


def _child(task: dict[str, Any]) -> None:
    """What happens in the process of a run: each finding is said at once, so that it is known if the next is lost."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    seconds = int(task["limit"])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    run = Run(**task["run"])
    try:
        for news in _findings(run, Path(task["layout"]), task):
            print(json.dumps(news), flush=True)
    except MemoryError:
        print(json.dumps({"failure": _LOST}), flush=True)
    except ImportError as error:
        print(json.dumps({"failure": f"not installed: {error.name}"}), flush=True)
    except (RecursionError, LayoutError, subprocess.CalledProcessError) as error:
        print(json.dumps({"failure": type(error).__name__}), flush=True)


def _findings(run: Run, file: Path, task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    original = datasets.load("survey-figure2")
    lineage = enlarged(original, run.count)
    ids = [model.id for model in lineage.models]
    more = insertions(original, lineage, task["insertions"])
    evolution_layout(original)  # so that fonts are loaded
    clock = _Clock()
    if run.method == _OURS:
        layout = evolution_layout(lineage, page=run.page)
        times = clock.read()
        file.write_text(layout.to_json(), encoding="utf-8")
        drawing = from_layout(lineage, layout)
        needed = {label.id: label.needed for label in drawing.labels}
        yield {"measures": asdict(measures(drawing, ids)), **times, "lost": where_room_goes(layout, needed)}
    else:
        layout = Layout.from_json(file.read_text(encoding="utf-8"))
        method = METHODS[run.method]
        clock = _Clock()
        drawing = method(Given(lineage, layout, task["share"]))
        times = clock.read()
        yield {"measures": asdict(measures(drawing, ids)), **times}
    hook = next((name for name in _PREVIOUS if name in inspect.signature(evolution_layout).parameters), None)
    shares: list[float] = []
    shares_like: list[float] = []
    for larger in more:
        if time.process_time() > task["limit"] / 2:
            return
        if run.method == _OURS:
            shares.append(moved(drawing, from_layout(larger, evolution_layout(larger, page=run.page))))
            yield {"moved": shares}
            if hook:
                words: dict[str, Any] = {"page": run.page, hook: layout}
                shares_like.append(moved(drawing, from_layout(larger, evolution_layout(larger, **words))))
                yield {"moved_like": shares_like}
        else:
            shares.append(moved(drawing, method(Given(larger, layout, task["share"]))))
            yield {"moved": shares}


class _Clock:
    """Seconds of processor time, with those of programs that were called, and seconds by the clock."""

    def __init__(self) -> None:
        self._begin = (self._processor(), time.perf_counter())

    def read(self) -> dict[str, float]:
        """How many have passed."""
        return {"seconds": self._processor() - self._begin[0], "wall": time.perf_counter() - self._begin[1]}

    @staticmethod
    def _processor() -> float:
        called = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + called.ru_utime + called.ru_stime


def where_room_goes(layout: Layout, needed_widths: Mapping[str, float]) -> dict[str, float]:
    """The page cut up: what labels need, and what else takes how much of it, as shares of its area.

    A block is what one leader leads to. The strip of the axis reaches from the nearest label above to the nearest
    below, from the left to the right end of the figure proper; the frame is what lies around that: margins, title,
    legend and footnote. Between blocks and rows is what then remains.
    """
    page = layout.page.width * layout.page.height
    boxes = {box.id: box for box in layout.boxes}
    xs = [x for x, _ in layout.axis] + [box.x for box in layout.boxes] + [box.right for box in layout.boxes]
    ys = [y for _, y in layout.axis] + [box.y for box in layout.boxes] + [box.bottom for box in layout.boxes]
    width = max(xs) - min(xs)
    proper = width * (max(ys) - min(ys))
    drawn = sum(box.width * box.height for box in layout.boxes)
    needed = sum(needed_widths[box.id] * box.height for box in layout.boxes)
    hulls = lines = 0.0
    for leader in layout.leaders:
        block = [boxes[id_] for id_ in leader.ids]
        across = max(box.right for box in block) - min(box.x for box in block)
        tops = sorted({round(box.y, 2) for box in block})
        down = tops[-1] + block[0].height - tops[0]
        hulls += across * down
        lines += across * (down - len(tops) * block[0].height)
    reach: defaultdict[tuple[float, int], float] = defaultdict(lambda: float("inf"))
    ticks = {tick.id: tick.centre for tick in layout.ticks}
    for box in layout.boxes:
        y = round(ticks[box.tick][1], 1)
        side = 1 if box.y > y else -1
        reach[y, side] = min(reach[y, side], box.y - y if side > 0 else y - box.bottom)
    strips = sum(width * depth for depth in reach.values())
    shares = {
        "labels": needed, "labels made wider": drawn - needed, "between lines of a block": lines,
        "between and after words of a block": hulls - drawn - lines, "strips of the axis": strips,
        "between blocks and rows": proper - hulls - strips, "frame": page - proper,
    }  # fmt: skip
    return {name: area / page for name, area in shares.items()}


def _table(rows: Sequence[tuple[Run, Outcome]]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * 2}{'---:|' * (len(COLUMNS) - 2)}"
    for run, outcome in rows:
        cells = [f"{run.count:,}{' on ' + run.where if run.where else ''}", run.method, *_cells(outcome)]
        yield f"| {' | '.join([*cells, *['–'] * (len(COLUMNS) - len(cells))])} |"


def _cells(outcome: Outcome) -> list[str]:
    found = outcome.measures
    if found is None:
        return [outcome.failure]
    return [
        *(str(number) for number in found.hard_zeros.values()), f"{found.fill:.3f}", f"{found.fill_needed:.3f}",
        f"{found.font_size:.1f}", f"{found.leader_mean:.2f}", f"{found.leader_longest:.1f}", f"{found.way_mean:.2f}",
        f"{found.bends:.2f}", str(found.rows), f"{found.own_tick:.0%}", f"{found.gap:.2f}", _share(outcome.moved),
        _share(outcome.moved_like), f"{outcome.seconds:.2f}", f"{outcome.wall:.2f}",
    ]  # fmt: skip


def _share(shares: Sequence[float] | None) -> str:
    return f"{sum(shares) / len(shares):.0%}" if shares else "–"


def _lost_table(rows: Sequence[tuple[Run, dict[str, float]]]) -> Iterator[str]:
    names = list(rows[0][1])
    yield f"| share of the page, {_OURS} | {' | '.join(names)} |"
    yield f"|---|{'---:|' * len(names)}"
    for run, lost in rows:
        cells = [f"{run.count:,}{' on ' + run.where if run.where else ''}", *(f"{lost[name]:.3f}" for name in names)]
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
