"""The family tree: every model at its date on an exact axis, branching off what it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from modeltree._util.arguments import checked
from modeltree._util.text import printable
from modeltree.draw.fonts import measure
from modeltree.draw.style import Look, Style
from modeltree.draw.theme import Paint, Theme, faint
from modeltree.figures.coloring import ColorBy
from modeltree.figures.contents import (
    Captions,
    Contents,
    check_count,
    count_kinds,
    counted_models,
    left_out,
    listed,
    look_of,
    split_by_kind,
    title_of,
)
from modeltree.figures.drawing import (
    IconFolder,
    LayoutDrawing,
    PageSize,
    ThemeName,
    check_word,
    page_points,
    theme_named,
)
from modeltree.figures.genealogy import Collapse, Genealogy, genealogy_of
from modeltree.findings import LayoutError
from modeltree.layout.family_tree.tree import Direction, TreeItem
from modeltree.layout.family_tree.tree import family_tree as placed_tree
from modeltree.layout.geometry import Layout
from modeltree.layout.title_block import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import Model, Relation, Relations

__all__ = [
    "RELATION_WORDS", "TreeContents", "family_tree", "family_tree_layout", "tree_contents", "tree_drawing",
    "tree_look_of",
]  # fmt: skip

RELATION_WORDS = {
    Relation.CONTINUED_PRETRAINING: "continued pretraining",
    Relation.FINETUNE: "fine-tuning",
    Relation.ADAPTER: "adapter",
    Relation.QUANTIZED: "quantization",
    Relation.PRUNING: "pruning",
    Relation.MERGE: "merge",
    Relation.COMPONENT: "component",
    Relation.DISTILLATION: "distillation",
    Relation.SUCCESSOR: "successor, trained afresh",
    Relation.REPLICATION: "replication",
    Relation.ARCHITECTURE: "architecture",
    Relation.APPLICATION: "application",
    Relation.DATA: "training data",
    Relation.GENERATED: "generated data",
    Relation.UNSPECIFIED: "relation not stated",
}
"""What a legend calls each relation."""


@checked
def family_tree(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
    applications: bool = False,
    datasets: bool = False,
    relations: Relations = None,
    collapse: Collapse | str | None = None,
    color_by: ColorBy = "openness",
    highlight: str | None = None,
    outline: str | None = None,
    theme: Theme | ThemeName = "light",
    icon_dir: IconFolder = None,
) -> LayoutDrawing:
    """The family tree: every model at its date on an exact axis, branching off what it was made from.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title, page, font_size : optional
        As for `modeltree.evolution`.
    direction : {"right", "down"}
        Where time runs to.
    applications, datasets : bool
        Whether products and data sets are drawn beside models; the footnote counts what is left out.
    relations : optional
        The derivations to go by; by default all.
    collapse : Collapse or str, optional
        Which branches are folded into one node: a `Collapse`, or words such as ``"smaller=5,quantized,depth=3"``.
    color_by, highlight, outline, theme, icon_dir : optional
        As for `modeltree.evolution`.

    Returns
    -------
    LayoutDrawing
        It is laid out when it is first saved, shown, or asked for its ``layout``.

    Raises
    ------
    LayoutError
        When no model has a date, nor kin that has one, or more than 5,000 would be shown; and, when it is laid out,
        when the models do not fit on the page in type of any size.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> lineage = modeltree.datasets.load("survey").clade("llama")
    >>> drawing = modeltree.family_tree(lineage, title="LLaMA")
    >>> drawing.save("llama.svg")  # doctest: +SKIP
    """
    contents = tree_contents(
        lineage,
        title=title,
        applications=applications,
        datasets=datasets,
        relations=relations,
        collapse=collapse,
        color_by=color_by,
        highlight=highlight,
        outline=outline,
    )
    return tree_drawing("family tree", contents, page, font_size, direction, theme, icon_dir)


def tree_drawing(
    kind: str,
    contents: TreeContents,
    page: PageSize | None,
    font_size: float | None,
    direction: Direction,
    theme: Theme | ThemeName,
    icon_dir: IconFolder,
) -> LayoutDrawing:
    """A drawing of what a family tree shows."""
    check_word("direction", direction, Direction)
    lay_out = partial(family_tree_layout, contents, font_size=font_size, direction=direction)
    look = partial(tree_look_of, contents, theme_named(theme), icon_dir)
    return LayoutDrawing(kind, contents.summary, lay_out, look, page, font_size)


@dataclass(frozen=True, slots=True)
class TreeContents(Contents):
    """What a family tree shows of a lineage; the ``genealogy`` says what is drawn, and what hangs from what."""

    genealogy: Genealogy

    @property
    def items(self) -> list[TreeItem]:
        """What is to be laid out."""
        return [
            TreeItem(
                entry.id,
                printable(entry.label),
                entry.at,
                () if entry.folded else entry.models[0].organizations,
                entry.parent,
                entry.relation,
                tuple((node, str(relation)) for node, relation in entry.further),
            )
            for entry in self.genealogy.entries
        ]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        description = (
            f"A family tree of {counted_models(self.lineage.models)} along an axis of time: each is a box with its "
            "name that begins at its date, and lines lead from each to what was made from it."
        )
        return self.title_block.title or "Family tree", " ".join([description, *self.title_block.footnote])


def tree_contents(
    lineage: Lineage,
    *,
    title: str | None = None,
    applications: bool = False,
    datasets: bool = False,
    relations: Relations = None,
    collapse: Collapse | str | None = None,
    color_by: ColorBy = "openness",
    highlight: str | None = None,
    outline: str | None = None,
    genealogy: Genealogy | None = None,
    note: str = "",
) -> TreeContents:
    """What the options of `family_tree` choose, or a genealogy; a LayoutError where there is nothing to draw."""
    rule = Collapse.parse(collapse) if isinstance(collapse, str) else collapse
    drawing = "a family tree"
    # Whether folding leaves few enough is known when it is done.
    wanted, others = split_by_kind(lineage, applications, datasets, "" if rule or genealogy else drawing)
    if others:
        lineage = lineage.subgraph([model.id for model in wanted])
    genealogy = genealogy or genealogy_of(lineage, relations, rule)
    check_count(len(genealogy.entries), drawing)
    if not genealogy.entries:
        raise LayoutError("there is nothing to draw: no model has a date, nor kin that has one")
    single = tuple(entry.models[0] for entry in genealogy.entries if not entry.folded)
    captions = Captions(lineage, single)
    captions.notes += filter(None, [note])
    strong = captions.highlighted(highlight)
    outlined = captions.outlined(outline)
    groups = captions.grouped(color_by)
    title_block = TitleBlock(
        title=title_of(lineage, title),
        legend=(*groups.legend, *captions.legend, *_legend(genealogy)),
        footnote=tuple(_footnote(lineage, genealogy, others, captions.notes)),
    )
    return TreeContents(lineage, single, groups, strong, outlined, title_block, genealogy)


def family_tree_layout(
    contents: TreeContents,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
) -> Layout:
    """The layout of a family tree on a page."""
    size, trim = page_points(page, font_size)
    return placed_tree(
        contents.items,
        measure,
        page=size,
        trim=trim,
        font_size=font_size,
        direction=direction,
        title_block=contents.title_block,
    )


def tree_look_of(contents: TreeContents, theme: Theme, icon_dir: IconFolder) -> Look:
    """How everything in a family tree looks: as `look_of`, and nodes that stand for several or have no date."""
    look = look_of(contents, theme, icon_dir)
    folded = Style(Paint(theme.panel, theme.quiet, theme.ink), theme.edge_width)
    inferred = Style(theme.none, theme.edge_width, dashed=True)
    labels = dict(look.labels)
    for entry in contents.genealogy.entries:
        if entry.folded:
            recedes, name = contents.strong is not None, printable(entry.label)
            paint = faint(folded.paint, theme) if recedes else folded.paint
            labels[entry.id] = replace(folded, paint=paint, name=name, faint=recedes)
        elif entry.inferred:
            style = labels[entry.id]
            name = f"{style.name}, date inferred"
            labels[entry.id] = replace(style, name=name, dashed=True, width=max(style.width, theme.edge_width))
    return replace(look, labels=labels, swatches={**look.swatches, "folded": folded, "inferred": inferred})


def _legend(genealogy: Genealogy) -> Iterator[tuple[str, str]]:
    """The relations that occur, and the kinds of nodes."""
    entries = genealogy.entries
    occurring = {entry.relation for entry in entries if entry.relation}
    occurring |= {relation for entry in entries for _, relation in entry.further}
    yield from ((f"link:{relation}", words) for relation, words in RELATION_WORDS.items() if relation in occurring)
    if any(entry.inferred for entry in entries):
        yield "inferred", "date inferred"
    if any(entry.folded for entry in entries):
        yield "folded", "several models, folded"


def _footnote(lineage: Lineage, genealogy: Genealogy, others: Sequence[Model], notes: Sequence[str]) -> Iterator[str]:
    entries = genealogy.entries
    drawn = [model for entry in entries for model in entry.models]
    parts = [f"Drawn: {counted_models(drawn)}."]
    if unlisted := sum(entry.unlisted for entry in entries):
        several = sum(entry.unlisted > 0 for entry in entries)
        parts.append(f"{unlisted:,} more are counted in {several:,} folded {'branches' if several > 1 else 'branch'}.")
    if folded := [entry for entry in entries if len(entry.models) > 1]:
        several = sum(len(entry.models) for entry in folded)
        within = f"{genealogy.hidden:,} derivation{'s' if genealogy.hidden != 1 else ''}"
        parts.append(f"{several:,} of them are folded into {len(folded):,}, with {within}.")
    if any(entry.parent is not None for entry in entries):
        parts.append("Each branches off its primary parent, at its date on an exact axis.")
    if further := sum(len(entry.further) for entry in entries):
        parts.append(f"Lines with a head: {further:,} further {'parent' if further == 1 else 'parents'}.")
    if any(_vague(model) for model in drawn):
        parts.append("A date known only to the month or year stands at its middle, or nearer where its kin ask for it.")
    if genealogy.against_time:
        pairs = (f"{lineage[edge.child].name} from {lineage[edge.parent].name}" for edge in genealogy.against_time)
        parts.append(f"Made from what is dated later: {listed(pairs)}.")
    parts += left_out(count_kinds(others))
    if lineage.about.date:
        parts.append(f"Data as of {lineage.about.date}.")
    yield " ".join([*parts, *notes])
    if inferred := [entry for entry in entries if entry.inferred]:
        yield (
            "No date is known of these; they stand between their parents and children, or beside the only ones: "
            f"{listed(entry.label for entry in inferred)}."
        )
    if genealogy.undated:
        yield f"Left out because no date is known of them or their kin: {listed(m.name for m in genealogy.undated)}."


def _vague(model: Model) -> bool:
    return model.released is not None and model.released.day is None
