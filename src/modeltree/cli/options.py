"""Words of the command line become values; the options that several commands share.

Only argparse and what it needs are imported before a word is given that stands for more.
"""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any, TypeVar

    from modeltree.figures.genealogy import Collapse
    from modeltree.layout.geometry import Layout
    from modeltree.records import PartialDate, Relation

    T = TypeVar("T")
    W = TypeVar("W")
    Options = list[tuple[tuple[str, ...], dict[str, Any]]]

DONE, FAILED, MISUSED, INTERRUPTED, PIPE_BROKEN = 0, 1, 2, 130, 141
"""Exit codes; the last two are what a shell reports of a program that ends by SIGINT or SIGPIPE."""

# As in `modeltree.figures`, `modeltree.draw.theme.THEMES`, `modeltree.records` and `modeltree.cli.reports`; tests
# compare them.
COLORS = ("openness", "family", "organization", "domain", "license", "effective-license")
THEMES = ("light", "dark", "print", "colorblind")
PAGE_THEMES = ("system", "light", "dark")
PAGE_VIEWS = ("timeline", "tree", "table")
LANGUAGES = ("en", "de", "fr", "es", "zh", "ja")
GRAINS = ("year", "quarter", "month", "day")
PERIODS = ("year", "quarter", "month")
TIME_SCALES = ("ticks", "linear")
DIRECTIONS = ("right", "down", "up")
TREE_SCALES = ("elastic", "linear")
FAMILY_GROUPINGS = ("base", "component")
CLUSTERS = ("family", "organization", "none")
RANKS = ("year", "step", "none")
REPORTS = ("text", "json", "github", "sarif")
DIAGRAM_DIRECTIONS = ("LR", "TB")
TABLE_FIELDS = (
    "base", "relation", "released", "organizations", "openness", "sizes", "training_data", "architecture", "license",
    "link",
)  # fmt: skip
SUFFIXES = {
    **dict.fromkeys(
        ("evolution", "family-tree", "largest-families", "growth", "family-sizes"), (".svg", ".pdf", ".png", ".json")
    ),
    "diagram": (".svg", ".pdf", ".png", ".dot", ".gv"),
    "page": (".html",),
    "table": (".md", ".tex", ".html"),
}
"""How the files end that each drawing can be saved to."""

SHIPPED = "survey, survey-table1, survey-figure2 or atlas"
FILTERS = ("organization", "openness", "domain", "kind", "since", "until", "relations", "top")
"""The conditions of `modeltree.Lineage.select`, each an option; ``--clade`` and ``--ancestry`` are beside them."""


def option(*names: str, **settings: Any) -> Options:
    """One option, as what `ArgumentParser.add_argument` is given: commands add up those that they have."""
    return [(names, settings)]


def columns_option() -> Options:
    """What the columns of a table are."""
    return option(
        "--columns",
        type=columns,
        action="append",
        default=[],
        metavar="NAME=FIELD,…",
        help="of a table: the fields that columns stand for, as 'base model=parent,made=released'",
    )


def relations_option(default: str) -> Options:
    """The derivations that a question goes by."""
    return option(
        "--relations",
        type=relations,
        default=None if default == "all" else default,
        metavar="WORDS",
        help=f"the derivations: weights, outputs, ideas, or relations such as finetune,merge (default: {default})",
    )


def filters() -> Options:
    """Conditions on models, alike for all commands that take only a part of the data."""
    return [
        *option(
            "--clade", action="append", metavar="MODEL", help="a model and all that descends from it; may be repeated"
        ),
        *option(
            "--ancestry", action="append", metavar="MODEL", help="a model and all it descends from; may be repeated"
        ),
        *option("--organization", action="append", metavar="NAME", help="made by it; may be repeated"),
        *option("--openness", choices=("open", "closed")),
        *option("--domain", action="append", choices=("language", "multimodal", "scientific", "code")),
        *option("--kind", choices=("model", "application", "dataset")),
        *option("--since", type=date, metavar="DATE", help="released then or later: YYYY, YYYY-MM, YYYY-MM-DD"),
        *option("--until", type=date, metavar="DATE", help="released then or earlier"),
        *option(
            "--relations",
            type=relations,
            metavar="WORDS",
            help="only models with such derivations, and these: weights, outputs, ideas, or such as finetune,merge",
        ),
        *option("--top", type=_several, metavar="N", help="of all these, the N with the most descendants"),
    ]


# Drawings


def add_drawings(command: Callable[..., argparse.ArgumentParser], data: Options) -> None:
    """Add a command for each drawing, with its options, which are called as those of the library."""
    title = option("--title", metavar="TEXT", help="by default that of the data; '' for none")
    page = [
        *option("--page", type=_page, metavar="SIZE", help="14x13.5in, 355x343mm, A4, A0-landscape, or a width"),
        *option("--font-size", type=_positive, metavar="PT", help="of the labels; by default as large as fits"),
    ]
    applications = option("--applications", action="store_true", default=None, help="draw products, too")
    datasets = option("--datasets", action="store_true", default=None, help="draw data sets, too")
    color = option("--color-by", choices=COLORS, help="what color says (default: openness)")
    strong = "draw it and its ancestors strong, all others faint"
    descent = [
        *option("--highlight", action="append", metavar="MODEL", help=f"{strong}; may be repeated"),
        *option("--outline", metavar="MODEL", help="give its family an edge of one color"),
    ]
    direction = option("--direction", choices=DIRECTIONS, help="where time runs to (default: right)")
    theme = option("--theme", choices=THEMES, help="default: light")
    folders = "with icons of organizations, SVG or PNG; may be repeated"
    icons = option("--icon-dir", type=_folder, action="append", metavar="FOLDER", help=folders)
    language = option("--language", choices=LANGUAGES, help="of months, legend, notes and numbers (default: en)")
    family = "a family that is installed, or a file; may be repeated (default: Inter)"
    font = [*option("--font", action="append", metavar="NAME", help=family), *language]
    footnote = option("--footnote", metavar="TEXT", help="instead of the notes below the figure; '' for none")
    legend = option("--legend", action=argparse.BooleanOptionalAction, help="say what colors and lines mean (default)")
    words = [*font, *footnote, *legend]
    dpi = option("--dpi", type=_positive, default=200.0, metavar="N", help="of PNG (default: 200)")
    show = option("--open", action="store_true", help="open the file in a browser when it is written")

    own = "of a group, as LLaMA=#5b8def; may be repeated"

    def drawing(name: str, what: str, *options: Options, output: str = "", also: tuple[str, ...] = ()) -> None:
        added_options = [each for some in options for each in some]
        known, output = SUFFIXES[name], output or f"{name}.svg"
        words = f"default: {output}" + (f"; or {', '.join(known[1:])}" if known[1:] else "")
        file = option("-o", "--output", type=_file(known), metavar="FILE", default=output, help=words)
        after = {"page": show, "table": []}.get(name, dpi)
        added = command(name, what, data, file, added_options, after, filtered=True)
        added.set_defaults(options=[*(names[0][2:].replace("-", "_") for names, _ in added_options), *also])

    drawing(
        "evolution", "draw all models along a serpentine of time",
        title, page, applications, datasets, color, descent, theme, icons, words,
        option("--palette", type=_color, action="append", metavar="GROUP=COLOR", help=own),
        option("--like", type=_layout, metavar="FILE", help="a layout, saved as .json, of which little is to move"),
        option("--time-scale", choices=TIME_SCALES, help="whether distances are those of labels or of time"),
        option("--grain", choices=GRAINS, help="what a tick stands for"),
        option("--rows", type=_several, metavar="N", help="how many rows there must be"),
        option("--fall", type=_distance, metavar="EMS", help="how far each row falls to its end"),
        _links_option("derivations"),
    )  # fmt: skip
    rule = "fold branches: smaller=N, depth=N, quantized, or several; '' for none (default: what makes type too small)"
    drawing(
        "family-tree", "draw each model at its date, branching off what it was made from",
        title, page, direction, applications, datasets, color, descent, theme, icons, words,
        option("--time-scale", choices=TREE_SCALES, help="whether the axis is wider where there are more models"),
        option("--collapse", type=_collapse, metavar="RULE", help=rule),
        _links_option("from further parents"),
    )  # fmt: skip
    # Of these three, relations decide what is counted, and all models are; growth also counts what is outside a time.
    drawing(
        "growth", "draw how many models became public when, by how they were made", title, page, theme, font, footnote,
        option("--grain", choices=PERIODS, help="how long a period is (default: month)"),
        also=("since", "until", "relations"),
    )  # fmt: skip
    drawing(
        "family-sizes", "draw how large families are", title, page, theme, font, footnote,
        option("--by", choices=FAMILY_GROUPINGS, help="what a family is (default: base)"),
        also=("relations",),
    )  # fmt: skip
    drawing(
        "largest-families", "draw the largest families, with folded branches",
        title, page, direction, color, theme, icons, words,
        option("--count", type=_several, metavar="N", help="how many families (default: 10)"),
        option("--branches", type=count, metavar="N", help="how many of each are shown (default: 3)"),
        also=("relations",),
    )  # fmt: skip
    drawing(
        "diagram", "draw a diagram with Graphviz", title, datasets, color, theme, words,
        option("--cluster", choices=CLUSTERS, help="default: family"),
        option("--rank", choices=RANKS, help="what is level (default: year)"),
        option("--direction", choices=DIAGRAM_DIRECTIONS, help="where time runs to (default: LR)"),
    )  # fmt: skip
    drawing(
        "page", "write an HTML page to look around in, which works offline",
        title, page[:1], datasets, color, icons, font,
        option("--theme", choices=PAGE_THEMES, help="the colors to begin with (default: system)"),
        option("--view", choices=PAGE_VIEWS, help="the tab to begin with (default: the first)"),
        output="modeltree.html",
    )  # fmt: skip
    fields = option("--fields", type=_words, metavar="NAME,…", help=f"beside the name: {', '.join(TABLE_FIELDS)}")
    drawing(
        "table", "list models by family, for a paper", title, applications, datasets, fields, language,
        output="models.md",
    )  # fmt: skip
    command(
        "draw", "draw what another package draws", data, dpi,
        option("drawing", metavar="NAME", help="of an entry point in the group modeltree.drawings"),
        option("-o", "--output", type=new_file, metavar="FILE", required=True),
        filtered=True,
    )  # fmt: skip


def _links_option(what: str) -> Options:
    """Whether curves are drawn."""
    words = f"draw {what} as curves" if what == "derivations" else f"draw curves {what}"
    words += " (default: of the ancestry that is highlighted)"
    return option("--links", action=argparse.BooleanOptionalAction, help=words)


# Values


def count(word: str) -> int:
    """A whole number of 0 or more."""
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of 0 or more")
    return int(word)


def date(word: str) -> PartialDate:
    """A year, month or day."""
    from modeltree.records import PartialDate

    return _parsed(PartialDate.parse, word)


def columns(words: str) -> dict[str, str]:
    """Fields by the names of columns, from ``name=field,…``; names may have commas."""
    found: dict[str, str] = {}
    name = ""
    for part in words.split(","):
        name = f"{name},{part}" if name else part
        column, equals, field = name.rpartition("=")
        if equals:
            found[column.strip()] = field.strip()
            name = ""
    if name or "" in found:
        raise argparse.ArgumentTypeError(f"{words!r} is no NAME=FIELD,…: write it as 'base model=parent,made=released'")
    return found


def kinds(words: str) -> list[str]:
    """Kinds of findings."""
    from modeltree.findings import KINDS, nearest

    found = [word.strip() for word in words.split(",")]
    for word in found:
        if word not in KINDS:
            close = nearest(word, KINDS) or tuple(KINDS)
            raise argparse.ArgumentTypeError(f"{word!r} is no kind of finding; there is {', '.join(close)}")
    return found


def _words(words: str) -> list[str]:
    found = [word.strip() for word in words.split(",")]
    for word in found:
        if word not in TABLE_FIELDS:
            raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(TABLE_FIELDS)}")
    return found


def relations(words: str) -> frozenset[Relation]:
    """Some relations, or a class of them."""
    from modeltree.records import relation_set

    return _parsed(relation_set, [word.strip() for word in words.split(",")])


def new_file(word: str) -> Path:
    """A file that can be written, or at least is none of another sort."""
    from modeltree._util.files import expanded

    try:
        path = expanded(word)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{word!r}: {error.strerror}") from None
    if not path.name or path.is_dir():
        raise argparse.ArgumentTypeError(f"{word!r} is no name of a file")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r}")
    return path


def _file(suffixes: tuple[str, ...]) -> Callable[[str], Path]:
    """A file that ends in one of some suffixes."""

    def file(word: str) -> Path:
        path = new_file(word)
        if path.suffix.lower() not in suffixes:
            known = " or ".join(filter(None, (", ".join(suffixes[:-1]), suffixes[-1])))
            raise argparse.ArgumentTypeError(f"{word!r} does not end with {known}")
        return path

    return file


def _page(word: str) -> tuple[float, float | None]:
    from modeltree.layout.sheet import page_size

    return _parsed(page_size, word)


def _color(word: str) -> tuple[str, str]:
    """A group and its color."""
    group, equals, color = word.rpartition("=")
    if not (group and equals):
        raise argparse.ArgumentTypeError(f"{word!r} is no GROUP=COLOR: write it as 'LLaMA=#5b8def'")
    return group, color


def _layout(word: str) -> Layout:
    """The layout in a file."""
    from modeltree._util.files import expanded
    from modeltree.layout.geometry import Layout

    try:
        return Layout.from_json(expanded(word).read_text(encoding="utf-8"))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{word!r}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise argparse.ArgumentTypeError(f"{word!r} is no layout: save a figure as .json") from None


def _collapse(word: str) -> Collapse:
    from modeltree.figures.genealogy import Collapse

    return _parsed(Collapse.parse, word)


def _distance(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
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
        raise argparse.ArgumentTypeError("0 is too few: it is 1 or more")
    return number


def _folder(word: str) -> Path:
    from pathlib import Path

    folder = Path(word)
    if not (word and folder.is_dir()):
        raise argparse.ArgumentTypeError(f"there is no folder {word!r}")
    return folder


def _parsed(parse: Callable[[W], T], words: W) -> T:
    """What some words stand for; argparse says what is wrong with them."""
    try:
        return parse(words)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
