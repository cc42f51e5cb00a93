"""What a user of each library writes to answer the questions of `hub_scale.py`: the fastest way that was found."""  # noqa: INP001

from __future__ import annotations

import gc
import pickle
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PEERS", "Peer", "labelled"]

Nodes = Collection[int]


class Peer(ABC):
    """A library; nodes are the numbers of models. `build` may bind a question to what the library itself calls."""

    name: str
    count: int
    graph: Any = None

    @abstractmethod
    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        """Make a graph from arrays."""

    def build_named(self, ids: list[str], above: list[str], below: list[str]) -> None:
        """Make a graph from names, which are numbered for it."""
        self.ids, self.place = ids, dict(zip(ids, range(len(ids)), strict=True))
        ends = (np.fromiter(map(self.place.__getitem__, names), np.int32, len(names)) for names in (above, below))
        self.build(len(ids), *ends)

    def release(self) -> None:
        """Forget what was built."""
        kept = {name: value for name, value in self.__dict__.items() if name == "count"}
        self.__dict__.clear()
        self.__dict__.update(kept)
        gc.collect()

    @abstractmethod
    def ancestors(self, node: int) -> Nodes:
        """All that a node descends from."""

    @abstractmethod
    def descendants(self, node: int) -> Nodes:
        """All that descend from a node."""

    def unordered(self, node: int) -> Nodes:
        """All that descend from a node, in any order."""
        return self.descendants(node)

    def ancestors_named(self, name: str) -> Iterable[str]:
        """The names of all that a model descends from."""
        ids = self.ids
        return [ids[node] for node in self.ancestors(self.place[name])]

    def descendants_named(self, name: str) -> Iterable[str]:
        """The names of all that descend from a model."""
        ids = self.ids
        return [ids[node] for node in self.descendants(self.place[name])]

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Whether one node descends from another: by membership, where the library has nothing faster."""
        return ancestor in self.ancestors(descendant)

    def are_ancestors(self, ancestors: NDArray[Any], descendants: NDArray[Any]) -> Sequence[bool] | NDArray[Any]:
        """The same of many pairs."""
        above = self.ancestors
        pairs = zip(ancestors.tolist(), descendants.tolist(), strict=True)
        return [ancestor in above(descendant) for ancestor, descendant in pairs]

    def common(self, first: int, second: int) -> Collection[int]:
        """The most recent common ancestors of two nodes."""
        shared = {first, *self.ancestors(first)} & {second, *self.ancestors(second)}
        if len(shared) < 2:
            return shared
        parents = self.parents
        return shared - {above for node in shared for above in parents(node)}

    @abstractmethod
    def parents(self, node: int) -> Iterable[int]:
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
        """Of how many of some families each node is a member, itself not counted as its own root."""
        members = np.fromiter(chain.from_iterable(map(self.unordered, roots)), np.int64)
        return np.bincount(members, minlength=self.count)

    @abstractmethod
    def is_acyclic(self) -> bool:
        """Whether no node descends from itself."""

    def settle(self) -> None:  # noqa: B027 (most make nothing)
        """Make what the library makes once where many questions are asked."""

    def save(self, path: Path) -> None:
        """Write it as the library itself does."""
        with path.open("wb") as file:
            pickle.dump(self.graph, file, protocol=pickle.HIGHEST_PROTOCOL)

    def load(self, path: Path) -> None:
        """Read that, ready for questions."""
        self._hold(pickle.loads(path.read_bytes()))  # noqa: S301 (written a moment ago)

    @abstractmethod
    def _hold(self, graph: Any) -> None:
        """Ask this graph from now on."""

    def ends(self) -> NDArray[Any]:
        """Both ends of every edge, in the form that takes least to make."""
        raise NotImplementedError

    def save_edges(self, path: Path) -> None:
        """Write nothing but the edges, by numpy."""
        with path.open("wb") as file:
            np.save(file, self.ends())

    def load_edges(self, path: Path) -> None:
        """Build it again from these."""
        ends = np.load(path).reshape(-1, 2)
        self.build(self.count, ends[:, 0], ends[:, 1])


def labelled(count: int, parts: Iterable[Collection[int]]) -> NDArray[Any]:
    """For each node the number of the part that it is in."""
    listed = list(parts)
    labels = np.empty(count, dtype=np.int64)
    sizes = np.fromiter(map(len, listed), np.int64, len(listed))
    labels[np.fromiter(chain.from_iterable(listed), np.int64, count)] = np.repeat(np.arange(len(listed)), sizes)
    return labels


class ModelTree(Peer):
    """The library whose house this is. Names are the business of its `Lineage`, see `hub_scale.py`."""

    name = "modeltree"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        from modeltree.graph.index import AncestryIndex

        self.count = count
        self._ends = parent, child
        self._hold(AncestryIndex.from_edges(count, parent, child))

    def _hold(self, index: Any) -> None:
        self.graph = index
        self.ancestors = index.ancestors  # type: ignore[method-assign]
        self.descendants = index.descendants  # type: ignore[method-assign]
        self.unordered = partial(index.descendants, ordered=False)  # type: ignore[method-assign]
        self.is_ancestor = index.is_ancestor  # type: ignore[method-assign]
        self.are_ancestors = index.are_ancestors  # type: ignore[method-assign]

    def ancestors(self, node: int) -> Nodes:
        raise NotImplementedError

    def descendants(self, node: int) -> Nodes:
        raise NotImplementedError

    def parents(self, node: int) -> Iterable[int]:
        found: list[int] = self.graph.parents[node]
        return found

    def common(self, first: int, second: int) -> Collection[int]:
        found: tuple[int, ...] = self.graph.most_recent_common_ancestors((first, second))
        return found

    def components(self) -> NDArray[Any]:
        self.graph.__dict__.pop("components", None)  # the index keeps the answer
        return np.asarray(self.graph.components)

    def generations(self) -> NDArray[Any]:
        return np.asarray(self.graph.generation)

    def counts(self) -> NDArray[Any]:
        return np.asarray(self.graph.descendant_counts())

    def families(self, roots: list[int]) -> NDArray[Any]:
        counts = np.array(self.graph.root_counts())
        counts[np.asarray(self.graph.roots, dtype=np.int64)] = 0
        return counts

    def is_acyclic(self) -> bool:
        # An index of a graph with a cycle cannot be built, and there is no other way to ask: this is a whole build.
        from modeltree.graph.index import AncestryIndex

        AncestryIndex.from_edges(self.count, *self._ends)
        return True

    def settle(self) -> None:
        self.graph.descendant_counts()  # for which the forest and the runs are made

    def save(self, path: Path) -> None:
        self.graph.save(path)

    def load(self, path: Path) -> None:
        from modeltree.graph.index import AncestryIndex

        self._hold(AncestryIndex.load(path))

    save_edges, load_edges = save, load  # which are edges already


class NetworkX(Peer):
    """NetworkX: dictionaries of dictionaries."""

    name = "networkx"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        self.count = count
        self._make(range(count), zip(parent.tolist(), child.tolist(), strict=True))

    def build_named(self, ids: list[str], above: list[str], below: list[str]) -> None:
        self._make(ids, zip(above, below, strict=True))
        self.ancestors_named, self.descendants_named = self.ancestors, self.descendants  # type: ignore[assignment, method-assign]

    def _make(self, nodes: Iterable[Any], edges: Iterable[tuple[Any, Any]]) -> None:
        import networkx as nx

        graph: Any = nx.DiGraph()
        graph.add_nodes_from(nodes)
        graph.add_edges_from(edges)
        self._hold(graph)

    def _hold(self, graph: Any) -> None:
        import networkx as nx

        self.nx, self.graph = nx, graph
        self.ancestors = partial(nx.ancestors, self.graph)  # type: ignore[assignment, method-assign]
        self.descendants = partial(nx.descendants, self.graph)  # type: ignore[assignment, method-assign]
        self.parents = self.graph.pred.__getitem__  # type: ignore[method-assign]

    def ancestors(self, node: int) -> Nodes:
        raise NotImplementedError

    def descendants(self, node: int) -> Nodes:
        raise NotImplementedError

    def parents(self, node: int) -> Iterable[int]:
        raise NotImplementedError

    def components(self) -> NDArray[Any]:
        return labelled(self.count, self.nx.weakly_connected_components(self.graph))

    def generations(self) -> NDArray[Any]:
        return labelled(self.count, self.nx.topological_generations(self.graph))

    def counts(self) -> NDArray[Any]:
        descendants, graph = self.descendants, self.graph
        sizes = (len(descendants(node)) if below else 0 for node, below in graph._succ.items())
        return np.fromiter(sizes, dtype=np.int64, count=self.count)

    def is_acyclic(self) -> bool:
        return self.nx.is_directed_acyclic_graph(self.graph)

    def ends(self) -> NDArray[Any]:
        return np.fromiter(chain.from_iterable(self.graph.edges), dtype=np.int32)


class NetworkXPaused(NetworkX):
    """NetworkX without the garbage collector."""

    name = "networkx, gc off"

    def _make(self, nodes: Iterable[Any], edges: Iterable[tuple[Any, Any]]) -> None:
        gc.disable()
        super()._make(nodes, edges)


class RustworkX(Peer):
    """rustworkx: petgraph in Rust."""

    name = "rustworkx"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        import rustworkx as rx

        self.count = count
        graph: Any = rx.PyDiGraph()
        graph.add_nodes_from(range(count))
        graph.extend_from_edge_list(list(zip(parent.tolist(), child.tolist(), strict=True)))
        self._hold(graph)

    def _hold(self, graph: Any) -> None:
        import rustworkx as rx

        self.rx, self.graph = rx, graph
        self.ancestors = partial(rx.ancestors, self.graph)  # type: ignore[method-assign]
        self.descendants = partial(rx.descendants, self.graph)  # type: ignore[method-assign]
        self.parents = self.graph.predecessor_indices  # type: ignore[method-assign]

    def ancestors(self, node: int) -> Nodes:
        raise NotImplementedError

    def descendants(self, node: int) -> Nodes:
        raise NotImplementedError

    def parents(self, node: int) -> Iterable[int]:
        raise NotImplementedError

    def components(self) -> NDArray[Any]:
        return labelled(self.count, self.rx.weakly_connected_components(self.graph))

    def generations(self) -> NDArray[Any]:
        return labelled(self.count, self.rx.topological_generations(self.graph))

    def counts(self) -> NDArray[Any]:
        descendants, counts = self.descendants, np.zeros(self.count, dtype=np.int64)
        inner = np.unique(np.asarray(self.graph.edge_list())[:, 0]).tolist()
        counts[inner] = [len(descendants(node)) for node in inner]
        return counts

    def is_acyclic(self) -> bool:
        return self.rx.is_directed_acyclic_graph(self.graph)

    def ends(self) -> NDArray[Any]:
        return np.asarray(self.graph.edge_list())


class IGraph(Peer):
    """igraph: arrays in C."""

    name = "igraph"

    def build(self, count: int, parent: NDArray[Any], child: NDArray[Any]) -> None:
        import igraph

        self.count, self.igraph = count, igraph
        # Pairs are read faster than an array, or a list of lists.
        edges = list(zip(parent.tolist(), child.tolist(), strict=True))
        self._hold(igraph.Graph(n=count, edges=edges, directed=True))

    def _hold(self, graph: Any) -> None:
        self.graph, self._reached = graph, graph.subcomponent
        self.parents = graph.predecessors  # type: ignore[method-assign]

    def ancestors(self, node: int) -> Nodes:
        found: list[int] = self._reached(node, mode="in")
        return found[1:]

    def descendants(self, node: int) -> Nodes:
        found: list[int] = self._reached(node, mode="out")
        return found[1:]

    def parents(self, node: int) -> Iterable[int]:
        raise NotImplementedError

    def components(self) -> NDArray[Any]:
        return np.array(self.graph.connected_components(mode="weak").membership)

    def generations(self) -> NDArray[Any]:
        depth = [0] * self.count
        above = self.graph.get_adjlist(mode="in")
        for node in self.graph.topological_sorting():
            if above[node]:
                depth[node] = 1 + max([depth[other] for other in above[node]])
        return np.array(depth)

    def counts(self) -> NDArray[Any]:
        return np.array(self.graph.neighborhood_size(order=self.count, mode="out")) - 1

    def is_acyclic(self) -> bool:
        return self.graph.is_dag()  # type: ignore[no-any-return]

    def ends(self) -> NDArray[Any]:
        return np.array(self.graph.get_edgelist(), dtype=np.int32)


PEERS: dict[str, type[Peer]] = {peer.name: peer for peer in (ModelTree, NetworkX, NetworkXPaused, RustworkX, IGraph)}
