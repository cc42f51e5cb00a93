"""What figures of very many models show of a lineage, by which rule, and the words that say so.

All is counted on arrays, and records are made of none but the models that are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy

from modeltree.figures.contents import title_of
from modeltree.figures.folding import Abridgement, Branches
from modeltree.figures.tree_contents import RELATION_WORDS
from modeltree.findings import LayoutError
from modeltree.graph.families import primary_parents
from modeltree.graph.selection import Conditions, Date
from modeltree.graph.tallies import (
    Fold,
    PeriodCounts,
    branch_sizes,
    counts_per_period,
    depths_by_size,
    folds_below,
    largest_branches,
    primary_relations,
    roots_and_depths,
    sizes_and_depths,
    survivors,
)
from modeltree.layout.growth_chart import GrowthTable
from modeltree.layout.size_chart import DepthBox, SizeTable
from modeltree.layout.title_block import Furniture
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, Grain, Kind, PartialDate, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAMED_RELATIONS", "abridged_families", "growth_contents", "size_contents"]

NAMED_RELATIONS = tuple(Relation)[:10]
"""The relations that have a color and a name of their own; all others are one."""

_KINDS = tuple(Relation)
_NONE, _OTHERS = "no parent known", "other relations"
_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
_NAMED_FAMILIES = 10
# Of a family there are so many folds at the most, and branches of at least this share of it; one of so few models is
# not folded.
_MOST_FOLDS, _LEAST_BRANCH, _WHOLE = 5, 0.01, 8
_FOLDED = {
    Relation.CONTINUED_PRETRAINING: "pretrained further",
    Relation.FINETUNE: "fine-tuned",
    Relation.ADAPTER: "adapters",
    Relation.QUANTIZED: "quantized",
    Relation.PRUNING: "pruned",
    Relation.MERGE: "merged",
    Relation.COMPONENT: "as a component",
    Relation.DISTILLATION: "distilled",
}


# Growth


def growth_contents(
    lineage: Lineage, title: str | None, grain: Grain, since: Date | None, until: Date | None
) -> tuple[GrowthTable, Furniture]:
    """What `modeltree.figures.overviews.growth_figure` shows.

    Raises
    ------
    LayoutError
        When no model has a date that tells its period.
    ValueError
        When the grain is none that growth is counted by.
    """
    nodes, steps = lineage._nodes, lineage._steps
    models = _meeting(nodes, kind=Kind.MODEL)
    within = models if since is until is None else models & _meeting(nodes, since=since, until=until)
    sorts = primary_relations(numpy.asarray(steps.child), numpy.asarray(steps.relation), len(lineage)) + 1
    counted = counts_per_period(nodes.dates[within], sorts[within], len(_KINDS) + 1, grain)
    if not len(counted.counts):
        raise LayoutError(f"there is nothing to draw: no model has a date that tells its {grain}")
    named = len(NAMED_RELATIONS) + 1
    counts = numpy.hstack([counted.counts[:, :named], counted.counts[:, named:].sum(axis=1, keepdims=True)])
    keys = ["none", *map(str, NAMED_RELATIONS), "other"]
    names = [_NONE, *(RELATION_WORDS[relation] for relation in NAMED_RELATIONS), _OTHERS]
    occurring = numpy.flatnonzero(counts.sum(axis=0)).tolist()
    table = GrowthTable(
        grain=grain,
        first=counted.first,
        sorts=tuple((keys[sort], names[sort]) for sort in occurring),
        counts=counts[:, occurring].tolist(),
        incomplete=_incomplete(counted, grain, lineage.about.date, until),
        since=None if since is None else str(PartialDate.parse(since)),
    )
    undated = int((nodes.dates[models] == 0).sum())
    outside = int(models.sum()) - int(within.sum()) - (undated if within is not models else 0)
    footnote = _growth_footnote(lineage, table, undated, counted.vague, outside)
    return table, Furniture(title_of(lineage, title), (), (" ".join(footnote),))


def _growth_footnote(lineage: Lineage, table: GrowthTable, undated: int, vague: int, outside: int) -> Iterator[str]:
    total = sum(map(sum, table.counts))
    yield f"Counted: {_several(total, 'model')}, each once, in the {table.grain} of its date and by how it was made"
    yield "from its primary parent."
    if table.incomplete:
        yield f"The last {table.grain} is not complete, and pale."
    left_out = [
        f"models without a date ({undated:,})" if undated else "",
        f"models whose date does not tell the {table.grain} ({vague:,})" if vague else "",
        f"models that are not within the time shown ({outside:,})" if outside else "",
        *_other_kinds(lineage),
    ]
    if any(left_out):
        yield f"Left out: {', '.join(filter(None, left_out))}."
    if lineage.about.date:
        yield f"Data as of {lineage.about.date}."


def _incomplete(counted: PeriodCounts, grain: Grain, date: PartialDate | None, until: Date | None) -> bool:
    """Whether the data end within the last period."""
    per_year = _PER_YEAR[grain]
    last = counted.first + len(counted.counts)  # the period after it
    following = PartialDate(last // per_year, last % per_year * 12 // per_year + 1).lower
    ends = [date.lower] if date else []
    ends += [PartialDate.parse(until).upper] if until is not None else []
    return any((following - end).days > 1 for end in ends)


# Sizes of families


def size_contents(lineage: Lineage, title: str | None, by: Literal["base", "component"]) -> tuple[SizeTable, Furniture]:
    """What `modeltree.figures.overviews.family_size_figure` shows.

    Raises
    ------
    LayoutError
        When no family has two models.
    ValueError
        When families are not grouped so.
    """
    if by not in ("base", "component"):
        raise ValueError(f"no families by {by!r}: say 'base' or 'component'")
    if by == "base":
        labels, depths = roots_and_depths(_Forest.of(lineage).parent)
    else:
        labels, depths = lineage.family_labels("component"), lineage.depths("weights")
    models = _meeting(lineage._nodes, kind=Kind.MODEL)
    heads, sizes, deepest = sizes_and_depths(labels[models], depths[models])
    if not len(sizes) or sizes[0] < 2:
        raise LayoutError("there is nothing to draw: no two models are of one family")
    values, counts = survivors(sizes)
    name = lineage._nodes.name
    table = SizeTable(
        survivors=tuple(zip(values.tolist(), counts.tolist(), strict=True)),
        boxes=tuple(DepthBox(*found[:3], found[3:]) for found in depths_by_size(sizes, deepest)),
        largest=tuple(
            (name(head), size)
            for head, size in zip(heads[:_NAMED_FAMILIES].tolist(), sizes[:_NAMED_FAMILIES].tolist(), strict=True)
            if size > 1
        ),
    )
    return table, Furniture(title_of(lineage, title), (), (" ".join(_size_footnote(lineage, sizes, by)),))


def _size_footnote(lineage: Lineage, sizes: NDArray[Any], by: str) -> Iterator[str]:
    yield f"Counted: {_several(int(sizes.sum()), 'model')} in {_several(len(sizes), 'family', 'families')}."
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
    if left_out := list(_other_kinds(lineage)):
        yield f"Left out: {', '.join(left_out)}."
    if lineage.about.date:
        yield f"Data as of {lineage.about.date}."


# The largest families


@dataclass(frozen=True, slots=True, eq=False)
class _Forest:
    """Each model with its primary parent by relations that pass weights on, and the relation to it; or -1 and -1."""

    parent: NDArray[Any]
    relation: NDArray[Any]

    @classmethod
    def of(cls, lineage: Lineage) -> _Forest:
        steps, dates = lineage._steps, lineage._nodes.dates
        models = _meeting(lineage._nodes, kind=Kind.MODEL)
        passes = numpy.array([relation in WEIGHTS for relation in _KINDS])[steps.relation]
        passes &= models[steps.parent] & models[steps.child]
        parent, child, relation = (column[passes] for column in (steps.parent, steps.child, steps.relation))
        return cls(primary_parents(parent, child, relation, dates), primary_relations(child, relation, len(dates)))


def abridged_families(lineage: Lineage, count: int, branches: int) -> tuple[Lineage, Abridgement]:
    """The largest families as a lineage of few models, and how many models that leaves to be counted.

    Of each family there are the first model and those that begin its largest branches.

    Parameters
    ----------
    lineage : Lineage
        All of it.
    count, branches : int
        How many families, and how many branches of each, at the most.

    Raises
    ------
    LayoutError
        When no family has two models.
    """
    forest, dates = _Forest.of(lineage), lineage._nodes.dates
    roots, depths = roots_and_depths(forest.parent)
    sizes = branch_sizes(forest.parent, depths)
    models = _meeting(lineage._nodes, kind=Kind.MODEL)
    heads, whole, _ = sizes_and_depths(roots[models], depths[models])
    chosen = heads[:count][whole[:count] > 1].tolist()
    if not chosen:
        raise LayoutError("there is nothing to draw: no two models are of one family")
    shown: list[int] = []
    for head in chosen:
        members = numpy.flatnonzero(roots == head)
        few = len(members) <= _WHOLE
        shown += members.tolist() if few else largest_branches(members, sizes, branches, _LEAST_BRANCH * len(members))
    folds = folds_below(shown, forest.parent, forest.relation, sizes, dates, dict.fromkeys(chosen, _MOST_FOLDS))
    single = [fold.node for fold in folds if fold.models == 1]
    ids, name = lineage.ids, lineage._nodes.name
    labels = {ids[node]: f"{name(node)} · {sizes[node]:,}" for node in shown if sizes[node] > 1}
    part = lineage.subgraph([ids[node] for node in (*shown, *single)])
    said = _abridged_note(len(chosen), len(heads), int(whole[: len(chosen)].sum()), int(models.sum()), branches)
    kept = tuple(_branches(ids, fold) for fold in folds if fold.models > 1)
    return part, Abridgement(kept, labels, " ".join(said), frozenset(ids[head] for head in chosen))


def _branches(ids: Sequence[str], fold: Fold) -> Branches:
    """A fold, in words."""
    relations = [_KINDS[place] for place in fold.relations]
    words = ", ".join(_FOLDED[relation] for relation in relations)
    label = f"{words}: {fold.models:,}" if len(relations) < 3 else f"{fold.models:,} more"
    date = PartialDate.of_number(fold.date) if fold.date else None
    return Branches(ids[fold.parent], relations[0], label, fold.models, date)


def _abridged_note(families: int, of_families: int, models: int, of_models: int, branches: int) -> Iterator[str]:
    largest = "The largest family" if families == 1 else f"The {families:,} largest families"
    yield f"{largest} of {of_families:,}, with {models:,} of {_several(of_models, 'model')}:"
    yield "a number counts all that branch off a model, and itself. Of each family there are the first model and at"
    yield f"most {_several(branches, 'large branch', 'large branches')}; what else branches off the first model is"
    yield "folded by the relation that it begins with, at the date of the first."


# Words


def _meeting(nodes: Any, kind: Kind | None = None, since: Date | None = None, until: Date | None = None) -> Any:
    """Of each model, whether it is of a kind and of a time."""
    found = numpy.zeros(len(nodes), dtype=bool)
    found[nodes.meeting(Conditions.of(None, None, None, None, kind, since, until))] = True
    return found


def _other_kinds(lineage: Lineage) -> Iterator[str]:
    """What there is that is no model."""
    for kind, words in ((Kind.APPLICATION, "products that run on models"), (Kind.DATASET, "data sets")):
        if number := int(_meeting(lineage._nodes, kind=kind).sum()):
            yield f"{words} ({number:,})"


def _several(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
