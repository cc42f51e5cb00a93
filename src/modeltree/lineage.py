"""The lineage: models, and what they were made from, as one immutable graph that answers questions."""

from __future__ import annotations

import bisect
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Never, Self

from modeltree.findings import CycleError, Finding, LineageError, NoPathError, UnknownOrganizationError
from modeltree.graph.ancestry import AncestryIndex
from modeltree.graph.answers import Growth, Ids, Kinship, Period
from modeltree.graph.batches import Batches, periods_of, runs_of
from modeltree.graph.families import Families, Family, Grouping
from modeltree.graph.kept import RecordNodes, RecordSteps
from modeltree.graph.names import NameTable
from modeltree.graph.network import from_digraph, to_digraph
from modeltree.graph.outline import outline
from modeltree.graph.selection import Conditions, Date
from modeltree.graph.tabular import Rows, rows_of
from modeltree.graph.validation import problems_of
from modeltree.records import (
    About,
    Derivation,
    Domain,
    Grain,
    Kind,
    Model,
    Openness,
    Organization,
    PartialDate,
    Relation,
    Relations,
    relation_set,
)
from modeltree.showing import Shown, notebook

if TYPE_CHECKING:
    import networkx

    from modeltree.figures.notebook import Page
    from modeltree.graph.columns import Columns

__all__ = ["Growth", "Kinship", "Lineage", "Period"]


class Lineage(Batches, Shown):
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
        nodes = RecordNodes(tuple(sorted(models, key=_date_then_id)))
        self._hold(nodes, RecordSteps(derivations, nodes.positions), organizations, about)

    _about: About
    _nodes: Any  # of records or of columns: both have one interface
    _steps: Any
    _organizations: dict[str, Organization]

    def _hold(self, nodes: Any, steps: Any, organizations: Iterable[Organization], about: About | None) -> None:
        known = {record.id: record for record in sorted(organizations, key=lambda record: record.id)}
        self.__dict__.update(_about=about or About(), _nodes=nodes, _steps=steps, _organizations=known)

    @classmethod
    def _of(cls, nodes: Any, steps: Any, organizations: Iterable[Organization], about: About | None) -> Lineage:
        """A lineage of what is known to be one."""
        lineage = cls.__new__(cls)
        lineage._hold(nodes, steps, organizations, about)
        return lineage

    @classmethod
    def from_columns(
        cls, columns: Columns, organizations: Iterable[Organization] = (), *, about: About | None = None
    ) -> Lineage:
        """The lineage of some columns: a record is made when it is asked for, and so there may be millions.

        Ids, ends of derivations and descent are checked here; other values when a record is made of them.

        Parameters
        ----------
        columns : Columns
            The models and derivations.
        organizations : iterable of Organization
            Who made the models. Where there are none, each organization that a model names is one by its id.
        about : About, optional
            What the lineage as a whole is.

        Raises
        ------
        LineageError
            When the columns make no lineage.
        CycleError
            When models descend from themselves.
        """
        from modeltree.graph.columns import checked

        if problems := checked(columns):
            raise LineageError(problems)
        lineage = cls.from_right_columns(columns, organizations, about=about)
        try:
            lineage._index(None)
        except ValueError:
            found = [("cycle", "models descend from themselves; read the table to have the cycles named")]
            raise CycleError([Finding(kind, message) for kind, message in found]) from None
        return lineage

    @classmethod
    def from_right_columns(
        cls, columns: Columns, organizations: Iterable[Organization] = (), *, about: About | None = None
    ) -> Lineage:
        """The lineage of columns that whoever made them has checked; see `from_columns`."""
        from modeltree.graph.columns import in_date_order

        nodes, steps = in_date_order(columns)
        makers = tuple(organizations) or tuple(Organization(id=name, name=name) for name in nodes.makers())
        return cls._of(nodes, steps, makers, about)

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
    def ids(self) -> Sequence[str]:
        """The ids of all models, in date order."""
        ids: Sequence[str] = self._nodes.ids
        return ids

    @property
    def models(self) -> Sequence[Model]:
        """All models, in date order: a tuple, or where there are very many, records that are made when asked for."""
        models: Sequence[Model] = self._nodes.records
        return models

    @property
    def derivations(self) -> Sequence[Derivation]:
        """All derivations, in the order of their children, then of their parents; as for `models`."""
        derivations: Sequence[Derivation] = self._steps.records
        return derivations

    @property
    def organizations(self) -> Mapping[str, Organization]:
        """The organizations by id."""
        return MappingProxyType(self._organizations)

    @cached_property
    def graph(self) -> networkx.DiGraph[str]:
        """The lineage as a frozen `networkx.DiGraph`: ids as nodes, parent to child as edges, strings as attributes."""
        return to_digraph(self._nodes, self._steps, tuple(self._organizations.values()), self._about)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes.ids)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._names.owners(name)) == 1

    def __getitem__(self, name: str) -> Model:
        model: Model = self._nodes.records[self._position(name)]
        object.__setattr__(model, "_lineage", weakref.ref(self))
        return model

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lineage):
            return NotImplemented
        return self._content == other._content

    def __hash__(self) -> int:
        return hash((*self._nodes.ids, *((step.parent, step.child) for step in self._steps.records)))

    def __repr__(self) -> str:
        title = f"{self._about.title!r}: " if self._about.title else ""
        span = " to ".join(map(str, dict.fromkeys(date.year for date in self._span)))
        counts = {"model": self._nodes, "derivation": self._steps, "organization": self._organizations}
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
        return {name: self.__dict__[name] for name in ("_about", "_nodes", "_steps", "_organizations")}

    def derivation(self, parent: str, child: str) -> Derivation:
        """The derivation of a child from a parent.

        Raises
        ------
        NoPathError
            When the one was not made from the other.
        """
        pair = (self._position(parent), self._position(child))
        number = self._steps.find(*pair)
        if number is None:
            before, after = self._ids(pair)
            raise NoPathError(f"{after!r} is not derived from {before!r} directly")
        step: Derivation = self._steps.records[number]
        return step

    def organization(self, name: str) -> Organization:
        """The organization that has an id, name or alias."""
        return self._organizations[self._organization_names.find(name)]

    # Neighbors

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
        ('c4', 'the-pile', 'llama', 'llama-2')
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
            raise NoPathError(f"{self._nodes.ids[end]!r} does not descend from {self._nodes.ids[start]!r}")
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
        return self._ids(self._index(relations).merges)

    def generations(self, relations: Relations = None) -> tuple[Ids, ...]:
        """The models by `depth`: the roots, those made from roots, and so on; by default by any relation."""
        generation = _plain(self._index(relations).generation)
        layers: list[list[int]] = [[] for _ in range(max(generation, default=-1) + 1)]
        for node, depth in enumerate(generation):
            layers[depth].append(node)
        return tuple(self._ids(layer) for layer in layers)

    def depth(self, model: str | None = None, relations: Relations = None) -> int:
        """The steps of the longest descent to a model, or of the longest there is; by default by any relation."""
        generation = self._index(relations).generation
        return _greatest(generation) if model is None else int(generation[self._position(model)])

    def height(self, model: str | None = None, relations: Relations = None) -> int:
        """The steps of the longest descent from a model, or of the longest there is; by default by any relation."""
        height = self._index(relations).height
        return _greatest(height) if model is None else int(height[self._position(model)])

    def families(self, by: Grouping = "base", relations: Relations = "weights") -> Families:
        """The models as families, the largest first: a sequence, whose families are made when they are asked for.

        Parameters
        ----------
        by : {"base", "component", "organization"} or callable
            ``"base"``: each root with all that descends from it; a model with several parents belongs to the
            families of all of them, and to one primarily, by the rule in `modeltree.graph.families`.
            ``"component"``: models that are connected in any way.
            ``"organization"``: who made them; a joint model belongs to each, primarily to the first.
            A function gets each `Model` and returns the key of its family.
        relations : optional
            The derivations to go by; by default those that pass weights on.
        """
        return self._grouping(by, relations)

    def family(self, model: str, by: Grouping = "base", relations: Relations = "weights") -> Family:
        """The family that a model belongs to primarily; see `families`.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").family("vicuna").name
        'LLaMA'
        """
        return self._grouping(by, relations).primary_of(self._position(model))

    def timeline(self, grain: Grain = "month") -> tuple[Period, ...]:
        """The models by date, at the grain given; a date less precise is a period of its own.

        Models without a date are the last period, whose date is None.
        """
        # Models are in date order, and dates stay in order when they are made less precise.
        periods, ids = periods_of(self._nodes.dates, grain), self._nodes.ids
        return tuple(
            Period(PartialDate.of_number(period) if period else None, tuple(ids[start:end]))
            for period, start, end in runs_of(periods)
        )

    # Parts of it, each a lineage

    def subgraph(self, models: str | Iterable[str]) -> Lineage:
        """Some models, and the derivations between them."""
        return self._part(sorted({self._position(model) for model in _listed(models)}))

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
        kept = self._nodes.meeting(conditions)
        if relations is not None:
            kept = self._steps.touching(kept, relation_set(relations))
        return self._part(kept, relations)

    # Ways to look at it

    def to_records(self) -> Rows:
        """A row for each model, in date order: ``pandas.DataFrame`` and ``polars.DataFrame`` take them as they are.

        They are read like a list, and ``list`` makes one of them. A row is a dictionary of plain values and lists.
        Sizes are integers, dates are strings as precise as they are known, and ``parents`` and ``children`` are ids.
        What is not known is None, which is null in polars and missing in pandas, and an empty list where there may be
        several.
        """
        return rows_of(self.models, self._index(None))

    def tree(self, root: str | None = None, *, relations: Relations = None, max_depth: int | None = None) -> str:
        """The models as an indented text, each below what it was made from, in date order.

        A model that was made from several others has a ``◆``. It stands in full once, below its primary parent (see
        `modeltree.graph.families`), and names the others; below those there is a line with ``◇`` that leads there.
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
        │  └─ ◆ BELLE  2023-03-18 · finetune · also from LLaMA (finetune)
        └─ BLOOMZ-MT  2022-11-03 · finetune
        """
        chosen = relation_set(relations)
        top = None if root is None else self._position(root)
        relations_of, called = self._steps.relations_of(chosen), self._nodes.names()
        return outline(self.models, self._index(chosen), relations_of, top, _counted(max_depth), called)

    def page(self, height: int = 640, **options: Any) -> Page:
        """The page to look around in, as something that a notebook shows: it works offline, in a frame of its own.

        Parameters
        ----------
        height : int
            Of the frame, in pixels.
        **options
            As for `modeltree.figures.pages.lineage_page`.
        """
        page: Page = notebook().page_of(self, height, options)
        return page

    # Within

    @cached_property
    def _names(self) -> NameTable:
        return NameTable.of(self._nodes.positions, self._nodes.called)

    @cached_property
    def _organization_names(self) -> NameTable:
        return NameTable(self._organizations.values(), UnknownOrganizationError)

    @cached_property
    def _indexes(self) -> dict[str | frozenset[Relation] | None, AncestryIndex]:
        return {}

    @cached_property
    def _labels(self) -> dict[tuple[str, frozenset[Relation]], Any]:  # type: ignore[override]
        return {}

    @cached_property
    def _groupings(self) -> dict[tuple[str, frozenset[Relation]], Families]:
        return {}

    @property
    def _content(self) -> tuple[object, ...]:
        return (self._about, self._organizations, self.models, self.derivations)

    def _index(self, relations: Relations) -> AncestryIndex:
        # A question may take less than a microsecond: what it goes by is looked up as it is written, if it can be.
        written = relations if relations is None or isinstance(relations, str) else relation_set(relations)
        index = self._indexes.get(written)
        if index is None:
            chosen = relation_set(relations)
            if chosen not in self._indexes:
                self._indexes[chosen] = self._steps.index(chosen)
            index = self._indexes[written] = self._indexes[chosen]
        return index

    def _grouping(self, by: Grouping, relations: Relations) -> Families:
        """The families; all but a function's are kept."""
        chosen = relation_set(relations)
        if isinstance(by, str) and (by, chosen) in self._groupings:
            return self._groupings[by, chosen]
        names = {record.id: record.name for record in self._organizations.values()}
        families = Families(self._nodes, self._steps, self._index(chosen), chosen, by, names)
        if isinstance(by, str):
            self._groupings[by, chosen] = families
        return families

    @cached_property
    def _span(self) -> tuple[PartialDate, ...]:
        """The first and the last date, if there is any."""
        dated = [date for node in self._ends if (date := self._nodes.released(node))]
        return (dated[0], dated[-1]) if dated else ()

    @property
    def _ends(self) -> Iterable[int]:
        """The first model, and the others from the last of those that are dated."""
        positions = range(len(self._nodes))
        dated = bisect.bisect_left(positions, True, key=lambda node: self._nodes.released(node) is None)
        return positions[:1] if dated == 0 else (0, dated - 1)

    def _position(self, model: str) -> int:
        place: int | None = self._nodes.place(model)
        if place is None:
            place = self._nodes.positions[self._names.find(model)]
        return place

    def _id(self, model: str) -> str:
        id: str = self._nodes.ids[self._position(model)]
        return id

    def _several(self, models: tuple[str, ...]) -> list[int]:
        if not models:
            raise TypeError("at least one model is needed")
        return [self._position(model) for model in models]

    def _ids(self, nodes: Iterable[int]) -> Ids:
        return tuple(map(self._nodes.ids.__getitem__, _plain(nodes)))

    def _along(self, path: Sequence[int]) -> tuple[Derivation, ...]:
        return tuple(self._steps.records[self._steps.find(*pair)] for pair in pairwise(path))

    def _part(self, kept: Sequence[int], relations: Relations = None) -> Lineage:
        """Some models, by their places in order, and the derivations of some relations between them."""
        nodes = self._nodes.part(kept)
        steps = self._steps.part(nodes, kept, relation_set(relations))
        makers = nodes.makers()
        return self._of(
            nodes, steps, [record for id, record in self._organizations.items() if id in makers], self._about
        )


def _date_then_id(model: Model) -> tuple[bool, PartialDate | Literal[0], str]:
    return (model.released is None, model.released or 0, model.id)


def _plain(values: Any) -> Any:
    """Integers of Python, of which lists are read faster than by those of an array."""
    return values.tolist() if hasattr(values, "tolist") else values


def _greatest(values: Any) -> int:
    return int(values.max()) if hasattr(values, "max") and len(values) else max(values, default=0)


def _counted(max_depth: int | None) -> int | None:
    if max_depth is not None and max_depth < 0:
        raise ValueError(f"max_depth is {max_depth}; it counts steps, so 0 or more")
    return max_depth


def _listed(values: Any) -> list[Any]:
    return [values] if isinstance(values, str) else list(values)
