"""Ancestry on integers: who descends from whom, without names or records.

Nodes are the integers ``0 … n - 1``. The lineage numbers its models in date order, so ascending order here is date
order there, and answers are in ascending order.
"""

from modeltree.graph.ancestry.cycles import find_cycles
from modeltree.graph.ancestry.index import AncestryIndex

__all__ = ["AncestryIndex", "find_cycles"]
