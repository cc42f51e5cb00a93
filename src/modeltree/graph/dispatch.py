"""NetworkX's functions on the ancestry index: what ``networkx`` calls where a graph is a lineage.

This module is the entry points ``networkx.backends`` and ``networkx.backend_info`` of the package: NetworkX finds the
functions by their names, and passes the arguments on. ``import networkx`` imports it, so it imports nothing heavy.
What is not answered here raises `NotImplementedError`, upon which NetworkX goes by ``lineage.graph`` where it may.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx

    from modeltree.graph.index import AncestryIndex

    Graph = networkx.DiGraph[Any]

__all__ = [
    "BACKEND", "IndexedGraph", "all_pairs_lowest_common_ancestor", "all_simple_paths", "ancestors", "backend_info",
    "can_run", "convert_from_nx", "convert_to_nx", "dag_longest_path_length", "descendants", "descendants_at_distance",
    "has_path", "is_directed_acyclic_graph", "is_strongly_connected", "is_weakly_connected", "lowest_common_ancestor",
    "number_strongly_connected_components", "number_weakly_connected_components", "shortest_path",
    "shortest_path_length", "should_run", "strongly_connected_components", "topological_generations",
    "topological_sort", "transitive_closure", "transitive_closure_dag", "transitive_reduction",
    "weakly_connected_components",
]  # fmt: skip

BACKEND = "modeltree"

_PROTOCOL = {"BACKEND", "IndexedGraph", "backend_info", "can_run", "convert_from_nx", "convert_to_nx", "should_run"}
_FUNCTIONS = [name for name in __all__ if name not in _PROTOCOL]
_WORTH_A_CONVERSION = {"all_pairs_lowest_common_ancestor", "transitive_closure", "transitive_reduction"}
"""What takes NetworkX much longer than to go through the graph once."""


def backend_info() -> dict[str, object]:
    """What NetworkX shows of the backend, and which functions it has."""
    return {
        "backend_name": BACKEND,
        "project": "modeltree-lineage",
        "package": "modeltree",
        "short_summary": "Answers from the ancestry index of a `modeltree.Lineage`, which is not converted.",
        "functions": {name: {} for name in _FUNCTIONS},
    }


class IndexedGraph:
    """The nodes of a directed graph, and who descends from whom; no index where nodes descend from themselves."""

    __networkx_backend__ = BACKEND

    def __init__(
        self,
        nodes: Sequence[object],
        find: Callable[[Any], int],
        index: AncestryIndex | None,
        source: Callable[[], Graph],
        edge_attributes: Collection[str] | None = None,
    ) -> None:
        self.nodes, self.find, self.source = nodes, find, source
        self._index, self._edge_attributes = index, edge_attributes

    def is_directed(self) -> bool:
        """Whether edges have a direction, which they do."""
        return True

    def is_multigraph(self) -> bool:
        """Whether there may be several edges between two nodes, which there may not."""
        return False

    @property
    def is_acyclic(self) -> bool:
        """Whether no node descends from itself."""
        return self._index is not None

    @property
    def index(self) -> AncestryIndex:
        """Who descends from whom."""
        if self._index is None:
            raise NotImplementedError("the graph has a cycle")
        return self._index

    def named(self, nodes: Iterable[int]) -> Iterator[object]:
        """What the graph calls some nodes."""
        return map(self.nodes.__getitem__, nodes)

    def has_edge_attribute(self, name: object) -> bool:
        """Whether an edge may have an attribute."""
        if self._edge_attributes is not None:
            return name in self._edge_attributes
        return any(name in attributes for _, _, attributes in self.source().edges(data=True))


def _indexed(graph: object) -> IndexedGraph:
    """A lineage or an indexed graph as the latter."""
    indexed: IndexedGraph = graph if isinstance(graph, IndexedGraph) else getattr(graph, "_indexed_graph")  # noqa: B009
    return indexed


def _position(graph: IndexedGraph, node: object, error: str = "NodeNotFound") -> int:
    try:
        return graph.find(node)
    except (KeyError, TypeError) as unknown:
        import networkx

        raise getattr(networkx, error)(f"The node {node} is not in the digraph.") from unknown


def _refuse_null(graph: IndexedGraph, message: str) -> None:
    if not len(graph.nodes):
        import networkx

        raise networkx.NetworkXPointlessConcept(message)


# The protocol


def convert_from_nx(graph: Graph, **_: object) -> IndexedGraph:
    """A `networkx.DiGraph` with its index."""
    from modeltree.graph.index import AncestryIndex

    nodes = list(graph)
    positions = {node: position for position, node in enumerate(nodes)}
    parent, child = [], []
    for before, after in graph.edges():
        parent.append(positions[before])
        child.append(positions[after])
    try:
        index = AncestryIndex.from_edges(len(nodes), parent, child)
    except ValueError:
        index = None
    return IndexedGraph(nodes, positions.__getitem__, index, lambda: graph)


def convert_to_nx(result: object, **_: object) -> object:
    """A lineage or an indexed graph as a `networkx.DiGraph`; other results as they are."""
    return _indexed(result).source() if getattr(result, "__networkx_backend__", None) == BACKEND else result


def can_run(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> bool | str:
    """Whether a call is answered here, or why not; whether there is a cycle is not looked for."""
    graph = args[0] if args else kwargs["G"]
    if not graph.is_directed() or graph.is_multigraph():
        return "only directed graphs without multiple edges have an ancestry index"
    return _CHECKS[name](*args, **kwargs) if name in _CHECKS else True


def should_run(name: str, args: Sequence[object], kwargs: dict[str, object]) -> bool | str:
    """Whether a graph of NetworkX should be converted for a call."""
    graph = args[0] if args else kwargs["G"]
    converted = (getattr(graph, "__networkx_cache__", None) or {}).get("backends", {}).get(BACKEND)
    return bool(name in _WORTH_A_CONVERSION or converted) or "to convert the graph takes longer than the answer"


def _from_one_to_another(
    G: object, source: object = None, target: object = None, weight: object = None, method: str = ""
) -> bool | str:
    alone = source is None or target is None or weight is not None
    return "only paths between two nodes are answered, without weights" if alone else True


def _all_of_them(G: Container[object], source: object, target: object, cutoff: int | None = None) -> bool | str:
    return (cutoff is None and target in G) or "only all paths from one node to one other are answered"


def _of_listed_pairs(G: object, pairs: object = None) -> bool | str:
    return isinstance(pairs, Collection) or "only pairs in a collection are answered"


_CHECKS: dict[str, Callable[..., bool | str]] = {
    "shortest_path": _from_one_to_another,
    "shortest_path_length": _from_one_to_another,
    "all_simple_paths": _all_of_them,
    "all_pairs_lowest_common_ancestor": _of_listed_pairs,
}

# Descent. Arguments are called as NetworkX calls them, errors are its own, and its generators are iterators.


def ancestors(G: object, source: object) -> set[object]:
    """See `networkx.ancestors`."""
    graph = _indexed(G)
    return set(graph.named(graph.index.ancestors(_position(graph, source, "NetworkXError"))))


def descendants(G: object, source: object) -> set[object]:
    """See `networkx.descendants`."""
    return _below(_indexed(G), source)


def descendants_at_distance(G: object, source: object, distance: int) -> set[object]:
    """See `networkx.descendants_at_distance`."""
    graph = _indexed(G)
    if distance <= 0:
        node = _position(graph, source, "NetworkXError")
        return set() if distance else {graph.nodes[node]}
    return _below(graph, source, distance) - _below(graph, source, distance - 1)


def _below(graph: IndexedGraph, source: object, depth: int | None = None) -> set[object]:
    node = _position(graph, source, "NetworkXError")
    return set(graph.named(graph.index.descendants(node, depth, ordered=False).tolist()))


def has_path(G: object, source: object, target: object) -> bool:
    """See `networkx.has_path`."""
    graph = _indexed(G)
    above, below = _position(graph, source), _position(graph, target)
    return above == below or graph.index.is_ancestor(above, below)


def shortest_path(
    G: object, source: object = None, target: object = None, weight: None = None, method: str = "dijkstra"
) -> list[object]:
    """See `networkx.shortest_path`; of equally short ones, the one through the first nodes, seen from the target."""
    import networkx

    if method not in ("dijkstra", "bellman-ford"):
        raise ValueError(f"method not supported: {method}")
    graph = _indexed(G)
    path = graph.index.shortest_path(_position(graph, source), _position(graph, target))
    if path is None:
        raise networkx.NetworkXNoPath(f"No path between {source} and {target}.")
    return list(graph.named(path))


def shortest_path_length(
    G: object, source: object = None, target: object = None, weight: None = None, method: str = "dijkstra"
) -> int:
    """See `networkx.shortest_path_length`."""
    return len(shortest_path(G, source, target, weight, method)) - 1


def all_simple_paths(G: object, source: object, target: object, cutoff: None = None) -> Iterator[list[object]]:
    """See `networkx.all_simple_paths`."""
    graph = _indexed(G)
    paths = graph.index.paths(_position(graph, source), _position(graph, target))
    return (list(graph.named(path)) for path in paths)


def lowest_common_ancestor(G: object, node1: object, node2: object, default: object = None) -> object:
    """See `networkx.lowest_common_ancestor`; where there are several, NetworkX chooses one."""
    graph = _indexed(G)
    _refuse_null(graph, "LCA meaningless on null graphs.")
    found = graph.index.most_recent_common_ancestors((_position(graph, node1), _position(graph, node2)))
    if len(found) > 1:
        raise NotImplementedError(f"{node1} and {node2} have {len(found)} lowest common ancestors")
    return graph.nodes[found[0]] if found else default


def all_pairs_lowest_common_ancestor(
    G: object, pairs: Collection[tuple[object, object]]
) -> Iterator[tuple[object, object]]:
    """See `networkx.all_pairs_lowest_common_ancestor`; where a pair has several, NetworkX chooses for all."""
    graph = _indexed(G)
    _refuse_null(graph, "LCA meaningless on null graphs.")
    listed = list(dict.fromkeys(pairs))
    first, second = ([_position(graph, pair[end]) for pair in listed] for end in (0, 1))
    starts, nodes = graph.index.most_recent_common_ancestors_of(first, second)
    rows = list(pairwise(starts.tolist()))
    if any(end - start > 1 for start, end in rows):
        raise NotImplementedError("there are pairs with several lowest common ancestors")
    known = graph.named(nodes.tolist())
    return ((pair, next(known)) for pair, (start, end) in zip(listed, rows, strict=True) if end > start)


# The whole graph


def is_directed_acyclic_graph(G: object) -> bool:
    """See `networkx.is_directed_acyclic_graph`."""
    return _indexed(G).is_acyclic


def topological_generations(G: object) -> Iterator[list[object]]:
    """See `networkx.topological_generations`; nodes of a generation are in the order of the graph."""
    from modeltree.graph.csr import levels_of

    graph = _indexed(G)
    order, bounds = levels_of(graph.index.generation)
    nodes = order.tolist()
    return (list(graph.named(nodes[start:end])) for start, end in pairwise(bounds.tolist()))


def topological_sort(G: object) -> Iterator[object]:
    """See `networkx.topological_sort`; the generations one after another."""
    return (node for generation in topological_generations(G) for node in generation)


def dag_longest_path_length(G: object, weight: str = "weight", default_weight: float = 1) -> float:
    """See `networkx.dag_longest_path_length`."""
    graph = _indexed(G)
    if default_weight < 0 or graph.has_edge_attribute(weight):
        raise NotImplementedError("only the number of edges is known, not what else is said of them")
    return int(graph.index.generation.max(initial=0)) * default_weight


def weakly_connected_components(G: object) -> Iterator[set[object]]:
    """See `networkx.weakly_connected_components`."""
    import numpy

    from modeltree.graph.counts import runs_of

    graph = _indexed(G)
    labels = graph.index.components
    order = numpy.argsort(labels, kind="stable")
    nodes = order.tolist()
    return (set(graph.named(nodes[start:end])) for _, start, end in runs_of(labels[order]))


def number_weakly_connected_components(G: object) -> int:
    """See `networkx.number_weakly_connected_components`."""
    labels = _indexed(G).index.components  # each the first node of its component
    return sum((labels == range(len(labels))).tolist())


def is_weakly_connected(G: object) -> bool:
    """See `networkx.is_weakly_connected`."""
    graph = _indexed(G)
    _refuse_null(graph, "Connectivity is undefined for the null graph.")
    return not graph.index.components.any()


def strongly_connected_components(G: object) -> Iterator[set[object]]:
    """See `networkx.strongly_connected_components`: without cycles each node is one."""
    graph = _indexed(G)
    return ({node} for node in graph.named(graph.index.order[::-1].tolist()))


def number_strongly_connected_components(G: object) -> int:
    """See `networkx.number_strongly_connected_components`."""
    return len(_indexed(G).index)


def is_strongly_connected(G: object) -> bool:
    """See `networkx.is_strongly_connected`."""
    graph = _indexed(G)
    _refuse_null(graph, "Connectivity is undefined for the null graph.")
    return len(graph.index) == 1


def transitive_closure(G: object, reflexive: bool | None = False) -> object:
    """See `networkx.transitive_closure`."""
    import networkx

    if reflexive not in {None, True, False}:
        raise networkx.NetworkXError("Incorrect value for the parameter `reflexive`")
    graph = _indexed(G)
    index, closure = graph.index, graph.source().copy()
    for node, name in enumerate(graph.nodes):
        closure.add_edges_from((name, below) for below in graph.named(index.descendants(node).tolist()))
        if reflexive:
            closure.add_edge(name, name)
    return closure


def transitive_closure_dag(G: object, topo_order: Iterable[object] | None = None) -> object:
    """See `networkx.transitive_closure_dag`."""
    return transitive_closure(G)


def transitive_reduction(G: object) -> object:
    """See `networkx.transitive_reduction`: without the edges to a node from ancestors of its other parents."""
    import networkx

    graph = _indexed(G)
    index = graph.index
    reduction: Graph = networkx.DiGraph()
    reduction.add_nodes_from(graph.nodes)
    for child, parents in enumerate(index.parents):
        kept = [one for one in parents if not any(index.is_ancestor(one, other) for other in parents)]
        reduction.add_edges_from((graph.nodes[parent], graph.nodes[child]) for parent in kept)
    return reduction
