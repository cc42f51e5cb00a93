"""The genealogy of a lineage: when each model was, which parent it branches off from, and which branches are folded.

A family tree can show one parent of each model as its branch and must tie the others to it in another way. The one is
the primary parent (see `modeltree.graph.families`) of those that are no later than the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy

from modeltree._util.languages import ENGLISH, Words
from modeltree.graph.families import PrimaryForest
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Relation, Relations, relation_set

_RELATIONS = tuple(Relation)


@dataclass(frozen=True, slots=True)
class Collapse:
    """Which branches are folded into one node.

    A branch is a model with all that branches off it. What is folded at one parent is one node, that says how many
    models it stands for. A single model is not folded, and the first model of a family only with all of a small family.

    Parameters
    ----------
    smaller_than : int
        Branches and families of fewer models.
    only : frozenset of Relation
        Branches all of whose models were made by one of these relations.
    depth : int, optional
        Models that are more steps than this below the first of their family.

    Examples
    --------
    >>> Collapse.parse("smaller=5, depth=3")
    Collapse(smaller_than=5, only=frozenset(), depth=3)
    """

    smaller_than: int = 0
    only: frozenset[Relation] = frozenset()
    depth: int | None = None

    @classmethod
    def parse(cls, words: str) -> Collapse:
        """What words such as ``"smaller=5,quantized,depth=3"`` say."""
        numbers: dict[str, int] = {}
        only: set[Relation] = set()
        for word in filter(None, map(str.strip, words.split(","))):
            name, given, number = (part.strip() for part in word.partition("="))
            if not given:
                only |= relation_set(name)
            elif name in ("smaller", "depth") and number.isascii() and number.isdigit() and len(number) < 10:
                numbers[name] = int(number)
            else:
                raise ValueError(f"cannot fold by {word!r}: say smaller=N, depth=N, or a relation such as quantized")
        return cls(numbers.get("smaller", 0), frozenset(only), numbers.get("depth"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of a family tree: a model, or several folded ones, at the day of the first, which may be `inferred`."""

    # `parent` and `further` are indexes of entries. `unlisted` more models are known by their count only.

    id: str
    label: str
    at: float
    inferred: bool
    models: tuple[Model, ...]
    parent: int | None
    relation: Relation | None
    further: tuple[tuple[int, Relation], ...]
    unlisted: int = 0

    @property
    def count(self) -> int:
        """How many models it stands for."""
        return len(self.models) + self.unlisted

    @property
    def folded(self) -> bool:
        """Whether it stands for several models."""
        return self.count > 1


@dataclass(frozen=True, slots=True)
class Genealogy:
    """The nodes of a family tree, in the order of the models' dates, and what it leaves out."""

    # Neither `undated` models nor their kin have a date; derivations `against_time` have a parent that is later than
    # the child; `hidden` ones are within folded branches, or lead into one from elsewhere.

    entries: tuple[Entry, ...]
    undated: tuple[Model, ...]
    against_time: tuple[Derivation, ...]
    hidden: int


def genealogy_of(
    lineage: Lineage, relations: Relations = None, collapse: Collapse | None = None, words: Words = ENGLISH
) -> Genealogy:
    """Put the models of a lineage in time and in a forest, and fold branches."""
    # A date is taken at the middle of what is known of it, so far as it is then no earlier than the parents' and no
    # later than the children's. Undated models are half way between parents and children that have a date, or at the
    # date of the only ones.
    wanted = relation_set(relations)
    edges = [edge for edge in lineage.derivations if edge.relation in wanted]
    days = _days(lineage, edges)
    models = [model for model in lineage.models if model.id in days]
    index = {model.id: node for node, model in enumerate(models)}
    day = [days[model.id] for model in models]
    above: list[dict[int, Relation]] = [{} for _ in models]
    against, forward = [], []
    for edge in edges:
        if edge.parent in index and edge.child in index:
            parent, child = index[edge.parent], index[edge.child]
            above[child][parent] = edge.relation
            if day[parent] > day[child]:
                against.append(edge)
            else:
                forward.append((parent, child, _RELATIONS.index(edge.relation)))
    dates = numpy.array([model.released.number if model.released else 0 for model in models], dtype=numpy.int64)
    tails, heads, relation = numpy.array(forward, dtype=numpy.int64).reshape(-1, 3).T
    branches = _Branches(models, day, PrimaryForest.of(tails, heads, relation, dates), above, words)
    entries, hidden = branches.entries(branches.folds(collapse or Collapse()))
    undated = tuple(model for model in lineage.models if model.id not in days)
    return Genealogy(tuple(entries), undated, tuple(against), hidden)


def _days(lineage: Lineage, edges: Iterable[Derivation]) -> dict[str, float]:
    """When each model was, in days, so far as can be said."""
    parents: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    for edge in edges:
        parents.setdefault(edge.child, []).append(edge.parent)
        children.setdefault(edge.parent, []).append(edge.child)
    order = [id for layer in lineage.generations() for id in layer]
    first, last = {}, {}
    for id in order:
        date = lineage[id].released
        first[id] = date.lower.toordinal() + 0.5 if date else -math.inf
        last[id] = date.upper.toordinal() + 0.5 if date else math.inf
    latest = dict(last)  # with regard to the children, so far as they do not contradict
    for id in reversed(order):
        below = (latest[child] for child in children.get(id, ()))
        latest[id] = min([last[id], *(bound for bound in below if bound >= first[id])])
    days: dict[str, float] = {}
    for id in order:
        known = (days[above] for above in parents.get(id, ()) if above in days)
        low = max([first[id], *(day for day in known if day <= latest[id])])
        if math.isinf(low) and math.isinf(latest[id]):
            continue
        if math.isinf(low) or math.isinf(latest[id]):
            days[id] = latest[id] if math.isinf(low) else low
        elif lineage[id].released is None:
            days[id] = (low + latest[id]) / 2
        else:
            days[id] = min(max((first[id] + last[id]) / 2, low), latest[id])
    return days


class _Branches:
    """Models that each branch off from one parent at the most."""

    def __init__(
        self,
        models: Sequence[Model],
        day: Sequence[float],
        forest: PrimaryForest,
        above: Sequence[Mapping[int, Relation]],
        words: Words,
    ) -> None:
        self.words = words
        self.models, self.day, self.forest, self.above = models, day, forest, above
        self.parent = [None if parent < 0 else parent for parent in forest.parent.tolist()]
        self.order: list[int] = forest.order.tolist()

    def folds(self, rule: Collapse) -> dict[int, int]:
        """For each folded model, the one by which the node that it is in is known: the first of all that are in it."""
        size, depth = self.forest.size.tolist(), self.forest.depth.tolist()
        alike = [over is not None and self.above[node][over] in rule.only for node, over in enumerate(self.parent)]
        for node in reversed(self.order):
            if (over := self.parent[node]) is not None:
                alike[over] = alike[over] and alike[node]

        def goes(node: int) -> bool:
            too_deep = rule.depth is not None and depth[node] > rule.depth
            return size[node] < rule.smaller_than or alike[node] or too_deep

        keeper: dict[int, int] = {}
        groups: dict[int | None, list[int]] = {}
        for node in self.order:
            over = self.parent[node]
            if over in keeper:
                keeper[node] = keeper[over]
            elif goes(node) and not (over is None and size[node] >= rule.smaller_than):
                groups.setdefault(over, []).append(node)
                keeper[node] = node
        for branches in groups.values():
            first = min(branches, key=lambda node: (self.day[node], self.models[node].id))
            if sum(size[node] for node in branches) == 1:
                del keeper[first]
                continue
            joined = dict.fromkeys(branches, first)
            keeper.update({node: joined[by] for node, by in keeper.items() if by in joined})
        return keeper

    def entries(self, keeper: Mapping[int, int]) -> tuple[list[Entry], int]:
        """The entries, and how many derivations they do not show."""
        shown = [node for node in range(len(self.models)) if keeper.get(node, node) == node]
        index = {node: position for position, node in enumerate(shown)}
        members: dict[int, list[int]] = {}
        for node, by in keeper.items():
            members.setdefault(by, []).append(node)
        further: list[dict[int, Relation]] = [{} for _ in shown]
        hidden = 0
        for child, relation_of in enumerate(self.above):
            for over, relation in relation_of.items():
                if over == self.parent[child]:
                    hidden += child in keeper and (over in keeper or child != keeper[child])
                elif child in keeper or index[keeper.get(over, over)] in further[index[child]]:
                    hidden += 1
                elif keeper.get(over, over) != self.parent[child]:
                    further[index[child]][index[keeper.get(over, over)]] = relation
        entries = []
        for position, node in enumerate(shown):
            above = self.parent[node]
            inside = sorted(members.get(node, [node]))
            models = tuple(self.models[member] for member in inside)
            id, label = self.models[node].id, self.models[node].name
            if len(models) > 1:
                id, label = self._named(node, models)
            branch = None if above is None else self._shared(above, inside)
            day = min(self.day[member] for member in inside)
            inferred = len(models) == 1 and models[0].released is None
            branches_off = None if above is None else index[above]
            others = tuple(sorted(further[position].items()))
            entries.append(Entry(id, label, day, inferred, models, branches_off, branch, others))
        return entries, hidden

    def _shared(self, over: int, inside: Sequence[int]) -> Relation:
        """The relation of the branches in a node to their parent: of several, that which comes first."""
        relations = {self.above[member][over] for member in inside if self.parent[member] == over}
        return min(relations, key=_RELATIONS.index)

    def _named(self, node: int, models: Sequence[Model]) -> tuple[str, str]:
        """Id and label of a node of several models; no model has such an id, as there is a blank in it."""
        over = self.parent[node]
        if over is None:
            id, label = "small families", self.words("small families: {count} models", count=len(models))
        else:
            id = f"{self.models[over].id}: more"
            label = self.words("{model}: {count} more", model=self.models[over].name, count=len(models))
        return id, label
