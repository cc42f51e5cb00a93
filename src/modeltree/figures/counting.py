"""Which models charts count, as arrays: records are made of none but the models that are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from modeltree.graph.families import primary_parents
from modeltree.graph.selection import Conditions, Date
from modeltree.graph.tallies import primary_relations
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, Kind, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "WeightForest", "models_meeting", "other_kinds"]

KINDS = tuple(Relation)
"""The relations, by the numbers that arrays have for them."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightForest:
    """Each model with its primary parent by relations that pass weights on, and the relation to it; or -1 and -1."""

    parent: NDArray[Any]
    relation: NDArray[Any]

    @classmethod
    def of(cls, lineage: Lineage) -> WeightForest:
        """The forest of a lineage; what is no model is in no tree."""
        steps, dates = lineage._steps, lineage._nodes.dates
        models = models_meeting(lineage._nodes, kind=Kind.MODEL)
        passes = numpy.array([relation in WEIGHTS for relation in KINDS])[steps.relation]
        passes &= models[steps.parent] & models[steps.child]
        parent, child, relation = (column[passes] for column in (steps.parent, steps.child, steps.relation))
        return cls(primary_parents(parent, child, relation, dates), primary_relations(child, relation, len(dates)))


def models_meeting(nodes: Any, kind: Kind | None = None, since: Date | None = None, until: Date | None = None) -> Any:
    """Of each model, whether it is of a kind and of a time."""
    found = numpy.zeros(len(nodes), dtype=bool)
    found[nodes.meeting(Conditions.of(None, None, None, None, kind, since, until))] = True
    return found


def other_kinds(lineage: Lineage) -> Iterator[str]:
    """What there is that is no model."""
    for kind, words in ((Kind.APPLICATION, "products that run on models"), (Kind.DATASET, "data sets")):
        if number := int(models_meeting(lineage._nodes, kind=kind).sum()):
            yield f"{words} ({number:,})"
