"""The page: a lineage to look around in, as one HTML file, which needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from typing import Any, Literal, TypeVar

from modeltree._util.arguments import checked
from modeltree._util.languages import Language, Words
from modeltree._util.text import alternatives, printable
from modeltree.draw.display import Look
from modeltree.draw.fonts import FontChoice
from modeltree.draw.html import Coloring, PageFigure, page_document
from modeltree.draw.markup import Numbers
from modeltree.draw.theme import DARK, LIGHT, Paint, Theme
from modeltree.figures.coloring import ColorBy, groups_of
from modeltree.figures.contents import Contents, counted_models, look_of, split_by_kind
from modeltree.figures.description import page_data
from modeltree.figures.drawing import Drawing, IconFolder, Lettering, PageSize, check_word, page_points
from modeltree.figures.evolution import evolution_contents, evolution_layout
from modeltree.figures.family_tree import TreeContents, family_tree_layout, tree_contents, tree_look_of
from modeltree.figures.generations import generations_contents
from modeltree.findings import Finding, LayoutError
from modeltree.layout.geometry import Layout
from modeltree.layout.sheet import page_size
from modeltree.layout.title_block import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import Model

__all__ = ["PageDrawing", "page"]

# As wide for its height as what is left of a screen below what is above the figure, in inches.
_PAGE = (16.0, 8.0)
# A tree of more models than this is on a page that grows with them, in type of this size, in points.
_MOST, _TYPE = 300, 4.0
# Figures of more models than some 3,000 open slowly: the tree has branches folded for such room, in square points, and
# the timeline has the models that are left, or as many of the latest.
_ROOM, _LATEST = 1.1e7, 3000

C = TypeVar("C", bound=Contents)

# What color may say in a page.
_COLORINGS: dict[ColorBy, str] = {
    "openness": "Openness",
    "family": "Family",
    "organization": "Organization",
    "domain": "Domain",
    "license": "License",
}


PageTheme = Literal["system", "light", "dark"]
"""The colors that a page begins with."""
PageView = Literal["timeline", "tree", "table"]
"""The tabs of a page."""


@checked
def page(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: PageSize = _PAGE,
    color_by: ColorBy = "openness",
    icon_dir: IconFolder = None,
    datasets: bool = False,
    height: int = 640,
    theme: PageTheme = "system",
    view: PageView | None = None,
    font: FontChoice = None,
    language: Language = "en",
) -> PageDrawing:
    """A lineage as an HTML document that works from disk, with nothing fetched from anywhere.

    It shows a timeline and a family tree or, of models without dates, a tree by generations, and a card of whichever
    model is chosen; there are a search, filters, and addresses that lead to a view. Of more than some
    4,000 models the figures show the families and branches that are large, and search, cards and table all.

    Parameters
    ----------
    lineage : Lineage
        What to show.
    title : str, optional
        By default the title of the lineage.
    page : (float, float) or str
        The size of the evolution figure before it is made to fit the window: that is, its proportions.
    color_by : {"openness", "family", "organization", "domain", "license", "effective-license"} or callable
        What color says; as for `modeltree.evolution`.
    icon_dir : path-like, optional
        A folder with icons of organizations; as for `modeltree.evolution`.
    datasets : bool
        Whether data sets are shown, too; else the page holds neither them nor descent through them.
    height : int
        Of the frame in which a notebook shows it, in pixels.
    theme : {"system", "light", "dark"}
        The colors to begin with, which a button changes; by default those of the reader's system.
    view : {"timeline", "tree", "table"}, optional
        The tab to begin with; by default the first.
    font, language : optional
        As for `modeltree.evolution`; all words of the page are in the language.

    Returns
    -------
    PageDrawing
        Its ``document`` is the HTML, made when it is first saved, shown or asked for.

    Raises
    ------
    LayoutError
        When there is no model, or there are more than 20,000.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.page(modeltree.datasets.load("survey-table1"))
    >>> drawing.save("models.html")  # doctest: +SKIP
    """
    if height <= 0:
        raise ValueError(f"the height of a page is a number of pixels, 1 or more, not {height}")
    models = split_by_kind(lineage, True, datasets, "a page")[0]
    if not models:
        raise LayoutError("there is nothing to show: no model")
    lettering = Lettering.of(language, font)
    page_points(page)
    check_word("theme", theme, PageTheme)
    check_word("view", view, PageView, optional=True)
    parts = tuple(_parts(lineage, models, datasets, color_by, lettering, page, icon_dir))
    lineage = lineage.subgraph([model.id for model in models])
    name = (lineage.about.title if title is None else title) or lettering.words("Models and what they were made from")
    keys = [*(part.key for part in parts), "table"]
    if view not in (None, *keys):
        raise ValueError(f"there is no {view} of these models: say {alternatives(keys)}")
    start = {"theme": "" if theme == "system" else theme, "view": view or ""}
    return PageDrawing(lineage, name, parts, color_by, lettering.words, height, start)


@dataclass(frozen=True, slots=True)
class _Part:
    """A figure of a page: what it shows, and how it is laid out and looks."""

    key: str
    title: str
    contents: Contents
    description: str
    lay_out: Callable[[], Layout]
    look: Callable[[Theme], Look]


def _parts(
    lineage: Lineage,
    models: Sequence[Model],
    datasets: bool,
    color_by: ColorBy,
    lettering: Lettering,
    page: PageSize,
    icons: IconFolder,
) -> Iterator[_Part]:
    """The figures that there is something to show in."""
    words = lettering.words
    options: Any = {"applications": True, "datasets": datasets, "color_by": color_by, "lettering": lettering}
    ids = {model.id for model in models}
    related = any(edge.parent in ids and edge.child in ids for edge in lineage.derivations)
    dated = any(model.released for model in models)
    tree = tree_contents(lineage, **options, room=_ROOM, drawing="a page") if dated and related else None
    if dated:
        line = evolution_contents(_unfolded(lineage, models, tree), **options)
        lay_out = partial(evolution_layout, replace(line, title_block=TitleBlock()), page)
        yield _Part("timeline", words("Timeline"), line, line.summary[1], lay_out, _looking(look_of, line, icons))
    if tree and 2 * len(tree.genealogy.undated) <= len(models):
        lay_out = partial(_tree_layout, replace(tree, title_block=TitleBlock()), page)
        look = _looking(tree_look_of, tree, icons)
        yield _Part("tree", words("Family tree"), tree, tree.summary[1], lay_out, look)
    elif related or not dated:
        rows = generations_contents(lineage, models, color_by, lettering)
        lay_out = partial(rows.layout, page_points(page)[0])
        yield _Part("tree", words("Generations"), rows, rows.summary[1], lay_out, _looking(look_of, rows, icons))


def _looking(look: Callable[[C, Theme, IconFolder], Look], contents: C, icons: IconFolder) -> Callable[[Theme], Look]:
    """How contents look in any theme."""
    return lambda theme: look(contents, theme, icons)


class PageDrawing(Drawing):
    """A page to look around in; a notebook shows it in a frame without an origin."""

    suffixes = (".html",)

    def __init__(
        self,
        lineage: Lineage,
        title: str,
        parts: tuple[_Part, ...],
        color_by: ColorBy,
        words: Words,
        height: int,
        start: Mapping[str, str],
    ) -> None:
        super().__init__("page", title, "")
        self._lineage, self._parts, self._color_by = lineage, parts, color_by
        self._words, self._start = words, start
        self.height = height

    @cached_property
    def document(self) -> str:
        """The whole page as HTML."""
        lineage, words = self._lineage, self._words
        numbers = Numbers(
            {model.id: index for index, model in enumerate(lineage.models)},
            {(edge.parent, edge.child): index for index, edge in enumerate(lineage.derivations)},
        )
        # Title, legend and notes are the page's: they are read there at any zoom.
        figures = [
            PageFigure(
                key=part.key,
                title=part.title,
                layout=part.lay_out(),
                looks=(part.look(LIGHT), part.look(DARK)),
                legend=part.contents.title_block.legend,
                notes=part.contents.title_block.footnote,
                description=part.description,
            )
            for part in self._parts
        ]
        colorings = tuple(_colorings(lineage, self._color_by, words))
        counts = tuple(_counts(lineage, words))
        data = page_data(lineage, words)
        return page_document(self.title, counts, figures, data, numbers, words, colorings, **self._start)

    def _found(self) -> tuple[Finding, ...]:
        return self._parts[0].look(LIGHT).findings

    def _content(self, kind: str, dpi: float) -> str | bytes:
        return self.document

    def _repr_html_(self) -> str:
        # In a frame without an origin: the page's scripts run, but see nothing of the notebook.
        sandbox = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
        style = "border:1px solid rgba(128,128,128,.4);border-radius:4px"
        return (
            f'<iframe title="{escape(self.title)}" width="100%" height="{self.height}" style="{style}" '
            f'sandbox="{sandbox}" srcdoc="{escape(self.document)}"></iframe>'
        )


def _colorings(lineage: Lineage, drawn: ColorBy, words: Words) -> Iterator[Coloring]:
    """What color says in the figures, and what else it may say, with the colors that a figure would choose."""
    own = "" if callable(drawn) else str(drawn)
    yield Coloring(own, _COLORINGS.get(drawn, "License in effect" if own else "As drawn"))
    for word, title in _COLORINGS.items():
        if word == drawn:
            continue
        groups = groups_of(lineage, lineage.models, word, words)
        light, dark = groups.paints(LIGHT), groups.paints(DARK)
        entries = [(printable(text), (light[key], dark[key])) for key, text in groups.legend]
        places: dict[tuple[Paint, Paint], int] = {}
        for place, (_, paints) in enumerate(entries):
            places.setdefault(paints, place)
        members = []
        for model in lineage.models:
            paints = (groups.paint(model.id, LIGHT, light), groups.paint(model.id, DARK, dark))
            if paints not in places:  # such as the outline of closed models of a family
                places[paints] = len(entries)
                entries.append(("", paints))
            members.append(places[paints])
        yield Coloring(str(word), title, tuple(entries), tuple(members))


def _unfolded(lineage: Lineage, models: Sequence[Model], tree: TreeContents | None) -> Lineage:
    """What the timeline shows: all, or if some are folded in the tree only those that are not, or the latest."""
    folded = tree is not None and any(entry.folded for entry in tree.genealogy.entries)
    if not folded and len(models) <= _LATEST:
        return lineage
    shown = (tree.models if tree and folded else ()) or [model for model in models if model.released][-_LATEST:]
    return lineage.subgraph([model.id for model in shown])


def _tree_layout(contents: TreeContents, page: PageSize) -> Layout:
    """A family tree; a large one on a page that grows with it."""
    count = len(contents.items)
    if count <= _MOST:
        return family_tree_layout(contents, page)
    width, _ = page_size(page) if isinstance(page, str) else page
    return family_tree_layout(contents, (width * (count / _MOST) ** 0.5, None), _TYPE)


def _counts(lineage: Lineage, words: Words) -> Iterator[str]:
    yield counted_models(lineage.models, words)
    yield words.count(len(lineage.derivations), "{count} derivation", "{count} derivations")
    yield words.count(len(lineage.organizations), "{count} organization", "{count} organizations")
    years = [model.released.year for model in lineage.models if model.released]
    if years:
        yield f"{years[0]}–{years[-1]}" if years[0] < years[-1] else f"{years[0]}"
