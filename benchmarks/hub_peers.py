"""What a user of each library writes to answer the questions of `hub_scale.py`."""  # noqa: INP001

from __future__ import annotations

import gc
import pickle
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PEERS", "Peer"]

Nodes = Iterable[int]


class Peer(ABC):
    """A library; nodes are the numbers of models."""

    name: str
    count: int

    @abstractmethod
    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        """Make a graph from arrays."""

    @abstractmethod
    def ancestors(self, node: int) -> Nodes:
        """All that a node descends from."""

    @abstractmethod
    def descendants(self, node: int) -> Nodes:
        """All that descend from a node."""

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from another; by membership where the library has nothing faster."""
        return ancestor in self.ancestors(descendant)  # type: ignore[operator]

    def are_ancestors(self, ancestors: NDArray[Any], descendants: NDArray[Any]) -> list[bool]:
        """The same of many pairs."""
        pairs = zip(ancestors.tolist(), descendants.tolist(), strict=True)
        return [self.is_ancestor(*pair) for pair in pairs]

    def common(self, first: int, second: int) -> set[int]:
        """The most recent common ancestors of two nodes."""
        shared = {first, *self.ancestors(first)} & {second, *self.ancestors(second)}
        return shared - {above for node in shared for above in self.parents(node)}

    @abstractmethod
    def parents(self, node: int) -> Nodes:
        """What a node was made from."""

    @abstractmethod
    def components(self) -> NDArray[Any]:
        """A label for each node, equal where nodes are connected."""

    @abstractmethod
    def generations(self) -> NDArray[Any]:
        """The steps of the longest way to each node."""

    @abstractmethod
    def counts(self) -> NDArray[Any]:
        """How many nodes descend from each."""

    def families(self, roots: list[int]) -> NDArray[Any]:
        """The number of families that each node is in, which is its roots'."""
        number = np.ones(self.count, dtype=np.int64)
        number[self._made()] = 0
        for root in roots:
            for node in self.descendants(root):
                number[node] += 1
        return number

    @abstractmethod
    def _made(self) -> NDArray[Any]:
        """The nodes that have a parent."""

    @abstractmethod
    def is_acyclic(self) -> bool:
        """Whether no node descends from itself."""

    @abstractmethod
    def save(self, path: Path) -> None:
        """Write it in the fastest form there is."""

    @abstractmethod
    def load(self, path: Path) -> None:
        """Read that."""


class ModelTree(Peer):
    """The library whose house this is."""

    name = "modeltree"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        from modeltree import AncestryIndex

        self.count = count
        self.index: Any = AncestryIndex.from_edges(count, parent, child)
        self.ancestors = self.index.ancestors  # type: ignore[method-assign]
        self.descendants = self.index.descendants  # type: ignore[method-assign]
        self.is_ancestor = self.index.is_ancestor  # type: ignore[method-assign]
        self.are_ancestors = self.index.are_ancestors  # type: ignore[method-assign]

    def ancestors(self, node: int) -> Nodes: ...

    def descendants(self, node: int) -> Nodes: ...

    def parents(self, node: int) -> Nodes:
        found: list[int] = self.index.parents[node]
        return found

    def common(self, first: int, second: int) -> set[int]:
        return set(self.index.most_recent_common_ancestors((first, second)))

    def components(self) -> NDArray[Any]:
        self.index.__dict__.pop("components", None)
        return np.asarray(self.index.components)

    def generations(self) -> NDArray[Any]:
        return np.asarray(self.index.generation)

    def counts(self) -> NDArray[Any]:
        return np.asarray(self.index.descendant_counts())

    def families(self, roots: list[int]) -> NDArray[Any]:
        return np.asarray(self.index.root_counts())

    def _made(self) -> NDArray[Any]:
        return np.empty(0, dtype=np.int64)

    def is_acyclic(self) -> bool:
        from modeltree.ancestry.forest import _levels  # it could not be built else, so here is what that takes

        parents, children = self.index.parents, self.index.children
        return len(_levels(parents.starts, children.starts, children.items)[0]) == self.count

    def save(self, path: Path) -> None:
        self.index.save(path)

    def load(self, path: Path) -> None:
        from modeltree import AncestryIndex

        self.index = AncestryIndex.load(path)


class NetworkX(Peer):
    """NetworkX: dictionaries of dictionaries."""

    name = "networkx"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        import networkx as nx

        self.count, self.nx = count, nx
        self.graph: Any = nx.DiGraph()
        self.graph.add_nodes_from(range(count))
        self.graph.add_edges_from(zip(parent.tolist(), child.tolist(), strict=True))

    def ancestors(self, node: int) -> Nodes:
        return self.nx.ancestors(self.graph, node)

    def descendants(self, node: int) -> Nodes:
        return self.nx.descendants(self.graph, node)

    def parents(self, node: int) -> Nodes:
        return self.graph.pred[node]  # type: ignore[no-any-return]

    def components(self) -> NDArray[Any]:
        labels = np.empty(self.count, dtype=np.int64)
        for number, part in enumerate(self.nx.weakly_connected_components(self.graph)):
            for node in part:
                labels[node] = number
        return labels

    def generations(self) -> NDArray[Any]:
        depth = np.empty(self.count, dtype=np.int64)
        for number, layer in enumerate(self.nx.topological_generations(self.graph)):
            depth[layer] = number
        return depth

    def counts(self) -> NDArray[Any]:
        descendants, graph = self.nx.descendants, self.graph
        sizes = (len(descendants(graph, node)) if graph.succ[node] else 0 for node in range(self.count))
        return np.fromiter(sizes, dtype=np.int64, count=self.count)

    def _made(self) -> NDArray[Any]:
        return np.array([node for node, degree in self.graph.in_degree if degree], dtype=np.int64)

    def is_acyclic(self) -> bool:
        return self.nx.is_directed_acyclic_graph(self.graph)  # type: ignore[no-any-return]

    def save(self, path: Path) -> None:
        edges = np.fromiter((end for edge in self.graph.edges for end in edge), dtype=np.int32)
        with path.open("wb") as file:
            np.save(file, edges)

    def load(self, path: Path) -> None:
        edges = np.load(path)
        self.build(self.count, edges[::2], edges[1::2])


class NetworkXPaused(NetworkX):
    """NetworkX without the garbage collector."""

    name = "networkx, gc off"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        gc.disable()
        super().build(count, parent, child)


class RustworkX(Peer):
    """rustworkx: petgraph in Rust."""

    name = "rustworkx"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        import rustworkx as rx

        self.count, self.rx = count, rx
        self.graph: Any = rx.PyDiGraph()
        self.graph.add_nodes_from(range(count))
        self.graph.extend_from_edge_list(list(zip(parent.tolist(), child.tolist(), strict=True)))

    def ancestors(self, node: int) -> Nodes:
        return self.rx.ancestors(self.graph, node)

    def descendants(self, node: int) -> Nodes:
        return self.rx.descendants(self.graph, node)

    def parents(self, node: int) -> Nodes:
        return self.graph.predecessor_indices(node)  # type: ignore[no-any-return]

    def components(self) -> NDArray[Any]:
        labels = np.empty(self.count, dtype=np.int64)
        for number, part in enumerate(self.rx.weakly_connected_components(self.graph)):
            labels[list(part)] = number
        return labels

    def generations(self) -> NDArray[Any]:
        depth = np.empty(self.count, dtype=np.int64)
        for number, layer in enumerate(self.rx.topological_generations(self.graph)):
            depth[list(layer)] = number
        return depth

    def counts(self) -> NDArray[Any]:
        descendants, graph = self.rx.descendants, self.graph
        sizes = (len(descendants(graph, node)) if graph.out_degree(node) else 0 for node in range(self.count))
        return np.fromiter(sizes, dtype=np.int64, count=self.count)

    def _made(self) -> NDArray[Any]:
        return np.unique(np.array([below for _, below in self.graph.edge_list()], dtype=np.int64))

    def is_acyclic(self) -> bool:
        return self.rx.is_directed_acyclic_graph(self.graph)  # type: ignore[no-any-return]

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            pickle.dump(self.graph, file, protocol=5)

    def load(self, path: Path) -> None:
        with path.open("rb") as file:
            self.graph = pickle.load(file)  # noqa: S301 (it was written here)


class IGraph(Peer):
    """igraph: arrays in C."""

    name = "igraph"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        import igraph

        self.count, self.igraph = count, igraph
        self.graph: Any = igraph.Graph(n=count, edges=np.stack([parent, child], axis=1).tolist(), directed=True)

    def ancestors(self, node: int) -> Nodes:
        return set(self.graph.subcomponent(node, mode="in")) - {node}

    def descendants(self, node: int) -> Nodes:
        found: list[int] = self.graph.subcomponent(node, mode="out")
        return found[1:]

    def parents(self, node: int) -> Nodes:
        return self.graph.predecessors(node)  # type: ignore[no-any-return]

    def components(self) -> NDArray[Any]:
        return np.array(self.graph.connected_components(mode="weak").membership)

    def generations(self) -> NDArray[Any]:
        depth = [0] * self.count
        above = self.graph.get_adjlist(mode="in")
        for node in self.graph.topological_sorting():
            if above[node]:
                depth[node] = 1 + max(depth[other] for other in above[node])
        return np.array(depth)

    def counts(self) -> NDArray[Any]:
        return np.array(self.graph.neighborhood_size(order=self.count, mode="out")) - 1

    def _made(self) -> NDArray[Any]:
        return np.flatnonzero(np.array(self.graph.indegree()))

    def is_acyclic(self) -> bool:
        return self.graph.is_dag()  # type: ignore[no-any-return]

    def save(self, path: Path) -> None:
        self.graph.write_pickle(str(path))

    def load(self, path: Path) -> None:
        self.graph = self.igraph.Graph.Read_Pickle(str(path))


PEERS: dict[str, type[Peer]] = {peer.name: peer for peer in (ModelTree, NetworkX, NetworkXPaused, RustworkX, IGraph)}
