"""The sizes of families: how many there are of at least each size, and how deep those of each size are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy

from modeltree._util.text import counted
from modeltree.draw.charts import DepthBox, SizeTable
from modeltree.draw.theme import Theme
from modeltree.figures.contents import title_of
from modeltree.figures.counting import models_meeting, other_kinds, weight_forest
from modeltree.figures.drawing import ChartDrawing, PageSize, ThemeName, check_word, theme_named
from modeltree.findings import LayoutError
from modeltree.graph.counts import depths_by_size, sizes_and_depths, survivors
from modeltree.layout.title_block import TitleBlock
from modeltree.records import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modeltree.lineage import Lineage

__all__ = ["FamilyGrouping", "family_sizes", "size_contents"]

FamilyGrouping = Literal["base", "component"]

_NAMED_FAMILIES = 10


def family_sizes(
    lineage: Lineage,
    *,
    by: FamilyGrouping = "base",
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    theme: Theme | ThemeName = "light",
) -> ChartDrawing:
    """How many families there are of at least each size, and how deep those of each size are, on logarithmic scales.

    Parameters
    ----------
    lineage : Lineage
        What to count: 2 million models take a second.
    by : {"base", "component"}
        As for `modeltree.Lineage.family_labels`: each model is in one family.
    title, page, font_size, theme : optional
        As for `modeltree.growth`.

    Returns
    -------
    ChartDrawing
        It is laid out when it is first saved or shown.

    Raises
    ------
    LayoutError
        When no two models are of one family; and, when it is laid out, when the page is too small.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.family_sizes(modeltree.datasets.load("survey"))
    >>> drawing.save("families.svg")  # doctest: +SKIP
    """
    check_word("by", by, FamilyGrouping)
    theme = theme_named(theme)
    table, title_block = size_contents(lineage, title, by)
    description = "The number of families of at least each size, and how deep they are."
    summary = (title_block.title or "Families", " ".join([description, *title_block.footnote]))
    return ChartDrawing("family sizes", table, title_block, theme, summary, page, font_size)


def size_contents(lineage: Lineage, title: str | None, by: FamilyGrouping) -> tuple[SizeTable, TitleBlock]:
    """What `family_sizes` shows; a LayoutError where no family has two models."""
    if by == "base":
        forest = weight_forest(lineage)
        labels, depths = forest.root, forest.depth
    else:
        labels, depths = lineage.family_labels("component"), lineage.depths("weights")
    models = models_meeting(lineage._nodes, kind=Kind.MODEL)
    heads, sizes, deepest = sizes_and_depths(labels[models], depths[models])
    if not len(sizes) or sizes[0] < 2:
        raise LayoutError("there is nothing to draw: no two models are of one family")
    values, counts = survivors(sizes)
    name = lineage._nodes.name
    table = SizeTable(
        survivors=tuple(zip(values.tolist(), counts.tolist(), strict=True)),
        boxes=tuple(DepthBox(*box[:3], box[3:]) for box in depths_by_size(sizes, deepest)),
        largest=tuple(
            (name(head), size)
            for head, size in zip(heads[:_NAMED_FAMILIES].tolist(), sizes[:_NAMED_FAMILIES].tolist(), strict=True)
            if size > 1
        ),
    )
    return table, TitleBlock(title_of(lineage, title), (), (" ".join(_size_footnote(lineage, sizes, by)),))


def _size_footnote(lineage: Lineage, sizes: NDArray[Any], by: str) -> Iterator[str]:
    yield f"Counted: {counted(int(sizes.sum()), 'model')} in {counted(len(sizes), 'family', 'families')}."
    if by == "base":
        yield "A family is a model without a parent and all those whose primary parents lead up to it, by relations"
        yield "that pass weights on; depth is counted along these."
    else:
        yield "A family is all models that are connected by relations that pass weights on, named after the first of"
        yield "them; depth is that of the longest descent."
    kin = sizes[sizes > 1]
    half = int(numpy.searchsorted(numpy.cumsum(kin), kin.sum() / 2)) + 1
    largest = "the largest family" if half == 1 else f"the {half:,} largest families"
    yield f"Of the {int(kin.sum()):,} that have kin, half are in {largest}."
    if left_out := list(other_kinds(lineage)):
        yield f"Left out: {', '.join(left_out)}."
    if lineage.about.date:
        yield f"Data as of {lineage.about.date}."
