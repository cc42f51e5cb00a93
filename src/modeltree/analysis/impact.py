"""Impact: what descends from models that are withdrawn, poisoned or relicensed, and where to start again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree._util.text import counted, enumerated
from modeltree.analysis import Report, Section
from modeltree.findings import Finding
from modeltree.formats.repair.record_findings import PLACEHOLDER
from modeltree.graph.columns import LazySequence
from modeltree.graph.csr import CsrRows, distances
from modeltree.lineage import Lineage
from modeltree.records import CLASSES_BY_STRENGTH, Derivation, Kind, Passes, Relation, Relations, relation_set

__all__ = ["Affected", "Impact", "MissingParent", "MissingParents", "impact", "missing_parents"]

Totals = Mapping[str, int]

UNKNOWN = "unknown"
"""What totals count under where a model does not say it."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A model that descends from one of those in question.

    Parameters
    ----------
    id : str
        The model.
    distance : int
        How many derivations the path has.
    path : tuple of Derivation
        A shortest path of descent that proves it, from one of the models in question down to this one.
    passes : {"weights", "outputs", "ideas"} or None
        The most that reached it along any path: ``"weights"`` where each step of a path passes weights on,
        ``"outputs"`` where each passes weights or outputs on, and so on; None where a step does not say. The path is
        one that does.
    all_parents : bool
        Whether all of its parents are affected or in question themselves, and not only some.
    clean_ancestor : str or None
        The nearest of its ancestors that is neither: where to start again.
    """

    id: str
    distance: int
    path: tuple[Derivation, ...]
    passes: Passes
    all_parents: bool
    clean_ancestor: str | None


@dataclass(frozen=True, slots=True)
class Impact(Report):
    """What descends from some models.

    Parameters
    ----------
    origins : tuple of str
        The models in question.
    relations : tuple of Relation
        The derivations that were gone by.
    affected : sequence of Affected
        A record for each model that descends from them, in date order; it is made when it is asked for.
    all_parents : int
        Of how many all parents are affected or in question.
    by_class, by_distance, by_organization, by_license, by_year : mapping of str to int
        How many are affected, by what reached them, by how many derivations away they are, and by what they are; the
        most first, distances and years in order. A model of several organizations counts for each.
    """

    origins: tuple[str, ...]
    relations: tuple[Relation, ...]
    affected: Sequence[Affected]
    all_parents: int
    by_class: Totals
    by_distance: Totals
    by_organization: Totals
    by_license: Totals
    by_year: Totals

    def __bool__(self) -> bool:
        return bool(self.affected)

    def _summary(self) -> str:
        what = f"{counted(len(self.affected), 'model')} descend{'s' * (len(self.affected) == 1)}"
        reached = ", ".join(f"{count:,} by {word}" for word, count in self.by_class.items())
        some = f"; of {self.all_parents:,} all parents are affected" if self.affected else ""
        return f"{what} from {enumerated(self.origins)}{f': {reached}' if reached else ''}{some}."

    def _sections(self) -> Iterator[Section]:
        rows = (
            (
                each.id,
                str(each.distance),
                each.passes or UNKNOWN,
                "all" if each.all_parents else "some",
                each.clean_ancestor or "-",
                " → ".join(step.child for step in each.path[:-1]) or "-",
            )
            for each in self.affected
        )
        header = ("model", "steps", "by", "parents", "clean ancestor", "through")
        yield Section("affected", header, rows, len(self.affected))
        for word, totals in (
            ("organization", self.by_organization),
            ("license", self.by_license),
            ("year", self.by_year),
        ):
            yield Section(f"by {word}", (word, "models"), ((key, f"{n:,}") for key, n in totals.items()), len(totals))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, as JSON has them.

        Returns
        -------
        dict of str to object
            The fields; a path is a list of derivations.
        """
        totals = ("class", "distance", "organization", "license", "year")
        return {
            "origins": list(self.origins),
            "relations": list(map(str, self.relations)),
            "affected": [
                {
                    "id": each.id,
                    "distance": each.distance,
                    "path": [step.model_dump(mode="json", exclude_defaults=True) for step in each.path],
                    "passes": each.passes,
                    "all_parents": each.all_parents,
                    "clean_ancestor": each.clean_ancestor,
                }
                for each in self.affected
            ],
            "all_parents": self.all_parents,
            **{f"by_{name}": dict(getattr(self, f"by_{name}")) for name in totals},
        }


@checked
def impact(lineage: Lineage, *models: str, relations: Relations = None) -> Impact:
    """What descends from models that are withdrawn, poisoned or relicensed.

    Data sets are models of kind ``"dataset"``, so that this also tells who learned from a contaminated set. Of millions
    of models only totals are counted at once, and records are made when they are asked for.

    Parameters
    ----------
    lineage : Lineage
        The models and derivations.
    *models : str
        Ids, names or aliases of the models in question; at least one.
    relations : optional
        The derivations to go by: a class (``"weights"``, ``"outputs"``, ``"ideas"``), a relation, or several; by
        default any.

    Returns
    -------
    Impact
        A record for each affected model, and totals; it is false where nothing is affected.

    Raises
    ------
    UnknownNameError
        When there is no such model.
    AmbiguousNameError
        When several models have the name.
    TypeError
        When no model is given.

    Examples
    --------
    >>> import modeltree
    >>> found = modeltree.impact(modeltree.datasets.load("survey"), "BLOOM", relations="weights")
    >>> [(each.id, each.distance, each.all_parents, each.clean_ancestor) for each in found.affected]
    [('bloomz', 1, True, None), ('bloomz-7b1-mt', 1, True, None), ('bloomz-mt', 1, True, None),
    ('belle', 2, False, 'llama')]
    """
    origins = numpy.unique(numpy.array(lineage._several(models), dtype=numpy.int64))
    return _Reach(lineage, origins, relation_set(relations)).impact()


class _Reach:
    """How far some models reach, by each class of relations."""

    def __init__(self, lineage: Lineage, origins: NDArray[numpy.int64], chosen: frozenset[Relation]) -> None:
        self.lineage, self.origins, self.chosen = lineage, origins, chosen
        edges = lineage._edges
        there = frozenset(numpy.array(list(Relation))[numpy.unique(edges.relation)].tolist()) & chosen
        self.index = lineage._index(chosen)
        self.steps: list[tuple[Passes, CsrRows, NDArray[numpy.int32]]] = []
        before = frozenset[Relation]()
        self.by_class: dict[str, int] = {}
        known = numpy.zeros(len(lineage), dtype=bool)
        known[origins] = True
        for passes, relations in CLASSES_BY_STRENGTH:
            now = relations & there
            if now <= before:
                continue
            # The index of all is there anyway.
            index = self.index if now == there else lineage._index(now)
            steps = distances(index.children, origins)
            self.steps.append((passes, index.parents, steps))
            new = (steps >= 0) & ~known
            if count := int(numpy.count_nonzero(new)):
                self.by_class[passes or UNKNOWN] = count
            known |= new
            before = now
        self.hit = known
        self.nodes = numpy.flatnonzero(known & ~numpy.isin(numpy.arange(len(known)), origins))
        self._clean: dict[int, tuple[int, bool, int] | None] = {}

    def impact(self) -> Impact:
        """The answer."""
        store, names = self.lineage._nodes, {id: record.name for id, record in self.lineage.organizations.items()}
        makers, licenses = store.counts("organizations", self.nodes), store.counts("license", self.nodes)
        distance = numpy.full(len(self.nodes), -1, dtype=numpy.int64)
        for _, _, steps in reversed(self.steps):
            own = steps[self.nodes]
            distance = numpy.where(own >= 0, own, distance)
        far, counts = numpy.unique(distance, return_counts=True)
        above, lengths = self.index.parents.gather(self.nodes)
        clean = numpy.repeat(numpy.arange(len(self.nodes)), lengths)[~self.hit[above]]
        return Impact(
            origins=self.lineage._ids(self.origins),
            relations=tuple(relation for relation in Relation if relation in self.chosen),
            affected=LazySequence(len(self.nodes), self._affected),
            all_parents=len(self.nodes) - len(numpy.unique(clean)),
            by_class=self.by_class,
            by_distance=dict(zip(map(str, far.tolist()), counts.tolist(), strict=True)),
            by_organization=_most_first(
                (name, n) for ids, n in makers for name in (map(names.__getitem__, ids) if ids else [UNKNOWN])
            ),
            by_license=_most_first((known.name if known else UNKNOWN, n) for known, n in licenses),
            by_year=dict(_by_year(store.dates[self.nodes])),
        )

    def _affected(self, number: int) -> Affected:
        node = int(self.nodes[number])
        passes, parents, steps = next(found for found in self.steps if found[2][node] >= 0)
        path = [node]
        while steps[path[-1]]:
            far = steps[path[-1]] - 1
            path.append(next(parent for parent in parents[path[-1]] if steps[parent] == far))
        clean = self._nearest_clean(node)
        return Affected(
            id=self.lineage.ids[node],
            distance=len(path) - 1,
            path=self.lineage._along(path[::-1]),
            passes=passes,
            all_parents=all(self.hit[parent] for parent in self.index.parents[node]),
            clean_ancestor=None if clean is None else self.lineage.ids[clean[2]],
        )

    def _nearest_clean(self, node: int) -> tuple[int, bool, int] | None:
        """How far the nearest clean ancestor is, whether it is a data set, and which; among equals the first model."""
        known, parents = self._clean, self.index.parents
        waiting = [node]
        while waiting:
            here = waiting[-1]
            open_ = [parent for parent in parents[here] if self.hit[parent] and parent not in known]
            if here not in known and open_:
                waiting += open_
                continue
            waiting.pop()
            if here not in known:
                found = [self._step(parent) for parent in parents[here]]
                known[here] = min((each for each in found if each), default=None)
        return known[node]

    def _step(self, parent: int) -> tuple[int, bool, int] | None:
        if not self.hit[parent]:
            return 1, self.lineage._nodes.value("kind", parent) == Kind.DATASET, parent
        further = self._clean[parent]
        return further and (further[0] + 1, *further[1:])


def _by_year(dates: NDArray[numpy.int32]) -> Iterator[tuple[str, int]]:
    years, counts = numpy.unique(dates // 10000, return_counts=True)
    pairs = list(zip(years.tolist(), counts.tolist(), strict=True))
    yield from ((f"{year:04d}", count) for year, count in pairs if year)
    yield from ((UNKNOWN, count) for year, count in pairs if not year)


def _most_first(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Totals of counts by words, of which each may stand several times."""
    totals = Counter[str]()
    for word, count in pairs:
        totals[word] += count
    return dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])))


# Parents that are not there


@dataclass(frozen=True, slots=True)
class MissingParent:
    """A parent that is not there, and what rests on it.

    Parameters
    ----------
    id, name : str
        The parent.
    why : {"placeholder", "gone", "renamed"}
        Whether no source describes it, the Hub does not show it, or it has another id now.
    children, descendants : int
        How many models were made from it, and how many descend from it.
    """

    id: str
    name: str
    why: Literal["placeholder", "gone", "renamed"]
    children: int
    descendants: int


@dataclass(frozen=True, slots=True)
class MissingParents(Report):
    """Parents that are not there, the one on which most rests first.

    Parameters
    ----------
    parents : tuple of MissingParent
        A record for each.
    """

    parents: tuple[MissingParent, ...]

    def __bool__(self) -> bool:
        return bool(self.parents)

    def _summary(self) -> str:
        return f"{counted(len(self.parents), 'parent')} {'is' if len(self.parents) == 1 else 'are'} not there."

    def _sections(self) -> Iterator[Section]:
        rows = ((each.id, each.why, f"{each.children:,}", f"{each.descendants:,}") for each in self.parents)
        yield Section("missing parents", ("parent", "why", "children", "descendants"), rows, len(self.parents))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, as JSON has them.

        Returns
        -------
        dict of str to object
            The records as dictionaries.
        """
        names = ("id", "name", "why", "children", "descendants")
        return {"parents": [{name: getattr(each, name) for name in names} for each in self.parents]}


@checked
def missing_parents(
    lineage: Lineage, findings: Iterable[Finding] = (), *, relations: Relations = None
) -> MissingParents:
    """The parents that are not there, ranked by how much rests on them.

    Parameters
    ----------
    lineage : Lineage
        The models and derivations.
    findings : iterable of Finding
        What reading it found: which models are ``gone`` or ``renamed``, only findings say.
    relations : optional
        The derivations to go by; by default any.

    Returns
    -------
    MissingParents
        A record for each parent that is a placeholder, gone or renamed; that with the most descendants first.

    Examples
    --------
    >>> from modeltree import read_table
    >>> reading = read_table([{"id": "a", "parent": "gone/base"}, {"id": "b", "parent": "a"}])
    >>> [(each.id, each.why, each.descendants) for each in missing_parents(*reading).parents]
    [('gone/base', 'placeholder', 2)]
    """
    nodes, index = lineage._nodes, lineage._index(relations)
    notes = nodes.field("note") if nodes.has("note") else []
    why: dict[int, Literal["placeholder", "gone", "renamed"]] = {
        node: "placeholder" for node, note in enumerate(notes) if note == PLACEHOLDER
    }
    for finding in findings:
        if finding.kind in ("gone", "renamed"):
            found = (nodes.index_of(id) for id in finding.ids)
            why |= {node: "gone" if finding.kind == "gone" else "renamed" for node in found if node is not None}
    counts: Callable[[int], int] = lambda node: len(index.descendants(node, ordered=False))  # noqa: E731
    ranked = [
        MissingParent(lineage.ids[node], nodes.name(node), reason, len(index.children[node]), counts(node))
        for node, reason in why.items()
        if len(index.children[node])
    ]
    return MissingParents(tuple(sorted(ranked, key=lambda each: -each.descendants)))
