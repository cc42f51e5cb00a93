"""Which models charts count, as arrays: records are made of none but the models that are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy

from modeltree.graph.primary import PrimaryForest
from modeltree.graph.store import Conditions, Date, NodeStore
from modeltree.lineage import Lineage
from modeltree.records import WEIGHTS, Kind, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = tuple(Relation)
"""The relations, by the numbers that arrays have for them."""


def weight_forest(lineage: Lineage) -> PrimaryForest:
    """Each model below its primary parent by relations that pass weights on; what is no model is below none."""
    parent, child, relation = lineage._edges.arrays(WEIGHTS)
    models = models_meeting(lineage._nodes, kind=Kind.MODEL)
    both = models[parent] & models[child]
    return PrimaryForest.of(parent[both], child[both], relation[both], lineage._nodes.dates)


def models_meeting(
    nodes: NodeStore, kind: Kind | None = None, since: Date | None = None, until: Date | None = None
) -> NDArray[numpy.bool_]:
    """Of each model, whether it is of a kind and of a time."""
    meeting = numpy.zeros(len(nodes), dtype=bool)
    meeting[nodes.meeting(Conditions.of(kind=kind, since=since, until=until))] = True
    return meeting


def other_kinds(lineage: Lineage) -> Iterator[str]:
    """What there is that is no model."""
    for kind, words in ((Kind.APPLICATION, "products that run on models"), (Kind.DATASET, "data sets")):
        if number := int(models_meeting(lineage._nodes, kind=kind).sum()):
            yield f"{words} ({number:,})"
