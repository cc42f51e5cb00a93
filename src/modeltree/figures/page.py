"""The page: a lineage to look around in, as one HTML file, which needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from typing import Any, Literal

from modeltree._util.arguments import checked
from modeltree._util.languages import ENGLISH, Language, Words
from modeltree._util.text import alternatives, printable
from modeltree.analysis.licenses import ModelLicense, licenses
from modeltree.draw.fonts import FontChoice
from modeltree.draw.page_html import Coloring, Numbers, PageFigure, page_document
from modeltree.draw.theme import DARK, LIGHT, Paint
from modeltree.figures.coloring import ColorBy, groups_of
from modeltree.figures.contents import Contents, counted_models, split_by_kind
from modeltree.figures.drawing import Drawing, IconFolder, Lettering, PageSize, check_word, page_points
from modeltree.figures.evolution import evolution_contents
from modeltree.figures.family_tree import RELATION_WORDS, TreeContents, generations_contents, tree_contents
from modeltree.findings import Finding, LayoutError
from modeltree.layout.geometry import Layout
from modeltree.layout.sheet import TitleBlock, page_size
from modeltree.lineage import Lineage
from modeltree.records import Correction, Derivation, Model, Relation, model_facts

__all__ = ["PageDrawing", "page"]

# As wide for its height as what is left of a screen below what is above the figure, in inches.
_PAGE = (16.0, 8.0)
# A tree of more models than this is on a page that grows with them, in type of this size, in points.
_MOST, _TYPE = 300, 4.0
# Figures of more models than some 3,000 open slowly: the tree has branches folded for such room, in square points, and
# the timeline has the models that are left, or as many of the latest.
_ROOM, _LATEST = 1.1e7, 3000


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
    parts = tuple(_parts(lineage, models, datasets, color_by, lettering, page))
    lineage = lineage.subgraph([model.id for model in models])
    name = (lineage.about.title if title is None else title) or lettering.words("Models and what they were made from")
    keys = [*(part.key for part in parts), "table"]
    if view not in (None, *keys):
        raise ValueError(f"there is no {view} of these models: say {alternatives(keys)}")
    start = {"theme": "" if theme == "system" else theme, "view": view or ""}
    return PageDrawing(lineage, name, parts, color_by, icon_dir, lettering.words, height, start)


@dataclass(frozen=True, slots=True)
class _Part:
    """A figure of a page: what it shows, and how it is laid out."""

    key: str
    title: str
    contents: Contents
    lay_out: Callable[[], Layout]


def _parts(
    lineage: Lineage, models: Sequence[Model], datasets: bool, color_by: ColorBy, lettering: Lettering, page: PageSize
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
        yield _Part("timeline", words("Timeline"), line, partial(replace(line, title_block=TitleBlock()).layout, page))
    if tree and 2 * len(tree.genealogy.undated) <= len(models):
        lay_out = partial(_tree_layout, replace(tree, title_block=TitleBlock()), page)
        yield _Part("tree", words("Family tree"), tree, lay_out)
    elif related or not dated:
        rows = generations_contents(lineage, models, color_by, lettering)
        yield _Part("tree", words("Generations"), rows, partial(rows.layout, page_points(page)[0]))


class PageDrawing(Drawing):
    """A page to look around in; a notebook shows it in a frame without an origin."""

    suffixes = (".html",)

    def __init__(
        self,
        lineage: Lineage,
        title: str,
        parts: tuple[_Part, ...],
        color_by: ColorBy,
        icons: IconFolder,
        words: Words,
        height: int,
        start: Mapping[str, str],
    ) -> None:
        super().__init__("page", title, "")
        self._lineage, self._parts, self._color_by = lineage, parts, color_by
        self._icons, self._words, self._start = icons, words, start
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
                looks=(part.contents.look(LIGHT, self._icons), part.contents.look(DARK, self._icons)),
                legend=part.contents.title_block.legend,
                notes=part.contents.title_block.footnote,
                description=part.contents.summary[1],
            )
            for part in self._parts
        ]
        colorings = tuple(_colorings(lineage, self._color_by, words))
        counts = tuple(_counts(lineage, words))
        data = page_data(lineage, words)
        return page_document(self.title, counts, figures, data, numbers, words, colorings, **self._start)

    def _found(self) -> tuple[Finding, ...]:
        return self._parts[0].contents.look(LIGHT, self._icons).findings

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
        return contents.layout(page)
    width, _ = page_size(page) if isinstance(page, str) else page
    return contents.layout((width * (count / _MOST) ** 0.5, None), _TYPE)


def _counts(lineage: Lineage, words: Words) -> Iterator[str]:
    yield counted_models(lineage.models, words)
    yield words.count(len(lineage.derivations), "{count} derivation", "{count} derivations")
    yield words.count(len(lineage.organizations), "{count} organization", "{count} organizations")
    years = [model.released.year for model in lineage.models if model.released]
    if years:
        yield f"{years[0]}–{years[-1]}" if years[0] < years[-1] else f"{years[0]}"


# What a page knows of a lineage

# The facts that it writes out as they are; of all others it has its own way.
_ROWS = ("license", "sizes", "training data", "domain", "architecture")


def page_data(lineage: Lineage, words: Words = ENGLISH) -> dict[str, object]:
    """All that a page knows of a lineage, of plain lists, dictionaries, strings and numbers.

    Models, organizations, families and relations go by their indexes in the lists here.

    - ``models``: in date order, each a dictionary: ``i`` id, ``n`` name, ``a`` other names, ``k`` kind unless it is a
      model, ``d`` date, ``o`` organizations, ``w`` openness, ``c`` access, ``m`` domain, ``y`` further facts as label
      and text, ``f`` families, the primary one first, ``u`` links as kind and address, ``e`` references, ``x`` note,
      ``p`` corrections as field, what was printed, source, reason and references, ``l`` whether all licenses that reach
      it allow commercial use, and these: name, ancestor, what passes on, and 1 if its own does not carry it on, else 0.
    - ``steps``: each derivation as parent, child, relation, and where there are any, references and a note.
    - ``organizations``: each a name, and where there is one, an address.
    - ``families``: the indexes of the models that they are called by, the largest family first, if of two or more.
    - ``relations``: each a word, what passes on by it, and its name; what is unspecified goes with ideas.
    """
    indexes = {model.id: index for index, model in enumerate(lineage.models)}
    organizations = {id: index for index, id in enumerate(lineage.organizations)}
    families = [family for family in lineage.families() if family.size > 1]
    # The primary one first.
    belongs = {id: [number] for number, family in enumerate(families) for id in family.primary}
    for number, family in enumerate(families):
        for id in frozenset(family.members).difference(family.primary):
            belongs.setdefault(id, []).append(number)
    relations = list(Relation)
    report = licenses(lineage)
    return {
        "models": [
            _model(model, organizations, belongs.get(model.id, []), report[model.id], indexes)
            for model in lineage.models
        ],
        "steps": [_edge(edge, indexes, relations) for edge in lineage.derivations],
        "organizations": [_trimmed([printable(record.name), record.url]) for record in lineage.organizations.values()],
        "families": [indexes[str(family.key)] for family in families],
        "relations": [
            [str(relation), relation.passes or "ideas", words(RELATION_WORDS[relation])] for relation in relations
        ],
    }


def _along(record: ModelLicense, indexes: Mapping[str, int]) -> list[object] | None:
    """Whether all the licenses that reach a model allow commercial use, and each with its origin."""
    rows = [
        [printable(terms.name), indexes[terms.origin], terms.passes, int(bool(terms.lost))]
        for terms in record.inherited
        if terms.origin in indexes
    ]
    return [record.commercial, rows] if rows else None


def _model(
    model: Model, organizations: dict[str, int], families: list[int], record: ModelLicense, indexes: dict[str, int]
) -> dict[str, object]:
    known = {
        "i": model.id,
        "n": printable(model.name),
        "a": list(map(printable, model.aliases)),
        "k": None if model.kind == "model" else str(model.kind),
        "d": str(model.released) if model.released else None,
        "o": [organizations[id] for id in model.organizations],
        "w": model.openness and str(model.openness),
        "c": model.access and str(model.access),
        "m": model.domain and str(model.domain),
        "y": [[label, printable(", ".join(texts))] for label, texts in model_facts(model) if label in _ROWS],
        "l": _along(record, indexes),
        "f": families,
        "u": [[kind, address] for kind, address in model.links if address],
        "e": list(map(str, model.references)),
        "x": model.note and printable(model.note),
        "p": [_correction(correction) for correction in model.corrections],
    }
    return {key: value for key, value in known.items() if value not in (None, [])}


def _correction(correction: Correction) -> list[object]:
    return _trimmed([
        correction.field, printable(correction.printed), correction.source, printable(correction.reason),
        list(map(str, correction.references)),
    ])  # fmt: skip


def _edge(edge: Derivation, indexes: dict[str, int], relations: list[Relation]) -> list[object]:
    return _trimmed([
        indexes[edge.parent], indexes[edge.child], relations.index(edge.relation), list(map(str, edge.references)),
        edge.note and printable(edge.note),
    ])  # fmt: skip


def _trimmed(row: list[object]) -> list[object]:
    """A row without what is empty at its end."""
    while row and row[-1] in (None, []):
        row.pop()
    return row
