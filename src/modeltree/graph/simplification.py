"""Paths between some models through others that are left out, as single derivations."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy
from numpy.typing import NDArray

from modeltree.graph.csr import Rows
from modeltree.graph.store import EdgeStore
from modeltree.records import CLASSES_BY_STRENGTH, Derivation, Relation


def paths_between(
    edges: EdgeStore, kept: NDArray[numpy.int64], chosen: frozenset[Relation], count: int
) -> list[tuple[int, ...]]:
    """For each two of some models that are related only through others, a shortest of the paths that pass most on."""
    is_kept = numpy.zeros(count, dtype=bool)
    is_kept[kept] = True
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    direct = set(zip(*(ends.tolist() for ends in edges.arrays(chosen)[:2]), strict=True))
    for _, relations in CLASSES_BY_STRENGTH:
        parent, child, _ = edges.arrays(chosen & relations)
        parents = Rows.of(count, child, parent)
        left_out = numpy.unique(child[~is_kept[parent] & is_kept[child]])
        for node in left_out.tolist():
            for path in _paths_up(node, parents, is_kept):
                found.setdefault((path[0], node), path)
    return [path for pair, path in found.items() if pair not in direct]


def _paths_up(node: int, parents: Rows, is_kept: NDArray[numpy.bool_]) -> Iterator[tuple[int, ...]]:
    """From each of the models that are kept and lead to one through others, a shortest path."""
    below = {node: node}
    waiting = deque([node])
    while waiting:
        here = waiting.popleft()
        for parent in parents[here]:
            if parent in below:
                continue
            below[parent] = here
            if not is_kept[parent]:
                waiting.append(parent)
            else:
                path = [parent]
                while path[-1] != node:
                    path.append(below[path[-1]])
                yield tuple(path)


def shortened(path: Sequence[Derivation]) -> Derivation:
    """A path as one derivation: by its weakest step, with all references, and a note that says what is between."""
    strength = [next(n for n, (_, known) in enumerate(CLASSES_BY_STRENGTH) if step.relation in known) for step in path]
    weakest = max(range(len(path)), key=lambda number: (strength[number], number))
    return Derivation(
        parent=path[0].parent,
        child=path[-1].child,
        relation=path[weakest].relation,
        references=tuple(dict.fromkeys(reference for step in path for reference in step.references)),
        note=f"through {', '.join(step.child for step in path[:-1])}",
    )
