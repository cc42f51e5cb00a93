"""Which models of two lineages are the same though their ids are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from numpy.typing import NDArray

from modeltree.graph.store import NodeStore

Why = Literal["alias", "name", "links"]
_Owners = dict[str, dict[int, bool]]
"""For words the models that go by them, and whether by an alias."""


def same_models(
    one: NodeStore, other: NodeStore, of_one: NDArray[Any], of_other: NDArray[Any], *, by_links: bool = False
) -> Iterator[tuple[int, int, Why]]:
    """Pairs of some models of two stores that are the same, and by what: an alias, a name, or web addresses.

    What several models go by tells nothing, nor does the name of two repositories of the Hub, where everyone may call
    a model by any name. The models of a pair are of one kind. Where addresses alone tell, their dates and sizes agree:
    one paper may present several models.
    """
    if not (len(of_one) and len(of_other)):
        return
    owners = _owners(one, of_one), _owners(other, of_other)
    left = set(of_one.tolist()), set(of_other.tolist())
    by_alias, by_name = list[tuple[int, int]](), list[tuple[int, int]]()
    for word, first in owners[0].items():
        for before, before_by_alias in first.items():
            for now, now_by_alias in owners[1].get(word, {}).items():
                if before_by_alias or now_by_alias:
                    by_alias.append((before, now))
                elif not ("/" in one.ids[before] and "/" in other.ids[now]):
                    by_name.append((before, now))
    stages: list[tuple[Why, list[tuple[int, int]]]] = [("alias", by_alias), ("name", by_name)]
    if by_links:
        stages.append(("links", list(_with_one_address(one, other, of_one, of_other))))
    for why, pairs in stages:
        open_ = [
            (before, now)
            for before, now in dict.fromkeys(pairs)
            if before in left[0] and now in left[1] and _kind(one, before) == _kind(other, now)
        ]
        for before, now in _alone(open_):
            left[0].discard(before)
            left[1].discard(now)
            yield before, now, why


def _owners(nodes: NodeStore, chosen: NDArray[Any]) -> _Owners:
    """What some models go by, but for what others go by as well."""
    some, called = set(chosen.tolist()), dict(nodes.other_names())
    found: _Owners = {}
    others = set[str]()
    for node, id in enumerate(nodes.ids) if called else ((node, nodes.ids[node]) for node in chosen.tolist()):
        name, *aliases = called.get(id, (id,))
        if node not in some:
            others.update((id, name, *aliases))
            continue
        for word in (id, name):
            found.setdefault(word, {}).setdefault(node, False)
        for word in aliases:
            found.setdefault(word, {})[node] = True
    return {word: owners for word, owners in found.items() if word not in others}


def _with_one_address(
    one: NodeStore, other: NodeStore, of_one: NDArray[Any], of_other: NDArray[Any]
) -> Iterator[tuple[int, int]]:
    if one.has("links") and other.has("links"):
        links = [_by_links(*side) for side in ((one, of_one), (other, of_other))]
        for value, nodes in links[0].items():
            pairs = ((node, now) for node in nodes for now in links[1].get(value, ()))
            yield from (pair for pair in pairs if _agree(one, other, *pair))


def _agree(one: NodeStore, other: NodeStore, before: int, now: int) -> bool:
    facts = [(nodes.released(node), nodes.value("sizes", node)) for nodes, node in ((one, before), (other, now))]
    return all(not left or not right or left == right for left, right in zip(*facts, strict=True))


def _by_links(nodes: NodeStore, chosen: NDArray[Any]) -> Mapping[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for node, links in zip(chosen.tolist(), nodes.part(chosen).field("links"), strict=True):
        if links:
            found.setdefault(links, []).append(node)
    return found


def _kind(nodes: NodeStore, node: int) -> str:
    return str(nodes.value("kind", node) or "model")


def _alone(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The pairs both of whose models are in no other pair."""
    counts: list[dict[int, int]] = [{}, {}]
    for pair in pairs:
        for side, node in enumerate(pair):
            counts[side][node] = counts[side].get(node, 0) + 1
    yield from (pair for pair in pairs if all(counts[side][node] == 1 for side, node in enumerate(pair)))
