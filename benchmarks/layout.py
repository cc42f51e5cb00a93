"""How good a layout is, in numbers: modeltree's serpentine and four other libraries on the same models.

The models are those of Figure 2 of the survey (92), and enlargements of it. Each method runs in a process of its own,
with a limit on its time and its memory; what it draws is measured by one and the same checker. Out comes a table in
Markdown. See README.md beside this file for what each method is given and what each column says.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import inspect
import json
import math
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from checker import Measures, measures, moved
from enlargement import enlarged, insertions
from methods import METHODS, Given, from_layout
from processes import Clock, News, said_by, say

from modeltree import datasets
from modeltree.figures.evolution import evolution
from modeltree.layout.geometry import Layout
from modeltree.lineage import Lineage

COLUMNS = (
    "n", "method", "label overlaps", "icon overlaps", "leader crossings", "lines through labels", "clipped",
    "dropped", "text out of box", "out of date order", "fill", "fill, as needed", "type, pt", "leader, mean",
    "leader, longest", "label to tick, mean", "bends", "rows", "nearest tick is own", "smallest gap",
    "moved by one more", "moved, given the former", "CPU s", "wall s",
)  # fmt: skip

_OURS = "modeltree"
_PAGE = (14.0, 13.5)
_A0 = (841 / 25.4, 1189 / 25.4)
# What a later layout may be given an earlier one as, so that little moves.
_PREVIOUS = ("like", "previous")


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
        task: dict[str, Any] = json.loads(options.child)
        say(lambda: _findings(Run(**task["run"]), Path(task["layout"]), task), task["limit"])
        return
    if options.like:
        print("\n".join(_like_table(options.like)))
        return
    if options.design:
        print("\n".join(_design_table()))
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
    parser.add_argument("--design", action="store_true", help="measure the design of the default figures, and no more")
    parser.add_argument(
        "--like", type=int, metavar="STEP",
        help="leave out every STEP-th model, add it again to the figure without it, and print what moves, and no more",
    )  # fmt: skip
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
    """Run a method in a process that can be stopped, and read what it says."""
    task = {"run": asdict(run), "layout": str(layout), "insertions": options.insertions, "share": options.share}
    said, ending = said_by(Path(__file__), task, options.limit)
    outcome = Outcome()
    for news in said:
        if "measures" in news:
            news["measures"] = Measures(**news["measures"])
        outcome = replace(outcome, **news)
    if outcome.measures is None and not outcome.failure:
        outcome.failure = ending
    return outcome


def _findings(run: Run, file: Path, task: dict[str, Any]) -> Iterator[News]:
    original = datasets.load("survey-figure2")
    lineage = enlarged(original, run.count)
    ids = [model.id for model in lineage.models]
    more = insertions(original, lineage, task["insertions"])
    _ = evolution(original).layout  # so that fonts are loaded
    clock = Clock()
    if run.method == _OURS:
        layout = evolution(lineage, page=run.page).layout
        times = clock.read()
        file.write_text(layout.to_json(), encoding="utf-8")
        drawing = from_layout(lineage, layout)
        needed = {label.id: label.needed for label in drawing.labels}
        yield {"measures": asdict(measures(drawing, ids)), **times, "lost": where_room_goes(layout, needed)}
    else:
        layout = Layout.from_json(file.read_text(encoding="utf-8"))
        method = METHODS[run.method]
        clock = Clock()
        drawing = method(Given(lineage, layout, task["share"]))
        times = clock.read()
        yield {"measures": asdict(measures(drawing, ids)), **times}
    hook = next((name for name in _PREVIOUS if name in inspect.signature(evolution).parameters), None)
    shares: list[float] = []
    shares_like: list[float] = []
    for larger in more:
        if time.process_time() > task["limit"] / 2:
            return
        if run.method == _OURS:
            shares.append(moved(drawing, from_layout(larger, evolution(larger, page=run.page).layout)))
            yield {"moved": shares}
            if hook:
                words: dict[str, Any] = {"page": run.page, hook: layout}
                shares_like.append(moved(drawing, from_layout(larger, evolution(larger, **words).layout)))
                yield {"moved_like": shares_like}
        else:
            shares.append(moved(drawing, method(Given(larger, layout, task["share"]))))
            yield {"moved": shares}


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
    ticks = {tick.id: tick.center for tick in layout.ticks}
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


def design(layout: Layout, lineage: Lineage) -> dict[str, float]:
    """What a reader sees beside that: order within months, rows, years, and how the sizes of words go together."""
    dates = {model.id: model.released for model in lineage.models}
    boxes = {box.id: box for box in layout.boxes}
    places = {tick.id: tick.center for tick in layout.ticks}
    height = layout.boxes[0].height
    later = 0
    for leader in layout.leaders:
        middle = places[leader.tick][1]
        lines: dict[float, list[Any]] = {}
        for id_ in leader.ids:
            lines.setdefault(round(abs(boxes[id_].center[1] - middle), 1), []).append(dates[id_])
        ordered = [lines[depth] for depth in sorted(lines)]
        later += sum(max(near) > min(far) for near, far in pairwise(ordered))
    once = [tick for tick in layout.ticks if not tick.repeated]
    tied = {box.tick for box in layout.boxes}
    rows: dict[float, list[Any]] = {}
    for tick in once:
        rows.setdefault(round(tick.center[1]), []).append(tick)
    gaps, foreign = [], 0
    for box in layout.boxes:
        y = round(places[box.tick or ""][1])
        others = [
            o for o in layout.boxes if round(places[o.tick or ""][1]) != y and o.x < box.right and box.x < o.right
        ]
        gaps += [max(o.y - box.bottom, box.y - o.bottom) for o in others]
        foreign += any(abs(row - box.center[1]) < abs(y - box.center[1]) for row in rows)
    sizes = {
        role: [line.size for line in layout.texts if line.role == role] for role in ("title", "legend", "footnote")
    }
    return {
        "lines out of date order": later,
        "years parted from months": sum(
            row[-1].kind == "year" and row[-1].id not in tied and row[-1] is not once[-1] for row in rows.values()
        ),
        "rows without a model": sum(not any(tick.id in tied for tick in row) for row in rows.values()),
        "row gap, label heights": min(gaps, default=0.0) / height,
        "labels nearer another row": foreign / len(boxes),
        "title by label": max(sizes["title"], default=0.0) / layout.font_size,
        "legend by label": max(sizes["legend"], default=0.0) / layout.font_size,
        "least type, pt": min([0.9 * layout.font_size, *(size for found in sizes.values() for size in found)]),
        "page, in": layout.page.height / 72,
    }  # fmt: skip


def _design_table() -> Iterator[str]:
    """The measures of the design for figures as they are drawn by default, on a column, on a page and on A0."""
    original = datasets.load("survey-figure2")
    cases: list[tuple[str, Lineage, Any]] = [
        (f"{count:,}", enlarged(original, count), None) for count in (92, 300, 1000)
    ]
    survey = datasets.load("survey")
    cases += [
        ("survey", survey, None),
        ("survey, 3.4 × 9 in", survey, (3.4, 9.0)),
        ("survey, A0", survey, "a0-landscape"),
    ]
    for index, (name, lineage, page) in enumerate(cases):
        layout = evolution(lineage, page=page).layout
        found = {"type, pt": layout.font_size, **design(layout, lineage)}
        if not index:
            yield f"| {_OURS} | {' | '.join(found)} |"
            yield f"|---|{'---:|' * len(found)}"
        yield f"| {name} | {' | '.join(f'{value:.2f}'.removesuffix('.00') for value in found.values())} |"


def _like_table(step: int) -> Iterator[str]:
    """What moves by more than a label height where a model is added to a figure that is given as `like`."""
    yield "| | models left out | mean | median | most | none moves | more than 2 % move |"
    yield f"|---|{'---:|' * 6}"
    for name in ("survey-figure2", "survey"):
        lineage = datasets.load(name)
        shares = []
        for model in [model for model in lineage.models if model.released][::step]:
            before = evolution(lineage.subgraph({*lineage.ids} - {model.id})).layout
            after = {box.id: box for box in evolution(lineage, like=before).layout.boxes}
            far = [math.dist(box.center, after[box.id].center) > box.height for box in before.boxes]
            shares.append(sum(far) / len(far))
        count = len(shares)
        cells = [str(count), *(f"{share:.1%}" for share in (sum(shares) / count, median(shares), max(shares)))]
        cells += [f"{sum(not share for share in shares) / count:.0%}", f"{sum(s > 0.02 for s in shares) / count:.0%}"]
        yield f"| {name} | {' | '.join(cells)} |"


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
