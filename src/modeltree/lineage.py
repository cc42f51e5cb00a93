"""The lineage: models, and what they were made from, as one immutable graph that answers questions."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Never, Self

from modeltree.ancestry import AncestryIndex
from modeltree.answers import Ids, Kinship, Period
from modeltree.dates import Grain, PartialDate
from modeltree.errors import CycleError, LineageError, NoPathError, UnknownOrganizationError
from modeltree.families import Family, Grouping, families_of
from modeltree.names import NameTable
from modeltree.network import from_digraph, to_digraph
from modeltree.outline import outline
from modeltree.records import (
    About,
    Derivation,
    Domain,
    Kind,
    Model,
    Openness,
    Organization,
    Relation,
    Relations,
    relation_set,
)
from modeltree.selection import Conditions, Date
from modeltree.showing import Shown, notebook
from modeltree.tabular import Rows, rows_of
from modeltree.validation import problems_of

if TYPE_CHECKING:
    import networkx

    from modeltree.notebook import Page

__all__ = ["Kinship", "Lineage", "Period"]


class Lineage(Shown):
    """Models and the derivations between them: a directed acyclic graph that does not change.

    Models go by their id, name or any alias wherever one is asked for. Ids come out in date order, then by id;
    models without a date come last. ``relations=`` chooses the derivations that a question goes by: one relation,
    several, ``"weights"`` or ``"ideas"``; what is the default, each method says.

    Parameters
    ----------
    models : iterable of Model
        The nodes.
    derivations : iterable of Derivation
        The edges.
    organizations : iterable of Organization
        Who made the models. Where there are none, each organization that a model names is one by its id.
    about : About, optional
        What the lineage as a whole is.

    Raises
    ------
    LineageError
        When the records make no lineage; `LineageError.problems` has all reasons.
    CycleError
        When the only reason is that models descend from themselves.

    Examples
    --------
    >>> from modeltree import Derivation, Lineage, Model
    >>> lineage = Lineage(
    ...     [Model(id="llama", name="LLaMA", released="2023"), Model(id="vicuna", name="Vicuna", released="2023-03")],
    ...     [Derivation(parent="llama", child="vicuna", relation="finetune")],
    ... )
    >>> lineage.ancestors("Vicuna")
    ('llama',)
    """

    def __init__(
        self,
        models: Iterable[Model],
        derivations: Iterable[Derivation] = (),
        organizations: Iterable[Organization] = (),
        *,
        about: About | None = None,
    ) -> None:
        models, derivations, organizations = tuple(models), tuple(derivations), tuple(organizations)
        if problems := problems_of(models, derivations, organizations):
            cyclic = all(problem.kind in ("cycle", "self-loop") for problem in problems)
            raise (CycleError if cyclic else LineageError)(problems)
        if not organizations:
            named = {name for model in models for name in model.organizations}
            organizations = tuple(Organization(id=name, name=name) for name in named)
        ordered = tuple(sorted(models, key=_date_then_id))
        positions = {model.id: position for position, model in enumerate(ordered)}
        steps = sorted(derivations, key=lambda step: (positions[step.child], positions[step.parent]))
        state = {
            "_about": about or About(),
            "_models": ordered,
            "_positions": positions,
            "_steps": {(step.parent, step.child): step for step in steps},
            "_organizations": {record.id: record for record in sorted(organizations, key=lambda record: record.id)},
        }
        self.__dict__.update(state)

    _about: About
    _models: tuple[Model, ...]
    _positions: dict[str, int]
    _steps: dict[tuple[str, str], Derivation]
    _organizations: dict[str, Organization]

    @classmethod
    def from_networkx(
        cls,
        graph: networkx.DiGraph[Any],
        organizations: Iterable[Organization] = (),
        *,
        relation: Relation | str = Relation.FINETUNE,
    ) -> Lineage:
        """The lineage that a directed graph stands for: edges run from parent to child.

        Parameters
        ----------
        graph : networkx.DiGraph
            Node and edge attributes are the fields of `Model` and `Derivation`, as `graph` gives them; all are
            optional, and others are refused. Nodes are strings or integers.
        organizations : iterable of Organization
            Who made the models; where there are none, those of the graph.
        relation : Relation or str
            The relation of edges that have none.
        """
        models, derivations, listed, about = from_digraph(graph, relation)
        return cls(models, derivations, tuple(organizations) or listed, about=about)

    # What there is

    @property
    def about(self) -> About:
        """What the lineage as a whole is."""
        return self._about

    @property
    def models(self) -> tuple[Model, ...]:
        """All models, in date order."""
        return self._models

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """All derivations, in the order of their children, then of their parents."""
        return tuple(self._steps.values())

    @property
    def organizations(self) -> Mapping[str, Organization]:
        """The organizations by id."""
        return MappingProxyType(self._organizations)

    @cached_property
    def graph(self) -> networkx.DiGraph[str]:
        """The lineage as a frozen `networkx.DiGraph`: ids as nodes, parent to child as edges, strings as attributes."""
        return to_digraph(self._models, self._steps.values(), tuple(self._organizations.values()), self._about)

    def __len__(self) -> int:
        return len(self._models)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._names.owners(name)) == 1

    def __getitem__(self, name: str) -> Model:
        model = self._models[self._position(name)]
        object.__setattr__(model, "_lineage", weakref.ref(self))
        return model

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lineage):
            return NotImplemented
        return self._content == other._content

    def __hash__(self) -> int:
        return hash((self._models, *self._steps))

    def __repr__(self) -> str:
        title = f"{self._about.title!r}: " if self._about.title else ""
        dates = [model.released for model in self._models if model.released]
        span = " to ".join(map(str, dict.fromkeys([date.year for date in (dates[0], dates[-1])]))) if dates else ""
        counts = {"model": self._models, "derivation": self._steps, "organization": self._organizations}
        words = ", ".join(f"{len(items)} {word}{'s' * (len(items) != 1)}" for word, items in counts.items())
        return f"<Lineage {title}{', '.join(filter(None, (words, span)))}>"

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"a Lineage does not change: cannot set {name!r}; build a new one")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(f"a Lineage does not change: cannot delete {name!r}; build a new one")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        # What is worked out when first asked for is left out of a pickle.
        return {name: self.__dict__[name] for name in ("_about", "_models", "_positions", "_steps", "_organizations")}

    def derivation(self, parent: str, child: str) -> Derivation:
        """The derivation of a child from a parent.

        Raises
        ------
        NoPathError
            When the one was not made from the other.
        """
        pair = (self._id(parent), self._id(child))
        if pair not in self._steps:
            raise NoPathError(f"{pair[1]!r} is not derived from {pair[0]!r} directly")
        return self._steps[pair]

    def organization(self, name: str) -> Organization:
        """The organization that has an id, name or alias."""
        return self._organizations[self._organization_names.find(name)]

    # Neighbours

    def parents(self, model: str, relations: Relations = None) -> Ids:
        """The models that a model was made from; by default by any relation."""
        return self._ids(self._index(relations).parents[self._position(model)])

    def children(self, model: str, relations: Relations = None) -> Ids:
        """The models that were made from a model; by default by any relation."""
        return self._ids(self._index(relations).children[self._position(model)])

    def siblings(self, model: str, relations: Relations = None) -> Ids:
        """The other models that share a parent with a model; by default by any relation."""
        index, position = self._index(relations), self._position(model)
        shared = {child for parent in index.parents[position] for child in index.children[parent]}
        return self._ids(sorted(shared - {position}))

    # Ancestry

    def ancestors(self, model: str, relations: Relations = None, max_depth: int | None = None) -> Ids:
        """The models that a model descends from, itself not among them; by default by any relation.

        Parameters
        ----------
        model : str
            Id, name or alias.
        relations : optional
            The derivations to go by.
        max_depth : int, optional
            The most steps to go; 1 for the parents.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").ancestors("LLAMA 2-chat")
        ('llama', 'llama-2')
        """
        return self._ids(self._index(relations).ancestors(self._position(model), _counted(max_depth)))

    def descendants(self, model: str, relations: Relations = None, max_depth: int | None = None) -> Ids:
        """The models that descend from a model, itself not among them; by default by any relation."""
        return self._ids(self._index(relations).descendants(self._position(model), _counted(max_depth)))

    def is_ancestor(self, ancestor: str, descendant: str, relations: Relations = None) -> bool:
        """Whether one model descends from another; none from itself; by default by any relation."""
        return self._index(relations).is_ancestor(self._position(ancestor), self._position(descendant))

    def common_ancestors(self, *models: str, relations: Relations = None) -> Ids:
        """The models that all of some models descend from or are; by default by any relation."""
        return self._ids(self._index(relations).common_ancestors(self._several(models)))

    def most_recent_common_ancestors(self, *models: str, relations: Relations = None) -> Ids:
        """The common ancestors none of whose descendants is one; by default by any relation.

        A model counts as its own ancestor here. In a graph with merges there can be several.
        """
        return self._ids(self._index(relations).most_recent_common_ancestors(self._several(models)))

    def paths(self, ancestor: str, descendant: str, relations: Relations = None) -> Iterator[tuple[Derivation, ...]]:
        """All ways of descent from one model to another, one at a time; by default by any relation.

        There can be exponentially many. There is none where the one does not descend from the other, and from a
        model to itself there is one, of no steps.
        """
        index, ends = self._index(relations), (self._position(ancestor), self._position(descendant))
        return (self._along(path) for path in index.paths(*ends))

    def shortest_path(self, ancestor: str, descendant: str, relations: Relations = None) -> tuple[Derivation, ...]:
        """A shortest way of descent from one model to another; by default by any relation.

        From a model to itself it is empty. Among equally short ones it is the one through the earliest models, seen
        from the descendant.

        Raises
        ------
        NoPathError
            When the one does not descend from the other.
        """
        start, end = self._position(ancestor), self._position(descendant)
        path = self._index(relations).shortest_path(start, end)
        if path is None:
            raise NoPathError(f"{self._models[end].id!r} does not descend from {self._models[start].id!r}")
        return self._along(path)

    def kinship(self, first: str, second: str, relations: Relations = None) -> Kinship:
        """How two models are related, and through whom; by default by any relation.

        The kinship of two models that are not related is false.
        """
        through = self.most_recent_common_ancestors(first, second, relations=relations)
        steps = tuple(
            (
                len(self.shortest_path(ancestor, first, relations)),
                len(self.shortest_path(ancestor, second, relations)),
            )
            for ancestor in through
        )
        return Kinship(self._id(first), self._id(second), through, steps)

    # The shape of the whole

    def roots(self, relations: Relations = None) -> Ids:
        """The models made from no other; by default by any relation."""
        return self._ids(self._index(relations).roots)

    def leaves(self, relations: Relations = None) -> Ids:
        """The models that no other was made from; by default by any relation."""
        return self._ids(self._index(relations).leaves)

    def merges(self, relations: Relations = "weights") -> Ids:
        """The models with two or more parents; by default by the relations that pass weights on."""
        return self._ids(node for node, parents in enumerate(self._index(relations).parents) if len(parents) > 1)

    def generations(self, relations: Relations = None) -> tuple[Ids, ...]:
        """The models by `depth`: the roots, those made from roots, and so on; by default by any relation."""
        generation = self._index(relations).generation
        layers: list[list[int]] = [[] for _ in range(max(generation, default=-1) + 1)]
        for node, depth in enumerate(generation):
            layers[depth].append(node)
        return tuple(self._ids(layer) for layer in layers)

    def depth(self, model: str | None = None, relations: Relations = None) -> int:
        """The steps of the longest descent to a model, or of the longest there is; by default by any relation."""
        generation = self._index(relations).generation
        return max(generation, default=0) if model is None else generation[self._position(model)]

    def height(self, model: str | None = None, relations: Relations = None) -> int:
        """The steps of the longest descent from a model, or of the longest there is; by default by any relation."""
        height = self._index(relations).height
        return max(height, default=0) if model is None else height[self._position(model)]

    def families(self, by: Grouping = "base", relations: Relations = "weights") -> tuple[Family, ...]:
        """The models as families, the largest first.

        Parameters
        ----------
        by : {"base", "component", "organization"} or callable
            ``"base"``: each root with all that descends from it; a model with several parents belongs to the
            families of all of them, and to one primarily, by the rule in `modeltree.families`.
            ``"component"``: models that are connected in any way.
            ``"organization"``: who made them; a joint model belongs to each, primarily to the first.
            A function gets each `Model` and returns the key of its family.
        relations : optional
            The derivations to go by; by default those that pass weights on.
        """
        return self._grouping(by, relations)[0]

    def family(self, model: str, by: Grouping = "base", relations: Relations = "weights") -> Family:
        """The family that a model belongs to primarily; see `families`.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").family("vicuna").name
        'LLaMA'
        """
        return self._grouping(by, relations)[1][self._id(model)]

    def timeline(self, grain: Grain = "month") -> tuple[Period, ...]:
        """The models by date, at the grain given; a date less precise is a period of its own.

        Models without a date are the last period, whose date is None.
        """
        periods: dict[PartialDate | None, list[str]] = {}
        for model in self._models:
            date = model.released.at(grain) if model.released else None
            periods.setdefault(date, []).append(model.id)
        # Models are in date order, and dates stay in order when they are made less precise.
        return tuple(Period(date, tuple(ids)) for date, ids in periods.items())

    # Parts of it, each a lineage

    def subgraph(self, models: str | Iterable[str]) -> Lineage:
        """Some models, and the derivations between them."""
        kept = {self._id(model) for model in _listed(models)}
        return self._part(kept, self._steps.values())

    def clade(self, model: str, relations: Relations = None) -> Lineage:
        """A model and all that descends from it, by default by any relation, and all derivations between them."""
        return self.subgraph((model, *self.descendants(model, relations)))

    def ancestry(self, *models: str, relations: Relations = None) -> Lineage:
        """Some models and all that they descend from, by default by any relation, and all derivations between them."""
        return self.subgraph(self._ids(self._index(relations).ancestry(self._several(models))))

    def select(
        self,
        where: Callable[[Model], bool] | None = None,
        *,
        organization: str | Iterable[str] | None = None,
        openness: Openness | str | None = None,
        domain: Domain | str | Iterable[Domain | str] | None = None,
        kind: Kind | str | None = None,
        since: Date | None = None,
        until: Date | None = None,
        relations: Relations = None,
    ) -> Lineage:
        """The models that meet every condition given, and the derivations between them.

        Parameters
        ----------
        where : callable, optional
            Gets a `Model`, says whether to keep it.
        organization : str or iterable of str, optional
            Made by any of these; ids, names or aliases.
        openness, domain, kind : str, optional
            Of this openness, (any of) these domains, this kind.
        since, until : PartialDate, date, str or int, optional
            Released within; ``until=2022`` includes all of 2022. Left out are models without a date, and those whose
            date is less precise and may lie outside.
        relations : optional
            Only these derivations, and only models that have part in one.
        """
        makers = None if organization is None else [self.organization(name).id for name in _listed(organization)]
        conditions = Conditions.of(where, makers, domain, openness, kind, since, until)
        steps = [step for step in self._steps.values() if step.relation in relation_set(relations)]
        touched = None if relations is None else {id for step in steps for id in (step.parent, step.child)}
        kept = {
            model.id for model in self._models if (touched is None or model.id in touched) and conditions.met_by(model)
        }
        return self._part(kept, steps)

    # Ways to look at it

    def to_records(self) -> Rows:
        """A row for each model, in date order: ``pandas.DataFrame`` and ``polars.DataFrame`` take them as they are.

        They are read like a list, and ``list`` makes one of them. A row is a dictionary of plain values and lists.
        Sizes are integers, dates are strings as precise as they are known, and ``parents`` and ``children`` are ids.
        What is not known is None, which is null in polars and missing in pandas, and an empty list where there may be
        several.
        """
        return rows_of(self._models, self._index(None))

    def tree(self, root: str | None = None, *, relations: Relations = None, max_depth: int | None = None) -> str:
        """The models as an indented text, each below what it was made from, in date order.

        A model that was made from several others has a ``◆``. It stands in full once, below its primary parent (see
        `modeltree.families`), and names the others; below those there is a line with ``◇`` that leads there.
        A line that ends in ``…`` has children, which are too deep. Lines deeper than 30 levels begin with their
        level and are indented no further.

        Parameters
        ----------
        root : str, optional
            The model to begin with; by default every one that has children and no parents.
        relations : optional
            The derivations to go by; by default any.
        max_depth : int, optional
            The most levels below the root.

        Examples
        --------
        >>> import modeltree
        >>> print(modeltree.datasets.load("survey").tree("BLOOM", relations="weights"))
        BLOOM  2022-07-12
        ├─ BLOOMZ  2022-11-03 · finetune
        ├─ BLOOMZ-7B1-MT  2022-11-03 · finetune
        │  └─ ◆ BELLE  2023-03 · finetune · also from ChatGPT (distillation), LLaMA (finetune)
        └─ BLOOMZ-MT  2022-11-03 · finetune
        """
        chosen = relation_set(relations)
        top = None if root is None else self._position(root)
        return outline(self._models, self._index(chosen), self._relations_of(chosen), top, _counted(max_depth))

    def page(self, height: int = 640, **options: Any) -> Page:
        """The page to look around in, as something that a notebook shows: it works offline, in a frame of its own.

        Parameters
        ----------
        height : int
            Of the frame, in pixels.
        **options
            As for `modeltree.pages.lineage_page`.
        """
        page: Page = notebook().page_of(self, height, options)
        return page

    # Within

    @cached_property
    def _names(self) -> NameTable:
        return NameTable(self._models)

    @cached_property
    def _organization_names(self) -> NameTable:
        return NameTable(self._organizations.values(), UnknownOrganizationError)

    @cached_property
    def _indexes(self) -> dict[frozenset[Relation], AncestryIndex]:
        return {}

    @cached_property
    def _groupings(self) -> dict[tuple[str, frozenset[Relation]], tuple[tuple[Family, ...], dict[str, Family]]]:
        return {}

    @property
    def _content(self) -> tuple[object, ...]:
        return (self._models, self._steps, self._organizations, self._about)

    def _index(self, relations: Relations) -> AncestryIndex:
        chosen = relation_set(relations)
        if chosen not in self._indexes:
            parents: list[list[int]] = [[] for _ in self._models]
            for (parent, child), step in self._steps.items():
                if step.relation in chosen:
                    parents[self._positions[child]].append(self._positions[parent])
            self._indexes[chosen] = AncestryIndex(parents)
        return self._indexes[chosen]

    def _relations_of(self, chosen: frozenset[Relation]) -> dict[tuple[str, str], Relation]:
        return {pair: step.relation for pair, step in self._steps.items() if step.relation in chosen}

    def _grouping(self, by: Grouping, relations: Relations) -> tuple[tuple[Family, ...], dict[str, Family]]:
        """The families, and the primary one of each model; all but a function's are kept."""
        chosen = relation_set(relations)
        if isinstance(by, str) and (by, chosen) in self._groupings:
            return self._groupings[by, chosen]
        relation_of = self._relations_of(chosen)
        names = {record.id: record.name for record in self._organizations.values()}
        families = families_of(self._models, self._index(chosen), relation_of, by, names)
        primary = {id: family for family in families for id in family.primary}
        if isinstance(by, str):
            self._groupings[by, chosen] = families, primary
        return families, primary

    def _position(self, model: str) -> int:
        return self._positions[self._id(model)]

    def _id(self, model: str) -> str:
        return model if model in self._positions else self._names.find(model)

    def _several(self, models: tuple[str, ...]) -> list[int]:
        if not models:
            raise TypeError("at least one model is needed")
        return [self._position(model) for model in models]

    def _ids(self, nodes: Iterable[int]) -> Ids:
        return tuple(self._models[node].id for node in nodes)

    def _along(self, path: tuple[int, ...]) -> tuple[Derivation, ...]:
        ids = self._ids(path)
        return tuple(self._steps[pair] for pair in pairwise(ids))

    def _part(self, kept: set[str], steps: Iterable[Derivation]) -> Lineage:
        models = [model for model in self._models if model.id in kept]
        makers = {name for model in models for name in model.organizations}
        return Lineage(
            models,
            [step for step in steps if step.parent in kept and step.child in kept],
            [record for id, record in self._organizations.items() if id in makers],
            about=self._about,
        )


def _date_then_id(model: Model) -> tuple[bool, PartialDate | Literal[0], str]:
    return (model.released is None, model.released or 0, model.id)


def _counted(max_depth: int | None) -> int | None:
    if max_depth is not None and max_depth < 0:
        raise ValueError(f"max_depth is {max_depth}; it counts steps, so 0 or more")
    return max_depth


def _listed(values: Any) -> list[Any]:
    return [values] if isinstance(values, str) else list(values)
