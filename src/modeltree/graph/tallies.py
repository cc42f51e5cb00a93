"""Counts over whole lineages, on arrays: what became public when, how large and deep families are, where they branch.

Nodes are numbers from 0 to n - 1. The **primary parent** of each (see `modeltree.graph.families`), or -1, makes a
forest of them, in which every model is in one family: that of the root above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modeltree.records import Grain

    Numbers = NDArray[numpy.int64]

__all__ = [
    "DepthBin", "Fold", "PeriodCounts", "branch_sizes", "counts_per_period", "depths_by_size", "folds_below",
    "largest_branches", "primary_relations", "roots_and_depths", "sizes_and_depths", "survivors",
]  # fmt: skip

_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


def primary_relations(child: NDArray[Any], relation: NDArray[Any], count: int) -> Numbers:
    """For each of so many nodes the least of the relations by which it was made, which is that to its primary parent.

    Parameters
    ----------
    child, relation : array of int
        Of each derivation, its child and the place of its relation in `Relation`.
    count : int
        How many nodes there are.

    Returns
    -------
    array of int64
        -1 for those that are no child.
    """
    found = numpy.full(count, -1, dtype=numpy.int64)
    order = numpy.argsort(relation, kind="stable")[::-1]
    found[child[order]] = relation[order]  # the last to be written stays
    return found


@dataclass(frozen=True, slots=True, eq=False)
class PeriodCounts:
    """How many models of each sort became public in each period.

    Parameters
    ----------
    first : int
        The number of the first period: years, quarters or months since the year 0.
    counts : array of int64
        A row for each period from the first to the last that has any, a column for each sort.
    vague, undated : int
        How many models have a date that does not tell the period, and none.
    """

    first: int
    counts: Numbers
    vague: int
    undated: int


def counts_per_period(dates: NDArray[Any], sorts: NDArray[Any], number_of_sorts: int, grain: Grain) -> PeriodCounts:
    """Count models by period and sort.

    Parameters
    ----------
    dates : array of int
        As `modeltree.graph.columns.Columns` has them.
    sorts : array of int
        What each model is counted as.
    number_of_sorts : int
        They are below this.
    grain : {"year", "quarter", "month"}
        How long a period is.
    """
    if grain not in _PER_YEAR:
        raise ValueError(f"cannot count by {grain!r}: say {', '.join(map(repr, _PER_YEAR))}")
    per_year = _PER_YEAR[grain]
    dates = dates.astype(numpy.int64)
    year, month = dates // 10000, dates // 100 % 100
    known = (month > 0) if per_year > 1 else (dates > 0)
    undated = int((dates == 0).sum())
    if not known.any():
        return PeriodCounts(0, numpy.zeros((0, number_of_sorts), dtype=numpy.int64), len(dates) - undated, undated)
    number = (year * per_year + (month - 1) * per_year // 12 * (per_year > 1))[known]
    first = int(number.min())
    periods = int(number.max()) - first + 1
    cells = numpy.bincount((number - first) * number_of_sorts + sorts[known], minlength=periods * number_of_sorts)
    vague = len(dates) - undated - len(number)
    return PeriodCounts(first, cells.reshape(periods, number_of_sorts).astype(numpy.int64), vague, undated)


def roots_and_depths(primary: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The root above each node of a forest, and how many steps it is away.

    Each round doubles how far every node has looked up, so that there are as many as the deepest node's depth has
    binary digits.

    Parameters
    ----------
    primary : array of int
        The parent of each node, -1 for roots. None descends from itself.
    """
    nodes = numpy.arange(len(primary))
    top = numpy.where(primary >= 0, primary, nodes).astype(numpy.int64)
    depths = (primary >= 0).astype(numpy.int64)
    while True:
        further = top[top]
        if numpy.array_equal(further, top):
            return top, depths
        depths += depths[top]
        top = further


def branch_sizes(primary: NDArray[Any], depths: NDArray[Any]) -> Numbers:
    """How many nodes of a forest each has below it, itself included.

    Parameters
    ----------
    primary : array of int
        The parent of each node, -1 for roots.
    depths : array of int
        How many steps each is below its root.
    """
    sizes = numpy.ones(len(primary), dtype=numpy.int64)
    below = numpy.flatnonzero(depths)
    deepest_first = below[numpy.argsort(depths[below], kind="stable")[::-1]]
    bounds = numpy.flatnonzero(numpy.diff(depths[deepest_first])) + 1
    for level in numpy.split(deepest_first, bounds):
        numpy.add.at(sizes, primary[level], sizes[level])
    return sizes


def sizes_and_depths(labels: NDArray[Any], depths: NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """The families, largest first, then by label: the label of each, its size, and the greatest depth in it.

    Parameters
    ----------
    labels : array of int
        The family of each model, a number of 0 or more.
    depths : array of int
        The depth of each model.
    """
    sizes = numpy.bincount(labels)
    deepest = numpy.zeros(len(sizes), dtype=numpy.int64)
    numpy.maximum.at(deepest, labels, depths)
    heads = numpy.flatnonzero(sizes)
    heads = heads[numpy.lexsort((heads, -sizes[heads]))]
    return heads, sizes[heads].astype(numpy.int64), deepest[heads]


def survivors(sizes: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The sizes that occur, ascending, and how many are at least as large as each."""
    values, counts = numpy.unique(sizes, return_counts=True)
    return values.astype(numpy.int64), counts[::-1].cumsum()[::-1].astype(numpy.int64)


class DepthBin(NamedTuple):
    """The depths of families of about one size: from ``low`` up to, but without, ``high`` models."""

    low: int
    high: int
    families: int
    least: int
    lower_quartile: int
    median: int
    upper_quartile: int
    greatest: int


def depths_by_size(sizes: NDArray[Any], depths: NDArray[Any]) -> list[DepthBin]:
    """What depths families have, for sizes from each power of two to the next; those of one model are left out.

    Quartiles and the median are depths that occur: of two in the middle, the lower one.
    """
    bins = []
    exponents = numpy.frexp(sizes.astype(float))[1] - 1
    for exponent in numpy.unique(exponents[exponents > 0]).tolist():
        found = numpy.sort(depths[exponents == exponent])
        quantiles = (int(found[(len(found) - 1) * quarter // 4]) for quarter in range(5))
        bins.append(DepthBin(2**exponent, 2 ** (exponent + 1), len(found), *quantiles))
    return bins


def largest_branches(members: NDArray[Any], sizes: NDArray[Any], most: int, least: float = 2.0) -> list[int]:
    """The root of a family and the first models of its largest branches; by size, then number.

    A branch within a branch is one, too. Each has its parent among them, since that has the larger branch.

    Parameters
    ----------
    members : array of int
        The models of the family.
    sizes : array of int
        The size of the branch that each node of the forest begins.
    most : int
        How many branches, the root's own not counted.
    least : float
        How many models a branch has at the least; branches of a single model are never among them.
    """
    large = members[sizes[members] >= max(least, 2)]
    found: list[int] = large[numpy.lexsort((large, -sizes[large]))[: most + 1]].tolist()
    return found or members[:1].tolist()


class Fold(NamedTuple):
    """Branches at one parent that are not shown one by one.

    ``relations`` are the places in `Relation` of those by which they begin, the largest part first; ``models`` is how
    many there are in all of them, ``date`` the first date of a model that begins one, 0 where none has a date, and
    ``node`` the first of these models.
    """

    parent: int
    relations: tuple[int, ...]
    models: int
    date: int
    node: int


def folds_below(
    shown: list[int],
    primary: NDArray[Any],
    relations: NDArray[Any],
    sizes: NDArray[Any],
    dates: NDArray[Any],
    most: dict[int, int],
) -> list[Fold]:
    """What branches off some nodes and is not shown, by relation: those with the most models, and all others as one.

    Parameters
    ----------
    shown : list of int
        The nodes that are shown.
    primary, relations : array of int
        Of each node its parent in the forest, and the relation to it.
    sizes, dates : array of int
        Of each node the size of the branch that it begins, and its date as `modeltree.graph.columns.Columns` has it.
    most : mapping of int to int
        Of which of the shown nodes, and how many folds there may be at each, 1 or more.
    """
    folded = numpy.zeros(len(primary), dtype=bool)
    folded[list(most)] = True
    hidden = numpy.flatnonzero((primary >= 0) & folded[primary])
    hidden = hidden[~numpy.isin(hidden, shown)]
    groups: dict[int, list[Fold]] = {node: [] for node in sorted(most)}
    order = hidden[numpy.lexsort((hidden, relations[hidden], primary[hidden]))]
    edges = numpy.flatnonzero((numpy.diff(primary[order]) != 0) | (numpy.diff(relations[order]) != 0)) + 1
    for nodes in numpy.split(order, edges) if len(order) else ():
        dated = dates[nodes][dates[nodes] > 0]
        parent, relation = int(primary[nodes[0]]), int(relations[nodes[0]])
        first = int(dated.min()) if len(dated) else 0
        groups[parent].append(Fold(parent, (relation,), int(sizes[nodes].sum()), first, int(nodes[0])))
    return [fold for node, folds in groups.items() for fold in _limited(folds, most[node])]


def _limited(folds: list[Fold], most: int) -> list[Fold]:
    """The largest of some folds at one node, and all others as one."""
    ranked = sorted(folds, key=lambda fold: (-fold.models, fold.relations))
    if len(ranked) <= most:
        return ranked
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    dates = [fold.date for fold in rest if fold.date]
    joined = tuple(relation for fold in rest for relation in fold.relations)
    models, node = sum(fold.models for fold in rest), min(fold.node for fold in rest)
    return [*kept, Fold(rest[0].parent, joined, models, min(dates, default=0), node)]
