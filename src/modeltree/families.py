"""Families: which models belong together, by common root, by connection, by maker, or by any key.

A base family is a root of the weight-passing relations with all that descends from it, so a model with several
weight parents can belong to several families. Each model has one **primary** family: that of its primary parent.
The primary parent is the one that comes first by

1. relation, in the order of `modeltree.records.Relation`: a model takes after what it was fine-tuned from before
   what it has as a component, and after that before what it learnt from the outputs of;
2. date: the parent released last, in the order of `PartialDate`; undated ones come after all others;
3. id.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from modeltree.ancestry import AncestryIndex
from modeltree.dates import PartialDate
from modeltree.records import Model, Relation
from modeltree.showing import Shown

__all__ = ["Family", "Grouping", "families_of", "primary_parent", "primary_roots"]

Grouping = Literal["base", "component", "organization"] | Callable[[Model], Hashable]
"""How to group: by base model, by connection, by organization, or by what a function says of each model."""

_RANK = {relation: rank for rank, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class Family(Shown):
    """Models that belong together.

    Parameters
    ----------
    key : hashable
        What the family is found by: the id of its root or its organization, or what the function said.
    name : str
        What to call it.
    root : str or None
        The model that all others descend from, where there is one.
    members : tuple of str
        All models that belong to it, in date order.
    primary : tuple of str
        Those of them whose primary family it is, in date order.
    depth : int
        The steps of the longest descent within the family.
    span : (PartialDate, PartialDate) or None
        The first and the last date of its members, if any is dated.
    organizations : tuple of str
        Who made its members, by id.
    """

    key: Hashable
    name: str
    root: str | None
    members: tuple[str, ...]
    primary: tuple[str, ...]
    depth: int
    span: tuple[PartialDate, PartialDate] | None
    organizations: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many models belong to it."""
        return len(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __contains__(self, id: object) -> bool:
        return id in self.members

    def __str__(self) -> str:
        span = f", {self.span[0]} to {self.span[1]}" if self.span else ""
        return f"{self.name}: {self.size} {'model' if self.size == 1 else 'models'}{span}"


def families_of(
    models: Sequence[Model],
    index: AncestryIndex,
    relation_of: Mapping[tuple[str, str], Relation],
    by: Grouping = "base",
    organization_names: Mapping[str, str] | None = None,
) -> tuple[Family, ...]:
    """Group models into families, the largest first, then by their first member.

    Parameters
    ----------
    models : sequence of Model
        In date order; their places are the nodes of the index.
    index : AncestryIndex
        The descent to go by.
    relation_of : mapping of (parent, child) to Relation
        The relation of each derivation that the index has.
    by : {"base", "component", "organization"} or callable
        How to group. A callable gets a `Model` and returns the key of its family.
    organization_names : mapping, optional
        What to call the organizations.
    """
    groups, primary = _grouped(models, index, relation_of, by)
    names: dict[Hashable, str] = {}
    if by == "base":
        names = {model.id: model.name for model in models}
    elif by == "component":
        names = {key: models[nodes[0]].name for key, nodes in groups.items()}
    elif by == "organization":
        names = {None: "no organization"}
        names.update(organization_names or {})
    found = []
    for key, nodes in groups.items():
        members = [models[node] for node in nodes]
        dates = [model.released for model in members if model.released]
        within = set(nodes)
        roots = [node for node in nodes if within.isdisjoint(index.parents[node])]
        family = Family(
            key=key,
            name=names.get(key, str(key)),
            root=models[roots[0]].id if len(roots) == 1 else None,
            members=tuple(model.id for model in members),
            primary=tuple(models[node].id for node in primary.get(key, ())),
            depth=_depth(nodes, index),
            span=(dates[0], dates[-1]) if dates else None,
            organizations=tuple(dict.fromkeys(name for model in members for name in model.organizations)),
        )
        found.append((-len(nodes), nodes[0], family))
    return tuple(family for *_, family in sorted(found, key=lambda entry: entry[:2]))


def primary_roots(
    models: Sequence[Model], index: AncestryIndex, relation_of: Mapping[tuple[str, str], Relation]
) -> list[int]:
    """For each node, the root of its primary family."""
    roots = list(range(len(models)))
    for node in index.order:
        if parents := index.parents[node]:
            roots[node] = roots[primary_parent(models, relation_of, node, parents)]
    return roots


def primary_parent(
    models: Sequence[Model], relation_of: Mapping[tuple[str, str], Relation], child: int, parents: Sequence[int]
) -> int:
    """The one of some parents of a node that it takes after, by the rule above; they are in the order of the nodes."""
    ranks = [_RANK[relation_of[models[parent].id, models[child].id]] for parent in parents]
    least = min(ranks)
    first = [parent for parent, rank in zip(parents, ranks, strict=True) if rank == least]
    latest = max((date for parent in first if (date := models[parent].released)), default=None)
    # Nodes are in date order, then by id: the first of those with this date has the least id.
    return next(parent for parent in first if models[parent].released == latest)


def _grouped(
    models: Sequence[Model],
    index: AncestryIndex,
    relation_of: Mapping[tuple[str, str], Relation],
    by: Grouping,
) -> tuple[dict[Hashable, list[int]], dict[Hashable, list[int]]]:
    """By the key of each family, the nodes that belong to it, and those that do so primarily."""
    keys: Sequence[tuple[Hashable, ...]]
    first: Sequence[Hashable]
    if by == "base":
        keys = [tuple(models[root].id for root in roots) for roots in index.roots_above]
        first = [models[root].id for root in primary_roots(models, index, relation_of)]
    elif by == "component":
        first = [models[least].id for least in index.components]
        keys = [(key,) for key in first]
    elif by == "organization":
        keys = [model.organizations or (None,) for model in models]
        first = [chosen[0] for chosen in keys]
    elif callable(by):
        first = [by(model) for model in models]
        keys = [(key,) for key in first]
    else:
        raise ValueError(f"cannot group by {by!r}: say 'base', 'component', 'organization' or give a function")
    groups: dict[Hashable, list[int]] = {}
    primary: dict[Hashable, list[int]] = {}
    for node, (chosen, one) in enumerate(zip(keys, first, strict=True)):
        for key in chosen:
            groups.setdefault(key, []).append(node)
        primary.setdefault(one, []).append(node)
    return groups, primary


def _depth(nodes: Sequence[int], index: AncestryIndex) -> int:
    """The steps of the longest way from one of the nodes to another through nothing but them."""
    steps: dict[int, int] = {}
    for node in sorted(nodes, key=index.generation.__getitem__):
        within = [steps[parent] + 1 for parent in index.parents[node] if parent in steps]
        steps[node] = max(within, default=0)
    return max(steps.values())
