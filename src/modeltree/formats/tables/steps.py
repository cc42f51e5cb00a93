"""The derivations in the columns of tables, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray

from modeltree.formats.tables.rows import Chosen, Options
from modeltree.formats.tables.screening import UNKNOWN, Relations, Values, relations_of, step_fields
from modeltree.formats.tables.stored import Coded, coded
from modeltree.formats.tables.texts import Items

__all__ = ["Steps", "reaching_cycles", "steps_beside", "steps_within"]


@dataclass
class Steps:
    """Derivations of one table.

    Parameters
    ----------
    within : bool
        Whether they stand in the table of models, in the rows of the children.
    table : Chosen
        The table.
    rows : array of int32
        The row of each.
    parent : array of int32
        The number of the text that names the parent; -1 for none.
    child : array of int32
        The number of the text that names the child, or the row of the child if they stand `within`.
    relation : array of uint8
        The place of its relation in `Relation`, or `UNSAID`.
    right : array of bool
        Whether all that a row says, apart from names, can be taken as it stands.
    fields : mapping of str to Values
        Notes and references, by rows.
    """

    within: bool
    table: Chosen
    rows: NDArray[numpy.int32]
    parent: NDArray[numpy.int32]
    child: NDArray[numpy.int32]
    relation: NDArray[numpy.uint8]
    right: NDArray[numpy.bool_]
    fields: Mapping[str, Values] = field(default_factory=dict)
    plain: NDArray[numpy.bool_] = field(default_factory=lambda: numpy.empty(0, dtype=bool))
    """Of each, whether nothing is to be reported of it."""
    troubled: NDArray[numpy.bool_] = field(default_factory=lambda: numpy.empty(0, dtype=bool))
    """Of each row of the table, whether it is read row by row."""


def steps_beside(
    edges: Chosen, parents: Items, parent: NDArray[numpy.int32], child: NDArray[numpy.int32], options: Options
) -> Steps:
    """The derivations of a table of derivations."""
    count = edges.count
    right = numpy.bincount(parents.rows, minlength=count) == 1
    right[parents.odd] = False
    relation = relations_of(_words(edges, count), options)
    places = relation.places[relation.starts[relation.codes]]
    right &= places != UNKNOWN
    fields = step_fields(edges)
    for values in fields.values():
        right &= values.right[values.codes]
    rows = parents.rows
    steps = Steps(False, edges, rows, parent, child[rows], places[rows], right[rows], fields)
    steps.troubled = ~right
    return steps


def steps_within(nodes: Chosen, parents: Items, parent: NDArray[numpy.int32], options: Options) -> Steps:
    """The derivations of a table of models."""
    count = nodes.count
    rows = parents.rows
    number = numpy.bincount(rows, minlength=count)
    troubled = numpy.zeros(count, dtype=bool)
    troubled[parents.odd] = True
    relation = relations_of(_words(nodes, count), options)
    counts = relation.counts[relation.codes]
    troubled |= (number > 0) & (counts != 1) & (counts != number)
    steps = Steps(True, nodes, rows, parent, rows, _aligned(relation, rows, number, ~troubled), ~troubled[rows])
    troubled[rows[steps.relation == UNKNOWN]] = True
    steps.right = ~troubled[rows]
    steps.troubled = troubled
    return steps


def _words(table: Chosen, count: int) -> Coded:
    if "relation" in table.stored:
        return coded(table.stored["relation"])
    return Coded(numpy.full(count, -1, dtype=numpy.int32), [])


def _aligned(
    relation: Relations, rows: NDArray[numpy.int32], number: NDArray[numpy.int64], sure: NDArray[numpy.bool_]
) -> NDArray[numpy.uint8]:
    """The relation of each parent in its row, where there is one for all or one for each."""
    within = numpy.arange(len(rows)) - (numpy.cumsum(number) - number)[rows]
    codes = relation.codes[rows]
    within[(relation.counts[codes] == 1) | ~sure[rows]] = 0
    return relation.places[relation.starts[codes] + within]


def reaching_cycles(count: int, parent: NDArray[numpy.int64], child: NDArray[numpy.int64]) -> NDArray[numpy.bool_]:
    """Of each node, whether a way down from it leads into a cycle: what is left when those without children go."""
    order = numpy.argsort(child, kind="stable")
    parents = parent[order]
    starts = numpy.zeros(count + 1, dtype=numpy.int64)
    numpy.cumsum(numpy.bincount(child, minlength=count), out=starts[1:])
    children = numpy.bincount(parent, minlength=count)
    left = children > 0
    gone = numpy.flatnonzero(~left)
    while len(gone):
        begins = starts[gone]
        lengths = starts[gone + 1] - begins
        places = numpy.repeat(begins - (numpy.cumsum(lengths) - lengths), lengths) + numpy.arange(lengths.sum())
        above, counts = numpy.unique(parents[places], return_counts=True)
        children[above] -= counts
        gone = above[children[above] == 0]
        left[gone] = False
    return left
