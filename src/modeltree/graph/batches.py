"""Questions about all models or many pairs at once, answered in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from modeltree.graph.answers import Growth, Ids
from modeltree.graph.families import family_labels
from modeltree.records import Grain, PartialDate, Relation, Relations, relation_set

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["Batches", "periods_of", "runs_of"]


class Batches:
    """The questions that a lineage answers for many models at once; see `modeltree.Lineage`.

    Arrays have a value for each model, in the order of ``ids``. They do not change.
    """

    _nodes: Any
    _steps: Any
    _labels: dict[tuple[str, frozenset[Relation]], NDArray[numpy.int64]]

    if TYPE_CHECKING:

        def _index(self, relations: Relations) -> Any: ...
        def _position(self, model: str) -> int: ...
        def _ids(self, nodes: Iterable[int]) -> Ids: ...

    def positions(self, models: Iterable[str]) -> NDArray[numpy.int64]:
        """The places of some models in ``ids``; they go by id, name or alias.

        Examples
        --------
        >>> import modeltree
        >>> lineage = modeltree.datasets.load("survey")
        >>> [lineage.ids[place] for place in lineage.positions(["Vicuna", "LLaMA"])]
        ['vicuna', 'llama']
        """
        import numpy

        known: dict[str, int] = self._nodes.positions
        places = [known[model] if model in known else self._position(model) for model in models]
        return numpy.array(places, dtype=numpy.int64)

    def are_ancestors(
        self, ancestors: Iterable[str], descendants: Iterable[str], relations: Relations = None
    ) -> NDArray[numpy.bool_]:
        """Of each pair of models, whether the second descends from the first; by default by any relation.

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
        found: NDArray[numpy.bool_] = self._index(relations).are_ancestors(above, below)
        return found

    def descendant_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """How many models descend from each; by default by any relation."""
        return _fixed(self._index(relations).descendant_counts())

    def ancestor_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """How many models each descends from; by default by any relation."""
        return _fixed(self._index(relations).ancestor_counts())

    def root_counts(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """From how many roots each model descends; a root, one: itself; by default by any relation."""
        return _fixed(self._index(relations).root_counts())

    def depths(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """The steps of the longest descent to each model; by default by any relation."""
        return _fixed(self._index(relations).generation)

    def heights(self, relations: Relations = None) -> NDArray[numpy.int64]:
        """The steps of the longest descent from each model; by default by any relation."""
        return _fixed(self._index(relations).height)

    def family_labels(
        self, by: Literal["base", "component"] = "base", relations: Relations = "weights"
    ) -> NDArray[numpy.int64]:
        """The family of each model, as the place in ``ids`` of one of its members.

        Parameters
        ----------
        by : {"base", "component"}
            That of the root of its primary family, see `modeltree.graph.families`; or that of the first of all models
            that it is connected with.
        relations : optional
            The derivations to go by; by default those that pass weights on.

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
            labels = family_labels(self._nodes, self._steps, index, chosen) if by == "base" else index.components
            self._labels[by, chosen] = _fixed(labels)
        return self._labels[by, chosen]

    def most_recent_common_ancestors_of(
        self, pairs: Iterable[tuple[str, str]], relations: Relations = None
    ) -> list[Ids]:
        """The most recent common ancestors of each of many pairs; by default by any relation.

        See `modeltree.Lineage.most_recent_common_ancestors`.
        """
        listed = list(pairs)
        first, second = (self.positions(names) for names in ([pair[place] for pair in listed] for place in (0, 1)))
        starts, nodes = self._index(relations).most_recent_common_ancestors_of(first, second)
        bounds: Sequence[int] = starts.tolist()
        found: Sequence[int] = nodes.tolist()
        return [self._ids(found[start:end]) for start, end in pairwise(bounds)]

    def growth(self, grain: Grain = "month", relations: Relations = None) -> tuple[Growth, ...]:
        """How many models became public in each period, and by which derivations; those without a date come last.

        A date that is less precise than the grain is a period of its own, as in `modeltree.Lineage.timeline`.

        Examples
        --------
        >>> import modeltree
        >>> first = modeltree.datasets.load("survey").growth("year")[0]
        >>> str(first.date), first.models
        ('2015', 1)
        """
        import numpy

        chosen = relation_set(relations)
        periods, place = numpy.unique(periods_of(self._nodes.dates, grain), return_inverse=True)
        count, kinds = len(periods), tuple(Relation)
        wanted = numpy.array([relation in chosen for relation in kinds])[self._steps.relation]
        child, relation = self._steps.child[wanted], self._steps.relation[wanted].astype(numpy.int64)
        cells = numpy.bincount(place[child] * len(kinds) + relation, minlength=count * len(kinds))
        table = cells.reshape(count, len(kinds))
        derived = numpy.zeros(len(place), dtype=bool)
        derived[child] = True
        models, roots = (numpy.bincount(place[kept], minlength=count) for kept in (derived | True, ~derived))
        found = [
            Growth(
                PartialDate.of_number(period) if period else None,
                int(models[row]),
                int(roots[row]),
                {kind: int(number) for kind, number in zip(kinds, numbers, strict=True) if number},
            )
            for row, (period, numbers) in enumerate(zip(periods.tolist(), table, strict=True))
        ]
        return tuple(sorted(found, key=lambda row: (row.date is None, row.date.number if row.date else 0)))


def periods_of(dates: NDArray[numpy.int32], grain: Grain) -> NDArray[numpy.int32]:
    """Dates at a grain; see `modeltree.records.PartialDate.at`."""
    import numpy

    PartialDate(1).at(grain)  # refuses what is no grain
    if grain == "day":
        return dates
    year, month = dates // 10000 * 10000, dates // 100 % 100
    if grain == "year":
        return year
    kept = month if grain == "month" else numpy.where(month, (month - 1) // 3 * 3 + 1, 0)
    found: NDArray[numpy.int32] = year + kept * 100
    return found


def runs_of(values: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """Each run of one value: the value, where it starts, and where the next one does."""
    import numpy

    starts = numpy.flatnonzero(numpy.diff(values, prepend=-1)).tolist()
    yield from zip(values[starts].tolist(), starts, [*starts[1:], len(values)][: len(starts)], strict=True)


def _fixed(values: Any) -> NDArray[numpy.int64]:
    """Values as an array that does not change."""
    import numpy

    array = numpy.asarray(values, dtype=numpy.int64)
    view = array.view()
    view.flags.writeable = False
    return view
