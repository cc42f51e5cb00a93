"""How good a family tree is, in numbers: modeltree's and Graphviz dot's of the same genealogies.

The genealogies are grown to the shape of a real one (see genealogies.py), and the survey's own data. Each run is in a
process of its own, with a limit on its time and its memory; what it draws is measured by one and the same checker. Out
comes a table in Markdown. See README.md beside this file for what each method is given and what each column says.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from genealogies import grown
from processes import Clock, News, said_by, say
from tree_checker import TreeMeasures, tree_measures
from tree_methods import Genealogy, dot_drawing, from_layout, on_page

from modeltree import Lineage, datasets
from modeltree.figures.family_tree import family_tree
from modeltree.layout.geometry import Layout
from modeltree.layout.sheet import page_size

COLUMNS = (
    "n", "sheet", "method", "tree edges crossing", "labels hit", "label overlaps", "clipped", "missing", "loose ends",
    "type, pt", "named parents", "further links", "crossings", "further link, mean", "fill", "empty", "CPU s",
)  # fmt: skip

_OURS, _DOT = "modeltree", "dot"
# The sheet for so many models.
_SHEETS = ((100, "A4"), (300, "A2"), (1000, "A1"))
_LARGEST = "A0"
_SURVEY, _SURVEY_SHEETS = "survey", ("14x10in", "A4-landscape", "A3-landscape")


@dataclass(frozen=True, slots=True)
class Run:
    """What becomes a row of the table for each sheet.

    Parameters
    ----------
    source : str
        How many models are grown, or ``"survey"``.
    method : str
        Which of the two.
    sheets : tuple of str
        What it is drawn on. dot's drawing is scaled to the sheet, so that it needs to be made only once for all.
    """

    source: str
    method: str
    sheets: tuple[str, ...]

    @property
    def lineage(self) -> Lineage:
        """The models, always the same."""
        return datasets.load("survey") if self.source == _SURVEY else grown(int(self.source))


@dataclass(slots=True)
class Outcome:
    """What came of a run on a sheet: measures and seconds, or a word on why there are none."""

    measures: TreeMeasures | None = None
    seconds: float = 0.0
    failure: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and print the table."""
    options = _parser().parse_args(arguments)
    if options.child:
        task: dict[str, Any] = json.loads(options.child)
        run = Run(**{**task["run"], "sheets": tuple(task["run"]["sheets"])})
        say(lambda: _findings(run, Path(task["folder"])), task["limit"])
        return
    sources = [(str(count), _sheets(count)) for count in options.n]
    if not options.no_survey:
        sources.append((_SURVEY, _SURVEY_SHEETS))
    lines = list(_head())
    with tempfile.TemporaryDirectory() as folder:
        for source, sheets in sources:
            runs = [Run(source, _OURS, (sheet,)) for sheet in sheets]
            for run in [*runs, Run(source, _DOT, sheets)]:
                lines += _rows(run, _in_a_process(run, folder, options.limit))
                print(f"{source} {run.method} on {', '.join(run.sheets)}: done", file=sys.stderr)
    print("\n".join(lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--n", type=int, nargs="*", default=[100, 300, 556, 1000, 3000], metavar="N",
        help="how many models (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=float, default=120.0, metavar="SECONDS",
        help="of processor time for each method and number (%(default)g); three times as much by the clock",
    )  # fmt: skip
    parser.add_argument("--no-survey", action="store_true", help="leave out the survey's own data")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser


def _sheets(count: int) -> tuple[str, str]:
    """Upright and lying."""
    sheet = next((name for most, name in _SHEETS if count <= most), _LARGEST)
    return sheet, f"{sheet}-landscape"


def _in_a_process(run: Run, folder: str, limit: float) -> list[Outcome]:
    """What comes of a run, for each of its sheets."""
    said, ending = said_by(Path(__file__), {"run": asdict(run), "folder": folder}, limit)
    outcomes = {sheet: Outcome(failure=ending or "said nothing") for sheet in run.sheets}
    for news in said:
        if "sheet" in news:
            outcomes[news["sheet"]] = Outcome(TreeMeasures(**news["measures"]), news["seconds"])
        else:
            outcomes = {
                sheet: outcome if outcome.measures else replace(outcome, failure=news["failure"])
                for sheet, outcome in outcomes.items()
            }
    return [outcomes[sheet] for sheet in run.sheets]


def _findings(run: Run, folder: Path) -> Iterator[News]:
    lineage = run.lineage
    genealogy = Genealogy.of(lineage)
    descents = [*genealogy.tree, *genealogy.further]
    file = folder / f"{run.source}.json"
    _ = family_tree(grown(5), title="").layout  # so that fonts and modules are loaded
    if run.method == _OURS:
        (sheet,) = run.sheets
        clock = Clock()
        layout = family_tree(lineage, page=sheet, title="", collapse="").layout
        seconds = clock.read()["seconds"]
        file.write_text(layout.to_json(), encoding="utf-8")
        drawing = from_layout(layout)
        yield _news(sheet, tree_measures(drawing, genealogy.ids, descents), seconds)
        return
    if not file.exists():
        yield {"failure": f"needs the layout of {_OURS}"}
        return
    layout = Layout.from_json(file.read_text(encoding="utf-8"))
    clock = Clock()
    made = dot_drawing(genealogy, layout)
    seconds = clock.read()["seconds"]
    for sheet in run.sheets:
        width, height = page_size(sheet)
        assert height is not None
        drawing = on_page(made, (72 * width, 72 * height))
        yield _news(sheet, tree_measures(drawing, genealogy.ids, descents), seconds)


def _news(sheet: str, measures: TreeMeasures, seconds: float) -> News:
    return {"sheet": sheet, "measures": asdict(measures), "seconds": seconds}


def _head() -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * 3}{'---:|' * (len(COLUMNS) - 3)}"


def _rows(run: Run, outcomes: Sequence[Outcome]) -> Iterator[str]:
    count = f"{len(Genealogy.of(run.lineage).items):,}{' (survey)' if run.source == _SURVEY else ''}"
    for sheet, outcome in zip(run.sheets, outcomes, strict=True):
        cells = [count, sheet, run.method, *_cells(outcome)]
        yield f"| {' | '.join([*cells, *['–'] * (len(COLUMNS) - len(cells))])} |"


def _cells(outcome: Outcome) -> list[str]:
    found = outcome.measures
    if found is None:
        return [outcome.failure]
    return [
        *(f"{number:,}" for number in found.hard_zeros.values()), f"{found.font_size:.1f}", f"{found.named:,}",
        f"{found.further:,}", f"{found.crossings:,}", f"{found.further_mean:.1f}", f"{found.fill:.3f}",
        f"{found.empty:.2f}", f"{outcome.seconds:.2f}",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
