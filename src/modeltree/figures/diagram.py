"""The diagram: a lineage in DOT, for Graphviz, with a box for each model and an arrow for each derivation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

from modeltree._util.arguments import checked
from modeltree._util.html import block
from modeltree._util.languages import Language
from modeltree.draw.display import Style
from modeltree.draw.dot import Cluster, Diagram, Direction, DotArrow, Node, Rank, digraph, rendered
from modeltree.draw.fonts import INTER, FontChoice, Typeface
from modeltree.draw.theme import Theme
from modeltree.figures.coloring import ColorBy, groups_of
from modeltree.figures.contents import accessible_name, count_kinds, left_out, main_address, split_by_kind, title_of
from modeltree.figures.drawing import Drawing, LegendChoice, Lettering, ThemeName, check_word, svg_image, theme_named
from modeltree.figures.family_tree import RELATION_WORDS
from modeltree.findings import MissingExtraError
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Relation, Relations, relation_set

if TYPE_CHECKING:
    import graphviz

__all__ = ["ClusterBy", "DiagramDrawing", "RankBy", "diagram"]

ClusterBy = Literal["family", "organization"]
"""What is drawn on a ground of its own."""
RankBy = Literal["year", "step"]
"""What is level: all models of a year, or those of a year that are as many steps into it."""


@checked
def diagram(
    lineage: Lineage,
    *,
    cluster: ClusterBy | None = "family",
    rank: RankBy | None = "year",
    relations: Relations = None,
    color_by: ColorBy = "openness",
    title: str | None = None,
    direction: Direction = "LR",
    legend: LegendChoice = True,
    datasets: bool = False,
    theme: Theme | ThemeName = "light",
    font: FontChoice = None,
    language: Language = "en",
    footnote: str | None = None,
) -> DiagramDrawing:
    """A lineage in DOT, the language of Graphviz: a box for each model, an arrow for each derivation.

    Node names are ids, as `modeltree.draw.dot.node_name` writes them. Boxes and arrows have tooltips, and links to
    where one can read about them.

    Parameters
    ----------
    lineage : Lineage
        What to draw; models without a date, too.
    cluster : {"family", "organization"}, optional
        What is drawn on a ground of its own: models of the same family, or of the same organization, each by the one
        that it belongs to primarily. Where it is one model only, it has none.
    rank : {"year", "step"}, optional
        What is level, beside a timeline: with ``"year"`` all models of a year; with ``"step"`` those of a year that
        are as many steps of descent within that year from others, so that no arrow joins what is level. With None it
        is descent alone that decides.
    relations : optional
        The derivations that are drawn; by default all.
    color_by : {"openness", "family", "organization", "domain", "license", "effective-license"} or callable
        What color says, as in `modeltree.evolution`.
    title : str, optional
        By default that of the lineage; none where it is empty.
    direction : {"LR", "TB"}
        Whether time runs from left to right or from top to bottom.
    legend : bool or dict of str
        Whether it is said what colors and lines mean; as for `modeltree.evolution`.
    datasets : bool
        Whether data sets are drawn; else the title counts those that are left out.
    theme : {"light", "dark", "print", "colorblind"} or Theme
        How it looks.
    font, language : optional
        As for `modeltree.evolution`.
    footnote : str, optional
        What stands below the title instead of its notes; ``""`` for nothing.

    Returns
    -------
    DiagramDrawing
        Its ``source`` is the DOT. Saved as SVG, PDF or PNG it is drawn by the program ``dot`` where that is on the
        PATH, else by pygraphviz, which the extra ``graphviz`` brings and which needs no other program.

    Raises
    ------
    ValueError
        When one of the words is none of these, or there are more than 10,000 models.

    Examples
    --------
    >>> import modeltree
    >>> diagram = modeltree.diagram(modeltree.datasets.load("survey").clade("BLOOM"), relations="weights")
    >>> print(diagram.source.splitlines()[-1])
    }
    """
    check_word("cluster", cluster, ClusterBy, optional=True)
    check_word("rank", rank, RankBy, optional=True)
    check_word("direction", direction, Direction)
    theme = theme_named(theme)
    chosen = relation_set(relations)
    name = title_of(lineage, title) or ""
    drawn, others = split_by_kind(lineage, True, datasets, "a diagram")
    if others:
        lineage = lineage.subgraph([model.id for model in drawn])
    edges = [edge for edge in lineage.derivations if edge.relation in chosen]
    lettering = Lettering.of(language, font, footnote, legend)
    words = lettering.words
    groups = groups_of(lineage, lineage.models, color_by, words)
    paints = groups.paints(theme)
    ranks = tuple(_ranks(lineage, edges, rank))
    levels = {id: index for index, level in enumerate(ranks) for id in level.members}
    occurring = {edge.relation for edge in edges}
    links = ((f"link:{each}", words(RELATION_WORDS[each])) for each in Relation if each in occurring)
    block = lettering.title_block(name, (*groups.legend, *links), left_out(words, count_kinds(others)))

    def style(model: Model) -> Style:
        paint = groups.paint(model.id, theme, paints)
        return Style(paint, theme.edge_width, accessible_name(lineage, model), main_address(model))

    content = Diagram(
        title=name,
        note=words.sentences(block.footnote),
        nodes=tuple(Node(model.id, model.name, style(model)) for model in lineage.models),
        arrows=tuple(_arrow(lineage, edge, levels) for edge in edges),
        clusters=tuple(_clusters(lineage, cluster)),
        ranks=ranks,
        legend=tuple((text, Style(paints[key], theme.edge_width)) for key, text in block.legend if key in paints),
        links=tuple((key.removeprefix("link:"), text) for key, text in block.legend if key.startswith("link:")),
        typeface=lettering.typeface,
    )
    return DiagramDrawing(digraph(content, theme, direction), name, lettering.typeface)


class DiagramDrawing(Drawing):
    """A drawing by Graphviz, of a ``graphviz.Digraph``."""

    suffixes = (".svg", ".pdf", ".png", ".dot", ".gv")

    def __init__(self, digraph: graphviz.Digraph, title: str, typeface: Typeface = INTER) -> None:
        super().__init__("diagram", title, "")
        self.digraph, self._typeface = digraph, typeface

    @property
    def source(self) -> str:
        """The DOT."""
        return str(self.digraph.source)

    def _content(self, kind: str, dpi: float) -> str | bytes:
        if kind in ("dot", "gv"):
            return self.source
        sized = self.digraph.copy()
        if kind == "png":
            sized.graph_attr["dpi"] = f"{dpi:g}"
        return rendered(sized.source, kind, self._typeface)

    def _repr_html_(self) -> str:
        try:
            return svg_image(rendered(self.source, "svg", self._typeface), self.title or "A diagram")
        except MissingExtraError as missing:
            return block([f'<p class="quiet">{escape(str(missing))}</p><pre>{escape(self.source)}</pre>'])


def _arrow(lineage: Lineage, edge: Derivation, levels: dict[str, int]) -> DotArrow:
    lines = [f"{lineage[edge.parent].name} → {lineage[edge.child].name}: {edge.relation}"]
    lines += [edge.note] if edge.note else []
    lines += edge.references
    url = edge.references[0].url if edge.references else None
    # A child that is no later than its parent, by their dates, cannot be placed after it.
    before, after = levels.get(edge.parent), levels.get(edge.child)
    ranked = before is None or after is None or before < after
    return DotArrow(edge.parent, edge.child, edge.relation, "\n".join(lines), url, ranked)


def _clusters(lineage: Lineage, by: ClusterBy | None) -> Iterator[Cluster]:
    if by is None:
        return
    for family in lineage.families("base" if by == "family" else "organization"):
        if len(family.primary) > 1 and family.key is not None:
            yield Cluster(family.name, family.primary)


def _ranks(lineage: Lineage, edges: Sequence[Derivation], by: RankBy | None) -> Iterator[Rank]:
    """The dated models, level by level."""
    if by is None:
        return
    for period in lineage.timeline("year"):
        if period.date is None:
            continue
        within = _depths_within(period.ids, edges) if by == "step" else dict.fromkeys(period.ids, 0)
        for step in range(max(within.values()) + 1):
            caption = str(period.date) if step == 0 else None
            yield Rank(caption, tuple(id for id in period.ids if within[id] == step))


def _depths_within(ids: Sequence[str], edges: Sequence[Derivation]) -> dict[str, int]:
    """For each model the steps of the longest descent to it from another, through nothing but some models."""
    parents: dict[str, list[str]] = {id: [] for id in ids}
    for edge in edges:
        if edge.parent in parents and edge.child in parents:
            parents[edge.child].append(edge.parent)
    depth: dict[str, int] = {}
    waiting = list(ids)
    while waiting:
        id = waiting[-1]
        missing = [parent for parent in parents[id] if parent not in depth]
        if missing:
            waiting += missing
        else:
            depth[waiting.pop()] = max((depth[parent] + 1 for parent in parents[id]), default=0)
    return depth
