"""Questions about random lineages, answered by the library, by brute force on bits, and by NetworkX, from threads too.

python benchmarks/assault/queries.py --count 1000000
"""

from __future__ import annotations

import itertools
import pickle
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, reduce
from typing import Any

import networkx as nx
import numpy as np
from tally import RELATIONS, Tally, options, tree_of

from modeltree import Derivation, Lineage, Model, NoPathError, PartialDate
from modeltree.graph.index import AncestryIndex
from modeltree.graph.store import Columns
from modeltree.records import IDEAS, OUTPUTS, WEIGHTS

CHOICES: tuple[tuple[Any, frozenset[Any]], ...] = (
    (None, frozenset(RELATIONS)), ("weights", WEIGHTS), ("outputs", OUTPUTS), ("ideas", IDEAS),
    ("merge", frozenset({"merge"})), (["merge", "ideas"], IDEAS | {"merge"}),
)  # fmt: skip
DATES = (None, 2019, 2020, "2020-03", "2020-03-01", "2020-03-02", "2020-12", "2021-01-01")
UNDATED = (9999, 99, 99)
THREADS = 8


class Plain:
    """A lineage whose models are bits of integers, in date order, and answers that come of looking at all of them."""

    def __init__(self, ids: Sequence[str], edges: Iterable[tuple[int, int, Any]], dates: Sequence[Any]) -> None:
        self.ids, self.edges, self.dates = ids, sorted(edges), dates
        self.size = len(ids)
        self.up, self.down = [0] * self.size, [0] * self.size
        for parent, child, _ in self.edges:
            self.up[child] |= 1 << parent
            self.down[parent] |= 1 << child

    @cached_property
    def above(self) -> list[int]:
        """For each model, all that it descends from."""
        return [self.reach(self.up, node) for node in range(self.size)]

    @cached_property
    def below(self) -> list[int]:
        """For each model, all that descends from it."""
        return [self.reach(self.down, node) for node in range(self.size)]

    def reach(self, step: list[int], start: int, most: int | None = None) -> int:
        """What is reached in at least one and at most so many steps."""
        found, front, steps = 0, 1 << start, 0
        while front and (most is None or steps < most):
            front = reduce(int.__or__, (step[node] for node in bits(front)), 0) & ~found
            found |= front
            steps += 1
        return found

    @cached_property
    def depth(self) -> list[int]:
        """The longest way to each model."""
        return [longest(self.up, node, {}) for node in range(self.size)]

    @cached_property
    def height(self) -> list[int]:
        """The longest way from each model."""
        return [longest(self.down, node, {}) for node in range(self.size)]

    def named(self, mask: int) -> tuple[str, ...]:
        """The ids of bits."""
        return tuple(self.ids[node] for node in bits(mask))

    def common(self, nodes: Iterable[int]) -> int:
        """What all of some models descend from or are."""
        return reduce(int.__and__, (self.above[node] | 1 << node for node in nodes))

    def recent(self, nodes: Iterable[int]) -> int:
        """Those of the same that no other of them descends from."""
        shared = self.common(nodes)
        return sum(1 << node for node in bits(shared) if not self.below[node] & shared)

    def root(self, node: int) -> int:
        """The root of the primary family of a model: up by relation, then to the latest, undated ones last, then by id."""

        def preference(edge: tuple[int, int, Any]) -> tuple[int, list[int], int]:
            date = self.dates[edge[0]]
            return RELATIONS.index(edge[2]), [0] if date == UNDATED else [-part for part in date], edge[0]

        edges = [edge for edge in self.edges if edge[1] == node]
        return self.root(min(edges, key=preference)[0]) if edges else node


def bits(mask: int) -> list[int]:
    """The places of the bits that are set."""
    return [place for place, digit in enumerate(bin(mask)[:1:-1]) if digit == "1"]


def longest(step: list[int], node: int, known: dict[int, int]) -> int:
    """The most steps that lead on from a node."""
    if node not in known:
        known[node] = max((longest(step, other, known) + 1 for other in bits(step[node])), default=0)
    return known[node]


def key(date: Any) -> tuple[int, int, int]:
    """How dates are ordered; no date comes last."""
    return (*map(int, str(date).split("-")), 0, 0)[:3] if date else UNDATED  # type: ignore[return-value]


def made(chance: random.Random) -> tuple[Lineage, Plain, dict[Any, Plain], str]:
    """A lineage of one of four origins, and the plain one, as a whole and of each choice of relations."""
    size = chance.choice((1, 2, 3, 5, 8, 13, 30, 30, 60, 120))
    names = chance.sample([f"{letter}{number}" for letter in "abc" for number in range(60)], size)
    dates = [chance.choice(DATES) for _ in names]
    edges = [(parent, child, chance.choice(RELATIONS)) for parent, child in tree_of(chance, size)]
    models = [Model(id=id, name=id, released=date) for id, date in zip(names, dates, strict=True)]
    derivations = [Derivation(parent=names[up], child=names[down], relation=relation) for up, down, relation in edges]
    match origin := chance.choice(("records", "columns", "networkx", "pickle")):
        case "columns":
            numbers = [PartialDate.parse(date).number if date else 0 for date in dates]
            ends = [np.array([edge[end] for edge in edges], dtype=np.int32) for end in (0, 1)]
            kinds = np.array([RELATIONS.index(edge[2]) for edge in edges], dtype=np.uint8)
            columns = Columns(
                ids=list(names), dates=np.array(numbers, dtype=np.int32), parent=ends[0], child=ends[1], relation=kinds
            )
            lineage = Lineage.from_columns(columns)
        case "networkx":
            graph: nx.DiGraph[str] = nx.DiGraph()
            graph.add_nodes_from(
                (id, {"released": str(date)} if date else {}) for id, date in zip(names, dates, strict=True)
            )
            graph.add_edges_from((names[up], names[down], {"relation": str(relation)}) for up, down, relation in edges)
            lineage = Lineage.from_networkx(graph)
        case _:
            lineage = Lineage(models, derivations)
            lineage = pickle.loads(pickle.dumps(lineage)) if origin == "pickle" else lineage  # noqa: S301
    order = sorted(range(size), key=lambda row: (key(dates[row]), names[row]))
    place = {row: number for number, row in enumerate(order)}
    moved = [(place[up], place[down], relation) for up, down, relation in edges]
    ids, released = [names[row] for row in order], [key(dates[row]) for row in order]
    parts = {
        number: Plain(ids, [edge for edge in moved if edge[2] in chosen], released)
        for number, (_, chosen) in enumerate(CHOICES)
    }
    return lineage, parts[0], parts, origin


def ask(tally: Tally, chance: random.Random, lineage: Lineage, parts: dict[Any, Plain], checks: int, kind: str) -> None:
    """Some random questions about one lineage."""
    for _ in range(checks):
        number = chance.randrange(len(CHOICES))
        relations, plain = CHOICES[number][0], parts[number]
        a, b = chance.randrange(plain.size), chance.randrange(plain.size)
        one, other = plain.ids[a], plain.ids[b]
        several = chance.sample(range(plain.size), min(plain.size, 3))
        some = [plain.ids[node] for node in several]
        limit = chance.choice((None, 0, 1, 2, 5))
        nodes = range(plain.size)
        match chance.randrange(20):
            case 0:
                got, right = lineage.parents(one, relations), plain.named(plain.up[a])
            case 1:
                got, right = lineage.children(one, relations), plain.named(plain.down[a])
            case 2:
                shared = reduce(int.__or__, (plain.down[node] for node in bits(plain.up[a])), 0) & ~(1 << a)
                got, right = lineage.siblings(one, relations), plain.named(shared)
            case 3:
                got, right = lineage.ancestors(one, relations, limit), plain.named(plain.reach(plain.up, a, limit))
            case 4:
                got, right = lineage.descendants(one, relations, limit), plain.named(plain.reach(plain.down, a, limit))
            case 5 | 6:
                got, right = lineage.is_ancestor(one, other, relations), bool(plain.below[a] >> b & 1)
            case 7:
                got = lineage.common_ancestors(*some, relations=relations)
                right = plain.named(plain.common(several))
            case 8 | 9:
                got = lineage.most_recent_common_ancestors(*some, relations=relations)
                right = plain.named(plain.recent(several))
            case 10:
                got, right = path_of(lineage, one, other, relations), shortest(plain, a, b)
            case 11:
                got = (lineage.roots(relations), lineage.leaves(relations), lineage.merges(relations))
                right = (
                    tuple(plain.ids[node] for node in nodes if not plain.up[node]),
                    tuple(plain.ids[node] for node in nodes if not plain.down[node]),
                    tuple(plain.ids[node] for node in nodes if plain.up[node].bit_count() > 1),
                )
            case 12:
                levels = [tuple(plain.ids[n] for n in nodes if plain.depth[n] == level) for level in range(plain.size)]
                got, right = lineage.generations(relations), tuple(filter(None, levels))
            case 13:
                got = (lineage.depth(one, relations), lineage.height(one, relations), lineage.depth(None, relations))
                right = (plain.depth[a], plain.height[a], max(plain.depth))
            case 14:
                pairs = [(x, y) for x in several for y in several]
                ends = [[plain.ids[pair[end]] for pair in pairs] for end in (0, 1)]
                got = lineage.are_ancestors(*ends, relations=relations).tolist()
                right = [bool(plain.below[x] >> y & 1) for x, y in pairs]
            case 15:
                got = (lineage.descendant_counts(relations).tolist(), lineage.ancestor_counts(relations).tolist())
                right = tuple([mask.bit_count() for mask in side] for side in (plain.below, plain.above))
            case 16:
                roots = sum(1 << node for node in nodes if not plain.up[node])
                got = lineage.root_counts(relations).tolist()
                right = [((plain.above[node] | 1 << node) & roots).bit_count() for node in nodes]
            case 17:
                got = lineage.most_recent_common_ancestors_of([(one, other), (other, other)], relations)
                right = [plain.named(plain.recent((a, b))), (other,)]
            case 18:
                got = (
                    tuple(lineage.clade(*some, relations=relations)),
                    tuple(lineage.ancestry(*some, relations=relations)),
                )
                right = tuple(
                    plain.named(reduce(int.__or__, (side[node] | 1 << node for node in several)))
                    for side in (plain.below, plain.above)
                )
            case _:
                got = [plain.ids[label] for label in lineage.family_labels("base", relations).tolist()]
                right = [plain.ids[plain.root(node)] for node in nodes]
        tally.check(got == right, kind, (relations, one, other, some, limit, got, right, plain.edges))


def path_of(lineage: Lineage, one: str, other: str, relations: Any) -> tuple[str, ...] | None:
    """The models of a shortest path."""
    try:
        path = lineage.shortest_path(one, other, relations)
    except NoPathError:
        return None
    return (one, *(edge.child for edge in path))


def shortest(plain: Plain, start: int, end: int) -> tuple[str, ...] | None:
    """The least of the shortest paths, as seen from the end."""
    paths = [[end]]
    while paths:
        if found := [path for path in paths if path[-1] == start]:
            return tuple(plain.ids[node] for node in min(found)[::-1])
        nearest: dict[int, list[int]] = {}
        for path in paths:
            for node in bits(plain.up[path[-1]]):
                nearest[node] = min(nearest.get(node, [*path, node]), [*path, node])
        paths = list(nearest.values())
    return None


def ask_networkx(tally: Tally, chance: random.Random, lineage: Lineage, plain: Plain) -> None:
    """The functions of NetworkX on a lineage and on a graph of NetworkX's own."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(plain.ids)
    graph.add_edges_from((plain.ids[up], plain.ids[down]) for up, down, _ in plain.edges)
    for _ in range(20):
        one, other = chance.choice(plain.ids), chance.choice(plain.ids)
        answers = [
            (
                nx.ancestors(G, one), nx.descendants(G, one), nx.has_path(G, one, other),
                nx.descendants_at_distance(G, one, 2), nx.dag_longest_path_length(G), nx.is_weakly_connected(G),
                nx.number_weakly_connected_components(G), [set(level) for level in nx.topological_generations(G)],
                nx.shortest_path_length(G, one, other) if nx.has_path(G, one, other) else None,
                sorted(map(sorted, nx.weakly_connected_components(G))),
            )
            for G in (lineage, graph)
        ]  # fmt: skip
        for number, (ours, theirs) in enumerate(zip(*answers, strict=True)):
            tally.check(ours == theirs, "networkx", (number, one, other, ours, theirs, plain.edges))
    tally.check(set(lineage.graph.edges) == set(graph.edges), "networkx", "edges")
    tally.check(
        set(nx.transitive_closure(lineage).edges) == set(nx.transitive_closure(graph).edges), "networkx", "closure"
    )


def ask_index(tally: Tally, chance: random.Random) -> None:
    """An index of some hundred or thousand nodes, by whatever way it answers at first and once all is made."""
    size = chance.choice((10, 100, 400, 1500))
    edges = list(tree_of(chance, size))
    order = chance.sample(range(size), size)
    moved = [(order[up], order[down], None) for up, down in edges]
    plain = Plain([str(node) for node in range(size)], [(up, down, "") for up, down, _ in moved], ())
    ends = [[edge[end] for edge in moved] for end in (0, 1)]
    index = AncestryIndex.from_edges(size, *ends)
    cold = AncestryIndex.from_edges(size, *ends)
    for turn in range(150):
        if turn == 75:
            index.descendant_counts()  # from here on by the forest
        a, b, c = (chance.randrange(size) for _ in range(3))
        asked = index if turn % 2 else cold
        tally.check(list(asked.ancestors(a)) == bits(plain.above[a]), "index", (a, edges))
        tally.check(sorted(asked.descendants(a)) == bits(plain.below[a]), "index", (a, edges))
        tally.check(asked.is_ancestor(a, b) == bool(plain.below[a] >> b & 1), "index", (a, b, edges))
        recent = asked.most_recent_common_ancestors([a, b, c])
        tally.check(list(recent) == bits(plain.recent((a, b, c))), "index", (a, b, c, edges))
    counts = (plain.below, plain.above)
    for ours, masks in zip((index.descendant_counts(), index.ancestor_counts()), counts, strict=True):
        for mine, mask in zip(ours.tolist(), masks, strict=True):
            tally.check(mine == mask.bit_count(), "index", edges)


def main() -> int:
    """Ask until there are enough answers."""
    tally = Tally("queries", options(__doc__, count=1_000_000, seconds=1800))
    chance = tally.random
    for turn in itertools.count():
        if not tally:
            break
        lineage, plain, parts, origin = made(chance)
        tally.check(tuple(lineage.ids) == tuple(plain.ids), f"from {origin}", (lineage.ids, plain.ids))
        if turn % 4:
            ask(tally, chance, lineage, parts, 300, "lineage")
        else:  # a fresh one, whose index is made while others ask
            with ThreadPoolExecutor(THREADS) as pool:
                own = [random.Random(chance.random()) for _ in range(THREADS)]  # noqa: S311
                for job in [pool.submit(ask, tally, each, lineage, parts, 100, "threads") for each in own]:
                    job.result()
        if turn % 8 == 1:
            ask_networkx(tally, chance, lineage, plain)
        if turn % 16 == 2:
            ask_index(tally, chance)
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())
