"""Words of the command line become values, and the options of figures become those of the library.

Only the standard library is imported before it is known what to do.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modeltree.findings import LayoutError, ModelTreeError

if TYPE_CHECKING:
    from modeltree.figures.genealogy import Collapse
    from modeltree.records import PartialDate, Relation

__all__ = [
    "FIGURE_FORMATS", "UsageError", "add_diagram_options", "add_filters", "add_ink_options", "add_layout_options",
    "add_overview_options", "add_page_options", "count", "date", "diagram_file", "figure_file", "figure_options",
    "layout_options", "new_file", "relations",
]  # fmt: skip

FIGURE_FORMATS = (".svg", ".pdf", ".png")
# As in `modeltree.figures.coloring`, `modeltree.draw.theme.THEMES` and `modeltree.records.Grain`; tests compare them.
COLORS = ("openness", "family", "organization", "domain", "license")
THEMES = ("light", "dark", "print", "colorblind")
GRAINS = ("year", "quarter", "month", "day")
TIME_SCALES = ("ticks", "linear")
DIRECTIONS = ("right", "down")
CLUSTERS = ("family", "organization", "none")
RANKS = ("year", "step", "none")
DIAGRAM_FORMATS = (".svg", ".pdf", ".png", ".dot", ".gv")
PERIODS = ("year", "quarter", "month")
FAMILY_GROUPINGS = ("base", "component")
# The options of figures that not all of the recipes take, and those that do.
_TAKEN_BY = {
    **dict.fromkeys(("time_scale", "rows", "fall", "links"), ("evolution",)),
    **dict.fromkeys(("relations", "collapse"), ("family-tree",)),
    **dict.fromkeys(("applications", "highlight", "outline"), ("evolution", "family-tree")),
    **dict.fromkeys(("color_by", "icon_dir"), ("evolution", "family-tree", "largest-families")),
    **dict.fromkeys(("since", "until"), ("growth",)),
    **dict.fromkeys(("count", "branches"), ("largest-families",)),
    "grain": ("evolution", "growth"),
    "direction": ("family-tree", "largest-families"),
    "by": ("family-sizes",),
}
# Those whose page is as high as goes with its width where no height is given.
_CHARTS = ("growth", "family-sizes")


class UsageError(ModelTreeError):
    """Arguments that are wrong in a way that argparse cannot see."""


def count(word: str) -> int:
    """A whole number of 0 or more."""
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of 0 or more")
    return int(word)


def date(word: str) -> PartialDate:
    """A year, month or day."""
    from modeltree.records import PartialDate

    try:
        return PartialDate.parse(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def relations(words: str) -> frozenset[Relation]:
    """Some relations, or a class of them."""
    from modeltree.records import relation_set

    try:
        return relation_set(word.strip() for word in words.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def new_file(word: str) -> Path:
    """A file that can be written, or at least is none of another sort."""
    path = Path(word).expanduser()
    if not path.name or path.is_dir():
        raise argparse.ArgumentTypeError(f"{word!r} is no name of a file")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r}")
    return path


def figure_file(word: str) -> Path:
    """A file for a figure."""
    path = new_file(word)
    if path.suffix.lower() not in FIGURE_FORMATS:
        raise argparse.ArgumentTypeError(f"{word!r} does not end with {', '.join(FIGURE_FORMATS[:-1])} or .png")
    return path


def diagram_file(word: str) -> Path:
    """A file for a diagram."""
    path = new_file(word)
    if path.suffix.lower() not in DIAGRAM_FORMATS:
        raise argparse.ArgumentTypeError(f"{word!r} does not end with {', '.join(DIAGRAM_FORMATS[:-1])} or .gv")
    return path


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Conditions on models."""
    parser.add_argument("--organization", action="append", metavar="NAME", help="made by it; may be repeated")
    parser.add_argument("--openness", choices=("open", "closed"))
    parser.add_argument("--domain", action="append", choices=("language", "multimodal", "scientific", "code"))
    parser.add_argument("--kind", choices=("model", "application", "dataset"))
    parser.add_argument("--since", type=date, metavar="DATE", help="released then or later: YYYY, YYYY-MM, YYYY-MM-DD")
    parser.add_argument("--until", type=date, metavar="DATE", help="released then or earlier")


def add_layout_options(parser: argparse.ArgumentParser) -> None:
    """What is drawn, and where."""
    page = parser.add_argument_group("page", "Without --font-size the type decides itself by the page, and conversely.")
    page.add_argument("--page", type=_page, metavar="SIZE", help="14x13.5in, 355x343mm, A4, A0-landscape, or a width")
    page.add_argument("--font-size", type=_positive, metavar="PT", help="of the labels, in points")
    shown = parser.add_argument_group("contents")
    shown.add_argument("--applications", action="store_true", default=None, help="draw products, too")
    shown.add_argument("--color-by", choices=COLORS, help="what color says (default: openness)")
    shown.add_argument("--highlight", metavar="MODEL", help="draw it and its ancestors strong, all others faint")
    shown.add_argument("--outline", metavar="MODEL", help="give its family an edge of one color")
    evolution = parser.add_argument_group("evolution")
    evolution.add_argument("--time-scale", choices=TIME_SCALES, help="whether distances are those of labels or of time")
    evolution.add_argument("--grain", choices=GRAINS, help="what a tick stands for")
    evolution.add_argument("--rows", type=_several, metavar="N", help="how many rows there must be")
    evolution.add_argument("--fall", type=_distance, metavar="EMS", help="how far each row falls to its end")
    evolution.add_argument(
        "--links",
        action=argparse.BooleanOptionalAction,
        help="draw derivations as curves (default: of the ancestry that is highlighted)",
    )
    tree = parser.add_argument_group("family-tree")
    tree.add_argument("--direction", choices=DIRECTIONS, help="where time runs to (default: right)")
    tree.add_argument("--relations", type=relations, metavar="WORDS", help="the derivations to go by (default: all)")
    tree.add_argument(
        "--collapse", type=_collapse, metavar="RULE", help="fold branches: smaller=N, depth=N, quantized, or several"
    )


def add_overview_options(parser: argparse.ArgumentParser) -> None:
    """What is counted, in figures of very many models."""
    growth = parser.add_argument_group("growth", "Besides, --grain is year, quarter or month here (default: month).")
    growth.add_argument("--since", type=date, metavar="DATE", help="released then or later: YYYY, YYYY-MM, YYYY-MM-DD")
    growth.add_argument("--until", type=date, metavar="DATE", help="released then or earlier")
    sizes = parser.add_argument_group("family-sizes")
    sizes.add_argument("--by", choices=FAMILY_GROUPINGS, help="what a family is (default: base)")
    largest = parser.add_argument_group("largest-families")
    largest.add_argument("--count", type=_several, metavar="N", help="how many families (default: 10)")
    largest.add_argument("--branches", type=count, metavar="N", help="how many of each are shown (default: 3)")


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """How a page looks."""
    parser.add_argument("--color-by", choices=COLORS, help="what color says (default: openness)")
    parser.add_argument("--icon-dir", type=_folder, metavar="FOLDER", help="with icons of organizations, SVG or PNG")


def add_diagram_options(parser: argparse.ArgumentParser) -> None:
    """How a diagram is arranged, and how it looks."""
    parser.add_argument("--cluster", choices=CLUSTERS, help="default: family")
    parser.add_argument("--rank", choices=RANKS, help="what is level (default: year)")
    parser.add_argument("--direction", choices=("LR", "TB"), help="where time runs to (default: LR)")
    parser.add_argument("--color-by", choices=COLORS, help="what color says (default: openness)")
    parser.add_argument("--theme", choices=THEMES, help="default: light")


def add_ink_options(parser: argparse.ArgumentParser) -> None:
    """How it looks."""
    ink = parser.add_argument_group("ink")
    ink.add_argument("--theme", choices=THEMES, help="default: light")
    ink.add_argument("--icon-dir", type=_folder, metavar="FOLDER", help="with icons of organizations, SVG or PNG")
    ink.add_argument("--dpi", type=_positive, default=200.0, metavar="N", help="of PNG (default: 200)")


def layout_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given of the options of layouts, as the library calls them."""
    names = (
        "title", "page", "font_size", "time_scale", "grain", "rows", "fall", "applications", "color_by", "highlight",
        "outline", "links", "direction", "relations", "collapse",
    )  # fmt: skip
    given = _taken(arguments, names)
    page = given.get("page")
    if page is not None and page[1] is None and "font_size" not in given and arguments.recipe not in _CHARTS:
        raise UsageError("--page with a width alone needs --font-size: give a height, too, or the size of the type")
    return given


def _taken(arguments: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """What was given of some options, all of which the recipe must take."""
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    for name in given:
        recipes = _TAKEN_BY.get(name, (arguments.recipe,))
        if arguments.recipe not in recipes:
            listed = " and ".join(recipes)
            raise UsageError(f"--{name.replace('_', '-')} is for {listed}, not for {arguments.recipe}")
    return given


def figure_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given of the options of figures, as the library calls them."""
    from modeltree.draw import theme

    options = layout_options(arguments)
    options |= _taken(arguments, ("icon_dir", "since", "until", "by", "count", "branches"))
    if arguments.recipe == "growth" and options.get("grain", "month") not in PERIODS:
        raise UsageError(f"--grain of growth is {', '.join(PERIODS[:-1])} or {PERIODS[-1]}, not {options['grain']}")
    if arguments.theme is not None:
        options["theme"] = theme.THEMES[arguments.theme]
    return options


def _page(word: str) -> tuple[float, float | None]:
    from modeltree.layout.page_sizes import page_size

    try:
        return page_size(word)
    except LayoutError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _collapse(word: str) -> Collapse:
    from modeltree.figures.genealogy import Collapse

    try:
        return Collapse.parse(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _distance(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of 0 or more")
    return number


def _positive(word: str) -> float:
    number = _distance(word)
    if not number:
        raise argparse.ArgumentTypeError(f"{word!r} is not more than 0")
    return number


def _several(word: str) -> int:
    number = count(word)
    if not number:
        raise argparse.ArgumentTypeError("there is no figure of 0 rows")
    return number


def _folder(word: str) -> Path:
    folder = Path(word)
    if not (word and folder.is_dir()):
        raise argparse.ArgumentTypeError(f"there is no folder {word!r}")
    return folder
