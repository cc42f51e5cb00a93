"""The lineage: models, and what they were made from, as one immutable graph that answers questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Never, Self, TypeVar

import numpy
from numpy.typing import NDArray

from modeltree._util import collector_paused
from modeltree._util.arguments import checked
from modeltree._util.progress import Progress, no_progress
from modeltree._util.text import counted, enumerated
from modeltree.findings import CycleError, Finding, LineageError, NoPathError, UnknownOrganizationError, shown
from modeltree.graph.columns import picked
from modeltree.graph.counts import Growth, Period, growth, periods_of, runs_of
from modeltree.graph.csr import depth_limit, levels_of
from modeltree.graph.dispatch import BACKEND, IndexedGraph
from modeltree.graph.families import Families, Family, Grouping, family_labels
from modeltree.graph.index import AncestryIndex
from modeltree.graph.name_lookup import NameTable
from modeltree.graph.network import Rows, edge_rows, from_digraph, graph_attributes, model_rows, to_digraph
from modeltree.graph.store import Columns, Conditions, Date, EdgeStore, NodeStore, in_date_order, shortened
from modeltree.graph.validation import problems_of, problems_of_columns
from modeltree.graph.views import lineage_html, outline
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
    Record,
    Relation,
    Relations,
    relation_set,
)

if TYPE_CHECKING:
    import networkx


__all__ = ["Growth", "Kinship", "Lineage", "Period"]

Ids = tuple[str, ...]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Kinship:
    """How two models are related.

    Parameters
    ----------
    first, second : str
        The two models.
    through : tuple of str
        Their most recent common ancestors; one of the two itself where the other descends from it.
    steps : tuple of (int, int)
        For each of these, the fewest derivations from it down to the first and to the second.
    """

    first: str
    second: str
    through: Ids
    steps: tuple[tuple[int, int], ...]

    def __bool__(self) -> bool:
        return bool(self.through)


class Lineage:
    """Models and the derivations between them: a directed acyclic graph that does not change.

    Models go by their id, name or any alias wherever one is asked for. Ids come out in date order, then by id;
    models without a date come last. ``relations=`` chooses the derivations that a question goes by: one relation,
    several, or the classes ``"weights"``, ``"outputs"`` and ``"ideas"``; each method names its default.
    Of millions of records it takes a minute to check and order them: `from_columns` and `modeltree.load` take seconds.

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

    @collector_paused()
    @checked
    def __init__(
        self,
        models: Iterable[Model],
        derivations: Iterable[Derivation] = (),
        organizations: Iterable[Organization] = (),
        *,
        about: About | None = None,
    ) -> None:
        models, derivations = _records(Model, models), _records(Derivation, derivations)
        organizations = _records(Organization, organizations)
        if problems := problems_of(models, derivations, organizations):
            cyclic = all(problem.kind in ("cycle", "self-loop") for problem in problems)
            raise (CycleError if cyclic else LineageError)(problems)
        if not organizations:
            named = {name for model in models for name in model.organizations}
            organizations = tuple(Organization(id=name, name=name) for name in named)
        nodes = NodeStore.of_records(models)
        self._hold(nodes, EdgeStore.of_records(derivations, nodes), organizations, about)

    _about: About
    _nodes: NodeStore
    _edges: EdgeStore
    _organizations: dict[str, Organization]

    def _hold(
        self, nodes: NodeStore, edges: EdgeStore, organizations: Iterable[Organization], about: About | None
    ) -> None:
        known = {record.id: record for record in sorted(organizations, key=lambda record: record.id)}
        self.__dict__.update(_about=about or About(), _nodes=nodes, _edges=edges, _organizations=known)

    @classmethod
    def _of(
        cls, nodes: NodeStore, edges: EdgeStore, organizations: Iterable[Organization], about: About | None
    ) -> Lineage:
        """A lineage of what is known to be one."""
        lineage = cls.__new__(cls)
        lineage._hold(nodes, edges, organizations, about)
        return lineage

    @classmethod
    @checked
    def from_columns(
        cls, columns: Columns, organizations: Iterable[Organization] = (), *, about: About | None = None
    ) -> Lineage:
        """The lineage of some columns: a record is made when it is asked for, and so there may be millions.

        All values are checked here, each distinct one once.

        Parameters
        ----------
        columns : Columns
            The models and derivations.
        organizations : iterable of Organization
            Who made the models. Where there are none, each organization that a model names is one by its id.
        about : About, optional
            What the lineage as a whole is.

        Returns
        -------
        Lineage
            The lineage.

        Raises
        ------
        LineageError
            When the columns make no lineage.
        CycleError
            When models descend from themselves.

        Examples
        --------
        >>> import numpy
        >>> from modeltree.graph.store import Columns
        >>> columns = Columns(
        ...     ids=["llama", "vicuna"],
        ...     dates=numpy.array([20230224, 20230330], dtype="int32"),
        ...     parent=numpy.array([0], dtype="int32"),
        ...     child=numpy.array([1], dtype="int32"),
        ...     relation=numpy.array([0], dtype="uint8"),
        ... )
        >>> Lineage.from_columns(columns).descendants("llama")
        ('vicuna',)
        """
        if problems := problems_of_columns(columns):
            raise LineageError(problems)
        lineage = cls.from_checked_columns(columns, organizations, about=about)
        try:
            lineage._index(None)
        except ValueError:
            message = "models descend from themselves; read the table to have the cycles named"
            raise CycleError([Finding("cycle", message)]) from None
        return lineage

    @classmethod
    @checked
    def from_checked_columns(
        cls, columns: Columns, organizations: Iterable[Organization] = (), *, about: About | None = None
    ) -> Lineage:
        """The lineage of columns that whoever made them has checked; see `from_columns`.

        Examples
        --------
        >>> import numpy
        >>> from modeltree.graph.store import Columns
        >>> none = numpy.array([], dtype="int32")
        >>> dates = numpy.array([20230224], dtype="int32")
        >>> columns = Columns(ids=["llama"], dates=dates, parent=none, child=none, relation=none.astype("uint8"))
        >>> Lineage.from_checked_columns(columns).ids
        ('llama',)
        """
        nodes, edges = in_date_order(columns)
        listed = tuple(organizations) or tuple(Organization(id=name, name=name) for name in nodes.all_organizations())
        return cls._of(nodes, edges, listed, about)

    @classmethod
    @collector_paused()
    @checked
    def from_networkx(
        cls,
        graph: networkx.DiGraph[Any],
        organizations: Iterable[Organization] = (),
        *,
        relation: Relation | str = Relation.FINETUNE,
        progress: Progress | None = None,
    ) -> Lineage:
        """The lineage that a directed graph stands for: edges run from parent to child.

        A record is made of each node and edge: of millions that takes minutes, where `modeltree.load` takes seconds.

        Parameters
        ----------
        graph : networkx.DiGraph
            Node and edge attributes are the fields of `Model` and `Derivation`, as `graph` gives them; all are
            optional, and others are refused. Nodes are strings or integers.
        organizations : iterable of Organization
            Who made the models; where there are none, those of the graph.
        relation : Relation or str
            The relation of edges that have none.
        progress : callable, optional
            Called with what is being done, how much of it is done, and of how much.

        Returns
        -------
        Lineage
            The lineage.

        Examples
        --------
        >>> import networkx
        >>> graph = networkx.DiGraph([("llama", "alpaca")])
        >>> Lineage.from_networkx(graph).derivations[0].relation
        <Relation.FINETUNE: 'finetune'>
        """
        models, derivations, listed, about = from_digraph(graph, relation, progress or no_progress)
        return cls(models, derivations, tuple(organizations) or listed, about=about)

    # What there is

    @property
    def about(self) -> About:
        """What the lineage as a whole is.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey").about.title
        'Open GPT-like models and their kin'
        """
        return self._about

    @property
    def ids(self) -> Sequence[str]:
        """The ids of all models, in date order.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey-figure2").ids[:3]
        ('bert', 'gpt-1', 'bart')
        """
        return self._nodes.ids

    @property
    def models(self) -> Sequence[Model]:
        """All models, in date order: a tuple, or where there are very many, records that are made when asked for.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey").models[-1].id
        'poe'
        """
        return self._nodes.records

    @property
    def derivations(self) -> Sequence[Derivation]:
        """All derivations, in the order of their children, then of their parents; as for `models`.

        Examples
        --------
        >>> from modeltree import datasets
        >>> edge = datasets.load("survey").derivations[0]
        >>> edge.parent, edge.child, edge.relation.value
        ('bookscorpus', 'gpt-1', 'data')
        """
        return self._edges.records

    @property
    def organizations(self) -> Mapping[str, Organization]:
        """The organizations by id.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey").organizations["openai"].country
        'US'
        """
        return MappingProxyType(self._organizations)

    @cached_property
    def graph(self) -> networkx.DiGraph[str]:
        """The lineage as a frozen `networkx.DiGraph`: ids are nodes, and edges run from parent to child.

        Attributes of nodes and edges are the fields of `Model` and `Derivation` that are set, as strings. Besides, each
        node has a ``label``, which is its name, and where sizes are known ``parameters``, the largest as a float. Of
        100,000 models or more, what is around a node is made when it is asked for, and kept: to go through millions
        takes seconds and half a gigabyte. Functions of NetworkX take the lineage as well.

        Examples
        --------
        >>> import modeltree
        >>> node = modeltree.datasets.load("survey").graph.nodes["llama"]
        >>> node["label"], node["sizes"], node["parameters"]
        ('LLaMA', '7B; 13B; 33B; 65B', 65000000000.0)
        """
        return to_digraph(self._nodes, self._edges, self._graph_attributes)

    @property
    def _graph_attributes(self) -> dict[str, str]:
        """Those of the graph as a whole; organizations that are more than the ids that models name are among them."""
        listed = tuple(self._organizations.values())
        implied = {Organization(id=name, name=name) for name in self._nodes.all_organizations()}
        return graph_attributes(self._about, listed if set(listed) != implied else ())

    # NetworkX asks these of what it is given: see `modeltree.graph.dispatch`.

    __networkx_backend__ = BACKEND

    def is_directed(self) -> bool:
        """Whether edges have a direction, as `networkx.DiGraph` says it: they do.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey").is_directed()
        True
        """
        return True

    def is_multigraph(self) -> bool:
        """Whether there may be several edges between two nodes, as `networkx.DiGraph` says it: there may not.

        Examples
        --------
        >>> from modeltree import datasets
        >>> datasets.load("survey").is_multigraph()
        False
        """
        return False

    @property
    def _indexed_graph(self) -> IndexedGraph:
        index = self._index(None)
        return IndexedGraph(self._nodes.ids, self._index_of, index, lambda: self.graph, Derivation.model_fields)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes.ids)

    def __contains__(self, name: object) -> bool:
        known = isinstance(name, str) and self._nodes.index_of(name) is not None
        return known or (isinstance(name, str) and len(self._names.owners(name)) == 1)

    def __getitem__(self, name: str) -> Model:
        return self._nodes.records[self._index_of(name)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lineage):
            return NotImplemented
        if (self._about, self._organizations) != (other._about, other._organizations):
            return False
        return self._nodes.equals(other._nodes) and self._edges.equals(other._edges)

    def __hash__(self) -> int:
        return hash((*self._nodes.ids, *self._edges.parent.tolist(), *self._edges.child.tolist()))

    def __repr__(self) -> str:
        title = f"{self._about.title!r}: " if self._about.title else ""
        span = " to ".join(map(str, dict.fromkeys(date.year for date in self._span)))
        return f"<Lineage {title}{', '.join(filter(None, (self._counts, span)))}>"

    def _repr_html_(self) -> str:
        years = {row.date.year: row.models for row in self.growth("year") if row.date}
        return lineage_html(self._about.title or "Lineage", self._counts, self.families(), years)

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
        return {name: self.__dict__[name] for name in ("_about", "_nodes", "_edges", "_organizations")}

    def derivation(self, parent: str, child: str) -> Derivation:
        """The derivation of a child from a parent.

        Parameters
        ----------
        parent, child : str
            Ids, names or aliases of the two models.

        Returns
        -------
        Derivation
            The derivation.

        Raises
        ------
        NoPathError
            When the one was not made from the other.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.derivation("llama", "vicuna").relation
        <Relation.FINETUNE: 'finetune'>
        """
        pair = (self._index_of(parent), self._index_of(child))
        edge = self._edges.find(*pair)
        if edge is None:
            before, after = self._ids(pair)
            raise NoPathError(f"{after!r} is not derived from {before!r} directly")
        return self._edges.records[edge]

    def organization(self, name: str) -> Organization:
        """The organization that has an id, name or alias.

        Parameters
        ----------
        name : str
            An id, name or alias.

        Returns
        -------
        Organization
            The organization.

        Raises
        ------
        UnknownNameError
            When there is no such organization.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.organization("OpenAI").id
        'openai'
        """
        return self._organizations[self._organization_names.find(name)]

    # Neighbors

    def parents(self, model: str, relations: Relations = None) -> Ids:
        """The models that a model was made from; by default by any relation.

        Parameters
        ----------
        model : str
            The id, name or alias of a model.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.parents("Vicuna", relations="weights")
        ('llama',)
        """
        return self._ids(self._index(relations).parents[self._index_of(model)])

    def children(self, model: str, relations: Relations = None) -> Ids:
        """The models that were made from a model; by default by any relation.

        Parameters
        ----------
        model : str
            The id, name or alias of a model.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.children("BLOOM", relations="finetune")
        ('bloomz', 'bloomz-7b1-mt', 'bloomz-mt')
        """
        return self._ids(self._index(relations).children[self._index_of(model)])

    def siblings(self, model: str, relations: Relations = None) -> Ids:
        """The other models that share a parent with a model; by default by any relation.

        Parameters
        ----------
        model : str
            The id, name or alias of a model.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.siblings("bloomz", relations="finetune")
        ('bloomz-7b1-mt', 'bloomz-mt')
        """
        index, position = self._index(relations), self._index_of(model)
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

        Returns
        -------
        tuple of str
            Ids, in date order.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").ancestors("LLAMA 2-chat")
        ('c4', 'the-pile', 'llama', 'llama-2')
        """
        return self._ids(self._index(relations).ancestors(self._index_of(model), max_depth))

    def descendants(self, model: str, relations: Relations = None, max_depth: int | None = None) -> Ids:
        """The models that descend from a model, itself not among them; by default by any relation.

        Parameters
        ----------
        model : str
            The id, name or alias of a model.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.
        max_depth : int, optional
            How many derivations away they may be; by default any number.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.
        ValueError
            When ``max_depth`` is negative.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.descendants("BLOOM", relations="weights")
        ('bloomz', 'bloomz-7b1-mt', 'bloomz-mt', 'belle')
        """
        return self._ids(self._index(relations).descendants(self._index_of(model), max_depth))

    def is_ancestor(self, ancestor: str, descendant: str, relations: Relations = None) -> bool:
        """Whether one model descends from another; none from itself; by default by any relation.

        Parameters
        ----------
        ancestor, descendant : str
            Ids, names or aliases of the two models.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        bool
            Whether the second descends from the first.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.is_ancestor("llama", "vicuna"), lineage.is_ancestor("vicuna", "llama")
        (True, False)
        """
        return self._index(relations).is_ancestor(self._index_of(ancestor), self._index_of(descendant))

    def common_ancestors(self, *models: str, relations: Relations = None) -> Ids:
        """The models that all of some models descend from or are; by default by any relation.

        Parameters
        ----------
        *models : str
            Ids, names or aliases.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.common_ancestors("alpaca", "vicuna", relations="weights")
        ('llama',)
        """
        return self._ids(self._index(relations).common_ancestors(self._several(models)))

    def most_recent_common_ancestors(self, *models: str, relations: Relations = None) -> Ids:
        """The common ancestors none of whose descendants is one; by default by any relation.

        A model counts as its own ancestor here. In a graph with merges there can be several.

        Parameters
        ----------
        *models : str
            Ids, names or aliases.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.most_recent_common_ancestors("LLaVA", "MiniGPT-4", relations="weights")
        ('clip', 'vicuna')
        """
        return self._ids(self._index(relations).most_recent_common_ancestors(self._several(models)))

    def paths(self, ancestor: str, descendant: str, relations: Relations = None) -> Iterator[tuple[Derivation, ...]]:
        """All paths of descent from one model to another, one at a time; by default by any relation.

        There can be exponentially many. There is none where the one does not descend from the other, and from a
        model to itself there is one, of no steps.

        Parameters
        ----------
        ancestor, descendant : str
            Ids, names or aliases of the two models.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Yields
        ------
        tuple of Derivation
            The derivations from the ancestor to the descendant, in this order.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> [len(path) for path in lineage.paths("bloom", "belle", relations="weights")]
        [2]
        """
        index, ends = self._index(relations), (self._index_of(ancestor), self._index_of(descendant))
        return (self._along(path) for path in index.paths(*ends))

    def shortest_path(self, ancestor: str, descendant: str, relations: Relations = None) -> tuple[Derivation, ...]:
        """A shortest path of descent from one model to another; by default by any relation.

        From a model to itself it is empty. Among equally short ones it is the one through the earliest models, seen
        from the descendant.

        Parameters
        ----------
        ancestor, descendant : str
            Ids, names or aliases of the two models.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of Derivation
            The derivations from the ancestor to the descendant, in this order.

        Raises
        ------
        NoPathError
            When the one does not descend from the other.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> [edge.child for edge in lineage.shortest_path("gpt-3", "vicuna")]
        ['gpt-3.5', 'chatgpt', 'vicuna']
        """
        start, end = self._index_of(ancestor), self._index_of(descendant)
        path = self._index(relations).shortest_path(start, end)
        if path is None:
            raise NoPathError(f"{self._nodes.ids[end]!r} does not descend from {self._nodes.ids[start]!r}")
        return self._along(path)

    def kinship(self, first: str, second: str, relations: Relations = None) -> Kinship:
        """How two models are related, and through whom; by default by any relation.

        The kinship of two models that are not related is false.

        Parameters
        ----------
        first, second : str
            Ids, names or aliases of the two models.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        Kinship
            How they are related, and through which models.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> str(lineage.kinship("alpaca", "vicuna", relations="weights"))
        "Kinship(first='alpaca', second='vicuna', through=('llama',), steps=((1, 1),))"
        """
        index, (one, other) = self._index(relations), self._several((first, second))
        through = index.most_recent_common_ancestors((one, other))
        steps = tuple((index.distance(node, one), index.distance(node, other)) for node in through)
        ids = self._nodes.ids
        return Kinship(ids[one], ids[other], self._ids(through), steps)

    # The shape of the whole

    def roots(self, relations: Relations = None) -> Ids:
        """The models made from no other; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.clade("llama").roots(relations="weights")[:1]
        ('llama',)
        """
        return self._ids(self._index(relations).roots)

    def leaves(self, relations: Relations = None) -> Ids:
        """The models that no other was made from; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.clade("bloom", relations="weights").leaves()
        ('bloomz', 'bloomz-mt', 'belle')
        """
        return self._ids(self._index(relations).leaves)

    def merges(self, relations: Relations = "weights") -> Ids:
        """The models with two or more parents; by default by the relations that pass weights on.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default ``"weights"``.

        Returns
        -------
        tuple of str
            Ids, in date order.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.clade("bloom", relations="weights").merges(), "belle" in lineage.merges()
        ((), True)
        """
        return self._ids(self._index(relations).merges)

    def generations(self, relations: Relations = None) -> tuple[Ids, ...]:
        """The models by `depth`: the roots, those made from roots, and so on; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of tuple of str
            Ids by depth, each in date order.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.clade("bloom", relations="weights").generations()
        (('bloom',), ('bloomz', 'bloomz-7b1-mt', 'bloomz-mt'), ('belle',))
        """
        order, bounds = levels_of(self._index(relations).generation)
        return tuple(self._ids(order[start:end]) for start, end in pairwise(bounds.tolist()))

    def depth(self, model: str | None = None, relations: Relations = None) -> int:
        """The length of the longest descent to a model, or of the longest there is; by default by any relation.

        Parameters
        ----------
        model : str, optional
            The id, name or alias of a model; by default the deepest.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        int
            How many derivations; 0 for a root.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.depth("belle", relations="weights")
        2
        """
        generation = self._index(relations).generation
        return int(generation.max(initial=0) if model is None else generation[self._index_of(model)])

    def height(self, model: str | None = None, relations: Relations = None) -> int:
        """The length of the longest descent from a model, or of the longest there is; by default by any relation.

        Parameters
        ----------
        model : str, optional
            The id, name or alias of a model; by default the highest.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        int
            How many derivations; 0 for a leaf.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.height("bloom", relations="weights")
        2
        """
        height = self._index(relations).height
        return int(height.max(initial=0) if model is None else height[self._index_of(model)])

    def families(self, by: Grouping = "base", relations: Relations = "weights") -> Families:
        """The models as families, the largest first: a sequence, whose families are made when they are asked for.

        Parameters
        ----------
        by : {"base", "component", "organization"} or callable
            ``"base"``: each root with all that descends from it; a model with several parents belongs to the
            families of all of them, and to one primarily, by the rule in `modeltree.graph.families`.
            ``"component"``: models that are connected by whatever derivations.
            ``"organization"``: who made them; a joint model belongs to each, primarily to the first.
            A function gets each `Model` and returns the key of its family; of a million models that takes seconds.
        relations : optional
            The derivations to go by; by default those that pass weights on.

        Returns
        -------
        sequence of Family
            The families, the largest first.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> families = lineage.families()
        >>> families[0].name, families[0].size
        ('LLaMA', 21)
        """
        return self._grouping(by, relations)

    def family(self, model: str, by: Grouping = "base", relations: Relations = "weights") -> Family:
        """The family that a model belongs to primarily; see `families`.

        Parameters
        ----------
        model : str
            The id, name or alias of a model.
        by, relations : optional
            As for `families`.

        Returns
        -------
        Family
            The family.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").family("vicuna").name
        'LLaMA'
        """
        return self._grouping(by, relations).primary_of(self._index_of(model))

    def timeline(self, grain: Grain = "month") -> tuple[Period, ...]:
        """The models by date, at the grain given; a date less precise is a period of its own.

        Models without a date are the last period, whose date is None.

        Parameters
        ----------
        grain : {"year", "quarter", "month", "day"}
            How long a period is.

        Returns
        -------
        tuple of Period
            The periods in which there are models, in order of time.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> [(str(period.date), len(period.ids)) for period in lineage.timeline("year")][-2:]
        [('2023', 78), ('None', 9)]
        """
        # Models are in date order, and dates stay in order when they are made less precise.
        periods, ids = periods_of(self._nodes.dates, grain), self._nodes.ids
        return tuple(
            Period(PartialDate.of_number(period) if period else None, tuple(ids[start:end]))
            for period, start, end in runs_of(periods)
        )

    # Of all models or many pairs at once, as arrays that do not change: a value for each model in the order of ``ids``

    def positions(self, models: Iterable[str]) -> NDArray[numpy.int64]:
        """The indices of some models in ``ids``; they go by id, name or alias.

        Parameters
        ----------
        models : iterable of str
            Ids, names or aliases.

        Returns
        -------
        numpy.ndarray of int64, shape (k,)
            The indices, in the order of the models given.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> [lineage.ids[index] for index in lineage.positions(["Vicuna", "LLaMA"])]
        ['vicuna', 'llama']
        """
        known = self._nodes.indices
        indices = [known[model] if model in known else self._index_of(model) for model in _listed(models)]
        return numpy.array(indices, dtype=numpy.int64)

    def are_ancestors(
        self, ancestors: Iterable[str], descendants: Iterable[str], relations: Relations = None
    ) -> NDArray[numpy.bool_]:
        """Of each pair of models, whether the second descends from the first; by default by any relation.

        Parameters
        ----------
        ancestors, descendants : iterable of str
            Ids, names or aliases, as many of the one as of the other.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of bool, shape (k,)
            An answer for each pair.

        Raises
        ------
        ValueError
            When there are not as many of the one as of the other.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.are_ancestors(["LLaMA", "Vicuna"], ["Vicuna", "LLaMA"]).tolist()
        [True, False]
        """
        above, below = self.positions(ancestors), self.positions(descendants)
        if len(above) != len(below):
            raise ValueError(f"{len(above)} ancestors and {len(below)} descendants are no pairs")
        return self._index(relations).are_ancestors(above, below)

    def descendant_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """How many models descend from each; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A count for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> int(lineage.descendant_counts("weights")[lineage.ids.index("llama")])
        20
        """
        return _fixed(self._index(relations).descendant_counts())

    def ancestor_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """How many models each descends from; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A count for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> int(lineage.ancestor_counts("weights")[lineage.ids.index("belle")])
        3
        """
        return _fixed(self._index(relations).ancestor_counts())

    def root_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """From how many roots each model descends; a root, one: itself; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A count for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> int(lineage.root_counts("weights")[lineage.ids.index("belle")])
        2
        """
        return _fixed(self._index(relations).root_counts())

    def depths(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """The length, in derivations, of the longest descent to each model; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A length for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> int(lineage.depths("weights")[lineage.ids.index("belle")])
        2
        """
        return _fixed(self._index(relations).generation)

    def heights(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """The length, in derivations, of the longest descent from each model; by default by any relation.

        Parameters
        ----------
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A length for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> int(lineage.heights("weights")[lineage.ids.index("bloom")])
        2
        """
        return _fixed(self._index(relations).height)

    def family_labels(
        self, by: Literal["base", "component"] = "base", relations: Relations = "weights"
    ) -> NDArray[numpy.int64]:
        """The family of each model, as the index in ``ids`` of one of its members.

        Parameters
        ----------
        by : {"base", "component"}
            That of the root of its primary family, see `modeltree.graph.families`; or that of the first of all models
            that it is connected with.
        relations : optional
            The derivations to go by; by default those that pass weights on.

        Returns
        -------
        numpy.ndarray of int64, shape (n,)
            A label for each model, in the order of `ids`.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> label = lineage.family_labels()[lineage.positions(["Vicuna"])[0]]
        >>> lineage.ids[label]
        'llama'
        """
        if by not in ("base", "component"):
            raise ValueError(f"no labels by {by!r}: say 'base' or 'component'")
        chosen = relation_set(relations)
        index = self._index(relations)
        if (by, chosen) not in self._labels:
            labels = family_labels(self._nodes, self._edges, chosen) if by == "base" else index.components
            self._labels[by, chosen] = _fixed(labels)
        return self._labels[by, chosen]

    def most_recent_common_ancestors_of(
        self, pairs: Iterable[tuple[str, str]], relations: Relations = None
    ) -> list[Ids]:
        """The most recent common ancestors of each of many pairs; by default by any relation.

        See `modeltree.Lineage.most_recent_common_ancestors`.

        Parameters
        ----------
        pairs : iterable of pairs of str
            Ids, names or aliases.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        list of tuple of str
            Ids for each pair, in date order.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> lineage.most_recent_common_ancestors_of([("alpaca", "vicuna")], "weights")
        [('llama',)]
        """
        listed = list(map(tuple, _listed(pairs)))
        if {*map(len, listed)} - {2}:
            raise ValueError("a pair of models is two")
        first, second = (self.positions(pair[end] for pair in listed) for end in (0, 1))
        starts, nodes = self._index(relations).most_recent_common_ancestors_of(first, second)
        return [self._ids(nodes[start:end]) for start, end in pairwise(starts.tolist())]

    def growth(self, grain: Grain = "month", relations: Relations = None) -> tuple[Growth, ...]:
        """How many models became public in each period, and by which derivations, by default any.

        Those without a date come last. A date that is less precise than the grain is a period of its own, as in
        `modeltree.Lineage.timeline`.

        Parameters
        ----------
        grain : {"year", "quarter", "month", "day"}
            How long a period is.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        tuple of Growth
            The periods, in order of time.

        Examples
        --------
        >>> import modeltree
        >>> first = modeltree.datasets.load("survey").growth("year")[0]
        >>> str(first.date), first.models
        ('2015', 1)
        """
        edges = self._edges
        return growth(self._nodes.dates, edges.child, edges.relation, relation_set(relations), grain)

    # Parts of it, each a lineage

    def subgraph(self, models: str | Iterable[str]) -> Lineage:
        """Some models, and the derivations between them.

        Parameters
        ----------
        models : str or iterable of str
            Ids, names or aliases.

        Returns
        -------
        Lineage
            The models given, and the derivations between them.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> len(lineage.subgraph(["llama", "vicuna", "gpt-3"]).derivations)
        1
        """
        return self._part([self._index_of(model) for model in _listed(models)])

    def clade(self, *models: str, relations: Relations = None) -> Lineage:
        """Some models and all that descends from any of them, and all derivations between them.

        Parameters
        ----------
        *models : str
            Ids, names or aliases; at least one.
        relations : optional
            The derivations to go by; by default any.

        Returns
        -------
        Lineage
            The models given and their descendants.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.datasets.load("survey").clade("LLaMA", "BLOOM", relations="weights").roots("weights")
        ('bloom', 'llama')
        """
        index, nodes = self._index(relations), self._several(models)
        part = self._part(numpy.concatenate([nodes, *map(index.descendants, nodes)]))
        return part._titled([self._nodes.ids[int(node)] for node in nodes], "descendants")

    def ancestry(self, *models: str, relations: Relations = None) -> Lineage:
        """Some models and all that they descend from, by default by any relation, and all derivations between them.

        Parameters
        ----------
        *models : str
            Ids, names or aliases.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        Lineage
            The models given and their ancestors.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> list(lineage.ancestry("belle", relations="weights"))
        ['bloom', 'bloomz-7b1-mt', 'llama', 'belle']
        """
        nodes = self._several(models)
        part = self._part(self._index(relations).ancestry(nodes))
        return part._titled([self._nodes.ids[int(node)] for node in nodes], "ancestors")

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
        top: int | None = None,
    ) -> Lineage:
        """The models that meet every condition given, and the derivations between them.

        Parameters
        ----------
        where : callable, optional
            Gets a `Model`, says whether to keep it; of a million models that takes seconds, which the other conditions
            do not.
        organization : str or iterable of str, optional
            Made by any of these; ids, names or aliases.
        openness, domain, kind : str, optional
            Of this openness, (any of) these domains, this kind.
        since, until : PartialDate, date, str or int, optional
            Released within; ``until=2022`` includes all of 2022. Left out are models without a date, and those whose
            date is less precise and may lie outside.
        relations : optional
            Only these derivations, and only models that have part in one.
        top : int, optional
            Of the models that meet the other conditions, so many with the most descendants (by `relations`) in the
            whole lineage; of models with as many, the earlier.

        Returns
        -------
        Lineage
            The models, and the derivations between them.

        Raises
        ------
        ValueError
            When `top` is less than 1.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> len(lineage.select(organization="OpenAI", kind="model", until=2020))
        3
        >>> list(lineage.select(kind="model", top=3))
        ['gpt-1', 'gpt-2', 'gpt-3']
        """
        if top is not None and top < 1:
            raise ValueError(f"top={top} is no number of models: it is 1 or more")
        organizations = None if organization is None else [self.organization(name).id for name in _listed(organization)]
        kept = self._nodes.meeting(Conditions.of(where, organizations, domain, openness, kind, since, until))
        if relations is not None:
            kept = self._edges.touching(kept, relation_set(relations))
        if top is not None:
            fewest_last = numpy.argsort(-self.descendant_counts(relations)[kept], kind="stable")
            kept = numpy.sort(kept[fewest_last[:top]])
        return self._part(kept, relations)

    @checked
    def as_of(self, date: Date) -> Lineage:
        """The lineage as it was: what was released by a date for certain, and the derivations between these.

        Models without a date are left out, and those whose date is less precise and may be later.

        Parameters
        ----------
        date : PartialDate, date, str or int
            The last day, month or year that counts.

        Returns
        -------
        Lineage
            The models, and the derivations between them.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> len(lineage.as_of("2022")), lineage.as_of("2020-05").models[-1].name
        (98, 'GPT-3')
        """
        return self.select(until=date)

    def simplify(self, models: str | Iterable[str], relations: Relations = None) -> Lineage:
        """Some models, and how they descend from each other: what lies between them is left out.

        A model that descends from another through models that are left out has a derivation from it whose note says
        which these are: those of a shortest path, among the paths that pass most on (weights rather than outputs,
        these rather than ideas). Its relation is that of the weakest step, the last of several. To keep where the
        models meet, name their common ancestors, too.

        Parameters
        ----------
        models : str or iterable of str
            Ids, names or aliases.
        relations : optional
            The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several;
            by default any.

        Returns
        -------
        Lineage
            The models given, and derivations between them.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        AmbiguousNameError
            When several models have the name.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey").simplify(["gpt-3", "codex", "chatgpt"])
        >>> [(edge.parent, edge.child, edge.note) for edge in lineage.derivations]
        [('gpt-3', 'codex', None), ('gpt-3', 'chatgpt', 'through gpt-3.5'),
        ('codex', 'chatgpt', 'through code-davinci-002, gpt-3.5')]
        """
        chosen = relation_set(relations)
        nodes = numpy.unique(self.positions(_listed(models)))
        part = self._part(nodes, chosen)
        through = self._edges.paths_between(nodes, chosen)
        if not through:
            return part
        edges = [*part.derivations, *(shortened(self._along(path)) for path in through)]
        return self._of(
            part._nodes, EdgeStore.of_records(edges, part._nodes), part._organizations.values(), self._about
        )

    # Ways to look at it

    def to_records(self) -> Rows:
        """A row for each model, in date order: ``pandas.DataFrame`` and ``polars.DataFrame`` take them as they are.

        They are read like a list, and ``list`` makes one of them. A row is a dictionary of plain values and lists.
        Sizes are integers, dates are strings as precise as they are known, and ``parents`` and ``children`` are ids.
        What is not known is None, which is null in polars and missing in pandas, and an empty list where there may be
        several. The rows of a slice are made alone; those of millions of models take tens of seconds.

        Returns
        -------
        sequence of dict of str to object
            A row for each model, made when it is asked for; as many as there are models.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> row = lineage.to_records()[-1]
        >>> sorted(row)[:3]
        ['access', 'aliases', 'architecture']
        """
        return self._rows_of(numpy.arange(len(self)))

    def derivations_to_records(self) -> Rows:
        """A row for each derivation, in the order of `derivations`, to be read as `to_records` is.

        A row has ``parent``, ``child`` and ``relation`` as strings, ``references`` as a list of strings, and ``note``,
        which is None where there is none.

        Returns
        -------
        sequence of dict of str to object
            A row for each derivation.

        Examples
        --------
        >>> import modeltree
        >>> row = modeltree.datasets.load("survey").derivations_to_records()[0]
        >>> row["parent"], row["child"], row["relation"]
        ('bookscorpus', 'gpt-1', 'data')
        """
        return edge_rows(self._edges)

    def tree(self, root: str | None = None, *, relations: Relations = None, max_depth: int | None = None) -> str:
        """The models as an indented text, each below what it was made from, in date order.

        A model that was made from several others has a ``◆``. It stands in full once, below its primary parent (see
        `modeltree.graph.families`), and names the others; below those there is a line with ``◇`` that leads there.
        A line that ends in ``…`` has children, which are too deep. Lines deeper than 30 levels begin with their
        level and are indented no further. A line is made for each model: of millions, choose less by `root` and
        `max_depth`.

        Parameters
        ----------
        root : str, optional
            The model to begin with; by default every one that has children and no parents.
        relations : optional
            The derivations to go by; by default any.
        max_depth : int, optional
            The most levels below the root.

        Returns
        -------
        str
            The tree, with a line for each model.

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
        top = None if root is None else self._index_of(root)
        return outline(self._nodes, self._edges, self._index(chosen), chosen, top, depth_limit(max_depth))

    # Within

    @cached_property
    def _names(self) -> NameTable:
        nodes = self._nodes
        return NameTable.of(nodes.ids, nodes.other_names)

    @cached_property
    def _organization_names(self) -> NameTable:
        return NameTable(self._organizations.values(), UnknownOrganizationError)

    @cached_property
    def _indexes(self) -> dict[str | frozenset[Relation] | None, AncestryIndex]:
        return {}

    @cached_property
    def _labels(self) -> dict[tuple[str, frozenset[Relation]], NDArray[numpy.int64]]:
        return {}

    @cached_property
    def _groupings(self) -> dict[tuple[str, frozenset[Relation]], Families]:
        return {}

    def _index(self, relations: Relations) -> AncestryIndex:
        # A question may take less than a microsecond: what it goes by is looked up as it is written, if it can be.
        written = relations if relations is None or isinstance(relations, str) else relation_set(relations)
        index = self._indexes.get(written)
        if index is None:
            chosen = relation_set(relations) & self._edges.relations  # one index, where they choose the same
            if chosen not in self._indexes:
                self._indexes[chosen] = self._edges.index(chosen)
            index = self._indexes[written] = self._indexes[chosen]
        return index

    def _grouping(self, by: Grouping, relations: Relations) -> Families:
        """The families; all but a function's are kept."""
        chosen = relation_set(relations)
        if isinstance(by, str) and (by, chosen) in self._groupings:
            return self._groupings[by, chosen]
        names = {record.id: record.name for record in self._organizations.values()}
        families = Families(self._nodes, self._edges, self._index(chosen), chosen, by, names)
        if isinstance(by, str):
            self._groupings[by, chosen] = families
        return families

    def _rows_of(self, nodes: NDArray[numpy.int64]) -> Rows:
        """The rows of some models, in date order; see `to_records`."""
        part = self._nodes if len(nodes) == len(self) else self._nodes.part(nodes)
        return model_rows(part, lambda span: self._edges.kin(nodes[span]))

    @property
    def _counts(self) -> str:
        """How much of what there is, in words."""
        counts = {"model": len(self._nodes), "derivation": len(self._edges), "organization": len(self._organizations)}
        return ", ".join(counted(count, noun) for noun, count in counts.items())

    @cached_property
    def _span(self) -> tuple[PartialDate, ...]:
        """The first and the last date, if there is any."""
        dated = self._nodes.dated(range(len(self)))
        ends = (self._nodes.released(node) for node in ((0, dated - 1) if dated else ()))
        return tuple(date for date in ends if date)

    def _index_of(self, model: str) -> int:
        index = self._nodes.index_of(model)
        if index is None:
            index = self._nodes.index_of(self._names.find(model))
            assert index is not None
        return index

    def _several(self, models: tuple[str, ...]) -> list[int]:
        if not models:
            raise TypeError("at least one model is needed")
        return [self._index_of(model) for model in models]

    def _ids(self, nodes: NDArray[Any] | Sequence[int]) -> Ids:
        # Integers of Python, which index faster than those of an array.
        return picked(self._nodes.ids, nodes.tolist() if isinstance(nodes, numpy.ndarray) else nodes)

    def _along(self, path: Sequence[int]) -> tuple[Derivation, ...]:
        edges = (self._edges.find(*pair) for pair in pairwise(path))
        return tuple(self._edges.records[edge] for edge in edges if edge is not None)

    def _titled(self, ids: Sequence[str], kin: str) -> Lineage:
        """The same with a title that says which part of another lineage it is, if that has one."""
        if not self._about.title:
            return self
        some = [self[id].name for id in ids[:3]] + list(ids[3:])
        title = f"{enumerated(some)} and {'its' if len(ids) == 1 else 'their'} {kin}"
        about = self._about.model_copy(update={"title": title})
        return self._of(self._nodes, self._edges, self._organizations.values(), about)

    def _part(self, nodes: Any, relations: Relations = None) -> Lineage:
        """Some models, by their indices, and the derivations by some relations between them."""
        nodes = numpy.unique(numpy.asarray(nodes, dtype=numpy.int64))
        part = self._nodes.part(nodes)
        edges = self._edges.part(nodes, part.ids, relation_set(relations))
        named = part.all_organizations()
        organizations = [record for id, record in self._organizations.items() if id in named]
        return self._of(part, edges, organizations, self._about)


def _records(kind: type[R], records: Iterable[R]) -> tuple[R, ...]:
    """Some records of a kind, and nothing else."""
    listed = tuple(records)
    for each in listed:
        if not isinstance(each, kind):
            raise TypeError(f"{shown(each)} is no {kind.__name__}")
    return listed


def _listed(values: Any) -> list[Any]:
    if isinstance(values, bytes):
        raise TypeError(f"{shown(values)} is bytes; names are texts")
    return [values] if isinstance(values, str) else list(values)


def _fixed(values: NDArray[Any]) -> NDArray[numpy.int64]:
    """Values as an array that does not change."""
    view = values.astype(numpy.int64, copy=False).view()
    view.flags.writeable = False
    return view
